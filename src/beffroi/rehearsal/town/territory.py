"""The ground shared between the communes: invented outlines around the true centres, neighbours joined edge to edge."""

from math import pi

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from beffroi.rehearsal.town.facts import Commune, communes
from beffroi.rehearsal.town.plane import Points, to_plane, wobble

OUTER_REACH_M = 1500.0
"""How far from its centre the smallest commune's ground goes."""


class Territory(msgspec.Struct, frozen=True):
    """The communes on the drawing board: facts, centres (metres) and outlines, in the same order."""

    communes: tuple[Commune, ...]
    centres: Points
    outlines: tuple[Polygon, ...]

    def commune_of(self, points: Points) -> NDArray[np.int32]:
        """Return the place in the list of the commune around each point, -1 outside."""
        found = np.full(len(points), -1, np.int32)
        for index, outline in enumerate(self.outlines):
            inside = shapely.contains_xy(outline, points[:, 0], points[:, 1])
            found[inside & (found < 0)] = index
        return found


def draw_territory(rng: np.random.Generator) -> Territory:
    """Return the communes with outlines whose shared edges match to the metre."""
    facts = communes()
    centres = to_plane(np.array([(c.lon, c.lat) for c in facts]))
    reach = np.array([c.reach_m for c in facts])
    whole = _whole_outline(centres, reach)
    phases = rng.uniform(0, 2 * pi, (3, 2))
    outlines = []
    for index in range(len(facts)):
        cell = _cell(index, centres, reach, whole)
        dense = shapely.segmentize(cell, 120.0)
        outlines.append(_wobbled(dense, phases))
    return Territory(facts, centres, tuple(outlines))


def _whole_outline(centres: Points, reach: NDArray[np.float64]) -> BaseGeometry:
    blobs = [
        shapely.Point(x, y).buffer(OUTER_REACH_M + 0.55 * r, quad_segs=16)
        for (x, y), r in zip(centres, reach, strict=True)
    ]
    return shapely.union_all(blobs).buffer(1400).buffer(-1400)


def _cell(index: int, centres: Points, reach: NDArray[np.float64], whole: BaseGeometry) -> Polygon:
    """Cut the whole by the radical line with each other commune (power diagram: a larger reach pushes it away)."""
    cell = whole
    for other in range(len(centres)):
        if other != index:
            cell = cell.intersection(_half_plane(centres[index], centres[other], reach[index], reach[other]))
    if isinstance(cell, Polygon):
        return cell
    return max((part for part in cell.geoms if isinstance(part, Polygon)), key=lambda part: part.area)


def _half_plane(mine: Points, other: Points, my_reach: float, other_reach: float) -> Polygon:
    gap = other - mine
    distance = float(np.hypot(*gap))
    unit = gap / distance
    across = np.array([-unit[1], unit[0]])
    cut = (distance**2 + my_reach**2 - other_reach**2) / (2 * distance)
    edge = mine + unit * cut
    far = 60_000.0
    return Polygon(
        [edge + across * far, edge - across * far, edge - across * far - unit * far, edge + across * far - unit * far]
    )


def _wobbled(cell: Polygon, phases: Points) -> Polygon:
    ring = np.asarray(cell.exterior.coords)
    return shapely.make_valid(Polygon(np.round(wobble(ring, phases, 70.0, 2600.0), 2)))
