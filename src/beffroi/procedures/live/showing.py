"""Keeps the live picture in step with readings, commits and time, and tells the feed."""

import asyncio

import numpy as np
from numpy.typing import NDArray

from beffroi.assets import TRADE as REGISTER
from beffroi.procedures.live.pace import paced
from beffroi.procedures.live.picture import LivePicture, Trades
from beffroi.trade.service import CoreDoor

WHOLE_EVERY_S = 2.0
AT_MOST_EVERY_S = 0.03
"""Readings of that long are drawn together: less than two frames of a screen."""


class Keeper:
    """Gathers what moved until the picture is drawn again."""

    def __init__(self, core: CoreDoor) -> None:
        self._core = core
        self._moved: list[NDArray[np.int32]] = []
        self.picture = LivePicture(self.trades(), core.kinds)
        self.wake = asyncio.Event()

    def trades(self) -> Trades:
        """Return what the picture reads, as it stands."""
        return Trades(self._core.city, self._core.state("alarms"), self._core.state("work"))

    def hear(self, payload: bytes) -> None:
        """Take a message of `bf.diff`; the live arrays have it by the time the picture is drawn."""
        self._moved.append(self.picture.hear(payload))
        self.wake.set()

    def learn(self, lines: tuple[object, ...]) -> None:
        """Take the lines of a commit."""
        moved = self.picture.learn(self.trades(), lines)  # type: ignore[arg-type]
        if len(moved):
            self._moved.append(moved)
            self.wake.set()

    def draw(self) -> None:
        """Draw what moved."""
        moved, self._moved = self._moved, []
        self.wake.clear()
        if moved and self.picture.refresh(self.trades(), np.unique(np.concatenate(moved))):
            self._core.nudge()

    async def draw_whole(self) -> None:
        """Draw the whole city, what moves meanwhile included."""
        if await paced(self.picture.look_steps(self.trades, self._core.clock.now())):
            self._core.nudge()


async def run(core: CoreDoor) -> None:
    """Draw until the process ends."""
    keeper = Keeper(core)
    core.on_commit(keeper.learn)
    await keeper.draw_whole()
    core.show(keeper.picture)
    REGISTER.lamp_states = lambda: keeper.picture.looks
    await core.bus.subscribe("bf.diff", lambda _subject, payload: keeper.hear(payload))
    whole_at = core.clock.monotonic() + WHOLE_EVERY_S
    while True:
        try:
            await asyncio.wait_for(keeper.wake.wait(), max(0.0, whole_at - core.clock.monotonic()))
        except TimeoutError:
            await keeper.draw_whole()
            whole_at = core.clock.monotonic() + WHOLE_EVERY_S
        await asyncio.sleep(AT_MOST_EVERY_S)
        keeper.draw()


SERVICE = run
