"""Names for the streets: each run of arcs of one commune gets one name, never twice in the same commune."""

import msgspec
import numpy as np

from beffroi.rehearsal.town.facts import street_names
from beffroi.rehearsal.town.streets import AVENUE, BOULEVARD, LANE, Ints, Network
from beffroi.rehearsal.town.territory import Territory

BOULEVARD_RUN = 26
"""Arcs of a boulevard that share one name."""

MONGE, BERBISEY = "Rue Monge", "Rue Berbisey"
BERBISEY_M = 420.0
"""The far end of rue Monge bears that name: callers there belong to the circuit of the scenarios."""

_LANE_KINDS = ("Rue", "Rue", "Rue", "Rue", "Allée", "Impasse", "Chemin", "Passage", "Ruelle", "Square")


class NamedStreets(msgspec.Struct, frozen=True):
    """`way` is the street of each arc; `names` and `communes` describe the streets."""

    way: Ints
    names: tuple[str, ...]
    communes: Ints


def name_streets(network: Network, territory: Territory, rng: np.random.Generator) -> NamedStreets:
    """Return a name for every street; main ways are called after where they lead."""
    part = np.zeros(len(network.a), np.int64)
    for chain in np.unique(network.chain[network.rank == BOULEVARD]):
        mine = np.flatnonzero(network.chain == chain)
        part[mine] = np.arange(len(mine)) // BOULEVARD_RUN
    key = (network.commune.astype(np.int64) * 1_000_000 + network.chain) * 100 + part
    _, first, way = np.unique(key, return_index=True, return_inverse=True)
    givers = [_Giver(rng) for _ in territory.communes]
    names: list[str] = []
    for arc in first.tolist():
        town, chain, rank = int(network.commune[arc]), int(network.chain[arc]), int(network.rank[arc])
        length = int((way == len(names)).sum())
        if chain in network.forced:
            names.append(givers[town].take(network.forced[chain]))
        elif rank == BOULEVARD:
            names.append(givers[town].boulevard())
        elif rank == AVENUE:
            names.append(givers[town].avenue(_leads_to(network.ends[chain], town, territory)))
        else:
            names.append(givers[town].street(rank == LANE, length))
    return _with_berbisey(network, NamedStreets(way.astype(np.int32), tuple(names), network.commune[first]))


def _with_berbisey(network: Network, streets: NamedStreets) -> NamedStreets:
    """Rename the far end of rue Monge; every other street keeps its place in the list."""
    monge = streets.names.index(MONGE)
    arcs = np.flatnonzero(streets.way == monge)
    to_end = np.cumsum(network.lengths[arcs][::-1])[::-1]
    way = streets.way.copy()
    way[arcs[to_end <= BERBISEY_M]] = len(streets.names)
    communes = np.append(streets.communes, streets.communes[monge]).astype(streets.communes.dtype)
    return NamedStreets(way, (*streets.names, BERBISEY), communes)


def _leads_to(ends: tuple[int, int], town: int, territory: Territory) -> str:
    """Return the town at the far end; in Dijon an avenue keeps a name of its own."""
    if town == 0:
        return ""
    far = ends[1] if ends[0] == town else ends[0]
    return territory.communes[far].name


class _Giver:
    """Gives out the names of one commune, each once."""

    def __init__(self, rng: np.random.Generator) -> None:
        names = street_names()
        self._rng = rng
        self._bases: list[str] = [names.bases[i] for i in rng.permutation(len(names.bases))]
        self._boulevards = list(names.boulevards)
        self._avenues = list(names.avenues)
        self._taken: set[str] = set()
        self._next = 0

    def take(self, name: str) -> str:
        """Give this very name."""
        self._taken.add(name)
        return name

    def boulevard(self) -> str:
        """Give the next boulevard."""
        base: str = self._boulevards.pop(0) if self._boulevards else self._base()
        return self._fresh("Boulevard", base)

    def avenue(self, leads_to: str) -> str:
        """Give an avenue called after the town it leads to, or the next free one."""
        if leads_to:
            particle = "d’" if leads_to[0] in "AEIOUÉ" else "de "
            return self._fresh("Avenue" if leads_to == "Dijon" else "Route", particle + leads_to)
        base = self._avenues.pop(0) if self._avenues else self._base()
        return self._fresh("Avenue", base)

    def street(self, lane: bool, length: int) -> str:
        """Give a street; the short ones may be a lane, a cul-de-sac or a square."""
        kind = "Rue"
        if lane:
            kind = _LANE_KINDS[int(self._rng.integers(len(_LANE_KINDS)))]
            if kind == "Impasse" and length > 2:
                kind = "Allée"
        return self._fresh(kind, self._base())

    def _base(self) -> str:
        base: str = self._bases[self._next % len(self._bases)]
        self._next += 1
        return base

    def _fresh(self, kind: str, base: str) -> str:
        for candidate in (
            kind,
            "Rue",
            "Allée",
            "Passage",
            "Chemin",
            "Square",
            "Cours",
            "Impasse",
            "Sente",
            "Mail",
            "Villa",
            "Clos",
        ):
            name = f"{candidate} {base}"
            if name not in self._taken:
                return self.take(name)
        return self._fresh(kind, self._base())
