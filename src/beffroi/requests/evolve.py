"""How events change requests, calls and what is owed; rows and memory both come from here."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from beffroi.model.scope import EventMove, Scope
from beffroi.model.time import DAY, Micros
from beffroi.requests import events as ev
from beffroi.requests import ringing
from beffroi.requests.ringing import keep_contact
from beffroi.requests.telling import contact_end, earliest
from beffroi.requests.types import Channel, Owed, Request, RequestsState, Step
from beffroi.trade.event import Event
from beffroi.trade.line import Line

KEPT_ENDED = 3 * DAY


def apply(state: RequestsState, line: Line) -> None:
    """Bring one line into the state."""
    change = _CHANGES.get(type(line.event))
    if change is not None:
        change(state, line.event, line)


def put(state: RequestsState, request: Request) -> None:
    """Bring a request in, with every way to find it."""
    state.requests[request.id] = request
    state.by_code[request.code] = request.id
    if request.local is not None:
        state.by_local[request.local] = request.id
    if request.incident is not None:
        state.of_incident.setdefault(request.incident, set()).add(request.id)
    if request.follows is not None:
        state.followers.setdefault(request.follows, set()).add(request.id)


def owe(state: RequestsState, owed: Owed) -> None:
    """Bring a message owed in."""
    state.owed[owed.id] = owed
    state.owed_of.setdefault(owed.request, set()).add(owed.id)


def _recorded(state: RequestsState, event: ev.Recorded, line: Line) -> None:
    over = event.state in ("informed", "passed_on")
    request = Request(
        id=event.request,
        code=event.code,
        position=line.position,
        happened_at=line.happened_at,
        recorded_at=line.recorded_at,
        author=line.actor.id,
        state=event.state,
        source=event.source,
        text=event.text,
        category=event.category,
        asset=event.asset,
        place=event.place,
        lon=event.lon,
        lat=event.lat,
        scope=event.scope,
        local=event.local,
        call=event.call,
        incident=event.incident,
        follows=event.follows,
        wants_event=event.wants_event,
        sheet=event.sheet,
        passed_to=event.passed_to,
        call_back_at=event.call_back_at,
        step=event.step,
        channel=event.channel,
        contact_until=event.contact_until,
        changed_at=line.recorded_at,
        ended_at=line.recorded_at if over else None,
    )
    put(state, request)
    if event.contact_until is not None:
        keep_contact(state, request.id, event.contact_until)
    if event.confirmation is not None:
        _owe(state, event.confirmation, request, event.step, line)


def prune(state: RequestsState, now: Micros) -> None:
    """Let go of the oldest that is over and of which no contact is kept; one leaves for one that comes."""
    oldest = next(iter(state.requests.values()))
    kept = oldest.open or oldest.id in state.contacts
    if not kept and oldest.changed_at < now - KEPT_ENDED:
        drop(state, oldest)
    elif kept:
        # to the end of the queue: it stays, and stops nobody behind it
        state.requests[oldest.id] = state.requests.pop(oldest.id)


def drop(state: RequestsState, request: Request) -> None:
    """Let go of a request; its rows stay."""
    del state.requests[request.id]
    state.by_code.pop(request.code, None)
    if request.local is not None:
        state.by_local.pop(request.local, None)
    _leave_incident(state, request)
    if request.follows is not None:
        state.followers.get(request.follows, set()).discard(request.id)
    for message in state.owed_of.pop(request.id, ()):
        state.owed.pop(message, None)
    state.text_positions.pop(request.id, None)


def _owe(state: RequestsState, message: UUID, request: Request, step: Step, line: Line) -> None:
    at = line.recorded_at
    owed = Owed(id=message, request=request.id, step=step, round=request.round, channel=request.channel, created_at=at)
    owed.next_at = at
    if request.channel == "phone":
        owed.state = "by_phone"
    owe(state, owed)


def _leave_incident(state: RequestsState, request: Request) -> None:
    if request.incident is not None:
        state.of_incident.get(request.incident, set()).discard(request.id)
    if request.shown_to is not None:
        request.scope, request.shown_to = request.shown_to, None


def _attached(state: RequestsState, event: ev.Attached, line: Line) -> None:
    request = state.requests.get(event.request)
    if request is not None:
        _move_to(state, request, event.incident, line)


def _move_to(state: RequestsState, request: Request, incident: UUID | None, line: Line) -> None:
    _leave_incident(state, request)
    if request.ended_at is not None or (incident is not None and request.step == "done"):
        _again(state, request, line)
    request.incident = incident
    request.state = "attached" if incident else "recorded"
    request.call_back_at = None
    request.changed_at = line.recorded_at
    request.ended_at = None
    if incident is not None:
        state.of_incident.setdefault(incident, set()).add(request.id)


def _moved(state: RequestsState, event: ev.Moved, line: Line) -> None:
    for one in event.requests:
        request = state.requests.get(one)
        if request is not None:
            _move_to(state, request, event.incident, line)
            request.came_from = None if event.back else event.before


def _rescoped(state: RequestsState, event: ev.Rescoped, line: Line) -> None:
    communes = {move.asset: move.after.commune for move in event.moves}
    for request in filter(None, map(state.requests.get, event.requests)):
        if request.asset in communes:
            commune = communes[request.asset]
            request.scope = Scope(commune, request.scope.trade, request.scope.kind)
            if request.shown_to is not None:
                request.shown_to = Scope(commune, request.shown_to.trade, request.shown_to.kind)


def followed(request: Request, move: EventMove) -> tuple[Scope, Scope | None]:
    """Return (scope, where it comes back to) of a request whose event is masked or shown again."""
    if move.masked:
        return move.scope, request.shown_to or request.scope
    return request.shown_to or request.scope, None


def _followed_event(state: RequestsState, event: ev.FollowedEvent, line: Line) -> None:
    moves = {move.incident: move for move in event.moves}
    for request in filter(None, map(state.requests.get, event.requests)):
        if request.incident is not None:
            request.scope, request.shown_to = followed(request, moves[request.incident])


def _followed(state: RequestsState, event: ev.Followed, line: Line) -> None:
    request = state.requests.get(event.request)
    if request is None:
        return
    if request.follows is not None:
        state.followers.get(request.follows, set()).discard(request.id)
    request.follows = event.follows
    state.followers.setdefault(event.follows, set()).add(request.id)
    _move_to(state, request, event.incident, line)


def _settled(state: RequestsState, event: ev.Settled, line: Line) -> None:
    request = state.requests.get(event.request)
    if request is None:
        return
    _leave_incident(state, request)
    request.incident = None
    request.state = event.outcome
    request.sheet, request.passed_to = event.sheet or request.sheet, event.passed_to or request.passed_to
    request.call_back_at = event.call_back_at
    request.changed_at = line.recorded_at
    _reachable(state, request, line)
    if event.passed_to:
        _words_at(state, request, line)
    if event.outcome != "call_back":
        _end(state, request, line, "closed")


def _called_back(state: RequestsState, event: ev.CalledBack, line: Line) -> None:
    request = state.requests.get(event.request)
    if request is None:
        return
    request.attempts += 1
    request.call_back_at = event.again_at
    request.changed_at = line.recorded_at
    _reachable(state, request, line)
    if event.reached:
        request.state = "informed"
        _end(state, request, line, "closed")


def _words_at(state: RequestsState, request: Request, line: Line) -> None:
    """Note one more line that holds words of a request."""
    state.text_positions[request.id] = (*state.text_positions.get(request.id, ()), line.position)


def _unsaid(request: Request) -> None:
    """Let go of what was typed: the equipment, the point and the category stay."""
    request.text = request.place = request.passed_to = ""


def _reachable(state: RequestsState, request: Request, line: Line) -> None:
    """Keep the contact of whom we promised to call back at least until then."""
    if request.call_back_at is not None and request.id in state.contacts:
        least = contact_end("none", line.recorded_at, call_back_at=request.call_back_at)
        _keep_until(state, request, max(state.contacts[request.id], least))


def _keep_until(state: RequestsState, request: Request, until: Micros) -> None:
    request.contact_until = until
    keep_contact(state, request.id, until)
    state.contacts_end = earliest(state.contacts.values())


def _end(state: RequestsState, request: Request, line: Line, step: Step) -> None:
    request.step = step
    request.ended_at = line.recorded_at
    if request.id in state.contacts:
        longest = contact_end(request.channel, line.recorded_at, over=True)
        _keep_until(state, request, min(state.contacts[request.id], longest))


def _again(state: RequestsState, request: Request, line: Line) -> None:
    """Begin again what was over: its author is owed the steps anew, and reached as long as at first."""
    request.round += 1
    request.step, request.reason, request.expected_at, request.ended_at = "reopened", "", None, None
    if request.id in state.contacts:
        _keep_until(state, request, contact_end(request.channel, line.recorded_at))


def _corrected(state: RequestsState, event: ev.Corrected, line: Line) -> None:
    request = state.requests.get(event.request)
    if request is None:
        return
    request.text = request.text if event.same_text else event.text
    request.place = request.place if event.same_place else event.place
    request.category = event.category
    request.asset, request.lon, request.lat, request.scope = event.asset, event.lon, event.lat, event.scope
    request.shown_to = event.shown_to or request.shown_to
    request.changed_at = line.recorded_at
    if event.text or event.place:
        _words_at(state, request, line)


def _contact_set(state: RequestsState, event: ev.ContactSet, line: Line) -> None:
    request = state.requests.get(event.request)
    keep_contact(state, event.request, event.until)
    state.contacts_end = earliest(state.contacts.values())
    if request is None:
        return
    request.channel, request.contact_until = event.channel, event.until
    for message in state.owed_of.get(request.id, ()):
        _readdress(state.owed[message], event.channel, line.recorded_at)
    if event.confirmation is not None:
        _owe(state, event.confirmation, request, request.step, line)


def _readdress(owed: Owed, channel: Channel, at: Micros) -> None:
    """Send what has not left by the channel chosen since."""
    if owed.state not in ("waiting", "by_phone"):
        return
    owed.channel, owed.next_at = channel, at
    owed.state = "by_phone" if channel == "phone" else "waived" if channel == "none" else "waiting"


def _forgotten(state: RequestsState, event: ev.Forgotten, line: Line) -> None:
    subjects: list[UUID | str] = [*event.requests, *event.calls]
    for subject in subjects:
        state.contacts.pop(subject, None)
    state.contacts_end = earliest(state.contacts.values())
    for name in event.calls:
        if name in state.calls:
            state.calls[name].number_known = False
    for one in event.requests:
        request = state.requests.get(one)
        if request is None:
            continue
        request.channel, request.contact_until = "none", None
        if event.on_request:
            _unsaid(request)
        for message in state.owed_of.get(one, ()):
            if state.owed[message].state not in ("sent", "waived"):
                state.owed[message].state = "waived"


def _texts_forgotten(state: RequestsState, event: ev.TextsForgotten, line: Line) -> None:
    for one in event.requests:
        if one in state.requests:
            _unsaid(state.requests[one])


def _progressed(state: RequestsState, event: ev.Progressed, line: Line) -> None:
    for one, message in zip(event.requests, event.messages, strict=True):
        request = state.requests.get(one)
        if request is None:
            continue
        if event.step == "reopened":
            _again(state, request, line)
            request.state = "attached"
        request.step = event.step
        request.expected_at = event.expected_at
        request.changed_at = line.recorded_at
        if event.step == "closed":
            request.state, request.reason = "closed", event.reason
            _end(state, request, line, "closed")
        if message is not None:
            _owe(state, message, request, event.step, line)


def _told(state: RequestsState, event: ev.ToldEvent, line: Line) -> None:
    owed = state.owed.get(event.message)
    if owed is None:
        return
    owed.attempts += 1
    owed.problem = event.problem
    if event.result == "retry":
        owed.state, owed.next_at = "waiting", event.next_at or line.recorded_at
    elif event.result == "by_phone":
        owed.state = "sent"
    else:
        owed.state = event.result


_CHANGES: dict[type[Event], Callable[[RequestsState, Any, Line], None]] = {
    ev.Recorded: _recorded,
    ev.Attached: _attached,
    ev.Followed: _followed,
    ev.Moved: _moved,
    ev.Rescoped: _rescoped,
    ev.FollowedEvent: _followed_event,
    ev.Settled: _settled,
    ev.CalledBack: _called_back,
    ev.Corrected: _corrected,
    ev.ContactSet: _contact_set,
    ev.Forgotten: _forgotten,
    ev.TextsForgotten: _texts_forgotten,
    ev.Progressed: _progressed,
    ev.ToldEvent: _told,
    **ringing.CHANGES,
}
