"""Decisions of dispatch: which function answers which action, what time asks, what was already sent. Pure."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from beffroi.dispatch import actions, calling, engaging, moving, rosters
from beffroi.dispatch.types import DispatchState
from beffroi.model.time import Micros
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event

_HANDLERS: dict[type[Action], Callable[[DispatchState, Any, Context], Sequence[Event]]] = {
    actions.Engage: engaging.engage,
    actions.TellState: engaging.tell_state,
    actions.UndoState: engaging.undo_state,
    actions.Accept: engaging.accept,
    actions.Refuse: engaging.refuse,
    actions.Disengage: engaging.disengage,
    actions.Release: engaging.release,
    actions.CallAttempt: calling.attempt,
    actions.TellOutcome: calling.tell_outcome,
    actions.DoNotWake: calling.do_not_wake,
    actions.Escalate: calling.escalate,
    actions.MoveTo: moving.move,
    actions.FollowEvent: lambda state, action, _: engaging.follow_events(state, action),
    actions.SetAgent: rosters.set_agent,
    actions.SetCrew: rosters.set_crew,
    actions.SetRoster: rosters.set_roster,
    actions.SetNeed: rosters.set_need,
    actions.ForgetAgent: lambda state, action, _: rosters.forget_agent(state, action.agent, on_request=True),
    actions.ExpireAgent: lambda state, action, _: rosters.forget_agent(state, action.agent, on_request=False),
    actions.ForgetLine: lambda state, action, _: rosters.forget_line(state, action.position),
}


def decide(state: DispatchState, action: Action, context: Context) -> Sequence[Event]:
    """Return the events that answer an action; what a seat sent twice is answered by nothing more."""
    if getattr(action, "local", None) in state.locals:
        return []
    return _HANDLERS[type(action)](state, action, context)


def deadlines(state: DispatchState) -> Iterator[tuple[Micros, Action]]:
    """List what time will ask, with its hour."""
    for held in state.call_outs.values():
        if held.open and held.escalate_at is not None:
            yield held.escalate_at, actions.Escalate(call_out=held.id, step=held.step)
    for engagement in state.engagements.values():
        due = engagement.answer_before or engagement.insist_at
        if engagement.open and due is not None:
            yield due, actions.Escalate(engagement=engagement.id)
    for agent in state.agents.values():
        if not agent.forgotten:
            yield agent.ends_at, actions.ExpireAgent(agent=agent.id)
