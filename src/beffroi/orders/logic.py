"""Decisions about orders: who may, on what, until when; what time does to them. Pure."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from beffroi.model.ports import AssetFacts
from beffroi.model.scope import CITY, Scope
from beffroi.model.time import DAY, HOUR, MINUTE, SECOND, Micros
from beffroi.orders import actions, consign, events
from beffroi.orders.rescope import decide_rescope
from beffroi.orders.selection import resolve
from beffroi.orders.types import OPEN_STATES, Order, OrdersState, PointState, Selection
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.rejected import Rejected

VALIDITY = MINUTE
"""An order not sent within this time never leaves."""
APPROVAL = 5 * MINUTE
FOLLOW_UP = 90 * SECOND
COUNTERSIGN = DAY
LONGEST_OVERRIDE = 24 * HOUR
WIDE = 500
"""Points from which an order concerns a commune rather than a place: the *chef de salle* decides."""
LISTED = 100
"""Points from which cutting or dimming always takes two persons."""


def decide(state: OrdersState, action: Action, context: Context) -> Sequence[Event]:
    """Return the events that answer an action on orders or lock-outs."""
    handler = _HANDLERS[type(action)]
    return handler(state, action, context)


def _request(state: OrdersState, action: actions.Request, context: Context) -> list[Event]:
    lights = resolve(action.selection, context.city.topology)
    _check_until(action, context.now)
    _check_incident(action, context)
    scopes = scopes_of(lights)
    second = needs_second(action, len(lights), scopes, context)
    targets = tuple(facts.index for facts in lights)
    order = context.ids.new()
    return [
        events.Requested(
            order=order,
            command=action.command,
            value=action.value if action.command == "level_pct" else 0.0,
            until=action.until if action.command == "level_pct" else None,
            selection=action.selection,
            targets=targets,
            excluded=exclusions(lights, context),
            scopes=scopes,
            not_after=context.now + VALIDITY,
            digest=digest(order, action.command, action.value, action.until, targets),
            approve_before=context.now + APPROVAL if second else None,
            scope=common_scope(scopes),
            incident=action.incident,
        )
    ]


def _check_incident(action: actions.Request, context: Context) -> None:
    if action.incident is None:
        return
    facts = context.city.incidents.find(action.incident)
    if facts is None or not context.rights.allows("view", facts.scope):
        raise Rejected("not_found")


def _check_until(action: actions.Request, now: Micros) -> None:
    if action.command == "programme":
        return
    if action.until is None:
        raise Rejected("orders.until_missing")
    if action.until <= now:
        raise Rejected("orders.until_past", until=action.until)
    if action.until > now + LONGEST_OVERRIDE:
        raise Rejected("orders.until_far", hours=LONGEST_OVERRIDE // HOUR)


def needs_second(action: actions.Request, points: int, scopes: Sequence[Scope], context: Context) -> bool:
    """Tell whether a second person must approve; raises Rejected when the author may not even ask (room.md)."""
    safe = action.command == "programme" or action.value >= 100
    if context.actor.kind != "person":
        if not safe:
            raise Rejected("orders.automatic_unsafe")
        return False

    def holds(right: str) -> bool:
        return all(context.rights.allows(right, scope) for scope in scopes)

    if points >= WIDE and not (holds("order_wide") or holds("order_cut")):
        raise Rejected("orders.wide", points=points, limit=WIDE)
    if safe:
        return False
    return points >= LISTED or not holds("order_cut")


def exclusions(lights: Sequence[AssetFacts], context: Context) -> dict[str, tuple[int, ...]]:
    """Return, by state name, the positions that can receive nothing: locked out, not telemanaged, cabinet only."""
    locked = consign.locked_indexes(context.city)
    whole = _whole_circuits(lights, context)
    found: dict[str, list[int]] = {}
    for place, facts in enumerate(lights):
        if facts.index in locked:
            state = PointState.LOCKED
        elif facts.management == "none" or not facts.source:
            state = PointState.NOT_MANAGED
        elif facts.management == "cabinet" and facts.parent not in whole:
            state = PointState.CABINET_ONLY
        else:
            continue
        found.setdefault(state.name.lower(), []).append(place)
    return {name: tuple(places) for name, places in found.items()}


def _whole_circuits(lights: Sequence[AssetFacts], context: Context) -> set[UUID]:
    """A point managed at its cabinet obeys only with its whole circuit."""
    asked: dict[UUID, int] = {}
    for facts in lights:
        if facts.management == "cabinet" and facts.parent is not None:
            asked[facts.parent] = asked.get(facts.parent, 0) + 1
    return {
        parent
        for parent, count in asked.items()
        if count == len(context.city.topology.descendants(parent, "street_light"))
    }


def scopes_of(lights: Sequence[AssetFacts]) -> tuple[Scope, ...]:
    """List the distinct scopes of some light points."""
    # 34,000 lights make one scope a commune: they are of one kind and one trade
    return tuple(facts.scope for facts in {facts.commune: facts for facts in lights}.values())


def common_scope(scopes: Sequence[Scope]) -> Scope:
    """Return the one scope that a row about several has: an axis on which they differ is left empty."""
    if not scopes:
        return CITY

    def axis(name: str) -> str:
        values = {getattr(scope, name) for scope in scopes}
        return values.pop() if len(values) == 1 else ""

    return Scope(axis("commune"), axis("trade"), axis("kind"))


def digest(order: UUID, command: str, value: float, until: Micros | None, targets: Sequence[int]) -> str:
    """Return the SHA-256 that binds an approval to one exact order."""
    return hashlib.sha256(msgspec.json.encode([str(order), command, value, until, list(targets)])).hexdigest()


def _get(state: OrdersState, order: UUID) -> Order:
    found = state.orders.get(order)
    if found is None:
        raise Rejected("orders.not_found", order=str(order))
    return found


def _waiting(state: OrdersState, order: UUID, now: Micros) -> Order:
    found = _get(state, order)
    if found.state != "waiting":
        raise Rejected("orders.not_waiting", state=found.state)
    if found.approve_before is not None and now > found.approve_before:
        raise Rejected("orders.approval_late")
    return found


def _approve(state: OrdersState, action: actions.Approve, context: Context) -> list[Event]:
    order = _waiting(state, action.order, context.now)
    if context.actor.kind != "person" or context.actor.id == order.requested_by:
        raise Rejected("orders.same_person")
    if action.digest != order.digest:
        raise Rejected("orders.other_order")
    _same_targets(order, order.selection, context)
    return [
        events.Approved(
            order=order.id,
            digest=order.digest,
            not_after=context.now + VALIDITY,
            scope=common_scope(order.scopes),
        )
    ]


def _same_targets(order: Order, selection: Selection, context: Context) -> None:
    now = [facts.index for facts in resolve(selection, context.city.topology)]
    if now != order.targets.tolist():
        raise Rejected("orders.targets_changed")


def _refuse(state: OrdersState, action: actions.Refuse, context: Context) -> list[Event]:
    order = _waiting(state, action.order, context.now)
    return [events.Refused(order=order.id, reason=action.reason, scope=common_scope(order.scopes))]


def _cancel(state: OrdersState, action: actions.Cancel, context: Context) -> list[Event]:
    order = _get(state, action.order)
    if order.state not in ("waiting", "approved"):
        raise Rejected("orders.already_left", state=order.state)
    return [events.Cancelled(order=order.id, scope=common_scope(order.scopes))]


def _break_glass(state: OrdersState, action: actions.BreakGlass, context: Context) -> list[Event]:
    order = _waiting(state, action.order, context.now)
    if context.actor.kind != "person":
        raise Rejected("orders.automatic_unsafe")
    _same_targets(order, order.selection, context)
    return [
        events.GlassBroken(
            order=order.id,
            reason=action.reason,
            not_after=context.now + VALIDITY,
            countersign_before=context.now + COUNTERSIGN,
            points=len(order.targets),
            scope=common_scope(order.scopes),
        )
    ]


def _countersign(state: OrdersState, action: actions.Countersign, context: Context) -> list[Event]:
    order = _get(state, action.order)
    if not order.owed:
        raise Rejected("orders.nothing_to_countersign")
    if context.actor.kind != "person" or context.actor.id == order.requested_by:
        raise Rejected("orders.same_person")
    return [events.Countersigned(order=order.id, scope=common_scope(order.scopes))]


def _mark_sent(state: OrdersState, action: actions.MarkSent, context: Context) -> list[Event]:
    order = _get(state, action.order)
    if order.state != "approved":
        raise Rejected("orders.not_approved", state=order.state)
    scope = common_scope(order.scopes)
    sent = events.Sent(order=order.id, locked=action.locked, follow_until=context.now + FOLLOW_UP, scope=scope)
    left = int((order.states == PointState.PENDING).sum()) - len(action.locked)
    return [sent] if left > 0 else [sent, _ended(order, {"locked": action.locked})]


def _settle(state: OrdersState, action: actions.Settle, context: Context) -> list[Event]:
    order = _get(state, action.order)
    results = {}
    for name, given in action.results.items():
        places = np.array(given, np.int64)
        moving = places[_may_become(order.states[places], PointState[name.upper()])]
        if len(moving):
            results[name] = tuple(moving.tolist())
    if not results:
        return []
    settled: list[Event] = [events.PointsSettled(order=order.id, results=results, scope=common_scope(order.scopes))]
    if order.state == "following" and not _left_open(order, results):
        settled.append(_ended(order, results))
    return settled


def _may_become(old: NDArray[np.uint8], new: PointState) -> NDArray[np.bool_]:
    """A point moves forward only; a late confirmation still corrects « sans réponse »."""
    corrected = (old == PointState.NO_ANSWER) & (new == PointState.CONFIRMED)
    return np.asarray((np.isin(old, OPEN_STATES) & (old < new)) | corrected, np.bool_)


def _left_open(order: Order, results: dict[str, tuple[int, ...]]) -> bool:
    states = order.states.copy()
    for name, places in results.items():
        states[list(places)] = PointState[name.upper()]
    return bool((states <= PointState.ACCEPTED).any())


def _ended(order: Order, results: dict[str, tuple[int, ...]]) -> events.Ended:
    after = msgspec.structs.replace(order, states=order.states.copy())
    for name, places in results.items():
        after.states[list(places)] = PointState[name.upper()]
    return events.Ended(order=order.id, counts=after.counts(), scope=common_scope(order.scopes))


def _expire(state: OrdersState, action: actions.Expire, context: Context) -> list[Event]:
    order = _get(state, action.order)
    due = _due_by_state(state, order, context)
    overdue = _countersign_deadline(order)
    if overdue is not None and context.now >= overdue:
        scope = common_scope(order.scopes)
        due.append(events.CountersignOverdue(order=order.id, points=len(order.targets), scope=scope))
    return due


def _due_by_state(state: OrdersState, order: Order, context: Context) -> list[Event]:
    scope = common_scope(order.scopes)
    match order.state:
        case "waiting" if order.approve_before is not None and context.now >= order.approve_before:
            return [events.Expired(order=order.id, scope=scope)]
        case "approved" if context.now > order.not_after:
            return [events.Expired(order=order.id, scope=scope)]
        case "following" if order.follow_until is not None and context.now >= order.follow_until:
            return _unanswered(order, scope)
    if order.until is not None and context.now >= order.until and _holds_overrides(state, order.id):
        return [events.OverrideEnded(order=order.id, scope=scope)]
    return []


def _unanswered(order: Order, scope: Scope) -> list[Event]:
    silent = tuple(int(place) for place in (order.states <= PointState.SENT).nonzero()[0])
    blind = tuple(int(place) for place in (order.states == PointState.ACCEPTED).nonzero()[0])
    results = {name: places for name, places in (("no_answer", silent), ("not_verifiable", blind)) if places}
    return [events.PointsSettled(order=order.id, results=results, scope=scope), _ended(order, results)]


def _holds_overrides(state: OrdersState, order: UUID) -> bool:
    return order in state.holding()


def deadline(state: OrdersState, order: Order, holding: set[UUID]) -> Micros | None:
    """Return when time next does something to an order, or nothing; `holding` are the orders with live overrides."""
    times = (_deadline_by_state(order, holding), _countersign_deadline(order))
    return min((at for at in times if at is not None), default=None)


def _countersign_deadline(order: Order) -> Micros | None:
    return order.countersign_before if order.owed and not order.countersign_overdue else None


def _deadline_by_state(order: Order, holding: set[UUID]) -> Micros | None:
    match order.state:
        case "waiting":
            return order.approve_before
        case "approved":
            return order.not_after + 1
        case "following":
            return order.follow_until
    return order.until if order.id in holding else None


_HANDLERS: dict[type[Action], Callable[[OrdersState, Any, Context], list[Event]]] = {
    actions.Request: _request,
    actions.Approve: _approve,
    actions.Refuse: _refuse,
    actions.Cancel: _cancel,
    actions.BreakGlass: _break_glass,
    actions.Countersign: _countersign,
    actions.MarkSent: _mark_sent,
    actions.Settle: _settle,
    actions.Expire: _expire,
    actions.Consign: consign.decide_consign,
    actions.Lift: consign.decide_lift,
    actions.NoteWrongCodes: consign.decide_note,
    actions.Rescope: decide_rescope,
}
