"""A main courante on paper: decisions applied in order, lines kept, nothing stored."""

from typing import Any
from uuid import UUID

import msgspec

from beffroi.logbook.room import Logbook
from beffroi.model.actor import Actor
from beffroi.model.ids import ClockIds
from beffroi.model.ports import IncidentFacts
from beffroi.model.scope import Rights, Scope
from beffroi.model.time import MINUTE, Micros
from beffroi.server.absent import NoIncidents, empty_city
from beffroi.trade.context import Context
from beffroi.trade.line import Line

START: Micros = 1_750_535_400_000_000
CAMILLE = Actor("person", UUID(int=1))
DOMINIQUE = Actor("person", UUID(int=2))
REACTION = Actor("reaction", name="test")


class Told(NoIncidents):
    """The events that a test opened."""

    def __init__(self) -> None:
        self.known: dict[UUID, IncidentFacts] = {}

    def find(self, incident: UUID) -> IncidentFacts | None:
        return self.known.get(incident)

    def open(self, number: str, scope: Scope, *, masked: bool = False) -> UUID:
        facts = IncidentFacts(id=UUID(int=len(self.known) + 100), number=number, label="", scope=scope, masked=masked)
        self.known[facts.id] = facts
        return facts.id


class Room:
    """The main courante of one test."""

    def __init__(self) -> None:
        self.trade = Logbook()
        self.state = self.trade.empty()
        self.lines: list[Line] = []
        self.now = START
        self.city = empty_city()
        self.incidents = Told()
        self.city.incidents = self.incidents
        self._ids = ClockIds(lambda: self.now)

    def do(self, action: Any, actor: Actor = CAMILLE, happened_at: Micros | None = None) -> list[Line]:
        self.now += MINUTE
        at = self.now if happened_at is None else happened_at
        context = Context(self.now, at, actor, Rights(), self._ids, self.city)
        made = []
        for event in self.trade.decide(self.state, action, context):
            line = Line(len(self.lines) + 1, self.now, at, actor, None, event)
            self.lines.append(line)
            self.trade.apply(self.state, line)
            made.append(line)
        return made

    def shown(self) -> dict[str, Any]:
        """Return the state as plain data, to be compared."""
        return {name: msgspec.to_builtins(getattr(self.state, name)) for name in self.state.__struct_fields__}
