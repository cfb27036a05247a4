"""The crews in service as the ranking sees them, from the rosters, the live picture and the street graph."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from beffroi.dispatch import duty
from beffroi.dispatch.needs import need_of
from beffroi.dispatch.ranking import Candidate, Job, Ranking, exclusion, rank
from beffroi.dispatch.types import Crew, DispatchState, Engagement
from beffroi.model.ports import City, IncidentFacts
from beffroi.model.reading import read_newest
from beffroi.model.time import HOUR, SECOND, Micros

LON, LAT = "lon_deg", "lat_deg"
ASKED_AGAIN = HOUR
"""Who refused an event is proposed for it again after this long; earlier only by name, from those not proposed."""


def rank_for(state: DispatchState, city: City, facts: IncidentFacts, now: Micros) -> Ranking:
    """Return the ranking of the crews in service for an event."""
    job = Job(facts.id, need_of(state, facts))
    return rank(list_candidates(state, city, facts, job, now), job, now)


def list_candidates(state: DispatchState, city: City, facts: IncidentFacts, job: Job, now: Micros) -> list[Candidate]:
    """List the crews in service at a time; those that may go with their travel to the event, positions stay in here."""
    service = duty.in_service(state, now)
    held = duty.loads(state)
    refused = _refused(state, facts.id, now)
    found = []
    for crew in sorted(service):
        one = _unplaced(state, state.crews[crew], held.get(crew, []), facts.id, service[crew], now)
        found.append(replace(one, refused=crew in refused))
    # who is not proposed needs no travel: most of a city's crews
    fit = [place for place, one in enumerate(found) if exclusion(one, job.need, now) is None]
    ages, travel = _travel([state.crews[found[place].crew] for place in fit], city, facts, now)
    for place, age, took in zip(fit, ages, travel, strict=True):
        found[place] = replace(found[place], position_age_s=age, travel_s=took)
    return found


def _refused(state: DispatchState, incident: UUID, now: Micros) -> set[UUID | None]:
    """Return the crews that refused an event lately."""
    return {
        one.crew
        for one in state.engagements.values()
        if one.incident == incident
        and one.end_reason == "refused"
        and one.ended_at is not None
        and now < one.ended_at + ASKED_AGAIN
    }


def _unplaced(
    state: DispatchState, crew: Crew, mine: Sequence[Engagement], incident: UUID, shift_end: Micros, now: Micros
) -> Candidate:
    members = duty.present(state, crew, now)
    return Candidate(
        crew=crew.id,
        name=crew.name,
        skills=duty.skills_of(state, crew, members),
        authorisations=duty.authorisations_of(state, members),
        equipment=frozenset(crew.equipment),
        load=len(mine),
        shift_end=shift_end,
        here=any(one.incident == incident for one in mine),
    )


def _travel(
    crews: Sequence[Crew], city: City, facts: IncidentFacts, now: Micros
) -> tuple[list[int | None], list[float | None]]:
    ages: list[int | None] = [None] * len(crews)
    travel: list[float | None] = [None] * len(crews)
    known, at, lonlat = positions([crew.vehicle for crew in crews], city)
    for place, when in zip(known, at.tolist(), strict=True):
        ages[place] = max(0, now - when) // SECOND
    if facts.lon is None or facts.lat is None or not len(known):
        return ages, travel
    seconds = city.streets.travel_times_s(lonlat, facts.lon, facts.lat)
    for place, took in zip(known, seconds.tolist(), strict=True):
        travel[place] = took
    return ages, travel


def positions(vehicles: Sequence[UUID | None], city: City) -> tuple[list[int], NDArray[np.int64], NDArray[np.float64]]:
    """Return the places in the list of vehicles whose position is known, its source time and (lon, lat)."""
    rows, indexes = [], []
    for place, vehicle in enumerate(vehicles):
        facts = city.topology.find(vehicle) if vehicle is not None else None
        if facts is not None:
            rows.append(place)
            indexes.append(facts.index)
    newest, assets = city.live.arrays(), np.array(indexes, np.int64)
    lon_at, lon = read_newest(newest, city.live.series_of(LON), assets)
    lat_at, lat = read_newest(newest, city.live.series_of(LAT), assets)
    heard = (lon_at > 0) & (lat_at > 0)
    known = [row for row, is_heard in zip(rows, heard.tolist(), strict=True) if is_heard]
    return known, np.minimum(lon_at, lat_at)[heard], np.column_stack([lon[heard], lat[heard]])
