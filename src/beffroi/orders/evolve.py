"""How events change orders, overrides and lock-outs. Pure but for the state it is given."""

import msgspec
import numpy as np

from beffroi.model.time import DAY, Micros
from beffroi.orders import events
from beffroi.orders.types import LockRecord, Order, OrdersState, OrderState, Override, PointState
from beffroi.trade.event import Event
from beffroi.trade.line import Line

KEPT_ENDED = DAY
_CLOSED_AS: dict[type[Event], OrderState] = {
    events.Refused: "refused",
    events.Cancelled: "cancelled",
    events.Expired: "expired",
}


def apply(state: OrdersState, line: Line) -> None:
    """Bring one line into the orders."""
    event = line.event
    match event:
        case events.Requested():
            _forget_old(state, line.recorded_at)
            state.orders[event.order] = order_of(event, line)
        case events.Consigned():
            state.locks[event.asset] = lock_of(event, line)
            state.locks_version += 1
        case events.Lifted(asset=asset):
            state.locks.pop(asset, None)
            state.locks_version += 1
        case events.OverrideEnded(order=order):
            ended = next((one for one in state.overrides.values() if one.order == order), None)
            state.overrides = {key: value for key, value in state.overrides.items() if value is not ended}
            state.overrides_version += 1
        case events.Rescoped():
            _rescope(state, event)
        case _:
            order_id = getattr(event, "order", None)
            if order_id in state.orders:
                _advance(state, state.orders[order_id], line)


def _rescope(state: OrdersState, event: events.Rescoped) -> None:
    for found in event.orders:
        if found.order in state.orders:
            state.orders[found.order].scopes = found.scopes
    after = {move.asset: move.after for move in event.moves}
    for asset in event.locks:
        if asset in state.locks:
            state.locks[asset] = msgspec.structs.replace(state.locks[asset], scope=after[asset])


def order_of(event: events.Requested, line: Line) -> Order:
    """Return the order that a request makes."""
    states = np.zeros(len(event.targets), np.uint8)
    for name, places in event.excluded.items():
        states[list(places)] = PointState[name.upper()]
    return Order(
        id=event.order,
        command=event.command,
        value=event.value,
        until=event.until,
        selection=event.selection,
        targets=np.array(event.targets, np.int32),
        states=states,
        scopes=event.scopes,
        state="waiting" if event.approve_before is not None else "approved",
        requested_by=line.actor.id,
        requested_at=line.recorded_at,
        not_after=event.not_after,
        digest=event.digest,
        approve_before=event.approve_before,
    )


def lock_of(event: events.Consigned, line: Line) -> LockRecord:
    """Return the lock-out that an event makes."""
    return LockRecord(
        id=event.lock,
        asset=event.asset,
        holder=event.holder,
        certificate=event.certificate,
        since=line.happened_at,
        placed_by=line.actor.id,
        code_hash=event.code_hash,
        scope=event.scope,
    )


def _advance(state: OrdersState, order: Order, line: Line) -> None:
    match line.event:
        case events.Approved(not_after=not_after):
            order.state, order.approved_by, order.not_after = "approved", line.actor.id, not_after
        case events.GlassBroken(not_after=not_after, countersign_before=before):
            order.state, order.not_after = "approved", not_after
            order.broke_glass, order.countersign_before = True, before
        case events.Countersigned():
            order.countersigned_by = line.actor.id
        case events.CountersignOverdue():
            order.countersign_overdue = True
        case events.Refused() | events.Cancelled() | events.Expired():
            _close(order, _CLOSED_AS[type(line.event)], line.recorded_at)
        case events.Sent(locked=locked, follow_until=follow_until):
            _send(state, order, locked, line.recorded_at)
            order.follow_until = follow_until
        case events.PointsSettled(results=results):
            for name, places in results.items():
                order.states[list(places)] = PointState[name.upper()]
        case events.Ended():
            order.state, order.ended_at = "ended", line.recorded_at


def _close(order: Order, how: OrderState, at: Micros) -> None:
    order.state, order.ended_at = how, at
    order.states[order.states == PointState.PENDING] = PointState.EXPIRED


def _send(state: OrdersState, order: Order, locked: tuple[int, ...], at: Micros) -> None:
    order.state, order.sent_at = "following", at
    order.states[list(locked)] = PointState.LOCKED
    pending = order.states == PointState.PENDING
    order.states[pending] = PointState.SENT
    indexes = order.targets[pending].tolist()
    if order.command == "programme" or order.until is None:
        for index in indexes:
            state.overrides.pop(index, None)
    else:
        state.overrides.update(dict.fromkeys(indexes, Override(order.value, order.until, order.id)))
    state.overrides_version += 1


def _forget_old(state: OrdersState, now: Micros) -> None:
    """An order is forgotten a day after its end, unless its overrides live or a countersignature is missing."""
    holding = state.holding()
    for order in list(state.orders.values()):
        ended = order.ended_at is not None and order.ended_at < now - KEPT_ENDED
        if ended and not order.owed and order.id not in holding:
            del state.orders[order.id]
