"""The duties held by hand: a clock that tests move, the lines decided so far."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from beffroi.duties import TRADE
from beffroi.model.actor import SYSTEM, Actor
from beffroi.model.ids import ClockIds
from beffroi.model.scope import Rights
from beffroi.model.time import MINUTE, Micros, from_datetime
from beffroi.server.absent import empty_city
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.line import Line

PARIS = ZoneInfo("Europe/Paris")
CAMILLE = Actor("person", UUID(int=1))
DOMINIQUE = Actor("person", UUID(int=2))


def paris(text: str, fold: int = 0) -> Micros:
    """Return the µs of a local time of Paris; `fold` 1 is the second of two same hours."""
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=PARIS, fold=fold))


START = paris("2026-03-10T20:45")


class Hand:
    """State, clock and lines."""

    def __init__(self, now: Micros = START) -> None:
        self.now = now
        self.state = TRADE.empty()
        self.lines: list[Line] = []
        self.ids = ClockIds(lambda: self.now)
        self.city = empty_city()

    def do(self, action: Action, actor: Actor = CAMILLE, happened_at: Micros | None = None) -> list[Any]:
        """Decide and apply; return the events."""
        at = self.now if happened_at is None else happened_at
        context = Context(self.now, at, actor, Rights(), self.ids, self.city)
        events = list(TRADE.decide(self.state, action, context))
        for event in events:
            line = Line(len(self.lines) + 1, self.now, at, actor, None, event)
            TRADE.apply(self.state, line)
            self.lines.append(line)
        return events

    def until(self, at: Micros) -> list[Any]:
        """Let time pass as the scheduler does, from deadline to deadline; return what time alone brought."""
        found: list[Any] = []
        while (due := TRADE.next_due(self.state)) is not None and due <= at:
            self.now = max(self.now, due)
            brought = [event for action in TRADE.due(self.state, self.now) for event in self.do(action, SYSTEM)]
            assert brought, "a deadline that settles nothing would be asked for ever"
            found += brought
        self.now = at
        return found

    def minutes(self, minutes: float) -> list[Any]:
        """Let some minutes pass."""
        return self.until(self.now + int(minutes * MINUTE))


def kept(state: Any) -> Any:
    """Return a state in a form that compares."""
    import msgspec

    return msgspec.to_builtins(state, builtin_types=(UUID,), str_keys=False)
