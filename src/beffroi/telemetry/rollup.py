"""Roll-ups: hours in UTC, days in the city's zone, computed from the samples so that they can be computed again.

They are not written with each batch: two upserts a value would halve the intake. An hour is rolled up once, two minutes
after its end; the transaction that brings a sample into an hour already rolled up leaves a note in `rollup_due`.
"""

from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from beffroi.model.time import HOUR, MINUTE, Micros, day_bounds, local_day

AFTER = 2 * MINUTE
"""How long after its end an hour is rolled up: what is still on its way makes no second work."""

DUE_AT_ONCE = 20_000
HOURS_AT_ONCE = 6

_COLUMNS = "series, time, count, min, max, sum, last"
_REPLACE = (
    " ON CONFLICT (series, time) DO UPDATE SET count = excluded.count, min = excluded.min, max = excluded.max,"
    " sum = excluded.sum, last = excluded.last"
)
_FROM_SAMPLES = (
    f"SELECT series, time / {HOUR} * {HOUR}, count(*), min(value), max(value), sum(value),"
    " (array_agg(value ORDER BY time DESC))[1] FROM sample"
)
_FROM_HOURS = (
    "SELECT series, %(start)s::bigint, sum(count), min(min), max(max), sum(sum),"
    " (array_agg(last ORDER BY time DESC))[1] FROM sample_hour WHERE time >= %(start)s AND time < %(end)s"
)


def read_mark(connection: psycopg.Connection[Any], now: Micros) -> Micros:
    """Return up to where hours are rolled up; the first time, the hour of the first sample, or of `now`."""
    row = connection.execute("SELECT upto FROM rollup_mark").fetchone()
    if row:
        return int(row[0])
    first = connection.execute("SELECT min(time) FROM sample").fetchone()
    start = int(first[0]) if first and first[0] is not None else now
    return start // HOUR * HOUR


def closed_upto(now: Micros) -> Micros:
    """Return the end of the last hour that may be rolled up at a time."""
    return (now - AFTER) // HOUR * HOUR


def roll_up(connection: psycopg.Connection[Any], mark: Micros, upto: Micros, zone: ZoneInfo) -> Micros:
    """Roll up the hours from `mark` on, a few at most, then what is due; returns the new mark.

    Every sample below `upto` written by a batch that knew a lower mark must be committed before the call.
    """
    end = min(upto, mark + HOURS_AT_ONCE * HOUR)
    with connection.transaction():
        touched = set()
        if end > mark:
            connection.execute(
                f"INSERT INTO sample_hour ({_COLUMNS}) {_FROM_SAMPLES} WHERE time >= %s AND time < %s GROUP BY 1, 2"
                + _REPLACE,
                [mark, end],
            )
            touched |= {local_day(hour, zone) for hour in range(mark, end, HOUR)}
            connection.execute(
                "INSERT INTO rollup_mark (upto) VALUES (%s) ON CONFLICT (single) DO UPDATE SET upto = excluded.upto",
                [end],
            )
        touched |= {local_day(hour, zone) for hour in _roll_up_due(connection)}
        for day in sorted(touched):
            start, after = day_bounds(day, zone)
            connection.execute(
                f"INSERT INTO sample_day ({_COLUMNS}) {_FROM_HOURS} GROUP BY series" + _REPLACE,
                {"start": start, "end": after},
            )
    return max(mark, end)


def _roll_up_due(connection: psycopg.Connection[Any]) -> set[Micros]:
    rows = connection.execute(
        f"DELETE FROM rollup_due WHERE ctid IN (SELECT ctid FROM rollup_due LIMIT {DUE_AT_ONCE}) RETURNING series, time"
    ).fetchall()
    if not rows:
        return set()
    rows = sorted(set(rows))
    connection.execute(
        f"INSERT INTO sample_hour ({_COLUMNS}) SELECT due.series, due.time, hour.* FROM"
        " unnest(%s::int[], %s::bigint[]) AS due (series, time) CROSS JOIN LATERAL ("
        "  SELECT count(*), min(value), max(value), sum(value), (array_agg(value ORDER BY time DESC))[1] FROM sample"
        f" WHERE sample.series = due.series AND sample.time >= due.time AND sample.time < due.time + {HOUR}"
        " HAVING count(*) > 0) hour" + _REPLACE,
        [[series for series, _ in rows], [at for _, at in rows]],
    )
    return {at for _, at in rows}
