"""The geometry of each row, in WGS 84: from GeoJSON shapes, from two columns, or from one column of two numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from beffroi.assets.importing.cells import number_of
from beffroi.assets.importing.coordinates import Box, convert, detect, notices_of
from beffroi.assets.importing.mapping import Layer, MappingError, compile_template
from beffroi.assets.importing.readers import Notice, Table
from beffroi.assets.streets.names import fold

X_NAMES = [
    "lon",
    "lng",
    "long",
    "longitude",
    "x",
    "coord_x",
    "coordx",
    "point_x",
    "x_wgs84",
    "xlong",
    "x_l93",
    "x_lambert93",
    "geo_lon",
    "easting",
    "est",
]
Y_NAMES = [
    "lat",
    "latitude",
    "y",
    "coord_y",
    "coordy",
    "point_y",
    "y_wgs84",
    "ylat",
    "y_l93",
    "y_lambert93",
    "geo_lat",
    "northing",
    "nord",
]
PAIR_NAMES = [
    "geo_point_2d",
    "geo_point",
    "geopoint",
    "coordonnees",
    "coordinates",
    "latlon",
    "lonlat",
    "position",
    "geom_point",
]
_PAIR = re.compile(r"\s*\(?\s*(-?[\d.]+)\s*[,; ]\s*(-?[\d.]+)\s*\)?\s*")


def shapes_of(
    table: Table, layer: Layer, territory: Box | None
) -> tuple[NDArray[Any], NDArray[np.bool_], list[Notice]]:
    """Return a geometry per row (None where there is none), which rows lack one, and what to tell.

    MappingError when no column holds coordinates, or when no known system puts the points on the territory.
    """
    shapes, notices = _raw_shapes(table, layer)
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if missing.all():
        return shapes, missing, notices
    declared = layer.crs or table.declared_crs
    xy = _first_points(shapes[~missing])
    reference = detect(xy, territory, declared) or detect(xy, None, declared)
    if reference is None:
        x, y = (f"{value:.6g}" for value in xy[0])
        raise MappingError("assets.crs_unknown", file=layer.file, x=x, y=y)
    notices += notices_of(reference, declared, int((~missing).sum()))
    return convert(shapes, reference), missing, notices


def _first_points(shapes: NDArray[Any]) -> NDArray[np.float64]:
    coordinates, owners = shapely.get_coordinates(shapes, return_index=True)
    _, first = np.unique(owners, return_index=True)
    return np.asarray(coordinates[first], np.float64)


def _raw_shapes(table: Table, layer: Layer) -> tuple[NDArray[Any], list[Notice]]:
    rules = layer.rules()
    if "lon" in rules and "lat" in rules:
        xs, ys = compile_template(rules["lon"]), compile_template(rules["lat"])
        return _points([(number_of(xs(row)), number_of(ys(row))) for row in table.rows], table, rules)
    if table.shapes is not None:
        return np.asarray(table.shapes, object), []
    names = {fold(column): column for column in table.columns}
    x = next((names[name] for name in X_NAMES if name in names), None)
    y = next((names[name] for name in Y_NAMES if name in names), None)
    if x and y:
        cells = [(number_of(row.get(x)), number_of(row.get(y))) for row in table.rows]
        return _points(cells, table, {"lon": x, "lat": y})
    pair = next((names[name] for name in PAIR_NAMES if name in names), None)
    if pair is None:
        raise MappingError("assets.no_coordinates", file=layer.file, columns=", ".join(table.columns[:20]))
    return _points([_pair_of(row.get(pair)) for row in table.rows], table, {})


def _pair_of(cell: Any) -> tuple[float | None, float | None]:
    match = _PAIR.fullmatch(str(cell or ""))
    return (number_of(match[1]), number_of(match[2])) if match else (None, None)


def _points(
    cells: Sequence[tuple[float | None, float | None]], table: Table, columns: dict[str, str]
) -> tuple[NDArray[Any], list[Notice]]:
    xy = np.array([(np.nan if x is None else x, np.nan if y is None else y) for x, y in cells]).reshape(-1, 2)
    known = np.isfinite(xy).all(axis=1) & (xy != 0).any(axis=1)
    shapes = np.full(len(cells), None, object)
    shapes[known] = shapely.points(xy[known])
    x = columns.get("lon", "").strip("{}")
    comma = any("," in str(row.get(x, "")) for row in table.rows[:50])
    return shapes, [Notice("assets.notice_comma")] if comma else []
