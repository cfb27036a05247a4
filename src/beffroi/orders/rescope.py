"""Orders and lock-outs follow the points that the register puts in another commune. Pure."""

import numpy as np

from beffroi.model.ports import Topology
from beffroi.model.scope import Scope
from beffroi.orders.actions import Rescope
from beffroi.orders.events import OrderScopes, Rescoped
from beffroi.orders.types import Order, OrdersState
from beffroi.trade.context import Context
from beffroi.trade.event import Event


def decide_rescope(state: OrdersState, action: Rescope, context: Context) -> list[Event]:
    """Return the scopes that the orders concerned have from now on."""
    moved = np.array([move.index for move in action.moves], np.int32)
    after = dict.fromkeys(move.after for move in action.moves)
    orders = tuple(
        OrderScopes(order.id, _scopes(order, context.city.topology, after))
        for order in state.orders.values()
        if np.isin(order.targets, moved).any()
    )
    locks = tuple(move.asset for move in action.moves if move.asset in state.locks)
    return [Rescoped(moves=action.moves, orders=orders, locks=locks)]


def _scopes(order: Order, topology: Topology, after: dict[Scope, None]) -> tuple[Scope, ...]:
    """List the scopes that some target still has; only communes change."""
    communes = {facts.commune for facts in map(topology.find_index, order.targets.tolist()) if facts is not None}
    return tuple(scope for scope in {**dict.fromkeys(order.scopes), **after} if scope.commune in communes)
