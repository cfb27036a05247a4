"""Rows of the main courante."""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from beffroi.logbook.events import Forgotten
from beffroi.logbook.logic import entry_of
from beffroi.logbook.types import Entry, LogbookState
from beffroi.model.scope import Scope
from beffroi.trade.line import Line

COLUMNS = (
    "id, position, happened_at, recorded_at, source, author, text, code, params, asset, corrects, corrected_by,"
    " commune, trade, kind"
)
_INSERT = f"INSERT INTO logbook_entry ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_LINK = "UPDATE logbook_entry SET corrected_by = %s WHERE id = %s"
_FORGET = """UPDATE logbook_entry SET text = '' WHERE source = 'typed' AND text <> ''
    AND (recorded_at < %s OR position = %s)"""
MEMORY_ROWS = 2_000


def load(connection: psycopg.Connection[Any]) -> LogbookState:
    """Return the newest lines, oldest first."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM logbook_entry ORDER BY position DESC LIMIT {MEMORY_ROWS}"
    ).fetchall()
    return LogbookState(entries={entry.id: entry for entry in map(entry_from_row, reversed(rows))})


def write(cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
    """Insert the entries of a batch, link those they correct, empty those to forget."""
    entries = [entry for entry in map(entry_of, lines) if entry is not None]
    cursor.executemany(_INSERT, [_to_row(entry) for entry in entries])
    links = [(entry.id, entry.corrects) for entry in entries if entry.corrects]
    if links:
        cursor.executemany(_LINK, links)
    for line in lines:
        if isinstance(line.event, Forgotten):
            cursor.execute(_FORGET, (line.event.before, line.event.position))


def entries_from_rows(rows: Iterable[tuple[Any, ...]]) -> list[Entry]:
    """Return the entries of a query over COLUMNS."""
    return [entry_from_row(row) for row in rows]


def entry_from_row(row: tuple[Any, ...]) -> Entry:
    """Return the entry of one row over COLUMNS."""
    (id_, position, happened_at, recorded_at, source, author, text, code, params, asset, corrects, by, *scope) = row
    return Entry(
        id=id_,
        position=position,
        happened_at=happened_at,
        recorded_at=recorded_at,
        source=source,
        author=author,
        text=text,
        code=code,
        params=params,
        asset=asset,
        corrects=corrects,
        corrected_by=by,
        scope=Scope(*scope),
    )


def _to_row(entry: Entry) -> tuple[Any, ...]:
    return (
        entry.id,
        entry.position,
        entry.happened_at,
        entry.recorded_at,
        entry.source,
        entry.author,
        entry.text,
        entry.code,
        Jsonb(entry.params),
        entry.asset,
        entry.corrects,
        entry.corrected_by,
        entry.scope.commune,
        entry.scope.trade,
        entry.scope.kind,
    )
