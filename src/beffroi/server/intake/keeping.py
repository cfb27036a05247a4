"""Work of the intake beside its batches: checkpoint of `latest`, roll-ups, days ahead, counts."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import psycopg
import structlog

from beffroi.model.time import DAY, Clock, Micros
from beffroi.server.intake.counts import Counts, forget_counts, write_counts
from beffroi.server.intake.episodes import write_episodes
from beffroi.server.intake.pipeline import Pipeline
from beffroi.telemetry.history import checkpoint, checkpoint_standings, ensure_days, forget_batches
from beffroi.telemetry.rollup import closed_upto, read_mark, roll_up

CHECKPOINT_S = 1.0
SLICE = 20_000
REST_RATIO = 4
"""The checkpoint rests four times as long as it worked: at most a fifth of a database connection."""

COUNTS_S = 2.0
ROLLUP_S = 5.0
DAYS_S = 600.0
DAYS_AHEAD = 3
T = TypeVar("T")

log = structlog.get_logger("intake.keeping")


class Keeper:
    """Runs the slow work; a database that is away only makes it wait."""

    def __init__(self, dsn: str, pipeline: Pipeline, counts: Counts, clock: Clock, zone: ZoneInfo) -> None:
        self._dsn = dsn
        self._pipeline = pipeline
        self._counts = counts
        self._clock = clock
        self._zone = zone
        self._connections: dict[str, psycopg.Connection[Any]] = {}
        self._mark: Micros = 0
        self.failures: dict[str, int] = {}
        """How many times each job failed since the start."""

    def tasks(self) -> list[Awaitable[None]]:
        """Return what runs for ever."""
        return [
            self._every(CHECKPOINT_S, self._checkpoint),
            self._every(COUNTS_S, self._write_counts),
            self._every(ROLLUP_S, self._roll_up),
            self._every(DAYS_S, self._make_days),
        ]

    async def prepare(self) -> None:
        """Make the days ahead and learn up to where hours are rolled up; waits for the database."""
        while True:
            try:
                await self._make_days()
                self._mark = await self._work("rollup", lambda connection: read_mark(connection, self._clock.now()))
                self._pipeline.rolled_upto = self._mark
            except psycopg.OperationalError as error:
                log.warning("database away", error=str(error).strip())
                await asyncio.sleep(CHECKPOINT_S)
            else:
                return

    async def _every(self, period_s: float, job: Callable[[], Awaitable[None]]) -> None:
        while True:
            began = time.monotonic()
            try:
                await job()
            except psycopg.Error as error:
                # whatever a row holds, the readings go on: the next turn tries again
                name = job.__name__.removeprefix("_")
                self.failures[name] = self.failures.get(name, 0) + 1
                away = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
                (log.warning if away else log.error)("kept waiting", job=name, error=str(error).strip())
            await asyncio.sleep(max(period_s, (time.monotonic() - began) * REST_RATIO))

    async def _work(self, name: str, job: Callable[[psycopg.Connection[Any]], T]) -> T:
        """Run a job in a thread on the connection of that name."""

        def run() -> T:
            connection = self._connections.get(name)
            if connection is None or connection.closed:
                connection = psycopg.connect(
                    self._dsn, autocommit=True, connect_timeout=5, application_name=f"beffroi intake {name}"
                )
                self._connections[name] = connection
            try:
                return job(connection)
            except (psycopg.OperationalError, psycopg.InterfaceError):
                connection.close()
                raise

        return await asyncio.to_thread(run)

    async def _checkpoint(self) -> None:
        upto = self._pipeline.last_batch
        marks = self._pipeline.marks
        while len(newest := marks.take_unsaved(SLICE)):
            try:
                await self._work("checkpoint", lambda connection, rows=newest: checkpoint(connection, rows))  # type: ignore[misc]
            except psycopg.Error:
                marks.unsaved[newest.series] = True
                raise
            if len(newest) < SLICE:
                break
        while moved := marks.take_unsaved_standings(SLICE):
            try:
                await self._work("checkpoint", lambda connection, rows=moved: checkpoint_standings(connection, rows))  # type: ignore[misc]
            except psycopg.Error:
                # what was committed meanwhile is newer
                marks.unsaved_standings = moved | marks.unsaved_standings
                raise
            if len(moved) < SLICE:
                break
        if upto:
            await self._work("checkpoint", lambda connection: forget_batches(connection, upto))

    async def _write_counts(self) -> None:
        now = self._clock.now()
        changed = self._pipeline.episodes.take_changed(now)
        counts, strangers = self._counts.take()

        def write(connection: psycopg.Connection[Any]) -> None:
            with connection.transaction():
                write_counts(connection, counts, strangers, now)
                write_episodes(connection, changed)

        try:
            await self._work("counts", write)
        except psycopg.Error:
            self._counts.put_back(counts, strangers)
            self._pipeline.episodes.put_back(changed)
            raise

    async def _roll_up(self) -> None:
        upto = closed_upto(self._clock.now())
        if upto > self._mark:
            # from here on a reading below leaves a note; those folded before must be committed first
            self._pipeline.rolled_upto = upto
            await self._pipeline.drained()
        self._mark = await self._work("rollup", lambda connection: roll_up(connection, self._mark, upto, self._zone))
        self._pipeline.rolled_upto = self._mark

    async def _make_days(self) -> None:
        today = self._clock.now() // DAY
        days = range(today - 1, today + DAYS_AHEAD + 1)
        await self._work("rollup", lambda connection: ensure_days(connection, days))
        await self._work("rollup", lambda connection: forget_counts(connection, self._clock.now()))

    def close(self) -> None:
        """Close the connections."""
        for connection in self._connections.values():
            connection.close()
