"""The city's clock: the machine's, or in a database marked *rehearsal* the one that the rehearsal city tells."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

import msgspec
import psycopg
import structlog

from beffroi.model.time import SECOND, Clock, Micros
from beffroi.server.database import connect, dsn_app
from beffroi.server.house import REHEARSAL
from beffroi.server.settings import Settings

SLOWEST, FASTEST = 1.0, 150.0
JUMP = 5 * SECOND
"""A step of the clock beyond this is told in the journal and judged by nobody as a silence."""

SILENCE_S = 5.0
RETRY_S = 0.3

log = structlog.get_logger("clock")


class CityClock(Clock, Protocol):
    """A clock that also tells how fast it runs: city seconds in a second of the machine."""

    @property
    def rate(self) -> float:
        """Return 1 in a real city, 1 to 150 in a rehearsal."""


class SystemClock:
    """The machine's own clock."""

    @property
    def rate(self) -> float:
        """Return 1: the machine's second is the city's."""
        return 1.0

    def now(self) -> Micros:
        """Return the time of the machine, µs UTC."""
        return time.time_ns() // 1000

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()


class ClockNews(msgspec.Struct, frozen=True):
    """What the rehearsal says each second on `bf.clock`."""

    now: Micros
    rate: float


class RehearsalClock:
    """Follows the rehearsal's clock between its messages at the rate it gave.

    Before the first message it goes on from `start`, and when the rehearsal falls silent for 5 s it goes on at 1×.
    Small corrections never step back: the clock waits; a step back beyond JUMP is believed: the rehearsal restarted.
    """

    def __init__(self, start: Micros, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._base = start
        self._heard_at = monotonic()
        self._last = start
        self._timer = 0.0
        self._rate = 1.0

    @property
    def rate(self) -> float:
        """Return the rate of the last message, 1 while none is heard."""
        return self._rate if self._monotonic() - self._heard_at < SILENCE_S else 1.0

    def now(self) -> Micros:
        """Return the city's time, µs UTC."""
        told = self._base + int(self._elapsed() * SECOND)
        if told < self._last - JUMP or told > self._last:
            self._last = told
        return self._last

    def monotonic(self) -> float:
        """Return seconds of city time that never go back."""
        return self._timer + self._elapsed()

    def hear(self, payload: bytes) -> None:
        """Follow one message of the rehearsal; raises msgspec.ValidationError on another text."""
        news = msgspec.json.decode(payload, type=ClockNews)
        self._timer += self._elapsed()
        self._base, self._heard_at = news.now, self._monotonic()
        self._rate = min(max(news.rate, SLOWEST), FASTEST)

    def _elapsed(self) -> float:
        silence = self._monotonic() - self._heard_at
        return min(silence, SILENCE_S) * self._rate + max(0.0, silence - SILENCE_S)


class JumpWatch:
    """Tells a clock that was set from one that ran: wall time against the monotonic clock."""

    def __init__(self, now: Micros, monotonic: float) -> None:
        self._now = now
        self._monotonic = monotonic

    def step(self, now: Micros, monotonic: float, rate: float = 1.0) -> Micros:
        """Return by how much the clock jumped since the last step (µs, signed), 0 under JUMP of the wall's time."""
        jump = (now - self._now) - int((monotonic - self._monotonic) * SECOND)
        self._now, self._monotonic = now, monotonic
        return jump if abs(jump) > JUMP * max(rate, 1.0) else 0


async def city_clock(settings: Settings) -> CityClock:
    """Return the machine's clock, or the rehearsal's where the database is marked so; waits for the database."""
    while True:
        try:
            start = await asyncio.to_thread(_rehearsal_start, settings)
        except psycopg.OperationalError as error:
            log.warning("database away", error=str(error).strip())
            await asyncio.sleep(RETRY_S)
        else:
            return SystemClock() if start is None else RehearsalClock(start)


def _rehearsal_start(settings: Settings) -> int | None:
    """Return the city time at which a rehearsal was left, or nothing in a real city."""
    with connect(dsn_app(settings), name="beffroi start") as connection:
        marked = connection.execute("SELECT value FROM city_setting WHERE name = %s", (REHEARSAL,)).fetchone()
        if not marked or marked[0] is not True:
            return None
        last = connection.execute("SELECT recorded_at FROM journal_line ORDER BY position DESC LIMIT 1").fetchone()
    return int(last[0]) if last else SystemClock().now()
