"""The base map as vector tiles: streets, communes, rivers, green spaces and buildings of the register's own places."""

from __future__ import annotations

import gzip
import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from beffroi.assets.places import Places
from beffroi.assets.tiles.mvt import EXTENT, LINE, POLYGON, TileFeature, encode_tile

MAX_ZOOM = 16
BUFFER = 64
CACHED_TILES = 2_000
"""Tiles kept in memory, about 5 kB each; the one used longest ago leaves first."""
STREET_ZOOM = {"motorway": 0, "primary": 0, "secondary": 11, "street": 12, "path": 14}
LAYER_ZOOM = {"commune": 0, "district": 11, "river": 9, "green_space": 10, "pedestrian_zone": 13, "building": 14}
SMALLEST_PX2 = {"building": 4.0, "green_space": 6.0, "river": 3.0}
"""Polygons under that many square pixels are left out: they would be a dot."""

Properties = dict[str, str | int | float | bool]


class DrawnLayer:
    """One layer in world coordinates (0 to 1, y down), with an index and what each feature says."""

    def __init__(self, shapes: Any, properties: list[Properties], from_zoom: Sequence[int], type_: int) -> None:
        self.shapes = shapely.transform(shapes, to_world)
        self.tree = shapely.STRtree(self.shapes)
        self.properties = properties
        self.from_zoom = np.asarray(from_zoom, np.int64)
        self.type = type_
        self.area: NDArray[np.float64] = shapely.area(self.shapes)


def to_world(lonlat: NDArray[Any]) -> NDArray[np.float64]:
    """Return Web Mercator world coordinates, 0 to 1, y down, of (lon, lat) in degrees."""
    x = lonlat[:, 0] / 360 + 0.5
    sine = np.sin(np.radians(np.clip(lonlat[:, 1], -85.051129, 85.051129)))
    y = 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    return np.column_stack([x, y])


class BaseMap:
    """The tiles of one version of the places."""

    def __init__(self, places: Places) -> None:
        self.layers: dict[str, DrawnLayer] = {}
        self._cache: OrderedDict[tuple[int, int, int], bytes] = OrderedDict()
        for name, outlines in places.outlines.items():
            if name in LAYER_ZOOM:
                said = [{"key": key, "name": text} for key, text in zip(outlines.keys, outlines.names, strict=True)]
                self.layers[name] = DrawnLayer(
                    outlines.shapes, [_filled(one) for one in said], [LAYER_ZOOM[name]] * len(said), POLYGON
                )
        streets = places.streets
        if streets.keys:
            names = [streets.names[i] for i in streets.name_of]
            self.layers["street"] = DrawnLayer(
                streets.lines,
                [
                    _filled({"name": name, "class": kind, "oneway": _oneway(bool(ahead), bool(back))})
                    for name, kind, ahead, back in zip(
                        names, streets.classes, streets.forward, streets.backward, strict=True
                    )
                ],
                [STREET_ZOOM.get(kind, 12) for kind in streets.classes],
                LINE,
            )

    def tile(self, z: int, x: int, y: int) -> bytes:
        """Return one gzipped tile; empty bytes when nothing is there."""
        known = self._cache.get((z, x, y))
        if known is None:
            raw = self.draw(z, x, y)
            known = gzip.compress(raw, 5, mtime=0) if raw else b""
            self._cache[z, x, y] = known
            while len(self._cache) > CACHED_TILES:
                self._cache.popitem(last=False)
        else:
            self._cache.move_to_end((z, x, y))
        return known

    def draw(self, z: int, x: int, y: int) -> bytes:
        """Return one tile, not compressed."""
        order = ("commune", "green_space", "river", "pedestrian_zone", "building", "district", "street")
        found = {name: _draw_layer(name, self.layers[name], z, x, y) for name in order if name in self.layers}
        return encode_tile(found)


def _oneway(ahead: bool, back: bool) -> int:
    return int(ahead) - int(back)


def _filled(values: dict[str, Any]) -> Properties:
    return {name: value for name, value in values.items() if value not in ("", None, 0)}


def _draw_layer(name: str, layer: DrawnLayer, z: int, x: int, y: int) -> list[TileFeature]:
    size = 1.0 / (1 << z)
    margin = size * BUFFER / EXTENT
    west, north = x * size - margin, y * size - margin
    east, south = (x + 1) * size + margin, (y + 1) * size + margin
    chosen = np.sort(layer.tree.query(shapely.box(west, north, east, south)))
    chosen = chosen[layer.from_zoom[chosen] <= z]
    if layer.type == POLYGON and name in SMALLEST_PX2:
        pixels = layer.area[chosen] / (size / 512) ** 2
        chosen = chosen[pixels >= SMALLEST_PX2[name]]
    if not len(chosen):
        return []
    simple = shapely.simplify(layer.shapes[chosen], size / EXTENT * (4 if z < 14 else 1))
    clipped = shapely.clip_by_rect(simple, west, north, east, south)
    parts, owners = shapely.get_parts(clipped, return_index=True)
    wanted = shapely.get_type_id(parts) == (3 if layer.type == POLYGON else 1)
    place = _Window(x * size, y * size, EXTENT / size)
    if layer.type == POLYGON:
        parts = shapely.orient_polygons(parts, exterior_cw=False)
    features: dict[int, list[NDArray[np.int64]]] = {}
    for part, owner in zip(parts[wanted], owners[wanted], strict=True):
        rings = place.rings(part) if layer.type == POLYGON else place.lines(part)
        features.setdefault(int(chosen[owner]), []).extend(rings)
    return [TileFeature(layer.type, rings, layer.properties[i]) for i, rings in features.items() if rings]


class _Window(msgspec.Struct, frozen=True):
    """The corner of a tile in the world and how many tile units make one world."""

    west: float
    north: float
    scale: float

    def lines(self, shape: Any) -> list[NDArray[np.int64]]:
        """Return a line in tile units, repeated points dropped; none when it shrinks to a dot."""
        points = _distinct(self._units(shape))
        return [points] if len(points) >= 2 else []

    def rings(self, shape: Any) -> list[NDArray[np.int64]]:
        """Return a polygon's rings in tile units, none when its exterior vanishes."""
        rings = [_distinct(self._units(ring))[:-1] for ring in shapely.get_rings(shape)]
        if not rings or len(rings[0]) < 3 or _twice_area(rings[0]) <= 0:
            return []
        return [rings[0], *(ring for ring in rings[1:] if len(ring) >= 3 and _twice_area(ring) < 0)]

    def _units(self, shape: Any) -> NDArray[np.int64]:
        xy = (shapely.get_coordinates(shape) - (self.west, self.north)) * self.scale
        units: NDArray[np.int64] = np.rint(xy).astype(np.int64)
        return units


def _distinct(points: NDArray[np.int64]) -> NDArray[np.int64]:
    keep = np.ones(len(points), np.bool_)
    keep[1:] = (np.diff(points, axis=0) != 0).any(axis=1)
    return points[keep]


def _twice_area(ring: NDArray[np.int64]) -> int:
    x, y = ring[:, 0], ring[:, 1]
    return int(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))


class TileShelf:
    """Keeps the base map of the places in force; a new version of them throws the old tiles away."""

    def __init__(self, places: Callable[[], Places]) -> None:
        self._places = places
        self._drawn: tuple[Places, BaseMap] | None = None

    def current(self) -> BaseMap:
        """Return the base map of the places as they stand; building it takes about 0.2 s after an import."""
        places = self._places()
        if self._drawn is None or self._drawn[0] is not places:
            self._drawn = (places, BaseMap(places))
        return self._drawn[1]
