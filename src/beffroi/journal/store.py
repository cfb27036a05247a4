"""Rows of the journal: written by COPY inside the committer's transaction, read by position."""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from msgspec.structs import astuple

from beffroi.journal.codec import Decoder, SaltMaker, encode_lines, new_salt
from beffroi.journal.types import GENESIS, Body, Head, StoredLine
from beffroi.trade.line import Line

LINE_COLUMNS = ", ".join("bytes" if name == "content" else name for name in StoredLine.__struct_fields__)
BODY_COLUMNS = ", ".join(Body.__struct_fields__)
_LINE_TYPES = (
    *("int8", "int8", "int8", "text", "int2", "text", "uuid", "text"),
    *("int8", "int2", "uuid", "text", "text", "text", "bytea", "bytea"),
)
_BODY_TYPES = ("int8", "text", "text", "int8", "bytea", "text", "int8")


def write(cursor: psycopg.Cursor[Any], lines: Sequence[Line], head: Head, *, salt: SaltMaker = new_salt) -> Head:
    """Append lines after a head and return the new head; the caller's transaction decides whether they stay."""
    rows, bodies, new_head = encode_lines(lines, head, salt=salt)
    write_encoded(cursor, rows, bodies)
    return new_head


def write_encoded(cursor: psycopg.Cursor[Any], rows: Sequence[StoredLine], bodies: Sequence[Body]) -> None:
    """Append lines already encoded, for a committer that encodes elsewhere than it writes."""
    _copy(cursor, f"COPY journal_line ({LINE_COLUMNS}) FROM STDIN (FORMAT BINARY)", _LINE_TYPES, rows)
    if bodies:
        _copy(cursor, f"COPY journal_body ({BODY_COLUMNS}) FROM STDIN (FORMAT BINARY)", _BODY_TYPES, bodies)


def _copy(cursor: psycopg.Cursor[Any], statement: str, types: Sequence[str], rows: Iterable[StoredLine | Body]) -> None:
    with cursor.copy(statement.encode()) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(astuple(row))


def head(connection: psycopg.Connection[Any]) -> Head:
    """Return the head of the chain as the database holds it."""
    row = connection.execute("SELECT position, hash FROM journal_line ORDER BY position DESC LIMIT 1").fetchone()
    return Head(row[0], bytes(row[1])) if row else GENESIS


def holds(connection: psycopg.Connection[Any], head: Head) -> bool:
    """Tell whether a line of the chain is this one, whatever was written after it."""
    row = connection.execute("SELECT hash FROM journal_line WHERE position = %s", (head.position,)).fetchone()
    return row is not None and bytes(row[0]) == head.hash


def read(connection: psycopg.Connection[Any], after: int, limit: int, decoder: Decoder) -> list[Line]:
    """Return the lines that follow a position, oldest first, at most `limit`, with what is left of their bodies."""
    rows = connection.execute(
        "SELECT position, bytes FROM journal_line WHERE position > %s ORDER BY position LIMIT %s", (after, limit)
    ).fetchall()
    if not rows:
        return []
    texts = read_texts(connection, rows[0][0], rows[-1][0])
    return [decoder.line(bytes(content), texts.get(position)) for position, content in rows]


def read_texts(connection: psycopg.Connection[Any], first: int, last: int) -> dict[int, dict[str, str]]:
    """Return the bodies not erased of a range of positions, both ends included: position → field → JSON text."""
    found: dict[int, dict[str, str]] = {}
    for position, field, text in connection.execute(
        "SELECT position, field, text FROM journal_body WHERE position BETWEEN %s AND %s AND erased_at IS NULL",
        (first, last),
    ):
        found.setdefault(position, {})[field] = text
    return found


def erase_before(cursor: psycopg.Cursor[Any], purpose: str, before: int, at: int) -> int:
    """Erase the bodies of a purpose recorded before a time (µs UTC); return how many."""
    row = cursor.execute("SELECT journal_erase_before(%s, %s, %s)", (purpose, before, at)).fetchone()
    return int(row[0]) if row else 0


def erase_line(cursor: psycopg.Cursor[Any], position: int, at: int) -> int:
    """Erase the bodies of one line; return how many."""
    row = cursor.execute("SELECT journal_erase_line(%s, %s)", (position, at)).fetchone()
    return int(row[0]) if row else 0
