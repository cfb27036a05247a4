"""Readings of dispatch: crews now, who is on call, rosters, people."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import Parameter

from beffroi.dispatch import duty
from beffroi.dispatch.candidates import positions
from beffroi.dispatch.needs import DEFAULTS
from beffroi.dispatch.ranking import STALE_AFTER_S
from beffroi.dispatch.rows import crew_scope
from beffroi.dispatch.types import Agent, Authorisation, Crew, CrewState, DispatchState, Engagement, Need, Turn
from beffroi.model.ports import City
from beffroi.model.time import DAY, SECOND, Micros
from beffroi.trade.doors import Caller, View
from beffroi.trade.rejected import Rejected

FOREVER = 2**62
LONGEST_READ = 62 * DAY


class CrewNow(msgspec.Struct, kw_only=True):
    """A crew in service: where it was last seen and how old that is, what it has, until when."""

    id: UUID
    name: str
    trade: str
    contractor: str
    vehicle: UUID | None
    vehicle_code: str
    members: int
    skills: list[str]
    equipment: list[str]
    state: CrewState
    load: int
    shift_end: Micros
    place: str
    lon: float | None
    lat: float | None
    position_age_s: int | None
    stale: bool
    simulated: bool


class OnCallNow(msgspec.Struct, kw_only=True):
    """One line of a call-out list; name and phone for those who may call out."""

    trade: str
    rank: int
    agent: UUID
    name: str
    phone: str
    delay_min: int
    until: Micros
    contractor: str
    simulated: bool


class Person(msgspec.Struct, kw_only=True):
    """A person as those who call or plan see it."""

    id: UUID
    name: str
    phone: str
    skills: tuple[str, ...]
    authorisations: tuple[Authorisation, ...]
    contractor: str
    ends_at: Micros
    forgotten: bool
    simulated: bool


class Roster(msgspec.Struct, kw_only=True):
    """The roster of a trade between two times, with the version to give back when writing."""

    trade: str
    version: int
    start: Micros
    end: Micros
    turns: list[Turn]


class Seen(msgspec.Struct, frozen=True):
    """Where a vehicle was last heard, and when."""

    at: Micros
    lonlat: tuple[float, float] | list[float]
    place: str


def may_know(caller: Caller, trade: str = "") -> bool:
    """Tell whether somebody may read names and phones of a roster: who calls out, or plans."""
    return any(caller.may(right, crew_scope(trade)) for right in ("dispatch", "shift"))


def crews_now(state: DispatchState, city: City, now: Micros, caller: Caller) -> list[CrewNow]:
    """List the crews in service that a caller sees, by trade then name."""
    service = duty.in_service(state, now)
    crews = [state.crews[crew] for crew in service]
    crews = [crew for crew in crews if caller.sees(crew_scope(crew.trade))]
    crews.sort(key=lambda crew: (crew.trade, crew.name))
    known, at, lonlat = positions([crew.vehicle for crew in crews], city)
    spots = zip(known, at.tolist(), lonlat.tolist(), city.streets.places_at(lonlat), strict=True)
    seen = {place: Seen(*rest) for place, *rest in spots}
    held = duty.loads(state)
    return [
        _crew_now(state, city, now, crew, held.get(crew.id, []), service[crew.id], seen.get(place))
        for place, crew in enumerate(crews)
    ]


def _crew_now(
    state: DispatchState,
    city: City,
    now: Micros,
    crew: Crew,
    mine: Sequence[Engagement],
    shift_end: Micros,
    seen: Seen | None,
) -> CrewNow:
    vehicle = city.topology.find(crew.vehicle) if crew.vehicle else None
    age = max(0, now - seen.at) // SECOND if seen else None
    lon, lat = seen.lonlat if seen else (None, None)
    members = duty.present(state, crew, now)
    return CrewNow(
        id=crew.id,
        name=crew.name,
        trade=crew.trade,
        contractor=crew.contractor,
        vehicle=crew.vehicle,
        vehicle_code=vehicle.code if vehicle else "",
        members=len(members),
        skills=sorted(duty.skills_of(state, crew, members)),
        equipment=list(crew.equipment),
        state=mine[-1].state if mine else "available",
        load=len(mine),
        shift_end=shift_end,
        place=seen.place if seen else "",
        lon=lon,
        lat=lat,
        position_age_s=age,
        stale=age is not None and age > STALE_AFTER_S,
        simulated=crew.simulated,
    )


def on_call_now(state: DispatchState, now: Micros, caller: Caller, trade: str | None = None) -> list[OnCallNow]:
    """List who is called for a trade at a time, in order; of every roster, each once, when none is named."""
    if trade is not None:
        lines = duty.on_call(state, trade, now) if caller.sees(crew_scope(trade)) else []
        return [on_call_line(state, trade, line, caller) for line in lines]
    rosters = [*sorted(name for name in state.turns if name), duty.CITY_WIDE]
    rosters = [name for name in rosters if caller.sees(crew_scope(name))]
    return [on_call_line(state, name, line, caller) for name in rosters for line in duty.on_call_of(state, name, now)]


def on_call_line(state: DispatchState, trade: str, line: duty.OnCall, caller: Caller) -> OnCallNow:
    """Return one line of a call-out list as a caller sees it."""
    agent, known = state.agents[line.agent], may_know(caller, trade)
    return OnCallNow(
        trade=trade,
        rank=line.rank,
        agent=agent.id,
        name=agent.name if known else "",
        phone=agent.phone if known else "",
        delay_min=line.delay_min,
        until=line.until,
        contractor=agent.contractor,
        simulated=agent.simulated,
    )


def _person(agent: Agent) -> Person:
    return Person(**{name: getattr(agent, name) for name in Person.__struct_fields__})


def routes(view: View[DispatchState]) -> Sequence[Any]:
    """Return the handlers of dispatch."""

    def know(caller: Caller) -> None:
        if not may_know(caller):
            raise Rejected("forbidden", right="dispatch")

    @get("/crews", summary="List the crews in service now, with place, age of position and load")
    async def crews(caller: Caller) -> list[CrewNow]:
        return crews_now(view.state, view.city, view.clock.now(), caller)

    @get("/on_call", summary="List who is on call at a time, in the order in which they are called")
    async def on_call(
        caller: Caller,
        at: Annotated[Micros, Parameter(ge=0, le=FOREVER)] = 0,
        trade: Annotated[str | None, Parameter(max_length=40)] = None,
    ) -> list[OnCallNow]:
        return on_call_now(view.state, at or view.clock.now(), caller, trade)

    @get("/people", summary="List agents with names and phones: for those who call out or plan")
    async def people(caller: Caller) -> list[Person]:
        know(caller)
        return [_person(agent) for agent in view.state.agents.values()]

    @get("/all_crews", summary="List every crew as it was entered")
    async def all_crews(caller: Caller) -> list[Crew]:
        return [crew for crew in view.state.crews.values() if caller.sees(crew_scope(crew.trade))]

    @get("/rosters", summary="Read the roster of a trade between two times")
    async def rosters(
        caller: Caller,
        start: Annotated[Micros, Parameter(ge=0, le=FOREVER)],
        end: Annotated[Micros, Parameter(ge=0, le=FOREVER)],
        trade: Annotated[str, Parameter(max_length=40)] = "",
    ) -> Roster:
        if not caller.sees(crew_scope(trade)):
            raise Rejected("forbidden", right="view")
        end = min(end, start + LONGEST_READ)
        turns = [turn for turn in view.state.turns.get(trade, ()) if turn.start < end and turn.end > start]
        version = view.state.versions.get(trade, 0)
        return Roster(trade=trade, version=version, start=start, end=end, turns=turns)

    @get("/needs", summary="Read what each category of event asks of whoever is sent")
    async def needs(caller: Caller) -> dict[str, Need]:
        return {**DEFAULTS, **view.state.needs}

    return [crews, on_call, people, all_crews, rosters, needs]
