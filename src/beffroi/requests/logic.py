"""Decisions about requests: pure functions of state, action and context."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from beffroi.model.scope import Scope
from beffroi.model.time import MINUTE, Micros
from beffroi.requests import actions as ask
from beffroi.requests import calling, evolve, telling
from beffroi.requests import events as ev
from beffroi.requests.codes import code_of
from beffroi.requests.finding import find, first_of, with_followers
from beffroi.requests.types import Request, RequestsState, RequestState
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.rejected import Rejected

FUTURE_TOLERANCE = MINUTE
CLOSURES = frozenset(
    (
        "repaired",
        "nothing_found",
        "not_ours",
        "planned",
        "refused",
        "duplicate",
        "unclear",
        "done_by_others",
        "came_back",
        "made_safe",
    )
)
"""Honest reasons: « requests.reason.<code> » in the catalogue."""


def decide(state: RequestsState, action: Action, context: Context) -> Sequence[Event]:
    """Return the events that answer an action on requests or calls."""
    decision = _EVERY.get(type(action))
    if decision is None:
        raise TypeError(f"not an action of requests: {action!r}")
    found: Sequence[Event] = decision(state, action, context)
    return found


def _record(state: RequestsState, action: ask.Record, context: Context) -> Sequence[Event]:
    if action.local is not None and (action.local in state.by_local or action.local in state.requests):
        return []
    if context.happened_at > context.now + FUTURE_TOLERANCE:
        raise Rejected("requests.future", at=context.happened_at)
    place = _place_of(action, context)
    first = first_of(state, find(state, action.follows)) if action.follows else None
    # what is over tells nobody anything more: the new call stands by itself
    first = first if first is not None and first.open else None
    incident = action.incident or (first.incident if first else None)
    _check_incident(incident, context)
    _check_outcome(action.outcome, action.call_back_at, context)
    recorded = _recorded(action, context, place, first, incident)
    return [recorded, *_gave_up(state, action.call)]


def _recorded(
    action: ask.Record, context: Context, place: dict[str, Any], first: Request | None, incident: UUID | None
) -> ev.Recorded:
    """Return the line of a new request, its place, what it follows and its event being known."""
    contact = action.contact if action.contact and not action.contact.empty else None
    written: RequestState = action.outcome or ("attached" if incident else "recorded")
    ended = written in ("informed", "passed_on")
    channel = contact.channel if contact else "none"
    told_by_machine = channel in telling.BY_MACHINE
    call_back_at = action.call_back_at if written == "call_back" else None
    return ev.Recorded(
        request=action.local or context.ids.new(),
        code=code_of(context.ids.new()),
        text=action.text.strip(),
        state=written,
        source=action.source,
        category=action.category,
        call=action.call,
        incident=None if ended else incident,
        follows=first.id if first else None,
        wants_event=action.open and incident is None and written == "recorded",
        sheet=action.sheet,
        passed_to=action.passed_to.strip(),
        call_back_at=call_back_at,
        channel=channel,
        contact_until=telling.contact_end(channel, context.now, over=ended, call_back_at=call_back_at)
        if contact
        else None,
        confirmation=context.ids.new() if told_by_machine else None,
        step="closed" if ended else "recorded",
        local=action.local,
        **place,
    )


def _gave_up(state: RequestsState, call: str) -> list[Event]:
    """Return that a caller who gave up was called back, where what he said is being recorded."""
    found = state.calls.get(call)
    waits = found is not None and found.state == "abandoned" and not found.recalled
    return [ev.CallRecalled(call=call)] if waits else []


def _place_of(action: ask.Record, context: Context) -> dict[str, Any]:
    """Return where it is and the scope of its row; an asset knows better than what was typed."""
    facts = context.city.topology.find(action.asset) if action.asset else None
    if action.asset and facts is None:
        raise Rejected("requests.unknown_asset", asset=str(action.asset))
    if facts is None:
        scope = Scope(action.commune, action.trade)
        return {"place": action.place.strip(), "lon": action.lon, "lat": action.lat, "scope": scope}
    place = action.place.strip() or context.city.topology.place_label(facts.id)
    lon = facts.lon if action.lon is None else action.lon
    lat = facts.lat if action.lat is None else action.lat
    scope = Scope(facts.commune, action.trade or facts.trade)
    return {"asset": facts.id, "place": place, "lon": lon, "lat": lat, "scope": scope}


def written_at(context: Context) -> Micros:
    """Return when somebody wrote it: an hour still to come on a seat cut from the core is past once it is sent."""
    return min(context.now, context.happened_at)


def _check_incident(incident: UUID | None, context: Context) -> None:
    if incident is None:
        return
    facts = context.city.incidents.find(incident)
    if facts is None or not facts.open:
        raise Rejected("requests.no_such_incident", incident=str(incident))


def _check_outcome(outcome: str | None, call_back_at: Micros | None, context: Context) -> None:
    if outcome == "call_back" and (call_back_at is None or call_back_at <= written_at(context)):
        raise Rejected("requests.call_back_when")


def _attach(state: RequestsState, action: ask.Attach, context: Context) -> Sequence[Event]:
    _check_incident(action.incident, context)
    return attached(state, find(state, action.request), action.incident)


def attached(state: RequestsState, request: Request, incident: UUID) -> list[Event]:
    """Return the events that bring a request and its followers to an event of the room; none for those there."""
    return [
        ev.Attached(request=one.id, incident=incident, left=one.incident, scope=one.scope)
        for one in with_followers(state, request)
        if (one.incident != incident or one.state != "attached") and (one.id == request.id or one.open)
    ]


def _detach(state: RequestsState, action: ask.Detach, context: Context) -> Sequence[Event]:
    request = find(state, action.request)
    if request.incident is None:
        raise Rejected("requests.not_attached", request=request.code)
    return [ev.Attached(request=request.id, incident=None, left=request.incident, scope=request.scope)]


def _follow(state: RequestsState, action: ask.Follow, context: Context) -> Sequence[Event]:
    request, first = find(state, action.request), first_of(state, find(state, action.follows))
    if first.id == request.id:
        raise Rejected("requests.follows_itself")
    if not first.open:
        raise Rejected("requests.over", request=first.code)
    if request.follows == first.id:
        return []
    moved = [ev.Followed(request=request.id, follows=first.id, incident=first.incident, scope=request.scope)]
    return moved + [
        ev.Followed(request=one.id, follows=first.id, incident=first.incident, scope=one.scope)
        for one in with_followers(state, request)[1:]
    ]


def _settle(state: RequestsState, action: ask.Settle, context: Context) -> Sequence[Event]:
    request = find(state, action.request)
    if not request.open:
        raise Rejected("requests.over", request=request.code)
    _check_outcome(action.outcome, action.call_back_at, context)
    return [
        ev.Settled(
            request=request.id,
            outcome=action.outcome,
            sheet=action.sheet,
            passed_to=action.passed_to.strip(),
            call_back_at=action.call_back_at if action.outcome == "call_back" else None,
            scope=request.scope,
        )
    ]


def _call_back(state: RequestsState, action: ask.CallBack, context: Context) -> Sequence[Event]:
    request = find(state, action.request)
    if request.state != "call_back":
        raise Rejected("requests.not_to_call_back", request=request.code)
    if not action.reached and (action.again_at is None or action.again_at <= written_at(context)):
        raise Rejected("requests.call_back_when")
    again = None if action.reached else action.again_at
    return [ev.CalledBack(request=request.id, reached=action.reached, again_at=again, scope=request.scope)]


def _close(state: RequestsState, action: ask.Close, context: Context) -> Sequence[Event]:
    request = find(state, action.request)
    if action.reason not in CLOSURES:
        raise Rejected("requests.unknown_reason", reason=action.reason)
    if not request.open:
        raise Rejected("requests.over", request=request.code)
    if request.incident is not None and (facts := context.city.incidents.find(request.incident)) and facts.open:
        raise Rejected("requests.lives_with_event", number=facts.number)
    concerned = [one for one in with_followers(state, request) if one.open]
    return [telling.progressed(state, concerned, None, "closed", context, reason=action.reason)]


def _correct(state: RequestsState, action: ask.Correct, context: Context) -> Sequence[Event]:
    request = find(state, action.request)
    facts = context.city.topology.find(action.asset) if action.asset else None
    if action.asset and facts is None:
        raise Rejected("requests.unknown_asset", asset=str(action.asset))
    there = Scope(facts.commune, facts.trade) if facts else None
    # hidden with its event, it stays hidden: its place is where it comes back to
    hidden = request.shown_to is not None
    lon, lat = (facts.lon, facts.lat) if facts else (request.lon, request.lat)
    return [
        ev.Corrected(
            request=request.id,
            text=(action.text or "").strip(),
            place=(action.place or "").strip(),
            same_text=action.text is None,
            same_place=action.place is None,
            category=request.category if action.category is None else action.category,
            asset=facts.id if facts else request.asset,
            lon=lon if action.lon is None else action.lon,
            lat=lat if action.lat is None else action.lat,
            scope=request.scope if hidden or there is None else there,
            shown_to=there if hidden else None,
        )
    ]


def _move(state: RequestsState, action: ask.Move, context: Context) -> Sequence[Event]:
    here = [state.requests[one] for one in sorted(state.of_incident.get(action.before, ()))]
    moved = [one for one in here if one.open and (not action.back or one.came_from == action.incident)]
    if not moved:
        return []
    return [
        ev.Moved(
            requests=tuple(one.id for one in moved),
            before=action.before,
            incident=action.incident,
            back=action.back,
            scope=moved[0].scope,
        )
    ]


def _rescope(state: RequestsState, action: ask.Rescope, context: Context) -> Sequence[Event]:
    moved = {move.asset for move in action.moves}
    found = tuple(sorted(one.id for one in state.requests.values() if one.asset in moved))
    return [ev.Rescoped(requests=found, moves=action.moves)]


def _follow_event(state: RequestsState, action: ask.FollowEvent, context: Context) -> Sequence[Event]:
    moved = [
        one
        for move in action.moves
        for one in sorted(state.of_incident.get(move.incident, ()))
        if evolve.followed(state.requests[one], move) != (state.requests[one].scope, state.requests[one].shown_to)
    ]
    return [ev.FollowedEvent(requests=tuple(moved), moves=action.moves)] if moved else []


_DECISIONS: dict[type[Action], Callable[[RequestsState, Any, Context], Sequence[Event]]] = {
    ask.Record: _record,
    ask.Attach: _attach,
    ask.Detach: _detach,
    ask.Follow: _follow,
    ask.Settle: _settle,
    ask.CallBack: _call_back,
    ask.Close: _close,
    ask.Correct: _correct,
    ask.Move: _move,
    ask.Rescope: _rescope,
    ask.FollowEvent: _follow_event,
}

_EVERY = {**_DECISIONS, **calling.DECISIONS, **telling.DECISIONS}
