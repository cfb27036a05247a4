"""How the streets are driven: speeds, one-way streets, travel times. No place becomes unreachable."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from beffroi.rehearsal.town.naming import BERBISEY, MONGE, NamedStreets
from beffroi.rehearsal.town.streets import LANE, RANKS, STREET, Network

SPEED_KMH = {"boulevard": 42.0, "avenue": 46.0, "street": 30.0, "lane": 24.0, "road": 60.0}
ONE_WAY_SHARE = 0.14


def one_ways(network: Network, streets: NamedStreets, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Tell which arcs are driven from `a` to `b` only: small streets of Dijon; every place stays reachable."""
    small = (network.rank == STREET) | (network.rank == LANE)
    candidates = np.unique(streets.way[small & (network.commune == 0)])
    chosen = np.zeros(len(streets.names), bool)
    chosen[candidates[rng.random(len(candidates)) < ONE_WAY_SHARE]] = True
    chosen[[streets.names.index(name) for name in (MONGE, BERBISEY)]] = False
    while True:
        one_way: NDArray[np.bool_] = chosen[streets.way] & small
        _, piece = connected_components(travel_times(network, one_way), directed=True, connection="strong")
        main = np.bincount(piece).argmax()
        trapped = one_way & ((piece[network.a] != main) | (piece[network.b] != main))
        if not trapped.any():
            return one_way
        chosen[streets.way[trapped]] = False


def travel_times(network: Network, one_way: NDArray[np.bool_]) -> csr_matrix:
    """Return the seconds between neighbouring nodes as a sparse directed matrix."""
    speed = np.array([SPEED_KMH[rank] for rank in RANKS])[network.rank] / 3.6
    seconds = np.maximum(network.lengths, 1.0) / speed
    back = ~one_way
    rows, columns = np.concatenate([network.a, network.b[back]]), np.concatenate([network.b, network.a[back]])
    size = len(network.nodes)
    return csr_matrix((np.concatenate([seconds, seconds[back]]), (rows, columns)), shape=(size, size))
