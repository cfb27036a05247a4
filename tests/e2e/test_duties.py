"""Reminders, instructions, routines, the night round and the directory, by keyboard in a real browser."""

import io
import signal
import time
import zipfile
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import City, open_desk, signal_core
from tests.e2e.test_accessibility import AXE, violations

SECOND = 1_000_000
HOUR = 3_600 * SECOND
WAIT_S = 30.0


def now() -> int:
    return time.time_ns() // 1_000


def lines_of(city: City, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = city.client.get("/api/journal", params={"type": kind, "limit": 200}).json()["items"]
    return found


def about(lines: list[dict[str, Any]], reminder: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["data"].get("reminder") == reminder]


def finished(city: City) -> Any:
    last = city.client.get("/api/journal/verification").json()
    return last if last["state"] in {"done", "failed"} else None


def answers(city: City) -> bool:
    try:
        return city.client.get("/api/me").status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture
def tidy(quiet: City) -> City:
    """Return the city without reminder nor instruction."""
    standing = quiet.client.get("/api/duties/now").json()
    for one in standing["reminders"]:
        quiet.act("duties.done", reminder=one["id"])
    for one in standing["instructions"]:
        quiet.act("duties.end_instruction", instruction=one["id"], reason="done")
    return quiet


def test_a_reminder_falls_due_once_though_the_core_is_killed(
    tidy: City, page: Page, wait_until: Callable[..., Any]
) -> None:
    """The core is killed between the reminder and its hour; another one is killed right after it fell due."""
    city = tidy
    made = city.act("duties.remind", text="avant le premier bus", due_at=now() + 2 * SECOND)
    reminder = made["events"][0]["reminder"]
    signal_core(city, signal.SIGKILL)
    wait_until(lambda: answers(city), WAIT_S, 0.1)
    wait_until(lambda: about(lines_of(city, "duties.fell_due"), reminder), WAIT_S, 0.1)
    signal_core(city, signal.SIGKILL)
    wait_until(lambda: answers(city), WAIT_S, 0.1)
    open_desk(page, city)
    strip = page.locator(".due")
    expect(strip).to_contain_text("avant le premier bus", timeout=15_000)
    assert len(about(lines_of(city, "duties.fell_due"), reminder)) == 1
    page.wait_for_timeout(800)
    page.keyboard.press("+")
    expect(strip.filter(has_text="avant le premier bus")).to_have_count(0)
    assert len(about(lines_of(city, "duties.postponed"), reminder)) == 1


@pytest.fixture
def free(tidy: City) -> Iterator[City]:
    """Return the city without routines, which would be next at some hours of the day."""
    before = tidy.client.get("/api/duties/routines").json()
    tidy.act("duties.set_routines", routines=[], calendar=before["calendar"])
    yield tidy
    tidy.act("duties.set_routines", routines=before["items"], calendar=before["calendar"])


def test_r_sets_a_reminder_and_the_quiet_queue_says_when_it_falls(free: City, desk: Page) -> None:
    desk.keyboard.press("r")
    desk.keyboard.type("+1h avant le premier bus")
    desk.keyboard.press("Enter")
    expect(desk.locator(".notice, [role=status]").filter(has_text="Rappel posé")).to_be_visible()
    standing = free.client.get("/api/duties/now").json()["reminders"]
    assert [one["text"] for one in standing] == ["avant le premier bus"]
    assert abs(standing[0]["due_at"] - now() - HOUR) < 30 * SECOND
    assert desk.evaluate("!!document.activeElement.closest('[data-queue]')")
    expect(desk.get_by_text("Rien n'attend").locator("..")).to_contain_text("avant le premier bus")


def test_a_reminder_on_an_alarm_opens_it(tidy: City, desk: Page, wait_until: Callable[..., Any]) -> None:
    tidy.say("A045/D3", tripped=1)
    row = desk.locator("[data-queue] .line").first
    expect(row).to_be_visible(timeout=15_000)
    desk.keyboard.press("ArrowDown")
    desk.wait_for_timeout(800)
    desk.keyboard.press("r")
    expect(desk.locator(".remind")).to_contain_text("A045")
    desk.keyboard.type("10 rappeler l'astreinte")
    desk.keyboard.press("Enter")
    expect(desk.locator(".remind")).to_have_count(0)
    (one,) = wait_until(lambda: tidy.client.get("/api/duties/now").json()["reminders"], WAIT_S, 0.1)
    assert one["target"]["kind"] == "alarm"
    desk.keyboard.press("Escape")
    desk.goto(f"{tidy.url}/#/duties/reminders")
    desk.locator(".go").first.click()
    expect(desk.locator("aside.right")).to_contain_text("Départ")
    tidy.act("duties.done", reminder=one["id"])


def test_an_instruction_is_shown_until_read(tidy: City, desk: Page) -> None:
    given = tidy.act("duties.instruct", text="Ne pas réarmer A045/D3 avant visite", end=now() + HOUR)
    band = desk.locator(".bands")
    expect(band).to_contain_text("Ne pas réarmer")
    expect(desk.locator(".abnormal")).to_contain_text("consigne à lire")
    band.get_by_role("button", name="J'ai lu").click()
    expect(band).not_to_contain_text("Ne pas réarmer")
    assert desk.evaluate("!!document.activeElement.closest('[data-queue]')")
    readers = tidy.client.get("/api/duties/instructions").json()["items"][0]["instruction"]["reads"]
    assert len(readers) == 1
    tidy.act("duties.end_instruction", instruction=given["events"][0]["instruction"], reason="done")
    expect(desk.locator(".abnormal")).not_to_contain_text("Ne pas réarmer")


def test_a_routine_is_recorded_from_the_strip(tidy: City, desk: Page) -> None:
    before = tidy.client.get("/api/duties/routines").json()
    soon = time.gmtime(time.time() + 120)
    radio = {"name": "essai", "label": {"fr": "Essai radio"}, "at": time.strftime("%H:%M", soon), "before_min": 20}
    zone = {**before["calendar"], "zone": "UTC"}
    tidy.act("duties.set_routines", routines=[radio], calendar=zone)
    strip = desk.locator(".due")
    expect(strip).to_contain_text("Essai radio")
    strip.get_by_role("button", name="Fait").click()
    expect(strip.filter(has_text="Essai radio")).to_have_count(0)
    expect(desk.locator(".log")).to_contain_text("Essai radio")
    tidy.act("duties.set_routines", routines=before["items"], calendar=before["calendar"])


def test_a_night_round_by_keyboard_opens_work(tidy: City, desk: Page, wait_until: Callable[..., Any]) -> None:
    desk.goto(f"{tidy.url}/#/round")
    desk.get_by_label("Rue, armoire ou départ").fill("A045/D3")
    desk.locator(".hits button").first.wait_for()
    desk.keyboard.press("Enter")
    expect(desk.locator(".round ol li")).to_have_count(12)
    desk.keyboard.press("Enter")
    desk.keyboard.type("7e")
    expect(desk.locator(".said")).to_contain_text("A045-7 : Éteint")
    desk.keyboard.type("12v")
    expect(desk.locator(".said")).to_contain_text("Vasque cassée")
    expect(desk.locator(".round header")).to_contain_text("3 vus sur 12 · 2 défauts")

    def opened() -> bool:
        items = tidy.client.get("/api/work", params={"limit": 200}).json()["items"]
        return {("A045-7", "lamp_fault"), ("A045-12", "bowl_broken")} <= {(one["code"], one["fault"]) for one in items}

    wait_until(opened, WAIT_S, 0.1)
    desk.get_by_role("button", name="Terminer la tournée").click()
    expect(desk.locator(".log")).to_contain_text("Tournée de nuit")


@pytest.fixture
def furnished(tidy: City) -> City:
    """Return the city with the demonstration's directory."""
    text = resources.files("beffroi.directory").joinpath("demo.toml").read_text(encoding="utf-8")
    answer = tidy.client.post(
        "/api/directory/import",
        content=text.encode(),
        headers={"X-Beffroi-CSRF": tidy.csrf, "Content-Type": "text/plain"},
    )
    assert answer.status_code == 201, answer.text
    return tidy


def test_found_and_called_within_two_seconds(furnished: City, desk: Page) -> None:
    desk.goto(f"{furnished.url}/#/directory")
    field = desk.get_by_role("combobox", name="Qui appeler")
    expect(field).to_be_focused()
    desk.keyboard.type("qui est d'astreinte à cheno")
    begun = time.monotonic()
    desk.keyboard.type("ve")
    first = desk.locator("#contact-0")
    expect(first).to_contain_text("Chenôve")
    assert time.monotonic() - begun < 2
    desk.keyboard.press("Enter")
    panel = desk.locator("aside.right")
    expect(panel).to_contain_text("06 39 98")
    panel.get_by_role("button", name="Sans réponse").click()
    expect(desk.locator(".log")).to_contain_text("sans réponse")
    expect(panel.locator("ul")).to_contain_text("Sans réponse")


def test_ctrl_k_finds_a_number(furnished: City, desk: Page) -> None:
    desk.keyboard.press("Control+k")
    desk.keyboard.type("codsi")
    expect(desk.locator(".palette")).to_contain_text("CODIS 21")
    assert furnished.client.get("/api/directory/print.pdf").content.startswith(b"%PDF")


def test_nothing_of_an_erased_person_is_left(furnished: City, wait_until: Callable[..., Any]) -> None:
    name, number = f"Zénobie {uuid4().hex[:8]}", "06 39 98 77 77"
    entry = {"organisation": "Mairie d'Ahuy", "name": name, "person_phones": [{"number": number}], "note": "voisine"}
    contact = furnished.act("directory.set_contact", entry=entry)["events"][0]["contact"]
    assert name in furnished.client.get("/api/directory", params={"q": name}).text
    furnished.act("directory.call", contact=contact, outcome="reached")
    furnished.act("directory.forget_person", contact=contact)

    def gone() -> bool:
        lines = furnished.client.get("/api/journal", params={"type": "directory.contact_set", "limit": 500}).json()
        mine = [one for one in lines["items"] if one["data"]["contact"] == contact]
        return all(one["erased"] for one in mine)

    wait_until(gone, WAIT_S, 0.1)
    for path in ("/api/directory", "/api/directory/print", f"/api/directory/{contact}", "/api/directory/calls"):
        text = furnished.client.get(path, params={"q": name} if path == "/api/directory" else {}).text
        assert name not in text
        assert number not in text
    assert name not in furnished.client.get("/api/journal", params={"q": name}).text
    exported = furnished.client.get("/api/journal/export", params={"type": "directory.", "personal": "true"})
    with zipfile.ZipFile(io.BytesIO(exported.content)) as pack:
        assert pack.namelist()
        assert not any(name.encode() in pack.read(one) or number.encode() in pack.read(one) for one in pack.namelist())
    furnished.post("/api/journal/verification", {})
    report = wait_until(lambda: finished(furnished), WAIT_S, 0.1)
    assert report["sound"], report
    for log in furnished.product.settings.data.rglob("*.txt"):
        assert name not in log.read_text(errors="replace")


def test_the_directory_answers_while_the_core_is_silent(
    furnished: City, desk: Page, wait_until: Callable[..., Any]
) -> None:
    """A call logged meanwhile waits on the seat and enters once."""
    with desk.expect_response("**/api/directory/print"):
        desk.reload()
    desk.goto(f"{furnished.url}/#/directory")
    expect(desk.locator("#contact-0")).to_be_visible()
    before = len(lines_of(furnished, "directory.called"))
    signal_core(furnished, signal.SIGSTOP)
    try:
        expect(desk.locator(".frame.lost")).to_be_visible()
        desk.get_by_role("combobox", name="Qui appeler").fill("samu")
        expect(desk.locator("#contact-0")).to_contain_text("régulation médicale")
        desk.keyboard.press("Enter")
        desk.locator("aside.right").get_by_role("button", name="Joint").click()
        expect(desk.locator("aside.right")).to_contain_text("non transmis")
    finally:
        signal_core(furnished, signal.SIGCONT)
    wait_until(lambda: answers(furnished), WAIT_S, 0.1)
    wait_until(lambda: len(lines_of(furnished, "directory.called")) > before, WAIT_S, 0.1)
    expect(desk.locator("aside.right")).not_to_contain_text("non transmis")
    assert len(lines_of(furnished, "directory.called")) == before + 1


SCREENS = (
    *("duties/instructions", "duties/reminders", "duties/routines", "duties/past", "round"),
    *("directory/find", "directory/rosters", "directory/calls", "directory/new"),
)


@pytest.mark.parametrize(("theme", "lang"), [("night", "fr"), ("day", "en")])
def test_axe_finds_nothing(page: Page, furnished: City, theme: str, lang: str) -> None:
    if not AXE.exists():
        pytest.skip("needs axe-core: npm ci in web/desk")
    furnished.act("duties.instruct", text="Ne pas réarmer A045/D3", end=now() + HOUR)
    furnished.act("duties.remind", text="rappeler Enedis", due_at=now())
    open_desk(page, furnished, theme=theme, lang=lang)
    page.evaluate(AXE.read_text())
    found = []
    for screen in SCREENS:
        page.evaluate(f"location.hash = '#/{screen}'")
        page.wait_for_timeout(700)
        if screen == "directory/find":
            page.keyboard.press("Enter")
            page.wait_for_timeout(700)
        found += [f"{screen}: {wrong}" for wrong in violations(page)]
    page.keyboard.press("Escape")
    page.evaluate("document.querySelector('[data-queue]').focus()")
    page.keyboard.press("r")
    found += [f"remind: {wrong}" for wrong in violations(page)]
    assert not found, "\n".join(found)
