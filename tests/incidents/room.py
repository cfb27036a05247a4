"""Drives the events as the committer drives a trade: decide, apply, keep the lines."""

import random
from typing import Any
from uuid import UUID

from beffroi.incidents import TRADE
from beffroi.incidents import actions as ac
from beffroi.incidents.types import Incident, IncidentsState
from beffroi.model.actor import Actor
from beffroi.model.ids import ClockIds
from beffroi.model.ports import City
from beffroi.model.scope import EVERYTHING, Rights
from beffroi.model.time import Micros
from beffroi.orders.types import OrdersState
from beffroi.server.absent import NoStreets
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.line import Line
from tests.orders.small_city import CABINET, D1, D2, light, small_city

__all__ = ["CABINET", "CAMILLE", "D1", "D2", "DOMINIQUE", "NOON", "Room", "light"]

NOON: Micros = 1_750_000_000_000_000
CAMILLE, DOMINIQUE = UUID(int=901), UUID(int=902)
TRIPPED = {"fr": "Départ 1 déclenché", "en": "Circuit 1 tripped"}


class Room:
    """The events of a small city, a clock and two people."""

    def __init__(self, start: Micros = NOON) -> None:
        self.state: IncidentsState = TRADE.empty()
        self.city: City = small_city(OrdersState())
        self.city.streets = NoStreets()
        self.there: set[UUID] = set()
        self.grants = (EVERYTHING,)
        self.city.presence = self
        self.city.incidents = TRADE.ports(self.state, self.city)["incidents"]
        self.now = start
        self.lines: list[Line] = []
        self._ids = ClockIds(lambda: self.now, random.Random(7).getrandbits)

    def sits(self, account: UUID) -> bool:
        return account in self.there

    def do(
        self, action: Action, who: UUID | None = CAMILLE, at: Micros | None = None, chief: bool = False
    ) -> list[Event]:
        actor = Actor("person", who) if who else Actor("reaction", name="test")
        names = ("incidents", "view", *(("shift",) if chief else ()))
        rights = Rights(dict.fromkeys(names, self.grants))
        context = Context(self.now, at or self.now, actor, rights, self._ids, self.city)
        made = list(TRADE.decide(self.state, action, context))
        for event in made:
            line = Line(len(self.lines) + 1, self.now, at or self.now, actor, None, event)
            self.lines.append(line)
            TRADE.apply(self.state, line)
        return made

    def open(self, what: str = "lampadaire éteint", **fields: Any) -> Incident:
        made = self.do(ac.Open(what=what, **fields))
        return self.state.incidents[made[0].incident]  # type: ignore[attr-defined]

    def trips(self, alarm: UUID, asset: UUID = D1, alarm_class: str = "tripped") -> list[Event]:
        facts = self.city.topology.find(asset)
        assert facts is not None
        return self.do(
            ac.React(alarm=alarm, asset=asset, kind=facts.kind, alarm_class=alarm_class, priority=2,
                     scope=facts.scope, name=TRIPPED),
            None,
        )  # fmt: skip

    def held(self, alarm: UUID) -> Incident:
        return self.state.incidents[self.state.by_link[alarm]]

    def time_passes(self, span: Micros) -> list[Event]:
        """Let time pass, then do what is due, again until nothing is."""
        self.now += span
        made: list[Event] = []
        while (due := TRADE.next_due(self.state)) is not None and due <= self.now:
            for action in TRADE.due(self.state, self.now):
                made += self.do(action, None)
        return made


def joined_pair(room: Room, first: UUID, second: UUID) -> tuple[Any, Any]:
    """Return the events of two alarms, the second joined into the first by a person."""
    room.trips(first)
    room.trips(second, D2)
    one, other = room.held(first), room.held(second)
    room.do(ac.Join(incident=other.id, into=one.id, why="même poste"))
    return one, other
