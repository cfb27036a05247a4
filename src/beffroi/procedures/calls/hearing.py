"""What was written while the core was away is heard once it is back: place, equipment, category and danger.

The desk hears a caller's words by the core's own ears. A request kept without them arrives as bare words: they are
heard here, and only what is sure is entered; words of danger open the event that the agent would have opened.
"""

import asyncio
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import psycopg
import structlog

from beffroi.assets import TRADE as REGISTER
from beffroi.model.actor import Actor
from beffroi.procedures.calls.incidents import opening
from beffroi.procedures.calls.places import SURE_PLACE
from beffroi.procedures.calls.understand import Known, Understanding, understood
from beffroi.requests.actions import Correct
from beffroi.requests.events import Recorded
from beffroi.requests.hearing import EAR
from beffroi.requests.types import Request
from beffroi.trade.doors import trusted
from beffroi.trade.line import Line
from beffroi.trade.rejected import Rejected
from beffroi.trade.service import CoreDoor

LOOK_EVERY_S = 0.5
_ME = trusted(Actor(kind="system", name="call_hearing"))

log = structlog.get_logger("calls")


def unheard(request: Request) -> bool:
    """Tell whether a request still stands as bare words."""
    placed = request.asset is not None or request.lon is not None or bool(request.place)
    return request.open and bool(request.text) and not request.category and not placed


def heard(request: UUID, found: Understanding) -> Correct | None:
    """Return what is sure of a sentence; nothing when nothing is."""
    category = found.categories[0].name if found.categories else None
    if found.assets:
        asset = found.assets[0]
        return Correct(request=request, category=category, asset=asset.id, place=asset.label[:200])
    place = found.places[0] if found.places and found.places[0].score >= SURE_PLACE else None
    if place is not None:
        return Correct(request=request, category=category, lon=place.lon, lat=place.lat, place=place.label[:200])
    return Correct(request=request, category=category) if category else None


class Listener:
    """Hears what came as bare words, one request after another."""

    def __init__(self, core: CoreDoor) -> None:
        self._core = core
        self._waiting: dict[UUID, None] = {}

    def begin(self) -> None:
        """Take what nobody has touched since it came: we may have fallen before it was heard."""
        requests = self._core.state("requests").requests.values()
        self._waiting.update((one.id, None) for one in requests if one.changed_at == one.recorded_at)

    def committed(self, lines: tuple[Line, ...]) -> None:
        """Note what has just been recorded."""
        self._waiting.update((line.event.request, None) for line in lines if isinstance(line.event, Recorded))

    async def run(self) -> None:
        """Hear what waits."""
        for one in list(self._waiting):
            request = self._core.state("requests").requests.get(one)
            if request is not None and unheard(request):
                await self._hear(msgspec.structs.replace(request))
            del self._waiting[one]

    async def _hear(self, request: Request) -> None:
        known = Known(self._core, EAR.hearer, REGISTER.shelf, ZoneInfo(self._core.zone))
        found = await understood(known, _ME, request.text)
        correction = heard(request.id, found)
        try:
            if correction is not None:
                await self._core.executor.execute(correction, _ME)
            now = self._core.state("requests").requests.get(request.id)
            if found.dangers and now is not None and now.state == "recorded":
                action = opening(now, request.id, self._core.city)
                await self._core.executor.execute(action, _ME, happened_at=request.happened_at)
        except Rejected as refusal:
            log.warning("heard late, not entered", request=str(request.id), code=refusal.code)


async def run(core: CoreDoor) -> None:
    """Hear until the core ends."""
    listener = Listener(core)
    listener.begin()
    core.on_commit(listener.committed)
    while True:
        try:
            await listener.run()
        except psycopg.OperationalError as error:
            log.warning("hearing waits", error=type(error).__name__)
        await asyncio.sleep(LOOK_EVERY_S)


SERVICE = run
