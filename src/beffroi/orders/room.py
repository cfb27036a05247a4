"""What orders and lock-outs sign as a trade."""

import time
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar
from uuid import UUID

import psycopg

from beffroi.model.ports import City, scopes_of
from beffroi.model.scope import CITY, Scope
from beffroi.model.time import Micros
from beffroi.orders import actions, api, events, evolve, logic, rows, store
from beffroi.orders.actions import Consign, Lift
from beffroi.orders.codes import Codes
from beffroi.orders.port import LocksPort, OverridesPort
from beffroi.orders.selection import resolve
from beffroi.orders.texts import TEXTS
from beffroi.orders.types import OrdersState
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import Caller, View
from beffroi.trade.event import Event
from beffroi.trade.line import Line, Row
from beffroi.trade.room import Prepared, Trade


class Orders(Trade[OrdersState]):
    """Orders and lock-outs as a trade."""

    name: ClassVar[str] = "orders"
    actions: ClassVar[tuple[type[Action], ...]] = (
        actions.Request,
        actions.Approve,
        actions.Refuse,
        actions.Cancel,
        actions.BreakGlass,
        actions.Countersign,
        actions.MarkSent,
        actions.Settle,
        actions.Expire,
        actions.Consign,
        actions.Lift,
        actions.NoteWrongCodes,
        actions.Rescope,
    )
    events: ClassVar[tuple[type[Event], ...]] = (
        events.Requested,
        events.Approved,
        events.Refused,
        events.Cancelled,
        events.GlassBroken,
        events.Countersigned,
        events.CountersignOverdue,
        events.Sent,
        events.PointsSettled,
        events.Ended,
        events.Expired,
        events.OverrideEnded,
        events.Consigned,
        events.Lifted,
        events.CodesRefused,
        events.Rescoped,
    )
    prepared: ClassVar[tuple[type[Action], ...]] = (Consign, Lift)
    topics: ClassVar[tuple[str, ...]] = (rows.ORDERS, rows.OVERRIDES, rows.LOCKS)
    texts: ClassVar[dict[str, dict[str, str]]] = TEXTS

    def __init__(self) -> None:
        self._codes = Codes(time.monotonic)

    def empty(self) -> OrdersState:
        return OrdersState()

    def load(self, connection: psycopg.Connection[Any]) -> OrdersState:
        return store.load(connection)

    async def prepare(self, state: OrdersState, action: Action, caller: Caller) -> Prepared:
        if isinstance(action, Consign):
            return await self._codes.seal(action)
        return await self._codes.check(state, action, caller) if isinstance(action, Lift) else Prepared(action)

    def decide(self, state: OrdersState, action: Action, context: Context) -> Sequence[Event]:
        return logic.decide(state, action, context)

    def apply(self, state: OrdersState, line: Line) -> None:
        evolve.apply(state, line)

    def write(self, cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
        store.write(cursor, lines)

    def ports(self, state: OrdersState, city: City) -> dict[str, Any]:
        return {"locks": LocksPort(state, city), "overrides": OverridesPort(state, city)}

    def scopes(self, state: OrdersState, action: Action, city: City) -> Iterable[Scope]:
        if isinstance(action, actions.Request):
            return _scopes_of_request(action, city)
        asset = getattr(action, "asset", None)
        if asset is not None:
            facts = city.topology.find(asset)
            return (facts.scope,) if facts else (CITY,)
        order = state.orders.get(getattr(action, "order", UUID(int=0)))
        return order.scopes if order else (CITY,)

    def touched(self, line: Line) -> Iterable[tuple[str, Any]]:
        event = line.event
        if isinstance(event, events.Consigned | events.Lifted | events.CodesRefused):
            yield rows.LOCKS, event.asset
            return
        if isinstance(event, events.Rescoped):
            yield from ((rows.LOCKS, asset) for asset in event.locks)
            yield from ((topic, one.order) for one in event.orders for topic in (rows.ORDERS, rows.OVERRIDES))
            return
        order = event.order  # type: ignore[attr-defined]
        yield rows.ORDERS, order
        if isinstance(event, events.Sent | events.OverrideEnded):
            yield rows.OVERRIDES, order

    def row(self, state: OrdersState, topic: str, key: UUID, city: City) -> Row | None:
        return rows.row(state, topic, key, city)

    def snapshot(self, state: OrdersState, city: City) -> Iterable[Row]:
        return rows.snapshot(state, city)

    def next_due(self, state: OrdersState) -> Micros | None:
        holding = state.holding()
        times = (logic.deadline(state, order, holding) for order in state.orders.values())
        return min((at for at in times if at is not None), default=None)

    def due(self, state: OrdersState, now: Micros) -> Sequence[Action]:
        holding = state.holding()
        return [
            actions.Expire(order=order.id)
            for order in state.orders.values()
            if (at := logic.deadline(state, order, holding)) is not None and at <= now
        ]

    def routes(self, view: View[OrdersState]) -> Sequence[Any]:
        return api.routes(view)


def _scopes_of_request(action: actions.Request, city: City) -> Iterable[Scope]:
    """List what is named first: to who does not see it, what exists elsewhere answers as what does not exist."""
    yield from scopes_of(city.topology, (*action.selection.assets, *action.selection.parents))
    yield from logic.scopes_of(resolve(action.selection, city.topology))


TRADE = Orders()
