"""Water, green and rails, drawn by hand as schematic lines: what gives a town its shape."""

from math import pi

import msgspec
import numpy as np
import shapely
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from beffroi.rehearsal.town.plane import Points, to_plane, wobble

OUCHE = [(4.925, 47.341), (4.955, 47.336), (4.982, 47.331), (5.003, 47.325), (5.022, 47.316), (5.037, 47.313),
         (5.056, 47.302),
         (5.075, 47.289), (5.1, 47.279), (5.13, 47.271), (5.165, 47.262)]  # fmt: skip
SUZON = [
    (5.012, 47.395),
    (5.021, 47.378),
    (5.032, 47.362),
    (5.036, 47.345),
    (5.033, 47.332),
    (5.034, 47.32),
    (5.038, 47.3135),
]
CANAL = [
    (4.93, 47.339),
    (4.965, 47.331),
    (5.0, 47.321),
    (5.024, 47.312),
    (5.035, 47.306),
    (5.06, 47.285),
    (5.09, 47.255),
]
LAKE = [
    (4.978, 47.333),
    (4.984, 47.3345),
    (4.993, 47.3315),
    (5.0, 47.3283),
    (5.002, 47.326),
    (4.997, 47.3258),
    (4.988, 47.3292),
]
PARKS = {
    "Parc de la Colombière": (5.052, 47.299, 420, 300),
    "Jardin de l’Arquebuse": (5.026, 47.321, 170, 120),
    "Parc de la Toison": (5.046, 47.357, 300, 220),
    "Parc des Carrières": (5.008, 47.339, 220, 160),
    "Jardin Darcy-Neuf": (5.0335, 47.3245, 90, 70),
    "Parc du Grand-Bois": (4.958, 47.318, 900, 500),
    "Parc de la Fontaine-aux-Fées": (5.018, 47.353, 230, 150),
    "Bois de la Combe": (4.975, 47.293, 600, 320),
    "Parc du Mail": (5.003, 47.287, 200, 140),
    "Parc de l’Arboretum": (5.116, 47.328, 260, 160),
    "Parc des Saules": (5.139, 47.296, 260, 150),
    "Parc du Château": (5.058, 47.281, 220, 140),
}
TRAM_1 = [
    (5.0276, 47.3227),
    (5.034, 47.3236),
    (5.0415, 47.322),
    (5.049, 47.3235),
    (5.061, 47.327),
    (5.075, 47.3262),
    (5.095, 47.3235),
    (5.118, 47.3205),
]
TRAM_2 = [
    (5.049, 47.3585),
    (5.045, 47.349),
    (5.0412, 47.338),
    (5.0395, 47.3295),
    (5.034, 47.3236),
    (5.031, 47.317),
    (5.021, 47.305),
    (5.007, 47.2915),
]


class Nature(msgspec.Struct, frozen=True):
    """Rivers, lake, parks and tram lines by name, on the drawing board in metres."""

    rivers: dict[str, LineString]
    lake: Polygon
    parks: dict[str, Polygon]
    trams: dict[str, LineString]
    unbuilt: BaseGeometry
    """Where no street is drawn: lake and large parks."""


def draw_nature(rng: np.random.Generator) -> Nature:
    """Return water, green and rails; the hand-drawn lines bend a little with the seed."""
    phases = rng.uniform(0, 2 * pi, (3, 2))
    rivers = {
        "L’Ouche": _line(OUCHE, phases, 60.0),
        "Le Suzon": _line(SUZON, phases, 40.0),
        "Canal de Bourgogne": _line(CANAL, phases, 15.0),
    }
    lake = Polygon(np.round(wobble(to_plane(np.array(LAKE)), phases, 20.0, 700.0), 2)).buffer(60).buffer(-40)
    parks = {name: _ellipse(*spec) for name, spec in PARKS.items()}
    trams = {"T1": _line(TRAM_1, phases, 15.0), "T2": _line(TRAM_2, phases, 15.0)}
    unbuilt = shapely.union_all([lake.buffer(25), *(park for park in parks.values() if park.area > 60_000)])
    return Nature(rivers, lake, parks, trams, unbuilt)


def _line(degrees: list[tuple[float, float]], phases: Points, bend_m: float) -> LineString:
    line = shapely.segmentize(LineString(to_plane(np.array(degrees))), 90.0)
    return LineString(np.round(wobble(np.asarray(line.coords), phases, bend_m, 900.0), 2))


def _ellipse(lon: float, lat: float, width_m: float, height_m: float) -> Polygon:
    centre = to_plane(np.array([(lon, lat)]))[0]
    angle = np.linspace(0, 2 * pi, 36, endpoint=False)
    uneven = 1 + 0.12 * np.sin(3 * angle + lon * 1000)
    ring = np.column_stack([np.cos(angle) * width_m * uneven, np.sin(angle) * height_m * uneven])
    return Polygon(np.round(centre + ring, 2))
