"""No desk is ever unheld: a seat that says nothing for a minute no longer holds its desks (room.md rule 4).

That a seat lives is machine-scale news, kept in memory: only what it changes is journalled. Screens speak by the
machine's clock: silences are counted by it, however fast a rehearsal's city runs. A restart of the core, or a jump of
its clock, gives every seat its whole minute again.
"""

import asyncio
import functools
import time
from uuid import UUID

import psycopg
import structlog

from beffroi.model.actor import Actor
from beffroi.seats.actions import MarkUnheld, Resume
from beffroi.seats.store import forget_pages
from beffroi.seats.types import SeatsState
from beffroi.trade.action import Action
from beffroi.trade.doors import trusted
from beffroi.trade.rejected import Rejected
from beffroi.trade.service import CoreDoor

UNHELD_S = 60.0
LIVING_S = 15.0
"""A seat that spoke this recently lives: screens speak every five seconds."""
EVERY_S = 1.0
FORGET_EVERY_S = 3600.0
ME = trusted(Actor("system", name="seat_watch"))

log = structlog.get_logger("seats")


def machine_s() -> float:
    """Return the seconds of the machine by which seats speak; they never go back."""
    return time.monotonic()


class Watch:
    """When each seat last said that somebody signed in is there; times are monotonic seconds given by the caller."""

    def __init__(self) -> None:
        self._seen: dict[UUID, float] = {}

    def beat(self, seat: UUID, now: float) -> None:
        """Take note that a seat lives."""
        self._seen[seat] = now

    def lives(self, seat: UUID, now: float) -> bool:
        """Tell whether a seat spoke a moment ago."""
        return now - self._seen.get(seat, float("-inf")) <= LIVING_S

    def judge(self, state: SeatsState, now: float, steady_since: float) -> list[Action]:
        """List what the silences of the seats ask for."""
        asked: list[Action] = []
        for holding in state.holdings.values():
            seen = max(self._seen.get(holding.seat, float("-inf")), steady_since)
            if holding.unheld_since is None and now - seen > UNHELD_S:
                asked.append(MarkUnheld(desk=holding.desk))
            elif holding.unheld_since is not None and self.lives(holding.seat, now):
                asked.append(Resume(desk=holding.desk))
        for gone in self._seen.keys() - state.seats.keys():
            del self._seen[gone]
        return asked


WATCH = Watch()
"""Fed by the seats' route (`beffroi.procedures.seat`), read by the service."""


async def run(core: CoreDoor) -> None:
    """Watch the seats until the core ends; erase the signed pages whose time is over."""
    forget_at = core.clock.monotonic()
    ground, steady_since = core.steady_since, machine_s()
    while True:
        try:
            if core.steady_since != ground:
                ground, steady_since = core.steady_since, machine_s()
            for action in WATCH.judge(core.state("seats"), machine_s(), steady_since):
                await core.executor.execute(action, ME)
            if core.clock.monotonic() >= forget_at:
                forget_at = core.clock.monotonic() + FORGET_EVERY_S
                await core.work(functools.partial(forget_pages, now=core.clock.now()))
        except (Rejected, psycopg.OperationalError) as error:
            log.warning("the watch over the seats waits", error=str(error).strip())
        await asyncio.sleep(EVERY_S)


SERVICE = run
