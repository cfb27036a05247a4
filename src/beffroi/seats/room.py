"""What desks and seats sign as a trade."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import msgspec
import psycopg

from beffroi.model.ports import City
from beffroi.seats import actions, changes, events, logic, store
from beffroi.seats.texts import TEXTS
from beffroi.seats.types import EVERY_TRADE, DeskRow, SeatRow, SeatsState, held_by, open_relief
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.line import Line, Row
from beffroi.trade.room import Trade

DESKS = "desks"
SEATS = "seats"


def _classes(module: Any, base: type) -> tuple[Any, ...]:
    found = (value for value in vars(module).values() if isinstance(value, type) and issubclass(value, base))
    return tuple(value for value in found if value is not base)


class Seats(Trade[SeatsState]):
    """Desks and seats as a trade."""

    name: ClassVar[str] = "seats"
    actions: ClassVar[tuple[type[Action], ...]] = _classes(actions, Action)
    events: ClassVar[tuple[type[Event], ...]] = _classes(events, Event)
    topics: ClassVar[tuple[str, ...]] = (DESKS, SEATS)
    texts: ClassVar[dict[str, dict[str, str]]] = TEXTS

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
        return Row(topic, key, EVERY_TRADE, data)

    def snapshot(self, state: SeatsState, city: City) -> Iterable[Row]:
        desks = [Row(DESKS, name, EVERY_TRADE, desk_row(state, name)) for name in state.plans]
        return desks + [Row(SEATS, seat, EVERY_TRADE, seat_row(state, seat)) for seat in state.seats]


def desk_row(state: SeatsState, name: str) -> DeskRow | None:
    """Return a desk as screens show it, or nothing when it is no more."""
    plan, holding = state.plans.get(name), state.holdings.get(name)
    if plan is None:
        return None
    row = DeskRow(
        id=name, name=name, rank=list(state.plans).index(name), label=plan.label, trades=plan.trades, state="idle"
    )
    if holding is None:
        return row
    return msgspec.structs.replace(
        row,
        state="held" if holding.unheld_since is None else "unheld",
        seat=holding.seat,
        since=holding.since,
        unheld_since=holding.unheld_since,
    )


def seat_row(state: SeatsState, key: Any) -> SeatRow | None:
    """Return a seat as screens show it, or nothing when it is no more."""
    seat = state.seats.get(key)
    if seat is None:
        return None
    return SeatRow(
        id=seat.id,
        name=seat.name,
        account=seat.account,
        since=seat.since,
        beside=seat.beside,
        beside_until=seat.beside_until,
        desks=held_by(state, seat.id),
        relief=open_relief(state, seat.id),
    )


TRADE = Seats()
