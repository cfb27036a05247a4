"""Readings of orders: what one would do, what became of each point, what an asset ever received."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
import numpy as np
from litestar import get, post
from litestar.params import Parameter

from beffroi.model.ports import AssetFacts, scopes_of
from beffroi.model.time import Micros
from beffroi.orders import logic, rows, store
from beffroi.orders.actions import Request
from beffroi.orders.selection import resolve
from beffroi.orders.types import RESULT_ORDER, Command, Level, Order, OrdersState, PointState, Selection
from beffroi.trade.context import Context
from beffroi.trade.doors import Caller, View
from beffroi.trade.rejected import Rejected

LIT_PCT = 1.0


class PreviewBody(msgspec.Struct, forbid_unknown_fields=True):
    """The order that one would ask."""

    selection: Selection
    command: Command = "level_pct"
    value: Level = 100.0
    until: Micros | None = None


class Preview(msgspec.Struct):
    """What an order would do, shown before it is asked. Points counted once, by what they ought to show now."""

    points: int
    receives: int
    excluded: dict[str, int]
    darkens: int
    lights: int
    needs_second: bool
    safe: bool
    place: str


class PointResult(msgspec.Struct):
    """What became of one point."""

    asset: UUID
    code: str
    place: str
    state: str


class PointPage(msgspec.Struct):
    """Points of an order, the most urgent first (locked out at the head), and how many stand in each state."""

    items: list[PointResult]
    counts: dict[str, int]
    total: int
    next: int | None


def routes(view: View[OrdersState]) -> Sequence[Any]:
    """Return the handlers of orders."""

    def visible(order_id: UUID, caller: Caller) -> Order:
        order = view.state.orders.get(order_id)
        if order is None or not any(caller.sees(scope) for scope in order.scopes):
            raise Rejected("orders.not_found", order=str(order_id))
        return order

    @post("/preview", summary="What an order would do: points, exclusions, second person", status_code=200)
    async def preview(caller: Caller, data: PreviewBody) -> Preview:
        named = scopes_of(view.city.topology, (*data.selection.assets, *data.selection.parents))
        if not all(caller.sees(scope) for scope in named):
            raise Rejected("not_found")
        lights = [facts for facts in resolve(data.selection, view.city.topology) if caller.sees(facts.scope)]
        if not lights:
            raise Rejected("orders.no_target")
        return _preview(view, caller, data, lights)

    @get("/{order_id:uuid}", summary="One order")
    async def get_order(caller: Caller, order_id: UUID) -> rows.OrderRow:
        return rows.part_row(visible(order_id, caller), view.city, caller.sees)

    @get("/{order_id:uuid}/points", summary="What became of each point, the most urgent first")
    async def list_points(
        caller: Caller,
        order_id: UUID,
        only: Annotated[str, Parameter(max_length=20)] = "",
        after: Annotated[int, Parameter(ge=0)] = 0,
        limit: Annotated[int, Parameter(ge=1, le=1000)] = 200,
    ) -> PointPage:
        order = visible(order_id, caller)
        seen = _results(view, caller, order)
        kept = [(facts, state) for facts, state in seen if not only or state.name.lower() == only]
        items = [
            PointResult(facts.id, facts.code, view.city.topology.place_label(facts.id), state.name.lower())
            for facts, state in kept[after : after + limit]
        ]
        counts = Counter(state.name.lower() for _, state in seen)
        return PointPage(items, counts, len(kept), after + limit if after + limit < len(kept) else None)

    @get("/of/{asset:uuid}", summary="Orders that one light point received, newest first")
    async def list_of_asset(caller: Caller, asset: UUID) -> list[rows.OrderRow]:
        facts = view.city.topology.find(asset)
        if facts is None or not caller.sees(facts.scope):
            raise Rejected("orders.not_found", order=str(asset))
        found = await view.reader.fetch(
            f"SELECT {store.COLUMNS} FROM orders_order WHERE id IN"
            " (SELECT order_id FROM orders_target WHERE asset_index = %s) ORDER BY requested_at DESC LIMIT 100",
            (facts.index,),
        )
        return [rows.part_row(store.order_from_row(row), view.city, caller.sees) for row in found]

    return [preview, get_order, list_points, list_of_asset]


def _preview(view: View[OrdersState], caller: Caller, data: PreviewBody, lights: list[AssetFacts]) -> Preview:
    now = view.clock.now()
    context = Context(now, now, caller.actor, caller.rights, _NoIds(), view.city)
    action = Request(selection=data.selection, command=data.command, value=data.value, until=data.until)
    excluded = logic.exclusions(lights, context)
    out = {place for places in excluded.values() for place in places}
    indexes = np.array([facts.index for place, facts in enumerate(lights) if place not in out], np.int64)
    expected = view.city.programme.expected_levels_pct(now)
    before = np.nan_to_num(expected[indexes[indexes < len(expected)]])
    after = before if data.command == "programme" else np.full(len(before), data.value)
    return Preview(
        points=len(lights),
        receives=len(indexes),
        excluded={name: len(places) for name, places in excluded.items()},
        darkens=int(((before >= LIT_PCT) & (after < LIT_PCT)).sum()),
        lights=int(((before < LIT_PCT) & (after >= LIT_PCT)).sum()),
        needs_second=logic.needs_second(action, len(lights), logic.scopes_of(lights), context),
        safe=data.command == "programme" or data.value >= 100,
        place=data.selection.street or data.selection.commune,
    )


def _results(view: View[OrdersState], caller: Caller, order: Order) -> list[tuple[AssetFacts, PointState]]:
    """List the visible points of an order with their state, the most urgent first."""
    rank = np.empty(len(PointState), np.int64)
    for place, state in enumerate(RESULT_ORDER):
        rank[state] = place
    return [
        (facts, PointState(order.states[place]))
        for place in np.argsort(rank[order.states], kind="stable").tolist()
        if (facts := view.city.topology.find_index(int(order.targets[place]))) and caller.sees(facts.scope)
    ]


class _NoIds:
    """A preview makes nothing, hence no identifier."""

    def new(self) -> UUID:
        """Raise: asking for an identifier here would be a defect."""
        raise RuntimeError("a preview makes no identifier")
