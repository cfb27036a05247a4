"""The main ways, drawn before anything else: two boulevards around Dijon, avenues between the towns, high streets."""

from math import pi

import msgspec
import numpy as np
import shapely
from scipy.spatial import Delaunay

from beffroi.rehearsal.town.plane import Points, wobble
from beffroi.rehearsal.town.territory import Territory

STEP_M = 62.0
INNER_RING_M = 640.0
OUTER_RING_M = 1900.0
MONGE_LENGTH_M = 1150.0


class MainWay(msgspec.Struct, frozen=True):
    """One line drawn first: points every STEP_M metres or so, its rank (`boulevard`, `avenue`, `road`, `street`) and,
    for a road between towns, the towns at both ends; `name` is set for the few that a scenario calls by name."""

    line: Points
    rank: str
    start: int = -1
    end: int = -1
    name: str = ""


def draw_main_ways(territory: Territory, rng: np.random.Generator) -> list[MainWay]:
    """Return the main ways of the metropole, in a fixed order."""
    phases = rng.uniform(0, 2 * pi, (3, 2))
    ways = [_monge(territory, phases)]
    ways += [_ring(territory.centres[0], radius, phases) for radius in (INNER_RING_M, OUTER_RING_M)]
    ways += [_between(territory, a, b, phases) for a, b in _neighbours(territory)]
    ways += [_high_street(territory, town, rng, phases) for town in range(1, len(territory.communes))]
    return ways


def _monge(territory: Territory, phases: Points) -> MainWay:
    """Rue Monge leaves the old centre to the south-west: its 80 lights are circuit A045/D3 of the scenarios."""
    start = territory.centres[0] + np.array([-120.0, -160.0])
    direction = np.array([-0.62, -0.78])
    line = _walk(start, start + direction * MONGE_LENGTH_M)
    return MainWay(wobble(line, phases, 18.0, 700.0), "street", name="Rue Monge")


def _ring(centre: Points, radius_m: float, phases: Points) -> MainWay:
    count = round(2 * pi * radius_m / STEP_M)
    angle = np.linspace(0, 2 * pi, count + 1)
    swell = radius_m * (1 + 0.09 * np.sin(2 * angle + phases[0, 0]) + 0.05 * np.sin(5 * angle + phases[1, 0]))
    line = centre + np.column_stack([np.cos(angle) * swell, np.sin(angle) * swell])
    line[-1] = line[0]
    return MainWay(line, "boulevard")


def _neighbours(territory: Territory) -> list[tuple[int, int]]:
    """List the pairs of towns that a direct road joins: Delaunay edges; all those of Dijon, few of the long others."""
    mesh = Delaunay(territory.centres)
    pairs = {
        tuple(sorted((int(a), int(b)))) for s in mesh.simplices for a, b in ((s[0], s[1]), (s[1], s[2]), (s[0], s[2]))
    }
    by_length = sorted(pairs, key=lambda pair: (_gap(territory, pair), pair))
    kept: list[tuple[int, int]] = []
    group = list(range(len(territory.communes)))
    for rank, (a, b) in enumerate(by_length):
        if a == 0 or rank < 0.55 * len(by_length) or group[a] != group[b]:
            kept.append((a, b))
            group = [group[a] if g == group[b] else g for g in group]
    return kept


def _gap(territory: Territory, pair: tuple[int, ...]) -> float:
    return float(np.hypot(*(territory.centres[pair[0]] - territory.centres[pair[1]])))


def _between(territory: Territory, a: int, b: int, phases: Points) -> MainWay:
    """Join two centres; Dijon's avenues start on the inner boulevard, no through traffic in the old centre."""
    start, end = territory.centres[a], territory.centres[b]
    if a == 0:
        start = start + (end - start) / float(np.hypot(*(end - start))) * INNER_RING_M
    return MainWay(wobble(_walk(start, end), phases, 55.0, 1500.0), "avenue", a, b)


def _high_street(territory: Territory, town: int, rng: np.random.Generator, phases: Points) -> MainWay:
    half = 180 + 3.2 * territory.communes[town].population ** 0.5
    angle = rng.uniform(0, pi)
    arm = np.array([np.cos(angle), np.sin(angle)]) * half
    centre = territory.centres[town]
    return MainWay(wobble(_walk(centre - arm, centre + arm), phases, 30.0, 600.0), "street", town, town)


def _walk(start: Points, end: Points) -> Points:
    line = shapely.segmentize(shapely.LineString([start, end]), STEP_M)
    points: Points = np.asarray(line.coords)
    return points
