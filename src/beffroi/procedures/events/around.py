"""What is around a place: equipment, cameras, crews, work items, other events, calls; and what feeds it.

Everything is read from memory but the trips: the answer stays well under the second that a person waits.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
import numpy as np
from litestar import get
from litestar.params import Parameter

from beffroi.assets.api import near
from beffroi.assets.logic import visible
from beffroi.assets.state import AssetsState
from beffroi.dispatch import duty
from beffroi.dispatch.types import DispatchState
from beffroi.incidents.api import NearIncident
from beffroi.incidents.api import near as near_incidents
from beffroi.model.geo import distance_m
from beffroi.model.ports import AssetFacts
from beffroi.model.reading import Quality, read_newest
from beffroi.model.time import DAY, SECOND, Micros
from beffroi.procedures.events.timeline import IncidentView
from beffroi.procedures.live.supervision import LIT_W
from beffroi.trade.doors import Caller
from beffroi.trade.service import CoreDoor

SHOWN = 30
CAMERA_REACH_M = 250.0
CREW_REACH_M = 20_000.0
OLD_POSITION = 120 * SECOND
CALLS_SINCE = DAY
TRIPS = 3
_TRIPS = """SELECT raised_at FROM alarm WHERE asset = %s AND alarm_class = ANY(%s)
    ORDER BY raised_at DESC LIMIT 20"""
_FAILURES = {"circuit": ["tripped"], "cabinet": ["no_mains", "mute"]}
"""What feeds lights, and the classes of alarm that say that it does not."""


class NearThing(msgspec.Struct, kw_only=True):
    """One thing near: how far, and since when where time matters."""

    id: UUID
    kind: str
    code: str
    label: str
    distance_m: float
    lon: float
    lat: float
    at: Micros | None = None
    state: str = ""
    old: bool = False


class Circuit(msgspec.Struct, kw_only=True):
    """The circuit of a light, or a cabinet: what it feeds, whether its neighbours are lit, its last failures.

    Neighbours are what the same cabinet, or the same substation, feeds beside it: lit, the supply is there.
    """

    asset: UUID
    kind: str
    code: str
    darkens: int
    locked: bool
    neighbours: int
    neighbours_lit: int
    neighbours_known: int
    trips: list[Micros]
    trips_24h: int
    do_not_rearm: bool
    """« 2 déclenchements en 24 h : ne pas réarmer »."""


class Around(msgspec.Struct, kw_only=True):
    """What is around a place, each list the nearest first."""

    place: str
    assets: list[NearThing]
    cameras: list[NearThing]
    crews: list[NearThing]
    works: list[NearThing]
    incidents: list[NearIncident]
    calls: list[NearThing]
    circuit: Circuit | None = None


def pages(core: CoreDoor) -> Sequence[Any]:
    """Return the handler of what is around."""
    view = IncidentView(core)

    @get("/", summary="What is around a place: equipment, cameras, crews, works, events, calls; the circuit of a light")
    async def get_around(
        caller: Caller,
        lon: Annotated[float, Parameter(ge=-180, le=180)],
        lat: Annotated[float, Parameter(ge=-90, le=90)],
        radius_m: Annotated[float, Parameter(gt=0, le=2000)] = 150,
        asset: UUID | None = None,
        incident: UUID | None = None,
    ) -> Around:
        state: AssetsState = core.state("assets")
        found = near(state, lon, lat, max(radius_m, CAMERA_REACH_M), visible(state, caller.sees))
        facts = [(metres, state.facts_of(index)) for metres, index in found]
        here = [(metres, one) for metres, one in facts if metres <= radius_m]
        subject = _subject(core, caller, asset, here)
        events = near_incidents(view, caller, lon, lat, radius_m)
        return Around(
            place=core.city.streets.place_at(lon, lat),
            assets=[_thing(core, metres, one) for metres, one in here if one.kind not in ("camera", "vehicle")][:SHOWN],
            cameras=[_thing(core, metres, one) for metres, one in facts if one.kind == "camera"][:SHOWN],
            crews=_crews(core, caller, lon, lat),
            works=_works(core, caller, here),
            incidents=[one for one in events if one.incident.id != incident][:SHOWN],
            calls=_calls(core, caller, lon, lat, radius_m),
            circuit=await _circuit(core, subject) if subject else None,
        )

    return [get_around]


def _subject(
    core: CoreDoor, caller: Caller, asset: UUID | None, here: Sequence[tuple[float, AssetFacts]]
) -> AssetFacts | None:
    """Return what feeds the asset asked, or the nearest light: a circuit, else a cabinet."""
    facts = core.city.topology.find(asset) if asset else None
    facts = facts or next((one for _, one in here if one.kind == "street_light"), None)
    if facts is None or not caller.sees(facts.scope):
        return None
    lineage = (facts.id, *core.city.topology.ancestors(facts.id))
    chain = (core.city.topology.find(one) for one in lineage)
    return next((one for one in chain if one is not None and one.kind in _FAILURES), None)


def _thing(core: CoreDoor, metres: float, facts: AssetFacts) -> NearThing:
    return NearThing(
        id=facts.id,
        kind=facts.kind,
        code=facts.code,
        label=core.city.topology.place_label(facts.id),
        distance_m=round(metres, 1),
        lon=facts.lon,
        lat=facts.lat,
        state=facts.state,
    )


def _crews(core: CoreDoor, caller: Caller, lon: float, lat: float) -> list[NearThing]:
    """List the crews in service whose vehicle says where it is, nobody at rest; one older than 120 s is flagged."""
    now = core.clock.now()
    state: DispatchState = core.state("dispatch")
    found = []
    for crew in map(state.crews.__getitem__, duty.in_service(state, now)):
        facts = core.city.topology.find(crew.vehicle) if crew.vehicle else None
        if facts is None or not caller.sees(facts.scope):
            continue
        place = [core.city.live.find(facts.id, point) for point in ("lon_deg", "lat_deg")]
        if place[0] is None or place[1] is None or place[0].quality is not Quality.GOOD:
            continue
        metres = distance_m(lon, lat, place[0].value, place[1].value)
        if metres > CREW_REACH_M:
            continue
        found.append(
            NearThing(
                id=crew.id,
                kind="crew",
                code=facts.code,
                label=crew.name,
                distance_m=round(metres, 1),
                lon=place[0].value,
                lat=place[1].value,
                at=place[0].at,
                old=now - place[0].at > OLD_POSITION,
            )
        )
    return sorted(found, key=lambda one: one.distance_m)[:SHOWN]


def _works(core: CoreDoor, caller: Caller, here: Iterable[tuple[float, AssetFacts]]) -> list[NearThing]:
    items = core.state("work").by_asset
    found = []
    for metres, facts in here:
        for item in items.get(facts.id, {}).values():
            if caller.sees(item.scope):
                thing = _thing(core, metres, facts)
                found.append(msgspec.structs.replace(thing, id=item.id, at=item.opened_at, state=item.fault))
    return found[:SHOWN]


def _calls(core: CoreDoor, caller: Caller, lon: float, lat: float, radius_m: float) -> list[NearThing]:
    """List the requests of the last day near there: what and when, never who."""
    since = core.clock.now() - CALLS_SINCE
    found = []
    for request in getattr(core.state("requests"), "requests", {}).values():
        if request.lon is None or request.lat is None or request.happened_at < since or not caller.sees(request.scope):
            continue
        metres = distance_m(lon, lat, request.lon, request.lat)
        if metres <= radius_m:
            found.append(
                NearThing(
                    id=request.id,
                    kind="request",
                    # its code opens the citizen's own page: it is no business of the map
                    code="",
                    label=request.category,
                    distance_m=round(metres, 1),
                    lon=request.lon,
                    lat=request.lat,
                    at=request.happened_at,
                    state=request.state,
                )
            )
    return sorted(found, key=lambda one: one.distance_m)[:SHOWN]


async def _circuit(core: CoreDoor, circuit: AssetFacts) -> Circuit:
    topology = core.city.topology
    siblings = [one for one in topology.children(circuit.parent) if one != circuit.id] if circuit.parent else []
    lamps = [lamp for one in siblings for lamp in topology.descendants(one, "street_light")]
    lit, known = _lit(core, lamps)
    rows = await core.reader.fetch(_TRIPS, (circuit.id, _FAILURES[circuit.kind]))
    trips = [row[0] for row in rows]
    recent = sum(at > core.clock.now() - DAY for at in trips)
    return Circuit(
        asset=circuit.id,
        kind=circuit.kind,
        code=circuit.code,
        darkens=len(topology.descendants(circuit.id, "street_light")),
        locked=core.city.locks.find(circuit.id) is not None,
        neighbours=len(lamps),
        neighbours_lit=lit,
        neighbours_known=known,
        trips=trips[:TRIPS],
        trips_24h=recent,
        do_not_rearm=circuit.kind == "circuit" and recent >= 2,
    )


def _lit(core: CoreDoor, lamps: Sequence[UUID]) -> tuple[int, int]:
    """Return how many of some lamps draw power, of how many that ever spoke."""
    found = map(core.city.topology.find, lamps)
    indexes = np.array([one.index for one in found if one is not None], np.int64)
    live = core.city.live
    at, watts = read_newest(live.arrays(), live.series_of("power_w"), indexes)
    return int((watts[at > 0] >= LIT_W).sum()), int((at > 0).sum())


PAGES = pages
