"""The directory held by hand."""

from typing import Any
from uuid import UUID

from beffroi.directory import TRADE
from beffroi.model.actor import Actor
from beffroi.model.ids import ClockIds
from beffroi.model.scope import EVERYTHING, Grant, Rights
from beffroi.model.time import Micros
from beffroi.server.absent import empty_city
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import Caller
from beffroi.trade.line import Line
from tests.duties.hand import paris

CAMILLE = Actor("person", UUID(int=1))
START = paris("2026-03-10T20:45")
EVERYBODY = Caller(CAMILLE, Rights({"view": (EVERYTHING,)}))


def of_commune(*codes: str) -> Caller:
    """Return a person who sees some communes only."""
    return Caller(CAMILLE, Rights({"view": (Grant(communes=frozenset(codes)),)}))


class Hand:
    """State, clock and lines."""

    def __init__(self, now: Micros = START) -> None:
        self.now = now
        self.state = TRADE.empty()
        self.lines: list[Line] = []
        self.ids = ClockIds(lambda: self.now)

    def do(self, action: Action) -> list[Any]:
        """Decide and apply; return the events."""
        context = Context(self.now, self.now, CAMILLE, Rights(), self.ids, empty_city())
        events = list(TRADE.decide(self.state, action, context))
        for event in events:
            line = Line(len(self.lines) + 1, self.now, self.now, CAMILLE, None, event)
            TRADE.apply(self.state, line)
            self.lines.append(line)
        return events
