"""The directory that a city starts with: `<data>/directory.toml`; the invented one in a demonstration."""

import asyncio
from importlib import resources
from pathlib import Path

import structlog

from beffroi.directory.files import read_toml
from beffroi.model.actor import Actor
from beffroi.trade.doors import trusted
from beffroi.trade.rejected import Rejected
from beffroi.trade.service import CoreDoor

FILE = "directory.toml"
EVERY_S = 30.0
INSTALLER = trusted(Actor("system", name="installation"))

log = structlog.get_logger("directory")


async def run(core: CoreDoor) -> None:
    """Bring the file in while the directory is empty; one that cannot be read is said and left alone."""
    said = False
    while True:
        state = core.state("directory")
        if not state.contacts and not state.rosters and not said:
            said = not await _begin(core)
        await asyncio.sleep(EVERY_S)


async def _begin(core: CoreDoor) -> bool:
    text = await asyncio.to_thread(read, core.data / FILE, demo=core.demo)
    if text is None:
        return True
    try:
        for action in read_toml(text, core.clock.now(), core.zone):
            await core.executor.execute(action, INSTALLER)
    except Rejected as refusal:
        log.warning("directory file not taken", file=FILE, code=refusal.code, **refusal.params)
        return False
    return True


def read(path: Path, *, demo: bool) -> str | None:
    """Return the text of a city's own file, of the invented directory in a demonstration, or nothing."""
    if path.exists():
        return path.read_text(encoding="utf-8")
    return resources.files("beffroi.directory").joinpath("demo.toml").read_text(encoding="utf-8") if demo else None


SERVICE = run
