"""What screens hold of orders, overrides and lock-outs."""

from collections.abc import Callable, Iterable
from uuid import UUID

import msgspec
import numpy as np

from beffroi.model.ports import City
from beffroi.model.scope import Scope
from beffroi.model.time import Micros
from beffroi.orders.logic import common_scope
from beffroi.orders.types import Command, LockRecord, Order, OrdersState, OrderState, Selection
from beffroi.trade.line import Row

ORDERS, OVERRIDES, LOCKS = "orders", "overrides", "locks"


class OrderRow(msgspec.Struct, kw_only=True):
    """One order as listed: what, on how many points, where it stands, what is asked of whom."""

    id: UUID
    command: Command
    value: float
    until: Micros | None
    selection: Selection
    place: str
    points: int
    counts: dict[str, int]
    state: OrderState
    requested_by: UUID | None
    requested_at: Micros
    not_after: Micros
    digest: str
    approve_before: Micros | None
    approved_by: UUID | None
    broke_glass: bool
    countersign_before: Micros | None
    countersigned_by: UUID | None
    countersign_overdue: bool
    sent_at: Micros | None
    ended_at: Micros | None


class OverrideRow(msgspec.Struct, kw_only=True):
    """The overrides of one order still in force (*hors normal*)."""

    id: UUID
    level_pct: float
    until: Micros
    points: int
    place: str


class LockRow(msgspec.Struct, kw_only=True):
    """One lock-out in force (*hors normal*)."""

    id: UUID
    asset: UUID
    place: str
    holder: str
    certificate: str
    since: Micros


def order_row(order: Order, city: City) -> Row:
    """Return the listed form of an order, for who sees all of it."""
    data = OrderRow(
        id=order.id,
        command=order.command,
        value=order.value,
        until=order.until,
        selection=order.selection if len(order.selection.assets) <= 1 else Selection(),
        place=place_of(order, city),
        points=len(order.targets),
        counts=order.counts(),
        state=order.state,
        requested_by=order.requested_by,
        requested_at=order.requested_at,
        not_after=order.not_after,
        digest=order.digest,
        approve_before=order.approve_before,
        approved_by=order.approved_by,
        broke_glass=order.broke_glass,
        countersign_before=order.countersign_before,
        countersigned_by=order.countersigned_by,
        countersign_overdue=order.countersign_overdue,
        sent_at=order.sent_at,
        ended_at=order.ended_at,
    )
    return Row(ORDERS, order.id, common_scope(order.scopes), data)


def part_row(order: Order, city: City, sees: Callable[[Scope], bool]) -> OrderRow:
    """Return an order as somebody sees it: its own points only, where it goes further than what that person sees."""
    whole: OrderRow = order_row(order, city).data  # type: ignore[assignment]
    if all(sees(scope) for scope in order.scopes):
        return whole
    facts = [city.topology.find_index(index) for index in order.targets.tolist()]
    seen = np.array([one is not None and sees(one.scope) for one in facts], np.bool_)
    mine = msgspec.structs.replace(order, targets=order.targets[seen], states=order.states[seen])
    return msgspec.structs.replace(
        whole, selection=Selection(), place="", points=len(mine.targets), counts=mine.counts()
    )


def place_of(order: Order, city: City) -> str:
    """Return where an order applies, as the room reads it; empty means the whole selection speaks for itself."""
    selection = order.selection
    if selection.parents:
        return ", ".join(city.topology.place_label(parent) for parent in selection.parents[:3])
    if len(order.targets) == 1:
        facts = city.topology.find_index(int(order.targets[0]))
        return city.topology.place_label(facts.id) if facts else ""
    return selection.street or selection.commune


def override_row(state: OrdersState, order_id: UUID, city: City) -> Row | None:
    """Return the listed form of an order's live overrides; data None when none is left."""
    order = state.orders.get(order_id)
    if order is None:
        return None
    mine = next((one for one in state.overrides.values() if one.order == order_id), None)
    points = sum(one is mine for one in state.overrides.values())
    scope = common_scope(order.scopes)
    if mine is None or order.until is None:
        return Row(OVERRIDES, order_id, scope, None)
    data = OverrideRow(
        id=order_id, level_pct=order.value, until=order.until, points=points, place=place_of(order, city)
    )
    return Row(OVERRIDES, order_id, scope, data)


def lock_row(record: LockRecord, city: City) -> Row:
    """Return the listed form of a lock-out."""
    data = LockRow(
        id=record.id,
        asset=record.asset,
        place=city.topology.place_label(record.asset),
        holder=record.holder,
        certificate=record.certificate,
        since=record.since,
    )
    return Row(LOCKS, record.asset, record.scope, data)


def snapshot(state: OrdersState, city: City) -> Iterable[Row]:
    """List every row of the three topics."""
    yield from (order_row(order, city) for order in state.orders.values())
    for order_id in state.holding():
        row = override_row(state, order_id, city)
        if row is not None:
            yield row
    yield from (lock_row(record, city) for record in state.locks.values())


def row(state: OrdersState, topic: str, key: UUID, city: City) -> Row | None:
    """Return one row of one topic as it stands."""
    if topic == LOCKS:
        record = state.locks.get(key)
        facts = city.topology.find(key)
        return lock_row(record, city) if record else Row(LOCKS, key, facts.scope if facts else Scope(), None)
    if topic == OVERRIDES:
        return override_row(state, key, city)
    order = state.orders.get(key)
    return order_row(order, city) if order else None
