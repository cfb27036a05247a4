"""The plant of the invented town."""

import numpy as np

from beffroi.rehearsal.plant.types import (
    Cabinets,
    Circuits,
    Device,
    Floats,
    Gateways,
    Groups,
    Ints,
    Lamps,
    Mover,
    NightProgramme,
    Plant,
    Roads,
    Step,
)
from beffroi.rehearsal.town.city import Town
from beffroi.rehearsal.town.files import cabinet_code, circuit_code, gateway_source
from beffroi.rehearsal.town.lights import POINT, Lighting
from beffroi.rehearsal.town.plane import ORIGIN_LAT, ORIGIN_LON, to_degrees
from beffroi.rehearsal.town.traffic import travel_times

DEVICES_PER_SOURCE = 60
LARGEST_DROP_V = 8.0
CURFEW_BELOW = 1_300
"""Communes with fewer people voted the extinction of the middle of the night."""

DIMMING = (Step(minute=23 * 60, level_pct=70.0), Step(minute=30, level_pct=50.0), Step(minute=5 * 60, level_pct=100.0))
CURFEW = (Step(minute=23 * 60 + 30, level_pct=0.0), Step(minute=5 * 60 + 30, level_pct=100.0))


def plant_of_town(town: Town) -> Plant:
    """Return what the town's streets hold, ready to be played."""
    lighting = town.lighting
    programmes = town_programmes(town)
    return Plant(
        lamps=_lamps(lighting),
        circuits=_circuits(lighting),
        cabinets=_cabinets(town, _programme_places(town, programmes)),
        groups=_groups(lighting),
        gateways=_gateways(lighting),
        programmes=programmes,
        devices=_devices(town),
        movers=_movers(town),
        roads=_roads(town),
    )


def town_programmes(town: Town) -> tuple[NightProgramme, ...]:
    """Return the common programme, then those of the communes that go dark in the middle of the night."""
    common = NightProgramme(commune="", lon=ORIGIN_LON, lat=ORIGIN_LAT, steps=DIMMING)
    dark = [
        NightProgramme(commune=commune.insee, lon=ORIGIN_LON, lat=ORIGIN_LAT, steps=CURFEW)
        for commune in town.territory.communes
        if commune.population < CURFEW_BELOW
    ]
    return (common, *dark)


def starts(owner: Ints, count: int) -> Ints:
    """Return where each owner's items begin in a list sorted by owner, and the end of the last."""
    return np.searchsorted(owner, np.arange(count + 1)).astype(np.int32)


def cable_drop(circuit: Ints, along_m: Floats, rated_w: Floats) -> Floats:
    """Return the volts lost up to each light at full power: load spread evenly, 16 mm² copper, three phases."""
    count = int(circuit.max()) + 1 if len(circuit) else 0
    end = np.zeros(count)
    np.maximum.at(end, circuit, along_m)
    phase_a = np.bincount(circuit, rated_w, count) / (3 * 230 * 0.95)
    whole = np.minimum(phase_a * 1.15e-3 * end / 2, LARGEST_DROP_V)
    x = along_m / np.maximum(end[circuit], 1.0)
    drop: Floats = np.round(whole[circuit] * (2 * x - x * x), 3)
    return drop


def _lamps(lighting: Lighting) -> Lamps:
    cabinet = lighting.circuit_cabinet[lighting.circuit]
    codes = tuple(
        f"{cabinet_code(box)}-{number}" for box, number in zip(cabinet.tolist(), lighting.number.tolist(), strict=True)
    )
    rated = lighting.power_w.astype(np.float64)
    drop = cable_drop(lighting.circuit, lighting.along_m, rated)
    return Lamps(codes, lighting.circuit, lighting.gateway, rated, lighting.sodium, lighting.year, drop)


def _circuits(lighting: Lighting) -> Circuits:
    count = len(lighting.circuit_cabinet)
    codes = tuple(circuit_code(lighting, circuit) for circuit in range(count))
    return Circuits(codes, lighting.circuit_cabinet, starts(lighting.circuit, count))


def _cabinets(town: Town, programme: Ints) -> Cabinets:
    lighting = town.lighting
    count = len(lighting.cabinet_xy)
    speaker = np.full(count, -1, np.int32)
    firsts = np.flatnonzero(lighting.gateway_number == 1)
    speaker[lighting.gateway_cabinet[firsts]] = firsts
    return Cabinets(
        tuple(cabinet_code(cabinet) for cabinet in range(count)),
        tuple(town.territory.communes[commune].insee for commune in lighting.cabinet_commune.tolist()),
        lighting.cabinet_group,
        speaker,
        programme,
        lighting.cabinet_day_cut,
        lighting.cabinet_management == POINT,
        starts(lighting.circuit_cabinet, count),
    )


def _groups(lighting: Lighting) -> Groups:
    count = len(lighting.group_xy)
    gateway = np.full(count, -1, np.int32)
    for place in np.flatnonzero(lighting.gateway_number == 1)[::-1].tolist():
        gateway[lighting.cabinet_group[lighting.gateway_cabinet[place]]] = place
    return Groups(tuple(f"P{group + 1:03d}" for group in range(count)), gateway)


def _gateways(lighting: Lighting) -> Gateways:
    sources = tuple(gateway_source(lighting, place) for place in range(len(lighting.gateway_cabinet)))
    return Gateways(sources, tuple(source.upper() for source in sources), lighting.gateway_cabinet)


def _programme_places(town: Town, programmes: tuple[NightProgramme, ...]) -> Ints:
    place = {programme.commune: index for index, programme in enumerate(programmes)}
    by_commune = np.array([place.get(commune.insee, 0) for commune in town.territory.communes], np.int32)
    return by_commune[town.lighting.cabinet_commune]


def _devices(town: Town) -> tuple[Device, ...]:
    sites = town.sites
    systems = (
        ("junction", "feux", sites.junctions),
        ("camera", "video", sites.cameras),
        ("building", "surete", sites.buildings),
        ("bollard", "bornes", sites.bollards),
    )
    return tuple(
        Device(kind, site.code, f"{system}-{rank // DEVICES_PER_SOURCE + 1}")
        for kind, system, places in systems
        for rank, site in enumerate(places)
    )


def _movers(town: Town) -> tuple[Mover, ...]:
    vehicles = [
        Mover(
            "vehicle", vehicle.code, f"veh-{vehicle.code.lower()}",
            "mqtt" if vehicle.by_mqtt else "osmand", "night" if vehicle.night else "day",
        )
        for vehicle in town.fleet.vehicles
    ]  # fmt: skip
    buses = [Mover("bus", bus.code, f"bus-l{bus.line:02d}", "mqtt", "bus", bus.line - 1) for bus in town.fleet.buses]
    return (*vehicles, *buses)


def _roads(town: Town) -> Roads:
    times = travel_times(town.network, town.one_way).tocoo()
    return Roads(
        to_degrees(town.network.nodes),
        times.row.astype(np.int32),
        times.col.astype(np.int32),
        times.data,
        town.fleet.calls,
        town.fleet.lines,
    )
