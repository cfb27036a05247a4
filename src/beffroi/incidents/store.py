"""Rows of the events. A batch is brought into them by the same functions as into memory."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from beffroi.incidents import events as ev
from beffroi.incidents.categories import fold
from beffroi.incidents.evolve import advance, keep, new_incident, subjects
from beffroi.incidents.rows import label_of
from beffroi.incidents.types import KEPT, Incident, IncidentsState
from beffroi.trade.line import Line

_COPIED = (
    "id", "number", "year", "serial", "state", "category", "what", "place", "asset", "lon", "lat", "masked", "priority",
    "source", "first_at", "opened_at", "changed_at", "closed_at", "taken_by", "opening",
)  # fmt: skip
_NAMES = (*_COPIED, "search", "commune", "trade", "kind", "into_event", "data")
_UPSERT = (
    f"INSERT INTO incident ({', '.join(_NAMES)}) VALUES ({', '.join(['%s'] * len(_NAMES))}) ON CONFLICT (id) DO UPDATE"
    f" SET {', '.join(f'{name} = EXCLUDED.{name}' for name in _NAMES[1:])}"
)
_SOME = "SELECT data FROM incident WHERE id = ANY(%s)"
_LIVING = """WITH RECURSIVE living AS (
        SELECT id FROM incident WHERE state NOT IN ('closed', 'joined')
        OR closed_at > (SELECT max(changed_at) FROM incident) - %s
        UNION SELECT held.id FROM incident held JOIN living ON held.into_event = living.id WHERE held.state = 'joined'
    ) SELECT data FROM incident WHERE id IN (SELECT id FROM living) ORDER BY opening"""
"""What was joined lives as long as the event that holds it."""
_LOCALS = "SELECT local, incident FROM incident_local WHERE at > (SELECT max(at) FROM incident_local) - %s"
_SERIALS = "SELECT year, max(serial) FROM incident GROUP BY year"
_FILES = "SELECT id, incident, ends_at FROM incident_file WHERE bytes IS NOT NULL"
_LOCAL = "INSERT INTO incident_local (local, incident, at) VALUES (%s, %s, %s)"
_EMPTY_OLD = """SELECT data FROM incident WHERE opening = %(opening)s
    OR data -> 'texts' @> to_jsonb(%(opening)s::bigint)
    OR data -> 'attachments' @> jsonb_build_array(jsonb_build_object('position', %(opening)s::bigint))
    OR opened_at < %(before)s
    AND CASE WHEN %(photos)s THEN data -> 'attachments' <> '[]' ELSE data ->> 'forgotten' = 'false' END"""
"""What was emptied before is not read again: the erasures of every hour touch what has just become too old."""

_EMPTY_FILES = "UPDATE incident_file SET bytes = NULL WHERE id = ANY(%s)"
_EMPTY_FILES_OF = "UPDATE incident_file SET bytes = NULL WHERE at < %s"
_OF_ASSETS = "SELECT data FROM incident WHERE asset = ANY(%s)"
ADD_FILE = "INSERT INTO incident_file (id, incident, at, ends_at, media, bytes) VALUES (%s, %s, %s, %s, %s, %s)"
READ_FILE = "SELECT media, bytes FROM incident_file WHERE id = %s AND bytes IS NOT NULL"
SELECT_ONE = "SELECT data FROM incident WHERE id = %s"


def load(connection: psycopg.Connection[Any]) -> IncidentsState:
    """Return the open events and those closed lately, with what seats sent and which files live."""
    state = IncidentsState()
    for (data,) in connection.execute(_LIVING, (KEPT,)):
        keep(state, incident_from(data))
    state.serials = dict(connection.execute(_SERIALS).fetchall())
    state.locals |= dict(connection.execute(_LOCALS, (KEPT,)).fetchall())
    state.files = {file: (incident, ends_at) for file, incident, ends_at in connection.execute(_FILES)}
    return state


def incident_from(data: Any) -> Incident:
    """Return the event that a row's `data` tells."""
    return msgspec.convert(data, Incident)


def write(cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
    """Bring a batch of lines into the rows."""
    held = _held(cursor, lines)
    for line in lines:
        event = line.event
        if isinstance(event, ev.Opened):
            held[event.incident] = new_incident(event, line)
        for name in _concerned(event, held):
            advance(held[name], line)
    _put(cursor, held.values())
    locals_ = [
        (line.event.local, line.event.incident, line.recorded_at)  # type: ignore[attr-defined]
        for line in lines
        if getattr(line.event, "local", None) is not None
    ]
    if locals_:
        cursor.executemany(_LOCAL, locals_)
    for line in lines:
        _empty_files(cursor, line)


def _concerned(event: Any, held: dict[UUID, Incident]) -> list[UUID]:
    if isinstance(event, ev.Forgotten):
        # the rows of all years, not only what memory holds
        return [one.id for one in held.values() if _is_forgotten(event, one)]
    if isinstance(event, ev.Rescoped):
        moved = {move.asset for move in event.moves}
        return [one.id for one in held.values() if one.asset in moved]
    if isinstance(event, ev.Opened):
        return []
    return [name for name in subjects(event) if name in held]


def _is_forgotten(event: ev.Forgotten, incident: Incident) -> bool:
    if incident.says(event.opening):
        return True
    return event.before is not None and incident.opened_at < event.before


def _held(cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> dict[UUID, Incident]:
    names = list({name for line in lines for name in subjects(line.event)})
    found = _read(cursor, _SOME, (names,))
    for line in lines:
        event = line.event
        if isinstance(event, ev.Forgotten):
            found |= _read(
                cursor, _EMPTY_OLD, {"before": event.before, "opening": event.opening, "photos": event.photos}
            )
        elif isinstance(event, ev.Rescoped):
            found |= _read(cursor, _OF_ASSETS, ([move.asset for move in event.moves],))
    return found


def _read(cursor: psycopg.Cursor[Any], query: str, params: tuple[Any, ...] | dict[str, Any]) -> dict[UUID, Incident]:
    cursor.execute(query.encode(), params)
    return {one.id: one for one in (incident_from(data) for (data,) in cursor.fetchall())}


def _put(cursor: psycopg.Cursor[Any], incidents: Any) -> None:
    # a joined event references the one that holds it, which may be new in this very batch
    rows = [_to_row(one) for one in sorted(incidents, key=lambda one: (one.into is not None, one.opening))]
    if rows:
        cursor.executemany(_UPSERT.encode(), rows)


def _to_row(incident: Incident) -> tuple[Any, ...]:
    scope = incident.scope
    words = (incident.number, *label_of(incident).values(), incident.what, incident.place)
    search = fold(" ".join(words))
    data = Jsonb(msgspec.to_builtins(incident))
    copied = [getattr(incident, name) for name in _COPIED]
    return (*copied, search, scope.commune, scope.trade, scope.kind, incident.into, data)


def _empty_files(cursor: psycopg.Cursor[Any], line: Line) -> None:
    event = line.event
    if isinstance(event, ev.Expired):
        cursor.execute(_EMPTY_FILES, (list(event.attachments),))
    elif isinstance(event, ev.Forgotten) and event.photos:
        cursor.execute(_EMPTY_FILES_OF, (event.before or 0,))
