"""Decisions about crews sent to events: engagement, states told, answers, release. Pure."""

from collections.abc import Sequence
from typing import Any

from beffroi.dispatch import actions, duty, events
from beffroi.dispatch.candidates import rank_for
from beffroi.dispatch.lookups import check_time, choose, get_crew, get_engagement, get_incident, name_of, open_of
from beffroi.dispatch.needs import need_of
from beffroi.dispatch.ranking import EXPIRED, NO_PAPER, Excluded, Ranked, Ranking
from beffroi.dispatch.types import CHIEF, Crew, CrewState, DispatchState, EndReason, Engagement, Move
from beffroi.model.ports import IncidentFacts
from beffroi.model.time import MINUTE, Micros
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.rejected import Rejected

ANSWER = 5 * MINUTE
"""A crew in service that says nothing for this long is not on its way: somebody must know."""
INSIST = 3 * MINUTE
"""Told and still no answer: it is told again, then to the *chef de salle*."""
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
        raise _changed(state, crew, place.load, context)
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
                facts = get_incident(action.incident, context)
                held = next((held for held in open_of(state, facts.id) if held.crew == action.crew), None)
                raise Rejected("dispatch.already_engaged", crew=one.name, **_job(facts, held))
            if one.reason.code in (NO_PAPER, EXPIRED):
                # who has the skill would do the work: beside others too, the paper is the law's
                raise Rejected("dispatch.no_paper", crew=one.name, why=one.reason.code, **one.reason.params)
            if not action.support:
                raise Rejected("dispatch.unfit", crew=one.name, why=one.reason.code, **one.reason.params)
            return one
    raise Rejected("dispatch.not_in_service", crew=state.crews[action.crew].name)


def _changed(state: DispatchState, crew: Crew, load: int, context: Context) -> Rejected:
    """Return the refusal of who did not know what a crew was just given: on which event, when he may know it."""
    held = [one for one in state.engagements.values() if one.open and one.crew == crew.id]
    last = max(held, key=lambda one: one.started_at, default=None)
    facts = context.city.incidents.find(last.incident) if last else None
    if facts is None or not context.rights.allows("view", facts.scope):
        return Rejected("dispatch.crew_changed", crew=crew.name, n=load)
    return Rejected("dispatch.crew_taken", crew=crew.name, n=load, **_job(facts, last))


def _job(facts: IncidentFacts, held: Engagement | None) -> dict[str, str]:
    """Return what tells an engagement: the event, and the account that sent the crew, whom the screen names."""
    by = str(held.engaged_by) if held and held.engaged_by else ""
    what = " · ".join(part for part in (facts.number, facts.label, facts.place) if part)
    return {"incident": str(facts.id), "number": facts.number, "what": what, "by": by}


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
    return [moved, *rest_after(state, held, action.state, context.happened_at)]


def _corrected(held: Engagement, action: actions.TellState) -> Move | None:
    """The same state told again gives it another time."""
    if action.corrects is not None:
        found = next((one for one in held.moves if one.id == action.corrects), None)
        if found is None or found.state != action.state:
            raise Rejected("dispatch.no_move")
        return found
    return held.moves[-1] if held.state == action.state else None


def rest_after(state: DispatchState, held: Engagement, told: CrewState, at: Micros) -> list[Event]:
    """Give 11 hours to who was called out at home, from the end of the work; never less than another work gave."""
    if held.agent is None or told != "available":
        return []
    until = max(at + duty.REST, duty.rest_owed(state, held.agent, held.id))
    return [events.Rested(agent=held.agent, incident=held.incident, until=until, scope=held.scope)]


def undo_state(state: DispatchState, action: actions.UndoState, context: Context) -> Sequence[Event]:
    """Take back the last state, or the correction of an hour, by who told it."""
    held = get_engagement(state, action.engagement)
    told = next((one for one in held.moves if one.id == action.move), None)
    corrected = told.previous if told else None
    if told is None or (corrected is None and (told is not held.moves[-1] or len(held.moves) < 2)):
        raise Rejected("dispatch.not_last_move")
    if context.now > told.recorded_at + UNDO or told.author != context.actor.id:
        raise Rejected("dispatch.too_late_to_undo")
    silent = corrected is None and len(held.moves) == 2 and held.crew is not None and not held.agreed
    undone = events.MoveUndone(
        engagement=held.id,
        move=told.id,
        incident=held.incident,
        crew=held.crew,
        agent=held.agent,
        state=told.state,
        back_to=told.state if corrected else held.moves[-2].state,
        at=corrected.happened_at if corrected else None,
        answer_before=context.now + ANSWER if silent else None,
        trade=held.trade,
        crew_name=name_of(state, held),
        scope=held.scope,
    )
    if corrected:
        return [undone, *rest_after(state, held, told.state, corrected.happened_at)]
    return [undone, *_rest_left(state, held, told.state)]


def _rest_left(state: DispatchState, held: Engagement, undone: CrewState) -> list[Event]:
    """Give back what another call-out of the same person gave: taking the end of this one back is not about that."""
    owed = duty.rest_owed(state, held.agent, held.id) if held.agent and undone == "available" else 0
    if not held.agent or not owed:
        return []
    return [events.Rested(agent=held.agent, incident=held.incident, until=owed, scope=held.scope)]


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
    return _released(state, _get_open(state, action), "refused", context, action)


def disengage(state: DispatchState, action: actions.Disengage, context: Context) -> Sequence[Event]:
    """Release a crew."""
    held = _get_open(state, action)
    return _released(state, held, "disengaged", context, action)


def release(state: DispatchState, action: actions.Release, context: Context) -> Sequence[Event]:
    """Release everybody from an event that closed, and call nobody any more."""
    found: list[Event] = []
    for held in open_of(state, action.incident):
        found += _released(state, held, "closed", context)
    for one in state.call_outs.values():
        if one.open and one.incident == action.incident:
            found.append(events.CallOutEnded(call_out=one.id, incident=one.incident, scope=one.scope))
    return found


def _released(
    state: DispatchState,
    held: Engagement,
    reason: EndReason,
    context: Context,
    action: actions.Refuse | actions.Disengage | None = None,
) -> list[Event]:
    gone = events.Disengaged(
        engagement=held.id,
        incident=held.incident,
        crew=held.crew,
        agent=held.agent,
        reason=reason,
        refusal=action.reason if isinstance(action, actions.Refuse) else None,
        trade=held.trade,
        crew_name=name_of(state, held),
        local=action.local if action else None,
        scope=held.scope,
    )
    # who never left home needs no rest
    return [gone, *(rest_after(state, held, "available", context.happened_at) if held.left else [])]


def follow_events(state: DispatchState, action: actions.FollowEvent) -> Sequence[Event]:
    """Give the crews and calls of some events the scope that these have now."""
    found = []
    for move in action.moves:
        engagements = (one for one in state.engagements.values() if one.incident == move.incident)
        calls = (one for one in state.call_outs.values() if one.incident == move.incident)
        moved = events.FollowedEvent(
            incident=move.incident,
            engagements=tuple(one.id for one in engagements if one.scope != move.scope),
            call_outs=tuple(one.id for one in calls if one.scope != move.scope),
            scope=move.scope,
        )
        if moved.engagements or moved.call_outs:
            found.append(moved)
    return found


def unanswered(state: DispatchState, held: Engagement, now: Micros) -> Sequence[Event]:
    """Tell that a crew does not answer: once in time, again, then to the *chef de salle*; each step once."""
    due = held.answer_before or held.insist_at
    if not held.open or due is None or now < due:
        return []
    step = held.insisted + 1
    about: dict[str, Any] = {
        "engagement": held.id,
        "incident": held.incident,
        "crew": held.crew,
        "trade": held.trade,
        "crew_name": name_of(state, held),
        "scope": held.scope,
    }
    # what was due while the core was away is told now: people need the whole delay from now
    again = events.Insisted(step=step, due_at=due, next_at=now + INSIST if step < CHIEF else None, **about)
    if held.answer_before is None:
        return [again]
    return [events.Unanswered(answer_before=held.answer_before, **about), again]
