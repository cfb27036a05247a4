"""Makes approved orders leave, and watches their points until each has its result (house.md, "An order out").

Frames leave only after the order is committed; the lock-outs are asked again at that last moment. If we die between
sending and writing so, the order leaves once more under the same identifier, which devices take as the same order.
While the broker is away nothing is handed to it: an order that expires meanwhile never leaves.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
import structlog
from numpy.typing import NDArray

from beffroi.model.actor import Actor
from beffroi.model.ports import City
from beffroi.model.reading import read_newest
from beffroi.model.time import MILLISECOND, SECOND, Micros
from beffroi.orders.actions import MarkSent, Settle
from beffroi.orders.consign import locked_indexes
from beffroi.orders.types import Order, OrdersState, PointState
from beffroi.procedures.live.pace import Steps, paced
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
EACH_STEP = 250
BROKER_PATIENCE_S = 1.0
DOWNLINK = "bf1d."
_ANSWERS = {"accepted": PointState.ACCEPTED, "refused": PointState.REFUSED, "late": PointState.EXPIRED}
ANSWERED_AT_ONCE = 1_000
SETTLED_AT_ONCE = 5_000
"""Points told or settled in one slice of the loop."""
NOBODY = UUID(int=0)
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
    blind = Blind()
    while True:
        await asyncio.sleep(TICK_S)
        for order in list(_state(core).orders.values()):
            if order.state == "approved" and core.clock.now() <= order.not_after:
                await _send(core, order)
        await _take_answers(core, answers)
        await _verify(core, blind)


async def _send(core: CoreDoor, order: Order) -> None:
    if not await core.bus.answers(BROKER_PATIENCE_S):
        log.warning("the broker is away, the order waits", order=str(order.id))
        return
    if core.clock.now() > order.not_after:
        return
    pending = np.flatnonzero(order.states == PointState.PENDING).tolist()
    stopped: list[int] = []
    locked, version = locked_indexes(core.city), _state(core).locks_version
    for source, commands in (await paced(commands_of(order, pending, core.city))).items():
        if _state(core).locks_version != version:
            locked, version = locked_indexes(core.city), _state(core).locks_version
        free = {place: command for place, command in commands.items() if int(order.targets[place]) not in locked}
        stopped += commands.keys() - free.keys()
        for frame in frames_of(free.values()):
            await core.bus.publish(DOWNLINK + source, frame)
        await asyncio.sleep(0)
    await _execute(core, MarkSent(order=order.id, locked=tuple(sorted(stopped))))


def commands_of(order: Order, places: list[int], city: City) -> Steps[dict[str, dict[int, Command]]]:
    """Return what each source is told, by place in the order; a point managed at its cabinet is told to its circuit."""
    found: dict[str, dict[int, Command]] = defaultdict(dict)
    level = order.value if order.command == "level_pct" else None
    until = order.until // MILLISECOND if order.until is not None else None
    order_id, not_after = str(order.id), order.not_after // MILLISECOND
    for number, place in enumerate(places):
        facts = city.topology.find_index(int(order.targets[place]))
        if facts is None:
            continue
        if facts.management == "cabinet" and facts.parent is not None:
            facts = city.topology.find(facts.parent) or facts
        found[facts.source][place] = Command(order_id, facts.code, order.command, not_after, level, until)
        if number % EACH_STEP == 0:
            yield
    return found


def frames_of(commands: Iterable[Command]) -> Iterable[bytes]:
    """Return downlink frames; what several points share (their circuit) is commanded once."""
    once = list({command.a: command for command in commands}.values())
    for start in range(0, len(once), ITEMS_PER_FRAME):
        yield msgspec.json.encode(once[start : start + ITEMS_PER_FRAME])


def _state(core: CoreDoor) -> OrdersState:
    state: OrdersState = core.state("orders")
    return state


async def _take_answers(core: CoreDoor, answers: "asyncio.Queue[bytes]") -> None:
    found: dict[UUID, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    while not answers.empty():
        told = _ANSWER_FRAME.decode(answers.get_nowait())
        for first in range(0, len(told), ANSWERED_AT_ONCE):
            _read_answers(_state(core), core.city, told[first : first + ANSWERED_AT_ONCE], found)
            await asyncio.sleep(0)
    for order, results in found.items():
        await _settle(core, order, results)


def _read_answers(
    state: OrdersState,
    city: City,
    told: list[tuple[str, str, str, Any]],
    found: dict[UUID, dict[str, list[int]]],
) -> None:
    """Sort some answers by order and by what they say: positions in the order's targets."""
    indexes: dict[tuple[str, str], list[int]] = defaultdict(list)
    for order_id, code, result, _at in told:
        facts = city.topology.find_code(code) if result in _ANSWERS else None
        if facts is not None:
            indexes[order_id, result].append(facts.index)
    for (order_id, result), given in indexes.items():
        order = state.orders.get(_uuid(order_id))
        if order is None:
            continue
        wanted = np.array(given, order.targets.dtype)
        places = np.searchsorted(order.targets, wanted).clip(0, len(order.targets) - 1)
        found[order.id][_ANSWERS[result].name.lower()] += places[order.targets[places] == wanted].tolist()


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return NOBODY


async def _verify(core: CoreDoor, blind: "Blind") -> None:
    for order in [order for order in _state(core).orders.values() if order.state == "following"]:
        mask = await paced(blind.steps(order, core.city))
        await _settle(core, order.id, verdicts(order, mask, core.city, core.clock.now()))
        await asyncio.sleep(0)
    blind.forget(order.id for order in _state(core).orders.values() if order.state == "following")


class Blind:
    """Which targets never answer for themselves (*commandé, non vérifiable au point*), kept while they are followed."""

    def __init__(self) -> None:
        self._known: dict[tuple[UUID, int], NDArray[np.bool_]] = {}

    def steps(self, order: Order, city: City) -> Steps[NDArray[np.bool_]]:
        """Return, by place, whether a target is managed at its cabinet."""
        key = order.id, city.topology.version
        known = self._known.get(key)
        if known is not None:
            return known
        found = np.zeros(len(order.targets), np.bool_)
        for place, index in enumerate(order.targets.tolist()):
            facts = city.topology.find_index(index)
            found[place] = facts is not None and facts.management == "cabinet"
            if place % EACH_STEP == 0:
                yield
        self._known[key] = found
        return found

    def forget(self, followed: Iterable[UUID]) -> None:
        """Keep only what is known of the orders still followed."""
        kept = set(followed)
        self._known = {key: mask for key, mask in self._known.items() if key[0] in kept}


def verdicts(order: Order, blind: NDArray[np.bool_], city: City, now: Micros) -> dict[str, list[int]]:
    """Return, by state name, the open points whose readings settle them: confirmed at once, mismatch at the end.

    `blind` tells, by place, which targets never answer for themselves.
    """
    open_places = np.flatnonzero(order.states <= PointState.ACCEPTED)
    if order.sent_at is None or not len(open_places):
        return {}
    live = city.live
    at, value = read_newest(live.arrays(), live.series_of("level_pct"), order.targets[open_places])
    expected = _expected(order, open_places, city, now)
    fresh = at >= order.sent_at - CLOCK_TOLERANCE
    with np.errstate(invalid="ignore"):
        good = fresh & (np.abs(value - expected) <= LEVEL_TOLERANCE_PCT)
        wrong = fresh & (np.abs(value - expected) > LEVEL_TOLERANCE_PCT)
    results = {"confirmed": open_places[good].tolist()}
    results["not_verifiable"] = open_places[blind[open_places]].tolist()
    if order.follow_until is not None and now >= order.follow_until - SECOND:
        results["mismatch"] = open_places[wrong & ~blind[open_places]].tolist()
    return {name: places for name, places in results.items() if places}


def _expected(order: Order, places: NDArray[np.intp], city: City, now: Micros) -> NDArray[np.float64]:
    if order.command == "level_pct":
        return np.full(len(places), order.value)
    levels = city.programme.expected_levels_pct(now)
    indexes = order.targets[places]
    known = indexes < len(levels)
    return np.where(known, levels[np.where(known, indexes, 0)] if len(levels) else np.nan, np.nan).astype(np.float64)


async def _settle(core: CoreDoor, order: UUID, results: Mapping[str, list[int]]) -> None:
    for name, places in results.items():
        for first in range(0, len(places), SETTLED_AT_ONCE):
            some = tuple(places[first : first + SETTLED_AT_ONCE])
            await _execute(core, Settle(order=order, results={name: some}))


async def _execute(core: CoreDoor, action: Action) -> None:
    try:
        await core.executor.execute(action, _ME)
    except Rejected as refusal:
        log.info("the trade already knew better", action=action.action_type(), code=refusal.code)


SERVICE = run
