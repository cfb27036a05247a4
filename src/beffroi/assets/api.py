"""Readings of the register: one asset, lists, history, what is near, the map's positions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
import numpy as np
from litestar import get
from litestar.params import Parameter

from beffroi.assets.edit import characteristics_of, select
from beffroi.assets.logic import visible
from beffroi.assets.state import AssetsState
from beffroi.assets.types import Asset, Filter
from beffroi.model.geo import distance_m
from beffroi.model.ports import LifeState
from beffroi.trade.doors import Caller, View
from beffroi.trade.rejected import Rejected

_HISTORY = """SELECT position, recorded_at, actor_kind, actor, import, before, after FROM asset_change
    WHERE asset = ANY(%s) ORDER BY position DESC LIMIT %s"""
NAMING_ASSETS = frozenset({"parent", "merged_into"})
HIDDEN = frozenset({"revision", "index", "first_series", "id", "source_hash"})


class AssetView(msgspec.Struct, frozen=True, kw_only=True):
    """One asset as a screen shows it."""

    id: UUID
    index: int
    kind: str
    code: str
    name: str
    commune: str
    commune_name: str
    street: str
    number: str
    lon: float
    lat: float
    owner: str
    contract: str
    parent: UUID | None
    installed_on: str
    management: str
    rhythm: str
    state: str
    characteristics: dict[str, Any]
    source: str
    simulated: bool
    revision: int
    merged_into: UUID | None
    label: str
    ancestors: list[UUID]
    children: int


class AssetPage(msgspec.Struct, frozen=True):
    """A page of assets; `next` is the cursor to pass as `after`, nothing at the end."""

    items: list[AssetView]
    total: int
    next: int | None


class NearAsset(msgspec.Struct, frozen=True):
    """An asset and how far it is, in metres."""

    distance_m: float
    asset: AssetView


class FieldChange(msgspec.Struct, frozen=True):
    """One field before and after."""

    field: str
    before: Any
    after: Any


class HistoryItem(msgspec.Struct, frozen=True, kw_only=True):
    """One change of an asset: the journal's line, when, who, through which import, and what."""

    position: int
    at: int
    actor_kind: str
    actor: UUID | None
    import_id: UUID | None
    created: bool
    asset: UUID
    changes: list[FieldChange]


def view_of(state: AssetsState, asset: Asset, caller: Caller) -> AssetView:
    """Return the asset as a screen shows it; what feeds it or what it feeds counts where the caller sees it."""

    def seen(other: UUID | None) -> bool:
        facts = state.find(other) if other else None
        return facts is not None and caller.sees(facts.scope)

    shown = {name: getattr(asset, name) for name in AssetView.__struct_fields__ if hasattr(asset, name)}
    shown["characteristics"] = characteristics_of(asset)
    for name in ("parent", "merged_into"):
        shown[name] = shown[name] if seen(shown[name]) else None
    return AssetView(
        **shown,
        commune_name=state.places.commune_name(asset.commune),
        label=state.label_of(asset),
        ancestors=[above for above in state.ancestors(asset.id) if seen(above)],
        children=sum(caller.sees(state.facts_of(index).scope) for index in state.fed.get(asset.index, ())),
    )


def get_visible(state: AssetsState, caller: Caller, asset: UUID) -> Asset:
    """Return an asset that the caller sees; refuses as unknown otherwise."""
    found = state.find_asset(asset)
    if found is None or not caller.sees(state.facts_of(found.index).scope):
        raise Rejected("assets.not_found", asset=str(asset))
    return found


def routes(view: View[AssetsState]) -> Sequence[Any]:
    """Return the handlers of the register."""
    return [*_list_routes(view), *_single_routes(view)]


def _list_routes(view: View[AssetsState]) -> list[Any]:
    @get("/", summary="List assets by kind, commune, feeder or text")
    async def list_assets(
        caller: Caller,
        kind: str = "",
        commune: str = "",
        street: str = "",
        parent: UUID | None = None,
        life: LifeState | None = None,
        q: Annotated[str, Parameter(max_length=200)] = "",
        limit: Annotated[int, Parameter(ge=1, le=1000)] = 200,
        after: Annotated[int, Parameter(ge=-1)] = -1,
    ) -> AssetPage:
        state = view.state
        where = Filter(kind=kind, commune=commune, street=street, parent=parent, state=life)
        mask = visible(state, caller.sees)
        found = [index for index in select(state, where) if mask[index]]
        if q:
            needle = q.casefold()
            found = [i for i in found if needle in f"{state.assets[i].code} {state.assets[i].name}".casefold()]
        page = [index for index in found if index > after][:limit]
        more = page[-1] if page and page[-1] != found[-1] else None
        return AssetPage([view_of(state, state.assets[index], caller) for index in page], len(found), more)

    @get("/near", summary="List assets within a radius of a point, the nearest first")
    async def list_near(
        caller: Caller,
        lon: Annotated[float, Parameter(ge=-180, le=180)],
        lat: Annotated[float, Parameter(ge=-90, le=90)],
        radius_m: Annotated[float, Parameter(gt=0, le=5000)] = 50,
        kind: str = "",
        limit: Annotated[int, Parameter(ge=1, le=1000)] = 100,
    ) -> list[NearAsset]:
        state = view.state
        found = near(state, lon, lat, radius_m, visible(state, caller.sees))
        chosen = [(metres, index) for metres, index in found if not kind or state.assets[index].kind == kind]
        return [NearAsset(metres, view_of(state, state.assets[index], caller)) for metres, index in chosen[:limit]]

    return [list_assets, list_near]


def near(state: AssetsState, lon: float, lat: float, radius_m: float, mask: Any) -> list[tuple[float, int]]:
    """List (metres, index) of the assets of a mask within a radius, the nearest first."""
    height = radius_m / 111_000
    width = height / max(0.01, float(np.cos(np.radians(lat))))
    columns = state.columns
    inside = mask & (np.abs(columns.lat - lat) <= height) & (np.abs(columns.lon - lon) <= width)
    measured = [
        (distance_m(lon, lat, float(columns.lon[i]), float(columns.lat[i])), int(i)) for i in np.flatnonzero(inside)
    ]
    return sorted(pair for pair in measured if pair[0] <= radius_m)


def _single_routes(view: View[AssetsState]) -> list[Any]:
    @get("/{asset_id:uuid}", summary="Read one asset")
    async def get_asset(caller: Caller, asset_id: UUID) -> AssetView:
        return view_of(view.state, get_visible(view.state, caller, asset_id), caller)

    @get("/{asset_id:uuid}/history", summary="List the changes of one asset and of its merged duplicates")
    async def get_history(
        caller: Caller, asset_id: UUID, limit: Annotated[int, Parameter(ge=1, le=1000)] = 100
    ) -> list[HistoryItem]:
        asset = get_visible(view.state, caller, asset_id)
        merged = [other.id for other in view.state.assets if other.merged_into == asset.id]
        rows = await view.reader.fetch(_HISTORY, ([asset.id, *merged], limit))
        return [_without_unseen(history_item(row), view.state, caller) for row in rows]

    return [get_asset, get_history]


def _without_unseen(item: HistoryItem, state: AssetsState, caller: Caller) -> HistoryItem:
    """Return a change without the identifiers of assets that the caller does not see."""

    def cut(value: Any) -> Any:
        facts = state.find(UUID(value)) if value else None
        return value if facts is not None and caller.sees(facts.scope) else None

    changes = [
        FieldChange(one.field, cut(one.before), cut(one.after)) if one.field in NAMING_ASSETS else one
        for one in item.changes
    ]
    return msgspec.structs.replace(item, changes=changes)


def history_item(row: tuple[Any, ...]) -> HistoryItem:
    """Return one change from a row of the history query: only the fields that differ, readable ones."""
    position, at, actor_kind, actor, import_id, before, after = row
    held = before or {}
    changes = [
        FieldChange(name, held.get(name), value)
        for name, value in after.items()
        if name not in HIDDEN and held.get(name) != value and (before or value not in ("", None, "{}"))
    ]
    return HistoryItem(
        position=position,
        at=at,
        actor_kind=actor_kind,
        actor=actor,
        import_id=import_id,
        created=before is None,
        asset=UUID(after["id"]),
        changes=changes,
    )
