"""Keeps the live arrays whole: the picture asked of the intake at each start, the series of new assets, the nudges."""

import asyncio

import psycopg
import structlog

from beffroi.assets import TRADE as REGISTER
from beffroi.telemetry import TRADE
from beffroi.telemetry.live import PLACED_AT_ONCE, LiveArrays
from beffroi.telemetry.store import SERIES_FROM
from beffroi.telemetry.types import TelemetryState
from beffroi.trade.line import Line
from beffroi.trade.service import CoreDoor

PICTURE = "bf.live"
SERIES = "bf.series"
LOOK_EVERY_S = 0.5
PICTURE_EVERY_S = 60.0
"""A crowded bus may lose differences unnoticed: the whole picture (2.7 MB) is asked again this often."""

log = structlog.get_logger(__name__)


async def run(core: CoreDoor) -> None:
    """Watch until the process ends."""
    changed, grown = asyncio.Event(), asyncio.Event()
    changed.set()
    grown.set()

    def on_commit(lines: tuple[Line, ...]) -> None:
        if any(isinstance(line.event, TRADE.events) for line in lines):
            changed.set()
        # the register in memory grows before its rows are there to be read: only a commit says that they are
        if any(isinstance(line.event, REGISTER.events) for line in lines):
            grown.set()

    core.on_commit(on_commit)
    asked_at, present, connections = 0.0, None, 0
    while True:
        live = _live(core)
        if live is not present:
            grown.set()
        if grown.is_set():
            grown.clear()
            if not await _learn(core, live):
                grown.set()
            changed.set()
            present = None
        missed = live is not present or core.bus.connections != connections
        if missed or core.clock.monotonic() - asked_at > PICTURE_EVERY_S:
            present, asked_at, connections = live, core.clock.monotonic(), core.bus.connections
            await core.bus.publish(PICTURE)
        if changed.is_set():
            changed.clear()
            await core.bus.publish(SERIES)
        await asyncio.sleep(LOOK_EVERY_S)


def _live(core: CoreDoor) -> LiveArrays:
    state: TelemetryState = core.state("telemetry")
    return state.live


async def _learn(core: CoreDoor, live: LiveArrays) -> bool:
    """Place the series of assets that appeared, a slice at a time; False when they could not be read."""
    try:
        rows = await core.reader.fetch(SERIES_FROM, [live.known])
    except psycopg.OperationalError as error:
        log.warning("series not read", error=str(error).strip())
        return False
    live.expect(rows)

    def index_of(asset: object) -> int | None:
        facts = core.city.topology.find(asset)  # type: ignore[arg-type]
        return facts.index if facts else None

    while not live.learn(index_of, PLACED_AT_ONCE):
        await asyncio.sleep(0)
    return True


SERVICE = run
