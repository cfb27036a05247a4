"""How events change the calls of the exchange, and the end date of what is kept of who called."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from beffroi.model.time import Micros
from beffroi.requests import events as ev
from beffroi.requests.types import Call, RequestsState
from beffroi.trade.event import Event
from beffroi.trade.line import Line

KEPT_CALLS = 2_500
"""More than an exchange tells at once: a call that it still tells would ring again."""


def keep_contact(state: RequestsState, subject: UUID | str, until: Micros) -> None:
    """Note that a contact is kept until a date."""
    state.contacts[subject] = until
    state.contacts_end = until if state.contacts_end is None else min(until, state.contacts_end)


def _rang(state: RequestsState, event: ev.Rang, line: Line) -> None:
    state.calls[event.call] = Call(
        id=event.call,
        state="waiting",
        rang_at=line.happened_at,
        queue=event.queue,
        number_known=event.number_until is not None,
        said=event.said,
        simulated=event.simulated,
    )
    if event.number_until is not None:
        keep_contact(state, event.call, event.number_until)
    if len(state.calls) > KEPT_CALLS:
        over = next((call for call in state.calls.values() if not call.owed), None)
        if over is not None:
            del state.calls[over.id]


def _pick_up_asked(state: RequestsState, event: ev.PickUpAsked, line: Line) -> None:
    call = state.calls.get(event.call)
    if call is not None:
        call.state, call.agent, call.asked_at = "picking_up", line.actor.id, line.recorded_at
        call.extension = event.extension


def _pick_up_failed(state: RequestsState, event: ev.PickUpFailed, line: Line) -> None:
    call = state.calls.get(event.call)
    if call is not None:
        call.state, call.agent, call.asked_at, call.extension = "waiting", None, None, ""


def _call_answered(state: RequestsState, event: ev.CallAnswered, line: Line) -> None:
    call = state.calls.get(event.call)
    if call is not None:
        call.state, call.answered_at = "talking", line.happened_at
        call.extension = event.extension or call.extension


def _call_ended(state: RequestsState, event: ev.CallEnded, line: Line) -> None:
    call = state.calls.get(event.call)
    if call is not None:
        call.state, call.ended_at = "abandoned" if event.abandoned else "ended", line.happened_at


def _call_recalled(state: RequestsState, event: ev.CallRecalled, line: Line) -> None:
    if event.call in state.calls:
        state.calls[event.call].recalled = True


CHANGES: dict[type[Event], Callable[[RequestsState, Any, Line], None]] = {
    ev.Rang: _rang,
    ev.PickUpAsked: _pick_up_asked,
    ev.PickUpFailed: _pick_up_failed,
    ev.CallAnswered: _call_answered,
    ev.CallEnded: _call_ended,
    ev.CallRecalled: _call_recalled,
}
