"""When people call: 700 to 1,000 calls a day by the hours of a town hall, drawn once for each day of a seed."""

import msgspec
import numpy as np

FEWEST, MOST = 700, 1_000
PROFILE = (4, 3, 2, 2, 3, 6, 14, 34, 78, 96, 92, 80, 52, 66, 84, 80, 74, 64, 42, 28, 20, 16, 12, 8)
"""Relative weight of each local hour: people call when offices open, few by night."""

CLUSTER_SHARE = 0.05
CLUSTER_MOST = 6
CLUSTER_WITHIN_S = 300.0
DAY_S = 86_400.0


class Ring(msgspec.Struct, frozen=True):
    """One call: second of the local day, its own seed, and the seed of the fault that it tells of."""

    at_s: float
    seed: int
    fault: int


def rings_of_day(seed: int, day: int) -> list[Ring]:
    """Return the calls of a day in order of time; the same seed and day give the same calls.

    Some faults are told by several people within minutes: that is when *suivre* saves a second entry.
    """
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, day, 0xCA11])))
    count = int(rng.integers(FEWEST, MOST + 1))
    weights = np.array(PROFILE, np.float64) / sum(PROFILE)
    found: list[Ring] = []
    while len(found) < count:
        hour = int(rng.choice(24, p=weights))
        at_s = (hour + float(rng.random())) * 3600
        fault = int(rng.integers(1 << 31))
        people = int(rng.integers(2, CLUSTER_MOST + 1)) if rng.random() < CLUSTER_SHARE else 1
        for place in range(min(people, count - len(found))):
            late = float(rng.exponential(CLUSTER_WITHIN_S / 3)) if place else 0.0
            found.append(Ring(min(at_s + late, DAY_S - 1), int(rng.integers(1 << 31)), fault))
    return sorted(found, key=lambda ring: ring.at_s)
