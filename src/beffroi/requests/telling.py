"""Who is owed what: the messages to those who asked to be told, their contacts and the end of these."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from beffroi.model.scope import CITY
from beffroi.model.time import DAY, Micros
from beffroi.requests import actions as ask
from beffroi.requests import events as ev
from beffroi.requests.finding import find
from beffroi.requests.types import Channel, Request, RequestsState, Step
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.rejected import Rejected

BY_MACHINE = ("email", "sms")
ORDER: dict[Step, int] = {"recorded": 0, "reopened": 0, "in_progress": 1, "on_site": 2, "done": 3, "closed": 4}
"""A step told is not told again, nor an earlier one after it; a reopened event begins again."""

CONTACT_KEPT = 365 * DAY
"""Longest life of a contact, while somebody still owes its author an answer."""

CONTACT_KEPT_AFTER = 30 * DAY
"""How long it outlives the end of the request: time to be told, and to say that it came back."""

CONTACT_FOR_CALL = 7 * DAY
"""How long one is kept who asked to be told nothing: to call back about what he said, as long as a bare number."""

SENT_BY_HAND = frozenset(("sent", "waived", "retry"))


def contact_end(channel: Channel, now: Micros, *, over: bool = False, call_back_at: Micros | None = None) -> Micros:
    """Return when a contact is erased: as late as what it was left for asks, never later."""
    if channel == "none":
        return max(now, call_back_at or now) + CONTACT_FOR_CALL
    return now + (CONTACT_KEPT_AFTER if over else CONTACT_KEPT)


def progressed(
    state: RequestsState,
    requests: Sequence[Request],
    incident: UUID | None,
    step: Step,
    context: Context,
    *,
    reason: str = "",
    expected_at: Micros | None = None,
) -> Event:
    """Return the event that moves requests on, with a new message for each author who asked to be told."""
    asked = [one for one in requests if one.channel != "none" and one.id in state.contacts]
    told = {one.id for one in asked if _news(state, one, step)}
    return ev.Progressed(
        incident=incident,
        requests=tuple(one.id for one in requests),
        step=step,
        reason=reason,
        expected_at=expected_at,
        messages=tuple(context.ids.new() if one.id in told else None for one in requests),
        scope=requests[0].scope if requests else CITY,
    )


def _progress(state: RequestsState, action: ask.Progress, context: Context) -> Sequence[Event]:
    every = sorted(state.of_incident.get(action.incident, ()))
    known = [state.requests[one] for one in every if one in state.requests]
    concerned = [one for one in known if _moves(one, action.step, action.expected_at)]
    if not concerned:
        return []
    return [
        progressed(
            state,
            concerned,
            action.incident,
            action.step,
            context,
            reason=action.reason,
            expected_at=action.expected_at,
        )
    ]


def _moves(request: Request, step: Step, expected_at: Micros | None) -> bool:
    if step == "reopened":
        return request.state == "closed" or request.step in ("done", "closed")
    if step == request.step == "in_progress":
        return request.open and expected_at is not None and expected_at != request.expected_at
    return request.open and ORDER[step] > ORDER[request.step]


def _news(state: RequestsState, request: Request, step: Step) -> bool:
    """Tell whether a step is worth a message: the same one again only for the first hour at which a crew is expected.

    A message that has not left yet will say the hour by itself; an hour that changes is read by the tracking code.
    """
    if step != request.step:
        return True
    waiting = ("waiting", "by_phone")
    mine = [state.owed[one] for one in state.owed_of.get(request.id, ())]
    unsent = any(one.step == step and one.round == request.round and one.state in waiting for one in mine)
    return request.expected_at is None and not unsent


def _set_contact(state: RequestsState, action: ask.SetContact, context: Context) -> Sequence[Event]:
    request = find(state, action.request)
    if action.contact.empty:
        raise Rejected("requests.empty_contact")
    machine = action.contact.channel in BY_MACHINE and request.open
    return [
        ev.ContactSet(
            request=request.id,
            channel=action.contact.channel,
            until=contact_end(
                action.contact.channel, context.now, over=not request.open, call_back_at=request.call_back_at
            ),
            confirmation=context.ids.new() if machine else None,
            step=request.step,
            round=request.round,
            scope=request.scope,
        )
    ]


def _forget(state: RequestsState, action: ask.Forget, context: Context) -> Sequence[Event]:
    request = find(state, action.request)
    calls = (request.call,) if request.call in state.contacts else ()
    positions = tuple(sorted({request.position, *state.text_positions.get(request.id, ())}))
    return [ev.Forgotten(requests=(request.id,), calls=calls, on_request=True, positions=positions)]


def _forget_person(state: RequestsState, action: ask.ForgetPerson, context: Context) -> Sequence[Event]:
    # what was written since the rows were read is in memory
    known = [one for one in map(state.requests.get, action.requests) if one is not None]
    words = {at for one in known for at in (one.position, *state.text_positions.get(one.id, ()))}
    positions = tuple(sorted(words.union(action.positions)))
    return [ev.Forgotten(requests=action.requests, calls=action.calls, on_request=True, positions=positions)]


def _forget_due(state: RequestsState, action: ask.ForgetDue, context: Context) -> Sequence[Event]:
    due = [subject for subject, until in state.contacts.items() if until <= context.now]
    if not due:
        return []
    requests = tuple(sorted(one for one in due if isinstance(one, UUID)))
    return [ev.Forgotten(requests=requests, calls=tuple(sorted(one for one in due if isinstance(one, str))))]


def _forget_texts(state: RequestsState, action: ask.ForgetTexts, context: Context) -> Sequence[Event]:
    def due(request: Request) -> bool:
        if action.before is not None and request.recorded_at < action.before:
            return True
        return action.position in (request.position, *state.text_positions.get(request.id, ()))

    found = tuple(sorted(one.id for one in state.requests.values() if _said(one) and due(one)))
    return [ev.TextsForgotten(requests=found, before=action.before, position=action.position)]


def _said(request: Request) -> bool:
    return bool(request.text or request.place or request.passed_to)


def _note_read(state: RequestsState, action: ask.NoteContactRead, context: Context) -> Sequence[Event]:
    request = state.requests.get(action.request) if action.request else None
    return [
        ev.ContactRead(
            request=action.request, call=action.call, fields=action.fields, scope=request.scope if request else CITY
        )
    ]


def _tell(state: RequestsState, action: ask.Tell, context: Context) -> Sequence[Event]:
    owed = state.owed.get(action.message)
    if owed is None:
        raise Rejected("requests.nothing_owed")
    if action.result not in SENT_BY_HAND:
        raise Rejected("requests.unknown_result", result=action.result)
    if owed.state in ("waiting", "sending") or (owed.channel == "phone" and action.result == "retry"):
        raise Rejected("requests.on_its_way")
    result = "by_phone" if action.result == "sent" else action.result
    return [_told(state, action.message, result, "", context.now if result == "retry" else None)]


def _note_told(state: RequestsState, action: ask.NoteTold, context: Context) -> Sequence[Event]:
    owed = state.owed.get(action.message)
    if owed is None or owed.state in ("sent", "waived"):
        return []
    return [_told(state, action.message, action.result, action.problem, action.next_at)]


def _told(state: RequestsState, message: UUID, result: Any, problem: str, next_at: Micros | None) -> Event:
    owed = state.owed[message]
    request = state.requests.get(owed.request)
    return ev.ToldEvent(
        message=message,
        request=owed.request,
        step=owed.step,
        channel=owed.channel,
        result=result,
        problem=problem,
        next_at=next_at,
        scope=request.scope if request else CITY,
    )


def earliest(ends: Iterable[Micros]) -> Micros | None:
    """Return the first of some end dates, or nothing."""
    return min(ends, default=None)


DECISIONS: dict[type[Action], Callable[[RequestsState, Any, Context], Sequence[Event]]] = {
    ask.Progress: _progress,
    ask.SetContact: _set_contact,
    ask.Forget: _forget,
    ask.ForgetPerson: _forget_person,
    ask.ForgetDue: _forget_due,
    ask.ForgetTexts: _forget_texts,
    ask.NoteContactRead: _note_read,
    ask.Tell: _tell,
    ask.NoteTold: _note_told,
}
