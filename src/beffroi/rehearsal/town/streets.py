"""The street network: main ways, then quarters filled with bent grids, sewn together and made one piece."""

from math import pi

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from beffroi.rehearsal.town.nature import Nature
from beffroi.rehearsal.town.plane import Points, wobble
from beffroi.rehearsal.town.territory import Territory
from beffroi.rehearsal.town.ways import MainWay, draw_main_ways

Ints = NDArray[np.int32]

MERGE_M = 34.0
CLEAR_M = 40.0
SPACING_M = 27.0
"""Distance between two lights along a street: what makes the length of streets follow from the number of lights."""

RANKS = ("boulevard", "avenue", "street", "lane", "road")
BOULEVARD, AVENUE, STREET, LANE, ROAD = range(5)


class Network(msgspec.Struct):
    """Nodes (metres) and straight arcs between them; `chain` numbers the run that an arc belongs to before naming.

    `rank` is a place in RANKS; `forced` names the chains that already have a name; `ends` tells, for a chain between
    two towns, which ones.
    """

    nodes: Points
    a: Ints
    b: Ints
    chain: Ints
    rank: NDArray[np.int8]
    commune: Ints
    forced: dict[int, str]
    ends: dict[int, tuple[int, int]]

    @property
    def lengths(self) -> NDArray[np.float64]:
        """Return the length of each arc in metres."""
        gap: Points = self.nodes[self.b] - self.nodes[self.a]
        lengths: NDArray[np.float64] = np.hypot(gap[:, 0], gap[:, 1])
        return lengths


def draw_streets(
    territory: Territory, nature: Nature, wanted_m: NDArray[np.float64], rng: np.random.Generator
) -> Network:
    """Return a connected network with about `wanted_m` metres of built-up streets in each commune."""
    ways = draw_main_ways(territory, rng)
    draft = _Draft()
    for way in ways:
        draft.add_way(way)
    main_nodes = np.concatenate(draft.points)
    for town in range(len(territory.communes)):
        _fill_town(draft, territory, nature, town, float(wanted_m[town]), main_nodes, rng)
    network = draft.finish(territory)
    return _joined(_sewn(network, rng))


class _Draft:
    """Points and arcs as they are drawn; nodes of main ways that nearly touch become one."""

    def __init__(self) -> None:
        self.points: list[Points] = []
        self.arcs: list[Ints] = []
        self.ranks: list[NDArray[np.int8]] = []
        self.forced: dict[int, str] = {}
        self.ends: dict[int, tuple[int, int]] = {}
        self.count = 0
        self.chains = 0

    def add_way(self, way: MainWay) -> None:
        """Draw one main way, a new chain."""
        count = len(way.line)
        start = np.arange(self.count, self.count + count - 1, dtype=np.int32)
        chain = np.full(count - 1, self.chains, np.int32)
        self.arcs.append(np.column_stack([start, start + 1, chain]))
        self.ranks.append(np.full(count - 1, RANKS.index(way.rank), np.int8))
        if way.name:
            self.forced[self.chains] = way.name
        if way.start >= 0:
            self.ends[self.chains] = (way.start, way.end)
        self.points.append(way.line)
        self.count += count
        self.chains += 1

    def add_quarter(self, points: Points, arcs: Ints, chains: int, lanes: NDArray[np.bool_]) -> None:
        """Draw the grid of a quarter: arcs hold (from, to, chain), all numbered from 0."""
        self.arcs.append(arcs + np.array([self.count, self.count, self.chains], np.int32))
        self.ranks.append(np.where(lanes, LANE, STREET).astype(np.int8))
        self.points.append(points)
        self.count += len(points)
        self.chains += chains

    def finish(self, territory: Territory) -> Network:
        """Return the network with nearly touching nodes merged and arcs of no length left out."""
        points, arcs, rank = np.concatenate(self.points), np.concatenate(self.arcs), np.concatenate(self.ranks)
        pairs = cKDTree(points).query_pairs(MERGE_M, output_type="ndarray")
        links = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(points),) * 2)
        count, group = connected_components(links, directed=False)
        sums = np.column_stack([np.bincount(group, points[:, axis], count) for axis in (0, 1)])
        merged = np.round(sums / np.bincount(group, minlength=count)[:, None], 2)
        ends = np.sort(group[arcs[:, :2]], axis=1)
        _, first = np.unique(ends, axis=0, return_index=True)
        keep = np.sort(first[ends[first, 0] != ends[first, 1]])
        a, b, chain = group[arcs[keep, 0]], group[arcs[keep, 1]], arcs[keep, 2]
        commune = territory.commune_of((merged[a] + merged[b]) / 2)
        inside = commune >= 0
        return Network(
            nodes=merged, a=a[inside].astype(np.int32), b=b[inside].astype(np.int32), chain=chain[inside],
            rank=rank[keep][inside], commune=commune[inside], forced=self.forced, ends=self.ends,
        )  # fmt: skip


def _fill_town(
    draft: _Draft,
    territory: Territory,
    nature: Nature,
    town: int,
    wanted_m: float,
    main: Points,
    rng: np.random.Generator,
) -> None:
    """Fill the town around its centre with quarters, each its own bent grid, up to about the wanted length."""
    centre, outline = territory.centres[town], territory.outlines[town]
    pitch = 84.0 if town == 0 else rng.uniform(86, 104)
    budget = wanted_m / (1.62 * pitch)
    quarters = max(1, round(wanted_m / 24_000))
    reach = (budget * pitch**2 / pi) ** 0.5 * 1.15
    seeds = centre + rng.normal(0, 0.62, (quarters, 2)) * reach
    seeds[0] = centre
    nearest_seed, nearest_main = cKDTree(seeds), cKDTree(main)
    candidates = []
    for quarter in range(quarters):
        own = pitch * (0.72 if quarter == 0 and town == 0 else rng.uniform(0.92, 1.12))
        lattice, ij = _lattice(seeds[quarter], reach * 1.9, own, rng)
        good = nearest_seed.query(lattice)[1] == quarter
        good &= shapely.contains_xy(outline, lattice[:, 0], lattice[:, 1])
        good &= ~shapely.contains_xy(nature.unbuilt, lattice[:, 0], lattice[:, 1])
        good &= nearest_main.query(lattice)[0] > CLEAR_M
        candidates.append((lattice[good], ij[good]))
    angle = rng.uniform(0, 2 * pi, 2)
    scores = [_spread(points - centre, angle) for points, _ in candidates]
    everyone = np.sort(np.concatenate(scores))
    limit = everyone[min(len(everyone) - 1, int(budget))] if len(everyone) else 0.0
    for (points, ij), score in zip(candidates, scores, strict=True):
        built = score <= limit
        if built.sum() > 3:
            _add_grid(draft, points[built], ij[built], rng)


def _spread(offset: Points, angle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far out a place is, in metres stretched so that a town grows unevenly around its centre."""
    bearing = np.arctan2(offset[:, 1], offset[:, 0])
    stretch = 1 + 0.22 * np.sin(2 * bearing + angle[0]) + 0.14 * np.sin(3 * bearing + angle[1])
    far: NDArray[np.float64] = np.hypot(offset[:, 0], offset[:, 1]) * stretch
    return far


def _lattice(seed: Points, reach_m: float, pitch_m: float, rng: np.random.Generator) -> tuple[Points, Ints]:
    count = int(reach_m / pitch_m) + 2
    grid = np.arange(-count, count + 1, dtype=np.int32)
    i, j = (axis.ravel() for axis in np.meshgrid(grid, grid))
    turn = rng.uniform(0, pi / 2)
    x = (i * np.cos(turn) - j * np.sin(turn)) * pitch_m
    y = (i * np.sin(turn) + j * np.cos(turn)) * pitch_m
    flat = np.column_stack([x, y]) + rng.normal(0, pitch_m * 0.07, (len(x), 2))
    bent = wobble(flat, rng.uniform(0, 2 * pi, (3, 2)), 42.0, 820.0) + seed
    return bent, np.column_stack([i, j]).astype(np.int32)


def _add_grid(draft: _Draft, points: Points, ij: Ints, rng: np.random.Generator) -> None:
    """Join lattice neighbours, leave one link in five out (blocks merge), cut rows into runs of one name."""
    place = {(int(i), int(j)): index for index, (i, j) in enumerate(ij)}
    arcs: list[tuple[int, int, int]] = []
    lanes: list[bool] = []
    chains = 0
    for step_i, step_j in ((1, 0), (0, 1)):
        order = np.lexsort((ij[:, 0], ij[:, 1]) if step_i else (ij[:, 1], ij[:, 0]))
        left, previous = 0, -1
        for index in order.tolist():
            i, j = int(ij[index, 0]), int(ij[index, 1])
            other = place.get((i + step_i, j + step_j))
            through = (j if step_i else i) % 4 == 0
            if other is None or (not through and rng.random() < 0.24):
                left = 0
                continue
            if left == 0 or previous != index:
                chains += 1
                left = int(rng.integers(6, 14)) if through else int(rng.integers(2, 7))
            arcs.append((index, other, chains - 1))
            lanes.append(not through)
            left, previous = left - 1, other
    if arcs:
        draft.add_quarter(points, np.array(arcs, np.int32), chains, np.array(lanes))


def _sewn(network: Network, rng: np.random.Generator) -> Network:
    """Link quarters to each other and to the main ways: dead ends reach out to the nearest other chain's node."""
    degree = np.bincount(np.concatenate([network.a, network.b]), minlength=len(network.nodes))
    loose = np.flatnonzero((degree >= 1) & (degree <= 2))
    tree = cKDTree(network.nodes[degree > 0])
    alive = np.flatnonzero(degree > 0)
    distance, near = tree.query(network.nodes[loose], k=8)
    linked = {(int(x), int(y)) for x, y in zip(network.a, network.b, strict=True)}
    added = []
    for row, node in enumerate(loose.tolist()):
        for gap, other in zip(distance[row].tolist(), alive[near[row]].tolist(), strict=True):
            pair = (min(node, other), max(node, other))
            fresh = pair not in linked and pair[::-1] not in linked
            if other != node and fresh and gap < 112 and rng.random() < (0.8 if degree[node] == 1 else 0.45):
                added.append(pair)
                linked.add(pair)
                break
    return _with_links(network, added)


def _joined(network: Network) -> Network:
    """Make one piece of what is still apart, by the shortest links; what is too far or too small is left out."""
    size = (len(network.nodes),) * 2
    count, group = connected_components(
        coo_matrix((np.ones(len(network.a)), (network.a, network.b)), shape=size), False
    )
    used = np.zeros(len(network.nodes), bool)
    used[network.a] = used[network.b] = True
    pieces = np.bincount(group[used], minlength=count)
    biggest = int(pieces.argmax())
    main = np.flatnonzero(used & (group == biggest))
    tree = cKDTree(network.nodes[main])
    links, lost = [], np.zeros(count, bool)
    for piece in np.flatnonzero((pieces > 0) & (np.arange(count) != biggest)).tolist():
        mine = np.flatnonzero(used & (group == piece))
        gap, near = tree.query(network.nodes[mine])
        best = int(gap.argmin())
        if gap[best] < 400 and pieces[piece] > 6:
            links.append((int(mine[best]), int(main[near[best]])))
        else:
            lost[piece] = True
    keep = ~lost[group[network.a]]
    for name in ("a", "b", "chain", "rank", "commune"):
        setattr(network, name, getattr(network, name)[keep])
    return _with_links(network, links)


def _with_links(network: Network, pairs: list[tuple[int, int]]) -> Network:
    """Add short lanes; each belongs to the chain and the commune of the street that it leaves."""
    if not pairs:
        return network
    ends = np.array(pairs, np.int32)
    commune, chain = np.full((2, len(network.nodes)), -1, np.int32)
    for side in (network.b, network.a):
        commune[side], chain[side] = network.commune, network.chain
    network.a = np.concatenate([network.a, ends[:, 0]])
    network.b = np.concatenate([network.b, ends[:, 1]])
    network.chain = np.concatenate([network.chain, chain[ends[:, 0]]])
    network.rank = np.concatenate([network.rank, np.full(len(ends), LANE, np.int8)])
    network.commune = np.concatenate([network.commune, commune[ends[:, 0]]])
    return network
