"""What an operator costs: keys counted beyond text, lines read at three seconds each, who waited and how long."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from playwright.sync_api import Locator, Page

READING_S = 3.0
"""Seconds of the city that a line takes to read."""


class Event(msgspec.Struct):
    """What an event cost: keys beyond text, when it was shown, when somebody turned to it, when it ended (city, s)."""

    name: str
    keys: int = 0
    calls: int = 0
    shown_s: float = 0.0
    attended_s: float = 0.0
    ended_s: float = 0.0
    story: list[str] = []

    @property
    def waited_s(self) -> float:
        """Return how long it waited for somebody to turn to it."""
        return max(0.0, self.attended_s - self.shown_s)


class Hands:
    """One person at one desk: only the keyboard, only what is visible."""

    def __init__(self, page: Page, rate: float = 1.0) -> None:
        self.page = page
        self.rate = rate
        self.keys = 0
        self.lines_read = 0
        self.pressed: list[str] = []
        self.event: Event | None = None
        self._known: set[str] = set()
        self._began = time.monotonic()

    def press(self, *keys: str) -> None:
        """Press keys one after another: a character, or the name of a key; each counts."""
        for key in keys:
            self._count(key)
            if len(key) == 1:
                self.page.keyboard.type(key)
            else:
                self.page.keyboard.press(key)

    def write(self, text: str, words_a_minute: float = 0.0) -> None:
        """Type text: it is not counted; at 40 words a minute a letter takes 250 ms."""
        self.page.keyboard.type(text, delay=12_000 / words_a_minute if words_a_minute else 0)

    def _count(self, key: str) -> None:
        self.keys += 1
        self.pressed.append(key)
        if self.event is not None:
            self.event.keys += 1

    def read(self, where: Locator) -> list[str]:
        """Return the visible lines of a place; those not read before cost their three seconds."""
        text = where.first.inner_text() if where.count() else ""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        new = [line for line in lines if _without_time(line) not in self._known]
        self._known.update(_without_time(line) for line in new)
        self.lines_read += len(new)
        if new:
            self.page.wait_for_timeout(1000 * READING_S * len(new) / self.rate)
        return lines

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """Give the keys pressed in a block."""
        start = len(self.pressed)
        pressed: list[str] = []
        yield pressed
        pressed.extend(self.pressed[start:])

    def until(self, where: Locator, pattern: str, within_s: float = 10.0) -> str:
        """Return the visible text of a place once it matches."""
        deadline = time.monotonic() + within_s
        wanted = re.compile(pattern, re.IGNORECASE | re.DOTALL)
        while True:
            text = where.first.inner_text() if where.count() else ""
            if wanted.search(text):
                return text
            assert time.monotonic() < deadline, f"never read « {pattern} », but: {text}"
            self.page.wait_for_timeout(20)


def _without_time(line: str) -> str:
    """Return a line without its hours, ages and counts: a shrinking deadline is not a new line."""
    return re.sub(r"\d+([:,.]\d+)*", "#", line)
