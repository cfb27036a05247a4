"""Rows of dispatch.

`write` works from a private copy of the state rebuilt from the rows concerned, so that rows and memory cannot drift:
both come from `evolve.apply`. Names and phones have their own table, whose rows are deleted when they are due.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from beffroi.dispatch import events, evolve
from beffroi.dispatch.types import (
    Agent,
    CallOut,
    Crew,
    DispatchState,
    Engagement,
    Need,
    Turn,
)
from beffroi.model.time import DAY
from beffroi.trade.event import Event
from beffroi.trade.line import Line

ROSTER_DAYS = 200
_AGENTS = """SELECT agent.facts, person.name, person.phone FROM dispatch_agent agent
    LEFT JOIN dispatch_person person ON person.agent = agent.id"""
_PUT_AGENT = (
    "INSERT INTO dispatch_agent (id, facts) VALUES (%s, %s) ON CONFLICT (id) DO UPDATE SET facts = excluded.facts"
)
_PUT_PERSON = """INSERT INTO dispatch_person (agent, name, phone, purpose, ends_at) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (agent) DO UPDATE SET name = excluded.name, phone = excluded.phone, ends_at = excluded.ends_at"""
_PUT_CREW = (
    "INSERT INTO dispatch_crew (id, facts) VALUES (%s, %s) ON CONFLICT (id) DO UPDATE SET facts = excluded.facts"
)
_PUT_NEED = """INSERT INTO dispatch_need (category, facts) VALUES (%s, %s)
    ON CONFLICT (category) DO UPDATE SET facts = excluded.facts"""
_PUT_TURN = """INSERT INTO dispatch_turn (trade, kind, subject, starts, ends, rank, delay_min)
    VALUES (%s, %s, %s, %s, %s, %s, %s)"""
_PUT_ROSTER = """INSERT INTO dispatch_roster (trade, position) VALUES (%s, %s)
    ON CONFLICT (trade) DO UPDATE SET position = excluded.position"""
_PUT_ENGAGEMENT = """INSERT INTO dispatch_engagement (id, incident, crew, agent, started_at, ended_at, facts)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (id) DO UPDATE SET incident = excluded.incident, ended_at = excluded.ended_at,
    facts = excluded.facts"""
_PUT_CALL_OUT = """INSERT INTO dispatch_call_out (id, incident, opened_at, ended_at, facts) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (id) DO UPDATE SET incident = excluded.incident, ended_at = excluded.ended_at,
    facts = excluded.facts"""
_PUT_REST = """INSERT INTO dispatch_rest (agent, ends_at) VALUES (%s, %s)
    ON CONFLICT (agent) DO UPDATE SET ends_at = excluded.ends_at"""
_LAST = """SELECT greatest((SELECT coalesce(max(started_at), 0) FROM dispatch_engagement),
    (SELECT coalesce(max(ended_at), 0) FROM dispatch_engagement))"""
_OPEN_CALLS = (
    "SELECT facts FROM dispatch_call_out WHERE ended_at IS NULL OR ended_at > ({}) - %s ORDER BY opened_at, id"
)
_OPEN = "SELECT facts FROM dispatch_engagement WHERE ended_at IS NULL OR ended_at > ({}) - %s ORDER BY started_at, id"


class AgentFacts(msgspec.Struct, kw_only=True):
    """What the `facts` column keeps of an agent: nothing personal."""

    id: UUID
    skills: tuple[str, ...]
    authorisations: tuple[Any, ...]
    contractor: str
    ends_at: int
    lines: tuple[int, ...]
    forgotten: bool
    simulated: bool


def load(connection: psycopg.Connection[Any]) -> DispatchState:
    """Return the people, crews and rosters, and what is open or ended in the last days."""
    state = DispatchState()
    for row in connection.execute(f"{_AGENTS} ORDER BY agent.id"):
        agent = _agent(row)
        state.agents[agent.id] = agent
    for (facts,) in connection.execute("SELECT facts FROM dispatch_crew ORDER BY id"):
        crew = msgspec.convert(facts, Crew)
        state.crews[crew.id] = crew
    state.turns = _load_turns(connection)
    state.versions = dict(connection.execute("SELECT trade, position FROM dispatch_roster").fetchall())
    for category, facts in connection.execute("SELECT category, facts FROM dispatch_need"):
        state.needs[category] = msgspec.convert(facts, Need)
    for (facts,) in connection.execute(_OPEN.format(_LAST), (evolve.KEPT_ENDED,)):
        engagement = msgspec.convert(facts, Engagement)
        state.engagements[engagement.id] = engagement
    for (facts,) in connection.execute(_OPEN_CALLS.format(_LAST), (evolve.KEPT_ENDED,)):
        call_out = msgspec.convert(facts, CallOut)
        state.call_outs[call_out.id] = call_out
    state.rests = dict(connection.execute("SELECT agent, ends_at FROM dispatch_rest").fetchall())
    recent = "SELECT local, at FROM dispatch_local WHERE at > (SELECT coalesce(max(at), 0) FROM dispatch_local) - %s"
    state.locals = dict(connection.execute(recent, (evolve.KEPT_LOCALS,)).fetchall())
    return state


def _load_turns(connection: psycopg.Connection[Any]) -> dict[str, tuple[Turn, ...]]:
    found: dict[str, list[Turn]] = {}
    rows = connection.execute(
        # from what was last done, never ahead of the city's clock: a roster may be planned a year ahead
        f"SELECT trade, kind, subject, starts, ends, rank, delay_min FROM dispatch_turn WHERE ends > ({_LAST}) - %s"
        " ORDER BY trade, starts, kind, rank, subject",
        (ROSTER_DAYS * DAY,),
    )
    for trade, kind, subject, starts, ends, rank, delay in rows:
        found.setdefault(trade, []).append(
            Turn(kind=kind, subject=subject, start=starts, end=ends, rank=rank, delay_min=delay)
        )
    return {trade: tuple(turns) for trade, turns in found.items()}


def _agent(row: tuple[Any, ...]) -> Agent:
    facts, name, phone = row
    return msgspec.convert({**facts, "name": name or "", "phone": phone or ""}, Agent)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def write(cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
    """Bring a batch of events into the rows."""
    state = _read(cursor, lines)
    for line in lines:
        evolve.apply(state, line)
        put = _PUT.get(type(line.event))
        if put is not None:
            put(cursor, state, line)
        local = getattr(line.event, "local", None)
        if local is not None:
            cursor.execute(
                "INSERT INTO dispatch_local (local, position, at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                (local, line.position, line.recorded_at),
            )
    _write_changed(cursor, state, lines)


def _named(lines: Iterable[Line], field: str) -> list[UUID]:
    found = {getattr(line.event, field, None) for line in lines}
    several = (one for line in lines for one in getattr(line.event, f"{field}s", ()))
    return [one for one in dict.fromkeys((*found, *several)) if one is not None]


def _read(cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> DispatchState:
    state = DispatchState()
    cursor.execute(f"{_AGENTS} WHERE agent.id = ANY(%s)", (_named(lines, "agent"),))
    state.agents = {agent.id: agent for agent in map(_agent, cursor.fetchall())}
    cursor.execute("SELECT facts FROM dispatch_engagement WHERE id = ANY(%s)", (_named(lines, "engagement"),))
    state.engagements = {one.id: one for one in (msgspec.convert(row[0], Engagement) for row in cursor.fetchall())}
    cursor.execute("SELECT facts FROM dispatch_call_out WHERE id = ANY(%s)", (_named(lines, "call_out"),))
    state.call_outs = {one.id: one for one in (msgspec.convert(row[0], CallOut) for row in cursor.fetchall())}
    return state


def _write_changed(cursor: psycopg.Cursor[Any], state: DispatchState, lines: Sequence[Line]) -> None:
    engagements = [state.engagements[one] for one in _named(lines, "engagement") if one in state.engagements]
    cursor.executemany(
        _PUT_ENGAGEMENT,
        [(one.id, one.incident, one.crew, one.agent, one.started_at, one.ended_at, _json(one)) for one in engagements],
    )
    calls = [state.call_outs[one] for one in _named(lines, "call_out") if one in state.call_outs]
    cursor.executemany(
        _PUT_CALL_OUT, [(one.id, one.incident, one.opened_at, one.ended_at, _json(one)) for one in calls]
    )


def _put_agent(cursor: psycopg.Cursor[Any], state: DispatchState, line: Line) -> None:
    agent = state.agents[line.event.agent]  # type: ignore[attr-defined]
    facts = AgentFacts(**{name: getattr(agent, name) for name in AgentFacts.__struct_fields__})
    cursor.execute(_PUT_AGENT, (agent.id, _json(facts)))
    if agent.forgotten:
        cursor.execute("DELETE FROM dispatch_person WHERE agent = %s", (agent.id,))
    else:
        cursor.execute(_PUT_PERSON, (agent.id, agent.name, agent.phone, events.AGENT, agent.ends_at))


def _put_crew(cursor: psycopg.Cursor[Any], state: DispatchState, line: Line) -> None:
    crew = state.crews[line.event.crew]  # type: ignore[attr-defined]
    cursor.execute(_PUT_CREW, (crew.id, _json(crew)))


def _put_need(cursor: psycopg.Cursor[Any], state: DispatchState, line: Line) -> None:
    category: str = line.event.category  # type: ignore[attr-defined]
    cursor.execute(_PUT_NEED, (category, _json(state.needs[category])))


def _put_roster(cursor: psycopg.Cursor[Any], state: DispatchState, line: Line) -> None:
    event = line.event
    assert isinstance(event, events.RosterSet)
    cursor.execute(
        "DELETE FROM dispatch_turn WHERE trade = %s AND starts >= %s AND starts < %s",
        (event.trade, event.start, event.end),
    )
    cursor.executemany(
        _PUT_TURN,
        [
            (event.trade, turn.kind, turn.subject, turn.start, turn.end, turn.rank, turn.delay_min)
            for turn in event.turns
        ],
    )
    cursor.execute(_PUT_ROSTER, (event.trade, line.position))


def _put_rest(cursor: psycopg.Cursor[Any], state: DispatchState, line: Line) -> None:
    event = line.event
    assert isinstance(event, events.Rested)
    cursor.execute(_PUT_REST, (event.agent, event.until))


def _take_rest_back(cursor: psycopg.Cursor[Any], state: DispatchState, line: Line) -> None:
    event = line.event
    assert isinstance(event, events.MoveUndone)
    if event.state == "available" and event.agent is not None and event.at is None:
        cursor.execute("DELETE FROM dispatch_rest WHERE agent = %s", (event.agent,))


_PUT: dict[type[Event], Callable[[psycopg.Cursor[Any], DispatchState, Line], None]] = {
    events.AgentSet: _put_agent,
    events.AgentForgotten: _put_agent,
    events.CrewSet: _put_crew,
    events.NeedSet: _put_need,
    events.RosterSet: _put_roster,
    events.Rested: _put_rest,
    events.MoveUndone: _take_rest_back,
}
