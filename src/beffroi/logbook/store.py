"""Rows of the main courante."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from beffroi.logbook import events as told
from beffroi.logbook.changes import KEPT_LOCALS, KEPT_REPORTS, KEPT_VISAS, entry_of, keep_entry, keep_visa, visa_of
from beffroi.logbook.quoting import quoted, without
from beffroi.logbook.types import COMPARTMENTS, Entry, LogbookState, Report, Visa
from beffroi.model.scope import Scope
from beffroi.trade.doors import Reader
from beffroi.trade.line import Line

COLUMNS = (
    "id, position, happened_at, recorded_at, source, author, text, code, params, asset, corrects, corrected_by,"
    " incident, local, typed_at, concealed, commune, trade, kind"
)
_NAMES = COLUMNS.split(", ")
_VISA = "id, first, last, lines, signed_by, signed_at, compartment, relief"
_INSERT = f"INSERT INTO logbook_entry ({COLUMNS}) VALUES ({', '.join(['%s'] * 19)})"
_INSERT_VISA = f"INSERT INTO logbook_visa ({_VISA}) VALUES ({', '.join(['%s'] * 8)})"
_LINK = "UPDATE logbook_entry SET corrected_by = %s WHERE id = %s"
_FORGET = """UPDATE logbook_entry SET text = '' WHERE source = 'typed' AND text <> ''
    AND (recorded_at < %s OR position = %s)"""
_FORGET_REPORTS = "UPDATE logbook_report SET body = '' WHERE recorded_at < %s OR position = %s"
_QUOTING = "SELECT night, body FROM logbook_report WHERE author IS NULL AND body LIKE %s"
_VERSIONS = "SELECT version, body FROM logbook_report WHERE night = %s"
_REWRITE = "UPDATE logbook_report SET body = %s WHERE night = %s AND version = %s"
_REPORT = """INSERT INTO logbook_report (night, version, recorded_at, author, body, position)
    VALUES (%s, %s, %s, %s, %s, %s)"""
_MOVE = """UPDATE logbook_entry SET commune = moved.commune,
    trade = CASE WHEN logbook_entry.trade = ANY(%s) THEN logbook_entry.trade ELSE moved.trade END,
    kind = CASE WHEN logbook_entry.trade = ANY(%s) THEN logbook_entry.kind ELSE moved.kind END
    FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[]) AS moved (asset, commune, trade, kind)
    WHERE logbook_entry.asset = moved.asset"""
# the same three cases as `changes.followed`
_FOLLOW = """UPDATE logbook_entry SET commune = moved.commune,
    trade = CASE WHEN logbook_entry.trade = ANY(%s) AND NOT concealed THEN logbook_entry.trade ELSE moved.trade END,
    kind = CASE WHEN logbook_entry.trade = ANY(%s) AND NOT concealed THEN logbook_entry.kind ELSE moved.kind END,
    concealed = moved.masked AND (concealed OR NOT logbook_entry.trade = ANY(%s))
    FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::bool[])
        AS moved (incident, commune, trade, kind, masked)
    WHERE logbook_entry.incident = moved.incident"""
_KEPT_VISAS = f"""SELECT {_VISA} FROM logbook_visa WHERE id IN (
    (SELECT id FROM logbook_visa ORDER BY id DESC LIMIT {KEPT_VISAS})
    UNION (SELECT DISTINCT ON (compartment) id FROM logbook_visa ORDER BY compartment, id DESC)) ORDER BY id"""
MEMORY_ROWS = 2_000


def load(connection: psycopg.Connection[Any]) -> LogbookState:
    """Return the newest lines, oldest first, and what else memory keeps."""
    state = LogbookState()
    known = connection.execute(
        f"SELECT local, id FROM logbook_entry WHERE local IS NOT NULL ORDER BY position DESC LIMIT {KEPT_LOCALS}"
    ).fetchall()
    state.locals = dict(reversed(known))
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM logbook_entry ORDER BY position DESC LIMIT {MEMORY_ROWS}"
    ).fetchall()
    for entry in map(entry_from_row, reversed(rows)):
        keep_entry(state, entry)
    for row in connection.execute(_KEPT_VISAS).fetchall():
        keep_visa(state, Visa(*row))
    nights = connection.execute(
        f"SELECT night, max(version) FROM logbook_report GROUP BY night ORDER BY night DESC LIMIT {KEPT_REPORTS}"
    ).fetchall()
    state.reports = {night.isoformat(): version for night, version in reversed(nights)}
    return state


def write(cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
    """Insert the entries of a batch, link those they correct, keep visas and reports, empty what is to forget."""
    entries = [entry for entry in map(entry_of, lines) if entry is not None]
    cursor.executemany(_INSERT, [_to_row(entry) for entry in entries])
    links = [(entry.id, entry.corrects) for entry in entries if entry.corrects]
    if links:
        cursor.executemany(_LINK, links)
    for line in lines:
        _write_other(cursor, line)


def _write_other(cursor: psycopg.Cursor[Any], line: Line) -> None:
    match line.event:
        case told.Signed() as event:
            visa = visa_of(event, line)
            cursor.execute(_INSERT_VISA, [getattr(visa, name) for name in Visa.__struct_fields__])
        case told.ReportFiled(night=night, report=version, body=body):
            # no author: the machine's own
            cursor.execute(_REPORT, (night, version, line.recorded_at, None, body, line.position))
        case told.ReportAmended(night=night, report=version, body=body):
            cursor.execute(_REPORT, (night, version, line.recorded_at, line.actor.id, body, line.position))
        case told.Rescoped(moves=moves):
            after = [move.after for move in moves]
            columns = [[getattr(scope, name) for scope in after] for name in ("commune", "trade", "kind")]
            own = list(COMPARTMENTS)
            cursor.execute(_MOVE, (own, own, [move.asset for move in moves], *columns))
        case told.FollowedEvent(moves=moves):
            scopes = [[getattr(move.scope, name) for move in moves] for name in ("commune", "trade", "kind")]
            own = list(COMPARTMENTS)
            incidents, masked = [move.incident for move in moves], [move.masked for move in moves]
            cursor.execute(_FOLLOW, (own, own, own, incidents, *scopes, masked))
        case told.Forgotten(before=before, position=position):
            cursor.execute(_FORGET, (before, position))
            cursor.execute(_FORGET_REPORTS, (before, position))
            if position is not None:
                _forget_quotes(cursor, position)


def _forget_quotes(cursor: psycopg.Cursor[Any], position: int) -> None:
    """Take a line out of the reports that quote it, corrected or not."""
    for night, first in cursor.execute(_QUOTING, (f'%"position":{position}%',)).fetchall():
        words = quoted(first, position)
        for version, body in cursor.execute(_VERSIONS, (night,)).fetchall() if words else ():
            cursor.execute(_REWRITE, (without(body, position, words), night, version))


async def list_visas(reader: Reader, entries: Sequence[Entry]) -> list[Visa]:
    """List the visas under some lines, the oldest first."""
    if not entries:
        return []
    positions = [entry.position for entry in entries]
    rows = await reader.fetch(
        f"SELECT {_VISA} FROM logbook_visa WHERE last >= %s AND first <= %s AND compartment = ANY(%s) ORDER BY last",
        (min(positions), max(positions), sorted({entry.compartment for entry in entries})),
    )
    return [Visa(*row) for row in rows]


async def list_reports(reader: Reader, night: str) -> list[Report]:
    """List the versions of the report of a night, the newest first."""
    rows = await reader.fetch(
        "SELECT night, version, recorded_at, author, body FROM logbook_report WHERE night = %s ORDER BY version DESC",
        (date.fromisoformat(night),),
    )
    return [Report(found.isoformat(), *rest) for found, *rest in rows]


def entries_from_rows(rows: Iterable[tuple[Any, ...]]) -> list[Entry]:
    """Return the entries of a query over COLUMNS."""
    return [entry_from_row(row) for row in rows]


def entry_from_row(row: tuple[Any, ...]) -> Entry:
    """Return the entry of one row over COLUMNS."""
    values = dict(zip(_NAMES, row, strict=True))
    scope = Scope(*(values.pop(name) for name in ("commune", "trade", "kind")))
    return Entry(**values, scope=scope)


def _to_row(entry: Entry) -> list[Any]:
    values = {**{name: getattr(entry, name) for name in entry.__struct_fields__}, "params": Jsonb(entry.params)}
    scope = {"commune": entry.scope.commune, "trade": entry.scope.trade, "kind": entry.scope.kind}
    return [{**values, **scope}[name] for name in _NAMES]
