"""New values of assets: which fields really change, and which assets a filter names."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from beffroi.assets.state import AssetsState
from beffroi.assets.types import NOTHING, Asset, Edits, Filter

_encode = msgspec.json.Encoder(order="sorted").encode


def characteristics_of(asset: Asset) -> dict[str, Any]:
    """Return an asset's characteristics by name."""
    values: dict[str, Any] = msgspec.json.decode(asset.characteristics) if asset.characteristics != NOTHING else {}
    return values


def characteristics_text(values: dict[str, Any]) -> str:
    """Return the stored form of characteristics: sorted JSON, so that equal ones are equal texts."""
    return _encode(values).decode() if values else NOTHING


def changed(asset: Asset, edits: Edits) -> Edits:
    """Return only the edits that differ from what the asset has."""
    given = edits.given()
    held = characteristics_of(asset)
    patch = {name: value for name, value in given.pop("characteristics", {}).items() if held.get(name) != value}
    differing = {name: value for name, value in given.items() if getattr(asset, name) != value}
    if patch:
        differing["characteristics"] = patch
    return Edits(**differing)


def edits_of(asset: Asset, like: Edits) -> Edits:
    """Return the asset's present values of the fields that `like` gives."""
    given = like.given()
    values = {name: getattr(asset, name) for name in given if name != "characteristics"}
    if "characteristics" in given:
        held = characteristics_of(asset)
        values["characteristics"] = {name: held.get(name) for name in given["characteristics"]}
    return Edits(**values)


def from_edits(asset: Asset, edits: Edits) -> Asset:
    """Return the asset with new values, one revision later."""
    given = edits.given()
    if "characteristics" in given:
        merged = {**characteristics_of(asset), **given["characteristics"]}
        given["characteristics"] = characteristics_text({k: v for k, v in merged.items() if v is not None})
    return msgspec.structs.replace(asset, **given, revision=asset.revision + 1)


def select(state: AssetsState, where: Filter) -> list[int]:
    """List the indices of living assets that a filter names, in index order."""
    columns = state.columns
    mask = columns.alive.copy()
    if where.ids:
        named = np.zeros_like(mask)
        named[[state.by_id[one] for one in where.ids if one in state.by_id]] = True
        mask &= named
    if where.kind:
        mask &= columns.kind == state.kind_numbers.get(where.kind, -1)
    if where.commune:
        mask &= columns.commune == state.commune_numbers.get(where.commune, 65_535)
    if where.bbox:
        west, south, east, north = where.bbox
        mask &= (columns.lon >= west) & (columns.lon <= east) & (columns.lat >= south) & (columns.lat <= north)
    if where.parent:
        under = np.zeros_like(mask)
        under[state.fed_indices(state.by_id.get(where.parent, -1))] = True
        mask &= under
    found = [int(index) for index in np.flatnonzero(mask)]
    return [index for index in found if _agrees(state.assets[index], where)]


def _agrees(asset: Asset, where: Filter) -> bool:
    return (not where.street or asset.street == where.street) and (where.state is None or asset.state == where.state)
