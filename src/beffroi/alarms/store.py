"""Rows of the alarms: the patches of `changes`, written set-wise."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from beffroi.alarms import events as ev
from beffroi.alarms.changes import Patch, changes_of, new_alarm
from beffroi.alarms.evolve import FLOOD_WINDOW, restore
from beffroi.alarms.state import AlarmsState
from beffroi.alarms.types import REMEMBERED, Alarm, Flood
from beffroi.model.scope import Scope
from beffroi.trade.line import Line

TYPES = {
    "id": "uuid",
    "asset": "uuid",
    "index": "int4",
    "kind": "text",
    "alarm_class": "text",
    "commune": "text",
    "trade": "text",
    "outcome": "text",
    "priority": "int2",
    "state": "text",
    "disposition": "text",
    "raised_at": "int8",
    "returned_at": "int8",
    "changed_at": "int8",
    "annunciated_at": "int8",
    "closed_at": "int8",
    "acknowledged_at": "int8",
    "acknowledged_by": "uuid",
    "taken_by": "uuid",
    "shelved_until": "int8",
    "withheld_for": "text",
    "value": "float8",
    "toggles": "int4",
    "latched": "bool",
    "folds": "bool",
    "late": "bool",
    "feeder": "uuid",
    "street": "text",
    "source": "text",
    "explains": "text[]",
    "supposed": "bool",
    "pending_until": "int8",
    "settle_at": "int8",
    "parent": "uuid",
    "manual": "bool",
    "reason": "text",
    "reason_params": "jsonb",
    "params": "jsonb",
    "left": "uuid[]",
    "left_codes": "text[]",
}
_COLUMNS = sql.SQL(", ").join(map(sql.Identifier, TYPES))
_COPY = sql.SQL("COPY alarm ({}) FROM STDIN (FORMAT BINARY)").format(_COLUMNS)
_SELECT = sql.SQL("SELECT {} FROM alarm WHERE ").format(_COLUMNS)
_OPEN = sql.SQL("state <> 'normal' OR disposition <> '' OR settle_at IS NOT NULL")
_RECENT = sql.SQL("closed_at > (SELECT max(changed_at) FROM alarm) - %s")
_TELL = "COPY alarm_annunciation (at, alarm, asset, kind, alarm_class, commune, trade, priority) FROM STDIN"
_MOVE = """UPDATE {} AS held SET commune = moved.commune, trade = moved.trade
    FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS moved (asset, commune, trade) WHERE held.asset = moved.asset"""
_FLOOD = "INSERT INTO alarm_flood (desk, since) VALUES (%s, %s) ON CONFLICT (desk) DO UPDATE SET since = EXCLUDED.since"
_NAMES = ", ".join(f'"{name}"' for name in TYPES)
SELECT_ONE = f"SELECT {_NAMES} FROM alarm WHERE id = %s"
SELECT_CHILDREN = (
    f"SELECT {_NAMES} FROM alarm WHERE parent = %s"
    f" OR id = ANY ((SELECT \"left\" FROM alarm WHERE id = %s)::uuid[]) ORDER BY state = 'normal', raised_at, id"
)
ARRAY_COLUMNS = frozenset({"left", "left_codes"})


def load(connection: psycopg.Connection[Any], state: AlarmsState) -> AlarmsState:
    """Fill an empty state with what is open and with what ended a short while ago."""
    rows = connection.execute(_SELECT + _OPEN).fetchall()
    recent = connection.execute(_SELECT + _RECENT + sql.SQL(" ORDER BY closed_at"), (REMEMBERED,)).fetchall()
    alarms = {alarm.id: alarm for alarm in map(alarm_from_row, [*recent, *rows])}
    folded = connection.execute(
        sql.SQL("SELECT parent, count(*) FROM alarm WHERE parent IN (SELECT id FROM alarm WHERE {}) GROUP BY 1").format(
            _OPEN
        )
    ).fetchall()
    return restore(list(alarms.values()), _load_floods(connection), dict(folded), state)


def _load_floods(connection: psycopg.Connection[Any]) -> dict[str, Flood]:
    told = connection.execute(
        "SELECT trade, at FROM alarm_annunciation WHERE at > (SELECT max(at) FROM alarm_annunciation) - %s ORDER BY at",
        (FLOOD_WINDOW,),
    ).fetchall()
    floods: dict[str, Flood] = {}
    for desk, at in told:
        floods.setdefault(desk, Flood(times=deque())).times.append(at)
    for desk, since in connection.execute("SELECT desk, since FROM alarm_flood").fetchall():
        floods.setdefault(desk, Flood(times=deque())).since = since
    return floods


def write(cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
    """Bring a batch into the rows: new records by COPY, the others by one UPDATE per set of columns."""
    made: dict[UUID, Alarm] = {}
    patches: dict[UUID, Patch] = {}
    for line in lines:
        if isinstance(line.event, ev.Raised):
            alarm = new_alarm(line.event, line)
            made[alarm.id] = alarm
            _close(alarm, line)
            continue
        for alarm_id, patch in changes_of(line):
            _merge(alarm_id, patch, made, patches, line)
    _insert(cursor, made.values())
    _update(cursor, patches)
    _tell(cursor, lines)
    _move(cursor, lines)
    floods = [
        (line.event.desk, line.recorded_at if isinstance(line.event, ev.FloodStarted) else None)
        for line in lines
        if isinstance(line.event, ev.FloodStarted | ev.FloodEnded)
    ]
    if floods:
        cursor.executemany(_FLOOD, floods)


def _merge(alarm_id: UUID, patch: Patch, made: dict[UUID, Alarm], patches: dict[UUID, Patch], line: Line) -> None:
    fresh = made.get(alarm_id)
    if fresh is not None:
        for name, value in patch.items():
            setattr(fresh, name, value)
        _close(fresh, line)
        return
    merged = patches.setdefault(alarm_id, {})
    merged.update(patch)
    if "state" in patch:
        ended = patch["state"] == "normal" and patch.get("settle_at") is None
        merged["closed_at"] = line.recorded_at if ended else None


def _close(alarm: Alarm, line: Line) -> None:
    alarm.closed_at = None if alarm.open else line.recorded_at


def _insert(cursor: psycopg.Cursor[Any], alarms: Iterable[Alarm]) -> None:
    rows = [tuple(_value(alarm, name) for name in TYPES) for alarm in alarms]
    if not rows:
        return
    with cursor.copy(_COPY) as copy:
        copy.set_types(list(TYPES.values()))
        for row in rows:
            copy.write_row(row)


def _value(alarm: Alarm, name: str) -> Any:
    if name == "commune":
        return alarm.scope.commune
    if name == "trade":
        return alarm.scope.trade
    return adapt(name, getattr(alarm, name))


def adapt(name: str, value: Any) -> Any:
    """Return a field as its column takes it."""
    if name in ("params", "reason_params"):
        return Jsonb(value)
    if name in ("explains", "left", "left_codes"):
        return list(value)
    return value


def _update(cursor: psycopg.Cursor[Any], patches: dict[UUID, Patch]) -> None:
    by_columns: dict[tuple[str, ...], list[tuple[UUID, Patch]]] = {}
    for alarm_id, patch in patches.items():
        by_columns.setdefault(tuple(sorted(patch)), []).append((alarm_id, patch))
    for names, group in by_columns.items():
        if ARRAY_COLUMNS.intersection(names) or len(group) == 1:
            statement = _one_by_one(names)
            rows = [[*(adapt(name, patch[name]) for name in names), alarm_id] for alarm_id, patch in group]
            cursor.executemany(statement, rows)
        else:
            columns = [[adapt(name, patch[name]) for _, patch in group] for name in names]
            cursor.execute(_set_wise(names), [[alarm_id for alarm_id, _ in group], *columns])


def _one_by_one(names: Sequence[str]) -> sql.Composed:
    sets = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in names)
    return sql.SQL("UPDATE alarm SET {} WHERE id = %s").format(sets)


def _set_wise(names: Sequence[str]) -> sql.Composed:
    sets = sql.SQL(", ").join(sql.SQL("{0} = v.{0}").format(sql.Identifier(name)) for name in names)
    arrays = sql.SQL(", ").join(sql.SQL("%s::{}[]").format(sql.SQL(TYPES[name])) for name in ("id", *names))
    columns = sql.SQL(", ").join(map(sql.Identifier, ("id", *names)))
    return sql.SQL("UPDATE alarm SET {} FROM unnest({}) AS v({}) WHERE alarm.id = v.id").format(sets, arrays, columns)


def _tell(cursor: psycopg.Cursor[Any], lines: Iterable[Line]) -> None:
    rows = []
    for line in lines:
        event = line.event
        if isinstance(event, ev.Raised):
            told = event.pending_until is None and event.parent is None and event.outcome == "alarm"
        elif isinstance(event, ev.Annunciated):
            told = event.outcome == "alarm"
        elif isinstance(event, ev.Toggled):
            told = event.annunciates and event.outcome == "alarm"
        else:
            continue
        if told:
            scope = event.scope
            rows.append(
                (
                    line.recorded_at,
                    event.alarm,
                    event.asset,
                    event.kind,
                    event.alarm_class,
                    scope.commune,
                    scope.trade,
                    event.priority,
                )
            )
    if rows:
        with cursor.copy(_TELL) as copy:
            for row in rows:
                copy.write_row(row)


def _move(cursor: psycopg.Cursor[Any], lines: Iterable[Line]) -> None:
    for line in lines:
        if isinstance(line.event, ev.Rescoped):
            moves = line.event.moves
            columns = [[move.asset for move in moves], [move.after.commune for move in moves]]
            for table in ("alarm", "alarm_annunciation"):
                cursor.execute(_MOVE.format(table).encode(), [*columns, [move.after.trade for move in moves]])


def alarm_from_row(row: tuple[Any, ...]) -> Alarm:
    """Return the record of one row over TYPES."""
    fields = dict(zip(TYPES, row, strict=True))
    scope = Scope(fields.pop("commune"), fields.pop("trade"), fields["kind"])
    fields["explains"] = tuple(fields["explains"])
    fields["left"] = tuple(fields["left"])
    fields["left_codes"] = tuple(fields["left_codes"])
    return Alarm(**fields, scope=scope)
