"""Curves as a screen can draw them: never more points than pixels, true minima and maxima kept."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from beffroi.model.time import DAY, HOUR, MINUTE, Micros
from beffroi.telemetry.rollup import AFTER
from beffroi.trade.doors import Reader

Grain = Literal["raw", "bucket", "hour", "day"]
RAW_SPAN = 8 * DAY
"""Up to this span the samples themselves are read."""

HOUR_SPAN = 400 * DAY

_RAW = "SELECT time, value FROM sample WHERE series = %s AND time >= %s AND time < %s ORDER BY time LIMIT %s"
_BUCKETS = """SELECT %(start)s + (time - %(start)s) / %(step)s * %(step)s AS bucket, min(value), max(value), avg(value),
    count(*) FROM sample WHERE series = %(series)s AND time >= %(start)s AND time < %(end)s GROUP BY 1 ORDER BY 1"""
_ROLLED = """SELECT %(start)s + (time - %(start)s) / %(step)s * %(step)s AS bucket, min(min), max(max),
    sum(sum) / sum(count), sum(count)::bigint FROM {table}
    WHERE series = %(series)s AND time >= %(start)s AND time < %(end)s GROUP BY 1 ORDER BY 1"""


class CurvePoint(msgspec.Struct, frozen=True, array_like=True):
    """One column of pixels: from when, least, greatest, mean, how many readings."""

    at: Micros
    low: float
    high: float
    mean: float
    count: int


class Curve(msgspec.Struct, frozen=True):
    """A curve and what its points are: readings themselves, or columns of `step` µs."""

    grain: Grain
    step: Micros
    points: list[CurvePoint]


async def read_curve(reader: Reader, series: int, start: Micros, end: Micros, width: int, now: Micros) -> Curve:
    """Return at most `width` points of a series between two times."""
    step = max(1, -(-(end - start) // width))
    if end - start <= RAW_SPAN:
        rows = await reader.fetch(_RAW, [series, start, end, width + 1])
        if len(rows) <= width:
            return Curve("raw", 0, [CurvePoint(at, value, value, value, 1) for at, value in rows])
        return Curve("bucket", step, await _buckets(reader, series, start, end, step))
    grain: Grain = "hour" if end - start <= HOUR_SPAN else "day"
    step = max(step, HOUR if grain == "hour" else DAY)
    sql = _ROLLED.format(table=f"sample_{grain}")
    # what no roll-up covers yet is read from the samples
    rolled = min(end, (now - AFTER - MINUTE) // HOUR * HOUR)
    rows = await reader.fetch(sql, {"series": series, "start": start, "end": rolled, "step": step})
    points = [CurvePoint(*row) for row in rows]
    if rolled < end:
        recent = await _buckets(reader, series, max(start, rolled), end, step)
        points = _merged(points, recent, start, step)
    return Curve(grain, step, points[:width])


async def _buckets(reader: Reader, series: int, start: Micros, end: Micros, step: Micros) -> list[CurvePoint]:
    rows = await reader.fetch(_BUCKETS, {"series": series, "start": start, "end": end, "step": step})
    return [CurvePoint(*row) for row in rows]


def _merged(
    rolled: Sequence[CurvePoint], recent: Sequence[CurvePoint], start: Micros, step: Micros
) -> list[CurvePoint]:
    """Join recent columns to those of the roll-ups, on the same grid: two halves of a column become one."""
    columns: dict[Micros, CurvePoint] = {}
    for point in [*rolled, *recent]:
        at = start + (point.at - start) // step * step
        present = columns.get(at)
        columns[at] = point if present is None else _sum(at, present, point)
    return [msgspec.structs.replace(point, at=at) for at, point in sorted(columns.items())]


def _sum(at: Micros, one: CurvePoint, other: CurvePoint) -> CurvePoint:
    count = one.count + other.count
    mean = (one.mean * one.count + other.mean * other.count) / count
    return CurvePoint(at, min(one.low, other.low), max(one.high, other.high), mean, count)


def csv_lines(rows: Sequence[tuple[Any, ...]], render: Any) -> str:
    """Return samples as lines of CSV."""
    return "".join(f"{render(at)},{value!r}\r\n" for at, value in rows)
