"""Rows of desks and seats."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from beffroi.model.time import Micros
from beffroi.seats import events as told
from beffroi.seats.changes import KEPT_RELIEFS, keep_relief, keep_seat
from beffroi.seats.types import DeskPlan, Holding, Relief, Seat, SeatsState
from beffroi.trade.doors import Also, Reader
from beffroi.trade.event import Event
from beffroi.trade.line import Line

_SEAT = "id, name, digest, enrolled_at, account, since, beside, beside_until"
_RELIEF = "id, seat, desks, outgoing, begun_at, since, ticks, incoming, signed_at, digest, cancelled"
_PLAN = "INSERT INTO seats_desk (name, rank, label, trades) VALUES (%s, %s, %s, %s)"
_HOLD = """INSERT INTO seats_holding (desk, seat, since, by, unheld_since) VALUES (%s, %s, %s, %s, NULL)
    ON CONFLICT (desk) DO UPDATE
    SET seat = excluded.seat, since = excluded.since, by = excluded.by, unheld_since = NULL"""
_TICK = """UPDATE seats_relief SET ticks = array_remove(ticks, %s) || CASE WHEN %s THEN ARRAY[%s] ELSE '{}'::text[] END
    WHERE id = %s"""

Statement = tuple[str, Sequence[Any]]

_STATEMENTS: dict[type[Event], Callable[[Any, Line], Statement]] = {
    told.Enrolled: lambda event, line: (
        "INSERT INTO seats_seat (id, name, digest, enrolled_at) VALUES (%s, %s, %s, %s)",
        (event.seat, event.name, event.digest, line.recorded_at),
    ),
    told.Renamed: lambda event, line: ("UPDATE seats_seat SET name = %s WHERE id = %s", (event.name, event.seat)),
    told.Retired: lambda event, line: ("DELETE FROM seats_seat WHERE id = %s", (event.seat,)),
    told.SignedIn: lambda event, line: (
        "UPDATE seats_seat SET account = %s, since = %s, beside = %s, beside_until = %s WHERE id = %s",
        (event.account, line.recorded_at, event.beside, event.beside_until, event.seat),
    ),
    told.SignedOut: lambda event, line: (
        "UPDATE seats_seat SET account = NULL, since = NULL, beside = NULL, beside_until = NULL WHERE id = %s",
        (event.seat,),
    ),
    told.Held: lambda event, line: (_HOLD, (event.desk, event.seat, line.recorded_at, line.actor.id)),
    told.HandedOver: lambda event, line: (_HOLD, (event.desk, event.seat, line.recorded_at, line.actor.id)),
    told.Disarmed: lambda event, line: ("DELETE FROM seats_holding WHERE desk = %s", (event.desk,)),
    told.Unheld: lambda event, line: (
        "UPDATE seats_holding SET unheld_since = %s WHERE desk = %s",
        (line.happened_at, event.desk),
    ),
    told.Resumed: lambda event, line: (
        "UPDATE seats_holding SET unheld_since = NULL WHERE desk = %s",
        (event.desk,),
    ),
    told.ReliefBegun: lambda event, line: (
        f"INSERT INTO seats_relief ({_RELIEF}) VALUES (%s, %s, %s, %s, %s, %s, '{{}}', NULL, NULL, '', false)",
        (event.relief, event.seat, list(event.desks), event.outgoing, line.recorded_at, event.since),
    ),
    told.Ticked: lambda event, line: (_TICK, (event.item, event.on, event.item, event.relief)),
    told.ReliefCancelled: lambda event, line: (
        "UPDATE seats_relief SET cancelled = true WHERE id = %s",
        (event.relief,),
    ),
    told.ReliefSigned: lambda event, line: (
        "UPDATE seats_relief SET incoming = %s, signed_at = %s, digest = %s, desks = %s WHERE id = %s",
        (event.incoming, line.recorded_at, event.digest, list(event.desks), event.relief),
    ),
}


def write(cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
    """Bring a batch of events into the rows, in order: they are rare, one statement each."""
    for line in lines:
        if isinstance(line.event, told.DesksSet):
            cursor.execute("DELETE FROM seats_desk")
            plans = enumerate(line.event.desks)
            cursor.executemany(_PLAN, [(one.name, rank, Jsonb(one.label), list(one.trades)) for rank, one in plans])
            continue
        statement, params = _STATEMENTS[type(line.event)](line.event, line)
        cursor.execute(statement.encode(), params)


def load(connection: psycopg.Connection[Any]) -> SeatsState:
    """Return desks, seats and the last reliefs that the rows keep."""
    state = SeatsState()
    plans = connection.execute("SELECT name, label, trades FROM seats_desk ORDER BY rank").fetchall()
    if plans:
        state.plans = {name: DeskPlan(name, label, tuple(trades)) for name, label, trades in plans}
    for row in connection.execute("SELECT desk, seat, since, by, unheld_since FROM seats_holding ORDER BY since, desk"):
        state.holdings[row[0]] = Holding(*row)
    for row in connection.execute(f"SELECT {_SEAT} FROM seats_seat ORDER BY id"):
        keep_seat(state, Seat(**dict(zip(_SEAT.split(", "), row, strict=True))))
    reliefs = connection.execute(f"SELECT {_RELIEF} FROM seats_relief ORDER BY id DESC LIMIT {KEPT_RELIEFS}")
    for row in reversed(reliefs.fetchall()):
        values = dict(zip(_RELIEF.split(", "), row, strict=True))
        keep_relief(state, Relief(**{**values, "desks": tuple(values["desks"]), "ticks": tuple(values["ticks"])}))
    return state


def keep_page(relief: UUID, page: str, ends_at: Micros) -> Also:
    """Return the work that keeps a signed page in the transaction of its signature."""

    def keep(cursor: psycopg.Cursor[Any]) -> None:
        cursor.execute(
            "INSERT INTO seats_relief_page (relief, page, ends_at) VALUES (%s, %s, %s) ON CONFLICT (relief) DO NOTHING",
            (relief, page, ends_at),
        )

    return keep


async def find_page(reader: Reader, relief: UUID) -> str | None:
    """Return the page that was signed, or nothing once its time is over."""
    rows = await reader.fetch("SELECT page FROM seats_relief_page WHERE relief = %s", (relief,))
    return str(rows[0][0]) if rows else None


def forget_pages(connection: psycopg.Connection[Any], now: Micros) -> int:
    """Erase the signed pages whose time is over; return how many."""
    return connection.execute("DELETE FROM seats_relief_page WHERE ends_at <= %s", (now,)).rowcount
