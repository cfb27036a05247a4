"""The operator's radio and telephone: a second screen, read as a person reads it."""

import re
import time
from typing import NamedTuple

from playwright.sync_api import Browser, Page, expect

from tests.night.city import NightCity


class Heard(NamedTuple):
    """One line of the console as it is shown."""

    n: int
    clock: str
    channel: str
    who: str
    text: str
    direction: str


class Voices:
    """The simulated radio and telephone console in a window of its own."""

    def __init__(self, browser: Browser, city: NightCity) -> None:
        self._context = browser.new_context(viewport={"width": 1000, "height": 700}, locale="fr-FR")
        self.page: Page = self._context.new_page()
        self.page.goto(city.console)
        expect(self.page.locator("#clock")).to_have_text(re.compile(r"^[^-]*:[^-]*$"))
        self.read = max((line.n for line in self.lines()), default=0)

    def lines(self) -> list[Heard]:
        """List what is shown, oldest first."""
        rows = self.page.eval_on_selector_all(
            "#lines li",
            "all => all.map(li => [li.dataset.n, ...[...li.children].map(cell => cell.innerText), li.className])",
        )
        return [Heard(int(row[0]), *row[1:]) for row in reversed(rows)]

    def fresh(self) -> list[Heard]:
        """List what was not read yet."""
        found = [line for line in self.lines() if line.n > self.read]
        if found:
            self.read = found[-1].n
        return found

    def wait(self, pattern: str, after: int = 0, within_s: float = 60.0) -> Heard:
        """Return the first line after another that matches; AssertionError when nobody says it."""
        deadline = time.monotonic() + within_s
        wanted = re.compile(pattern, re.IGNORECASE)
        while True:
            for line in self.lines():
                if line.n > after and wanted.search(f"{line.who} {line.text}"):
                    return line
            assert time.monotonic() < deadline, (pattern, self.lines()[-8:])
            self.page.wait_for_timeout(50)

    def last(self) -> int:
        """Return the number of the last line shown."""
        return max((line.n for line in self.lines()), default=0)

    def dial(self, number: str, text: str) -> int:
        """Call a number; returns the line of the console from which the answer is to be read."""
        before = self.last()
        self.page.fill("#number", number)
        self.page.fill("#phone-text", text)
        self.page.press("#phone-text", "Enter")
        self.wait("ça sonne", before)
        return before

    def call(self, number: str, text: str, within_s: float = 90.0) -> bool:
        """Call a number and tell whether somebody answered."""
        before = self.dial(number, text)
        return "Sans réponse" not in self.wait("sans réponse|raccroché", before, within_s).text

    def radio(self, sign: str, text: str) -> int:
        """Speak on the radio; returns the line of the console from which the answer is to be read."""
        before = self.last()
        self.page.fill("#to", sign)
        self.page.fill("#radio-text", text)
        self.page.press("#radio-text", "Enter")
        return before

    def clock(self) -> str:
        """Return the city's clock as the console shows it."""
        return self.page.inner_text("#clock")

    def close(self) -> None:
        """Leave."""
        self._context.close()
