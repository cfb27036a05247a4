"""What the benchmarks of the register share: the trade, its committer and rows, without the rest of the product."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import numpy as np

from beffroi.assets.importing.jobs import Job, Jobs
from beffroi.assets.room import Assets
from beffroi.assets.state import AssetsState
from beffroi.assets.types import Asset
from beffroi.equipment import registry
from beffroi.model.ids import ClockIds
from beffroi.server.clock import SystemClock
from beffroi.server.committer import Committer
from beffroi.server.reading import PoolReader
from beffroi.server.wiring import RoomView, Wiring
from beffroi.server.writer import Writer
from beffroi.trade.line import Line

COUNT = 34_000
BOX = (4.93, 47.23, 5.19, 47.42)
"""Dijon Métropole, west, south, east, north."""


class Register:
    """The register at work on a database."""

    def __init__(self, dsn: str) -> None:
        clock = SystemClock()
        self.trade = Assets()
        self.wiring = Wiring((self.trade,), registry())
        self.writer = Writer(dsn)
        self.reader = PoolReader(dsn)
        ids = ClockIds(clock.now)
        self.committer = Committer(
            self.wiring, self.writer, clock, ids, publish=self._published, reloaded=self._reloaded
        )
        self.jobs = Jobs(RoomView(self.wiring, "assets", self.committer, self.reader, clock))

    async def _published(self, _lines: tuple[Line, ...]) -> None:
        """Tell nobody."""

    async def _reloaded(self) -> None:
        """Tell nobody."""

    @property
    def state(self) -> AssetsState:
        """Return the register in memory."""
        state: AssetsState = self.wiring.states["assets"]
        return state

    async def prepared(self, files: dict[str, bytes], mapping: str) -> Job:
        """Return a job once its preview is ready; RuntimeError when it failed."""
        job = self.jobs.start(files, mapping, "")
        while job.state == "reading":
            await asyncio.sleep(0.005)
        if job.error:
            raise RuntimeError(str(job.error))
        return job


@asynccontextmanager
async def register(dsn: str) -> AsyncIterator[Register]:
    """Run a register until the end of the block."""
    made = Register(dsn)
    await made.reader.open()
    await made.committer.start(10)
    serving = asyncio.create_task(made.committer.run())
    try:
        yield made
    finally:
        made.committer.stop()
        await asyncio.wait([serving], timeout=10)
        serving.cancel()
        await made.reader.close()
        await made.writer.close()


def synthetic(count: int = COUNT, seed: int = 1) -> AssetsState:
    """Return a register of lights in memory, spread over a metropole as towns are: dense in the middle."""
    random = np.random.default_rng(seed)
    west, south, east, north = BOX
    lon = np.clip(random.normal((west + east) / 2, (east - west) / 6, count), west, east)
    lat = np.clip(random.normal((south + north) / 2, (north - south) / 6, count), south, north)
    state = AssetsState(registry())
    state.put_many(
        [
            Asset(
                id=UUID(int=i + 1),
                index=i,
                kind="street_light",
                code=f"A{i // 100:03d}-{i % 100:02d}",
                commune=f"21{i % 23:03d}",
                street=f"Rue {i // 30}",
                lon=float(lon[i]),
                lat=float(lat[i]),
            )
            for i in range(count)
        ]
    )
    return state


def drawn(seconds: list[float]) -> list[float]:
    """Return milliseconds."""
    return [value * 1000 for value in seconds]
