"""Readings of the live picture, of the history and of the sources."""

import hashlib
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import Parameter
from litestar.response import Stream

from beffroi.model.kinds import EquipmentKind, Text
from beffroi.model.ports import AssetFacts
from beffroi.model.scope import CITY
from beffroi.model.time import DAY, HOUR, Micros, to_iso
from beffroi.telemetry.curves import Curve, csv_lines, read_curve
from beffroi.telemetry.live import quality_of
from beffroi.telemetry.types import SourceRow, TelemetryState, row_of
from beffroi.trade.doors import Caller, View
from beffroi.trade.rejected import Rejected

RIGHT = "sources"
DEFAULT_SPAN = DAY
CSV_PAGE = 5_000
HOURLY_MOST = 5_000


class LatestValue(msgspec.Struct):
    """The last value of one point; `at` is 0 where it never spoke. `quality` as `beffroi.model.reading.Quality`."""

    point: str
    unit: str
    label: Text
    at: Micros
    value: float | None
    quality: int
    kept: bool


class HourRow(msgspec.Struct):
    """One hour of one point, stamped by its first µs."""

    at: Micros
    count: int
    low: float
    high: float
    mean: float
    last: float


class SourceCount(msgspec.Struct):
    """How much of one kind was received or refused, and the last sample of it."""

    reason: str
    count: int
    last_at: Micros
    sample: str


class SourceReport(msgspec.Struct):
    """A source and what is known of what it sends. `known` is nothing for a name that is not a source."""

    name: str
    known: SourceRow | None
    counts: list[SourceCount]


class UnknownSource(msgspec.Struct):
    """A device that speaks with the onboarding credential, with its last messages."""

    client: str
    first_at: Micros
    last_at: Micros
    count: int
    messages: list[str]


class NewSecret(msgspec.Struct):
    """A token drawn for a source: shown once, kept by nobody here; the action takes its hash."""

    token: str
    hash: str


class _Asked(msgspec.Struct, frozen=True):
    """A point that the caller may see."""

    facts: AssetFacts
    series: int


def routes(view: View[TelemetryState], kinds: Mapping[str, EquipmentKind]) -> Sequence[Any]:
    """Return the handlers of readings and sources."""
    return [*_live_routes(view, kinds), *_history_routes(view), *_source_routes(view)]


def _visible(view: View[TelemetryState], caller: Caller, asset: str) -> AssetFacts:
    """Return an asset by its identifier or its painted number; what the caller does not see does not exist."""
    try:
        facts = view.city.topology.find(UUID(asset))
    except ValueError:
        facts = view.city.topology.find_code(asset)
    if facts is None or not caller.sees(facts.scope):
        raise Rejected("telemetry.asset.not_found", asset=asset)
    return facts


def _asked(view: View[TelemetryState], caller: Caller, asset: str, point: str) -> _Asked:
    facts = _visible(view, caller, asset)
    column = view.city.live.series_of(point)
    series = int(column[facts.index]) if facts.index < len(column) else -1
    if series < 0:
        raise Rejected("telemetry.not_found", asset=facts.code, point=point)
    return _Asked(facts, series)


def _live_routes(view: View[TelemetryState], kinds: Mapping[str, EquipmentKind]) -> list[Any]:
    def latest_of(facts: AssetFacts) -> list[LatestValue]:
        kind = kinds.get(facts.kind)
        found = []
        for point in kind.points if kind else ():
            held = view.city.live.find(facts.id, point.name)
            value = held.value if held else None
            quality = 3 if value is None else int(quality_of(kind, point.name, value))
            at = held.at if held else 0
            kept = point.keep_days > 0
            found.append(LatestValue(point.name, point.unit, point.label, at, value, quality, kept))
        return found

    @get("/{asset:str}/latest", summary="Last value of each point of an asset, by its id or painted number")
    async def get_latest(caller: Caller, asset: str) -> list[LatestValue]:
        return latest_of(_visible(view, caller, asset))

    @get("/latest", summary="Last value of each point of an asset whose painted number has a slash (A060/D1)")
    async def find_latest(caller: Caller, asset: str) -> list[LatestValue]:
        return latest_of(_visible(view, caller, asset))

    return [get_latest, find_latest]


def _history_routes(view: View[TelemetryState]) -> list[Any]:
    @get("/{asset:str}/{point:str}/curve", summary="Curve of a point, never more points than `width`")
    async def get_curve(
        caller: Caller,
        asset: str,
        point: str,
        since: Annotated[Micros | None, Parameter(query="from", ge=0, le=2**60)] = None,
        until: Annotated[Micros | None, Parameter(query="to", ge=0, le=2**60)] = None,
        width: Annotated[int, Parameter(ge=2, le=4000)] = 800,
    ) -> Curve:
        asked = _asked(view, caller, asset, point)
        start, end = _period(view, since, until)
        return await read_curve(view.reader, asked.series, start, end, width, view.clock.now())

    @get("/{asset:str}/{point:str}/hourly", summary="Hours of a point: count, least, greatest, mean, last")
    async def list_hours(
        caller: Caller,
        asset: str,
        point: str,
        since: Annotated[Micros | None, Parameter(query="from", ge=0, le=2**60)] = None,
        until: Annotated[Micros | None, Parameter(query="to", ge=0, le=2**60)] = None,
    ) -> list[HourRow]:
        asked = _asked(view, caller, asset, point)
        start, end = _period(view, since, until)
        rows = await view.reader.fetch(
            "SELECT time, count, min, max, sum / count, last FROM sample_hour"
            " WHERE series = %s AND time >= %s AND time < %s ORDER BY time LIMIT %s",
            [asked.series, start // HOUR * HOUR, end, HOURLY_MOST],
        )
        return [HourRow(*row) for row in rows]

    @get("/{asset:str}/{point:str}/csv", summary="Samples of a point as CSV, times in UTC", media_type="text/csv")
    async def export_csv(
        caller: Caller,
        asset: str,
        point: str,
        since: Annotated[Micros | None, Parameter(query="from", ge=0, le=2**60)] = None,
        until: Annotated[Micros | None, Parameter(query="to", ge=0, le=2**60)] = None,
    ) -> Stream:
        asked = _asked(view, caller, asset, point)
        if not caller.may("export", asked.facts.scope):
            raise Rejected("forbidden", right="export")
        start, end = _period(view, since, until)
        name = f'attachment; filename="{_file_name(asked.facts.code, point)}.csv"'
        lines = _csv(view, asked.series, start, end, point)
        return Stream(lines, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})

    return [get_curve, list_hours, export_csv]


def _file_name(code: str, point: str) -> str:
    return "".join(char if char.isascii() and (char.isalnum() or char in "-_") else "_" for char in f"{code}_{point}")


def _period(view: View[TelemetryState], since: Micros | None, until: Micros | None) -> tuple[Micros, Micros]:
    end = view.clock.now() if until is None else until
    start = end - DEFAULT_SPAN if since is None else since
    if start >= end:
        raise Rejected("telemetry.backwards")
    return start, end


async def _csv(view: View[TelemetryState], series: int, start: Micros, end: Micros, point: str) -> AsyncIterator[str]:
    yield f"time_utc,{point}\r\n"
    while True:
        rows = await view.reader.fetch(
            "SELECT time, value FROM sample WHERE series = %s AND time >= %s AND time < %s ORDER BY time LIMIT %s",
            [series, start, end, CSV_PAGE],
        )
        yield csv_lines(rows, to_iso)
        if len(rows) < CSV_PAGE:
            return
        start = rows[-1][0] + 1


def _source_routes(view: View[TelemetryState]) -> list[Any]:
    def check(caller: Caller) -> None:
        if not caller.may(RIGHT, CITY):
            raise Rejected("forbidden", right=RIGHT)

    @get("/sources", summary="Sources, what each sent, and what was refused with a sample")
    async def list_sources(caller: Caller) -> list[SourceReport]:
        check(caller)
        reports = {name: SourceReport(name, row_of(source), []) for name, source in sorted(view.state.sources.items())}
        rows = await view.reader.fetch(
            "SELECT source, reason, count, last_at, sample FROM source_count ORDER BY last_at DESC"
        )
        for name, *count in rows:
            reports.setdefault(name, SourceReport(name, None, [])).counts.append(SourceCount(*count))
        return list(reports.values())

    @get("/unknown", summary="Devices not adopted, heard of in the last 24 hours, with their last messages")
    async def list_unknown(caller: Caller) -> list[UnknownSource]:
        check(caller)
        rows = await view.reader.fetch(
            "SELECT client, first_at, last_at, count, messages FROM unknown_source WHERE last_at > %s"
            " ORDER BY last_at DESC LIMIT 500",
            [view.clock.now() - DAY],
        )
        return [UnknownSource(*row) for row in rows]

    @get("/secret", summary="Draw a token for a source: 128 random bits and their hash", cache_control=None)
    async def draw_secret(caller: Caller) -> NewSecret:
        check(caller)
        token = secrets.token_hex(16)
        return NewSecret(token, hashlib.sha256(token.encode()).hexdigest())

    return [list_sources, list_unknown, draw_secret]
