"""Who moves: service vehicles with their crew and skills, buses with their line. No person is named."""

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from beffroi.rehearsal.town.streets import Ints, Network
from beffroi.rehearsal.town.territory import Territory

BUSES = 180
LINES = 24

_TRADES = (
    ("Éclairage", 14, ("éclairage", "nacelle", "habilitation B2V")),
    ("Signalisation", 8, ("feux", "habilitation B1V")),
    ("Voirie", 36, ("voirie", "balisage")),
    ("Propreté", 62, ("propreté", "laveuse")),
    ("Espaces verts", 44, ("espaces verts", "élagage")),
    ("Police municipale", 22, ("police",)),
    ("Encombrants", 12, ("encombrants", "benne")),
    ("Bâtiments", 7, ("bâtiment", "serrurerie")),
)


class Vehicle(msgspec.Struct, frozen=True):
    """A service vehicle: code, crew, skills, the node of its depot; `night` crews work from 20:00 to 05:00."""

    code: str
    name: str
    crew: str
    skills: tuple[str, ...]
    depot: int
    night: bool
    by_mqtt: bool


class Bus(msgspec.Struct, frozen=True):
    """A bus and its line (1 to LINES)."""

    code: str
    line: int


class Fleet(msgspec.Struct, frozen=True):
    """Vehicles, buses, and for each line the nodes that it calls at; `calls` are nodes crews go to."""

    vehicles: tuple[Vehicle, ...]
    buses: tuple[Bus, ...]
    lines: tuple[tuple[int, ...], ...]
    calls: tuple[int, ...]


def place_fleet(network: Network, times: csr_matrix, territory: Territory, rng: np.random.Generator) -> Fleet:
    """Return the fleet, in a fixed order."""
    used = np.unique(np.concatenate([network.a, network.b]))
    tree = cKDTree(network.nodes[used])
    centres: Ints = used[tree.query(territory.centres)[1]].astype(np.int32)
    calls = tuple(int(node) for node in np.sort(rng.choice(used, 60, replace=False)))
    depots = (int(centres[0]), int(centres[6]), int(centres[1]), int(centres[4]))
    vehicles: list[Vehicle] = []
    for trade, count, skills in _TRADES:
        for n in range(1, count + 1):
            code = f"V{len(vehicles) + 1:03d}"
            night = n % 8 == 0 or (trade == "Police municipale" and n % 3 == 0)
            mine = skills[: int(rng.integers(1, len(skills) + 1))]
            depot = depots[int(rng.integers(len(depots)))]
            vehicles.append(
                Vehicle(code, f"{trade} {n}", f"Équipe {trade[0]}{n}", mine, depot, night, len(vehicles) % 8 == 0)
            )
    buses = tuple(Bus(f"BUS{n:03d}", (n - 1) % LINES + 1) for n in range(1, BUSES + 1))
    return Fleet(tuple(vehicles), buses, _lines(times, centres, used, rng), calls)


def _lines(
    times: csr_matrix, centres: Ints, used: NDArray[np.int64], rng: np.random.Generator
) -> tuple[tuple[int, ...], ...]:
    """Draw each line as a loop: an outlying place, the centre of Dijon, another outlying place, and back."""
    hub = int(centres[0])
    _, out = dijkstra(times, indices=[hub], return_predecessors=True)
    _, back = dijkstra(times.T.tocsr(), indices=[hub], return_predecessors=True)
    ends = [int(node) for node in centres[1:]] + rng.choice(used, 2 * LINES - len(centres) + 1, replace=False).tolist()
    ends = [int(ends[i]) for i in rng.permutation(len(ends))]
    lines = []
    for line in range(LINES):
        one, other = ends[2 * line], ends[2 * line + 1]
        there = _path(back[0], one) + _path(out[0], other)[::-1][1:]
        again = _path(back[0], other) + _path(out[0], one)[::-1][1:]
        lines.append(tuple(there + again[1:]))
    return tuple(lines)


def _path(before: NDArray[np.int32], node: int) -> list[int]:
    """Return the nodes from one to the root of a tree of shortest ways."""
    path = [node]
    while before[path[-1]] >= 0:
        path.append(int(before[path[-1]]))
    return path
