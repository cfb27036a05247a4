"""Reading the whole journal of a database line by line, for the verifier and for exports."""

from collections.abc import Iterator
from typing import Any

import psycopg

from beffroi.journal.store import BODY_COLUMNS, LINE_COLUMNS
from beffroi.journal.types import Body, StoredLine
from beffroi.journal.verify import Checked

AT_ONCE = 5_000
_BATCH = (
    f"SELECT {LINE_COLUMNS} FROM journal_line WHERE position > %s AND position <= %s ORDER BY position LIMIT {AT_ONCE}"
)
_BODIES = f"SELECT {BODY_COLUMNS} FROM journal_body WHERE position BETWEEN %s AND %s ORDER BY position, field"


def walk(connection: psycopg.Connection[Any], after: int = 0, upto: int = 2**62) -> Iterator[Checked]:
    """Give every line after a position, up to another one included, oldest first, with its columns and bodies."""
    position = after
    while True:
        rows = connection.execute(_BATCH, (position, upto), binary=True).fetchall()
        if not rows:
            return
        bodies = bodies_between(connection, rows[0][0], rows[-1][0])
        for row in rows:
            line = StoredLine(*row)
            yield Checked(line.position, line.content, line.hash, line, tuple(bodies.get(line.position, ())))
        position = rows[-1][0]


def bodies_between(connection: psycopg.Connection[Any], first: int, last: int) -> dict[int, list[Body]]:
    """Return the bodies of a range of positions, erased ones included."""
    found: dict[int, list[Body]] = {}
    for row in connection.execute(_BODIES, (first, last)):
        found.setdefault(row[0], []).append(Body(*row))
    return found
