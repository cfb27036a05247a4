"""Decisions about events asked by reactions: what alarms, crews, the register and the journal make of them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from beffroi.incidents import actions as ac
from beffroi.incidents import events as ev
from beffroi.incidents.categories import category_of_alarm
from beffroi.incidents.common import head
from beffroi.incidents.holding import alarms_of, find_holder, holder_of, propose, tree_of, was_parted
from beffroi.incidents.machine import find_next
from beffroi.incidents.opening import new_line
from beffroi.incidents.types import Incident, IncidentsState, Link
from beffroi.model.ports import Topology
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event


def open_of(state: IncidentsState, asset: UUID, topology: Topology) -> list[Incident]:
    """List the open events that hold an asset or what feeds it, even through joins, the nearest feeder's first."""
    found: dict[UUID, Incident] = {}
    for one in (asset, *topology.ancestors(asset)):
        for holder in _holding(state, one):
            found.setdefault(holder.id, holder)
    return list(found.values())


def _holding(state: IncidentsState, asset: UUID) -> list[Incident]:
    holders = [holder_of(state, state.incidents[name]) for name in state.by_asset.get(asset, ())]
    return [holder for holder in holders if holder.open]


def _react(state: IncidentsState, action: ac.React, context: Context, zone: str) -> list[Event]:
    held = state.incidents.get(state.by_link[action.alarm]) if action.alarm in state.by_link else None
    holder = find_holder(state, action.alarm)
    if held is not None and holder is not None:
        standing = next((link for link in held.links if link.id == action.alarm), None)
        told = {held.id: held, holder.id: holder} if standing and standing.gone else {}
        return [ev.CauseBack(**head(one), back=action.alarm) for one in told.values()]
    facts = context.city.topology.find(action.asset)
    if facts is None:
        return []
    place = {"place": context.city.topology.place_label(action.asset), "code": facts.code}
    category = category_of_alarm(action.kind, action.alarm_class, facts.trade)
    for incident in open_of(state, action.asset, context.city.topology):
        if not _may_hold(state, incident, action) or incident.scope.trade != category.trade:
            continue
        near = incident in _holding(state, action.asset)
        reason = "incidents.why.same_asset" if near else "incidents.why.feeder"
        link = Link(kind="alarm", id=action.alarm, subject=action.asset, name=action.name, reason=reason,
                    reason_params=place)  # fmt: skip
        return [ev.Linked(**head(incident), link=link)]
    link = Link(kind="alarm", id=action.alarm, subject=action.asset, name=action.name, reason="incidents.why.cause",
                reason_params=place)  # fmt: skip
    opened = new_line(
        state,
        context,
        zone,
        category=category,
        facts=facts,
        lonlat=(facts.lon, facts.lat),
        source="alarm",
        priority=action.priority,
        links=(link,),
        reason="incidents.why.alarm",
        reason_params={**place, "label_fr": action.name.get("fr", ""), "label_en": action.name.get("en", "")},
    )
    if action.by is None:
        return [opened]
    who = ev.Taken(incident=opened.incident, number=opened.number, scope=opened.scope, by=action.by, state="taken")
    return [opened, who]


def _may_hold(state: IncidentsState, incident: Incident, action: ac.React) -> bool:
    refused = {name for one in tree_of(state, incident) for name in one.refused}
    return not incident.masked and refused.isdisjoint((action.alarm, action.asset))


def _gather(state: IncidentsState, action: ac.Gather, context: Context, zone: str) -> list[Event]:
    """Make one event of those that the cause's children had opened: the cause's own, or the oldest of theirs."""
    names = dict.fromkeys(state.by_link[child] for child in action.children if child in state.by_link)
    found = (state.open[name] for name in names if name in state.open)
    theirs = [one for one in found if one.source == "alarm" and not one.masked]
    own = state.open.get(state.by_link[action.alarm]) if action.alarm in state.by_link else None
    # as for people: nothing is joined across compartments, neither way
    if not theirs or (own is not None and own.masked):
        return []
    facts = context.city.topology.find(action.asset)
    params = {"code": facts.code if facts else "", "label_fr": action.name.get("fr", ""),
              "label_en": action.name.get("en", "")}  # fmt: skip
    target = own or min(theirs, key=lambda one: one.serial)
    events: list[Event] = []
    if own is None:
        if action.alarm in target.refused or action.asset in target.refused:
            return []
        link = Link(kind="alarm", id=action.alarm, subject=action.asset, name=action.name,
                    reason="incidents.why.explains", reason_params=params)  # fmt: skip
        events.append(ev.Linked(**head(target), link=link))
    gathered = [target]
    for one in theirs:
        if one.id == target.id or one.scope.trade != target.scope.trade:
            continue
        if any(was_parted(state, one, other) for other in gathered):
            continue
        gathered.append(one)
        events.append(
            ev.Joined(
                **head(one),
                into=target.id,
                into_number=target.number,
                before=one.state,
                reason="incidents.why.explained",
                reason_params=params,
            )
        )
    return events


def _note_return(state: IncidentsState, action: ac.NoteReturn, context: Context, zone: str) -> list[Event]:
    name = state.by_link.get(action.alarm)
    if name is None:
        return []
    incident = state.incidents[name]
    holder = holder_of(state, incident)
    if next(one for one in incident.links if one.id == action.alarm).gone:
        return []
    left = ev.CauseGone(**head(incident), gone=action.alarm)
    others = [one for one in alarms_of(state, holder) if not one.gone and one.id != action.alarm]
    if others or holder.source != "alarm" or not holder.open:
        # what a person reported is closed by people: the lamp may be lit and the mast still lie there
        return [left]
    proposed = propose(holder, action.alarm, context.happened_at, back=action.back, left=action.left)
    return [proposed] if holder is incident else [left, proposed]


def _hand_on(state: IncidentsState, action: ac.HandOn, context: Context, zone: str) -> list[Event]:
    held = [one for one in state.open.values() if one.taken_by == action.holder]
    if action.to is None:
        return [ev.Released(**head(one), state=find_next(one.state, "release") or one.state) for one in held]
    if context.city.presence.sits(action.holder):
        # relieved of one seat, he goes on at another
        return []
    known = [one for one in held if not one.masked or one.scope.trade in action.own]
    return [ev.Taken(**head(one), by=action.to, state=one.state, before=action.holder) for one in known]


def _set_clock(state: IncidentsState, action: ac.SetClock, context: Context, zone: str) -> list[Event]:
    incident = state.incidents.get(action.incident)
    at = context.happened_at if action.at is None else action.at
    held = next((mark for mark in incident.marks if mark.move == action.move), None) if incident else None
    # a crew's state told again with another hour is the same move
    if incident is None or (held is not None and (action.corrects != action.move or held.at == at)):
        return []
    following = find_next(incident.state, "engage") or incident.state
    # a crew that tells its time late does not bring a resolved event back to life
    reached = incident.state if action.corrects or incident.state == "resolved" else following
    told = ev.ClockSet(
        **head(incident),
        clock=action.clock,
        move=action.move,
        channel=action.channel or (held.channel if held else None),
        corrects=action.corrects,
        at=action.at,
        state=reached,
    )
    if action.by is None or incident.taken_by is not None or not incident.open:
        return [told]
    return [told, ev.Taken(**head(incident), by=action.by, state=reached)]


def _unset_clock(state: IncidentsState, action: ac.UnsetClock, context: Context, zone: str) -> list[Event]:
    incident = state.incidents.get(action.incident)
    if incident is None or all(mark.move != action.move for mark in incident.marks):
        return []
    return [ev.ClockUnset(**head(incident), move=action.move)]


def _forget(state: IncidentsState, action: ac.Forget, context: Context, zone: str) -> list[Event]:
    def is_due(incident: Incident) -> bool:
        if incident.says(action.position):
            return True
        if incident.forgotten and not action.photos:
            return False
        return action.before is not None and incident.opened_at < action.before

    due = [one for one in state.incidents.values() if is_due(one)]
    return [
        ev.Forgotten(
            incidents=tuple(one.id for one in due),
            holders=tuple(dict.fromkeys(one.into for one in due if one.into is not None)),
            before=action.before,
            opening=action.position,
            photos=action.photos,
        )
    ]


def _rescope(state: IncidentsState, action: ac.Rescope, context: Context, zone: str) -> list[Event]:
    moved = {move.asset for move in action.moves}
    names = tuple(one.id for one in state.incidents.values() if one.asset in moved)
    return [ev.Rescoped(moves=action.moves, incidents=names)]


DECISIONS: dict[type[Action], Callable[[IncidentsState, Any, Context, str], list[Event]]] = {
    ac.React: _react,
    ac.Gather: _gather,
    ac.NoteReturn: _note_return,
    ac.HandOn: _hand_on,
    ac.SetClock: _set_clock,
    ac.UnsetClock: _unset_clock,
    ac.Forget: _forget,
    ac.Rescope: _rescope,
}
