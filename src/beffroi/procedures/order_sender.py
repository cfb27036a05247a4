"""Makes approved orders leave, and watches their points until each has its result (house.md, "An order out").

Frames leave only after the order is committed; the lock-outs are asked again at that last moment. If we die between
sending and writing so, the order leaves once more under the same identifier, which devices take as the same order.
While the broker is away nothing is handed to it: an order that expires meanwhile never leaves.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
import structlog
from numpy.typing import NDArray

from beffroi.model.actor import Actor
from beffroi.model.ports import City
from beffroi.model.time import MILLISECOND, SECOND, Micros
from beffroi.orders.actions import MarkSent, Settle
from beffroi.orders.consign import locked_indexes
from beffroi.orders.types import Order, OrdersState, PointState
from beffroi.trade.action import Action
from beffroi.trade.doors import trusted
from beffroi.trade.rejected import Rejected
from beffroi.trade.service import CoreDoor

log = structlog.get_logger(__name__)

TICK_S = 0.25
LEVEL_TOLERANCE_PCT = 2.0
CLOCK_TOLERANCE = 2 * SECOND
"""A confirmation may bear a source time this much before the sending: devices' clocks are not ours."""
ITEMS_PER_FRAME = 200
BROKER_PATIENCE_S = 1.0
DOWNLINK = "bf1d."
_ANSWERS = {"accepted": PointState.ACCEPTED, "refused": PointState.REFUSED, "late": PointState.EXPIRED}
_ANSWER_FRAME = msgspec.json.Decoder(list[tuple[str, str, str, Any]])
_ME = trusted(Actor(kind="system", name="order_sender"))


class Command(msgspec.Struct, omit_defaults=True):
    """One item of a downlink frame; times in ms (docs/architecture.md, "Readings")."""

    o: str
    a: str
    c: str
    not_after: int
    v: float | None = None
    until: int | None = None


async def run(core: CoreDoor) -> None:
    """Send and follow orders until the process ends."""
    answers: asyncio.Queue[bytes] = asyncio.Queue(maxsize=1_000)

    def keep(_subject: str, payload: bytes) -> None:
        if answers.full():
            log.warning("order answers dropped, points will be verified by their readings", queue=answers.maxsize)
            return
        answers.put_nowait(payload)

    await core.bus.subscribe("bf.ack", keep)
    while True:
        await asyncio.sleep(TICK_S)
        state: OrdersState = core.state("orders")
        for order in list(state.orders.values()):
            if order.state == "approved" and core.clock.now() <= order.not_after:
                await _send(core, order)
        await _take_answers(core, answers)
        await _verify(core)


async def _send(core: CoreDoor, order: Order) -> None:
    if not await core.bus.answers(BROKER_PATIENCE_S):
        log.warning("the broker is away, the order waits", order=str(order.id))
        return
    if core.clock.now() > order.not_after:
        return
    locked = locked_indexes(core.city)
    pending = np.flatnonzero(order.states == PointState.PENDING).tolist()
    stopped = tuple(place for place in pending if int(order.targets[place]) in locked)
    leaving = [place for place in pending if int(order.targets[place]) not in locked]
    for source, frames in frames_of(order, leaving, core.city).items():
        for frame in frames:
            await core.bus.publish(DOWNLINK + source, frame)
    await _execute(core, MarkSent(order=order.id, locked=stopped))


def frames_of(order: Order, places: list[int], city: City) -> Mapping[str, list[bytes]]:
    """Return the downlink frames of an order by source; a point managed at its cabinet is commanded by its circuit."""
    items: dict[str, dict[str, Command]] = defaultdict(dict)
    level = order.value if order.command == "level_pct" else None
    until = order.until // MILLISECOND if order.until is not None else None
    for place in places:
        facts = city.topology.find_index(int(order.targets[place]))
        if facts is None:
            continue
        if facts.management == "cabinet" and facts.parent is not None:
            facts = city.topology.find(facts.parent) or facts
        items[facts.source][facts.code] = Command(
            str(order.id), facts.code, order.command, order.not_after // MILLISECOND, level, until
        )
    return {
        source: [
            msgspec.json.encode(list(commands.values())[start : start + ITEMS_PER_FRAME])
            for start in range(0, len(commands), ITEMS_PER_FRAME)
        ]
        for source, commands in items.items()
    }


async def _take_answers(core: CoreDoor, answers: "asyncio.Queue[bytes]") -> None:
    state: OrdersState = core.state("orders")
    found: dict[UUID, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    while not answers.empty():
        for order_id, code, result, _at in msgspec.json.decode(
            answers.get_nowait(), type=list[tuple[str, str, str, Any]]
        ):
            settled = _answer(state, core.city, order_id, code, result)
            if settled is not None:
                found[settled[0]][settled[1]].append(settled[2])
    for order, results in found.items():
        await _settle(core, order, results)


def _answer(state: OrdersState, city: City, order_id: str, code: str, result: str) -> tuple[UUID, str, int] | None:
    try:
        order = state.orders.get(UUID(order_id))
    except ValueError:
        return None
    facts = city.topology.find_code(code)
    answer = _ANSWERS.get(result)
    if order is None or facts is None or answer is None:
        return None
    place = int(np.searchsorted(order.targets, facts.index))
    if place >= len(order.targets) or order.targets[place] != facts.index:
        return None
    return order.id, answer.name.lower(), place


async def _verify(core: CoreDoor) -> None:
    state: OrdersState = core.state("orders")
    for order in [order for order in state.orders.values() if order.state == "following"]:
        await _settle(core, order.id, verdicts(order, core.city, core.clock.now()))


def verdicts(order: Order, city: City, now: Micros) -> dict[str, list[int]]:
    """Return, by state name, the open points whose readings settle them: confirmed at once, mismatch at the end."""
    open_places = np.flatnonzero(order.states <= PointState.ACCEPTED)
    if order.sent_at is None or not len(open_places):
        return {}
    at, value = _levels(order, open_places, city)
    expected = _expected(order, open_places, city, now)
    fresh = at >= order.sent_at - CLOCK_TOLERANCE
    with np.errstate(invalid="ignore"):
        good = fresh & (np.abs(value - expected) <= LEVEL_TOLERANCE_PCT)
        wrong = fresh & (np.abs(value - expected) > LEVEL_TOLERANCE_PCT)
    results = {"confirmed": open_places[good].tolist()}
    blind = _blind(order, open_places, city)
    results["not_verifiable"] = open_places[blind].tolist()
    if order.follow_until is not None and now >= order.follow_until - SECOND:
        results["mismatch"] = open_places[wrong & ~blind].tolist()
    return {name: places for name, places in results.items() if places}


def _levels(order: Order, places: NDArray[np.intp], city: City) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    series_of = city.live.series_of("level_pct")
    times, values = city.live.arrays()
    indexes = order.targets[places]
    known = indexes < len(series_of)
    series = np.where(known, series_of[np.where(known, indexes, 0)], -1) if len(series_of) else np.full(len(places), -1)
    heard = series >= 0
    at = np.where(heard, times[np.where(heard, series, 0)] if len(times) else 0, 0)
    value = np.where(heard, values[np.where(heard, series, 0)] if len(values) else np.nan, np.nan)
    return at, value


def _expected(order: Order, places: NDArray[np.intp], city: City, now: Micros) -> NDArray[np.float64]:
    if order.command == "level_pct":
        return np.full(len(places), order.value)
    levels = city.programme.expected_levels_pct(now)
    indexes = order.targets[places]
    known = indexes < len(levels)
    return np.where(known, levels[np.where(known, indexes, 0)] if len(levels) else np.nan, np.nan).astype(np.float64)


def _blind(order: Order, places: NDArray[np.intp], city: City) -> NDArray[np.bool_]:
    """A point managed at its cabinet never answers for itself: « commandé, non vérifiable au point »."""
    found = np.zeros(len(places), bool)
    for rank, place in enumerate(places.tolist()):
        facts = city.topology.find_index(int(order.targets[place]))
        found[rank] = facts is not None and facts.management == "cabinet"
    return found


async def _settle(core: CoreDoor, order: UUID, results: Mapping[str, list[int]]) -> None:
    if results:
        await _execute(core, Settle(order=order, results={name: tuple(places) for name, places in results.items()}))


async def _execute(core: CoreDoor, action: Action) -> None:
    try:
        await core.executor.execute(action, _ME)
    except Rejected as refusal:
        log.info("the trade already knew better", action=action.action_type(), code=refusal.code)


SERVICE = run
