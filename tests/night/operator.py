"""A scripted operator: reads what is shown, decides by the few rules that one is taught, keeps to the keyboard.

What costs a person costs him: three seconds of the city a line read, a key at a time, one thing after another. So an
event that comes while he is busy waits, and the ledger says how long.
"""

import re
import time
from typing import NamedTuple

from playwright.sync_api import Locator, Page

from tests.night.city import NightCity
from tests.night.hands import READING_S, Event, Hands
from tests.night.voices import Heard, Voices

CODE = re.compile(r"[A-Z]\d{3}/D\d|[A-Z]\d{3}-\d+|[A-Z]\d{3}\b")
STATES = (("2", "route pour|en route"), ("3", "sur place|sur les lieux"), ("4", "sécurité"), ("5", "disponible"))
CLOSABLE = re.compile("à clore|clôture proposée|peut être clos", re.IGNORECASE)
REFUSES = re.compile("négatif", re.IGNORECASE)
SEND_A_CREW = re.compile("déclenché|muette|mât|panne", re.IGNORECASE)


class Line(NamedTuple):
    """One line of the queue as it is shown."""

    place: int
    text: str
    code: str
    waits: bool
    mine: bool
    closable: bool


class Operator:
    """One person alone at one desk, with a radio and a telephone."""

    def __init__(self, page: Page, voices: Voices, city: NightCity, name: str = "Camille") -> None:
        self.page, self.voices, self.city, self.name = page, voices, city, name
        self.hands = Hands(page)
        self.events: dict[str, Event] = {}
        self.engaged: dict[str, str] = {}
        """Who is on which painted number, by call sign."""

        self.to_engage: list[str] = []

    # -- time

    def now_s(self) -> float:
        """Return the city's time in seconds, as the console's clock has it."""
        return (
            float(self.voices.page.evaluate("fetch('/api/state?after=999999999').then((a) => a.json())")["now"]) / 1e6
        )

    def spend(self, seconds: float) -> None:
        """Let seconds of the city pass: that is what reading costs."""
        until = self.now_s() + seconds
        while self.now_s() < until:
            self.page.wait_for_timeout(30)

    def event(self, code: str) -> Event:
        """Return the ledger's line of an event, opened at its first sight."""
        if code not in self.events:
            self.events[code] = Event(code, shown_s=self.now_s())
        return self.events[code]

    # -- reading

    def queue(self) -> list[Line]:
        """Read the queue: what was not read before costs three seconds a line."""
        rows = self.page.locator("[data-queue] [role=option]")
        found = []
        for place, text in enumerate(rows.all_inner_texts()):
            flat = " ".join(text.split())
            codes = CODE.findall(flat)
            code = next((one for one in codes if "/" in one or "-" in one), codes[0] if codes else flat[:40])
            waits = "acquittée" not in flat and self.name not in flat
            found.append(Line(place, flat, code, waits, self.name in flat, CLOSABLE.search(flat) is not None))
        fresh = [line for line in found if line.code not in self.events]
        for line in fresh:
            self.event(line.code)
            self.hands.lines_read += 2
            self.spend(2 * READING_S)
        return found

    def select(self, line: Line) -> bool:
        """Go to a line with the arrows; tells whether it was still there."""
        self.page.locator("[data-queue]").focus()
        rows = self.page.locator("[data-queue] [role=option]")
        for _ in range(12):
            at = self._selected(rows)
            if at >= 0 and line.code in " ".join(rows.nth(at).inner_text().split()):
                return True
            wanted = self._place(rows, line.code)
            if wanted < 0:
                return False
            self.hands.press("ArrowDown" if wanted > at else "ArrowUp")
            self.page.wait_for_timeout(40)
        return False

    @staticmethod
    def _selected(rows: Locator) -> int:
        marks = rows.evaluate_all("all => all.map((one) => one.getAttribute('aria-selected') === 'true')")
        return marks.index(True) if True in marks else -1

    @staticmethod
    def _place(rows: Locator, code: str) -> int:
        texts = rows.all_inner_texts()
        return next((place for place, text in enumerate(texts) if code in " ".join(text.split())), -1)

    def notice(self) -> str:
        """Return what the desk says at the moment."""
        where = self.page.locator(".notice-line")
        return where.first.inner_text() if where.count() else ""

    # -- one turn of attention

    def turn(self) -> bool:
        """Do the next thing that matters; tells whether there was one."""
        for heard in self.voices.fresh():
            self.hands.lines_read += 1
            self.spend(READING_S)
            self.hear(heard)
        lines = self.queue()
        for line in lines:
            if line.waits:
                return self.attend(line)
        for line in lines:
            if line.closable and line.mine:
                return self.close(line)
        if self.to_engage:
            code = self.to_engage.pop(0)
            found = next((one for one in lines if one.code == code), None)
            return found is not None and self.engage(found)
        return False

    def attend(self, line: Line) -> bool:
        """Acknowledge, take, and send somebody when that is what the line asks for."""
        event = self.event(line.code)
        self.hands.event = event
        event.attended_s = event.attended_s or self.now_s()
        if not self.select(line):
            return False
        self.page.wait_for_timeout(750)
        self.hands.press("a")
        self.page.wait_for_timeout(750)
        self.hands.press("p")
        self.page.wait_for_timeout(300)
        event.story.append(f"taken: {line.text[:60]} {self.notice()[:60]}")
        self.hands.lines_read += 4
        self.spend(4 * READING_S)
        if SEND_A_CREW.search(line.text):
            return self.engage(line)
        return True

    def engage(self, line: Line) -> bool:
        """Send the first that the panel proposes: a crew by radio, or the next person on call by telephone."""
        event = self.event(line.code)
        self.hands.event = event
        if not self.select(line):
            return False
        self.hands.press("e")
        option = self.page.locator(".right [role=option][aria-selected=true]")
        option.first.wait_for(timeout=20_000)
        text = option.first.inner_text()
        self.hands.lines_read += 3
        self.spend(3 * READING_S)
        self.hands.press("Enter")
        self.page.wait_for_timeout(400)
        said = f"{line.code}, {line.text[:80]}"
        phone = re.search(r"0[67](?:[ .]?\d\d){4}", text)
        if phone is None:
            sign = text.split("\n")[1] if text.split("\n")[0].isdigit() else text.split("\n")[0]
            self.engaged[sign] = line.code
            self.voices.radio(sign, said)
            return True
        event.calls += 1
        mark = self.voices.dial(phone.group(), said)
        answer = self.voices.wait("sans réponse|raccroché", mark, 120)
        reached = "Sans réponse" not in answer.text
        self.hands.press("j" if reached else "s")
        self.page.wait_for_timeout(400)
        if reached:
            self.engaged[answer.who] = line.code
        else:
            self.to_engage.append(line.code)
        event.story.append(f"called {answer.who}: {'reached' if reached else 'no answer'}")
        return True

    # -- the radio

    def hear(self, heard: Heard) -> None:
        """Do what a sentence asks for: a state, another crew, a new event, a line."""
        code = self.engaged.get(heard.who)
        if code and REFUSES.search(heard.text):
            self.to_engage.append(self.engaged.pop(heard.who))
            return
        if code is None:
            if heard.channel == "radio" and "poste" not in heard.who:
                self.told(heard)
            return
        key = next((key for key, words in STATES if re.search(words, heard.text, re.IGNORECASE)), None)
        if key:
            self.state(code, key)
        if key == "5":
            del self.engaged[heard.who]

    def state(self, code: str, key: str) -> None:
        """Enter a state told by voice, at the hour of the key."""
        line = next((one for one in self.queue() if one.code == code), None)
        if line is None:
            return
        self.hands.event = self.event(code)
        if self.select(line):
            self.hands.press(key)
            self.page.wait_for_timeout(5_600)
            self.page.locator("[data-queue]").focus()

    def told(self, heard: Heard) -> None:
        """Open an event for a danger that a patrol tells, write a line of the rest."""
        dangerous = re.search("mât|câbles|gaz", heard.text, re.IGNORECASE)
        codes = CODE.findall(heard.text)
        self.hands.event = self.event(codes[0]) if dangerous and codes else None
        self.hands.press("n" if dangerous else "m")
        self.page.wait_for_timeout(200)
        self.hands.write(heard.text[:200])
        self.page.wait_for_timeout(700)
        self.hands.press("Enter")
        self.page.wait_for_timeout(500)
        self.page.locator("[data-queue]").focus()

    def close(self, line: Line) -> bool:
        """Close what is proposed, with the cause that is proposed."""
        event = self.event(line.code)
        self.hands.event = event
        if not self.select(line):
            return False
        self.hands.press("x")
        self.page.wait_for_timeout(300)
        self.hands.press("Enter")
        self.page.wait_for_timeout(600)
        if self._place(self.page.locator("[data-queue] [role=option]"), line.code) < 0:
            event.ended_s = self.now_s()
        return True

    def work_until(self, at_s: float, within_s: float) -> None:
        """Work until an hour of the city (s); AssertionError when the machine does not get there in time."""
        deadline = time.monotonic() + within_s
        while self.now_s() < at_s:
            assert time.monotonic() < deadline, "the night did not end in time"
            if not self.turn():
                self.page.wait_for_timeout(150)

    def ledger(self) -> str:
        """Return what each event cost and how long it waited."""
        rows = [
            f"{one.name}: {one.keys} keys, {one.calls} calls, waited {one.waited_s:.0f} s"
            for one in sorted(self.events.values(), key=lambda event: event.shown_s)
            if one.attended_s
        ]
        return "\n".join([*rows, f"{self.hands.keys} keys and {self.hands.lines_read} lines read in all"])
