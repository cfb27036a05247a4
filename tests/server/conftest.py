"""A committer with real rows behind it, and the small trade that tests lean on: the main courante."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from beffroi.journal import store as journal
from beffroi.journal.codec import Decoder
from beffroi.logbook import TRADE as LOGBOOK
from beffroi.model.ids import ClockIds
from beffroi.server.clock import SystemClock
from beffroi.server.committer import Committer
from beffroi.server.feed import Hub
from beffroi.server.house import TRADE as HOUSE
from beffroi.server.wiring import Wiring
from beffroi.server.writer import Writer
from beffroi.trade.line import Line


class Bench:
    """A committer at work on a database, with what it published."""

    def __init__(self, dsn: str, *trades: Any, bound: int = 10_000) -> None:
        self.clock = SystemClock()
        self.ids = ClockIds(self.clock.now)
        self.wiring = Wiring(trades or (LOGBOOK, HOUSE))
        self.writer = Writer(dsn)
        self.hub = Hub(self.wiring, self.clock, self.ids)
        self.published: list[Line] = []
        self.reloads = 0
        self.listeners: list[Callable[[tuple[Line, ...]], None]] = []
        self.committer = Committer(
            self.wiring,
            self.writer,
            self.clock,
            self.ids,
            publish=self._publish,
            reloaded=self._reloaded,
            bound=bound,
        )

    async def _publish(self, lines: tuple[Line, ...]) -> None:
        self.published += lines
        await self.hub.absorb(lines)
        for listener in self.listeners:
            listener(lines)

    async def _reloaded(self) -> None:
        self.reloads += 1
        await self.hub.reset(self.committer.head.position)

    async def journalled(self) -> list[Line]:
        decoder = Decoder.of(self.wiring.events)
        return await self.writer.run(lambda connection: journal.read(connection, 0, 1_000_000, decoder))

    async def read(self, job: Callable[[Any], Any]) -> Any:
        return await self.writer.run(job)


@asynccontextmanager
async def at_work(dsn: str, *trades: Any, bound: int = 10_000) -> AsyncIterator[Bench]:
    """Give a committer that serves until the end of the block."""
    bench = Bench(dsn, *trades, bound=bound)
    await bench.committer.start(5)
    serving = asyncio.create_task(bench.committer.run())
    try:
        yield bench
    finally:
        bench.committer.stop()
        if not serving.done():
            await asyncio.wait([serving], timeout=10)
        serving.cancel()
        await bench.writer.close()


@pytest.fixture
def committer_on() -> Callable[..., Any]:
    return at_work


@pytest.fixture
def run_async() -> Callable[[Callable[[], Awaitable[Any]]], Any]:
    def run(main: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        return asyncio.run(asyncio.wait_for(main(), 60))

    return run
