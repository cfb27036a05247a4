"""The stage of the five moments: one demonstration, seats, voices, what is measured, pictures on request."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.fault.room import PASSWORD
from tests.night.city import NightCity, open_seat
from tests.night.hands import Hands
from tests.night.voices import Voices

PICTURES = os.environ.get("BEFFROI_MOMENTS", "")
"""Folder where each step's picture is written; without it none is taken."""

SIZE = {"width": 1280, "height": 720}
LISTEN = """
window.heardTones = [];
const start = AudioScheduledSourceNode.prototype.start;
AudioScheduledSourceNode.prototype.start = function (...rest) {
  window.heardTones.push(Date.now());
  return start.apply(this, rest);
};
"""
"""Notes when the seat plays: the tones of one signal are less than a second apart."""


class Seat:
    """One seat of the room: a browser of its own, its hands, its ears."""

    def __init__(self, browser: Browser, city: NightCity, login: str, size: dict[str, int] | None = None) -> None:
        self.context: BrowserContext
        self.page: Page
        self.errors: list[str] = []
        self.heard = 0
        self.context, self.page = open_seat(browser, city, login, size or SIZE, LISTEN, self.errors)
        self.hands = Hands(self.page)

    def line(self, text: str) -> Locator:
        """Return the line of the queue that holds a text."""
        return self.page.locator("[data-queue] [role=option]", has_text=text)

    def arm(self) -> None:
        """Test and arm the sound as the band asks."""
        self.page.get_by_role("button", name="Tester et armer").focus()
        self.page.keyboard.press("Enter")
        self.page.locator("[data-queue]").focus()
        self.page.wait_for_timeout(1200)

    def sounds(self, since_ms: float = 0.0) -> int:
        """Return how many signals were played after a time: tones less than a second apart are one."""
        tones = sorted(at for at in self.page.evaluate("window.heardTones") if at > since_ms)
        return sum(1 for place, at in enumerate(tones) if place == 0 or at - tones[place - 1] > 1_000)

    def now_ms(self) -> float:
        """Return the seat's clock."""
        return float(self.page.evaluate("Date.now()"))

    def notice(self) -> str:
        """Return what the seat says at the moment."""
        where = self.page.locator(".notice-line")
        return where.inner_text() if where.count() else ""

    def map_view(self) -> Any:
        """Return where the map looks, as the address of the page or the map itself keeps it."""
        return self.page.evaluate("sessionStorage.getItem('beffroi.view') ?? localStorage.getItem('beffroi.view')")

    def right(self) -> Locator:
        """Return what is in hand."""
        return self.page.locator(".right")

    def picture(self, name: str) -> None:
        """Write a picture of the step, when asked for."""
        if PICTURES:
            folder = Path(PICTURES)
            folder.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=folder / f"{name}.png", timeout=120_000)

    def close(self) -> None:
        """Leave the seat."""
        self.context.close()


class Stage:
    """Everything that a moment needs."""

    def __init__(self, browser: Browser, city: NightCity) -> None:
        self.browser = browser
        self.city = city
        self.seats: list[Seat] = []
        self.voices = Voices(browser, city)

    def seat(self, login: str = "operateur", size: dict[str, int] | None = None) -> Seat:
        """Open a seat."""
        made = Seat(self.browser, self.city, login, size)
        self.seats.append(made)
        return made

    def clear(self) -> None:
        """Close the seats of a moment; what a page could not bear fails it."""
        errors = [error for seat in self.seats for error in seat.errors]
        for seat in self.seats:
            seat.close()
        self.seats.clear()
        self.city.rate(1)
        assert not errors, errors

    @contextmanager
    def hurried(self, rate: float) -> Iterator[None]:
        """Let the city's clock run faster for the length of a block: nobody does anything meanwhile."""
        self.city.rate(rate)
        try:
            yield
        finally:
            self.city.rate(1)

    def pass_until(self, hour: str, rate: float = 60.0) -> None:
        """Let time pass quickly until the city's clock shows an hour, slowly over the last seconds."""
        at = self.city.at(hour)
        with self.hurried(rate):
            self.city.until(at - 20_000_000, 300)
        self.city.until(at, 60)

    def hear(self, pattern: str, after: int, rate: float = 60.0, within_s: float = 240.0) -> Any:
        """Let time pass quickly until somebody says something on the radio or the telephone."""
        with self.hurried(rate):
            return self.voices.wait(pattern, after, within_s)


def phone_of(text: str) -> str:
    """Return the first telephone number that a visible text shows."""
    found = re.search(r"0[1-79](?:[ .]?\d\d){4}", text)
    assert found, f"no telephone number to read in: {text}"
    return found.group()


def allowed(seconds: float) -> float:
    """Return how long a thing may take here and now: up to thrice where more processes than processors want to run."""
    return seconds * min(3.0, max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)))


def choose(seat: Seat, text: str) -> None:
    """Go down the list that has the focus to the first option that holds a text."""
    for _ in range(12):
        if text in seat.right().locator("[role=option][aria-selected=true]").inner_text():
            return
        seat.hands.press("ArrowDown")
        seat.page.wait_for_timeout(50)
    raise AssertionError(text)


UNDERSTOOD = """async (said) => {
  const times = [];
  for (let turn = 0; turn < 5; turn++) {
    const from = performance.now();
    await (await fetch('/api/understand?q=' + encodeURIComponent(said))).json();
    times.push(performance.now() - from);
  }
  return times.sort((a, b) => a - b)[2];
}"""
"""Median ms of five answers to what a caller says."""

WHEN_OUTLINED = """(text) => {
  const seen = () => [...document.querySelectorAll('[data-queue] [role=option]')]
    .some((line) => line.innerText.includes(text) && line.querySelector('.outline'));
  const watch = new MutationObserver(() => {
    if (!seen()) return;
    watch.disconnect();
    window.outlinedAt = Date.now();
  });
  watch.observe(document.querySelector('[data-queue]'), {subtree: true, childList: true, attributes: true});
}"""
"""Notes when the line of a text is acknowledged on a seat."""


CODES = {"operateur": "481516", "chef": "719283"}
SLOW_MS = 60_000


def seats_with_codes(night: Stage) -> Seat:
    """Open a seat that is enrolled, holds three desks, and where two persons have a code."""
    for login, code in CODES.items():
        night.city.seat(login).post("/api/access/code", {"present": PASSWORD, "code": code})
    for desk in ("lighting", "traffic", "watch"):
        night.city.free_desk(desk)
    seat = night.seat("operateur")
    page = seat.page
    page.evaluate("location.hash = '#/seats'")
    page.fill("#seat-name", "Poste nuit")
    page.keyboard.press("Enter")
    expect(page.locator(".seat.chip")).to_contain_text("Poste nuit", timeout=SLOW_MS)
    for desk in ("Éclairage", "Circulation", "Veille"):
        page.get_by_label(f"Choisir {desk}").check()
    page.get_by_role("button", name="Tenir ici les postes choisis").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".seat.chip")).to_contain_text("3", timeout=SLOW_MS)
    page.evaluate("location.hash = '#/lighting'")
    page.locator("[data-queue]").focus()
    return seat


def chosen(one: Seat) -> str:
    """Return the text of the option that is chosen."""
    return one.right().locator("[role=option][aria-selected=true]").inner_text()


def attempt(one: Seat) -> None:
    """Record that the person chosen is being called."""
    one.hands.press("Enter")
    one.hands.until(one.page.locator("[role=status]").first, "Appel noté", 20)
