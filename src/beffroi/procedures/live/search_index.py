"""Keeps the search index ready: made again in a thread as soon as the register changed, and tried once.

The first key typed after a restart or an import then answers as fast as the next ones.
"""

import asyncio

import numpy as np

from beffroi.assets import TRADE as REGISTER
from beffroi.assets.search.finder import search
from beffroi.assets.state import AssetsState
from beffroi.trade.line import Line
from beffroi.trade.service import CoreDoor

AT_MOST_EVERY_S = 0.5
"""Corrections made one after the other are indexed together."""

TRIAL = "12 bis rue de la republiqe"
"""A number, a street, a spelling error: every part of the index is asked."""


async def run(core: CoreDoor) -> None:
    """Index until the process ends."""
    changed = asyncio.Event()
    changed.set()

    def on_commit(lines: tuple[Line, ...]) -> None:
        if any(isinstance(line.event, REGISTER.events) for line in lines):
            changed.set()

    core.on_commit(on_commit)
    while True:
        await changed.wait()
        changed.clear()
        state: AssetsState = core.state("assets")
        finder = await REGISTER.shelf.current(state, wait=True)
        everything = np.ones(len(state.assets), np.bool_)
        await asyncio.to_thread(search, state, finder, TRIAL, everything)
        await asyncio.sleep(AT_MOST_EVERY_S)


SERVICE = run
