"""What the benchmarks of the alarms share: durable engines, the committer with the alarms, a town in memory."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.alarms.town import START, Desk, Town

from beffroi.alarms.room import Alarms
from beffroi.equipment import registry
from beffroi.model.ids import ClockIds
from beffroi.server.clock import SystemClock
from beffroi.server.committer import Committer
from beffroi.server.feed import Hub
from beffroi.server.scheduler import Scheduler
from beffroi.server.wiring import Wiring
from beffroi.server.writer import Writer
from beffroi.trade.line import Line

__all__ = ["INSERT", "START", "Desk", "Room", "Town", "put", "room"]

INSERT = "COPY crossing (asset, alarm_class, edge, at, value, late) FROM STDIN"


class Room:
    """The committer, the feed and the scheduler over a durable database, as the core joins them."""

    def __init__(self, dsn: str, town: Town) -> None:
        self.dsn = dsn
        self.clock = SystemClock()
        self.wiring = Wiring((Alarms(),), registry())
        for port in ("topology", "live", "programme", "locks", "overrides"):
            setattr(self.wiring.city, port, getattr(town.city, port))
        ids = ClockIds(self.clock.now)
        self.writer = Writer(dsn)
        self.hub = Hub(self.wiring, self.clock, ids)
        self.executor = Committer(
            self.wiring, self.writer, self.clock, ids, publish=self._publish, reloaded=self._reloaded
        )
        self.scheduler = Scheduler(self.wiring, self.executor, self.clock)
        self.lines: list[Line] = []
        self.reader = self

    @property
    def state(self) -> Any:
        """Return the alarms as they stand."""
        return self.wiring.states["alarms"]

    async def _publish(self, lines: tuple[Line, ...]) -> None:
        self.lines += lines
        await self.hub.absorb(lines)
        self.scheduler.on_commit(lines)

    async def _reloaded(self) -> None:
        await self.hub.reset(self.executor.head.position)

    async def fetch(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query, read in a thread as the reading pool would."""

        def read() -> list[tuple[Any, ...]]:
            with psycopg.connect(self.dsn) as connection:
                return connection.execute(sql.encode(), params).fetchall()

        return await asyncio.to_thread(read)


@asynccontextmanager
async def room(dsn: str, town: Town) -> AsyncIterator[Room]:
    """Give a room at work until the end of the block."""
    made = Room(dsn, town)
    await made.executor.start(1)
    tasks = [asyncio.create_task(made.executor.run()), asyncio.create_task(made.scheduler.run())]
    try:
        yield made
    finally:
        tasks[1].cancel()
        made.executor.stop()
        await asyncio.wait(tasks[:1], timeout=30)
        await made.writer.close()


def put(dsn: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Put crossings in the outbox as the intake does, in one commit."""
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor, cursor.copy(INSERT) as copy:
        for row in rows:
            copy.write_row(row)
