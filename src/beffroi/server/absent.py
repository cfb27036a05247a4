"""Ports of trades that are not installed: a city without them still runs, it only knows less."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from beffroi.model.ports import AssetFacts, City, IncidentFacts, LiveValue, Lock
from beffroi.model.scope import Scope
from beffroi.model.time import Micros


class NoTopology:
    """A register without a single asset."""

    version = 0

    def find(self, asset: UUID) -> AssetFacts | None:
        """Return nothing."""
        return None

    def find_index(self, index: int) -> AssetFacts | None:
        """Return nothing."""
        return None

    def find_code(self, code: str) -> AssetFacts | None:
        """Return nothing."""
        return None

    def children(self, asset: UUID) -> Sequence[UUID]:
        """Return nothing."""
        return ()

    def ancestors(self, asset: UUID) -> Sequence[UUID]:
        """Return nothing."""
        return ()

    def descendants(self, asset: UUID, kind: str = "") -> Sequence[UUID]:
        """Return nothing."""
        return ()

    def list_kind(self, kind: str) -> Sequence[AssetFacts]:
        """Return nothing."""
        return ()

    def place_label(self, asset: UUID) -> str:
        """Return the bare identifier: no place is known."""
        return str(asset)


class NoLive:
    """Points that never spoke."""

    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return empty arrays."""
        return np.empty(0, np.int64), np.empty(0, np.float64)

    def series_of(self, point: str) -> NDArray[np.int32]:
        """Return an empty array."""
        return np.empty(0, np.int32)

    def find(self, asset: UUID, point: str) -> LiveValue | None:
        """Return nothing."""
        return None

    def last_heard(self, asset: UUID) -> Micros | None:
        """Return nothing."""
        return None

    def words(self) -> NDArray[np.int64]:
        """Return an empty array."""
        return np.empty(0, np.int64)


class NoProgramme:
    """Lights of which no programme is known."""

    def expected_level_pct(self, asset: UUID, at: Micros) -> float | None:
        """Return nothing."""
        return None

    def expected_levels_pct(self, at: Micros) -> NDArray[np.float32]:
        """Return an empty array: no asset has a programme."""
        return np.empty(0, np.float32)

    def by_day(self, at: Micros) -> NDArray[np.bool_]:
        """Return an empty array."""
        return np.empty(0, np.bool_)


class NoLocks:
    """No *consignation* in force."""

    def find(self, asset: UUID) -> Lock | None:
        """Return nothing."""
        return None

    def list_roots(self) -> Sequence[Lock]:
        """Return nothing."""
        return ()


class NoOverrides:
    """No *forçage* in force."""

    def find(self, asset: UUID) -> tuple[float, Micros] | None:
        """Return nothing."""
        return None

    def list_active(self) -> Sequence[tuple[UUID, float, Micros]]:
        """Return nothing."""
        return ()

    def levels(self) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return empty arrays."""
        return np.empty(0, np.int32), np.empty(0, np.float32)

    def spans(self) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
        """Return empty arrays."""
        return np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.int64)


class NoStreets:
    """A territory of which no street is known."""

    def travel_times_s(self, origins: NDArray[np.float64], lon: float, lat: float) -> NDArray[np.float64]:
        """Return infinity for each origin."""
        return np.full(len(origins), np.inf)

    def place_at(self, lon: float, lat: float) -> str:
        """Return nothing."""
        return ""

    def places_at(self, lonlat: NDArray[np.float64]) -> list[str]:
        """Return nothing for each place."""
        return [""] * len(lonlat)

    def commune_at(self, lon: float, lat: float) -> str:
        """Return nothing."""
        return ""

    def commune_of(self, place: str) -> str:
        """Return nothing."""
        return ""


class NoIncidents:
    """A room where nothing was ever opened."""

    def find(self, incident: UUID) -> IncidentFacts | None:
        """Return nothing."""
        return None

    def list_open(self) -> Sequence[IncidentFacts]:
        """Return nothing."""
        return ()

    def find_open_of(self, asset: UUID) -> IncidentFacts | None:
        """Return nothing."""
        return None


class NoRows:
    """Screens without a row."""

    def scope_of(self, topic: str, key: UUID) -> Scope | None:
        """Return nothing."""
        return None


class NoPresence:
    """A room without a seat."""

    def sits(self, account: UUID) -> bool:
        """Return no."""
        return False


def empty_city() -> City:
    """Return a city where no trade serves any other yet."""
    found = (NoTopology(), NoLive(), NoProgramme(), NoLocks(), NoOverrides(), NoStreets(), NoIncidents(), NoRows())
    return City(*found, NoPresence())
