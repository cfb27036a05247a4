"""Rows of the work items."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg

from beffroi.model.scope import Scope
from beffroi.trade.line import Line
from beffroi.work.events import Assigned, Cleared, Closed, Opened, Rescoped, WorkEvent
from beffroi.work.logic import advance, keep, new_item
from beffroi.work.types import WorkItem, WorkState

COLUMNS = (
    "id, asset, index, kind, fault, opened_at, commune, trade, priority, alarm, cause, assigned_to, assigned_at,"
    " cleared_at, closed_at, result, reason"
)
_INSERT = f"INSERT INTO work_item ({COLUMNS}) VALUES ({', '.join(['%s'] * len(COLUMNS.split(',')))})"
_ASSIGN = "UPDATE work_item SET assigned_to = %s, assigned_at = %s WHERE id = %s"
_CLEAR = "UPDATE work_item SET cleared_at = %s WHERE id = %s"
_CLOSE = "UPDATE work_item SET closed_at = %s, result = %s, reason = %s WHERE id = %s"

_MOVE = b"""UPDATE work_item SET commune = moved.commune, trade = moved.trade
    FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS moved (asset, commune, trade)
    WHERE work_item.asset = moved.asset"""


def load(connection: psycopg.Connection[Any]) -> WorkState:
    """Return the open items."""
    state = WorkState()
    rows = connection.execute(f"SELECT {COLUMNS} FROM work_item WHERE closed_at IS NULL ORDER BY opened_at, id")
    for row in rows:
        keep(state, item_from_row(row))
    return state


def write(cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
    """Bring a batch of events into the rows; an item opened in the batch is inserted as the batch leaves it."""
    opened: dict[UUID, WorkItem] = {}
    known: dict[str, list[tuple[Any, ...]]] = {_CLOSE: [], _ASSIGN: [], _CLEAR: []}
    for line in lines:
        event = line.event
        if isinstance(event, Opened):
            opened[event.item] = new_item(event, line)
        elif isinstance(event, WorkEvent) and event.item in opened:
            advance(opened[event.item], line)
        elif isinstance(event, Assigned):
            known[_ASSIGN].append((event.crew, line.recorded_at, event.item))
        elif isinstance(event, Cleared):
            known[_CLEAR].append((line.recorded_at, event.item))
        elif isinstance(event, Closed):
            known[_CLOSE].append((line.recorded_at, event.result, event.reason, event.item))
    # before the insertions: the same fault may have been closed and opened again
    for statement, rows in known.items():
        _many(cursor, statement, rows)
    _many(cursor, _INSERT, [_to_row(item) for item in opened.values()])
    for moves in [line.event.moves for line in lines if isinstance(line.event, Rescoped)]:
        after = [move.after for move in moves]
        columns = [[move.asset for move in moves], [one.commune for one in after], [one.trade for one in after]]
        cursor.execute(_MOVE, columns)


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
        item.assigned_to,
        item.assigned_at,
        item.cleared_at,
        item.closed_at,
        item.result,
        item.reason,
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
