"""A scripted operator: reads what is shown, decides by the few rules that one is taught, keeps to the keyboard.

What costs a person costs him: three seconds of the city a line read, a key at a time, one thing after another. So an
event that comes while he is busy waits, and the ledger says how long.
"""

import re
import time

from playwright.sync_api import Page

from tests.night.city import NightCity
from tests.night.electrician import Electrician
from tests.night.hands import READING_S, Hands
from tests.night.ledger import Event, Ledger
from tests.night.screen import CODE, Line, Screen
from tests.night.tempo import Tempo
from tests.night.voices import Heard, Voices

STATES = (
    ("2", "route pour|en route|on est parti"),
    ("3", "sur place|sur les lieux"),
    ("4", "sécurité"),
    ("5", "disponible"),
)
LATE = re.compile("pas encore sur place|retardé", re.IGNORECASE)
REFUSES = re.compile("négatif", re.IGNORECASE)
DANGER = re.compile("mât couché|câbles à nu|fils à nu|gaz", re.IGNORECASE)
SEND = re.compile("déclenché|muette|éteint\\b|couché", re.IGNORECASE)
"""Titles that ask for somebody on site."""

TOLD = {"Armoire sans tension": 1}
"""Titles that ask for a call to an authority of the checklist, and which of its digits."""

PHONE = re.compile(r"0[67](?:[ .]?\d\d){4}")
NO_ANSWER, REACHED = "s", "j"
OTHER_JOB = "1"
MOST_TRIES = 4
"""A line that does not let itself be taken is left to the next look so many times."""

CRASH, MADE_SAFE, ANOTHER_DID = "5", "3", "5"
"""Digits of the closure where nothing is proposed: a vehicle's impact, made safe, the steps were another's."""

RADIO = "radio"


class Operator:
    """One person alone at one desk, with a radio and a telephone."""

    def __init__(self, page: Page, voices: Voices, city: NightCity, fastest: float, name: str = "Camille") -> None:
        self.page, self.voices, self.city = page, voices, city
        self.hands = Hands(page)
        self.screen = Screen(page, self.hands, name)
        self.tempo = Tempo(city, voices, fastest)
        self.ledger = Ledger()
        self.electrician = Electrician(city)
        self.typed: list[str] = []
        """Every line typed, as it must be found once in the main courante."""

        self.heard: list[Heard] = []
        self.left_alone: list[str] = []
        """What was heard and asked for nothing."""

        self._unread: list[Heard] = []
        self._on: dict[str, list[str]] = {}
        """Who is on which painted numbers, by call sign, the first one first."""

        self._to_engage: list[str] = []
        self._numbers: dict[str, str] = {}
        """Under which number somebody is on a painted number, as the panel that engages said."""

        self._tried: dict[str, int] = {}
        self._told_safe: set[str] = set()

    # -- one turn of attention

    @property
    def idle(self) -> bool:
        """Tell whether nothing is under way any more, in the queue or in the street."""
        return not (self.ledger.under_way() or self._unread or self._to_engage or any(self._on.values()))

    def work_until(self, at_s: float, within_s: float, *, events: int = 0) -> None:
        """Work until an hour of the city (s), or until so many events are over; AssertionError past `within_s`."""
        deadline = time.monotonic() + within_s
        while self.tempo.now_s() < at_s and not (events and len(self.ledger.events) >= events and self.idle):
            assert time.monotonic() < deadline, f"the night did not end in time\n{self.tempo.report()}"
            if not self.turn():
                self.tempo.go("idle")
                self.page.wait_for_timeout(150)
        self.tempo.settle()

    def turn(self) -> bool:
        """Do the next thing that matters; tells whether there was one."""
        lines = self._look()
        dangerous = next((line for line in lines if self._waits(line)), None)
        self._unread += self.voices.fresh()
        if self._unread:
            self._read(1)
            self._hear(self._unread.pop(0))
            return True
        if dangerous is not None:
            return self._attend(dangerous)
        in_the_street = {code for jobs in self._on.values() for code in jobs}
        for line in lines:
            # closing releases whoever is there: his « disponible » comes first
            if line.closable and line.code not in in_the_street:
                return self._close(line)
        for line in lines:
            if line.code in self._told_safe:
                return self._close(line)
        if self._to_engage:
            # as in the second moment: once somebody was asked in vain, asking the next one is an attempt too
            with self.hands.for_a("call"):
                return self._engage(self._to_engage.pop(0))
        return False

    def _look(self) -> list[Line]:
        """Read the queue: a line not read before costs its two lines; one that left has ended."""
        lines = self.screen.lines()
        for line in lines:
            if self.ledger.find(line.code) is None:
                self.ledger.open(line.code, line.title, self.tempo.now_s())
                self._read(2)
        shown = {line.code for line in lines}
        # the list draws what fits: only where all of it is in sight does a line that is missing have left
        if len(lines) < self.screen.total():
            return lines
        for event in self.ledger.under_way():
            if event.name not in shown and not self.screen.shows(event.name):
                event.ended_s = self.tempo.now_s()
                event.outcome = event.outcome or "left by itself"
        return lines

    def _waits(self, line: Line) -> bool:
        """Tell whether nobody turned to a line yet, as far as the screen shows.

        A line that came as one's own is looked at too: the cause of what one already works on.
        """
        event = self.ledger.find(line.code)
        known = line.mine and event is not None and event.attended_s > 0
        return not known and not line.closable and self._tried.get(line.code, 0) < MOST_TRIES

    def _read(self, lines: int) -> None:
        self.hands.lines_read += lines
        self.tempo.spend(lines * READING_S)

    def _turn_to(self, code: str) -> Event:
        """Put the hands on an event: from now on its keys are counted for it."""
        self.tempo.go("hands")
        event = self.ledger.open(code, "", self.tempo.now_s())
        event.attended_s = event.attended_s or self.tempo.now_s()
        self.hands.event = event
        return event

    # -- gestures

    def _attend(self, line: Line) -> bool:
        """Acknowledge, take, and do what the line asks: a call, somebody on site, or nothing more."""
        event = self._turn_to(line.code)
        self._tried[line.code] = self._tried.get(line.code, 0) + 1
        if not self.screen.select(line.code):
            return False
        if line.mine:
            return self._go_on(line.code)
        self.screen.takes("a", line.code, "Acquittée|Déjà acquittée")
        self.screen.takes("p", line.code, "Prise|Pris ")
        event.story.append(f"[{self.screen.notice()[:50]}]")
        self._read(4)
        self.tempo.go("hands")
        if not self.screen.holds(line.code):
            return True
        told = next((place for title, place in TOLD.items() if title in line.title), 0)
        if told:
            self.screen.record_call_to(told)
            event.calls += 1
        elif SEND.search(line.title):
            return self._engage(line.code)
        return True

    def _go_on(self, code: str) -> bool:
        """Acknowledge the cause of what one already works on: whoever is there for its event is there for it."""
        self.screen.takes("a", code, "Acquittée|Déjà acquittée")
        self._read(4)
        number = self.screen.number()
        for before in [one for one, known in self._numbers.items() if number and known == number]:
            self._numbers[code] = number
            self._on = {who: [code if one == before else one for one in jobs] for who, jobs in self._on.items()}
            self._to_engage = [code if one == before else one for one in self._to_engage]
        return True

    def _engage(self, code: str) -> bool:
        """Send the first that the panel proposes: a crew by radio, or the next person on call by telephone."""
        event = self._turn_to(code)
        if not self.screen.select(code):
            return False
        proposed = self.screen.open_engage()
        if not proposed:
            event.story.append("[nobody to send, or no event to send to]")
            return True
        self._numbers[code] = self.screen.number()
        self._read(3)
        self.tempo.go("hands")
        said = f"{code}, {event.title[:80]}"
        phone = PHONE.search(proposed)
        if phone is not None:
            return self._call(event, phone.group(), said)
        self.hands.press("Enter")
        self.page.locator(".notice-line").first.wait_for(timeout=20_000)
        sign = _sign_of(proposed)
        self._on.setdefault(sign, []).append(code)
        self.voices.radio(sign, said)
        event.story.append(f"[{sign}]")
        return True

    def _call(self, event: Event, number: str, said: str) -> bool:
        """Call the person proposed; without answer the next one is tried at the next turn."""
        with self.hands.for_a("call"):
            self.hands.press("Enter")
            self.hands.until(self.page.locator("[role=status]").first, "Appel noté", 20)
            event.calls += 1
            mark = self.voices.dial(number, said)
            self.tempo.go("reading")
            answer = self.voices.wait("sans réponse|raccroché", mark, 120)
            self.tempo.go("hands")
            reached = "Sans réponse" not in answer.text
            self.hands.press(REACHED if reached else NO_ANSWER)
            self.page.wait_for_timeout(600)
        if reached:
            self._on.setdefault(answer.who, []).append(event.name)
        else:
            self._to_engage.append(event.name)
        event.story.append(f"[{answer.who} {'reached' if reached else 'no answer'}]")
        self.page.locator("[data-queue]").focus()
        return True

    def _close(self, line: Line) -> bool:
        """Close what is proposed as it is proposed; a mast as made safe, its works to follow."""
        event = self._turn_to(line.code)
        if not self.screen.select(line.code):
            return False
        self._told_safe.discard(line.code)
        if self.screen.close_event(line.code, CRASH, MADE_SAFE, ANOTHER_DID):
            event.outcome, event.ended_s = "closed", self.tempo.now_s()
        return True

    # -- the radio

    def _hear(self, heard: Heard) -> None:
        """Do what a sentence asks for: a state, another crew, a new event, a line."""
        if heard.direction != "heard" or heard.channel != RADIO:
            return
        self.heard.append(heard)
        jobs = self._on.get(heard.who)
        if not jobs:
            self._told(heard)
        elif REFUSES.search(heard.text):
            self._refused(heard.who, jobs.pop())
        elif LATE.search(heard.text):
            self._write(heard.text, self.ledger.find(jobs[0]))
        else:
            self._state(next((code for code in jobs if code in heard.text), jobs[0]), heard)

    def _state(self, code: str, heard: Heard) -> None:
        key = next((key for key, words in STATES if re.search(words, heard.text, re.IGNORECASE)), None)
        if key is None:
            self.electrician.follow(heard)
            self.left_alone.append(heard.text)
            return
        event = self._turn_to(code)
        self.screen.tell_state(key, f"{self._numbers[code]}{self._hour_of(heard)}")
        if key == "5":
            self._on[heard.who].remove(code)
            if DANGER.search(event.title):
                self._told_safe.add(code)

    def _hour_of(self, heard: Heard) -> str:
        """Return the hour that was said, where it is no longer that of the key."""
        now = self.voices.clock()
        return "" if now[:5] == heard.clock[:5] else f" {heard.clock[:5]}"

    def _refused(self, who: str, code: str) -> None:
        """Somebody refuses: it is noted with its reason, and the next one is asked."""
        event = self._turn_to(code)
        with self.hands.for_a("call"):
            self.screen.refuse(code, OTHER_JOB)
            event.keys, event.call_keys = event.keys - 1, event.call_keys + 1
        event.story.append(f"[{who} refuses: the key that had engaged it is an attempt's]")
        self._to_engage.append(code)

    def _told(self, heard: Heard) -> None:
        """Open an event for a danger that a patrol tells, write a line of the rest."""
        codes = CODE.findall(heard.text)
        if not (DANGER.search(heard.text) and codes):
            self._write(heard.text, None)
            return
        self.ledger.open(codes[-1], heard.text.split(", ", 1)[-1], self.tempo.now_s())
        event = self._turn_to(codes[-1])
        # as in the fourth moment, whoever opens an event goes on with it: it needs no P
        self._tried[codes[-1]] = MOST_TRIES
        event.title = heard.text.removeprefix(f"PC de {heard.who}, ")
        self.screen.open_event(event.title, codes[-1])
        self._read(4)
        self.tempo.go("hands")
        self.screen.record_call_to(1)
        event.calls += 1
        self._engage(codes[-1])

    def _write(self, text: str, event: Event | None) -> None:
        self.tempo.go("hands")
        self.hands.event = event
        self.typed.append(text)
        self.screen.write_line(text)


def _sign_of(option: str) -> str:
    """Return the call sign of a crew as its option shows it: the line after its rank."""
    parts = [part.strip() for part in option.splitlines() if part.strip()]
    return parts[1] if parts[0].isdigit() else parts[0]
