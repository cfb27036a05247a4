"""Lock-outs and overrides as the other trades see them."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from beffroi.model.ports import City, Lock
from beffroi.model.time import Micros
from beffroi.orders.types import OrdersState


class LocksPort:
    """Answers "is this locked out" through the topology: a lock on a cabinet covers all that it feeds."""

    def __init__(self, state: OrdersState, city: City) -> None:
        self._state = state
        self._city = city

    def find(self, asset: UUID) -> Lock | None:
        """Return the lock-out that covers an asset, its own or an ancestor's, or nothing."""
        if not self._state.locks:
            return None
        for candidate in (asset, *self._city.topology.ancestors(asset)):
            held = self._state.locks.get(candidate)
            if held is not None:
                return held.lock
        return None

    def list_roots(self) -> Sequence[Lock]:
        """List the lock-outs in force."""
        return [held.lock for held in self._state.locks.values()]


class OverridesPort:
    """Answers "is this point forced, to what, until when"."""

    def __init__(self, state: OrdersState, city: City) -> None:
        self._state = state
        self._city = city
        self._index = np.empty(0, np.int32)
        self._level = np.empty(0, np.float32)
        self._begin = np.empty(0, np.int64)
        self._until = np.empty(0, np.int64)
        self._version = -1

    def levels(self) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return (asset index, level in %) of every override in force, made again when one changed."""
        self._remake()
        return self._index, self._level

    def spans(self) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
        """Return (asset index, begin, end) of every override in force, µs: it begins when it was asked."""
        self._remake()
        return self._index, self._begin, self._until

    def _remake(self) -> None:
        if self._version == self._state.overrides_version:
            return
        held, orders = self._state.overrides, self._state.orders
        begins = {name: orders[name].requested_at for name in {one.order for one in held.values()}}
        self._index = np.fromiter(held.keys(), np.int32, len(held))
        self._level = np.fromiter((one.level_pct for one in held.values()), np.float32, len(held))
        self._begin = np.fromiter((begins[one.order] for one in held.values()), np.int64, len(held))
        self._until = np.fromiter((one.until for one in held.values()), np.int64, len(held))
        self._version = self._state.overrides_version

    def find(self, asset: UUID) -> tuple[float, Micros] | None:
        """Return (level, until) of the override in force on a light point, or nothing."""
        facts = self._city.topology.find(asset)
        held = self._state.overrides.get(facts.index) if facts else None
        return (held.level_pct, held.until) if held else None

    def list_active(self) -> Sequence[tuple[UUID, float, Micros]]:
        """List (light point, level, until) of every override in force."""
        found = []
        for index, held in self._state.overrides.items():
            facts = self._city.topology.find_index(index)
            if facts is not None:
                found.append((facts.id, held.level_pct, held.until))
        return found
