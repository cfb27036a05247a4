"""The shift's voices: time and calls in, sentences out. The same seed, scenes and calls give the same sentences."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from beffroi.model.time import SECOND, Micros
from beffroi.rehearsal.shift.jobs import heard_code, look
from beffroi.rehearsal.shift.mission import Mission
from beffroi.rehearsal.shift.people import at_number, at_sign, bare, draw
from beffroi.rehearsal.shift.types import Call, Channel, Direction, Person, Plan, Said
from beffroi.rehearsal.shift.wording import say
from beffroi.rehearsal.world.street import Street

MOST_SAID = 2_000
"""Lines that the console keeps; older ones are forgotten."""

RINGS_FOR = 30 * SECOND
ANSWERS_RADIO = (3.0, 12.0)
WAITS = 20 * SECOND
"""How long somebody who answered waits for the post to speak."""

HANGS_UP = 4 * SECOND


class Shift:
    """Everybody that the post can reach by voice, and what they said."""

    def __init__(self, world: Street) -> None:
        self._world = world
        self.log: list[Said] = []
        self.calls: dict[int, Call] = {}
        self.masts: set[str] = set()
        """Painted numbers of the masts that lie on the ground."""

        self.plans: dict[str, Plan] = {}
        self.unanswered: dict[str, int] = {}
        """Attempts that find nobody, by bare number; the empty one holds for whoever is called next."""

        self.refusals: list[str] = []
        """Reasons that the next people asked will give."""

        self.delays_s: list[float] = []
        """How late the next people on their way will be."""

        self.missions: dict[str, Mission] = {}
        self._count = 0

    def inherit(self, former: Shift) -> None:
        """Go on in the same console: what was said stays readable when a scenario begins."""
        self.log, self._count = former.log, former._count
        self.calls = former.calls
        for call in self.calls.values():
            call.state = "ended"

    # -- what the post does

    def dial(self, number: str, text: str = "") -> Call:
        """Call a number; `text` is what the post says as soon as somebody answers."""
        now = self._world.now
        person = at_number(self._world.seed, number)
        call = Call(len(self.calls) + 1, bare(number), person.sign, "ringing", now, text)
        self.calls[call.id] = call
        self.tell(now, "phone", "line", person.sign, say("rings", 0, {"number": number.strip()}), call.id)
        if self._nobody(call.number):
            self._later(now + RINGS_FOR, partial(self._asleep, call, person))
        else:
            self._later(now + int(person.answers_after_s * SECOND), partial(self._answers, call, person))
        return call

    def say(self, call_id: int, text: str) -> bool:
        """Speak on a call that was answered; False when nobody is at the other end."""
        call = self.calls.get(call_id)
        if call is None or call.state != "answered":
            return False
        self._spoken(call, at_number(self._world.seed, call.number), text, self._world.now)
        return True

    def hang_up(self, call_id: int) -> None:
        """End a call, answered or not."""
        call = self.calls.get(call_id)
        if call is not None:
            self._end(call, self._world.now)

    def radio(self, sign: str, text: str) -> None:
        """Speak to a call sign on the radio."""
        now = self._world.now
        person = at_sign(self._world.seed, sign)
        self.tell(now, "radio", "spoken", person.sign, text)
        low, high = ANSWERS_RADIO
        wait = low + draw(self._world.seed, f"{person.key}{now}", 211) * (high - low)
        self._later(now + int(wait * SECOND), partial(self._hears, person, text))

    # -- the telephone

    def _nobody(self, number: str) -> bool:
        for key in (number, ""):
            left = self.unanswered.get(key, 0)
            if left > 0:
                self.unanswered[key] = left - 1
                return True
        return False

    def _asleep(self, call: Call, person: Person, now: Micros) -> None:
        if call.state == "ringing":
            self.tell(now, "phone", "line", person.sign, say("asleep", 0, {}), call.id)
            self._end(call, now, silent=True)

    def _answers(self, call: Call, person: Person, now: Micros) -> None:
        if call.state != "ringing":
            return
        call.state, call.since = "answered", now
        hello = "hello_home" if person.kind == "on_call" else "hello_authority"
        self.hear(now, "phone", person, hello, "", call=call.id)
        if call.asked:
            self._spoken(call, person, call.asked, now + SECOND)
        else:
            self._later(now + WAITS, partial(self._tired, call, now))

    def _tired(self, call: Call, since: Micros, now: Micros) -> None:
        """Hang up when the post says nothing."""
        if call.state == "answered" and call.since == since:
            self._end(call, now)

    def _spoken(self, call: Call, person: Person, text: str, at: Micros) -> None:
        self.tell(at, "phone", "spoken", person.sign, text, call.id)
        call.since = at
        self._later(at + 3 * SECOND, partial(self._replies, call, person, text))

    def _replies(self, call: Call, person: Person, text: str, now: Micros) -> None:
        if call.state != "answered":
            return
        if person.kind != "on_call":
            self.hear(now, "phone", person, "noted", "", call=call.id)
        elif not (code := heard_code(text)) and not call.puzzled:
            self.hear(now, "phone", person, "what", "", call=call.id)
            call.since, call.puzzled = now, True
            self._later(now + WAITS, partial(self._tired, call, now))
            return
        elif not code:
            # an elected official on duty, a partner: told, not sent
            self.hear(now, "phone", person, "noted", "", call=call.id)
        else:
            self._asked(person, code, now, "phone", call.id)
        self._later(now + HANGS_UP, partial(self._end, call))

    def _end(self, call: Call, now: Micros, silent: bool = False) -> None:
        if call.state != "ended":
            call.state, call.since = "ended", now
            if not silent:
                self.tell(now, "phone", "line", call.who, say("hung_up", 0, {}), call.id)

    # -- the radio

    def _hears(self, person: Person, text: str, now: Micros) -> None:
        lower = text.lower()
        if "essai" in lower:
            self.hear(now, "radio", person, "radio_check", "")
        elif person.kind == "crew" and (code := heard_code(text)):
            self._asked(person, code, now, "radio", 0)
        elif person.kind == "crew":
            self.hear(now, "radio", person, "what", "")
        else:
            self.hear(now, "radio", person, "manager" if person.kind == "manager" else "standing_by", "")

    # -- work

    def _asked(self, person: Person, code: str, now: Micros, channel: Channel, call: int) -> None:
        """Take a job or refuse it; whoever takes it goes there, works, and tells each step on the radio."""
        reason = self.refusals.pop(0) if self.refusals else person.refuses
        running = self.missions.get(person.key)
        if running is not None and running.open and running.code != code:
            reason = "other_job"
        if reason:
            self.hear(now, channel, person, reason, code, call=call)
            return
        wait = f"{person.leaves_after_s / 60:.0f}"
        self.hear(now, channel, person, "accept" if channel == "phone" else "roger", code, call=call, wait=wait)
        if running is None or not running.open:
            late_s = self.delays_s.pop(0) if self.delays_s else person.late_s
            mission = Mission(self._world, self, person, look(self._world, code).code, late_s)
            self.missions[person.key] = mission
            mission.begin(now)

    # -- what is written in the console

    def hear(self, now: Micros, channel: Channel, person: Person, kind: str, code: str, /, **facts: str | int) -> None:
        """Let a person say something."""
        call = int(facts.pop("call", 0))
        given = {"who": person.sign, "code": code, **{name: str(value) for name, value in facts.items()}}
        text = say(kind, draw(self._world.seed, f"{person.key}{code}{kind}", 212), given)
        self.tell(now, channel, "heard", person.sign, text, call)

    def tell(self, at: Micros, channel: Channel, direction: Direction, who: str, text: str, call: int = 0) -> None:
        """Write a line in the console."""
        self._count += 1
        self.log.append(Said(self._count, at, channel, direction, who, text, call))
        del self.log[:-MOST_SAID]

    def _later(self, when: Micros, deed: Callable[[Micros], None]) -> None:
        self._world.agenda.at(when, deed)
