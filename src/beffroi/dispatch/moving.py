"""Crews and calls of an event that joins another: they are the other's, and come back if it is parted. Pure."""

from collections.abc import Iterable, Sequence
from itertools import combinations

from beffroi.dispatch import actions, events
from beffroi.dispatch.lookups import name_of
from beffroi.dispatch.types import CallOut, DispatchState, Engagement, MoveTold
from beffroi.model.ports import IncidentFacts
from beffroi.trade.context import Context
from beffroi.trade.event import Event


def move(state: DispatchState, action: actions.MoveTo, context: Context) -> Sequence[Event]:
    """Give who was sent and called for one event to another, with the hours told; a crew stays once on it."""
    facts = context.city.incidents.find(action.incident)
    if facts is None:
        return []
    engagements = [one for one in state.engagements.values() if _goes(one, action)]
    calls = [one for one in state.call_outs.values() if _goes(one, action) and (one.open or action.back)]
    moved: list[Event] = [
        events.FollowedEvent(
            incident=facts.id,
            engagements=tuple(one.id for one in engagements if one.incident == before),
            call_outs=tuple(one.id for one in calls if one.incident == before),
            before=before,
            back=action.back,
            told=tuple(_told(one for one in engagements if one.incident == before)),
            scope=facts.scope,
        )
        for before in dict.fromkeys([*(one.incident for one in engagements), *(one.incident for one in calls)])
    ]
    return moved if action.back else [*moved, *_once(state, engagements, facts), *_call_once(state, calls, facts)]


def _goes(one: Engagement | CallOut, action: actions.MoveTo) -> bool:
    return action.incident in one.came_from if action.back else one.incident == action.before


def _told(engagements: Iterable[Engagement]) -> Iterable[MoveTold]:
    for held in engagements:
        for one in held.moves:
            yield MoveTold(move=one.id, state=one.state, at=one.happened_at, channel=one.channel)


def _once(state: DispatchState, comers: Sequence[Engagement], facts: IncidentFacts) -> Iterable[Event]:
    """Release one of the two engagements of a crew sent to both: the one of which it has told less."""
    there = [one for one in state.engagements.values() if one.incident == facts.id]
    for pair in combinations((one for one in (*there, *comers) if one.open), 2):
        if (pair[0].crew, pair[0].agent) != (pair[1].crew, pair[1].agent):
            continue
        held = min(reversed(pair), key=lambda one: len(one.moves))
        yield events.Disengaged(
            engagement=held.id,
            incident=facts.id,
            crew=held.crew,
            agent=held.agent,
            reason="disengaged",
            trade=held.trade,
            crew_name=name_of(state, held),
            scope=facts.scope,
        )


def _call_once(state: DispatchState, comers: Sequence[CallOut], facts: IncidentFacts) -> Iterable[Event]:
    """End one of two call-outs of the same list: nobody is called twice for one event."""
    there = {one.trade: one for one in state.call_outs.values() if one.open and one.incident == facts.id}
    for one in comers:
        other = there.get(one.trade)
        if other is not None:
            ended = other if one.state == "calling" and other.state != "calling" else one
            yield events.CallOutEnded(call_out=ended.id, incident=facts.id, scope=facts.scope)
