"""When the post falls (room.md, moment 5): the core killed, the network cut, the browser crashed; not one line lost."""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from .conftest import ARGUMENTS, CHROMIUM, City, core_pid, open_desk, signal_core

pytestmark = pytest.mark.e2e
BACK_MS = 60_000
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
def standing(desk: Page) -> Page:
    """Return the desk once its shell and its picture are on the seat's disk."""
    desk.evaluate(READY_SHELL)
    desk.wait_for_function(CONTROLLED, timeout=15_000)
    desk.wait_for_function(KEPT, timeout=20_000)
    return desk


@pytest.fixture
def fallen(standing: Page, city: City) -> Iterator[Callable[[], None]]:
    """Return how to freeze the core as if it had died, the supervisor kept from starting another; it comes back after."""
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


def write(page: Page, text: str) -> None:
    """Write a line of the main courante as an operator does."""
    page.locator("#log-text").fill(text)
    page.keyboard.press("Enter")


def test_a_killed_core_loses_no_line_and_says_what_was_missed(standing: Page, city: City) -> None:
    before = core_pid(city)
    killed = time.monotonic()
    signal_core(city, signal.SIGKILL)
    expect(standing.locator(".bands")).to_contain_text("Liaison perdue", timeout=3_000)
    band_s = time.monotonic() - killed
    write(standing, "câbles à nu, périmètre posé")
    expect(standing.locator(".bands")).to_contain_text("Rétabli", timeout=BACK_MS)
    back_s = time.monotonic() - killed
    assert core_pid(city) != before
    expect(standing.locator(".log .unsent")).to_have_count(0, timeout=15_000)
    assert lines(city, "câbles à nu, périmètre posé") == 1
    print(f"band {band_s:.2f} s, back {back_s:.1f} s, lines lost 0")


def test_the_desk_opens_again_while_the_core_is_away(standing: Page, city: City, fallen: Callable[[], None]) -> None:
    city.say("A045-2", power_w=80, level_pct=100)
    standing.wait_for_timeout(500)
    fallen()
    expect(standing.locator(".bands")).to_contain_text("Liaison perdue", timeout=4_000)
    write(standing, "avant le rechargement")
    standing.reload()
    expect(standing.locator(".bands")).to_contain_text("Liaison perdue", timeout=20_000)
    expect(standing.locator(".map.lost")).to_have_count(1)
    expect(standing.locator(".log .unsent")).to_contain_text("avant le rechargement")
    write(standing, "après le rechargement")
    expect(standing.locator(".log .unsent")).to_have_count(2)
    signal_core(city, signal.SIGCONT)
    expect(standing.locator(".log .unsent")).to_have_count(0, timeout=20_000)
    assert lines(city, "avant le rechargement") == lines(city, "après le rechargement") == 1
