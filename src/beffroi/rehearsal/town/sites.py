"""What stands in the streets besides the lights: signals, cameras, buildings, bollards."""

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from beffroi.rehearsal.town.naming import NamedStreets
from beffroi.rehearsal.town.plane import Points
from beffroi.rehearsal.town.streets import AVENUE, LANE, Ints, Network
from beffroi.rehearsal.town.territory import Territory
from beffroi.rehearsal.town.ways import INNER_RING_M

JUNCTIONS = 113
CAMERAS = 269
BUILDINGS = 180
RENOVATED = 13
BOLLARDS = 26

_BUILDINGS = (
    ("École", 58), ("Gymnase", 22), ("Crèche", 20), ("Bibliothèque", 9),
    ("Centre technique", 7), ("Salle polyvalente", 12),
    ("Piscine", 5), ("Maison de quartier", 12), ("Musée", 5), ("Stade", 8),
    ("Atelier municipal", 6), ("Mairie annexe", 8),
    ("Théâtre", 3), ("Serres municipales", 2), ("Résidence autonomie", 3),
)  # fmt: skip


class Site(msgspec.Struct, frozen=True):
    """One equipment of the street: a place in metres, its street, and a few words of its own."""

    code: str
    name: str
    x: float
    y: float
    commune: int
    way: int
    facts: dict[str, str] = {}


class Sites(msgspec.Struct, frozen=True):
    """The sites of each kind."""

    junctions: tuple[Site, ...]
    cameras: tuple[Site, ...]
    buildings: tuple[Site, ...]
    bollards: tuple[Site, ...]


class _Nodes(msgspec.Struct):
    """What is known of the crossings: degree, the rank of the best way, two streets that meet, the commune."""

    degree: NDArray[np.int64]
    best: NDArray[np.int64]
    way: Ints
    other_way: Ints
    commune: Ints


def place_sites(network: Network, streets: NamedStreets, territory: Territory, rng: np.random.Generator) -> Sites:
    """Return every site, in a fixed order."""
    nodes = _nodes(network, streets)
    return Sites(
        _junctions(network, streets, nodes, rng),
        _cameras(network, streets, nodes, rng),
        _buildings(network, streets, nodes, territory, rng),
        _bollards(network, streets, nodes, territory, rng),
    )


def _nodes(network: Network, streets: NamedStreets) -> _Nodes:
    count = len(network.nodes)
    node = np.concatenate([network.a, network.b])
    arc = np.concatenate([np.arange(len(network.a))] * 2)
    order = np.lexsort((streets.way[arc], network.rank[arc], node))
    node, arc = node[order], arc[order]
    best, way, other, commune = (np.full(count, fill, np.int64) for fill in (9, -1, -1, -1))
    first = np.r_[True, np.diff(node) != 0]
    best[node[first]] = network.rank[arc[first]]
    way[node[first]], commune[node[first]] = streets.way[arc[first]], network.commune[arc[first]]
    differs = streets.way[arc] != way[node]
    other[node[differs][::-1]] = streets.way[arc[differs]][::-1]
    degree = np.bincount(node, minlength=count)
    return _Nodes(degree, best, way.astype(np.int32), other.astype(np.int32), commune.astype(np.int32))


def _apart(network: Network, candidates: Ints, count: int, gap_m: float) -> list[int]:
    """Take candidates in order, none too close to another; the gap shrinks until there are enough."""
    while True:
        tree = cKDTree(network.nodes[candidates])
        banned = np.zeros(len(candidates), bool)
        taken: list[int] = []
        for place in range(len(candidates)):
            if not banned[place]:
                taken.append(int(candidates[place]))
                banned[tree.query_ball_point(network.nodes[candidates[place]], gap_m)] = True
            if len(taken) == count:
                return taken
        gap_m *= 0.8


def _crossing_name(streets: NamedStreets, nodes: _Nodes, node: int) -> str:
    names = [streets.names[way] for way in (int(nodes.way[node]), int(nodes.other_way[node])) if way >= 0]
    return " / ".join(names)


def _site(network: Network, nodes: _Nodes, node: int, code: str, name: str, facts: dict[str, str], off: Points) -> Site:
    x, y = np.round(network.nodes[node] + off, 2).tolist()
    return Site(code, name, x, y, int(nodes.commune[node]), int(nodes.way[node]), facts)


def _junctions(network: Network, streets: NamedStreets, nodes: _Nodes, rng: np.random.Generator) -> tuple[Site, ...]:
    score = np.where((nodes.best <= AVENUE) & (nodes.degree >= 3) & (nodes.other_way >= 0), nodes.degree, 0)
    score = score + 3 * (nodes.commune == 0) + rng.random(len(score))
    order = np.argsort(-score, kind="stable")[: int((score > 3).sum())].astype(np.int32)
    taken = sorted(_apart(network, order, JUNCTIONS, 260.0), key=lambda node: (int(nodes.commune[node]), node))
    return tuple(
        _site(
            network,
            nodes,
            node,
            f"F{n:03d}",
            _crossing_name(streets, nodes, node),
            {"plans": str(int(rng.integers(2, 6)))},
            np.zeros(2),
        )
        for n, node in enumerate(taken, 1)
    )


def _cameras(network: Network, streets: NamedStreets, nodes: _Nodes, rng: np.random.Generator) -> tuple[Site, ...]:
    weight = np.where(nodes.degree >= 3, np.where(nodes.best <= AVENUE, 3.0, 1.0), 0.0) * np.where(
        nodes.commune == 0, 1.6, 0.8
    )
    order = np.argsort(-(weight * rng.random(len(weight))), kind="stable")[: int((weight > 0).sum())].astype(np.int32)
    taken = sorted(_apart(network, order, CAMERAS, 190.0), key=lambda node: (int(nodes.commune[node]), node))
    return tuple(
        _site(
            network, nodes, node, f"C{n:03d}", _crossing_name(streets, nodes, node),
            {"azimut_deg": str(int(rng.integers(0, 36)) * 10), "type": "dôme" if rng.random() < 0.6 else "fixe"},
            np.array([5.0, -5.0]),
        )
        for n, node in enumerate(taken, 1)
    )  # fmt: skip


def _buildings(
    network: Network, streets: NamedStreets, nodes: _Nodes, territory: Territory, rng: np.random.Generator
) -> tuple[Site, ...]:
    kinds = [kind for kind, count in _BUILDINGS for _ in range(count)]
    towns = np.array([c.population for c in territory.communes]) ** 0.8
    share = np.maximum(1, np.floor(towns / towns.sum() * (BUILDINGS - 6))).astype(int)
    share[0] += BUILDINGS - share.sum()
    order = rng.permutation(len(kinds))
    renovated = set(rng.permutation(BUILDINGS)[:RENOVATED].tolist())
    sites: list[Site] = []
    for town, count in enumerate(share.tolist()):
        mine = np.flatnonzero((nodes.commune == town) & (nodes.degree > 0)).astype(np.int32)
        for node in sorted(_apart(network, mine[rng.permutation(len(mine))], count, 160.0)):
            n = len(sites)
            kind = kinds[order[n]]
            base = streets.names[int(nodes.way[node])].split(" ", 1)[1]
            facts = {"type": kind, "renovated": "oui" if n in renovated else "non"}
            sites.append(_site(network, nodes, node, f"S{n + 1:03d}", f"{kind} {base}", facts, np.array([16.0, 11.0])))
    return tuple(sites)


def _bollards(
    network: Network, streets: NamedStreets, nodes: _Nodes, territory: Territory, rng: np.random.Generator
) -> tuple[Site, ...]:
    far = np.hypot(*(network.nodes - territory.centres[0]).T)
    good = (far < INNER_RING_M * 0.95) & (nodes.degree >= 2) & (nodes.best <= LANE)
    order = np.flatnonzero(good).astype(np.int32)
    taken = sorted(_apart(network, order[rng.permutation(len(order))], BOLLARDS, 150.0))
    return tuple(
        _site(
            network,
            nodes,
            node,
            f"B{n:02d}",
            _crossing_name(streets, nodes, node),
            {"bornes": str(int(rng.integers(1, 4)))},
            np.zeros(2),
        )
        for n, node in enumerate(taken, 1)
    )
