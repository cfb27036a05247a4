"""Rows of the sources and of the live arrays' first values."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import psycopg

from beffroi.telemetry import events as happened
from beffroi.telemetry.live import DIFF_ROW, LiveArrays
from beffroi.telemetry.types import NewSource, Source, TelemetryState
from beffroi.trade.event import Event
from beffroi.trade.line import Line

_COLUMNS = "name, label, kind, state, secret, assets, rate, burst, simulated, created_at, changed_at"
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
        rows = cursor.execute("SELECT series, value, time FROM latest").fetchall()
    live.absorb(np.array(rows, DIFF_ROW).tobytes())


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
