"""*Consignation*: life safety for electricians, above every order (room.md rule 7). Pure."""

import hmac

from beffroi.model.ports import City
from beffroi.orders.actions import Consign, Lift, NoteWrongCodes
from beffroi.orders.events import CodesRefused, Consigned, Lifted
from beffroi.orders.types import OrdersState
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.rejected import Rejected

SEALED = "scrypt$"
"""How a hash begins: a code never does."""

LOCKABLE = frozenset({"cabinet", "circuit"})


def decide_consign(state: OrdersState, action: Consign, context: Context) -> list[Event]:
    """Return the lock-out of a cabinet or circuit; refused when it is already locked."""
    if not action.code.startswith(SEALED):
        raise TypeError("the code of a lock-out is hashed before anything is decided")
    facts = context.city.topology.find(action.asset)
    if facts is None or facts.kind not in LOCKABLE:
        raise Rejected("orders.not_lockable", asset=str(action.asset))
    held = state.locks.get(action.asset)
    if held is not None:
        raise Rejected("orders.already_locked", holder=held.holder, certificate=held.certificate)
    lock = context.ids.new()
    return [
        Consigned(
            lock=lock,
            asset=action.asset,
            holder=action.holder,
            certificate=action.certificate,
            code_hash=action.code,
            scope=facts.scope,
        )
    ]


def decide_lift(state: OrdersState, action: Lift, context: Context) -> list[Event]:
    """Return the end of a lock-out; only its holder has it lifted, by giving the code chosen when it was placed."""
    held = state.locks.get(action.asset)
    if held is None:
        raise Rejected("orders.not_locked", asset=str(action.asset))
    if action.certificate != held.certificate:
        raise Rejected("orders.wrong_certificate")
    if not hmac.compare_digest(action.code, held.code_hash):
        raise Rejected("orders.not_the_holder", holder=held.holder)
    return [Lifted(lock=held.id, asset=held.asset, scope=held.scope)]


def decide_note(state: OrdersState, action: NoteWrongCodes, context: Context) -> list[Event]:
    """Return the line about wrong codes given for a lock-out, if it still holds."""
    held = state.locks.get(action.asset)
    if held is None:
        return []
    return [CodesRefused(lock=held.id, asset=held.asset, failures=action.failures, by=action.by, scope=held.scope)]


def locked_indexes(city: City) -> set[int]:
    """Return the asset indexes that a lock-out covers, its own or an ancestor's."""
    found: set[int] = set()
    for lock in city.locks.list_roots():
        for asset in (lock.asset, *city.topology.descendants(lock.asset)):
            facts = city.topology.find(asset)
            if facts is not None:
                found.add(facts.index)
    return found
