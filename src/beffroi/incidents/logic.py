"""Decisions about events asked by people: pure functions of state, action and context."""

from collections.abc import Callable, Sequence
from typing import Any

from beffroi.incidents import actions as ac
from beffroi.incidents import events as ev
from beffroi.incidents.categories import BY_NAME, MASKING, find_category
from beffroi.incidents.checklists import checklist_of, find_checklist
from beffroi.incidents.common import check_fresh, check_time, get_incident, head, next_state
from beffroi.incidents.deadlines import stages
from beffroi.incidents.holding import (
    alarms_of,
    find_holder,
    holder_of,
    holders_of,
    propose_alone,
    propose_parted,
    tree_of,
    was_parted,
)
from beffroi.incidents.machine import State
from beffroi.incidents.opening import commune_of, open_incident, scope_of
from beffroi.incidents.reacting import DECISIONS as REACTIONS
from beffroi.incidents.types import CAUSES, RESULTS, WITHOUT_RESULT, Incident, IncidentsState, Link
from beffroi.model.ports import AssetFacts
from beffroi.model.scope import ANY, Scope
from beffroi.model.time import DAY
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.rejected import Rejected

CHIEF = "shift"
"""The right of the chef de salle: he takes over from whoever is still there."""
KEEP_PHOTO = 365 * DAY
MOST_ATTACHMENTS = 40


def decide(state: IncidentsState, action: Action, context: Context, zone: str) -> Sequence[Event]:
    """Return the lines that answer an action on events."""
    if isinstance(action, ac.Open):
        return open_incident(state, action, context, zone)
    if isinstance(action, ac.OnIncident):
        if action.local is not None and action.local in state.locals:
            return []
        incident = get_incident(state, action.incident)
        if isinstance(action, ac.Take):
            # who has it is the better answer to a late key than that the line changed
            refuse_taken(incident, action, context)
        check_fresh(incident, action)
        check_time(context.happened_at, context)
        return _DECISIONS[type(action)](state, incident, action, context)
    if isinstance(action, ac.Warn):
        return _warn(state, action, context)
    if isinstance(action, ac.Expire):
        known = {one: state.files[one][0] for one in action.attachments if one in state.files}
        held = tuple(dict.fromkeys(name for name in known.values() if name in state.incidents))
        return [ev.Expired(attachments=tuple(known), incidents=held)] if known else []
    return REACTIONS[type(action)](state, action, context, zone)


def refuse_taken(incident: Incident, action: ac.Take, context: Context) -> None:
    """Refuse to take what somebody has, and say who; over one who left the room, or by a chef de salle, it is taken."""
    holder = incident.taken_by
    if holder is None:
        return
    said = {"number": incident.number, "by": str(holder), "at": incident.taken_at}
    if holder == context.actor.id:
        raise Rejected("incidents.already_yours", **said)
    if action.over != holder:
        raise Rejected("incidents.already_taken", **said)
    if context.city.presence.sits(holder) and not context.rights.allows(CHIEF, incident.scope):
        raise Rejected("incidents.still_there", **said)


def _take(state: IncidentsState, incident: Incident, action: ac.Take, context: Context) -> list[Event]:
    following = next_state(incident, "take")
    before = incident.taken_by
    return [ev.Taken(**head(incident), by=context.actor.id, state=following, local=action.local, before=before)]


def _release(state: IncidentsState, incident: Incident, action: ac.Release, context: Context) -> list[Event]:
    if incident.taken_by is None or incident.taken_by != context.actor.id:
        raise Rejected("incidents.not_yours", number=incident.number)
    return [ev.Released(**head(incident), state=next_state(incident, "release"), local=action.local)]


_CORRECTED = ("what", "category", "asset", "lon", "lat", "place", "source", "priority", "first_at")


def _corrected_scope(
    incident: Incident, action: ac.Correct, changed: dict[str, Any], facts: AssetFacts | None, context: Context
) -> Scope:
    """Return who sees an event once corrected: the commune given, else that of its new place."""
    commune = action.commune or incident.scope.commune
    if not action.commune and ({"lon", "lat"} & set(changed) or ("place" in changed and not commune)):
        lon, lat, place = (changed.get(name, getattr(incident, name)) for name in ("lon", "lat", "place"))
        commune = commune_of(context.city, lon, lat, place) or commune
    if incident.masked:
        return Scope(commune, incident.scope.trade, incident.scope.kind)
    if not {"category", "asset"} & set(changed):
        return Scope(commune, incident.scope.trade, incident.scope.kind)
    kept = incident.asset if "asset" not in changed else None
    held = facts or (context.city.topology.find(kept) if kept else None)
    return scope_of(find_category(changed.get("category", incident.category)), commune, held)


def _correct(state: IncidentsState, incident: Incident, action: ac.Correct, context: Context) -> list[Event]:
    if not incident.open:
        raise Rejected("incidents.cannot_correct", number=incident.number, state=incident.state)
    given: dict[str, Any] = {name: getattr(action, name) for name in _CORRECTED if getattr(action, name) is not None}
    facts = context.city.topology.find(action.asset) if action.asset else None
    if action.asset and facts is None:
        raise Rejected("incidents.unknown_asset", asset=str(action.asset))
    if facts is not None:
        given |= {"lon": facts.lon, "lat": facts.lat}
    elif action.no_asset:
        given["asset"] = None
    if action.category is not None and action.category not in BY_NAME:
        raise Rejected("incidents.unknown_category", category=action.category)
    if action.first_at is not None:
        check_time(action.first_at, context)
    changed = {name: value for name, value in given.items() if getattr(incident, name) != value}
    scope = _corrected_scope(incident, action, changed, facts, context)
    if _hides(incident, changed):
        _check_mask(state, incident, scope, context)
        changed["masked"] = True
    if not changed and scope == incident.scope:
        raise Rejected("incidents.nothing_changes", number=incident.number)
    checklist = checklist_of(changed["category"]) if "category" in changed else None
    return [
        ev.Corrected(
            **{**head(incident), "scope": scope},
            **changed,
            changed=(*changed, *(["commune"] if scope.commune != incident.scope.commune else [])),
            checklist=checklist.name if checklist else "",
            checklist_version=checklist.version if checklist else 0,
            local=action.local,
        )
    ]


def _hides(incident: Incident, changed: dict[str, Any]) -> bool:
    """Tell whether a correction makes it an event of a compartment: the others must go on seeing that it is there."""
    return not incident.masked and "category" in changed and find_category(changed["category"]).masked


def _join(state: IncidentsState, incident: Incident, action: ac.Join, context: Context) -> list[Event]:
    into = get_incident(state, action.into)
    next_state(incident, "join")
    if not action.why.strip():
        raise Rejected("incidents.needs_why")
    if into.id == incident.id or not into.open:
        raise Rejected("incidents.cannot_hold", number=into.number, state=into.state)
    if was_parted(state, incident, into):
        raise Rejected("incidents.was_parted", number=incident.number, into=into.number)
    if into.masked != incident.masked or (into.masked and into.scope.trade != incident.scope.trade):
        raise Rejected("incidents.other_compartment", number=into.number)
    return [
        ev.Joined(
            **head(incident),
            into=into.id,
            into_number=into.number,
            before=incident.state,
            why=action.why.strip(),
            local=action.local,
        )
    ]


def _undo_join(state: IncidentsState, incident: Incident, action: ac.UndoJoin, context: Context) -> list[Event]:
    next_state(incident, "part")
    into = state.incidents.get(incident.into) if incident.into else None
    back: State = incident.before or "new"
    held = propose_alone(state, into, context.happened_at, without=incident.id) if into and into.open else []
    return [
        ev.JoinUndone(
            **head(incident),
            into=incident.into or incident.id,
            into_number=into.number if into else "",
            state=back,
            reason=action.reason,
            local=action.local,
            holders=holders_of(state, into) if into else (),
        ),
        *propose_alone(state, incident, context.happened_at),
        *(one for one in held if into and into.closing is None),
    ]


def _link(state: IncidentsState, incident: Incident, action: ac.LinkTo, context: Context) -> list[Event]:
    if action.kind == "order":
        # what was ordered meanwhile is in the report of whoever holds it, even over
        incident = holder_of(state, incident)
        if any(link.id == action.id for link in incident.links):
            raise Rejected("incidents.already_linked", number=incident.number)
    else:
        _refuse_over(incident)
    if not action.why.strip():
        raise Rejected("incidents.needs_why")
    refused = {name for one in tree_of(state, incident) for name in one.refused}
    if refused & {action.id, action.subject}:
        raise Rejected("incidents.was_parted", number=incident.number, into=incident.number)
    held = find_holder(state, action.id)
    if held is not None:
        raise Rejected("incidents.already_linked", number=held.number)
    link = Link(kind=action.kind, id=action.id, subject=action.subject, name=action.name)
    return [ev.Linked(**head(incident), link=link, why=action.why.strip(), local=action.local)]


def _unlink(state: IncidentsState, incident: Incident, action: ac.Unlink, context: Context) -> list[Event]:
    link = next((one for one in incident.links if one.id == action.id), None)
    if link is None:
        raise Rejected("incidents.not_linked", number=incident.number)
    # the same fault coming back is another alarm on the same asset: the pair to remember is with what it is about
    subject = link.subject if link.kind == "alarm" and link.subject != incident.asset else None
    parted = ev.Unlinked(**head(incident), link=link.id, subject=subject, reason=action.reason, local=action.local)
    standing = link.kind == "alarm" and not link.gone
    return [parted, *(propose_parted(state, incident, link.id, context.happened_at) if standing else [])]


def _step(state: IncidentsState, incident: Incident, action: ac.AnswerStep, context: Context) -> list[Event]:
    _refuse_over(incident)
    checklist = find_checklist(incident.checklist, incident.version)
    step = next((one for one in checklist.steps if one.key == action.step), None) if checklist else None
    if step is None:
        raise Rejected("incidents.unknown_step", step=action.step)
    if step.to and action.outcome == "done" and not action.told.strip():
        raise Rejected("incidents.needs_told", step=action.step)
    if action.step in incident.steps:
        raise Rejected("incidents.step_done", step=action.step)
    return [
        ev.Stepped(
            **head(incident),
            step=action.step,
            outcome=action.outcome,
            told=action.told.strip(),
            note=action.note.strip(),
            text_fr=step.text["fr"],
            text_en=step.text["en"],
            local=action.local,
        )
    ]


def _undo_step(state: IncidentsState, incident: Incident, action: ac.UndoStep, context: Context) -> list[Event]:
    _refuse_over(incident)
    if action.step not in incident.steps:
        raise Rejected("incidents.unknown_step", step=action.step)
    return [ev.StepUndone(**head(incident), step=action.step, local=action.local)]


def _refuse_over(incident: Incident) -> None:
    if not incident.open:
        raise Rejected("incidents.over", number=incident.number, state=incident.state)


def _resolve(state: IncidentsState, incident: Incident, action: ac.Resolve, context: Context) -> list[Event]:
    next_state(incident, "resolve")
    return [ev.Resolved(**head(incident), local=action.local)]


def left_out(incident: Incident) -> tuple[str, ...]:
    """List the required steps that nobody answered."""
    checklist = find_checklist(incident.checklist, incident.version)
    steps = checklist.steps if checklist else ()
    return tuple(step.key for step in steps if step.required and step.key not in incident.steps)


def _close(state: IncidentsState, incident: Incident, action: ac.Close, context: Context) -> list[Event]:
    next_state(incident, "close")
    for field, known in (("cause", CAUSES), ("result", RESULTS)):
        value = getattr(action, field)
        if not value:
            raise Rejected(f"incidents.needs_{field}", number=incident.number)
        if value not in known:
            raise Rejected(f"incidents.unknown_{field}", value=value)
    if action.result in WITHOUT_RESULT and action.reason is None:
        raise Rejected("incidents.needs_reason", result=action.result)
    missing = left_out(incident) if action.result not in WITHOUT_RESULT else ()
    if missing and action.skipped is None:
        raise Rejected("incidents.steps_left", number=incident.number, steps=list(missing), count=len(missing))
    return [
        ev.Closed(
            **head(incident),
            cause=action.cause,
            result=action.result,
            no_result=(action.reason or "") if action.result in WITHOUT_RESULT else "",
            skipped=missing,
            skip_reason=(action.skipped or "") if missing else "",
            local=action.local,
            alarms=tuple(link.id for link in alarms_of(state, incident)),
        )
    ]


def _reopen(state: IncidentsState, incident: Incident, action: ac.Reopen, context: Context) -> list[Event]:
    next_state(incident, "reopen")
    return [ev.Reopened(**head(incident), reason=action.reason, local=action.local)]


def _mask(state: IncidentsState, incident: Incident, action: ac.Mask, context: Context) -> list[Event]:
    if action.trade and action.trade not in MASKING:
        raise Rejected("incidents.cannot_mask", trade=action.trade)
    if incident.state == "joined" or state.joined.get(incident.id):
        raise Rejected("incidents.other_compartment", number=incident.number)
    scope = mask_scope(incident, action.trade)
    if action.trade:
        _check_mask(state, incident, scope, context)
    if scope == incident.scope and incident.masked == bool(action.trade):
        raise Rejected("incidents.nothing_changes", number=incident.number)
    made = {**head(incident), "scope": scope}
    return [ev.Masked(**made, masked=bool(action.trade), local=action.local)]


def _check_mask(state: IncidentsState, incident: Incident, scope: Scope, context: Context) -> None:
    if incident.state == "joined" or state.joined.get(incident.id):
        raise Rejected("incidents.other_compartment", number=incident.number)
    # nobody masks an event from himself
    if context.actor.kind == "person" and not context.rights.allows(ac.RIGHT, scope):
        raise Rejected("incidents.cannot_mask", trade=scope.trade)


def mask_scope(incident: Incident, trade: str) -> Any:
    """Return who will see an event whole once it is masked for a trade, or shown again."""
    commune = incident.scope.commune
    if trade:
        return type(incident.scope)(commune, trade, ANY)
    category = find_category(incident.category)
    return type(incident.scope)(commune, ANY if category.masked else category.trade, ANY)


def _attach(state: IncidentsState, incident: Incident, action: ac.Attach, context: Context) -> list[Event]:
    if len(incident.attachments) >= MOST_ATTACHMENTS:
        raise Rejected("incidents.too_many_files", most=MOST_ATTACHMENTS)
    if any(one.sha256 == action.sha256 and not one.gone for one in incident.attachments):
        raise Rejected("incidents.same_file", number=incident.number)
    return [
        ev.Attached(
            **head(incident),
            attachment=action.attachment,
            n=len(incident.attachments) + 1,
            name=action.name,
            media=action.media,
            bytes=action.bytes,
            sha256=action.sha256,
            ends_at=context.now + KEEP_PHOTO,
            local=action.local,
        )
    ]


def _warn(state: IncidentsState, action: ac.Warn, context: Context) -> list[Event]:
    events: list[Event] = []
    for name in action.incidents:
        incident = state.open.get(name)
        if incident is None:
            continue
        due = {deadline.kind: (deadline, stage) for deadline, stage, at in stages(incident) if at <= context.now}
        for deadline, stage in due.values():
            events.append(
                ev.Warned(**head(incident), deadline=deadline.kind, stage=stage, at=deadline.at, role=deadline.role)
            )
            if stage == "passed" and incident.warned.get(f"{deadline.kind}.soon") != deadline.at:
                # passed while nobody could be told: one warning is enough
                soon = ev.Warned(
                    **head(incident), deadline=deadline.kind, stage="soon", at=deadline.at, role=deadline.role
                )
                events.insert(len(events) - 1, soon)
    return events


_DECISIONS: dict[type[Action], Callable[[IncidentsState, Incident, Any, Context], list[Event]]] = {
    ac.Take: _take,
    ac.Release: _release,
    ac.Correct: _correct,
    ac.Join: _join,
    ac.UndoJoin: _undo_join,
    ac.LinkTo: _link,
    ac.Unlink: _unlink,
    ac.AnswerStep: _step,
    ac.UndoStep: _undo_step,
    ac.Resolve: _resolve,
    ac.Close: _close,
    ac.Reopen: _reopen,
    ac.Mask: _mask,
    ac.Attach: _attach,
}

ACTIONS: tuple[type[Action], ...] = (ac.Open, *_DECISIONS, ac.Warn, ac.Expire, *REACTIONS)
