"""Leaves the whole pack of each hour in the data folder: what a printer beside the server can print by itself."""

import asyncio
from pathlib import Path

from beffroi.model.actor import Actor
from beffroi.model.time import HOUR, Micros, to_datetime
from beffroi.procedures.pack.making import make_pack
from beffroi.procedures.pack.page import render
from beffroi.procedures.pack.texts import say
from beffroi.procedures.pack.types import KEPT_FOR
from beffroi.trade.doors import trusted
from beffroi.trade.service import CoreDoor

LOOK_S = 1.0
LANG = "fr"
ACTOR = Actor(kind="system", name="standby pack")


async def run(core: CoreDoor) -> None:
    """Make the pack at start and at each hour of the city, keep the last day of them."""
    folder = core.data / "pack"
    made: Micros | None = None
    while True:
        hour = core.clock.now() // HOUR
        if hour != made:
            made = hour
            pack = await make_pack(core, trusted(ACTOR), LANG, core.clock.now(), say("whole", LANG))
            await asyncio.to_thread(keep, folder, render(pack), pack.made_at)
        await asyncio.sleep(LOOK_S)


def keep(folder: Path, page: str, made_at: Micros) -> None:
    """Write a pack that only its owner reads, and let go of those older than a day.

    A full disk keeps the last one and raises OSError: the service is then counted as failed and tries again.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    name = folder / _name(made_at)
    draft = name.with_suffix(".part")
    try:
        draft.touch(mode=0o600)
        draft.write_text(page, encoding="utf-8")
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    draft.replace(name)
    for old in folder.glob("*.html"):
        if old.name <= _name(made_at - KEPT_FOR):
            old.unlink(missing_ok=True)


def _name(at: Micros) -> str:
    return f"{to_datetime(at):%Y-%m-%dT%H%M}Z.html"
