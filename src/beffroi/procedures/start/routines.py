"""The routines that a city starts with: `<data>/routines.toml`, or the ones that come with Beffroi; then the page's."""

import asyncio
import tomllib
from importlib import resources
from pathlib import Path

import msgspec
import structlog

from beffroi.duties.actions import SetRoutines
from beffroi.duties.types import Calendar
from beffroi.model.actor import Actor
from beffroi.trade.doors import trusted
from beffroi.trade.rejected import Rejected
from beffroi.trade.service import CoreDoor

FILE = "routines.toml"
EVERY_S = 5.0
INSTALLER = trusted(Actor("system", name="installation"))

log = structlog.get_logger("duties")


async def run(core: CoreDoor) -> None:
    """Set the routines once, when nobody has; a file that cannot be read is said and left alone."""
    while True:
        if not core.state("duties").routines_set:
            await _begin(core)
        await asyncio.sleep(EVERY_S if not core.state("duties").routines_set else 3600.0)


async def _begin(core: CoreDoor) -> None:
    path = core.data / FILE
    try:
        given = await asyncio.to_thread(read, path if path.exists() else None, core.zone)
        await core.executor.execute(given, INSTALLER)
    except (msgspec.ValidationError, tomllib.TOMLDecodeError, OSError) as error:
        log.warning("routines of the shift: file not readable", path=str(path), reason=str(error))
    except Rejected as refusal:
        log.warning("routines of the shift: tried again soon", code=refusal.code)


def read(path: Path | None, zone: str) -> SetRoutines:
    """Return the routines of a file, or those that come with Beffroi; raises what tomllib and msgspec raise."""
    if path is not None:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), SetRoutines)
    text = resources.files("beffroi.duties").joinpath(FILE).read_text(encoding="utf-8")
    given = msgspec.convert(tomllib.loads(text), SetRoutines)
    calendar = Calendar(zone, given.calendar.lon, given.calendar.lat)
    return msgspec.structs.replace(given, calendar=calendar)


SERVICE = run
