"""A flat picture of the city in metres, exact to 0.1 % over 50 km: enough to find what is nearest."""

from math import cos, radians
from typing import Any

import numpy as np
from numpy.typing import NDArray

METRES_PER_DEGREE = 111_195.08
"""One degree of a great circle of mean radius 6,371,008.8 m."""


class Ground:
    """Converts between degrees and metres around a reference latitude."""

    def __init__(self, lon: float, lat: float) -> None:
        self.lon, self.lat = lon, lat
        self._x = METRES_PER_DEGREE * cos(radians(lat))

    def to_metres(self, lonlat: NDArray[Any]) -> NDArray[np.float64]:
        """Return (x, y) in metres of an array of (lon, lat) in degrees."""
        return (np.asarray(lonlat, np.float64) - (self.lon, self.lat)) * (self._x, METRES_PER_DEGREE)

    def to_degrees(self, metres: NDArray[Any]) -> NDArray[np.float64]:
        """Return (lon, lat) in degrees of an array of (x, y) in metres."""
        return np.asarray(metres, np.float64) / (self._x, METRES_PER_DEGREE) + (self.lon, self.lat)
