"""A register at work: real rows, the real committer, the real application in front, and callers of one's choice."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from beffroi.assets.room import Assets
from beffroi.model.actor import Actor
from beffroi.model.ids import ClockIds
from beffroi.model.scope import EVERYTHING, Grant, Rights
from beffroi.server.clock import SystemClock
from beffroi.server.committer import Committer
from beffroi.server.feed import Hub
from beffroi.server.http.app import Parts, build_app
from beffroi.server.http.system import Readiness
from beffroi.server.reading import PoolReader
from beffroi.server.texts import Catalogue
from beffroi.server.wiring import RoomView, Wiring
from beffroi.server.writer import Writer
from beffroi.trade.doors import Caller
from beffroi.trade.line import Line
from tests.assets.kinds import KINDS

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
CLERK = Caller(actor=Actor(kind="person"), rights=Rights({"view": (EVERYTHING,), "register": (EVERYTHING,)}), lang="fr")


def viewer_of(commune: str = "*", trade: str = "*") -> Caller:
    """Return somebody who sees one commune and one trade, and may change nothing."""
    grant = Grant(communes=frozenset({commune}), trades=frozenset({trade}))
    return Caller(actor=Actor(kind="person"), rights=Rights({"view": (grant,)}))


class Turnstile:
    """Lets in whoever the test says: the access room has tests of its own."""

    def __init__(self) -> None:
        self.present = CLERK

    def caller(self, **_: Any) -> Caller:
        return self.present


class Desk:
    """A running register: its state, its door over HTTP, and what was committed."""

    def __init__(self, dsn: str, kinds: dict[str, Any]) -> None:
        self.clock = SystemClock()
        ids = ClockIds(self.clock.now)
        self.trade = Assets()
        self.wiring = Wiring((self.trade,), kinds)
        self.writer = Writer(dsn)
        self.reader = PoolReader(dsn)
        self.hub = Hub(self.wiring, self.clock, ids)
        self.lines: list[Line] = []
        self.committer = Committer(
            self.wiring, self.writer, self.clock, ids, publish=self._publish, reloaded=self._reloaded
        )
        self.gate = Turnstile()
        parts = Parts(
            wiring=self.wiring,
            view=lambda trade: RoomView(self.wiring, trade, self.committer, self.reader, self.clock),
            hub=self.hub,
            gate=self.gate,  # type: ignore[arg-type]
            readiness=lambda: Readiness(True, "serving"),
            catalogue=Catalogue.of(self.wiring.trades),
        )
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(build_app(parts)), base_url="http://beffroi", timeout=60
        )

    async def _publish(self, lines: tuple[Line, ...]) -> None:
        self.lines += lines

    async def _reloaded(self) -> None:
        await self.hub.reset(self.committer.head.position)

    @property
    def state(self) -> Any:
        return self.wiring.states["assets"]

    def as_(self, caller: Caller) -> None:
        self.gate.present = caller

    async def act(self, action: str, expect: int = 201, **fields: Any) -> Any:
        answer = await self.http.post(f"/api/actions/{action}", json=fields)
        assert answer.status_code == expect, answer.text
        return answer.json()

    async def get(self, path: str, expect: int = 200, **params: Any) -> Any:
        answer = await self.http.get(path, params=params)
        assert answer.status_code == expect, answer.text
        return answer.json()

    async def upload(self, files: dict[str, bytes], mapping: str = "", kind: str = "") -> Any:
        """Upload files and wait for the preview."""
        parts = [("files", (name, content)) for name, content in files.items()]
        answer = await self.http.post("/api/assets/imports", files=parts, data={"mapping": mapping, "kind": kind})
        assert answer.status_code == 202, answer.text
        return await self.ready(answer.json()["id"])

    async def ready(self, job: str) -> Any:
        while True:
            shown = await self.get(f"/api/assets/imports/{job}")
            if shown["state"] != "reading":
                return shown
            await asyncio.sleep(0.01)

    async def bring(self, files: dict[str, bytes], mapping: str = "", kind: str = "") -> Any:
        """Upload, check that it is ready, commit; return the preview."""
        shown = await self.upload(files, mapping, kind)
        assert shown["state"] == "ready", shown["error"]
        await self.act("assets.import", import_id=shown["id"])
        return shown

    async def undo(self, import_id: str) -> Any:
        answer = await self.http.post(f"/api/assets/imports/{import_id}/undo")
        assert answer.status_code == 202, answer.text
        shown = await self.ready(answer.json()["id"])
        assert shown["state"] == "ready", shown["error"]
        await self.act("assets.undo_import", import_id=import_id)
        return shown

    async def fresh(self) -> Any:
        """Return the state as a restarted core would load it."""
        return await self.writer.run(self.trade.load)

    async def sql(self, query: str, *params: Any) -> list[tuple[Any, ...]]:
        return await self.reader.fetch(query, params)


@asynccontextmanager
async def open_desk(dsn: str, kinds: dict[str, Any] | None = None) -> AsyncIterator[Desk]:
    """Run a register until the end of the block."""
    desk = Desk(dsn, KINDS if kinds is None else kinds)
    await desk.reader.open()
    await desk.committer.start(5)
    serving = asyncio.create_task(desk.committer.run())
    try:
        yield desk
    finally:
        desk.committer.stop()
        await asyncio.wait([serving], timeout=10)
        serving.cancel()
        await desk.http.aclose()
        await desk.reader.close()
        await desk.writer.close()


Scenario = Callable[[Desk], Coroutine[Any, Any, None]]


@pytest.fixture
def run_desk(database: Any) -> Callable[..., None]:
    """Run one scenario against a register of its own."""

    def run(scenario: Scenario, kinds: dict[str, Any] | None = None, within_s: float = 60) -> None:
        async def whole() -> None:
            async with open_desk(database.app, kinds) as desk:
                await scenario(desk)

        asyncio.run(asyncio.wait_for(whole(), within_s))

    return run
