"""When the post falls (room.md, moment 5): the core killed, the network cut, the browser crashed; not one line lost."""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import PASSWORD, City, core_pid, open_desk, signal_core
from .profile import kill_browser, seat
from .wire import Wire, wire_to

pytestmark = pytest.mark.e2e
BACK_MS = 90_000
LOST_MS = 6_000
TYPED_MS = 500
"""A letter is on the disk a moment after its key."""
READY_SHELL = "navigator.serviceWorker.ready.then(found => !!found.active)"
CONTROLLED = "() => !!navigator.serviceWorker.controller"
KEPT = """() => new Promise((resolve) => {
    const asked = indexedDB.open('beffroi');
    asked.onsuccess = () => {
        const read = asked.result.transaction('kept').objectStore('kept').get('picture/head');
        read.onsuccess = () => { asked.result.close(); resolve(!!read.result); };
    };
})"""


@pytest.fixture
def wire(city: City) -> Iterator[Wire]:
    """Return the wire of the seat."""
    with wire_to(city.url) as made:
        yield made


@pytest.fixture
def standing(page: Page, city: City, wire: Wire) -> Page:
    """Return the desk at the end of a wire, once its shell and its picture are on the seat's disk."""
    open_desk(page, city, url=wire.url)
    page.evaluate(READY_SHELL)
    page.wait_for_function(CONTROLLED, timeout=BACK_MS)
    page.wait_for_function(KEPT, timeout=BACK_MS)
    return page


@pytest.fixture
def fallen(standing: Page, city: City) -> Iterator[Callable[[], None]]:
    """Return how to freeze the core as if it had died, the supervisor kept from starting another; thawed after."""
    frozen = False

    def fall() -> None:
        nonlocal frozen
        signal_core(city, signal.SIGSTOP)
        frozen = True

    yield fall
    if frozen:
        signal_core(city, signal.SIGCONT)


def lines(city: City, text: str) -> int:
    """Return how many lines of the main courante say this."""
    answer = city.client.get("/api/logbook", params={"q": text})
    return sum(entry["text"] == text for entry in answer.json()["items"])


def shown(city: City) -> set[str]:
    """Return the codes of the alarms that stand."""
    items = city.client.get("/api/alarms", params={"state": "unacknowledged"}).json()["items"]
    return {item["code"] for item in items}


def write(page: Page, text: str) -> None:
    """Write a line of the main courante as an operator does."""
    page.locator("#log-text").fill(text)
    page.keyboard.press("Enter")


def test_a_killed_core_loses_no_line_and_says_what_was_missed(standing: Page, city: City) -> None:
    before = core_pid(city)
    killed = time.monotonic()
    signal_core(city, signal.SIGKILL)
    expect(standing.locator(".bands")).to_contain_text("Liaison perdue", timeout=LOST_MS)
    band_s = time.monotonic() - killed
    write(standing, "câbles à nu, périmètre posé")
    expect(standing.locator(".bands")).to_contain_text("Rétabli", timeout=BACK_MS)
    back_s = time.monotonic() - killed
    assert core_pid(city) != before
    expect(standing.locator(".log .unsent")).to_have_count(0, timeout=BACK_MS)
    assert lines(city, "câbles à nu, périmètre posé") == 1
    print(f"band {band_s:.2f} s, back {back_s:.1f} s, lines lost 0")


def test_the_desk_opens_again_while_the_core_is_away(standing: Page, city: City, fallen: Callable[[], None]) -> None:
    city.say("A045-2", power_w=80, level_pct=100)
    standing.wait_for_timeout(500)
    fallen()
    expect(standing.locator(".bands")).to_contain_text("Liaison perdue", timeout=LOST_MS)
    write(standing, "avant le rechargement")
    standing.reload()
    expect(standing.locator(".bands")).to_contain_text("Liaison perdue", timeout=BACK_MS)
    expect(standing.locator(".map.lost")).to_have_count(1)
    expect(standing.locator(".log .unsent")).to_contain_text("avant le rechargement")
    write(standing, "après le rechargement")
    expect(standing.locator(".log .unsent")).to_have_count(2)
    signal_core(city, signal.SIGCONT)
    expect(standing.locator(".log .unsent")).to_have_count(0, timeout=BACK_MS)
    assert lines(city, "avant le rechargement") == lines(city, "après le rechargement") == 1


def test_a_network_cut_loses_and_doubles_nothing(
    quiet: City, standing: Page, wire: Wire, city: City, wait_until: Callable[..., Any]
) -> None:
    wire.cut()
    cut = time.monotonic()
    expect(standing.locator(".bands")).to_contain_text("Liaison perdue", timeout=LOST_MS)
    band_s = time.monotonic() - cut
    for number in range(5):
        write(standing, f"écriture hors ligne {number}")
    expect(standing.locator(".log .unsent")).to_have_count(5)
    city.say("A045/D4", tripped=1)
    city.act("logbook.write", text="écrit par un autre poste")
    wait_until(lambda: "A045/D4" in shown(city), within_s=60)
    wire.mend()
    expect(standing.locator(".bands")).to_contain_text("Rétabli", timeout=BACK_MS)
    expect(standing.locator(".log .unsent")).to_have_count(0, timeout=BACK_MS)
    assert [lines(city, f"écriture hors ligne {number}") for number in range(5)] == [1] * 5
    standing.click(".bands .btn:has-text('Voir')")
    expect(standing.locator(".missed")).to_contain_text("écrit par un autre poste")
    expect(standing.locator(".missed")).to_contain_text("Départ 4 déclenché")
    print(f"band {band_s:.2f} s, lines lost or doubled 0")


def test_no_order_leaves_while_the_link_is_lost(standing: Page, wire: Wire) -> None:
    standing.keyboard.press("Control+k")
    standing.keyboard.type("A045/D3")
    standing.wait_for_selector("#palette-0:has-text('A045/D3')")
    standing.keyboard.press("Enter")
    standing.click(".right .btn:has-text('Ordre')")
    standing.wait_for_selector(".preview p")
    wire.cut()
    expect(standing.locator(".bands")).to_contain_text("Liaison perdue", timeout=LOST_MS)
    expect(standing.locator(".right .btn.main")).to_be_disabled()
    expect(standing.locator(".right .error")).to_contain_text("Liaison perdue")
    wire.mend()
    expect(standing.locator(".bands")).not_to_contain_text("Liaison perdue", timeout=BACK_MS)


def test_a_session_that_ended_during_an_outage_asks_to_sign_in_and_keeps_the_draft(
    standing: Page, wire: Wire, city: City
) -> None:
    standing.locator("#log-text").fill("à demi écrit")
    wire.cut()
    expect(standing.locator(".bands")).to_contain_text("Liaison perdue", timeout=LOST_MS)
    for session in city.client.get("/api/access/sessions").json()["items"]:
        if session["login"] == "camille":
            city.act("access.revoke_session", session=session["id"])
    wire.mend()
    standing.wait_for_selector("input[autocomplete=username]", timeout=BACK_MS)
    standing.fill("input[autocomplete=username]", "camille")
    standing.fill("input[type=password]", PASSWORD)
    standing.keyboard.press("Enter")
    expect(standing.locator("#log-text")).to_have_value("à demi écrit", timeout=BACK_MS)
    expect(standing.locator(".bands")).not_to_contain_text("Liaison perdue", timeout=BACK_MS)
    standing.locator("#log-text").fill("")


def test_the_pack_opens_from_the_disk_and_prints(standing: Page, wire: Wire, city: City) -> None:
    standing.wait_for_function("() => document.querySelector('.frame')")
    standing.evaluate("location.hash = '#/pack'")
    expect(standing.locator(".page table, .page .soft").first).to_be_visible(timeout=BACK_MS)
    expect(standing.locator("#pack-incidents")).to_be_visible(timeout=BACK_MS)
    wire.cut()
    expect(standing.locator(".bands")).to_contain_text("Dossier de secours de", timeout=BACK_MS)
    standing.reload()
    expect(standing.locator("#pack-directory")).to_be_visible(timeout=BACK_MS)
    expect(standing.locator(".page")).to_contain_text("à détruire après")
    with standing.expect_download() as saved:
        standing.click(".btn:has-text('Enregistrer sur le disque')")
    page = Path(saved.value.path()).read_text()
    assert "Fiche d&#x27;événement" in page
    assert "<script" not in page
    standing.emulate_media(media="print")
    expect(standing.locator(".bar")).to_be_hidden()
    expect(standing.locator("#pack-locks")).to_be_visible()
    wire.mend()


COUNT_SOUNDS = """() => {
    window.played = 0;
    const make = AudioContext.prototype.createOscillator;
    AudioContext.prototype.createOscillator = function () { window.played++; return make.call(this); };
}"""


def test_what_was_acknowledged_stays_silent_what_is_new_sounds(quiet: City, standing: Page, wire: Wire) -> None:
    standing.evaluate(COUNT_SOUNDS)
    standing.click(".bands .btn:has-text('armer')")
    quiet.say("A045/D3", tripped=1)
    row = standing.locator("[data-queue] [role=option]", has_text="A045/D3")
    expect(row).to_have_count(1, timeout=BACK_MS)
    standing.wait_for_timeout(1_000)
    row.click()
    standing.keyboard.type("a")
    expect(row.locator(".outline")).to_have_count(1)
    before = standing.evaluate("window.played")
    assert before > 0
    wire.cut()
    expect(standing.locator(".bands")).to_contain_text("Liaison perdue", timeout=LOST_MS)
    standing.wait_for_timeout(4_000)
    wire.mend()
    expect(standing.locator(".bands")).to_contain_text("Rétabli", timeout=BACK_MS)
    standing.wait_for_timeout(1_500)
    assert standing.evaluate("window.played") == before
    quiet.say("A045/D4", tripped=1)
    standing.wait_for_function(f"() => window.played > {before}", timeout=BACK_MS)


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """Return the folder where a seat's browser lives."""
    return tmp_path / "seat"


def test_a_browser_killed_while_typing_gives_everything_back(
    browser: Browser, profile: Path, city: City, wire: Wire
) -> None:
    context, page = seat(browser, profile)
    open_desk(page, city, url=wire.url)
    # a browser writes its cookies every half minute: this one has been at work for longer than that
    context.close()
    context, page = seat(browser, profile)
    page.goto(wire.url)
    page.wait_for_selector("[data-queue]:focus", timeout=BACK_MS)
    wire.cut()
    expect(page.locator(".bands")).to_contain_text("Liaison perdue", timeout=LOST_MS)
    write(page, "écrite juste avant la panne du navigateur")
    expect(page.locator(".log .unsent")).to_have_count(1)
    page.locator("#log-text").press_sequentially("mât couché avenue du Dra", delay=5)
    page.wait_for_timeout(TYPED_MS)
    kill_browser(profile)
    wire.mend()
    context, page = seat(browser, profile)
    page.goto(wire.url)
    expect(page.locator("#log-text")).to_have_value("mât couché avenue du Dra", timeout=BACK_MS)
    expect(page.locator(".log .unsent")).to_have_count(0, timeout=BACK_MS)
    assert lines(city, "écrite juste avant la panne du navigateur") == 1
    context.close()
