"""The register in memory: every asset by index, identifier, painted number and source; who feeds whom."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from beffroi.assets.columns import NONE, Columns
from beffroi.assets.held import Held
from beffroi.assets.places import NO_PLACES, Places
from beffroi.assets.types import Asset, Change, ImportRecord
from beffroi.model.kinds import EquipmentKind
from beffroi.model.ports import AssetFacts

MAX_DEPTH = 16
"""Feeding chains longer than this are refused: a real one is lamp, circuit, cabinet, group."""


class AssetsState:
    """The trade's state; implements `beffroi.model.ports.Topology`. Only `put` and `put_many` change assets."""

    def __init__(self, kinds: Mapping[str, EquipmentKind], held: Held | None = None) -> None:
        self.kinds = kinds
        self.kind_numbers = {name: number for number, name in enumerate(kinds)}
        self.assets: list[Asset] = []
        self.by_id: dict[UUID, int] = {}
        self.by_code: dict[str, int] = {}
        self.by_source: dict[str, int] = {}
        self.fed: dict[int, list[int]] = {}
        self.columns = Columns()
        self.communes: list[str] = [""]
        self.commune_numbers: dict[str, int] = {"": 0}
        self.places: Places = NO_PLACES
        self.imports: dict[UUID, ImportRecord] = {}
        self.held = held if held is not None else Held()
        self.next_series = 0
        self.missing_points: dict[str, tuple[str, ...]] = {}
        self.version = 0
        self._facts: list[AssetFacts | None] = []
        self._listed: dict[str, tuple[int, tuple[AssetFacts, ...]]] = {}

    # -- changes -------------------------------------------------------------------------------------------------

    def put(self, asset: Asset) -> None:
        """Bring one new or changed asset in."""
        if asset.index < len(self.assets):
            self._forget(self.assets[asset.index])
            self.assets[asset.index] = asset
            self._facts[asset.index] = None
        else:
            self.assets.append(asset)
            self._facts.append(None)
        self.by_id[asset.id] = asset.index
        if asset.state != "removed":
            self.by_code[asset.code] = asset.index
        if asset.source:
            self.by_source[asset.source] = asset.index
        parent = self.by_id.get(asset.parent, NONE) if asset.parent else NONE
        if parent != NONE and asset.state != "removed":
            insort(self.fed.setdefault(parent, []), asset.index)
        self.columns.put(
            asset.index,
            asset.lon,
            asset.lat,
            self._kind(asset),
            self._commune_number(asset.commune),
            parent,
            asset.state != "removed",
        )
        self._count_series(asset)

    def put_many(self, assets: Sequence[Asset]) -> None:
        """Bring many in; those after the last index enter at once, set-wise."""
        known = len(self.assets)
        self._append([asset for asset in assets if asset.index >= known])
        for asset in assets:
            if asset.index < known:
                self.put(asset)

    def _append(self, fresh: Sequence[Asset]) -> None:
        if not fresh:
            return
        start, count = fresh[0].index, len(fresh)
        indices = range(start, start + count)
        self.assets.extend(fresh)
        self._facts.extend([None] * count)
        self.by_id.update(zip(map(attrgetter("id"), fresh), indices, strict=True))
        alive = np.fromiter((asset.state != "removed" for asset in fresh), np.bool_, count)
        codes = zip(map(attrgetter("code"), fresh), indices, strict=True)
        self.by_code.update(codes if alive.all() else (pair for pair, here in zip(codes, alive, strict=True) if here))
        self.by_source.update((asset.source, asset.index) for asset in fresh if asset.source)
        parents = [self.by_id.get(parent, NONE) if parent else NONE for parent in map(attrgetter("parent"), fresh)]
        for index, parent, here in zip(indices, parents, alive, strict=True):
            if parent != NONE and here:
                self.fed.setdefault(parent, []).append(index)
        for commune in dict.fromkeys(map(attrgetter("commune"), fresh)):
            self._commune_number(commune)
        self.columns.append(
            np.fromiter(map(attrgetter("lon"), fresh), np.float64, count),
            np.fromiter(map(attrgetter("lat"), fresh), np.float64, count),
            np.fromiter((self.kind_numbers.get(asset.kind, 0) for asset in fresh), np.uint16, count),
            np.fromiter(map(self.commune_numbers.__getitem__, map(attrgetter("commune"), fresh)), np.uint16, count),
            np.array(parents, np.int32),
            alive,
        )
        self._count_series(max(fresh, key=attrgetter("first_series")))

    def _count_series(self, asset: Asset) -> None:
        self.next_series = max(self.next_series, asset.first_series + self.points_of(asset.kind))

    def _forget(self, old: Asset) -> None:
        if self.by_code.get(old.code) == old.index:
            del self.by_code[old.code]
        if old.source and self.by_source.get(old.source) == old.index:
            del self.by_source[old.source]
        parent = int(self.columns.parent[old.index])
        siblings = self.fed.get(parent, [])
        at = bisect_left(siblings, old.index)
        if at < len(siblings) and siblings[at] == old.index:
            del siblings[at]

    def _kind(self, asset: Asset) -> int:
        return self.kind_numbers.get(asset.kind, 0)

    def _commune_number(self, commune: str) -> int:
        number = self.commune_numbers.get(commune)
        if number is None:
            number = self.commune_numbers[commune] = len(self.communes)
            self.communes.append(commune)
        return number

    # -- reading -------------------------------------------------------------------------------------------------

    def points_of(self, kind: str) -> int:
        """Return how many series an asset of this kind has."""
        return len(self.kinds[kind].points) if kind in self.kinds else 0

    def get(self, asset: UUID) -> Asset:
        """Return an asset; raises KeyError when the register never had it."""
        return self.assets[self.by_id[asset]]

    def find_asset(self, asset: UUID) -> Asset | None:
        """Return an asset, or nothing."""
        index = self.by_id.get(asset)
        return None if index is None else self.assets[index]

    def facts_of(self, index: int) -> AssetFacts:
        """Return what other rooms may know of the asset at that index."""
        facts = self._facts[index]
        if facts is None:
            facts = self._facts[index] = facts_from(self.assets[index], self.kinds)
        return facts

    def find(self, asset: UUID) -> AssetFacts | None:
        """Return the facts of an asset, or nothing."""
        index = self.by_id.get(asset)
        return None if index is None else self.facts_of(index)

    def find_index(self, index: int) -> AssetFacts | None:
        """Return the facts of the asset at that place of the live arrays, or nothing."""
        return self.facts_of(index) if 0 <= index < len(self.assets) else None

    def find_code(self, code: str) -> AssetFacts | None:
        """Return the asset that bears this painted number or code, or nothing."""
        index = self.by_code.get(code)
        return None if index is None else self.facts_of(index)

    def children(self, asset: UUID) -> Sequence[UUID]:
        """List the assets fed directly by this one, in index order."""
        index = self.by_id.get(asset, NONE)
        return [self.assets[child].id for child in self.fed.get(index, ())]

    def ancestors(self, asset: UUID) -> Sequence[UUID]:
        """List the feeding assets, the nearest first."""
        found: list[UUID] = []
        index = self.by_id.get(asset, NONE)
        while index != NONE and len(found) < MAX_DEPTH:
            index = int(self.columns.parent[index])
            if index != NONE:
                found.append(self.assets[index].id)
        return found

    def descendants(self, asset: UUID, kind: str = "") -> Sequence[UUID]:
        """List everything fed by this asset, directly or not, of one kind when given, feeders first."""
        return [
            self.assets[index].id
            for index in self.fed_indices(self.by_id.get(asset, NONE))
            if not kind or self.assets[index].kind == kind
        ]

    def fed_indices(self, root: int) -> list[int]:
        """List the indices of everything under a feeder, level by level."""
        found: list[int] = []
        level: Iterable[int] = self.fed.get(root, ())
        for _ in range(MAX_DEPTH):
            level = list(level)
            if not level:
                break
            found.extend(level)
            level = [child for index in level for child in self.fed.get(index, ())]
        return found

    def list_kind(self, kind: str) -> Sequence[AssetFacts]:
        """List the assets of one kind in index order, removed ones left out."""
        if kind not in self.kind_numbers:
            return ()
        listed = self._listed.get(kind)
        if listed is None or listed[0] != self.version:
            mask = (self.columns.kind == self.kind_numbers[kind]) & self.columns.alive
            listed = self.version, tuple(map(self.facts_of, mask.nonzero()[0].tolist()))
            self._listed[kind] = listed
        return listed[1]

    def place_label(self, asset: UUID) -> str:
        """Return the place as the room reads it: street and number, commune, then the painted number."""
        found = self.find_asset(asset)
        return "" if found is None else self.label_of(found)

    def label_of(self, asset: Asset) -> str:
        """Return the place label of an asset: « 12 rue Monge, Dijon · A045-12 »."""
        street = f"{asset.number} {asset.street}".strip() if asset.street else asset.name
        commune = self.places.commune_name(asset.commune)
        place = ", ".join(part for part in (street, commune) if part)
        return f"{place} · {asset.code}" if place else asset.code


def facts_from(asset: Asset, kinds: Mapping[str, EquipmentKind]) -> AssetFacts:
    """Return what other rooms may know of an asset."""
    kind = kinds.get(asset.kind)
    return AssetFacts(
        id=asset.id,
        index=asset.index,
        kind=asset.kind,
        code=asset.code,
        name=asset.name,
        commune=asset.commune,
        street=asset.street,
        number=asset.number,
        lon=asset.lon,
        lat=asset.lat,
        parent=asset.parent,
        management=asset.management,
        rhythm=asset.rhythm,
        state=asset.state,
        trade=kind.trade if kind else "",
        source=spokesman(asset.characteristics),
        simulated=asset.simulated,
    )


class _Spoken(msgspec.Struct):
    gateway: Any = ""


_SPOKEN = msgspec.json.Decoder(_Spoken)


@lru_cache(maxsize=50_000)
def spokesman(characteristics: str) -> str:
    """Return the source that speaks for an asset: its characteristic `gateway`, empty when it has none."""
    gateway = _SPOKEN.decode(characteristics).gateway
    return gateway if isinstance(gateway, str) else ""


def apply_changes(state: AssetsState, changes: Sequence[Change]) -> None:
    """Bring the new side of some changes into the register and mark it as a newer version."""
    state.put_many([change.after for change in changes])
    state.version += 1
