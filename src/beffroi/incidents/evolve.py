"""How lines change events: pure, the same for memory and for the rows."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import msgspec

from beffroi.incidents import events as ev
from beffroi.incidents.deadlines import stages
from beffroi.incidents.holding import tree_of
from beffroi.incidents.types import KEPT, Attachment, Incident, IncidentsState, Mark, StepDone
from beffroi.trade.event import Event
from beffroi.trade.line import Line

replace = msgspec.structs.replace


def new_incident(event: ev.Opened, line: Line) -> Incident:
    """Return the event that a line opens."""
    return Incident(
        **{name: getattr(event, name) for name in _OPENED},
        id=event.incident,
        version=event.checklist_version,
        links=tuple(replace(link, at=line.happened_at) for link in event.links),
        first_at=line.happened_at,
        opened_at=line.recorded_at,
        opened_by=line.actor.id,
        changed_at=line.recorded_at,
        opening=line.position,
    )


_OPENED = (
    "number", "year", "serial", "category", "what", "place", "asset", "lon", "lat", "scope", "source", "priority",
    "masked", "checklist", "reason", "reason_params", "local",
)  # fmt: skip


def advance(incident: Incident, line: Line) -> None:
    """Bring one line into its event; a line of which it knows nothing changes only when it last changed."""
    change = _CHANGES.get(type(line.event))
    if change is not None:
        change(incident, line.event, line)
    if any(getattr(line.event, name) for name, why in line.event.erasable.items() if why == ev.PURPOSE):
        incident.texts, incident.forgotten = (*incident.texts, line.position), False
    if not isinstance(line.event, ev.Warned | ev.Forgotten | ev.Expired | ev.Rescoped):
        # what the system says of time is no change that a finger could have missed
        incident.changed_at = line.recorded_at


def _taken(incident: Incident, event: ev.Taken, line: Line) -> None:
    incident.state, incident.taken_by, incident.taken_at = event.state, event.by, line.recorded_at


def _released(incident: Incident, event: ev.Released, line: Line) -> None:
    incident.state, incident.taken_by, incident.taken_at = event.state, None, None


def _corrected(incident: Incident, event: ev.Corrected, line: Line) -> None:
    for name in (one for one in event.changed if one != "commune"):
        setattr(incident, name, getattr(event, name))
    if "category" in event.changed:
        incident.checklist, incident.version = event.checklist, event.checklist_version
    incident.scope = event.scope


def _joined(incident: Incident, event: ev.Joined, line: Line) -> None:
    incident.before, incident.state, incident.into = event.before, "joined", event.into
    incident.why, incident.reason, incident.reason_params = event.why, event.reason, event.reason_params


def _join_undone(incident: Incident, event: ev.JoinUndone, line: Line) -> None:
    incident.state, incident.before, incident.into = event.state, None, None
    incident.why, incident.reason, incident.reason_params = "", "", {}
    incident.refused = (*incident.refused, event.into)


def _linked(incident: Incident, event: ev.Linked, line: Line) -> None:
    link = replace(event.link, why=event.why, at=line.happened_at)
    incident.links = (*(one for one in incident.links if one.id != link.id), link)
    incident.closing = None if link.kind == "alarm" and not link.gone else incident.closing


def _unlinked(incident: Incident, event: ev.Unlinked, line: Line) -> None:
    incident.links = tuple(one for one in incident.links if one.id != event.link)
    incident.refused = (*incident.refused, event.link, *([event.subject] if event.subject else []))


def _stepped(incident: Incident, event: ev.Stepped, line: Line) -> None:
    done = StepDone(
        step=event.step,
        outcome=event.outcome,
        at=line.happened_at,
        recorded_at=line.recorded_at,
        by=line.actor.id,
        told=event.told,
        note=event.note,
    )
    incident.steps = {**incident.steps, event.step: done}


def _step_undone(incident: Incident, event: ev.StepUndone, line: Line) -> None:
    incident.steps = {key: done for key, done in incident.steps.items() if key != event.step}


def _clock_set(incident: Incident, event: ev.ClockSet, line: Line) -> None:
    kept = tuple(mark for mark in incident.marks if event.corrects is None or mark.move != event.corrects)
    at = line.happened_at if event.at is None else event.at
    mark = Mark(clock=event.clock, at=at, move=event.move, channel=event.channel)
    incident.marks, incident.state = (*kept, mark), event.state


def _clock_unset(incident: Incident, event: ev.ClockUnset, line: Line) -> None:
    incident.marks = tuple(mark for mark in incident.marks if mark.move != event.move)


def _gone(incident: Incident, link: UUID, gone: bool) -> None:
    incident.links = tuple(replace(one, gone=gone) if one.id == link else one for one in incident.links)


def _cause_gone(incident: Incident, event: ev.CauseGone, line: Line) -> None:
    _gone(incident, event.gone, True)


def _proposed(incident: Incident, event: ev.ClosureProposed, line: Line) -> None:
    _gone(incident, event.gone, True)
    incident.closing = event.closing


def _cause_back(incident: Incident, event: ev.CauseBack, line: Line) -> None:
    _gone(incident, event.back, False)
    incident.closing = None


def _resolved(incident: Incident, event: ev.Resolved, line: Line) -> None:
    incident.state, incident.resolved_at = "resolved", line.happened_at
    _repaired(incident, line)


def _repaired(incident: Incident, line: Line) -> None:
    if incident.clock("repaired") is None:
        incident.marks = (*incident.marks, Mark(clock="repaired", at=line.happened_at))


def _closed(incident: Incident, event: ev.Closed, line: Line) -> None:
    incident.state, incident.closed_at, incident.closed_by = "closed", line.recorded_at, line.actor.id
    incident.cause, incident.result, incident.no_result = event.cause, event.result, event.no_result
    incident.skipped, incident.skip_reason, incident.closing = event.skipped, event.skip_reason, None
    if not event.no_result:
        _repaired(incident, line)


def _reopened(incident: Incident, event: ev.Reopened, line: Line) -> None:
    incident.state, incident.taken_by, incident.taken_at = "new", None, None
    incident.closed_at, incident.closed_by, incident.resolved_at = None, None, None
    incident.cause = incident.result = incident.no_result = incident.skip_reason = ""
    incident.skipped, incident.warned = (), {}
    incident.reopened += 1
    incident.reopened_at = line.recorded_at
    incident.marks = tuple(mark for mark in incident.marks if mark.move is not None or mark.clock != "repaired")


def _masked(incident: Incident, event: ev.Masked, line: Line) -> None:
    incident.masked, incident.scope = event.masked, event.scope


def _attached(incident: Incident, event: ev.Attached, line: Line) -> None:
    made = Attachment(
        id=event.attachment,
        n=event.n,
        name=event.name,
        media=event.media,
        bytes=event.bytes,
        sha256=event.sha256,
        at=line.happened_at,
        by=line.actor.id,
        ends_at=event.ends_at,
        position=line.position,
    )
    incident.attachments = (*incident.attachments, made)


def _warned(incident: Incident, event: ev.Warned, line: Line) -> None:
    incident.warned = {**incident.warned, f"{event.deadline}.{event.stage}": event.at}


def _expired(incident: Incident, event: ev.Expired, line: Line) -> None:
    incident.attachments = tuple(
        replace(one, gone=True, name="") if one.id in event.attachments else one for one in incident.attachments
    )


def _forgotten(incident: Incident, event: ev.Forgotten, line: Line) -> None:
    if event.photos:
        before = event.before or 0
        incident.attachments = tuple(
            replace(one, gone=True, name="") if one.at < before else one for one in incident.attachments
        )
        return
    if event.opening is not None and any(one.position == event.opening for one in incident.attachments):
        incident.attachments = tuple(
            replace(one, name="") if one.position == event.opening else one for one in incident.attachments
        )
        return
    incident.what = incident.place = incident.why = ""
    incident.forgotten, incident.texts = True, ()
    incident.links = tuple(replace(link, why="") for link in incident.links)
    incident.steps = {key: replace(done, note="") for key, done in incident.steps.items()}


def _rescoped(incident: Incident, event: ev.Rescoped, line: Line) -> None:
    for move in event.moves:
        if move.asset == incident.asset:
            incident.scope = replace(incident.scope, commune=move.after.commune)


_CHANGES: dict[type[Event], Callable[[Incident, Any, Line], None]] = {
    ev.Taken: _taken,
    ev.Released: _released,
    ev.Corrected: _corrected,
    ev.Joined: _joined,
    ev.JoinUndone: _join_undone,
    ev.Linked: _linked,
    ev.Unlinked: _unlinked,
    ev.Stepped: _stepped,
    ev.StepUndone: _step_undone,
    ev.ClockSet: _clock_set,
    ev.ClockUnset: _clock_unset,
    ev.ClosureProposed: _proposed,
    ev.CauseGone: _cause_gone,
    ev.CauseBack: _cause_back,
    ev.Resolved: _resolved,
    ev.Closed: _closed,
    ev.Reopened: _reopened,
    ev.Masked: _masked,
    ev.Attached: _attached,
    ev.Warned: _warned,
    ev.Expired: _expired,
    ev.Forgotten: _forgotten,
    ev.Rescoped: _rescoped,
}


def subjects(event: Event) -> tuple[UUID, ...]:
    """Return the events of the room that a line changes."""
    if isinstance(event, ev.IncidentEvent):
        return (event.incident,)
    if isinstance(event, ev.Forgotten | ev.Expired | ev.Rescoped):
        return event.incidents
    return ()


def apply(state: IncidentsState, line: Line) -> None:
    """Bring one line into memory and its indexes."""
    event = line.event
    if isinstance(event, ev.Opened):
        keep(state, new_incident(event, line))
    else:
        for name in subjects(event):
            if (incident := state.incidents.get(name)) is not None:
                _reindex(state, incident, line)
    local = getattr(event, "local", None)
    if isinstance(event, ev.IncidentEvent) and local is not None:
        state.locals[local] = event.incident
    if isinstance(event, ev.Expired):
        for attachment in event.attachments:
            state.files.pop(attachment, None)
    if isinstance(event, ev.Closed):
        _prune(state, line.recorded_at)
    state.stale = True


def _reindex(state: IncidentsState, incident: Incident, line: Line) -> None:
    was_open, held = incident.open, [link.id for link in incident.links if state.by_link.get(link.id) == incident.id]
    _unindex(state, incident)
    advance(incident, line)
    _index(state, incident)
    lost = {link for link in held if link not in state.by_link or (was_open and not incident.open)}
    if lost:
        _hand_over(state, lost)


def _claim(incident: Incident) -> tuple[bool, int]:
    """Rank who holds a link that several events have: an open one before a joined one, then the last opened."""
    return incident.open, incident.opening


def _hand_over(state: IncidentsState, links: set[UUID]) -> None:
    """Give each link to who holds it now, so that memory is what a load would make it."""
    joined = (one for held in state.joined.values() for one in held.values())
    for one in (*state.open.values(), *joined):
        for link in one.links:
            held = state.by_link.get(link.id)
            if link.id in links and (held is None or _claim(one) > _claim(state.incidents[held])):
                state.by_link[link.id] = one.id


def keep(state: IncidentsState, incident: Incident) -> None:
    """Bring an event into memory, as a line or as a row tells it."""
    state.incidents[incident.id] = incident
    state.serials[incident.year] = max(state.serials.get(incident.year, 0), incident.serial)
    if incident.local is not None:
        state.locals[incident.local] = incident.id
    _index(state, incident)


def _index(state: IncidentsState, incident: Incident) -> None:
    for one in incident.attachments:
        if one.gone:
            state.files.pop(one.id, None)
        else:
            state.files[one.id] = (incident.id, one.ends_at)
    if incident.into is not None:
        state.joined.setdefault(incident.into, {})[incident.id] = incident
    if incident.state == "closed":
        return
    for link in incident.links:
        held = state.incidents.get(state.by_link.get(link.id, incident.id))
        if held is None or _claim(incident) >= _claim(held):
            state.by_link[link.id] = incident.id
    for asset in assets_of(incident):
        state.by_asset.setdefault(asset, {})[incident.id] = None
    if incident.open:
        state.open[incident.id] = incident


def _unindex(state: IncidentsState, incident: Incident) -> None:
    state.open.pop(incident.id, None)
    for link in incident.links:
        if state.by_link.get(link.id) == incident.id:
            del state.by_link[link.id]
    for asset in assets_of(incident):
        held = state.by_asset.get(asset, {})
        held.pop(incident.id, None)
        if not held:
            state.by_asset.pop(asset, None)
    if incident.into is not None:
        held_by = state.joined.get(incident.into, {})
        held_by.pop(incident.id, None)
        if not held_by:
            state.joined.pop(incident.into, None)


def assets_of(incident: Incident) -> Iterable[UUID]:
    """List the assets that an event is about: its own and those of the alarms attached."""
    own = [incident.asset] if incident.asset else []
    return dict.fromkeys([*own, *(link.subject for link in incident.links if link.subject and link.kind == "alarm")])


def _prune(state: IncidentsState, now: int) -> None:
    old = [one for one in state.incidents.values() if one.closed_at is not None and one.closed_at < now - KEPT]
    # what was joined ends with the event that holds it
    over = [one for incident in old for one in tree_of(state, incident)]
    for incident in over:
        _unindex(state, incident)
        del state.incidents[incident.id]
    if over:
        state.locals = {local: incident for local, incident in state.locals.items() if incident in state.incidents}


def refresh(state: IncidentsState) -> None:
    """Compute again when time next has something to say; nothing changes between two lines."""
    times = [at for incident in state.open.values() for _, _, at in stages(incident)]
    times += [ends_at for _, ends_at in state.files.values()]
    state.next_at, state.stale = min(times, default=None), False
