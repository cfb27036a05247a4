"""Rows of orders, overrides and lock-outs.

`write` works from a private copy of the state rebuilt from the rows of the orders concerned, so that rows and memory
cannot drift: both come from `evolve.apply`.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
import psycopg
from psycopg.types.json import Jsonb

from beffroi.model.scope import Scope
from beffroi.model.time import Micros
from beffroi.orders import events, evolve
from beffroi.orders.types import Command, LockRecord, Order, OrdersState, OrderState, Override, Selection
from beffroi.trade.line import Line

COLUMNS = "id, state, requested_at, ended_at, facts, targets, states"
_UPSERT = f"""INSERT INTO orders_order ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, ended_at = excluded.ended_at, facts = excluded.facts,
    states = excluded.states"""
_LOAD = f"""SELECT {COLUMNS} FROM orders_order
    WHERE state IN ('waiting', 'approved', 'following')
       OR id IN (SELECT order_id FROM orders_override)
       OR ended_at > (SELECT coalesce(max(requested_at), 0) FROM orders_order) - %s
       OR ((facts->>'broke_glass')::bool AND facts->>'countersigned_by' IS NULL)
    ORDER BY requested_at, id"""
_OVERRIDES = """INSERT INTO orders_override (asset_index, level_pct, until, order_id)
    SELECT unnest(%s::int[]), %s, %s, %s ON CONFLICT (asset_index)
    DO UPDATE SET level_pct = excluded.level_pct, until = excluded.until, order_id = excluded.order_id"""
_LOCK = "INSERT INTO orders_lock (id, asset, facts) VALUES (%s, %s, %s)"
_LIFT = """UPDATE orders_lock SET lifted_at = %s, facts = facts || '{"holder": "", "code_hash": ""}' WHERE id = %s"""
"""Once lifted, who held it and by which code is the journal's to keep, and to erase."""

_LOCK_SCOPE = "UPDATE orders_lock SET facts = facts || %s WHERE asset = %s AND lifted_at IS NULL"
_WIDEN = """UPDATE orders_order SET facts = jsonb_set(facts, '{scopes}', (facts->'scopes') || %(scope)s)
    WHERE id IN (SELECT order_id FROM orders_target WHERE asset_index = ANY(%(moved)s))
    AND id <> ALL(%(known)s) AND NOT facts->'scopes' @> %(scope)s"""
"""What memory has forgotten is only read point by point: a scope too many shows nobody anything."""


class OrderFacts(msgspec.Struct, kw_only=True):
    """What the `facts` column keeps of an order."""

    command: Command
    value: float
    until: Micros | None
    selection: Selection
    scopes: tuple[Scope, ...]
    requested_by: UUID | None
    not_after: Micros
    digest: str
    approve_before: Micros | None
    approved_by: UUID | None
    broke_glass: bool
    countersign_before: Micros | None
    countersigned_by: UUID | None
    countersign_overdue: bool = False
    sent_at: Micros | None
    follow_until: Micros | None


def load(connection: psycopg.Connection[Any]) -> OrdersState:
    """Return the orders not forgotten yet, the overrides and the lock-outs in force."""
    state = OrdersState()
    for row in connection.execute(_LOAD, (evolve.KEPT_ENDED,)):
        order = order_from_row(row)
        state.orders[order.id] = order
    shared: dict[UUID, Override] = {}
    for index, level, until, order_id in connection.execute(
        "SELECT asset_index, level_pct, until, order_id FROM orders_override"
    ):
        state.overrides[index] = shared.setdefault(order_id, Override(level, until, order_id))
    for (facts,) in connection.execute("SELECT facts FROM orders_lock WHERE lifted_at IS NULL ORDER BY id"):
        lock = msgspec.convert(facts, LockRecord)
        state.locks[lock.asset] = lock
    return state


def order_from_row(row: tuple[Any, ...]) -> Order:
    """Return the order of one row over COLUMNS."""
    id_, state, requested_at, ended_at, facts, targets, states = row
    kept = msgspec.convert(facts, OrderFacts)
    return Order(
        id=id_,
        state=state,
        requested_at=requested_at,
        ended_at=ended_at,
        targets=np.frombuffer(targets, "<i4").astype(np.int32),
        states=np.frombuffer(states, np.uint8).copy(),
        **msgspec.structs.asdict(kept),
    )


def _to_row(order: Order) -> tuple[Any, ...]:
    facts = {name: getattr(order, name) for name in OrderFacts.__struct_fields__}
    state: OrderState = order.state
    return (
        order.id,
        state,
        order.requested_at,
        order.ended_at,
        msgspec.json.encode(facts).decode(),
        order.targets.astype("<i4").tobytes(),
        order.states.tobytes(),
    )


def write(cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
    """Bring a batch of events into the rows."""
    state = OrdersState(orders=_read(cursor, lines))
    for line in lines:
        evolve.apply(state, line)
        match line.event:
            case events.Requested(order=order):
                _insert(cursor, state.orders[order])
            case events.Sent(order=order):
                _write_overrides(cursor, state.orders[order])
            case events.OverrideEnded(order=order):
                cursor.execute("DELETE FROM orders_override WHERE order_id = %s", (order,))
            case events.Consigned():
                record = evolve.lock_of(line.event, line)
                cursor.execute(_LOCK, (record.id, record.asset, msgspec.json.encode(record).decode()))
            case events.Rescoped():
                _rescope(cursor, line.event)
            case events.Lifted(lock=lock):
                cursor.execute(_LIFT, (line.recorded_at, lock))
    changed = set(_concerned(lines))
    cursor.executemany(_UPSERT, [_to_row(state.orders[order]) for order in changed if order in state.orders])


def _read(cursor: psycopg.Cursor[Any], lines: Iterable[Line]) -> dict[UUID, Order]:
    wanted = list(_concerned(lines))
    rows = cursor.execute(f"SELECT {COLUMNS} FROM orders_order WHERE id = ANY(%s)", (wanted,)).fetchall()
    return {row[0]: order_from_row(row) for row in rows}


def _concerned(lines: Iterable[Line]) -> Iterable[UUID]:
    for line in lines:
        if isinstance(line.event, events.Rescoped):
            yield from (found.order for found in line.event.orders)
        elif hasattr(line.event, "order"):
            yield line.event.order


def _rescope(cursor: psycopg.Cursor[Any], event: events.Rescoped) -> None:
    by_scope: dict[Scope, list[int]] = {}
    for move in event.moves:
        by_scope.setdefault(move.after, []).append(move.index)
        if move.asset in event.locks:
            cursor.execute(_LOCK_SCOPE, (Jsonb({"scope": msgspec.structs.astuple(move.after)}), move.asset))
    for scope, moved in by_scope.items():
        params = {
            "scope": Jsonb([msgspec.structs.astuple(scope)]),
            "moved": moved,
            "known": [found.order for found in event.orders],
        }
        cursor.execute(_WIDEN, params)


def _insert(cursor: psycopg.Cursor[Any], order: Order) -> None:
    cursor.execute(_UPSERT, _to_row(order))
    cursor.execute(
        "INSERT INTO orders_target (asset_index, order_id) SELECT unnest(%s::int[]), %s",
        (order.targets.tolist(), order.id),
    )


def _write_overrides(cursor: psycopg.Cursor[Any], order: Order) -> None:
    sent = order.targets[order.states == 1].tolist()
    if order.command == "programme" or order.until is None:
        cursor.execute("DELETE FROM orders_override WHERE asset_index = ANY(%s)", (sent,))
    else:
        cursor.execute(_OVERRIDES, (sent, order.value, order.until, order.id))
