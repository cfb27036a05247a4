"""What time alone asks for: ends of shelving, expiries, returns to normal; and the watch over clock jumps."""

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog

from beffroi.model.actor import Actor
from beffroi.model.time import SECOND, Micros
from beffroi.server.clock import CityClock, JumpWatch
from beffroi.server.committer import Committer, NotPossible
from beffroi.server.group import GROUP_ACTIONS, Asked
from beffroi.server.house.room import NoteClockJump
from beffroi.server.metrics import DUE_FAILED
from beffroi.server.wiring import Wiring
from beffroi.server.writer import ConnectionGone
from beffroi.trade.action import Action
from beffroi.trade.doors import trusted
from beffroi.trade.line import Line
from beffroi.trade.rejected import Rejected
from beffroi.trade.room import Trade

LONGEST_WAIT_S = 0.25
SHORTEST_WAIT_S = 0.005
PAUSE_AFTER_FAILURE_S = 1.0
LONGEST_PAUSE_S = 3_600.0

CALLER = trusted(Actor(kind="system", name="scheduler"))

log = structlog.get_logger("scheduler")


class Failing:
    """The actions of time that failed, and when each is tried again: twice as long after each failure."""

    def __init__(self) -> None:
        self._tried: dict[str, tuple[float, float]] = {}

    def wait_s(self, action: Action, timer: float) -> float:
        """Return how long an action still waits, in seconds of the city; 0 for one that may be tried."""
        until, _ = self._tried.get(repr(action), (timer, 0.0))
        return max(until - timer, 0.0)

    def failed(self, action: Action, timer: float) -> float:
        """Return how long an action that failed now must wait."""
        _, before = self._tried.get(repr(action), (0.0, 0.0))
        pause = min(max(2 * before, PAUSE_AFTER_FAILURE_S), LONGEST_PAUSE_S)
        self._tried = {key: one for key, one in self._tried.items() if one[0] + one[1] > timer}
        self._tried[repr(action)] = (timer + pause, pause)
        return pause


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
        self._failing = Failing()
        self._rests: dict[str, float] = {}

    def on_commit(self, lines: tuple[Line, ...]) -> None:
        """Look at the deadlines again: a line may have brought a nearer one."""
        self._wake.set()

    async def run(self) -> None:
        """Serve until cancelled."""
        while True:
            wait_s = SHORTEST_WAIT_S
            try:
                await self.step()
                self._wake.clear()
                wait_s = self._wait_s()
            except Rejected as refusal:
                # the database is away or the queue is full: what is due stays due
                log.warning("nothing can be decided now", code=refusal.code)
                await asyncio.sleep(PAUSE_AFTER_FAILURE_S)
            except Exception:
                log.exception("time failed")
                DUE_FAILED.inc()
                await asyncio.sleep(PAUSE_AFTER_FAILURE_S)
            try:
                async with asyncio.timeout(wait_s):
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
            if self._rests.get(trade.name, 0.0) > self._clock.monotonic():
                continue
            try:
                await self._attend(trade, now)
            except Rejected:
                raise
            except Exception:
                # time goes on for every other trade
                log.exception("time failed", trade=trade.name)
                DUE_FAILED.inc()
                self._rest(trade)

    async def _attend(self, trade: Trade[Any], now: Micros) -> None:
        due = trade.next_due(self._state(trade))
        if due is None or due > now:
            return
        actions = []
        for action in trade.due(self._state(trade), now):
            wait_s = self._failing.wait_s(action, self._clock.monotonic())
            if wait_s:
                trade.undecided(self._state(trade), action, now + int(wait_s * SECOND), apart=True)
                self._rest(trade)
            else:
                actions.append(action)
        for first in range(0, len(actions), GROUP_ACTIONS):
            try:
                await self._decide(trade, actions[first : first + GROUP_ACTIONS])
            except Rejected:
                for action in actions[first:]:
                    trade.undecided(self._state(trade), action, now, apart=False)
                raise

    async def _decide(self, trade: Trade[Any], actions: Sequence[Action]) -> None:
        """Have actions decided together; when that fails, by halves until the one that fails is alone."""
        try:
            results = await self._committer.execute_all([Asked(action) for action in actions], CALLER)
        except NotPossible as failure:
            if isinstance(failure.__cause__, ConnectionGone):
                raise Rejected("core.unavailable") from failure
            if len(actions) == 1:
                self._failed(trade, actions[0], failure)
                return
            half = len(actions) // 2
            await self._decide(trade, actions[:half])
            await self._decide(trade, actions[half:])
            return
        for action, result in zip(actions, results, strict=True):
            if isinstance(result, BaseException):
                self._failed(trade, action, result)

    def _failed(self, trade: Trade[Any], action: Action, error: BaseException) -> None:
        pause_s = self._failing.failed(action, self._clock.monotonic())
        log.error("what is due failed", action=action.action_type(), error=repr(error), again_s=pause_s)
        DUE_FAILED.inc()
        trade.undecided(self._state(trade), action, self._clock.now() + int(pause_s * SECOND), apart=True)
        self._rest(trade)

    def _rest(self, trade: Trade[Any]) -> None:
        """Leave alone for a moment a trade that still shows as due what failed."""
        self._rests[trade.name] = self._clock.monotonic() + PAUSE_AFTER_FAILURE_S

    def _state(self, trade: Trade[Any]) -> Any:
        return self._wiring.states[trade.name]

    def _wait_s(self) -> float:
        """Return how long nothing can be due, in seconds of the machine."""
        now, timer = self._clock.now(), self._clock.monotonic()
        nearest = now + SECOND
        for trade in self._wiring.trades:
            rest_s = self._rests.get(trade.name, 0.0) - timer
            due = trade.next_due(self._state(trade)) if rest_s <= 0 else now + int(rest_s * SECOND)
            nearest = nearest if due is None else min(nearest, due)
        return min(max((nearest - now) / SECOND / self._clock.rate, SHORTEST_WAIT_S), LONGEST_WAIT_S)
