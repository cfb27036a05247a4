"""What an operator does with the keyboard: each key counted, for the event it is about."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Locator, Page

from tests.night.ledger import Event

READING_S = 3.0
"""Seconds of the city that a line takes to read."""

Purpose = Literal["event", "call", "text"]
"""What a key is for: the event itself, the record of a call attempt, the frame of a line that is text."""


class Hands:
    """One person at one desk: only the keyboard, only what is visible."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keys = 0
        self.lines_read = 0
        self.pressed: list[str] = []
        self.event: Event | None = None
        self.purpose: Purpose = "event"

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
        if self.event is None:
            return
        if self.purpose == "call":
            self.event.call_keys += 1
        elif self.purpose == "text":
            self.event.text_keys += 1
        else:
            self.event.keys += 1
            self.event.story.append(key)

    @contextmanager
    def for_a(self, purpose: Purpose) -> Iterator[None]:
        """Count the keys of a block as a call's, or as the frame of a text."""
        before, self.purpose = self.purpose, purpose
        yield
        self.purpose = before

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
