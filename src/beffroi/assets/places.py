"""The places of the city that are not equipment: outlines, streets, addresses, and what is found from a point."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from beffroi.assets.streets.gazetteer import Address, Gazetteer, middles_of
from beffroi.assets.streets.graph import Arc, StreetGraph
from beffroi.assets.streets.ground import Ground
from beffroi.assets.streets.names import street_key

LAYERS = ("commune", "district", "street", "address", "river", "green_space", "pedestrian_zone", "building")
STREET_WITHIN_M = 80.0
NUMBER_WITHIN_M = 45.0
NEIGHBOURS = 6


class Feature(msgspec.Struct, frozen=True, gc=False):
    """One feature of a layer: `properties` is a JSON object's text, `geometry` WKB in WGS 84, `hash` of the row."""

    layer: str
    key: str
    name: str
    properties: str
    geometry: bytes
    hash: int = 0


class Place(msgspec.Struct, frozen=True):
    """What is known of a point: commune code, nearest street and house number, empty when none is near."""

    commune: str = ""
    street: str = ""
    number: str = ""


class Outlines:
    """The polygons of one layer."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self.keys = [feature.key for feature in features]
        self.names = [feature.name for feature in features]
        self.properties = [feature.properties for feature in features]
        self.shapes = shapely.from_wkb([feature.geometry for feature in features])
        self.tree = shapely.STRtree(self.shapes)
        self._boxes = shapely.bounds(self.shapes)
        shapely.prepare(self.shapes)

    def at(self, lonlat: NDArray[Any]) -> NDArray[np.int64]:
        """Return the polygon that holds each (lon, lat), the nearest one for those in none, -1 without polygons."""
        if not self.keys:
            return np.full(len(lonlat), -1)
        lonlat = np.asarray(lonlat, np.float64)
        found = np.full(len(lonlat), -1, np.int64)
        for number, (shape, box) in enumerate(zip(self.shapes, self._boxes, strict=True)):
            near = (found < 0) & (lonlat >= box[:2]).all(axis=1) & (lonlat <= box[2:]).all(axis=1)
            rows = np.flatnonzero(near)
            found[rows[shapely.contains_xy(shape, lonlat[rows])]] = number
        lost = np.flatnonzero(found < 0)
        if len(lost):
            found[lost] = self.tree.nearest(shapely.points(lonlat[lost]))
        return found


class Places:
    """Outlines, streets and addresses, ready to be asked; built once per version, never changed."""

    def __init__(self, features: Iterable[Feature]) -> None:
        layers: dict[str, list[Feature]] = {name: [] for name in LAYERS}
        for feature in features:
            layers.setdefault(feature.layer, []).append(feature)
        self.counts = {name: len(rows) for name, rows in layers.items() if rows}
        self.outlines = {
            name: Outlines(rows) for name, rows in layers.items() if rows and name not in ("street", "address")
        }
        self._communes = dict(self._commune_pairs())
        arcs = [arc_of(feature) for feature in layers["street"]]
        self.bounds = self._bounds(layers)
        self.ground = Ground(*self.center)
        self.streets = StreetGraph(arcs, self.ground)
        self.gazetteer = self._build_gazetteer(layers["address"])
        self._numbers = self._build_numbers()
        self._territory = self._build_territory()

    def _commune_pairs(self) -> list[tuple[str, str]]:
        outlines = self.outlines.get("commune")
        return list(zip(outlines.keys, outlines.names, strict=True)) if outlines else []

    @property
    def center(self) -> tuple[float, float]:
        """Return the middle of the known ground, (lon, lat)."""
        west, south, east, north = self.bounds
        return (west + east) / 2, (south + north) / 2

    def _bounds(self, layers: dict[str, list[Feature]]) -> tuple[float, float, float, float]:
        rows = layers["commune"] or layers["street"] or layers["address"]
        if not rows:
            return (0.0, 0.0, 0.0, 0.0)
        box = shapely.total_bounds(shapely.from_wkb([row.geometry for row in rows]))
        return tuple(float(value) for value in box)  # type: ignore[return-value]

    def _build_gazetteer(self, rows: Sequence[Feature]) -> Gazetteer:
        addresses = addresses_of(rows, self)
        order = np.argsort(-self.streets.length_m, kind="stable")
        middles = shapely.line_interpolate_point(self.streets.lines, 0.5, normalized=True)
        lonlat = shapely.get_coordinates(middles).reshape(-1, 2)
        communes = self.communes_at(lonlat)
        lines = [
            (self.streets.names[self.streets.name_of[i]], communes[i], float(lonlat[i, 0]), float(lonlat[i, 1]))
            for i in order
            if self.streets.names[self.streets.name_of[i]]
        ]
        known = {(street_key(name), commune): name for name, commune, _, _ in reversed(lines)}
        addresses = [
            msgspec.structs.replace(one, street=known.get((street_key(one.street), one.commune), one.street))
            for one in addresses
        ]
        return Gazetteer(addresses, middles_of(lines, addresses), self.commune_name, self.streets.crossing)

    def _build_numbers(self) -> cKDTree | None:
        book = self.gazetteer
        if not len(book.lon):
            return None
        return cKDTree(self.ground.to_metres(np.column_stack([book.lon, book.lat])))

    def _build_territory(self) -> Any:
        outlines = self.outlines.get("commune")
        if outlines is None:
            return None
        whole = shapely.union_all(shapely.make_valid(outlines.shapes))
        metres = shapely.transform(whole, self.ground.to_metres)
        shapely.prepare(metres)
        return metres

    def commune_name(self, code: str) -> str:
        """Return the name of a commune by its INSEE code, empty when it is not known."""
        return self._communes.get(code, "")

    @property
    def communes(self) -> dict[str, str]:
        """Return the names of the communes by INSEE code."""
        return self._communes

    def communes_at(self, lonlat: NDArray[Any]) -> list[str]:
        """List the commune code of each (lon, lat): the one around it or the nearest; empty without outlines."""
        outlines = self.outlines.get("commune")
        if outlines is None:
            return [""] * len(lonlat)
        return [outlines.keys[int(i)] for i in outlines.at(lonlat)]

    def metres_outside(self, lonlat: NDArray[Any]) -> NDArray[np.float64]:
        """Return how far each (lon, lat) lies outside the territory, 0 inside or when the territory is unknown."""
        if self._territory is None or not len(lonlat):
            return np.zeros(len(lonlat))
        points = shapely.points(self.ground.to_metres(lonlat))
        inside = shapely.intersects(self._territory, points)
        distances = np.zeros(len(lonlat))
        if not inside.all():
            distances[~inside] = shapely.distance(self._territory, points[~inside])
        return distances

    def locate(self, lon: float, lat: float) -> Place:
        """Return what is known of one point."""
        return self.locate_many(np.array([[lon, lat]]))[0]

    def locate_many(self, lonlat: NDArray[Any]) -> list[Place]:
        """List what is known of each (lon, lat)."""
        if not len(lonlat):
            return []
        communes = self.communes_at(lonlat)
        arcs, distances = self.streets.nearest(lonlat)
        near = distances <= STREET_WITHIN_M
        names = [
            self.streets.names[self.streets.name_of[arc]] if ok else "" for arc, ok in zip(arcs, near, strict=True)
        ]
        numbers = self._numbers_near(lonlat, names)
        return [Place(*row) for row in zip(communes, names, numbers, strict=True)]

    def _numbers_near(self, lonlat: NDArray[Any], streets: Sequence[str]) -> list[str]:
        if self._numbers is None:
            return [""] * len(lonlat)
        book = self.gazetteer
        _, found = self._numbers.query(
            self.ground.to_metres(lonlat), k=NEIGHBOURS, distance_upper_bound=NUMBER_WITHIN_M
        )
        result = []
        for row, street in zip(found, streets, strict=True):
            candidates = (int(at) for at in row if at < len(book.number))
            match = next((at for at in candidates if book.streets[book.street_of[at]][0] == street), None)
            result.append("" if match is None else f"{book.number[match]} {book.suffix[match]}".strip())
        return result


def arc_of(feature: Feature) -> Arc:
    """Return the stretch of street that a feature of the layer `street` describes."""
    values: dict[str, Any] = msgspec.json.decode(feature.properties)
    return Arc(
        key=feature.key,
        name=feature.name,
        code=str(values.get("code", "")),
        road_class=str(values.get("class", "street")),
        direction=values.get("direction", "both"),
        speed_kmh=float(values.get("speed_kmh") or 0.0),
        line=shapely.get_coordinates(shapely.from_wkb(feature.geometry)),
    )


def addresses_of(features: Sequence[Feature], places: Places) -> list[Address]:
    """List the addresses that features of the layer `address` describe."""
    if not features:
        return []
    lonlat = shapely.get_coordinates(shapely.from_wkb([feature.geometry for feature in features]))
    communes = places.communes_at(lonlat)
    values = msgspec.json.decode(f"[{','.join(feature.properties for feature in features)}]")
    return [
        Address(
            feature.name,
            int(value.get("number") or 0),
            str(value.get("suffix") or ""),
            str(value.get("commune") or commune),
            float(point[0]),
            float(point[1]),
        )
        for feature, value, point, commune in zip(features, values, lonlat, communes, strict=True)
    ]


NO_PLACES = Places(())
