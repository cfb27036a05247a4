"""Retention of samples: each point's own number of days, by kind; roll-ups stay."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import psycopg
import structlog

from beffroi.model.kinds import EquipmentKind
from beffroi.model.time import DAY, Micros
from beffroi.telemetry.history import day_of, days_of_partitions, drop_day
from beffroi.trade.service import CoreDoor

EVERY_S = 3600.0
FIRST_AFTER_S = 600.0
LOOK_BACK_DAYS = 3
"""Days emptied again at the first turn: a core that was stopped over midnight leaves nothing behind."""

_FORGET = """DELETE FROM sample WHERE time >= %(start)s AND time < %(end)s AND series IN (
    SELECT series.index FROM series JOIN asset ON asset.id = series.asset
    JOIN unnest(%(kinds)s::text[], %(points)s::text[]) AS pair (kind, point)
    ON pair.kind = asset.kind AND pair.point = series.point)"""

log = structlog.get_logger(__name__)


class Turn(NamedTuple):
    """A day to drop, or to empty of the points kept a number of days."""

    day: int
    kept: int | None


class Retention:
    """Remembers up to which day each length of retention was applied, so that each day is emptied once."""

    def __init__(self, kinds: Mapping[str, EquipmentKind]) -> None:
        self._points: dict[int, list[tuple[str, str]]] = {}
        for kind in kinds.values():
            for point in kind.points:
                self._points.setdefault(point.keep_days, []).append((kind.name, point.name))
        self._longest = max(self._points, default=0)
        self._done: dict[int, int] = {}

    def turns(self, present: Sequence[int], now: Micros) -> list[Turn]:
        """List what is to be done of the days present: some to drop, some to empty of what is kept no longer."""
        today = now // DAY
        found = [Turn(day, None) for day in present if self._longest and day < today - self._longest]
        for kept in self._points:
            if kept < self._longest:
                first = self._done.get(kept, today - kept - LOOK_BACK_DAYS)
                found += [Turn(day, kept) for day in range(first, today - kept) if day in present]
        return found

    def apply(self, connection: psycopg.Connection[Any], turn: Turn) -> None:
        """Do one turn, in a transaction of its own: dropping a day locks the whole history, and waits 2 s at most."""
        if turn.kept is None:
            drop_day(connection, turn.day)
            log.info("day dropped", day=str(day_of(turn.day)))
            return
        pairs = self._points[turn.kept]
        days = {"start": turn.day * DAY, "end": (turn.day + 1) * DAY}
        kinds, points = [kind for kind, _ in pairs], [point for _, point in pairs]
        connection.execute(_FORGET, {**days, "kinds": kinds, "points": points})
        self._done[turn.kept] = turn.day + 1


async def run(core: CoreDoor) -> None:
    """Apply retention every hour; not at once, when the core has better to do with the machine."""
    retention = Retention(core.kinds)
    await asyncio.sleep(FIRST_AFTER_S)
    while True:
        try:
            turns = retention.turns(await core.work(days_of_partitions), core.clock.now())
        except psycopg.OperationalError as error:
            log.warning("retention waits", error=str(error).strip())
            turns = []
        for turn in turns:
            try:
                await core.work(partial(retention.apply, turn=turn))
            except psycopg.OperationalError as error:
                # a day that is being read is dropped an hour later, rather than have others queue behind us
                log.warning("retention waits", day=str(day_of(turn.day)), error=str(error).strip())
                if turn.kept is not None:
                    # days are emptied in order: what is done is told by one number
                    break
        await asyncio.sleep(EVERY_S)


SERVICE = run
