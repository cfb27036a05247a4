"""Who is *en service*, *d'astreinte*, *au repos* at a time; with which skills. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from operator import attrgetter
from uuid import UUID

import msgspec

from beffroi.dispatch.types import Crew, DispatchState, Engagement, Turn
from beffroi.model.time import DAY, HOUR, Micros

REST = 11 * HOUR
"""What follows a call-out (French labour code, L3131-1)."""

LONGEST_DUTY = DAY
LONGEST_ON_CALL = 8 * DAY
CITY_WIDE = ""
"""The roster of the whole city, where the *cadre d'astreinte* is."""

_START = attrgetter("start")


class OnCall(msgspec.Struct, frozen=True):
    """One line of a call-out list: rank 1, 2, 3 (*appel 1, appel 2, cadre d'astreinte*), contractual delay."""

    rank: int
    agent: UUID
    delay_min: int
    until: Micros


def turns_at(turns: tuple[Turn, ...], now: Micros) -> Iterator[Turn]:
    """List the turns in force at a time."""
    first = bisect_left(turns, now - LONGEST_ON_CALL, key=_START)
    last = bisect_right(turns, now, key=_START)
    return (turn for turn in turns[first:last] if turn.end > now)


def at_rest(state: DispatchState, agent: UUID, now: Micros) -> bool:
    """Tell whether an agent is in the 11 hours that follow a call-out."""
    return state.rests.get(agent, 0) > now


def rest_owed(state: DispatchState, agent: UUID, but: UUID) -> Micros:
    """Return until when somebody rests after call-outs other than one; 0 when no other gave any."""
    ended = (
        one.ended_at + REST
        for one in state.engagements.values()
        if one.agent == agent and one.id != but and one.ended_at is not None and one.left
    )
    return max(ended, default=0)


def on_call(state: DispatchState, trade: str, now: Micros) -> list[OnCall]:
    """List who is to be called for a trade, in order, the city's own list behind; nobody at rest, nobody erased."""
    return _listed(state, (trade, CITY_WIDE) if trade else (CITY_WIDE,), now)


def on_call_of(state: DispatchState, roster: str, now: Micros) -> list[OnCall]:
    """List who is on call in one roster only."""
    return _listed(state, (roster,), now)


def _listed(state: DispatchState, rosters: Iterable[str], now: Micros) -> list[OnCall]:
    found: dict[UUID, OnCall] = {}
    for name in rosters:
        for turn in turns_at(state.turns.get(name, ()), now):
            agent = state.agents.get(turn.subject)
            if turn.kind != "on_call" or agent is None or agent.forgotten or at_rest(state, agent.id, now):
                continue
            line = OnCall(turn.rank, agent.id, turn.delay_min, turn.end)
            held = found.get(agent.id)
            if held is None or _order(line) < _order(held):
                found[agent.id] = line
    return sorted(found.values(), key=_order)


def _order(line: OnCall) -> tuple[int, int, UUID]:
    return line.rank, line.delay_min, line.agent


def in_service(state: DispatchState, now: Micros) -> dict[UUID, Micros]:
    """Return the crews on duty at a time, with the end of their duty; none whose every member is at rest."""
    found: dict[UUID, Micros] = {}
    for turns in state.turns.values():
        for turn in turns_at(turns, now):
            crew = state.crews.get(turn.subject) if turn.kind == "duty" else None
            if crew is not None and crew.active and _has_somebody(state, crew, now):
                found[crew.id] = max(found.get(crew.id, 0), turn.end)
    return found


def _has_somebody(state: DispatchState, crew: Crew, now: Micros) -> bool:
    return not crew.members or any(agent in state.agents and not at_rest(state, agent, now) for agent in crew.members)


def present(state: DispatchState, crew: Crew, now: Micros) -> list[UUID]:
    """List the members of a crew who are not at rest."""
    return [agent for agent in crew.members if agent in state.agents and not at_rest(state, agent, now)]


def skills_of(state: DispatchState, crew: Crew, members: Iterable[UUID]) -> frozenset[str]:
    """Return the crew's own skills and those of its members who are there."""
    return frozenset(crew.skills).union(*(state.agents[agent].skills for agent in members))


def authorisations_of(state: DispatchState, members: Iterable[UUID]) -> dict[str, Micros]:
    """Return, by authorisation, the latest end among members: an expired one is there with its past end."""
    found: dict[str, Micros] = {}
    for agent in members:
        for paper in state.agents[agent].authorisations:
            found[paper.code] = max(found.get(paper.code, 0), paper.until)
    return found


def begun(engagement: Engagement) -> tuple[Micros, UUID]:
    """Return what orders engagements: their hour, which may have been told late."""
    return engagement.started_at, engagement.id


def loads(state: DispatchState) -> dict[UUID, list[Engagement]]:
    """Return the open engagements by crew or by agent called out, the last begun at the end, restarted since or not."""
    found: dict[UUID, list[Engagement]] = {}
    for engagement in sorted(state.engagements.values(), key=begun):
        holder = engagement.crew or engagement.agent
        if engagement.open and holder is not None:
            found.setdefault(holder, []).append(engagement)
    return found
