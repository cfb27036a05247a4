"""How events change dispatch. Pure but for the state it is given."""

from typing import Any

from msgspec.structs import asdict, replace

from beffroi.dispatch import events
from beffroi.dispatch.types import (
    Agent,
    Attempt,
    CallOut,
    Crew,
    DispatchState,
    Engagement,
    Move,
    Need,
)
from beffroi.model.time import DAY, Micros
from beffroi.trade.event import Event
from beffroi.trade.line import Line

KEPT_ENDED = 3 * DAY
"""What ended stays in memory this long: the panel of an event shows who came."""
KEPT_LOCALS = 7 * DAY
_QUIET: dict[str, Any] = {"answer_before": None, "insisted": 0, "insist_at": None}
"""Somebody answered, or nobody has to any more."""


def apply(state: DispatchState, line: Line) -> None:
    """Bring one line into dispatch."""
    _APPLY[type(line.event)](state, line.event, line)
    local = getattr(line.event, "local", None)
    if local is not None:
        state.locals[local] = line.recorded_at


def _agent_set(state: DispatchState, event: events.AgentSet, line: Line) -> None:
    held = state.agents.get(event.agent)
    state.agents[event.agent] = Agent(
        id=event.agent,
        # a journal replayed after an erasure has nothing in their place
        name=event.name or "",
        phone=event.phone or "",
        skills=event.skills,
        authorisations=event.authorisations,
        contractor=event.contractor,
        ends_at=event.ends_at,
        lines=(*(held.lines if held else ()), line.position),
        simulated=event.simulated,
    )


def _agent_forgotten(state: DispatchState, event: events.AgentForgotten, line: Line) -> None:
    state.agents[event.agent] = replace(state.agents[event.agent], name="", phone="", lines=(), forgotten=True)


def _crew_set(state: DispatchState, event: events.CrewSet, line: Line) -> None:
    fields = {name: value for name, value in asdict(event).items() if name not in ("crew", "scope")}
    state.crews[event.crew] = Crew(id=event.crew, **fields)


def _roster_set(state: DispatchState, event: events.RosterSet, line: Line) -> None:
    kept = [turn for turn in state.turns.get(event.trade, ()) if not event.start <= turn.start < event.end]
    turns = sorted((*kept, *event.turns), key=lambda turn: (turn.start, turn.kind, turn.rank, turn.subject))
    state.turns[event.trade] = tuple(turns)
    state.versions[event.trade] = line.position


def _need_set(state: DispatchState, event: events.NeedSet, line: Line) -> None:
    state.needs[event.category] = Need(
        trade=event.trade,
        skills=event.skills,
        authorisations=event.authorisations,
        equipment=event.equipment,
    )


def _engaged(state: DispatchState, event: events.Engaged, line: Line) -> None:
    _forget_old(state, line.recorded_at)
    first = _move(event.move, "engaged", event.channel, line)
    state.engagements[event.engagement] = Engagement(
        id=event.engagement,
        incident=event.incident,
        trade=event.trade,
        crew=event.crew,
        agent=event.agent,
        call_out=event.call_out,
        started_at=line.happened_at,
        engaged_by=line.actor.id,
        moves=(first,),
        answer_before=event.answer_before,
        accepted=event.answer_before is None,
        expected_at=event.expected_at,
        rank=event.rank,
        travel_min=event.travel_min,
        scope=event.scope,
    )
    if event.call_out is not None:
        _change_call(state, event.call_out, engagement=event.engagement)


def _move(identity: Any, told: Any, channel: Any, line: Line, *, unusual: bool = False) -> Move:
    return Move(
        id=identity,
        state=told,
        happened_at=line.happened_at,
        recorded_at=line.recorded_at,
        channel=channel,
        author=line.actor.id,
        unusual=unusual,
    )


def _accepted(state: DispatchState, event: events.Accepted, line: Line) -> None:
    _change(state, event.engagement, accepted=True, agreed=True, overdue=False, **_QUIET)


def _moved(state: DispatchState, event: events.CrewMoved, line: Line) -> None:
    held = state.engagements[event.engagement]
    told = _move(event.move, event.state, event.channel, line, unusual=event.unusual)
    if event.corrects is not None:
        moves = tuple(
            replace(told, unusual=one.unusual, previous=one) if one.id == event.corrects else one for one in held.moves
        )
    else:
        moves = (*held.moves, told)
    # the first state is the engagement itself: telling it again is no answer
    answered = event.state != "engaged"
    _change(
        state,
        held.id,
        moves=moves,
        accepted=held.accepted or answered,
        overdue=held.overdue and not answered,
        **(_QUIET if answered else {}),
    )
    if event.state == "available":
        _change(state, held.id, ended_at=line.happened_at, end_reason="available")


def _move_undone(state: DispatchState, event: events.MoveUndone, line: Line) -> None:
    held = state.engagements[event.engagement]
    if event.at is not None:
        moves = tuple((one.previous or one) if one.id == event.move else one for one in held.moves)
        ends = {"ended_at": event.at} if event.state == "available" and not held.open else {}
        return _change(state, held.id, moves=moves, **ends)
    moves = tuple(one for one in held.moves if one.id != event.move)
    _change(state, held.id, moves=moves)
    if event.answer_before is not None:
        _change(state, held.id, accepted=False, answer_before=event.answer_before)
    if event.state == "available":
        _change(state, held.id, ended_at=None, end_reason="")
        if event.agent is not None:
            state.rests.pop(event.agent, None)


def _unanswered(state: DispatchState, event: events.Unanswered, line: Line) -> None:
    _change(state, event.engagement, overdue=True, answer_before=None)


def _insisted(state: DispatchState, event: events.Insisted, line: Line) -> None:
    _change(state, event.engagement, insisted=event.step, insist_at=event.next_at)


def _disengaged(state: DispatchState, event: events.Disengaged, line: Line) -> None:
    _change(state, event.engagement, ended_at=line.happened_at, end_reason=event.reason, **_QUIET)


def _attempted(state: DispatchState, event: events.CallAttempted, line: Line) -> None:
    held = state.call_outs.get(event.call_out)
    if held is None:
        held = _new_call(state, event, line)
    one = Attempt(id=event.attempt, agent=event.agent, rank=event.rank, at=line.happened_at, by=line.actor.id)
    moved_on = held.agent is not None and held.agent != event.agent
    _change_call(
        state,
        held.id,
        state="calling",
        agent=event.agent,
        rank=event.rank,
        delay_min=event.delay_min,
        step=held.step + 1 if moved_on or held.state != "calling" else held.step,
        escalate_at=event.escalate_at,
        tried=tuple(dict.fromkeys((*held.tried, event.agent))),
        attempts=(*held.attempts, one),
    )


def _new_call(state: DispatchState, event: events.CallAttempted | events.NotWoken, line: Line) -> CallOut:
    made = CallOut(
        id=event.call_out,
        incident=event.incident,
        trade=event.trade,
        opened_at=line.recorded_at,
        scope=event.scope,
    )
    state.call_outs[made.id] = made
    return made


def _call_unanswered(state: DispatchState, event: events.CallUnanswered, line: Line) -> None:
    _settle_attempt(state, event, "no_answer")


def _call_answered(state: DispatchState, event: events.CallAnswered, line: Line) -> None:
    _settle_attempt(state, event, "reached")
    _change_call(state, event.call_out, state="reached", escalate_at=None, ended_at=line.recorded_at)


def _settle_attempt(state: DispatchState, event: events.CallUnanswered | events.CallAnswered, outcome: str) -> None:
    held = state.call_outs[event.call_out]
    attempts = tuple(replace(one, outcome=outcome) if one.id == event.attempt else one for one in held.attempts)
    _change_call(state, held.id, attempts=attempts)


def _escalated(state: DispatchState, event: events.Escalated, line: Line) -> None:
    held = state.call_outs[event.call_out]
    _change_call(
        state,
        held.id,
        step=event.step,
        agent=event.agent,
        rank=event.rank,
        delay_min=event.delay_min,
        escalate_at=event.escalate_at,
        tried=tuple(dict.fromkeys((*held.tried, event.agent))),
    )


def _exhausted(state: DispatchState, event: events.Exhausted, line: Line) -> None:
    _change_call(state, event.call_out, state="exhausted", step=event.step, agent=None, rank=0, escalate_at=None)


def _not_woken(state: DispatchState, event: events.NotWoken, line: Line) -> None:
    held = state.call_outs.get(event.call_out) or _new_call(state, event, line)
    _change_call(
        state,
        held.id,
        state="postponed",
        step=held.step + 1,
        agent=None,
        rank=0,
        escalate_at=event.until,
        criteria=event.criteria,
    )


def _resumed(state: DispatchState, event: events.Resumed, line: Line) -> None:
    # the list starts again: it is day, others may be on call
    _change_call(state, event.call_out, state="resumed", step=event.step, escalate_at=None, tried=())


def _call_ended(state: DispatchState, event: events.CallOutEnded, line: Line) -> None:
    _change_call(state, event.call_out, state="ended", escalate_at=None, ended_at=line.recorded_at)


def _followed(state: DispatchState, event: events.FollowedEvent, line: Line) -> None:
    for engagement in event.engagements:
        _change(state, engagement, scope=event.scope, **_now_for(state.engagements[engagement], event))
    for call_out in event.call_outs:
        _change_call(state, call_out, scope=event.scope, **_now_for(state.call_outs[call_out], event))


def _now_for(held: Engagement | CallOut, event: events.FollowedEvent) -> dict[str, Any]:
    """Return for which event it is now, and the way back when that one is joined to another."""
    if event.before is None:
        return {}
    came = held.came_from[: held.came_from.index(event.incident)] if event.back else (*held.came_from, event.before)
    return {"incident": event.incident, "came_from": came}


def _rested(state: DispatchState, event: events.Rested, line: Line) -> None:
    state.rests[event.agent] = event.until


def _change(state: DispatchState, engagement: Any, /, **fields: Any) -> None:
    state.engagements[engagement] = replace(state.engagements[engagement], **fields)


def _change_call(state: DispatchState, call_out: Any, /, **fields: Any) -> None:
    state.call_outs[call_out] = replace(state.call_outs[call_out], **fields)


def _forget_old(state: DispatchState, now: Micros) -> None:
    for engagement in list(state.engagements.values()):
        if engagement.ended_at is not None and engagement.ended_at < now - KEPT_ENDED:
            del state.engagements[engagement.id]
    for held in list(state.call_outs.values()):
        if not held.open and (held.ended_at or 0) < now - KEPT_ENDED:
            del state.call_outs[held.id]
    for local, at in list(state.locals.items()):
        if at < now - KEPT_LOCALS:
            del state.locals[local]


_APPLY: dict[type[Event], Any] = {
    events.AgentSet: _agent_set,
    events.AgentForgotten: _agent_forgotten,
    events.CrewSet: _crew_set,
    events.RosterSet: _roster_set,
    events.NeedSet: _need_set,
    events.Engaged: _engaged,
    events.Accepted: _accepted,
    events.CrewMoved: _moved,
    events.MoveUndone: _move_undone,
    events.Unanswered: _unanswered,
    events.Insisted: _insisted,
    events.Disengaged: _disengaged,
    events.CallAttempted: _attempted,
    events.CallUnanswered: _call_unanswered,
    events.CallAnswered: _call_answered,
    events.Escalated: _escalated,
    events.Exhausted: _exhausted,
    events.NotWoken: _not_woken,
    events.Resumed: _resumed,
    events.CallOutEnded: _call_ended,
    events.Rested: _rested,
    events.FollowedEvent: _followed,
}
