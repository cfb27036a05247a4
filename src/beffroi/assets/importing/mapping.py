"""The declarative mapping of an import: a TOML file that a person writes, one `[[layer]]` per file and target.

name = "montpellier"                 # short, stable: part of each row's identity
title = "Ville de Montpellier"       # shown on screen
attribution = "Ville de Montpellier, 2011-2014"
owner = "Ville de Montpellier"       # default owner of the assets
tolerance_m = 500                    # points farther than that outside the communes are refused
simulated = false

[[layer]]
file = "street_lights.csv.gz"        # .csv, .geojson, alone or in .gz or .zip
kind = "street_light"                # or: layer = "street" | "address" | "commune" | "district" | "river" | …
key = "{id}"                         # what identifies a row for ever in this file
crs = "EPSG:2154"                    # only when detection is not enough
merge = true                         # outlines with the same key are united into one
where = { existance = "Existant" }   # other rows are ignored
fields.code = "L{id:05}"             # {column}, {column:width} pads with zeros; text around is kept
fields.characteristics.type = "{type}"
fields.characteristics.power_w = "{puissance}"
numbers = ["power_w"]                # these characteristics are numbers: 40,5 or 40.5, else the row is refused
[layer.values.state]                 # afterwards, one value for another; "*" for all the others
Existant = "in_service"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any

import msgspec

from beffroi.assets.places import LAYERS

ASSET_FIELDS = frozenset(
    [
        "code",
        "name",
        "commune",
        "street",
        "number",
        "lon",
        "lat",
        "owner",
        "contract",
        "parent",
        "installed_on",
        "management",
        "rhythm",
        "state",
        "simulated",
    ]
)
_PLACEHOLDER = re.compile(r"\{([^{}:]+)(?::(\d{1,2}))?\}")
CHARACTERISTIC = "characteristics."

Template = Callable[[Mapping[str, Any]], Any]


class MappingError(Exception):
    """A mapping that cannot be used: code and parameters of the sentence that says what to change."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code, params)
        self.code, self.params = code, params


class Layer(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One file read into one kind of equipment, or into one layer of places."""

    file: str
    kind: str = ""
    layer: str = ""
    key: str = ""
    crs: str = ""
    merge: bool = False
    where: dict[str, str] = {}
    fields: dict[str, Any] = {}
    numbers: list[str] = []
    values: dict[str, dict[str, Any]] = {}

    @property
    def target(self) -> str:
        """Return the kind or the layer."""
        return self.kind or self.layer

    def rules(self) -> dict[str, str]:
        """Return the template of each field, nested tables flattened with dots."""
        return dict(_flatten(self.fields, ""))

    def columns(self) -> set[str]:
        """Return the columns that the templates need."""
        texts = [self.key, *self.rules().values()]
        return {match[1] for text in texts for match in _PLACEHOLDER.finditer(text)} | set(self.where)


class ImportMapping(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, rename={"layers": "layer"}):
    """A whole mapping file."""

    name: str
    title: str = ""
    attribution: str = ""
    owner: str = ""
    contract: str = ""
    tolerance_m: float = 500.0
    simulated: bool = False
    layers: list[Layer]


def _flatten(table: Mapping[str, Any], prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            found.extend(_flatten(value, f"{prefix}{name}."))
        else:
            found.append((f"{prefix}{name}", str(value).lower() if isinstance(value, bool) else str(value)))
    return found


def read_mapping(text: str) -> ImportMapping:
    """Return the mapping that a TOML text describes; MappingError tells which line or field to change."""
    try:
        mapping = msgspec.convert(tomllib.loads(text), ImportMapping)
    except tomllib.TOMLDecodeError as error:
        raise MappingError("assets.mapping_toml", problem=str(error)) from None
    except msgspec.ValidationError as error:
        raise MappingError("assets.mapping_field", problem=str(error)) from None
    if not re.fullmatch(r"[a-z0-9_-]{1,40}", mapping.name):
        raise MappingError("assets.mapping_name", name=mapping.name)
    if not mapping.layers:
        raise MappingError("assets.mapping_empty")
    for layer in mapping.layers:
        _check(layer)
    return mapping


def _check(layer: Layer) -> None:
    if bool(layer.kind) == bool(layer.layer):
        raise MappingError("assets.mapping_target", file=layer.file)
    if layer.layer and layer.layer not in LAYERS:
        raise MappingError("assets.mapping_layer", layer=layer.layer, known=", ".join(LAYERS))
    rules = layer.rules()
    if layer.kind:
        unknown = [name for name in rules if name not in ASSET_FIELDS and not name.startswith(CHARACTERISTIC)]
        if unknown:
            raise MappingError("assets.mapping_unknown_field", file=layer.file, field=unknown[0])
        if "code" not in rules:
            raise MappingError("assets.mapping_no_code", file=layer.file)
    for name in layer.numbers:
        if CHARACTERISTIC + name not in rules:
            raise MappingError("assets.mapping_number", file=layer.file, field=name)


def builtin_mappings() -> dict[str, str]:
    """Return the TOML texts of the mappings that ship with Beffroi, by name."""
    folder = resources.files("beffroi.assets") / "mappings"
    return {
        entry.name.removesuffix(".toml"): entry.read_text("utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    }


def compile_template(text: str) -> Template:
    """Return a function from a row to the value that a template makes of it.

    A lone `{column}` keeps the column's own type; a text around columns is empty as soon as one of them is.
    """
    alone = _PLACEHOLDER.fullmatch(text)
    if alone and not alone[2]:
        column = alone[1]
        return lambda row: row.get(column)
    parts = _PLACEHOLDER.split(text)
    literals, columns, widths = parts[0::3], parts[1::3], [int(width or 0) for width in parts[2::3]]
    if not columns:
        return lambda _row: text

    def render(row: Mapping[str, Any]) -> str:
        made = [literals[0]]
        for column, width, literal in zip(columns, widths, literals[1:], strict=True):
            value = as_text(row.get(column))
            if not value:
                return ""
            made.append(value.zfill(width))
            made.append(literal)
        return "".join(made)

    return render


def as_text(value: Any) -> str:
    """Return a cell as trimmed text: 3.0 as `3`, true as `true`, nothing as empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def compile_value(layer: Layer, field: str, template: str) -> Template:
    """Return the template of a field, followed by the layer's table of values for it."""
    render = compile_template(template)
    table = layer.values.get(field)
    if not table:
        return render
    other = table.get("*")

    def mapped(row: Mapping[str, Any]) -> Any:
        text = as_text(render(row))
        return table.get(text, text if other is None else other)

    return mapped
