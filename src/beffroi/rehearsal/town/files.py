"""The town as files for the register's own import: nothing enters Beffroi by another door. Same seed, same bytes."""

import gzip
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from beffroi.rehearsal.town.city import Town
from beffroi.rehearsal.town.lights import HOUSE_PITCH_M, MANAGEMENT, POINT, Lighting, built_up, from_start
from beffroi.rehearsal.town.plane import Points, to_degrees
from beffroi.rehearsal.town.sites import Site
from beffroi.rehearsal.town.streets import RANKS

Row = Iterable[object]
Feature = tuple[str, BaseGeometry, dict[str, str | int]]
_CLASS = {"boulevard": "primary", "avenue": "primary", "street": "secondary", "lane": "street", "road": "primary"}


def write_town(town: Town, folder: Path) -> list[Path]:
    """Write the files that `mappings/rehearsal.toml` describes and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    writers: dict[str, Callable[[Town], bytes]] = {
        "communes.geojson.gz": _communes,
        "streets.geojson.gz": _streets,
        "addresses.csv.gz": _addresses,
        "rivers.geojson.gz": _rivers,
        "green_spaces.geojson.gz": _green_spaces,
        "trams.geojson.gz": _trams,
        "cabinet_groups.csv.gz": _groups,
        "cabinets.csv.gz": _cabinets,
        "circuits.csv.gz": _circuits,
        "gateways.csv.gz": _gateways,
        "street_lights.csv.gz": _street_lights,
        "junctions.csv.gz": lambda town: _sites(town, town.sites.junctions),
        "cameras.csv.gz": lambda town: _sites(town, town.sites.cameras),
        "buildings.csv.gz": lambda town: _sites(town, town.sites.buildings),
        "bollards.csv.gz": lambda town: _sites(town, town.sites.bollards),
        "vehicles.csv.gz": _vehicles,
        "buses.csv.gz": _buses,
    }
    paths = []
    for name, writer in writers.items():
        path = folder / name
        path.write_bytes(gzip.compress(writer(town), compresslevel=5, mtime=0))
        paths.append(path)
    return paths


def gateway_source(lighting: Lighting, gateway: int) -> str:
    """Return the name of a gateway as a source of readings."""
    return f"gw-a{lighting.gateway_cabinet[gateway] + 1:03d}-{lighting.gateway_number[gateway]}"


def cabinet_code(cabinet: int) -> str:
    """Return what is painted on a cabinet."""
    return f"A{cabinet + 1:03d}"


def circuit_code(lighting: Lighting, circuit: int) -> str:
    """Return the code of a circuit: its cabinet's, then D1 to D4."""
    return f"{cabinet_code(int(lighting.circuit_cabinet[circuit]))}/D{lighting.circuit_number[circuit]}"


def cabinet_sources(lighting: Lighting) -> list[str]:
    """Return, by cabinet, the source that speaks for it (its first gateway), empty where nothing does."""
    names = [""] * len(lighting.cabinet_xy)
    for gateway in np.flatnonzero(lighting.gateway_number == 1).tolist():
        names[int(lighting.gateway_cabinet[gateway])] = gateway_source(lighting, gateway)
    return names


def group_sources(lighting: Lighting) -> list[str]:
    """Return, by substation, the source that speaks for it: the first of its cabinets that has one."""
    speaks = cabinet_sources(lighting)
    names = [""] * len(lighting.group_xy)
    for cabinet, group in enumerate(lighting.cabinet_group.tolist()):
        names[group] = names[group] or speaks[cabinet]
    return names


def _csv(header: str, rows: Iterable[Row]) -> bytes:
    lines = [header]
    lines += [",".join(_cell(value) for value in row) for row in rows]
    return ("\n".join(lines) + "\n").encode()


def _cell(value: object) -> str:
    text = str(value)
    return f'"{text}"' if "," in text or '"' in text else text


def _geojson(features: Iterable[Feature]) -> bytes:
    return msgspec.json.encode(
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "id": key, "properties": {"id": key, **facts}, "geometry": _geometry(shape)}
                for key, shape, facts in features
            ],
        }
    )


def _geometry(shape: BaseGeometry) -> dict[str, object]:
    if shape.geom_type == "Polygon":
        rings = [shape.exterior, *shape.interiors]
        return {
            "type": "Polygon",
            "coordinates": [to_degrees(shapely.get_coordinates(ring)).tolist() for ring in rings],
        }
    if shape.geom_type == "MultiPolygon":
        return {"type": "MultiPolygon", "coordinates": [_geometry(part)["coordinates"] for part in shape.geoms]}
    return {"type": "LineString", "coordinates": to_degrees(shapely.get_coordinates(shape)).tolist()}


def _communes(town: Town) -> bytes:
    rows = zip(town.territory.communes, town.territory.outlines, strict=True)
    return _geojson((c.insee, outline, {"name": c.name, "population": c.population}) for c, outline in rows)


def _streets(town: Town) -> bytes:
    network, streets = town.network, town.streets
    a, b = to_degrees(network.nodes[network.a]).tolist(), to_degrees(network.nodes[network.b]).tolist()
    features = [
        {
            "type": "Feature",
            "properties": {
                "id": arc,
                "name": streets.names[way],
                "code": f"R{way:04d}",
                "class": _CLASS[RANKS[rank]],
                "direction": "forward" if one_way else "both",
            },
            "geometry": {"type": "LineString", "coordinates": [start, end]},
        }
        for arc, (way, rank, one_way, start, end) in enumerate(
            zip(streets.way.tolist(), network.rank.tolist(), town.one_way.tolist(), a, b, strict=True)
        )
    ]
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})


def _addresses(town: Town) -> bytes:
    """Number the houses every HOUSE_PITCH_M metres, odd numbers on one side and even ones on the other."""
    network, streets = town.network, town.streets
    begin, lengths = from_start(network, streets), network.lengths
    first = np.ceil(begin / HOUSE_PITCH_M).astype(int)
    count = np.maximum(0, np.ceil((begin + lengths) / HOUSE_PITCH_M).astype(int) - first)
    count[~built_up(network)] = 0
    arc = np.repeat(np.arange(len(count)), count)
    rank = np.arange(len(arc)) - np.repeat(np.cumsum(count) - count, count)
    place = first[arc] + rank
    share = (place * HOUSE_PITCH_M - begin[arc]) / np.maximum(lengths[arc], 0.1)
    gap = network.nodes[network.b[arc]] - network.nodes[network.a[arc]]
    across = np.column_stack([-gap[:, 1], gap[:, 0]]) / np.maximum(lengths[arc], 0.1)[:, None]
    side = np.where(place % 2, 11.0, -11.0)
    xy = to_degrees(network.nodes[network.a[arc]] + gap * share[:, None] + across * side[:, None])
    way = streets.way[arc]
    rows = zip(xy.tolist(), way.tolist(), (place + 1).tolist(), network.commune[arc].tolist(), strict=True)
    insee = [commune.insee for commune in town.territory.communes]
    return _csv(
        "id,lon,lat,name,code,number,commune",
        ((f"R{w:04d}-{n}", x, y, streets.names[w], f"R{w:04d}", n, insee[c]) for (x, y), w, n, c in rows),
    )


def _rivers(town: Town) -> bytes:
    lines: list[Feature] = [
        (f"W{n}", line, {"name": name}) for n, (name, line) in enumerate(town.nature.rivers.items(), 1)
    ]
    return _geojson([*lines, ("W9", town.nature.lake, {"name": "Lac de répétition"})])


def _green_spaces(town: Town) -> bytes:
    return _geojson((f"G{n}", park, {"name": name}) for n, (name, park) in enumerate(town.nature.parks.items(), 1))


def _trams(town: Town) -> bytes:
    return _geojson((name, line, {"name": f"Tram {name}"}) for name, line in town.nature.trams.items())


class _Words:
    """Codes of communes, names of streets and degrees, ready for rows."""

    def __init__(self, town: Town) -> None:
        self.insee = [commune.insee for commune in town.territory.communes]
        self.names = town.streets.names

    def place(self, xy: Points, communes: Iterable[int], ways: Iterable[int]) -> list[tuple[float, float, str, str]]:
        """Return (lon, lat, commune, street) of each."""
        rows = zip(to_degrees(xy).tolist(), communes, ways, strict=True)
        return [
            (lon, lat, self.insee[commune], self.names[way] if way >= 0 else "") for (lon, lat), commune, way in rows
        ]


def _groups(town: Town) -> bytes:
    lighting = town.lighting
    places = _Words(town).place(lighting.group_xy, lighting.group_commune.tolist(), [-1] * len(lighting.group_xy))
    sources = group_sources(lighting)
    rows = (
        (f"P{n:03d}", f"Poste P{n:03d}", *place[:3], source)
        for n, (place, source) in enumerate(zip(places, sources, strict=True), 1)
    )
    return _csv("code,name,lon,lat,commune,gateway", rows)


def _cabinets(town: Town) -> bytes:
    lighting = town.lighting
    places = _Words(town).place(lighting.cabinet_xy, lighting.cabinet_commune.tolist(), lighting.cabinet_way.tolist())
    sources = cabinet_sources(lighting)
    rows = (
        (
            cabinet_code(n), *place, int(lighting.cabinet_house[n]), f"P{lighting.cabinet_group[n] + 1:03d}",
            MANAGEMENT[lighting.cabinet_management[n]], _rhythm(lighting, n), 1995 + n * 7 % 29, sources[n],
        )
        for n, place in enumerate(places)
    )  # fmt: skip
    return _csv("code,lon,lat,commune,street,number,parent,management,rhythm,installed_on,gateway", rows)


def _rhythm(lighting: Lighting, cabinet: int) -> str:
    return "day_cut" if lighting.cabinet_day_cut[cabinet] else "permanent"


def _circuits(town: Town) -> bytes:
    lighting = town.lighting
    cabinet = lighting.circuit_cabinet
    first = np.searchsorted(lighting.circuit, np.arange(len(cabinet)))
    places = _Words(town).place(
        lighting.cabinet_xy[cabinet], lighting.cabinet_commune[cabinet].tolist(), lighting.way[first].tolist()
    )
    sources = cabinet_sources(lighting)
    rows = (
        (
            circuit_code(lighting, n), f"Départ {lighting.circuit_number[n]}", *place, cabinet_code(int(cabinet[n])),
            MANAGEMENT[lighting.cabinet_management[cabinet[n]]], _rhythm(lighting, int(cabinet[n])),
            sources[int(cabinet[n])],
        )
        for n, place in enumerate(places)
    )  # fmt: skip
    return _csv("code,name,lon,lat,commune,street,parent,management,rhythm,gateway", rows)


def _gateways(town: Town) -> bytes:
    lighting = town.lighting
    cabinet = lighting.gateway_cabinet
    middle = np.array([lighting.xy[lighting.gateway == n].mean(axis=0) if lighting.cabinet_management[c] == POINT
                       else lighting.cabinet_xy[c] for n, c in enumerate(cabinet.tolist())])  # fmt: skip
    places = _Words(town).place(
        middle, lighting.cabinet_commune[cabinet].tolist(), lighting.cabinet_way[cabinet].tolist()
    )
    rows = (
        (gateway_source(lighting, n).upper(), *place, cabinet_code(int(cabinet[n])), gateway_source(lighting, n))
        for n, place in enumerate(places)
    )
    return _csv("code,lon,lat,commune,street,parent,gateway", rows)


def _street_lights(town: Town) -> bytes:
    lighting = town.lighting
    cabinet = lighting.circuit_cabinet[lighting.circuit]
    places = _Words(town).place(lighting.xy, lighting.cabinet_commune[cabinet].tolist(), lighting.way.tolist())
    circuits = [circuit_code(lighting, n) for n in range(len(lighting.circuit_cabinet))]
    sources = [gateway_source(lighting, n) for n in range(len(lighting.gateway_cabinet))]
    rows = (
        (
            f"A{box + 1:03d}-{number}", *place, house, circuits[circuit], year,
            MANAGEMENT[lighting.cabinet_management[box]],
            _rhythm(lighting, box), "SHP" if sodium else "LED", power, sources[gateway] if gateway >= 0 else "",
        )
        for place, box, number, house, circuit, year, sodium, power, gateway in zip(
            places, cabinet.tolist(), lighting.number.tolist(), lighting.house.tolist(), lighting.circuit.tolist(),
            lighting.year.tolist(), lighting.sodium.tolist(), lighting.power_w.tolist(), lighting.gateway.tolist(),
            strict=True,
        )
    )  # fmt: skip
    return _csv("code,lon,lat,commune,street,number,parent,installed_on,management,rhythm,lamp,power_w,gateway", rows)


def _sites(town: Town, sites: tuple[Site, ...]) -> bytes:
    keys = list(sites[0].facts)
    places = _Words(town).place(
        np.array([(s.x, s.y) for s in sites]), [s.commune for s in sites], [s.way for s in sites]
    )
    rows = ((s.code, s.name, *place, *(s.facts[key] for key in keys)) for s, place in zip(sites, places, strict=True))
    return _csv(",".join(["code", "name", "lon", "lat", "commune", "street", *keys]), rows)


def _vehicles(town: Town) -> bytes:
    depots = to_degrees(town.network.nodes[[vehicle.depot for vehicle in town.fleet.vehicles]]).tolist()
    rows = (
        (v.code, v.name, lon, lat, v.crew, " ; ".join(v.skills), "nuit" if v.night else "jour")
        for v, (lon, lat) in zip(town.fleet.vehicles, depots, strict=True)
    )
    return _csv("code,name,lon,lat,crew,skills,shift", rows)


def _buses(town: Town) -> bytes:
    starts = to_degrees(town.network.nodes[[town.fleet.lines[bus.line - 1][0] for bus in town.fleet.buses]]).tolist()
    rows = (
        (b.code, f"Bus {b.code[3:]}", lon, lat, f"L{b.line}")
        for b, (lon, lat) in zip(town.fleet.buses, starts, strict=True)
    )
    return _csv("code,name,lon,lat,line", rows)
