"""What desks and seats sign as a trade."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar
from uuid import UUID

import psycopg

from beffroi.model.ports import City
from beffroi.model.scope import CITY, Scope
from beffroi.seats import actions, api, changes, events, logic, store
from beffroi.seats.rows import desk_row, seat_row
from beffroi.seats.texts import TEXTS
from beffroi.seats.types import EVERYBODY, SeatsState, held_by, scope_of_desk, sits
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import View
from beffroi.trade.event import Event
from beffroi.trade.line import Line, Row
from beffroi.trade.room import Trade

DESKS = "desks"
SEATS = "seats"


def _classes(module: Any, base: type) -> tuple[Any, ...]:
    found = (value for value in vars(module).values() if isinstance(value, type) and issubclass(value, base))
    return tuple(value for value in found if value is not base)


class Port:
    """Who sits in the room, as the other trades see it (`model.ports.Presence`)."""

    def __init__(self, state: SeatsState) -> None:
        self._state = state

    def sits(self, account: UUID) -> bool:
        """Tell whether somebody sits at a seat that still lives."""
        return sits(self._state, account)


class Seats(Trade[SeatsState]):
    """Desks and seats as a trade."""

    name: ClassVar[str] = "seats"
    actions: ClassVar[tuple[type[Action], ...]] = _classes(actions, Action)
    events: ClassVar[tuple[type[Event], ...]] = _classes(events, Event)
    topics: ClassVar[tuple[str, ...]] = (DESKS, SEATS)
    texts: ClassVar[dict[str, dict[str, str]]] = TEXTS
    every_commune: ClassVar[bool] = True

    def empty(self) -> SeatsState:
        return SeatsState()

    def load(self, connection: psycopg.Connection[Any]) -> SeatsState:
        return store.load(connection)

    def decide(self, state: SeatsState, action: Action, context: Context) -> Sequence[Event]:
        return logic.decide(state, action, context)

    def apply(self, state: SeatsState, line: Line) -> None:
        changes.apply(state, line)

    def write(self, cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
        store.write(cursor, lines)

    def ports(self, state: SeatsState, city: City) -> dict[str, Any]:
        return {"presence": Port(state)}

    def scopes(self, state: SeatsState, action: Action, city: City) -> Iterable[Scope]:
        match action:
            case actions.Hold(desks=desks) | actions.HandOver(desks=desks):
                return [scope_of_desk(state, desk) for desk in desks]
            case actions.BeginRelief(seat=seat) | actions.Rename(seat=seat):
                return _own(state, seat)
            case actions.Tick(relief=relief) | actions.CancelRelief(relief=relief):
                known = state.reliefs.get(relief)
                return _own(state, known.seat) if known else (EVERYBODY,)
            case actions.SignOut():
                return (EVERYBODY,)
        return (CITY,)

    def touched(self, line: Line) -> Iterable[tuple[str, Any]]:
        event: Any = line.event
        if isinstance(event, events.DesksSet):
            yield from ((DESKS, name) for name in (*(plan.name for plan in event.desks), *event.removed))
            return
        if hasattr(event, "desk"):
            yield DESKS, event.desk
        for seat in (getattr(event, "seat", None), getattr(event, "before", None)):
            if seat is not None:
                yield SEATS, seat

    def row(self, state: SeatsState, topic: str, key: Any, city: City) -> Row | None:
        data = desk_row(state, key) if topic == DESKS else seat_row(state, key)
        return Row(topic, key, EVERYBODY, data)

    def snapshot(self, state: SeatsState, city: City) -> Iterable[Row]:
        desks = [Row(DESKS, name, EVERYBODY, desk_row(state, name)) for name in state.plans]
        return desks + [Row(SEATS, seat, EVERYBODY, seat_row(state, seat)) for seat in state.seats]

    def routes(self, view: View[SeatsState]) -> Sequence[Any]:
        return api.routes(view)


def _own(state: SeatsState, seat: UUID) -> Iterable[Scope]:
    """List what it takes to hand a seat over: all that is held there."""
    return [scope_of_desk(state, desk) for desk in held_by(state, seat)] or (EVERYBODY,)


TRADE = Seats()
