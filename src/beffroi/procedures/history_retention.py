"""Retention of samples: each point's own number of days, by kind; roll-ups stay."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any

import psycopg
import structlog

from beffroi.model.kinds import EquipmentKind
from beffroi.model.time import DAY, Micros
from beffroi.telemetry.history import day_of, days_of_partitions, drop_day
from beffroi.trade.service import CoreDoor

EVERY_S = 3600.0
LOOK_BACK_DAYS = 3
"""Days emptied again at the first turn: a core that was stopped over midnight leaves nothing behind."""

_FORGET = """DELETE FROM sample WHERE time >= %(start)s AND time < %(end)s AND series IN (
    SELECT series.index FROM series JOIN asset ON asset.id = series.asset
    JOIN unnest(%(kinds)s::text[], %(points)s::text[]) AS pair (kind, point)
    ON pair.kind = asset.kind AND pair.point = series.point)"""

log = structlog.get_logger(__name__)


class Retention:
    """Remembers up to which day each length of retention was applied, so that each day is emptied once."""

    def __init__(self, kinds: Mapping[str, EquipmentKind]) -> None:
        self._points: dict[int, list[tuple[str, str]]] = {}
        for kind in kinds.values():
            for point in kind.points:
                self._points.setdefault(point.keep_days, []).append((kind.name, point.name))
        self._longest = max(self._points, default=0)
        self._done: dict[int, int] = {}

    def apply(self, connection: psycopg.Connection[Any], now: Micros) -> list[date]:
        """Drop the days older than every retention, empty those older than some; return the days dropped."""
        dropped = []
        present = days_of_partitions(connection)
        for day in present:
            if self._longest and day < now // DAY - self._longest:
                drop_day(connection, day)
                dropped.append(day_of(day))
        for kept, pairs in self._points.items():
            if kept < self._longest:
                self._forget(connection, kept, pairs, set(present), now // DAY - kept)
        return dropped

    def _forget(
        self, connection: psycopg.Connection[Any], kept: int, pairs: list[tuple[str, str]], present: set[int], last: int
    ) -> None:
        first = self._done.get(kept, last - LOOK_BACK_DAYS)
        for day in range(first, last):
            if day in present:
                kinds, points = [kind for kind, _ in pairs], [point for _, point in pairs]
                days = {"start": day * DAY, "end": (day + 1) * DAY}
                connection.execute(_FORGET, {**days, "kinds": kinds, "points": points})
        self._done[kept] = max(first, last)


async def run(core: CoreDoor) -> None:
    """Apply retention every hour."""
    retention = Retention(core.kinds)
    while True:
        try:
            dropped = await core.work(lambda connection: retention.apply(connection, core.clock.now()))
            if dropped:
                log.info("days dropped", days=[str(day) for day in dropped])
        except psycopg.OperationalError as error:
            log.warning("retention waits", error=str(error).strip())
        await asyncio.sleep(EVERY_S)


SERVICE = run
