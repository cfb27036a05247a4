"""One job of one crew: leave, arrive, find the cause, make safe, put right, be available; each step is said."""

from __future__ import annotations

from functools import partial

from beffroi.model.time import MINUTE, SECOND, Micros
from beffroi.rehearsal.shift.jobs import Found, Repair, look, repair
from beffroi.rehearsal.shift.people import draw
from beffroi.rehearsal.shift.types import Person, Plan
from beffroi.rehearsal.shift.wording import enumerated, say
from beffroi.rehearsal.world.acts import Lockout
from beffroi.rehearsal.world.agenda import Deed
from beffroi.rehearsal.world.street import Street, Voices

FINDS_AFTER = 4 * MINUTE
LOOKS_FOR = MINUTE
"""A circuit just closed is watched while its lamps boot."""

HOLDER = "Sacha Électricien"
"""The name that the simulated electrician gives as *chargé de consignation*."""

_DONE = {"mute": "link_back", "no_mains": "no_mains", "lamp": "lamp_done", "mast": "mast_done",
         "device": "device_done", "none": "nothing"}  # fmt: skip


class Mission:
    """What a person who accepted does from now on; a scene's plan fixes hours, otherwise habits do."""

    def __init__(self, world: Street, shift: Voices, person: Person, code: str, late_s: float) -> None:
        self._world, self._shift, self._person = world, shift, person
        self.code = code
        self.open = True
        self._late_s = late_s
        self._plan = shift.plans.get(code, Plan())

    def begin(self, now: Micros) -> None:
        """Accept at a time: the hour of leaving is known."""
        self._then(self._plan.en_route, now, self._person.leaves_after_s, self._leaves)

    def _leaves(self, now: Micros) -> None:
        self._say(now, "en_route")
        due = now + int(self._person.travels_s * SECOND)
        if self._late_s and not self._plan.on_site:
            wait = max(1, round(self._late_s / 60))
            self._world.agenda.at(due, partial(self._is_late, wait))
        self._then(self._plan.on_site, now, self._person.travels_s + self._late_s, self._arrives)

    def _is_late(self, wait: int, now: Micros) -> None:
        self._say(now, "late", wait=wait)

    def _arrives(self, now: Micros) -> None:
        self._say(now, "on_site")
        found = look(self._world, self.code)
        self._world.agenda.at(now + FINDS_AFTER // 2, partial(self._finds, found))
        if self._plan.made_safe:
            self._then(self._plan.made_safe, now, 0, partial(self._makes_safe, found))
        else:
            self._world.agenda.at(now + FINDS_AFTER, partial(self._makes_safe, found))

    def _finds(self, found: Found, now: Micros) -> None:
        if found.trouble == "tripped":
            self._say(now, "cause")
        if found.trouble == "mast" or self._plan.consign:
            self._locks_out(found, now)

    def _locks_out(self, found: Found, now: Micros) -> None:
        circuit = self._circuit(found)
        Lockout(circuit=circuit).play(self._world, now)
        self._say(now, "consign", circuit, holder=HOLDER, certificate=self._certificate())

    def _makes_safe(self, found: Found, now: Micros) -> None:
        self._say(now, "made_safe")
        ends = self._plan.available and self._plan.available - LOOKS_FOR
        self._then(ends, now, self._person.works_s, partial(self._puts_right, found))

    def _puts_right(self, found: Found, now: Micros) -> None:
        result = repair(self._world, found, self._plan.lost, now)
        self._world.agenda.at(now + LOOKS_FOR, partial(self._is_done, found, result))

    def _is_done(self, found: Found, result: Repair, now: Micros) -> None:
        """Say what came back and what is left, and be available."""
        if found.trouble == "mast" or self._plan.consign:
            self._gives_back(found, now)
        if found.trouble == "tripped":
            self._tell_restored(found, result, now)
        else:
            self._say(now, _DONE[found.trouble], found.code)
        self._say(now, "available")
        self.open = False

    def _gives_back(self, found: Found, now: Micros) -> None:
        circuit = self._circuit(found)
        Lockout(circuit=circuit, opened=False).play(self._world, now)
        self._say(now, "unconsign", circuit, certificate=self._certificate())

    def _tell_restored(self, found: Found, result: Repair, now: Micros) -> None:
        total, left = result.total, result.left
        facts = {"who": self._person.sign, "code": found.code, "back": str(total - len(left)), "total": str(total)}
        chance = draw(self._world.seed, f"{self._person.key}{self.code}", 213)
        text = say("restored", chance, facts)
        if left:
            text += say("left", chance, {"left": enumerated(left)})
        self._shift.tell(now, "radio", "heard", self._person.sign, text)

    def _circuit(self, found: Found) -> str:
        plant = self._world.plant
        if found.trouble == "mast":
            return plant.circuits.codes[int(plant.lamps.circuit[found.place])]
        return found.code

    def _certificate(self) -> str:
        number = 100 + int(draw(self._world.seed, self.code, 214) * 900)
        return self._plan.consign or f"C-{number}"

    def _say(self, now: Micros, kind: str, code: str = "", **facts: str | int) -> None:
        self._shift.hear(now, "radio", self._person, kind, code or self.code, **facts)

    def _then(self, fixed: Micros, now: Micros, after_s: float, deed: Deed) -> None:
        """Go on at the hour that the scene fixed, when it is still ahead, otherwise after the usual time."""
        when = fixed if fixed > now else now + int((after_s or 60) * SECOND)
        self._world.agenda.at(when, deed)
