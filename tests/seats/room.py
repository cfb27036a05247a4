"""A room on paper: decisions on desks and seats applied in order, nothing stored."""

from typing import Any
from uuid import UUID

import msgspec

from beffroi.model.actor import Actor
from beffroi.model.ids import ClockIds
from beffroi.model.scope import EVERYTHING, Rights
from beffroi.model.time import SECOND, Micros
from beffroi.seats.actions import Enrol, SignIn
from beffroi.seats.events import Enrolled
from beffroi.seats.room import Seats
from beffroi.server.absent import empty_city
from beffroi.trade.context import Context
from beffroi.trade.line import Line

START: Micros = 1_750_535_400_000_000
CAMILLE = Actor("person", UUID(int=1))
DOMINIQUE = Actor("person", UUID(int=2))
CHIEF = Rights({"shift": (EVERYTHING,)})


class Room:
    """Desks and seats of one test."""

    def __init__(self) -> None:
        self.trade = Seats()
        self.state = self.trade.empty()
        self.lines: list[Line] = []
        self.now = START
        self._ids = ClockIds(lambda: self.now)

    def do(self, action: Any, actor: Actor = CAMILLE, rights: Rights | None = None) -> list[Any]:
        self.now += SECOND
        context = Context(self.now, self.now, actor, rights or Rights(), self._ids, empty_city())
        made = []
        for event in self.trade.decide(self.state, action, context):
            line = Line(len(self.lines) + 1, self.now, self.now, actor, None, event)
            self.lines.append(line)
            self.trade.apply(self.state, line)
            made.append(event)
        return made

    def seat(self, name: str, person: Actor | None = None) -> UUID:
        """Enrol a seat and sit somebody there."""
        (made,) = self.do(Enrol(name=name, digest=name))
        assert isinstance(made, Enrolled)
        if person is not None:
            self.do(SignIn(seat=made.seat), person)
        return made.seat

    def shown(self) -> dict[str, Any]:
        """Return the state as plain data, to be compared."""
        return {name: msgspec.to_builtins(getattr(self.state, name)) for name in self.state.__struct_fields__}
