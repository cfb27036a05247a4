"""A committer with real rows behind it, and the small trade that tests lean on: the main courante."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import pytest

from beffroi.access import TRADE as ACCESS
from beffroi.access.actions import CreateKey
from beffroi.access.session import digest_of, new_token
from beffroi.access.types import RoleGrant
from beffroi.journal import store as journal
from beffroi.journal.codec import Decoder
from beffroi.logbook import TRADE as LOGBOOK
from beffroi.model.actor import SYSTEM
from beffroi.model.ids import ClockIds
from beffroi.server.clock import SystemClock
from beffroi.server.committer import Committer
from beffroi.server.core import Core
from beffroi.server.feed import Hub
from beffroi.server.house import TRADE as HOUSE
from beffroi.server.settings import Settings
from beffroi.server.web import web_server
from beffroi.server.wiring import Wiring
from beffroi.server.writer import Writer
from beffroi.trade.doors import trusted
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
    await bench.committer.start(1)
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
        return asyncio.run(asyncio.wait_for(main(), 110))

    return run


class Served:
    """A core that serves on a free port of this machine, and the ways in."""

    def __init__(self, core: Any, url: str) -> None:
        self.core = core
        self.url = url
        self.socket_url = url.replace("http", "ws", 1)

    async def key(self, *roles: RoleGrant) -> dict[str, str]:
        """Return the headers of a machine that holds some roles."""
        token = new_token()
        grants = tuple(roles) or (RoleGrant("operator"), RoleGrant("administrator"))
        action = CreateKey(name="test", digest=digest_of(token), grants=grants)
        await self.core.executor.execute(action, trusted(SYSTEM))
        return {"Authorization": f"Bearer {token}"}

    @asynccontextmanager
    async def client(self, *roles: RoleGrant) -> AsyncIterator[httpx.AsyncClient]:
        async with httpx.AsyncClient(base_url=self.url, headers=await self.key(*roles), timeout=20) as client:
            yield client


@asynccontextmanager
async def serving(settings: Settings, *trades: Any) -> AsyncIterator[Served]:
    """Give a whole core in this process, over real engines."""
    core = Core(settings, SystemClock(), trades or (ACCESS, LOGBOOK, HOUSE), services={})
    listener = socket.create_server(("127.0.0.1", 0))
    server = web_server(core.application(), settings)
    web = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await core.start()
        yield Served(core, f"http://127.0.0.1:{listener.getsockname()[1]}")
    finally:
        server.should_exit = True
        await core.stop()
        await asyncio.wait({web}, timeout=5)


@pytest.fixture(scope="session")
def serving_on(nats: Settings) -> Callable[..., Any]:
    def serve(database: Any, *trades: Any) -> Any:
        settings = msgspec.structs.replace(
            database.settings, data=nats.data, nats_port=nats.nats_port, nats=nats.nats, http_host="127.0.0.1"
        )
        return serving(settings, *trades)

    return serve
