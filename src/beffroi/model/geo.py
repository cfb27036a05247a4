"""Places on the ground: WGS 84 (EPSG:4326), longitude first, degrees; distances in metres."""

from math import asin, cos, radians, sin, sqrt

import msgspec

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius R1 of GRS 80 (Moritz, 2000)."""


class Position(msgspec.Struct, frozen=True, array_like=True):
    """A point of the territory: (longitude, latitude) in degrees."""

    lon: float
    lat: float


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Return the great-circle distance in metres (haversine, under 0.5 % from the ellipsoid)."""
    half_lat = radians(lat2 - lat1) / 2
    half_lon = radians(lon2 - lon1) / 2
    a = sin(half_lat) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(a)))
