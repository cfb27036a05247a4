"""The city seen from afar: assets gathered in cells of the screen, with counts and the worst state of each cell."""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

CELL_PX = 64
TILE_PX = 512
MAX_LAT = 85.051129
SEVERITY = np.array([1, 0, 0, 4, 3, 0, 2, 5, 4, 4, 0, 6] + [0] * 244, np.uint8)
"""How bad each lamp state is (live arrays of docs/architecture.md): alarm, no mains, fault, stale, locked, unknown."""


class Cluster(msgspec.Struct, frozen=True):
    """Assets of one cell: their middle, how many, the worst state among them, how many are in a faulty state."""

    lon: float
    lat: float
    count: int
    worst: int
    faults: int


class Grid:
    """World coordinates of the assets (0 to 1, Web Mercator), computed once per version of the register."""

    def __init__(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> None:
        self.x = lon / 360 + 0.5
        sine = np.sin(np.radians(np.clip(lat, -MAX_LAT, MAX_LAT)))
        self.y = 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)
        self.lon, self.lat = lon, lat

    def clusters(
        self, zoom: float, bbox: tuple[float, float, float, float], mask: NDArray[Any], states: NDArray[np.uint8]
    ) -> list[Cluster]:
        """List the clusters of the assets of a mask inside west, south, east, north; `states` is by asset index."""
        west, south, east, north = bbox
        inside = mask & (self.lon >= west) & (self.lon <= east) & (self.lat >= south) & (self.lat <= north)
        chosen = np.flatnonzero(inside)
        if not len(chosen):
            return []
        cells = 2.0**zoom * TILE_PX / CELL_PX
        column = (self.x[chosen] * cells).astype(np.int64)
        row = (self.y[chosen] * cells).astype(np.int64)
        column -= column.min()
        row -= row.min()
        width = int(column.max()) + 1
        _, cell = np.unique(row * width + column, return_inverse=True)
        return _gather(cell, self.lon[chosen], self.lat[chosen], states[chosen])


def _gather(
    cell: NDArray[np.int64], lon: NDArray[np.float64], lat: NDArray[np.float64], states: NDArray[np.uint8]
) -> list[Cluster]:
    counts = np.bincount(cell)
    severity = SEVERITY[states]
    worst_severity = np.zeros(len(counts), np.uint8)
    np.maximum.at(worst_severity, cell, severity)
    worst = np.zeros(len(counts), np.uint8)
    at_worst = severity == worst_severity[cell]
    np.maximum.at(worst, cell[at_worst], states[at_worst])
    faults = np.bincount(cell, weights=severity >= SEVERITY[4], minlength=len(counts)).astype(int)
    middle_lon = np.bincount(cell, weights=lon) / counts
    middle_lat = np.bincount(cell, weights=lat) / counts
    rows = zip(middle_lon.tolist(), middle_lat.tolist(), counts.tolist(), worst.tolist(), faults.tolist(), strict=True)
    return [Cluster(*row) for row in rows]
