"""Decisions about call-outs: attempts, answers, escalation by time, « ne pas réveiller ». Pure."""

from collections.abc import Sequence
from uuid import UUID

from beffroi.dispatch import actions, duty, engaging, events
from beffroi.dispatch.call_list import CallList, call_list
from beffroi.dispatch.duty import OnCall
from beffroi.dispatch.lookups import check_time, find_call_out, get_incident, open_of, trade_of
from beffroi.dispatch.types import Attempt, CallOut, DispatchState
from beffroi.model.time import DAY, MINUTE, Micros
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.rejected import Rejected

ESCALATION = 10 * MINUTE
RINGING = MINUTE
"""For this long somebody's call is taken as still ringing: a second seat does not call the same person."""


def attempt(state: DispatchState, action: actions.CallAttempt, context: Context) -> Sequence[Event]:
    """Record a call; its answer is due within ESCALATION, whatever is tried again meanwhile."""
    check_time(context)
    facts = get_incident(action.incident, context)
    trade = trade_of(state, facts, action.trade)
    held = find_call_out(state, facts.id, trade)
    line = _choose(state, call_list(state, facts, trade, context.now), action.agent, held, context.now)
    if any(one.agent == line.agent for one in open_of(state, facts.id)):
        raise Rejected("dispatch.already_reached")
    _not_ringing(held, line.agent, context)
    same = held is not None and held.state == "calling" and held.agent == line.agent
    escalate_at = held.escalate_at if same and held else None
    return [
        events.CallAttempted(
            call_out=held.id if held else context.ids.new(),
            attempt=context.ids.new(),
            incident=facts.id,
            trade=trade,
            agent=line.agent,
            rank=line.rank,
            delay_min=line.delay_min,
            escalate_at=escalate_at or context.now + ESCALATION,
            local=action.local,
            scope=facts.scope,
        )
    ]


def _choose(state: DispatchState, listed: CallList, wanted: UUID | None, held: CallOut | None, now: Micros) -> OnCall:
    if wanted is not None:
        return _named(state, listed, wanted, now)
    if not listed.lines:
        raise Rejected("dispatch.nobody_fit" if listed.passed else "dispatch.nobody_on_call")
    # who went to rest, or whose paper ended, since the call leaves the place to the next
    again = listed.find(held.agent) if held and held.state == "calling" else None
    tried = held.tried if held else ()
    return again or next((line for line in listed.lines if line.agent not in tried), listed.lines[0])


def _named(state: DispatchState, listed: CallList, agent: UUID, now: Micros) -> OnCall:
    found = listed.find(agent)
    if found is not None:
        return found
    if duty.at_rest(state, agent, now):
        raise Rejected("dispatch.at_rest")
    reason = listed.passes(agent)
    if reason is not None:
        raise Rejected("dispatch.unfit_person", why=reason.code, **reason.params)
    raise Rejected("dispatch.not_on_call")


def _not_ringing(held: CallOut | None, agent: UUID, context: Context) -> None:
    last = held.attempts[-1] if held and held.attempts else None
    if last is None or last.agent != agent or last.outcome is not None or last.by == context.actor.id:
        return
    if context.now < last.at + RINGING:
        raise Rejected("dispatch.already_calling", by=str(last.by or ""))


def tell_outcome(state: DispatchState, action: actions.TellOutcome, context: Context) -> Sequence[Event]:
    """Say what came of the last call: reached, the person is engaged; no answer, time goes on."""
    check_time(context)
    held = state.call_outs.get(action.call_out)
    if held is None or not held.open:
        raise Rejected("dispatch.no_call_out")
    last = _last_open(held, action.agent)
    if action.outcome == "no_answer":
        return [
            events.CallUnanswered(
                call_out=held.id,
                attempt=last.id,
                incident=held.incident,
                agent=last.agent,
                rank=last.rank,
                trade=held.trade,
                local=action.local,
                scope=held.scope,
            )
        ]
    return _reached(state, held, last, action, context)


def _last_open(held: CallOut, agent: UUID | None) -> Attempt:
    """Return the call meant: the last to that person, who may call back after *sans réponse*, or the one waited for."""
    if agent is None and len({one.agent for one in held.attempts if one.outcome is None}) > 1:
        raise Rejected("dispatch.which_call")
    if agent is not None:
        found = next((one for one in reversed(held.attempts) if one.agent == agent), None)
    else:
        found = held.attempts[-1] if held.attempts and held.attempts[-1].outcome is None else None
    if found is None:
        raise Rejected("dispatch.no_attempt")
    return found


def _reached(
    state: DispatchState, held: CallOut, last: Attempt, action: actions.TellOutcome, context: Context
) -> list[Event]:
    if duty.at_rest(state, last.agent, context.now):
        raise Rejected("dispatch.at_rest")
    listed = call_list(state, get_incident(held.incident, context), held.trade, context.now)
    reason = listed.passes(last.agent)
    if reason is not None:
        raise Rejected("dispatch.unfit_person", why=reason.code, **reason.params)
    line = listed.find(last.agent)
    # his turn may have ended while the telephone rang
    delay = line.delay_min if line else held.delay_min
    answered = events.CallAnswered(
        call_out=held.id,
        attempt=last.id,
        incident=held.incident,
        agent=last.agent,
        rank=last.rank,
        trade=held.trade,
        delay_min=delay,
        opened_at=held.opened_at,
        local=action.local,
        scope=held.scope,
    )
    engaged = events.Engaged(
        engagement=context.ids.new(),
        incident=held.incident,
        trade=held.trade,
        agent=last.agent,
        call_out=held.id,
        move=context.ids.new(),
        channel="phone",
        expected_at=context.happened_at + delay * MINUTE,
        rank=last.rank,
        of=len(listed.lines),
        scope=held.scope,
    )
    return [answered, engaged]


def do_not_wake(state: DispatchState, action: actions.DoNotWake, context: Context) -> Sequence[Event]:
    """Decide that nobody is woken before an hour, for the reasons ticked."""
    facts = get_incident(action.incident, context)
    if action.until <= context.now:
        raise Rejected("dispatch.until_past")
    if action.until > context.now + DAY:
        raise Rejected("dispatch.until_far")
    trade = trade_of(state, facts, action.trade)
    held = find_call_out(state, facts.id, trade)
    return [
        events.NotWoken(
            call_out=held.id if held else context.ids.new(),
            incident=facts.id,
            trade=trade,
            until=action.until,
            criteria=tuple(dict.fromkeys(action.criteria)),
            local=action.local,
            scope=facts.scope,
        )
    ]


def escalate(state: DispatchState, action: actions.Escalate, context: Context) -> Sequence[Event]:
    """Do what time asks of a call-out at one step, or of an engagement; the same again does nothing."""
    if action.engagement is not None:
        engagement = state.engagements.get(action.engagement)
        return engaging.unanswered(state, engagement, context.now) if engagement else []
    held = state.call_outs.get(action.call_out) if action.call_out else None
    due = held.escalate_at if held else None
    if held is None or due is None or held.step != action.step or context.now < due:
        return []
    if held.state == "postponed":
        return [_resumed(held, due)]
    return [_next(state, held, due, context)] if held.state == "calling" else []


def _resumed(held: CallOut, due: Micros) -> Event:
    return events.Resumed(
        call_out=held.id,
        incident=held.incident,
        trade=held.trade,
        step=held.step + 1,
        due_at=due,
        scope=held.scope,
    )


def _next(state: DispatchState, held: CallOut, due: Micros, context: Context) -> Event:
    tried, now = {*held.tried, held.agent}, context.now
    facts = context.city.incidents.find(held.incident)
    lines = call_list(state, facts, held.trade, now).lines if facts else ()
    line = next((one for one in lines if one.agent not in tried), None)
    if line is None:
        return events.Exhausted(
            call_out=held.id,
            incident=held.incident,
            trade=held.trade,
            step=held.step + 1,
            due_at=due,
            scope=held.scope,
        )
    return events.Escalated(
        call_out=held.id,
        incident=held.incident,
        trade=held.trade,
        step=held.step + 1,
        agent=line.agent,
        rank=line.rank,
        delay_min=line.delay_min,
        due_at=due,
        # what was due while the core was away is told now: people need the whole delay from now
        escalate_at=now + ESCALATION,
        scope=held.scope,
    )
