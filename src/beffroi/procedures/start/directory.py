"""The directory that a city starts with: `<data>/directory.toml`; the invented one in a demonstration."""

import asyncio
from importlib import resources
from pathlib import Path

import psycopg
import structlog

from beffroi.directory.files import read_toml
from beffroi.model.actor import Actor
from beffroi.trade.doors import trusted
from beffroi.trade.files import FileError, read_text
from beffroi.trade.rejected import Rejected
from beffroi.trade.service import CoreDoor

FILE = "directory.toml"
EVERY_S = 30.0
INSTALLER = trusted(Actor("system", name="installation"))

log = structlog.get_logger("directory")


async def run(core: CoreDoor) -> None:
    """Bring the file in while the directory is empty; one that cannot be read is said once a version."""
    refused: tuple[int, int] | None = None
    while True:
        state = core.state("directory")
        if not state.contacts and not state.rosters:
            mark = await asyncio.to_thread(_mark, core.data / FILE)
            if refused is None or mark != refused:
                refused = None if await _begin(core) else mark
        await asyncio.sleep(EVERY_S)


def _mark(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


async def _begin(core: CoreDoor) -> bool:
    try:
        text = await asyncio.to_thread(read, core.data / FILE, demo=core.demo)
        for action in read_toml(text, core.clock.now(), core.zone) if text is not None else ():
            await core.executor.execute(action, INSTALLER)
    except FileError as error:
        log.error("directory file not taken", file=error.file, line=error.line, problem=error.problem)
        return False
    except Rejected as refusal:
        log.error("directory file not taken", file=FILE, code=refusal.code, **refusal.params)
        return False
    except psycopg.OperationalError as error:
        log.warning("directory file waits", error=type(error).__name__)
    return True


def read(path: Path, *, demo: bool) -> str | None:
    """Return the text of a city's own file, of the invented directory in a demonstration, or nothing."""
    if path.exists():
        return read_text(path)
    return resources.files("beffroi.directory").joinpath("demo.toml").read_text(encoding="utf-8") if demo else None


SERVICE = run
