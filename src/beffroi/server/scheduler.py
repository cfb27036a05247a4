"""What time alone asks for: ends of shelving, expiries, returns to normal; and the watch over clock jumps."""

import asyncio
from collections.abc import Sequence

import structlog

from beffroi.model.actor import Actor
from beffroi.model.time import SECOND
from beffroi.server.clock import CityClock, JumpWatch
from beffroi.server.committer import Committer, NotPossible
from beffroi.server.group import GROUP_ACTIONS, Asked
from beffroi.server.house.room import NoteClockJump
from beffroi.server.wiring import Wiring
from beffroi.trade.action import Action
from beffroi.trade.doors import trusted
from beffroi.trade.line import Line
from beffroi.trade.rejected import Rejected

LONGEST_WAIT_S = 0.25
SHORTEST_WAIT_S = 0.005
PAUSE_AFTER_FAILURE_S = 1.0

CALLER = trusted(Actor(kind="system", name="scheduler"))

log = structlog.get_logger("scheduler")


class Scheduler:
    """Asks each trade what is due and has it decided; deadlines are UTC, a clock jump is told in the journal first."""

    def __init__(self, wiring: Wiring, committer: Committer, clock: CityClock) -> None:
        self._wiring = wiring
        self._committer = committer
        self._clock = clock
        self._watch = JumpWatch(clock.now(), clock.monotonic())
        self._wake = asyncio.Event()
        self.steady_since = clock.monotonic()
        self._untold_us = 0

    def on_commit(self, lines: tuple[Line, ...]) -> None:
        """Look at the deadlines again: a line may have brought a nearer one."""
        self._wake.set()

    async def run(self) -> None:
        """Serve until cancelled."""
        while True:
            try:
                await self.step()
            except Rejected as refusal:
                # the database is away or the queue is full: what is due stays due
                log.warning("nothing can be decided now", code=refusal.code)
                await asyncio.sleep(PAUSE_AFTER_FAILURE_S)
            self._wake.clear()
            try:
                async with asyncio.timeout(self._wait_s()):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def step(self) -> None:
        """Tell a clock jump, then have everything that is due decided."""
        now = self._clock.now()
        jump_us = self._watch.step(now, self._clock.monotonic(), self._clock.rate)
        if jump_us:
            self.steady_since = self._clock.monotonic()
            self._untold_us += jump_us
        if self._untold_us:
            log.warning("the clock jumped", jump_us=self._untold_us)
            await self._committer.execute(NoteClockJump(jump_us=self._untold_us), CALLER)
            self._untold_us = 0
        for trade in self._wiring.trades:
            due = trade.next_due(self._wiring.states[trade.name])
            if due is not None and due <= now:
                await self._decide(trade.due(self._wiring.states[trade.name], now))

    async def _decide(self, actions: Sequence[Action]) -> None:
        for first in range(0, len(actions), GROUP_ACTIONS):
            asked = [Asked(action) for action in actions[first : first + GROUP_ACTIONS]]
            for one, result in zip(asked, await self._committer.execute_all(asked, CALLER), strict=True):
                if isinstance(result, NotPossible):
                    log.error("what is due failed", action=one.action.action_type(), error=repr(result))

    def _wait_s(self) -> float:
        """Return how long nothing can be due, in seconds of the machine."""
        now = self._clock.now()
        dues = (trade.next_due(self._wiring.states[trade.name]) for trade in self._wiring.trades)
        nearest = min((due for due in dues if due is not None), default=now + SECOND)
        return min(max((nearest - now) / SECOND / self._clock.rate, SHORTEST_WAIT_S), LONGEST_WAIT_S)
