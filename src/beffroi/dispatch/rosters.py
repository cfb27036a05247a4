"""Decisions about people, crews, rosters and what each category asks. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from uuid import UUID

from beffroi.dispatch import actions, duty, events
from beffroi.dispatch.needs import DEFAULTS
from beffroi.dispatch.types import FIRST, MANAGER, DispatchState, Need, Turn
from beffroi.model.scope import Scope
from beffroi.model.time import DAY
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.rejected import Rejected

LONGEST_WINDOW = 400 * DAY


def set_agent(state: DispatchState, action: actions.SetAgent, context: Context) -> Sequence[Event]:
    """Enter a person with the date on which name and phone leave."""
    if action.agent is not None and action.agent not in state.agents:
        raise Rejected("dispatch.no_agent")
    if action.ends_at <= context.now:
        raise Rejected("dispatch.ends_past")
    return [
        events.AgentSet(
            agent=action.agent or context.ids.new(),
            name=action.name,
            phone=action.phone,
            skills=action.skills,
            authorisations=action.authorisations,
            contractor=action.contractor,
            ends_at=action.ends_at,
            simulated=action.simulated,
        )
    ]


def forget_agent(state: DispatchState, agent: UUID, *, on_request: bool) -> Sequence[Event]:
    """Erase a person's name and phone; already erased, nothing more happens."""
    held = state.agents.get(agent)
    if held is None:
        raise Rejected("dispatch.no_agent")
    if held.forgotten:
        return []
    return [events.AgentForgotten(agent=agent, lines=held.lines, on_request=on_request)]


def forget_line(state: DispatchState, position: int) -> Sequence[Event]:
    """Erase the person whose present name and phone that line told."""
    for agent in state.agents.values():
        if agent.lines and agent.lines[-1] == position:
            return forget_agent(state, agent.id, on_request=True)
    return []


def set_crew(state: DispatchState, action: actions.SetCrew, context: Context) -> Sequence[Event]:
    """Enter a crew; its members and vehicle must be known, its name borne by no other."""
    if action.crew is not None and action.crew not in state.crews:
        raise Rejected("dispatch.no_crew")
    if any(agent not in state.agents for agent in action.members):
        raise Rejected("dispatch.no_agent")
    if any(one.active and one.name == action.name and one.id != action.crew for one in state.crews.values()):
        raise Rejected("dispatch.same_crew_name", name=action.name)
    vehicle = context.city.topology.find(action.vehicle) if action.vehicle else None
    if action.vehicle is not None and (vehicle is None or vehicle.kind != "vehicle"):
        raise Rejected("dispatch.not_a_vehicle")
    return [
        events.CrewSet(
            crew=action.crew or context.ids.new(),
            name=action.name,
            trade=action.trade,
            members=tuple(dict.fromkeys(action.members)),
            skills=action.skills,
            equipment=action.equipment,
            vehicle=action.vehicle,
            contractor=action.contractor,
            active=action.active,
            simulated=action.simulated,
            scope=Scope("", action.trade, ""),
        )
    ]


def set_roster(state: DispatchState, action: actions.SetRoster, context: Context) -> Sequence[Event]:
    """Write a stretch of roster again, whole, if nobody changed it since it was read."""
    if action.end <= action.start or action.end - action.start > LONGEST_WINDOW:
        raise Rejected("dispatch.bad_window")
    if action.seen is not None and action.seen != state.versions.get(action.trade, 0):
        raise Rejected("dispatch.roster_changed")
    for turn in action.turns:
        _check_turn(state, turn, action)
    _check_overlaps(state, action)
    ordered = tuple(sorted(action.turns, key=lambda turn: (turn.start, turn.kind, turn.rank, turn.subject)))
    return [
        events.RosterSet(
            trade=action.trade,
            start=action.start,
            end=action.end,
            turns=ordered,
            scope=Scope("", action.trade, ""),
        )
    ]


def _check_turn(state: DispatchState, turn: Turn, action: actions.SetRoster) -> None:
    known: object = state.crews.get(turn.subject) if turn.kind == "duty" else state.agents.get(turn.subject)
    if known is None:
        raise Rejected("dispatch.no_crew" if turn.kind == "duty" else "dispatch.no_agent")
    if not action.start <= turn.start < action.end:
        raise Rejected("dispatch.turn_outside")
    longest = duty.LONGEST_DUTY if turn.kind == "duty" else duty.LONGEST_ON_CALL
    if not 0 < turn.end - turn.start <= longest:
        raise Rejected("dispatch.turn_length", hours=longest // (DAY // 24))
    if turn.kind == "on_call" and not (FIRST <= turn.rank <= MANAGER and 0 <= turn.delay_min <= 24 * 60):
        raise Rejected("dispatch.bad_rank")


def _check_overlaps(state: DispatchState, action: actions.SetRoster) -> None:
    kept = [turn for turn in state.turns.get(action.trade, ()) if not action.start <= turn.start < action.end]
    by_subject: dict[tuple[str, UUID], list[Turn]] = defaultdict(list)
    for turn in (*kept, *action.turns):
        by_subject[turn.kind, turn.subject].append(turn)
    for turns in by_subject.values():
        turns.sort(key=lambda turn: turn.start)
        for one, other in pairwise(turns):
            if other.start < one.end:
                raise Rejected("dispatch.turns_overlap", at=other.start)


def set_need(state: DispatchState, action: actions.SetNeed, context: Context) -> Sequence[Event]:
    """Decide what a category asks; the same again decides nothing."""
    asked = Need(**{name: getattr(action, name) for name in Need.__struct_fields__})
    if state.needs.get(action.category, DEFAULTS.get(action.category)) == asked:
        return []
    return [
        events.NeedSet(
            category=action.category,
            trade=action.trade,
            skills=action.skills,
            authorisations=action.authorisations,
            equipment=action.equipment,
        )
    ]
