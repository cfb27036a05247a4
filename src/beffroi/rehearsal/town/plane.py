"""The drawing board: a local plane in metres (x east, y north) over the metropole, and back to degrees."""

from math import cos, pi, radians

import numpy as np
from numpy.typing import NDArray

from beffroi.model.geo import EARTH_RADIUS_M

Points = NDArray[np.float64]
"""An array of shape (n, 2): x east and y north in metres, or longitude and latitude in degrees."""

ORIGIN_LON = 5.04
ORIGIN_LAT = 47.32
METRES_PER_DEGREE = EARTH_RADIUS_M * pi / 180
_SCALE = np.array([METRES_PER_DEGREE * cos(radians(ORIGIN_LAT)), METRES_PER_DEGREE])
_ORIGIN = np.array([ORIGIN_LON, ORIGIN_LAT])


def to_plane(degrees: Points) -> Points:
    """Return metres on the drawing board of (lon, lat) pairs."""
    metres: Points = (np.asarray(degrees, np.float64) - _ORIGIN) * _SCALE
    return metres


def to_degrees(metres: Points) -> Points:
    """Return (lon, lat) of points of the drawing board, rounded to 6 decimals (11 cm)."""
    rounded: Points = np.round(np.asarray(metres, np.float64) / _SCALE + _ORIGIN, 6)
    return rounded


def wobble(points: Points, phases: Points, amplitude_m: float, wavelength_m: float) -> Points:
    """Return points displaced by a smooth field, the same for the same place: it bends lines and keeps them joined.

    `phases` holds at least three pairs of angles in radians.
    """
    moved = np.array(points, np.float64)
    for octave, (phase_x, phase_y) in enumerate(phases[:3]):
        k = 2 * pi * (1.7**octave) / wavelength_m
        gain = amplitude_m / (1.7**octave)
        along = points[:, 0] * 0.83 + points[:, 1] * 0.56
        across = points[:, 1] * 0.79 - points[:, 0] * 0.61
        moved[:, 0] += gain * np.sin(k * across + phase_x)
        moved[:, 1] += gain * np.sin(k * along + phase_y)
    return moved
