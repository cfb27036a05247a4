"""Decisions about crews sent to events: engagement, states told, answers, release. Pure."""

from collections.abc import Sequence
from uuid import UUID

from beffroi.dispatch import actions, duty, events
from beffroi.dispatch.candidates import rank_for
from beffroi.dispatch.lookups import check_time, choose, get_crew, get_engagement, get_incident, name_of, open_of
from beffroi.dispatch.needs import need_of
from beffroi.dispatch.ranking import Excluded, Ranked, Ranking
from beffroi.dispatch.types import CrewState, DispatchState, EndReason, Engagement, Move
from beffroi.model.ports import IncidentFacts
from beffroi.model.time import MINUTE, Micros
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.rejected import Rejected

ANSWER = 5 * MINUTE
"""A crew in service that says nothing for this long is not on its way: somebody must know."""
UNDO = MINUTE
"""Screens offer it for 5 s; a slow seat may bring it later."""

USUAL: dict[CrewState, tuple[CrewState, ...]] = {
    "engaged": ("en_route",),
    "en_route": ("on_site",),
    "on_site": ("made_safe", "available"),
    "made_safe": ("available",),
    "available": (),
}


def engage(state: DispatchState, action: actions.Engage, context: Context) -> Sequence[Event]:
    """Send a crew in service; the ranking of the moment is written with it."""
    facts = get_incident(action.incident, context)
    crew = get_crew(state, action.crew)
    ranking = rank_for(state, context.city, facts, context.now)
    place = _place(ranking, action, state, context)
    if action.seen_load is not None and action.seen_load != place.load:
        raise Rejected("dispatch.crew_changed", crew=crew.name, n=place.load)
    engaged = events.Engaged(
        engagement=context.ids.new(),
        incident=facts.id,
        trade=crew.trade,
        crew=crew.id,
        move=context.ids.new(),
        channel=action.channel,
        answer_before=context.now + ANSWER,
        expected_at=_expected(place, context.now),
        rank=place.rank if isinstance(place, Ranked) else 0,
        of=len(ranking.ranked),
        travel_min=place.travel_min if isinstance(place, Ranked) else None,
        crew_name=crew.name,
        local=action.local,
        scope=facts.scope,
    )
    return [engaged, *_calls_no_more(state, facts, crew.trade)]


def _place(ranking: Ranking, action: actions.Engage, state: DispatchState, context: Context) -> Ranked | Excluded:
    for ranked in ranking.ranked:
        if ranked.crew == action.crew:
            return ranked
    for one in ranking.excluded:
        if one.crew == action.crew:
            if one.here:
                raise Rejected("dispatch.already_engaged", crew=one.name, by=_who(state, action))
            if not action.support:
                raise Rejected("dispatch.unfit", crew=one.name, why=one.reason.code, **one.reason.params)
            return one
    raise Rejected("dispatch.not_in_service", crew=state.crews[action.crew].name)


def _who(state: DispatchState, action: actions.Engage) -> str:
    held = next((one for one in open_of(state, action.incident) if one.crew == action.crew), None)
    return str(held.engaged_by) if held and held.engaged_by else ""


def _expected(place: Ranked | Excluded, now: Micros) -> Micros | None:
    if isinstance(place, Excluded) or place.travel_min is None:
        return None
    return now + place.travel_min * MINUTE


def _calls_no_more(state: DispatchState, facts: IncidentFacts, trade: str) -> list[Event]:
    if trade != need_of(state, facts).trade:
        return []
    return [
        events.CallOutEnded(call_out=one.id, incident=facts.id, scope=one.scope)
        for one in state.call_outs.values()
        if one.open and one.incident == facts.id and one.trade == trade
    ]


def tell_state(state: DispatchState, action: actions.TellState, context: Context) -> Sequence[Event]:
    """Enter a state; a jump out of the usual order is kept and marked, because it is what was said."""
    check_time(context)
    if action.engagement is not None:
        held = get_engagement(state, action.engagement)
    else:
        held = choose(state, action.incident, action.crew)
    corrected = _corrected(held, action)
    if corrected is None and not held.open:
        raise Rejected("dispatch.engagement_ended")
    before = held.state
    late = context.happened_at < held.moves[-1].happened_at
    moved = events.CrewMoved(
        engagement=held.id,
        move=context.ids.new() if corrected is None else corrected.id,
        incident=held.incident,
        crew=held.crew,
        agent=held.agent,
        state=action.state,
        channel=action.channel,
        before=before,
        unusual=corrected is None and (action.state not in USUAL[before] or late),
        corrects=corrected.id if corrected else None,
        trade=held.trade,
        crew_name=name_of(state, held),
        local=action.local,
        scope=held.scope,
    )
    return [moved, *rest_after(held, action.state, context.happened_at)]


def _corrected(held: Engagement, action: actions.TellState) -> Move | None:
    """The same state told again gives it another time."""
    if action.corrects is not None:
        found = next((one for one in held.moves if one.id == action.corrects), None)
        if found is None or found.state != action.state:
            raise Rejected("dispatch.no_move")
        return found
    return held.moves[-1] if held.state == action.state else None


def rest_after(held: Engagement, told: CrewState, at: Micros) -> list[Event]:
    """Give 11 hours to who was called out at home, from the end of the work."""
    if held.agent is None or told != "available":
        return []
    return [events.Rested(agent=held.agent, incident=held.incident, until=at + duty.REST, scope=held.scope)]


def undo_state(state: DispatchState, action: actions.UndoState, context: Context) -> Sequence[Event]:
    """Take back the last state, by who told it."""
    held = get_engagement(state, action.engagement)
    last = held.moves[-1]
    if last.id != action.move or len(held.moves) < 2:
        raise Rejected("dispatch.not_last_move")
    if context.now > last.recorded_at + UNDO or last.author != context.actor.id:
        raise Rejected("dispatch.too_late_to_undo")
    return [
        events.MoveUndone(
            engagement=held.id,
            move=last.id,
            incident=held.incident,
            crew=held.crew,
            agent=held.agent,
            state=last.state,
            back_to=held.moves[-2].state,
            trade=held.trade,
            crew_name=name_of(state, held),
            scope=held.scope,
        )
    ]


def accept(state: DispatchState, action: actions.Accept, context: Context) -> Sequence[Event]:
    """Note that the crew takes it."""
    held = _get_open(state, action)
    if held.accepted:
        return []
    accepted = events.Accepted(
        engagement=held.id,
        incident=held.incident,
        crew=held.crew,
        channel=action.channel,
        local=action.local,
        scope=held.scope,
    )
    return [accepted]


def _get_open(state: DispatchState, action: actions.Accept | actions.Refuse | actions.Disengage) -> Engagement:
    held = get_engagement(state, action.engagement)
    if not held.open:
        raise Rejected("dispatch.engagement_ended")
    return held


def refuse(state: DispatchState, action: actions.Refuse, context: Context) -> Sequence[Event]:
    """Bring the event back to who must find another crew."""
    held = _get_open(state, action)
    return [
        events.Disengaged(
            engagement=held.id,
            incident=held.incident,
            crew=held.crew,
            agent=held.agent,
            reason="refused",
            refusal=action.reason,
            trade=held.trade,
            crew_name=name_of(state, held),
            local=action.local,
            scope=held.scope,
        )
    ]


def disengage(state: DispatchState, action: actions.Disengage, context: Context) -> Sequence[Event]:
    """Release a crew."""
    held = _get_open(state, action)
    return _released(state, held, "disengaged", context, action.local)


def release(state: DispatchState, action: actions.Release, context: Context) -> Sequence[Event]:
    """Release everybody from an event that closed, and call nobody any more."""
    found: list[Event] = []
    for held in open_of(state, action.incident):
        found += _released(state, held, "closed", context, None)
    for one in state.call_outs.values():
        if one.open and one.incident == action.incident:
            found.append(events.CallOutEnded(call_out=one.id, incident=one.incident, scope=one.scope))
    return found


def _released(
    state: DispatchState, held: Engagement, reason: EndReason, context: Context, local: UUID | None
) -> list[Event]:
    gone = events.Disengaged(
        engagement=held.id,
        incident=held.incident,
        crew=held.crew,
        agent=held.agent,
        reason=reason,
        trade=held.trade,
        crew_name=name_of(state, held),
        local=local,
        scope=held.scope,
    )
    # who never left home needs no rest
    left = any(move.state != "engaged" for move in held.moves)
    return [gone, *(rest_after(held, "available", context.happened_at) if left else [])]


def unanswered(state: DispatchState, held: Engagement, now: Micros) -> Sequence[Event]:
    """Tell that a crew did not answer in time, once."""
    if not held.open or held.answer_before is None or now < held.answer_before:
        return []
    told = events.Unanswered(
        engagement=held.id,
        incident=held.incident,
        crew=held.crew,
        answer_before=held.answer_before,
        trade=held.trade,
        crew_name=name_of(state, held),
        scope=held.scope,
    )
    return [told]
