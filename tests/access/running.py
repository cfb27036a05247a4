"""A small city at work on a real database: committer, reading pool and the whole HTTP application, in this loop."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg

from beffroi.access import CSRF_HEADER, Gate
from beffroi.access import TRADE as ACCESS
from beffroi.journal import TRADE as JOURNAL
from beffroi.journal import store as journal
from beffroi.journal.codec import Decoder
from beffroi.logbook import TRADE as LOGBOOK
from beffroi.model.ids import ClockIds
from beffroi.procedures.start import accounts as first_accounts
from beffroi.server.clock import SystemClock
from beffroi.server.committer import Committer
from beffroi.server.feed import Hub
from beffroi.server.house import TRADE as HOUSE
from beffroi.server.http.app import Parts, build_app
from beffroi.server.http.system import Readiness
from beffroi.server.reading import PoolReader, Workers
from beffroi.server.texts import Catalogue
from beffroi.server.wiring import RoomView, Wiring, find_kinds, find_trades
from beffroi.server.writer import Writer
from beffroi.trade.line import Line

DEMO = first_accounts.DEMO_PASSWORD


class SmallCity:
    """What services and tests see of it: the parts of `CoreDoor` that they use."""

    def __init__(self, database: Any, data: Path, *, demo: bool, whole: bool) -> None:
        self.data = data
        self.demo = demo
        self.zone = "Europe/Paris"
        self.clock = SystemClock()
        self.database = database
        ids = ClockIds(self.clock.now)
        small = (JOURNAL, ACCESS, LOGBOOK, HOUSE)
        self.wiring = Wiring(find_trades(), find_kinds()) if whole else Wiring(small)
        self.reader = PoolReader(database.app)
        self.workers = Workers(database.app, database.owner)
        self.hub = Hub(self.wiring, self.clock, ids)
        self.writer = Writer(database.app)
        self.executor = Committer(
            self.wiring, self.writer, self.clock, ids, publish=self.hub.absorb, reloaded=self._reloaded
        )
        self.gate = Gate(lambda: self.wiring.states["access"], self.clock.now)
        self.catalogue = Catalogue.of(self.wiring.trades)
        self.app = build_app(
            Parts(
                wiring=self.wiring,
                view=lambda trade: RoomView(self.wiring, trade, self.executor, self.reader, self.clock),
                hub=self.hub,
                gate=self.gate,
                readiness=lambda: Readiness(ready=True, step="serving"),
                catalogue=self.catalogue,
            )
        )

    async def _reloaded(self) -> None:
        await self.hub.reset(self.executor.head.position)

    def state(self, trade: str) -> Any:
        return self.wiring.states[trade]

    async def work(self, job: Callable[[psycopg.Connection[Any]], Any], *, owner: bool = False) -> Any:
        return await self.workers.run(job, owner=owner)

    async def lines(self, type_: str = "") -> list[Line]:
        decoder = Decoder.of(self.wiring.events)
        found = await self.writer.run(lambda connection: journal.read(connection, 0, 1_000_000, decoder))
        return [line for line in found if line.event.event_type().startswith(type_)]

    def seat(self, address: str = "192.0.2.7") -> httpx.AsyncClient:
        """Return a browser at an address, with nobody signed in."""
        transport = httpx.ASGITransport(app=self.app, client=(address, 4000))
        return httpx.AsyncClient(transport=transport, base_url="http://beffroi.test")

    async def signed_in(self, login: str, password: str = DEMO) -> httpx.AsyncClient:
        """Return a browser where somebody signed in, its proof against forgery set."""
        seat = self.seat()
        answer = await seat.post("/api/login", json={"login": login, "password": password})
        assert answer.status_code == 200, answer.text
        seat.headers[CSRF_HEADER] = answer.json()["csrf"]
        return seat


@asynccontextmanager
async def small_city(database: Any, *, demo: bool = True, whole: bool = False) -> AsyncIterator[SmallCity]:
    """Give a city at work with its first accounts, and end it; `whole` has every trade of the package."""
    with tempfile.TemporaryDirectory(prefix="bf-") as folder:
        city = SmallCity(database, Path(folder), demo=demo, whole=whole)
        await city.reader.open()
        await city.executor.start(5)
        serving = asyncio.create_task(city.executor.run())
        accounts = asyncio.create_task(first_accounts.run(city))  # type: ignore[arg-type]
        JOURNAL.folder = city.data
        try:
            async with asyncio.timeout(10):
                while not _peopled(city):
                    await asyncio.sleep(0.01)
            yield city
        finally:
            accounts.cancel()
            city.executor.stop()
            await asyncio.wait([serving], timeout=10)
            serving.cancel()
            await city.reader.close()
            city.workers.close()
            await city.writer.close()


def _peopled(city: SmallCity) -> bool:
    state = city.state("access")
    return bool(state.demo_password) if city.demo else bool(state.accounts) and city.executor.head.position > 0
