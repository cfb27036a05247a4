"""What screens hold of requests and calls: no name, no number."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from beffroi.model.ports import City
from beffroi.model.scope import CITY
from beffroi.requests import events as ev
from beffroi.requests.types import Call, Request, RequestRow, RequestsState
from beffroi.trade.line import Line, Row

REQUESTS = "requests"
CALLS = "calls"
SHOWN = 400
"""Requests that a screen holds: the newest, and all that are owed a call; the others are read by page."""

SHOWN_CALLS = 100
_OVER = ("sent", "waived")
_BY_VOICE = ("by_phone", "failed", "doubtful")
_SAME = (frozenset(RequestRow.__struct_fields__) & frozenset(Request.__struct_fields__)) - {"place"}


def row_of(state: RequestsState, request: Request, city: City) -> RequestRow:
    """Return a request as screens show it."""
    incident = city.incidents.find(request.incident) if request.incident else None
    owed = [state.owed[one] for one in state.owed_of.get(request.id, ())]
    return RequestRow(
        incident_number=incident.number if incident else "",
        followers=len(state.followers.get(request.id, ())),
        has_contact=request.id in state.contacts or request.contact_until is not None,
        owed=tuple(sorted((one for one in owed if one.state not in _OVER), key=lambda one: one.created_at)),
        place=request.place or known_place(request, city),
        **{name: getattr(request, name) for name in _SAME},
    )


def known_place(request: Request, city: City) -> str:
    """Return the place of the register where a request is, whatever was typed: its equipment's, or its street."""
    if request.asset is not None and city.topology.find(request.asset) is not None:
        return city.topology.place_label(request.asset)
    if request.lon is not None and request.lat is not None:
        return city.streets.place_at(request.lon, request.lat)
    return ""


def shown(call: Call) -> bool:
    """Tell whether a call is still somebody's: on the line, or gone before anybody answered."""
    return call.state != "ended" and not (call.state == "abandoned" and call.recalled)


def owed_a_call(state: RequestsState, request: Request) -> bool:
    """Tell whether somebody must call: back at an hour, or to tell what no machine could."""
    messages = (state.owed[one].state for one in state.owed_of.get(request.id, ()))
    return request.state == "call_back" or any(one in _BY_VOICE for one in messages)


def row(state: RequestsState, topic: str, key: Any, city: City) -> Row | None:
    """Return one screen row; a call that is over leaves its list."""
    if topic == CALLS:
        call = state.calls.get(key)
        return None if call is None else Row(CALLS, key, CITY, call if shown(call) else None, call.owed)
    request = state.requests.get(key)
    return None if request is None else _request_row(state, request, city)


def _request_row(state: RequestsState, request: Request, city: City) -> Row:
    stays = owed_a_call(state, request)
    return Row(REQUESTS, request.id, request.scope, row_of(state, request, city), stays)


def snapshot(state: RequestsState, city: City) -> Iterable[Row]:
    """List what a fresh screen starts from."""
    every = sorted(state.requests.values(), key=lambda one: one.position)
    newest = {one.id for one in every[-SHOWN:]}
    yield from (_request_row(state, one, city) for one in every if one.id in newest or owed_a_call(state, one))
    calls = [call for call in state.calls.values() if shown(call)]
    newest_calls = {call.id for call in calls[-SHOWN_CALLS:]}
    yield from (Row(CALLS, one.id, CITY, one, one.owed) for one in calls if one.id in newest_calls or one.owed)


def touched(line: Line) -> Iterable[tuple[str, Any]]:
    """List the rows that a line may have changed."""
    event: Any = line.event
    if isinstance(event, ev.Rang | ev.PickUpAsked | ev.PickUpFailed | ev.CallAnswered | ev.CallEnded | ev.CallRecalled):
        yield CALLS, event.call
        return
    found: dict[UUID, None] = dict.fromkeys(getattr(event, "requests", ()))
    for name in ("request", "follows"):
        if (one := getattr(event, name, None)) is not None:
            found[one] = None
    yield from ((REQUESTS, one) for one in found)
    yield from ((CALLS, call) for call in getattr(event, "calls", ()))
