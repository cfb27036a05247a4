"""Rows of the sources and of the live arrays' first values."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from beffroi.telemetry import events as happened
from beffroi.telemetry.live import DIFF_ROW, LiveArrays
from beffroi.telemetry.types import NewSource, Source, TelemetryState
from beffroi.trade.event import Event
from beffroi.trade.line import Line

_COLUMNS = "name, label, kind, state, secret, assets, rate, burst, simulated, created_at, changed_at"
_COPY_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_COPY_TRAILER = b"\xff\xff"
_COPIED = np.dtype(
    [
        ("fields", ">i2"),
        ("series_size", ">i4"),
        ("series", ">i4"),
        ("value_size", ">i4"),
        ("value", ">f8"),
        ("at_size", ">i4"),
        ("at", ">i8"),
    ]
)
"""One row of `latest` as COPY gives it in binary: no column of it may be absent."""

_INSERT = f"INSERT INTO source ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"


def load(connection: psycopg.Connection[Any], live: LiveArrays) -> TelemetryState:
    """Return the sources, with live arrays brought up to the last checkpoint; the intake tells the rest."""
    sources = {}
    for name, label, kind, state, secret, assets, rate, burst, simulated, created_at, changed_at in connection.execute(
        f"SELECT {_COLUMNS} FROM source ORDER BY created_at, name"
    ):
        sources[name] = Source(
            name=name,
            label=label,
            kind=kind,
            state=state,
            secret=bytes(secret).hex(),
            assets=tuple(assets),
            rate=rate,
            burst=burst,
            simulated=simulated,
            created_at=created_at,
            changed_at=changed_at,
        )
    load_live(connection, live)
    return TelemetryState(live, sources, {source.secret for source in sources.values()})


def load_live(connection: psycopg.Connection[Any], live: LiveArrays) -> None:
    """Bring the live arrays up to the rows: series that they do not know, last values."""
    with connection.cursor(binary=True) as cursor:
        live.expect(cursor.execute(SERIES_FROM, [live.known]).fetchall())
    live.absorb(read_latest(connection).tobytes())


def read_latest(connection: psycopg.Connection[Any]) -> NDArray[Any]:
    """Return the newest (series, value, time) kept of each series, without an object for each: a core starts faster."""
    with connection.cursor().copy("COPY latest (series, value, time) TO STDOUT (FORMAT binary)") as copy:
        content = b"".join(bytes(block) for block in copy)
    rows = np.frombuffer(content[len(_COPY_HEADER) : -len(_COPY_TRAILER)], _COPIED)
    found = np.empty(len(rows), DIFF_ROW)
    for name in ("series", "value", "at"):
        found[name] = rows[name]
    return found


SERIES_FROM = """SELECT asset, array_agg(index ORDER BY index), array_agg(point ORDER BY index)
    FROM series WHERE index >= %s GROUP BY asset"""


def write(cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
    """Bring a batch of events into the rows."""
    created = [(line.event.source, line.recorded_at) for line in lines if isinstance(line.event, _NEW)]
    if created:
        cursor.executemany(_INSERT, [_to_row(source, at) for source, at in created])
    for line in lines:
        if isinstance(line.event, happened.SourceAdopted):
            cursor.execute("DELETE FROM unknown_source WHERE client = %s", [line.event.client])
        elif not isinstance(line.event, happened.SourceCreated):
            _write_change(cursor, line.event, line.recorded_at)


_NEW = happened.SourceCreated | happened.SourceAdopted


def _to_row(source: NewSource, at: int) -> tuple[Any, ...]:
    return (
        source.name,
        source.label,
        source.kind,
        "active",
        bytes.fromhex(source.secret),
        list(source.assets),
        source.rate,
        source.burst,
        source.simulated,
        at,
        at,
    )


def _write_change(cursor: psycopg.Cursor[Any], event: Event, at: int) -> None:
    match event:
        case happened.AssetsSet(name=name, assets=assets):
            cursor.execute("UPDATE source SET assets = %s, changed_at = %s WHERE name = %s", [list(assets), at, name])
        case happened.QuotaSet(name=name, rate=rate, burst=burst):
            cursor.execute(
                "UPDATE source SET rate = %s, burst = %s, changed_at = %s WHERE name = %s", [rate, burst, at, name]
            )
        case happened.SecretRenewed(name=name, secret=secret):
            cursor.execute(
                "UPDATE source SET secret = %s, changed_at = %s WHERE name = %s", [bytes.fromhex(secret), at, name]
            )
        case happened.SourceDisabled(name=name):
            cursor.execute("UPDATE source SET state = 'disabled', changed_at = %s WHERE name = %s", [at, name])
        case happened.SourceEnabled(name=name):
            cursor.execute("UPDATE source SET state = 'active', changed_at = %s WHERE name = %s", [at, name])
