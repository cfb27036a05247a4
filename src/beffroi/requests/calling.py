"""Decisions about the calls of the exchange, which stays in charge: we ask, it answers."""

from collections.abc import Callable, Sequence
from typing import Any

from beffroi.model.time import DAY, SECOND
from beffroi.requests import actions as ask
from beffroi.requests import events as ev
from beffroi.requests.types import Call, RequestsState
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.rejected import Rejected

NUMBER_KEPT = 7 * DAY
"""How long the number of a caller is kept for itself: to call back who gave up."""

PICK_UP_PATIENCE = 10 * SECOND
"""An extension that the exchange does not ring within this time leaves the call to others."""


def _rang(state: RequestsState, action: ask.Rang, context: Context) -> Sequence[Event]:
    if action.call in state.calls:
        return []
    return [
        ev.Rang(
            call=action.call,
            queue=action.queue,
            number_until=context.now + NUMBER_KEPT if action.number else None,
            said=action.said if action.simulated else "",
            simulated=action.simulated,
        )
    ]


def _pick_up(state: RequestsState, action: ask.PickUp, context: Context) -> Sequence[Event]:
    call = _find(state, action.call)
    asked_before = call.state == "picking_up" and (call.asked_at or 0) > context.now - PICK_UP_PATIENCE
    if call.state == "talking" or (asked_before and call.agent != context.actor.id):
        raise Rejected("requests.call_taken")
    if call.state in ("ended", "abandoned"):
        raise Rejected("requests.call_over")
    if not action.extension:
        raise Rejected("requests.no_extension")
    return [] if asked_before else [ev.PickUpAsked(call=call.id, extension=action.extension)]


def _pick_up_failed(state: RequestsState, action: ask.PickUpFailed, context: Context) -> Sequence[Event]:
    call = state.calls.get(action.call)
    if call is None or call.state != "picking_up":
        return []
    asked_at = call.asked_at or 0
    refused = action.refused_at is not None and action.refused_at > asked_at
    if not refused and asked_at > context.now - PICK_UP_PATIENCE:
        return []
    return [ev.PickUpFailed(call=call.id, refused=refused)]


def _answered(state: RequestsState, action: ask.Answered, context: Context) -> Sequence[Event]:
    call = state.calls.get(action.call)
    if call is None or call.state not in ("waiting", "picking_up"):
        return []
    return [ev.CallAnswered(call=call.id, extension=action.extension)]


def _hung_up(state: RequestsState, action: ask.HungUp, context: Context) -> Sequence[Event]:
    call = state.calls.get(action.call)
    if call is None or call.state in ("ended", "abandoned"):
        return []
    return [ev.CallEnded(call=call.id, abandoned=call.state != "talking")]


def _recalled(state: RequestsState, action: ask.Recalled, context: Context) -> Sequence[Event]:
    call = _find(state, action.call)
    if call.state != "abandoned":
        raise Rejected("requests.not_abandoned")
    return [] if call.recalled else [ev.CallRecalled(call=call.id)]


def _find(state: RequestsState, name: str) -> Call:
    call = state.calls.get(name)
    if call is None:
        raise Rejected("requests.call_over")
    return call


DECISIONS: dict[type[Action], Callable[[RequestsState, Any, Context], Sequence[Event]]] = {
    ask.Rang: _rang,
    ask.PickUp: _pick_up,
    ask.PickUpFailed: _pick_up_failed,
    ask.Answered: _answered,
    ask.HungUp: _hung_up,
    ask.Recalled: _recalled,
}
