"""Rows of the work items."""

from collections.abc import Sequence
from typing import Any

import psycopg

from beffroi.model.scope import Scope
from beffroi.trade.line import Line
from beffroi.work.events import Assigned, Cleared, Closed, Opened
from beffroi.work.logic import keep, new_item
from beffroi.work.types import WorkItem, WorkState

COLUMNS = (
    "id, asset, index, kind, fault, opened_at, commune, trade, priority, alarm, cause, assigned_to, assigned_at,"
    " cleared_at, closed_at, result, reason"
)
_INSERT = (
    "INSERT INTO work_item (id, asset, index, kind, fault, opened_at, commune, trade, priority, alarm, cause)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_ASSIGN = "UPDATE work_item SET assigned_to = %s, assigned_at = %s WHERE id = %s"
_CLEAR = "UPDATE work_item SET cleared_at = %s WHERE id = %s"
_CLOSE = "UPDATE work_item SET closed_at = %s, result = %s, reason = %s WHERE id = %s"


def load(connection: psycopg.Connection[Any]) -> WorkState:
    """Return the open items."""
    state = WorkState()
    rows = connection.execute(f"SELECT {COLUMNS} FROM work_item WHERE closed_at IS NULL ORDER BY opened_at, id")
    for row in rows:
        keep(state, item_from_row(row))
    return state


def write(cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
    """Bring a batch of events into the rows, in the order in which one item may live through them."""
    opened = [new_item(line.event, line) for line in lines if isinstance(line.event, Opened)]
    assigned = [
        (line.event.crew, line.recorded_at, line.event.item) for line in lines if isinstance(line.event, Assigned)
    ]
    cleared = [(line.recorded_at, line.event.item) for line in lines if isinstance(line.event, Cleared)]
    closed = [
        (line.recorded_at, line.event.result, line.event.reason, line.event.item)
        for line in lines
        if isinstance(line.event, Closed)
    ]
    # an item closed and opened again in one batch is two rows: the old one must be closed before
    old = {item.id for item in opened}
    _many(cursor, _CLOSE, [row for row in closed if row[3] not in old])
    _many(cursor, _INSERT, [_to_row(item) for item in opened])
    _many(cursor, _ASSIGN, assigned)
    _many(cursor, _CLEAR, cleared)
    _many(cursor, _CLOSE, [row for row in closed if row[3] in old])


def _many(cursor: psycopg.Cursor[Any], statement: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        cursor.executemany(statement.encode(), rows)


def _to_row(item: WorkItem) -> tuple[Any, ...]:
    return (
        item.id,
        item.asset,
        item.index,
        item.kind,
        item.fault,
        item.opened_at,
        item.scope.commune,
        item.scope.trade,
        item.priority,
        item.alarm,
        item.cause,
    )


def item_from_row(row: tuple[Any, ...]) -> WorkItem:
    """Return the item of one row over COLUMNS."""
    (id_, asset, index, kind, fault, opened_at, commune, trade, *rest) = row
    names = (
        "priority", "alarm", "cause", "assigned_to", "assigned_at", "cleared_at", "closed_at", "result", "reason",
    )  # fmt: skip
    return WorkItem(
        id=id_,
        asset=asset,
        index=index,
        kind=kind,
        fault=fault,
        opened_at=opened_at,
        scope=Scope(commune, trade, kind),
        **dict(zip(names, rest, strict=True)),
    )
