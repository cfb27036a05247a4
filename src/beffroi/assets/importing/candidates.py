"""Rows of a file as candidates for the register or for a layer of places, and the rows refused with the reason."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from beffroi.assets.edit import characteristics_text
from beffroi.assets.importing.cells import characteristic_of, comma_numbers, date_of, measure_of
from beffroi.assets.importing.geometry import shapes_of
from beffroi.assets.importing.mapping import (
    CHARACTERISTIC,
    ImportMapping,
    Layer,
    MappingError,
    as_text,
    compile_template,
    compile_value,
)
from beffroi.assets.importing.readers import Notice, Table
from beffroi.assets.logic import CODE
from beffroi.assets.places import Feature, Places
from beffroi.assets.streets.graph import Direction
from beffroi.assets.types import Refusal
from beffroi.model.ports import LifeState, Management, Rhythm

CHOICES: dict[str, tuple[str, ...]] = {
    "management": get_args(Management),
    "rhythm": get_args(Rhythm),
    "state": get_args(LifeState),
}
LONGEST_TEXT = 200
_NUMBER = re.compile(r"(\d{1,5})\s*([A-Za-z]{0,6})")
TRUE_WORDS = frozenset({"true", "1", "oui", "yes", "vrai"})


class Candidate(msgspec.Struct, kw_only=True):
    """One row understood: `values` by register field, `place` the geometry, `hash` of what the row says."""

    line: int
    key: str
    values: dict[str, Any]
    lon: float
    lat: float
    hash: int


class Batch(msgspec.Struct, kw_only=True):
    """What one layer of a mapping gives."""

    layer: Layer
    candidates: list[Candidate] = []
    features: list[Feature] = []
    refusals: list[Refusal] = []
    notices: list[Notice] = []
    ignored: int = 0


class RowRefusedError(Exception):
    """A row that cannot be taken: code and parameters."""

    def __init__(self, code: str, **params: str | int | float) -> None:
        super().__init__(code, params)
        self.code, self.params = code, params


Tick = Callable[[float], None]


def read_layer(table: Table, layer: Layer, mapping: ImportMapping, places: Places, tick: Tick) -> Batch:
    """Return the candidates of one layer; MappingError when the whole layer cannot be understood."""
    absent = sorted(layer.columns() - set(table.columns))
    if absent and table.rows:
        shown = ", ".join(table.columns[:30])
        raise MappingError("assets.column_absent", file=layer.file, column=absent[0], columns=shown)
    batch = Batch(layer=layer, notices=[msgspec.structs.replace(n, file=layer.file) for n in table.notices])
    batch.refusals += [Refusal(layer.file, line, "assets.row_unreadable", {}, text) for line, text in table.broken]
    kept = _filtered(table, layer, batch)
    tick(0.1)
    territory = places.bounds if places.counts.get("commune") else None
    shapes, missing, notices = shapes_of(kept, layer, territory)
    batch.notices += [msgspec.structs.replace(notice, file=layer.file) for notice in notices]
    tick(0.4)
    if layer.layer:
        _read_features(batch, kept, shapes, missing)
    else:
        _read_assets(batch, kept, shapes, missing, mapping, places)
        batch.notices += _comma_notices(kept, layer)
    tick(1.0)
    return batch


def _filtered(table: Table, layer: Layer, batch: Batch) -> Table:
    if not layer.where:
        return table
    wanted = [
        i for i, row in enumerate(table.rows) if all(as_text(row.get(name)) == v for name, v in layer.where.items())
    ]
    batch.ignored = len(table.rows) - len(wanted)
    shapes = None if table.shapes is None else table.shapes[wanted]
    return Table(
        table.columns,
        [table.lines[i] for i in wanted],
        [table.rows[i] for i in wanted],
        shapes=shapes,
        declared_crs=table.declared_crs,
    )


def excerpt_of(row: Mapping[str, Any]) -> str:
    """Return the beginning of a row's own words, to recognise it."""
    return " | ".join(as_text(value) for value in row.values())[:120]


def hash_of(*parts: Any) -> int:
    """Return 63 bits that stand for some values."""
    digest = hashlib.blake2b(msgspec.json.encode(parts, order="sorted"), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def _read_features(batch: Batch, table: Table, shapes: NDArray[Any], missing: NDArray[np.bool_]) -> None:
    layer = batch.layer
    rules = {
        name: compile_value(layer, name, text) for name, text in layer.rules().items() if name not in ("lon", "lat")
    }
    key_of = compile_template(layer.key) if layer.key else None
    shapes = _fitting(layer, shapes)
    if layer.merge and key_of:
        _unite(shapes, missing, [as_text(key_of(row)) for row in table.rows])
    wkb = shapely.to_wkb(shapes)
    seen: dict[str, int] = {}
    for i, row in enumerate(table.rows):
        line = table.lines[i]
        if missing[i] or wkb[i] is None:
            _refuse(batch, line, row, RowRefusedError("assets.row_no_position"))
            continue
        values = {name: value for name, rule in rules.items() if (value := characteristic_of(rule(row))) is not None}
        try:
            _check_feature(layer, values)
        except RowRefusedError as error:
            _refuse(batch, line, row, error)
            continue
        name = as_text(values.pop("name", ""))
        digest = hash_of(name, values, wkb[i].hex())
        key = as_text(key_of(row)) if key_of else f"{digest:016x}"
        if not key:
            _refuse(batch, line, row, RowRefusedError("assets.row_no_key"))
        elif key in seen:
            if layer.merge:
                continue
            if key_of:
                _refuse(batch, line, row, RowRefusedError("assets.row_duplicate", key=key, line=seen[key]))
            else:
                batch.ignored += 1
        else:
            seen[key] = line
            properties = msgspec.json.encode(values, order="sorted").decode()
            batch.features.append(Feature(layer.layer, key, name, properties, wkb[i], digest))


def _unite(shapes: NDArray[Any], missing: NDArray[np.bool_], keys: Sequence[str]) -> None:
    """Give every row the union of the outlines that bear its key."""
    rows_of: dict[str, list[int]] = {}
    for i, key in enumerate(keys):
        if not missing[i]:
            rows_of.setdefault(key, []).append(i)
    for rows in rows_of.values():
        shapes[rows] = shapely.union_all(shapely.make_valid(shapes[rows]))


def _check_feature(layer: Layer, values: dict[str, Any]) -> None:
    """Put the words of a street or an address into the forms that the places expect."""
    if layer.layer == "address":
        match = _NUMBER.fullmatch(as_text(values.get("number")))
        if match is None:
            raise RowRefusedError("assets.row_bad_number", field="number", value=as_text(values.get("number")))
        values["number"] = int(match[1])
        values["suffix"] = as_text(values.get("suffix") or match[2]).lower()
    if layer.layer == "street" and values.get("direction", "both") not in get_args(Direction):
        raise RowRefusedError(
            "assets.row_bad_value",
            field="direction",
            value=as_text(values["direction"]),
            expected=", ".join(get_args(Direction)),
        )


def _fitting(layer: Layer, shapes: NDArray[Any]) -> NDArray[Any]:
    """Keep lines for streets (the longest part of a multiple one), points for addresses, polygons elsewhere."""
    kinds = shapely.get_type_id(shapes)
    result = shapes.copy()
    if layer.layer == "street":
        for i in np.flatnonzero(kinds == 5):
            result[i] = max(shapely.get_parts(shapes[i]), key=shapely.length, default=None)
        result[~np.isin(shapely.get_type_id(result), (1,))] = None
    elif layer.layer == "address":
        polygons = (kinds >= 0) & (kinds != 0)
        result[polygons] = shapely.point_on_surface(shapes[polygons])
    return result


def _read_assets(
    batch: Batch, table: Table, shapes: NDArray[Any], missing: NDArray[np.bool_], mapping: ImportMapping, places: Places
) -> None:
    layer = batch.layer
    points = _points_of(shapes, missing)
    outside = np.zeros(len(points))
    outside[~missing] = places.metres_outside(points[~missing])
    rules = {
        name: compile_value(layer, name, text) for name, text in layer.rules().items() if name not in ("lon", "lat")
    }
    key_of = compile_template(layer.key) if layer.key else rules["code"]
    defaults = {"owner": mapping.owner, "contract": mapping.contract, "simulated": mapping.simulated}
    seen: dict[str, int] = {}
    for i, row in enumerate(table.rows):
        try:
            if missing[i]:
                raise RowRefusedError("assets.row_no_position")
            if outside[i] > mapping.tolerance_m:
                raise RowRefusedError("assets.row_outside", km=round(float(outside[i]) / 1000, 1))
            key = _new_key(as_text(key_of(row)), seen, table.lines[i])
            values = {**defaults, **values_of(row, rules, layer.numbers)}
        except RowRefusedError as error:
            _refuse(batch, table.lines[i], row, error)
            continue
        lon, lat = float(points[i, 0]), float(points[i, 1])
        batch.candidates.append(
            Candidate(
                line=table.lines[i],
                key=f"{mapping.name}/{layer.kind}/{key}",
                values=values,
                lon=lon,
                lat=lat,
                hash=hash_of(values, lon, lat),
            )
        )


def _comma_notices(table: Table, layer: Layer) -> list[Notice]:
    """Say which characteristics stay texts although their column holds numbers with a comma."""
    rules = {name.removeprefix(CHARACTERISTIC): text for name, text in layer.rules().items() if CHARACTERISTIC in name}
    texts = [
        name
        for name, text in rules.items()
        if name not in layer.numbers and comma_numbers(row.get(text.strip("{}")) for row in table.rows)
    ]
    shown = ", ".join(f'"{name}"' for name in texts)
    return [Notice("assets.notice_comma_text", {"names": shown}, layer.file)] if texts else []


def _points_of(shapes: NDArray[Any], missing: NDArray[np.bool_]) -> NDArray[np.float64]:
    points = np.full((len(shapes), 2), np.nan)
    if not missing.all():
        chosen = shapes[~missing]
        surfaces = np.where(shapely.get_type_id(chosen) == 0, chosen, shapely.point_on_surface(chosen))
        points[~missing] = np.round(shapely.get_coordinates(surfaces), 7)
    return points


def _new_key(key: str, seen: dict[str, int], line: int) -> str:
    if not key:
        raise RowRefusedError("assets.row_no_key")
    if key in seen:
        raise RowRefusedError("assets.row_duplicate", key=key, line=seen[key])
    seen[key] = line
    return key


def _refuse(batch: Batch, line: int, row: Mapping[str, Any], error: RowRefusedError) -> None:
    batch.refusals.append(Refusal(batch.layer.file, line, error.code, error.params, excerpt_of(row)))


def values_of(
    row: Mapping[str, Any], rules: Mapping[str, Callable[[Mapping[str, Any]], Any]], numbers: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the register fields that a row gives; RowRefusedError on a value that cannot be understood.

    `numbers` names the characteristics declared numeric.
    """
    values: dict[str, Any] = {}
    characteristics: dict[str, Any] = {}
    for name, rule in rules.items():
        cell = rule(row)
        if name.startswith(CHARACTERISTIC):
            bare = name.removeprefix(CHARACTERISTIC)
            value = _measure(bare, cell) if bare in numbers else characteristic_of(cell)
            if value is not None:
                characteristics[bare] = value
        else:
            values[name] = _field(name, cell)
    if not CODE.fullmatch(values["code"]):
        raise RowRefusedError("assets.row_bad_code", number=values["code"])
    values["characteristics"] = characteristics_text(characteristics)
    return {name: value for name, value in values.items() if value != "" or name == "code"}


def _measure(name: str, cell: Any) -> int | float | None:
    try:
        return measure_of(cell)
    except ValueError:
        raise RowRefusedError("assets.row_bad_number", field=name, value=as_text(cell)[:40]) from None


def _field(name: str, cell: Any) -> Any:
    text = as_text(cell)
    if name == "installed_on":
        date = date_of(cell)
        if date is None:
            raise RowRefusedError("assets.row_bad_date", value=text)
        return date
    if name == "simulated":
        return text.lower() in TRUE_WORDS
    if name in CHOICES:
        if text and text not in CHOICES[name]:
            raise RowRefusedError("assets.row_bad_value", field=name, value=text, expected=", ".join(CHOICES[name]))
        return text
    if len(text) > LONGEST_TEXT:
        raise RowRefusedError("assets.row_too_long", field=name, length=len(text))
    if name == "code":
        return "-".join(text.split())
    return text
