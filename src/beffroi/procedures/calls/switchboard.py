"""The exchange and the room: what rings, is answered or hung up becomes actions; what an agent takes is asked back."""

import asyncio

import msgspec
import psycopg
import structlog

from beffroi.model.actor import Actor
from beffroi.model.calls import AGAIN, ASKED, TOLD, Asked, CallNews, Told
from beffroi.model.time import Micros
from beffroi.requests.actions import Answered, HungUp, PickUpFailed, Rang
from beffroi.requests.events import PickUpAsked
from beffroi.requests.types import Call
from beffroi.trade.action import Action
from beffroi.trade.doors import trusted
from beffroi.trade.line import Line
from beffroi.trade.rejected import Rejected
from beffroi.trade.service import CoreDoor

ASK_AGAIN_EVERY_S = 30.0
WISHES = 100
"""Bound of the wishes that wait for the bus; the oldest leaves: its call has rung elsewhere long ago."""

LIVE = ("waiting", "picking_up", "talking")
_ME = trusted(Actor(kind="system", name="call_switchboard"))

log = structlog.get_logger("switchboard")

Step = tuple[Action, Micros | None]
"""What to do and when it happened; nothing: now."""


def steps_of(known: Call | None, news: CallNews, simulated: bool) -> list[Step]:
    """Return the actions that bring what the room knows of a call to what the exchange tells, with their times.

    A call that is over is known to have been answered, though nobody told us then: it is no call to return.
    """
    steps: list[Step] = []
    state = known.state if known is not None else ""
    if known is None:
        if news.found:
            return []
        rang = Rang(
            call=news.call, queue=news.queue, number=news.number, said=news.said if simulated else "",
            simulated=simulated,
        )  # fmt: skip
        steps.append((rang, news.rang_at))
        state = "waiting"
    answered_at = news.answered_at or (news.since if news.state == "talking" else None)
    if answered_at is not None and state in ("waiting", "picking_up"):
        steps.append((Answered(call=news.call, extension=news.extension), answered_at))
    elif news.state == "waiting" and state == "picking_up":
        steps.append((PickUpFailed(call=news.call, refused_at=news.refused_at), None))
    if news.state == "ended" and state in LIVE:
        steps.append((HungUp(call=news.call), news.since))
    return steps


class Switchboard:
    """Brings the news of the exchange in, one after another, and the wishes out."""

    def __init__(self, core: CoreDoor) -> None:
        self._core = core
        self._wishes: asyncio.Queue[Asked] = asyncio.Queue(WISHES)

    async def heard(self, subject: str, payload: bytes) -> None:
        """Take what the exchange tells; what cannot be decided now is told again within seconds."""
        try:
            told = msgspec.json.decode(payload, type=Told)
            await self._take(told)
        except msgspec.DecodeError as error:
            log.warning("news not understood", error=str(error))
        except (Rejected, psycopg.OperationalError) as error:
            log.warning("news wait", error=type(error).__name__)

    async def _take(self, told: Told) -> None:
        for news in told.calls:
            known = self._core.state("requests").calls.get(news.call)
            for action, at in steps_of(known, news, told.simulated):
                await self._core.executor.execute(action, _ME, happened_at=at)
        if told.complete:
            await self._end_unknown({news.call for news in told.calls})

    async def _end_unknown(self, alive: set[str]) -> None:
        calls = self._core.state("requests").calls.values()
        for call in [call.id for call in calls if call.state in LIVE and call.id not in alive]:
            await self._core.executor.execute(HungUp(call=call), _ME)

    def committed(self, lines: tuple[Line, ...]) -> None:
        """Note the calls that agents take."""
        for line in lines:
            if isinstance(line.event, PickUpAsked):
                if self._wishes.full():
                    self._wishes.get_nowait()
                self._wishes.put_nowait(Asked(call=line.event.call, extension=line.event.extension))

    async def run(self) -> None:
        """Serve until the core ends."""
        await self._core.bus.subscribe(TOLD, self.heard)
        self._core.on_commit(self.committed)
        await self._core.bus.publish(AGAIN)
        while True:
            try:
                async with asyncio.timeout(ASK_AGAIN_EVERY_S):
                    wish = await self._wishes.get()
            except TimeoutError:
                await self._core.bus.publish(AGAIN)
                continue
            await self._core.bus.publish(ASKED, msgspec.json.encode(wish))


async def run(core: CoreDoor) -> None:
    """Join the exchange and the room until the core ends."""
    await Switchboard(core).run()


SERVICE = run
