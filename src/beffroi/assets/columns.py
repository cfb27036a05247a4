"""What must be counted or drawn for the whole city at once, as arrays by asset index."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

NONE = -1


class Columns:
    """Arrays that grow by doubling; only the first `size` cells mean anything.

    `kind` and `commune` are places in the lists that /api/kinds and /api/map/style give; `parent` is an asset index or
    -1; `alive` is false once removed.
    """

    def __init__(self) -> None:
        self.size = 0
        self._lon = np.zeros(1024, np.float64)
        self._lat = np.zeros(1024, np.float64)
        self._kind = np.zeros(1024, np.uint16)
        self._commune = np.zeros(1024, np.uint16)
        self._parent = np.full(1024, NONE, np.int32)
        self._alive = np.zeros(1024, np.bool_)

    @property
    def lon(self) -> NDArray[np.float64]:
        """Return longitudes in degrees."""
        return self._lon[: self.size]

    @property
    def lat(self) -> NDArray[np.float64]:
        """Return latitudes in degrees."""
        return self._lat[: self.size]

    @property
    def kind(self) -> NDArray[np.uint16]:
        """Return the place of each asset's kind in the list of kinds."""
        return self._kind[: self.size]

    @property
    def commune(self) -> NDArray[np.uint16]:
        """Return the place of each asset's commune in the list of communes."""
        return self._commune[: self.size]

    @property
    def parent(self) -> NDArray[np.int32]:
        """Return the index of each asset's feeder, -1 without one."""
        return self._parent[: self.size]

    @property
    def alive(self) -> NDArray[np.bool_]:
        """Tell of each asset whether it is still in the city."""
        return self._alive[: self.size]

    def put(self, index: int, lon: float, lat: float, kind: int, commune: int, parent: int, alive: bool) -> None:
        """Set one asset's cells; the index is an existing one or the next."""
        self._reserve(index + 1)
        self.size = max(self.size, index + 1)
        self._lon[index], self._lat[index] = lon, lat
        self._kind[index], self._commune[index] = kind, commune
        self._parent[index], self._alive[index] = parent, alive

    def append(
        self,
        lon: NDArray[np.float64],
        lat: NDArray[np.float64],
        kind: NDArray[np.uint16],
        commune: NDArray[np.uint16],
        parent: NDArray[np.int32],
        alive: NDArray[np.bool_],
    ) -> None:
        """Add assets after the last one."""
        start, end = self.size, self.size + len(lon)
        self._reserve(end)
        self.size = end
        pairs: list[tuple[NDArray[Any], NDArray[Any]]] = [
            (self._lon, lon),
            (self._lat, lat),
            (self._kind, kind),
            (self._commune, commune),
            (self._parent, parent),
            (self._alive, alive),
        ]
        for cells, values in pairs:
            cells[start:end] = values

    def _reserve(self, size: int) -> None:
        capacity = len(self._lon)
        if size <= capacity:
            return
        capacity = max(size, capacity * 2)
        for name in ("_lon", "_lat", "_kind", "_commune", "_parent", "_alive"):
            old = getattr(self, name)
            new = np.full(capacity, NONE, old.dtype) if name == "_parent" else np.zeros(capacity, old.dtype)
            new[: len(old)] = old
            setattr(self, name, new)
