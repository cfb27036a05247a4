"""The process: wait for the core, install the town where it is new, connect everything, play until told to stop."""

import asyncio
import signal
import ssl
import time
from pathlib import Path

import msgspec
import structlog

from beffroi.model.time import SECOND, Micros
from beffroi.rehearsal.exchange.play import play_exchange
from beffroi.rehearsal.plant.from_register import plant_of_register
from beffroi.rehearsal.plant.from_town import plant_of_town
from beffroi.rehearsal.plant.types import Plant
from beffroi.rehearsal.player.bus import Bus
from beffroi.rehearsal.player.conductor import Conductor
from beffroi.rehearsal.player.door import Door, DoorError
from beffroi.rehearsal.player.fixes import Fixes
from beffroi.rehearsal.player.memory import recall, wall_now
from beffroi.rehearsal.player.where import Where, WhereError, find_where
from beffroi.rehearsal.player.wires import Wires
from beffroi.rehearsal.prepare import create_sources, install, prepare, source_secrets
from beffroi.rehearsal.scenario import get_scenario, start_of
from beffroi.rehearsal.shift.console import serve
from beffroi.rehearsal.texts import say
from beffroi.rehearsal.town.city import draw_town

POLL_S = 0.2
CONNECT_WITHIN_S = 20.0

log = structlog.get_logger("rehearsal")


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks: `city` is `town` (invented) or `register` (the imported city, whichever it is)."""

    data: Path
    seed: int
    scenario: str
    rate: float
    city: str = "town"
    console_port: int = 0


async def play(options: Options) -> None:
    """Run the rehearsal until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    playing = asyncio.create_task(_play(options))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({playing, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    playing.cancel()
    try:
        await playing
    except asyncio.CancelledError:
        pass  # asked for


async def _play(options: Options) -> None:
    began = time.monotonic()
    plant: Plant | None = None
    files: list[Path] = []
    if options.city == "town":
        plant, files = await asyncio.to_thread(_draw, options)
    where, door = await _core(options.data)
    await asyncio.to_thread(_never_in_a_real_city, door)
    if plant is None:
        plant = await asyncio.to_thread(plant_of_register, door)
    secrets = await asyncio.to_thread(source_secrets, options.data, plant)
    if files:
        await asyncio.to_thread(install, door, files, plant, secrets, _progress)
    else:
        await asyncio.to_thread(create_sources, door, plant, secrets, _progress)
    log.info("installed", seconds=round(time.monotonic() - began, 1))
    await _connected(options, where, door, plant, secrets)


def _never_in_a_real_city(door: Door) -> None:
    """Refuse to play where simulated readings would pass for real ones."""
    settings = {setting["name"]: setting["value"] for setting in door.get("/api/house/settings")}
    if settings.get("rehearsal") is not True:
        raise DoorError("rehearsal.real_city")


def _draw(options: Options) -> tuple[Plant, list[Path]]:
    town = draw_town(options.seed)
    return plant_of_town(town), prepare(options.data, options.seed, town)


async def _core(data: Path) -> tuple[Where, Door]:
    """Return the doors of the running core once it is ready."""
    while True:
        try:
            where = find_where(data)
            door = Door(where)
            ready = await asyncio.to_thread(door.ready)
            if ready and where.key:
                await asyncio.to_thread(door.get, "/api/me")
                return where, door
        except (WhereError, DoorError):
            pass  # still starting: the supervisor gives up before we do
        await asyncio.sleep(POLL_S)


async def _connected(options: Options, where: Where, door: Door, plant: Plant, secrets: dict[str, str]) -> None:
    bus = Bus(where)
    conductor = Conductor(plant, options.seed, where.folder, bus.publish)
    doors = plant.sources()
    by_mqtt = {name: secrets[name] for name, kind in doors.items() if kind == "mqtt"}
    conductor.wires = Wires(where.mqtt, by_mqtt, conductor.heard, _tls(where))
    conductor.fixes = Fixes(where.host, where.osmand_port, secrets)
    _begin(conductor, options, plant)
    await bus.connect(conductor.answer)
    await conductor.tell_clock()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(conductor.wires.run())
            group.create_task(conductor.fixes.run())
            group.create_task(serve(conductor.stage, where.folder, options.console_port))
            group.create_task(play_exchange(where.folder, door, options.seed, conductor.now))
            # what is said before a source is connected waits with it, as in any device that boots
            group.create_task(conductor.run())
            await conductor.wires.all_connected(CONNECT_WITHIN_S)
            log.info("connected", sources=conductor.wires.connected)
    finally:
        conductor.keep()
        await bus.close()


def _begin(conductor: Conductor, options: Options, plant: Plant) -> None:
    """Go on where we were killed, or begin the scenario at its next hour after both the wall and what was played."""
    scenario = get_scenario(options.scenario, options.data / "rehearsal" / "scenarios")
    memory = recall(options.data / "rehearsal", options.seed)
    wall_s = wall_now()
    if memory is not None and memory.fresh(wall_s) and memory.scenario == scenario.name:
        now = memory.now + int((wall_s - memory.wall_s) * memory.rate * SECOND) // SECOND * SECOND
        conductor.begin(scenario, now, options.rate or memory.rate, memory.began)
        return
    after: Micros = int(wall_s * SECOND)
    if memory is not None:
        after = max(after, memory.now)
    conductor.begin(scenario, start_of(scenario, plant.programmes[0], after), options.rate or 1.0)


def _tls(where: Where) -> ssl.SSLContext | None:
    authority = where.data / "keys" / "authority.pem"
    return ssl.create_default_context(cafile=str(authority)) if authority.exists() else None


def _progress(code: str) -> None:
    log.info(say(code))
