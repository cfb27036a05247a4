"""The desk as one person sees and works it: the queue's visible lines, and one method a gesture."""

import re
from typing import NamedTuple

from playwright.sync_api import Locator, Page

from tests.night.hands import Hands

CODE = re.compile(r"\b[A-Z]\d{3}/D\d|\b[A-Z]\d{3}-\d+|\b[A-Z]\d{3}\b")
NUMBER = re.compile(r"\d{4}-\d{4}")
CLOSABLE = re.compile("à clore|clôture proposée|peut être clos", re.IGNORECASE)
ROWS = "[data-queue] [role=option]"
SAID_MS = 20_000
SLOW_MS = 60_000


class Line(NamedTuple):
    """One line of the queue as it is shown: who holds it, whether its closure is proposed."""

    place: int
    title: str
    text: str
    code: str
    mine: bool
    closable: bool


class Screen:
    """One desk under one pair of hands; `name` is how the queue names whoever took a line."""

    def __init__(self, page: Page, hands: Hands, name: str) -> None:
        self.page, self.hands, self.name = page, hands, name
        self._rows = page.locator(ROWS)

    def lines(self) -> list[Line]:
        """Return the lines of the queue that are in sight."""
        return [self._line(place, text) for place, text in enumerate(self._rows.all_inner_texts())]

    def total(self) -> int:
        """Return how many lines the queue has, those out of sight included, as it says to whoever reads by ear."""
        return int(self._rows.first.get_attribute("aria-setsize") or 0) if self._rows.count() else 0

    def _line(self, place: int, shown: str) -> Line:
        parts = [part.strip() for part in shown.splitlines() if part.strip()]
        text = " ".join(parts)
        codes = CODE.findall(text)
        title = parts[2] if len(parts) > 2 else text
        code = codes[-1] if codes else next(iter(NUMBER.findall(text)), title)
        return Line(place, title, text, code, self.name in text, CLOSABLE.search(text) is not None)

    def select(self, code: str) -> bool:
        """Go to a line with the arrows, or from an end of the queue; tells whether it was still there."""
        self.page.locator("[data-queue]").focus()
        for _ in range(12):
            at, wanted, count = self._selected(), self._place(code), self._rows.count()
            if wanted < 0:
                return False
            if at == wanted:
                return True
            near = _toward(at, wanted, count)
            # one arrow is as short as the space bar, which turns to what asks
            far = near not in ("ArrowDown", "ArrowUp") or abs(wanted - at) > 1
            self.hands.press("Space" if far and self._turns_to(at) == wanted else near)
            self.page.wait_for_timeout(60)
        return False

    def _turns_to(self, at: int) -> int:
        """Return the place of the line to which the space bar goes, as the lines in sight tell; -1 for none."""
        asking = [line.place for line in self.lines() if not line.mine or line.closable]
        if at in asking:
            asking = [*(place for place in asking if place > at), *asking]
        return asking[0] if asking else -1

    def _selected(self) -> int:
        marks = self._rows.evaluate_all("all => all.map((one) => one.getAttribute('aria-selected') === 'true')")
        return marks.index(True) if True in marks else -1

    def _place(self, code: str) -> int:
        return next((line.place for line in self.lines() if line.code == code), -1)

    def shows(self, code: str) -> bool:
        """Tell whether the queue still has a line about a painted number."""
        return self._place(code) >= 0

    def holds(self, code: str) -> bool:
        """Tell whether the queue says that a line is this person's; one that left needs nobody."""
        found = next((line for line in self.lines() if line.code == code), None)
        return found is not None and found.mine

    def number(self) -> str:
        """Return the number of the event in hand, as its panel shows it."""
        found = NUMBER.search(self.right.first.inner_text())
        return found.group() if found else ""

    @property
    def right(self) -> Locator:
        """Return what is in hand."""
        return self.page.locator(".right")

    def notice(self) -> str:
        """Return what the desk says at the moment."""
        where = self.page.locator(".notice-line")
        return where.first.inner_text() if where.count() else ""

    def takes(self, key: str, code: str, done: str) -> bool:
        """Press a key on the selected line, again when it just changed under the finger; tells whether it was done."""
        for _ in range(3):
            self.page.wait_for_timeout(750)
            self.hands.press(key)
            self.page.wait_for_timeout(350)
            said = self.notice()
            if re.search(done, said):
                return True
            if "changer" not in said or not self.select(code):
                return False
        return False

    def open_engage(self) -> str:
        """Ask who to send; returns the text of the option proposed first, empty where there is nobody or no event."""
        self.hands.press("e")
        option = self.right.locator("[role=option][aria-selected=true]")
        refused = self.page.locator(".notice-line", has_text="Choisissez d’abord")
        nobody = self.right.locator(".list:not(:has([role=option]))")
        option.or_(refused).or_(nobody).first.wait_for(timeout=SLOW_MS)
        return option.first.inner_text() if option.count() else ""

    def tell_state(self, key: str, who: str) -> None:
        """Enter a state told by voice: its key, who speaks, and let it note itself."""
        self.hands.press(key)
        field = self.page.locator("#tell-at")
        field.wait_for(timeout=SAID_MS)
        self.hands.write(who)
        self.page.locator("form.tell").wait_for(state="detached", timeout=SAID_MS)
        self.page.locator("[data-queue]").focus()

    def refuse(self, code: str, reason: str) -> None:
        """Note that whoever was engaged last on an event refuses, by the digit of the reason."""
        self.select(code)
        self.hands.press("0")
        self.page.locator(".refuse").wait_for(timeout=SAID_MS)
        self.hands.press(reason)
        self.page.locator(".refuse").wait_for(state="detached", timeout=SAID_MS)
        self.page.locator("[data-queue]").focus()

    def write_line(self, text: str) -> None:
        """Write a line of the main courante."""
        with self.hands.for_a("text"):
            self.hands.press("m")
            self.hands.write(text)
            self.hands.press("Enter")
        self.page.locator(".log li", has_text=text[:60]).first.wait_for(timeout=SAID_MS)
        self.page.locator("[data-queue]").focus()

    def open_event(self, text: str, code: str) -> bool:
        """Open an event for what somebody tells; tells whether it is in hand."""
        self.page.locator("[data-queue]").focus()
        self.hands.press("n")
        self.page.locator("#new-what").wait_for(timeout=SAID_MS)
        self.hands.write(text)
        self.page.locator("#new-offers li", has_text=code).first.wait_for(timeout=SAID_MS)
        self.hands.press("Enter")
        self.hands.until(self.right, r"\d{4}-\d{4}", 20)
        self.page.locator("[data-queue]").focus()
        return True

    def record_call_to(self, place: int) -> None:
        """Record on the checklist that an authority was told: the first one asked for, by its digit."""
        with self.hands.for_a("call"):
            self.hands.press("l", str(place), "Escape")
        self.page.locator("[data-queue]").focus()

    def close_event(self, code: str, cause: str, result: str, reason: str) -> bool:
        """Close the selected event: what is proposed, else a cause and a result; tells whether its line left."""
        self.hands.press("x")
        closing = self.page.locator(".closing")
        closing.wait_for(timeout=SAID_MS)
        if "↵" in closing.inner_text():
            self.hands.press("Enter")
        else:
            self.hands.press(cause, result)
        self.page.wait_for_timeout(500)
        if closing.count() and "étape" in closing.inner_text().lower():
            self.hands.press(reason)
            self.page.wait_for_timeout(500)
        return not self.shows(code)


def _toward(at: int, wanted: int, count: int) -> str:
    """Return the key that leads nearest to a line: an arrow, or an end of the queue."""
    here = abs(wanted - at) if at >= 0 else wanted + 1
    if wanted + 1 < min(here, count - wanted):
        return "Home"
    if count - wanted < here:
        return "End"
    return "ArrowDown" if wanted > at else "ArrowUp"
