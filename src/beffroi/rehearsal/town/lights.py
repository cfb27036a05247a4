"""Street lights along the streets, who feeds them (circuits, cabinets, substations) and who speaks for them."""

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from beffroi.rehearsal.town.naming import BERBISEY, NamedStreets
from beffroi.rehearsal.town.naming import MONGE as MONGE_STREET
from beffroi.rehearsal.town.plane import Points
from beffroi.rehearsal.town.streets import AVENUE, BOULEVARD, LANE, ROAD, STREET, Ints, Network

LIGHTS = 34_000
CABINETS = 430
MONGE = 80
MONGE_CABINET = 44
"""Place of A045 in the list of cabinets."""

BIG_GROUP_LIGHTS = 2_000
BIG_GROUP_CABINETS = 25
BIG_GROUP_FIRST = 120
GATEWAY_LIGHTS = 40
HOUSE_PITCH_M = 30.0
MANAGEMENT = ("none", "cabinet", "point")
NONE, CABINET, POINT = range(3)
_WEIGHT = {BOULEVARD: 2.0, AVENUE: 1.5, STREET: 1.0, LANE: 0.85, ROAD: 1.0}


class Lighting(msgspec.Struct, frozen=True):
    """The lighting network, lights sorted by cabinet, circuit, then along the cable.

    `circuit` and `gateway` (-1 without) are places in the other lists; `number` is what is painted after the cabinet's
    code; `along_m` the cable length from the cabinet to the light. Powers in W, years are of installation.
    """

    xy: Points
    way: Ints
    house: Ints
    circuit: Ints
    number: Ints
    gateway: Ints
    along_m: NDArray[np.float64]
    power_w: Ints
    sodium: NDArray[np.bool_]
    year: Ints
    circuit_cabinet: Ints
    circuit_number: Ints
    cabinet_xy: Points
    cabinet_way: Ints
    cabinet_house: Ints
    cabinet_commune: Ints
    cabinet_group: Ints
    cabinet_management: NDArray[np.int8]
    cabinet_day_cut: NDArray[np.bool_]
    gateway_cabinet: Ints
    gateway_number: Ints
    group_xy: Points
    group_commune: Ints


class _Row(msgspec.Struct):
    """Lights in the order of the streets, before they are shared between cabinets."""

    xy: Points
    way: Ints
    house: Ints
    commune: Ints
    rank: NDArray[np.int8]


def place_lights(network: Network, streets: NamedStreets, rng: np.random.Generator) -> Lighting:
    """Return the network: LIGHTS lights, 80 on rue Monge and its end (A045/D3), 2,000 under one substation."""
    order = _street_order(network, streets)
    on_monge = np.isin(streets.way[order], [streets.names.index(name) for name in (MONGE_STREET, BERBISEY)])
    plain = _along(network, streets, order[~on_monge], LIGHTS - MONGE)
    monge = _along(network, streets, np.sort(order[on_monge]), MONGE)
    bounds = _cabinet_bounds(plain.commune, rng)
    return _Builder(plain, monge, bounds, rng).build()


def built_up(network: Network) -> NDArray[np.bool_]:
    """Tell which arcs run between houses: all but the stretches of avenue far from any smaller street."""
    small = np.unique(np.concatenate([side[network.rank >= STREET] for side in (network.a, network.b)]))
    middle = (network.nodes[network.a] + network.nodes[network.b]) / 2
    near = cKDTree(network.nodes[small]).query(middle)[0]
    result: NDArray[np.bool_] = (near < 135) | (network.rank >= STREET)
    return result


def _street_order(network: Network, streets: NamedStreets) -> Ints:
    """Order the lit arcs by commune, then along a space-filling curve: who is near in the list is near in town."""
    middle = (network.nodes[network.a] + network.nodes[network.b]) / 2
    lit = built_up(network)
    count = len(streets.names)
    weight = np.bincount(streets.way, minlength=count)
    centre = np.column_stack(
        [np.bincount(streets.way, middle[:, axis], count) / np.maximum(weight, 1) for axis in (0, 1)]
    )
    curve = _hilbert(centre)
    order = np.lexsort((np.arange(len(middle)), curve[streets.way], network.commune))
    return order[lit[order]].astype(np.int32)


def _hilbert(points: Points) -> NDArray[np.int64]:
    """Return each point's place along a Hilbert curve of 1,024 × 1,024 cells over the metropole."""
    cells = np.clip((points + 12_800) / 25, 0, 1023).astype(np.int64)
    x, y = cells[:, 0].copy(), cells[:, 1].copy()
    place = np.zeros(len(points), np.int64)
    side = 512
    while side:
        right, up = (x & side) > 0, (y & side) > 0
        place += side * side * ((3 * right) ^ up)
        flip = ~up & right
        x[flip], y[flip] = 1023 - x[flip], 1023 - y[flip]
        x, y = np.where(up, x, y), np.where(up, y, x)
        side //= 2
    return place


def _along(network: Network, streets: NamedStreets, arcs: Ints, count: int) -> _Row:
    """Place lights at equal steps along the arcs, closer on wide ways, one or two sides of the road."""
    rank = network.rank[arcs]
    weighted = network.lengths[arcs] * np.array([_WEIGHT[r] for r in range(5)])[rank]
    end = np.cumsum(weighted)
    at = (np.arange(count) + 0.5) * end[-1] / count
    slot = np.searchsorted(end, at)
    share = 1 - (end[slot] - at) / weighted[slot]
    arc = arcs[slot]
    start, gap = network.nodes[network.a[arc]], network.nodes[network.b[arc]] - network.nodes[network.a[arc]]
    across = np.column_stack([-gap[:, 1], gap[:, 0]]) / np.maximum(network.lengths[arc], 1)[:, None]
    wide = network.rank[arc] <= AVENUE
    side = np.where(wide, np.where(np.arange(count) % 2, 1, -1), np.where(streets.way[arc] % 2, 1, -1))
    offset = np.where(wide, 8.5, 4.5) * side
    begin = from_start(network, streets)
    house = ((begin[arc] + share * network.lengths[arc]) // HOUSE_PITCH_M).astype(np.int32) + 1
    xy = np.round(start + gap * share[:, None] + across * offset[:, None], 2)
    return _Row(xy, streets.way[arc], house, network.commune[arc], network.rank[arc])


def from_start(network: Network, streets: NamedStreets) -> NDArray[np.float64]:
    """Return how far along its street each arc begins, in metres."""
    order = np.argsort(streets.way, kind="stable")
    lengths = network.lengths[order]
    before = np.cumsum(lengths) - lengths
    first = np.r_[True, np.diff(streets.way[order]) != 0]
    base = before[first][np.cumsum(first) - 1]
    result = np.empty(len(order))
    result[order] = before - base
    return result


def _cabinet_bounds(commune: Ints, rng: np.random.Generator) -> NDArray[np.int64]:
    """Cut the row of lights into CABINETS pieces that never cross a commune; 25 in a row hold exactly 2,000 lights."""
    towns, first, sizes = np.unique(commune, return_index=True, return_counts=True)
    share = sizes * CABINETS / sizes.sum()
    counts = np.maximum(1, np.floor(share)).astype(int)
    for town in np.argsort(-(share - counts), kind="stable")[: CABINETS - counts.sum()]:
        counts[town] += 1
    bounds = [0]
    for town in range(len(towns)):
        parts = rng.uniform(0.62, 1.38, counts[town])
        cuts = first[town] + np.round(np.cumsum(parts) / parts.sum() * sizes[town]).astype(np.int64)
        bounds += cuts.tolist()
    edges = np.array(bounds, np.int64)
    start, stop = BIG_GROUP_FIRST, BIG_GROUP_FIRST + BIG_GROUP_CABINETS
    inside = edges[start : stop + 1] - edges[start]
    edges[start : stop + 1] = edges[start] + np.round(inside * BIG_GROUP_LIGHTS / inside[-1]).astype(np.int64)
    if edges[stop] >= edges[stop + 1]:
        raise ValueError("the seed leaves no room for the substation of 2,000 lights")
    return edges


class _Builder:
    """Shares the row of lights between cabinets, circuits and gateways."""

    def __init__(self, plain: _Row, monge: _Row, bounds: NDArray[np.int64], rng: np.random.Generator) -> None:
        self._rng = rng
        cabinet = np.repeat(np.arange(CABINETS), np.diff(bounds))
        sums = np.column_stack([np.bincount(cabinet, plain.xy[:, axis], CABINETS) for axis in (0, 1)])
        centres: Points = sums / np.diff(bounds)[:, None]
        self._host = self._nearest(centres, monge)
        self._cabinet = _swap(cabinet, self._host, MONGE_CABINET)
        self._row = _Row(
            *(
                np.concatenate([getattr(plain, name), getattr(monge, name)])
                for name in ("xy", "way", "house", "commune", "rank")
            )
        )
        self._monge = np.r_[np.zeros(len(plain.way), bool), np.ones(len(monge.way), bool)]
        self._cabinet = np.r_[self._cabinet, np.full(len(monge.way), MONGE_CABINET)]

    def _nearest(self, centres: Points, monge: _Row) -> int:
        gap = np.hypot(*(centres - monge.xy.mean(axis=0)).T)
        gap[BIG_GROUP_FIRST : BIG_GROUP_FIRST + BIG_GROUP_CABINETS] = np.inf
        return int(gap.argmin())

    def build(self) -> Lighting:
        """Return the finished network."""
        rng = self._rng
        management = rng.choice([NONE, CABINET, POINT], CABINETS, p=[0.03, 0.055, 0.915]).astype(np.int8)
        day_cut = rng.random(CABINETS) < 0.24
        groups = _groups(CABINETS)
        big = slice(BIG_GROUP_FIRST, BIG_GROUP_FIRST + BIG_GROUP_CABINETS)
        management[big], day_cut[big] = POINT, False
        management[MONGE_CABINET], day_cut[MONGE_CABINET] = POINT, False
        local = self._circuits()
        order = np.lexsort((np.arange(len(local)), local, self._cabinet))
        cabinet, local = self._cabinet[order].astype(np.int64), local[order]
        circuits, circuit = np.unique(cabinet * 10 + local, return_inverse=True)
        xy = self._row.xy[order]
        first = np.searchsorted(cabinet, np.arange(CABINETS))
        cabinet_xy = np.round(xy[first] + [3.0, 2.0], 2)
        number = (np.arange(len(cabinet)) - first[cabinet] + 1).astype(np.int32)
        gateway, gateway_cabinet, gateway_number = _gateways(cabinet, management)
        power, sodium, year = self._lamps(order, cabinet, management)
        commune = self._row.commune[order][first]
        return Lighting(
            xy=xy, way=self._row.way[order], house=self._row.house[order], circuit=circuit.astype(np.int32),
            number=number,
            gateway=gateway, along_m=_cable(xy, circuit, cabinet_xy[cabinet]), power_w=power, sodium=sodium, year=year,
            circuit_cabinet=(circuits // 10).astype(np.int32), circuit_number=(circuits % 10).astype(np.int32),
            cabinet_xy=cabinet_xy, cabinet_way=self._row.way[order][first], cabinet_house=self._row.house[order][first],
            cabinet_commune=commune, cabinet_group=groups, cabinet_management=management, cabinet_day_cut=day_cut,
            gateway_cabinet=gateway_cabinet, gateway_number=gateway_number,
            group_xy=_centre_of(cabinet_xy, groups), group_commune=commune[np.unique(groups, return_index=True)[1]],
        )  # fmt: skip

    def _circuits(self) -> Ints:
        """Give each light the number of its circuit (1 to 4) in its cabinet; rue Monge is D3 of A045."""
        local = np.zeros(len(self._cabinet), np.int32)
        plain = np.flatnonzero(~self._monge)
        plain = plain[np.argsort(self._cabinet[plain], kind="stable")]
        for lights in np.split(plain, np.flatnonzero(np.diff(self._cabinet[plain])) + 1):
            count = 2 if self._cabinet[lights[0]] == MONGE_CABINET else int(self._rng.integers(2, 5))
            local[lights] = np.arange(len(lights)) * count // len(lights) + 1
        local[self._monge] = 3
        return local

    def _lamps(
        self, order: NDArray[np.int64], cabinet: NDArray[np.int64], management: NDArray[np.int8]
    ) -> tuple[Ints, NDArray[np.bool_], Ints]:
        """Return (power, sodium, year): sodium is left where nobody telemanages at the point."""
        rng, count = self._rng, len(order)
        rank = self._row.rank[order]
        led = np.array([96, 72, 45, 28, 60])[rank] + rng.integers(-2, 3, count) * np.array([8, 6, 4, 3, 4])[rank]
        wish = rng.random(count) + np.array([0.0, 0.0, 1.0])[management[cabinet]] + self._monge[order] * 2.0
        sodium = np.zeros(count, bool)
        sodium[np.argsort(wish, kind="stable")[: round(count * 0.07)]] = True
        hps = np.array([250, 150, 100, 70, 150])[rank]
        year = np.where(sodium, rng.integers(1998, 2012, count), rng.integers(2014, 2025, count))
        return np.where(sodium, hps, led).astype(np.int32), sodium, year.astype(np.int32)


def _swap(cabinet: NDArray[np.int64], one: int, other: int) -> NDArray[np.int64]:
    swapped = cabinet.copy()
    swapped[cabinet == one], swapped[cabinet == other] = other, one
    return swapped


def _groups(cabinets: int) -> Ints:
    """Give four cabinets in a row one substation, and twenty-five the big one."""
    group, current = np.zeros(cabinets, np.int32), 0
    index = 0
    while index < cabinets:
        size = BIG_GROUP_CABINETS if index == BIG_GROUP_FIRST else 4
        if index < BIG_GROUP_FIRST:
            size = min(size, BIG_GROUP_FIRST - index)
        group[index : index + size] = current
        index, current = index + size, current + 1
    return group


def _gateways(cabinet: NDArray[np.int64], management: NDArray[np.int8]) -> tuple[Ints, Ints, Ints]:
    """Return each light's gateway, then each gateway's cabinet and number; the first speaks for the cabinet too."""
    sizes = np.bincount(cabinet, minlength=len(management))
    counts = np.where(management == POINT, -(-sizes // GATEWAY_LIGHTS), np.where(management == CABINET, 1, 0))
    start = np.cumsum(counts) - counts
    rank = np.arange(len(cabinet)) - np.searchsorted(cabinet, cabinet)
    gateway = start[cabinet] + rank * counts[cabinet] // np.maximum(sizes[cabinet], 1)
    gateway = np.where(management[cabinet] == POINT, gateway, -1)
    owner = np.repeat(np.arange(len(management)), counts)
    return gateway.astype(np.int32), owner.astype(np.int32), (np.arange(len(owner)) - start[owner] + 1).astype(np.int32)


def _cable(xy: Points, circuit: NDArray[np.int64], home: Points) -> NDArray[np.float64]:
    """Return the cable length to each light: light to light along its circuit, a tenth longer than straight."""
    first = np.r_[True, np.diff(circuit) != 0]
    previous = np.where(first[:, None], home, np.roll(xy, 1, axis=0))
    step = np.minimum(np.hypot(*(xy - previous).T) * 1.1, 120.0) + 2
    total = np.cumsum(step)
    base = (total - step)[first][np.cumsum(first) - 1]
    along: NDArray[np.float64] = np.round(total - base, 1)
    return along


def _centre_of(xy: Points, group: Ints) -> Points:
    sizes = np.bincount(group)
    sums = np.column_stack([np.bincount(group, xy[:, axis]) for axis in (0, 1)])
    centres: Points = np.round(sums.astype(np.float64) / sizes[:, None], 2)
    return centres
