"""How many times an address may ask in public: enough to follow a request, too few to try codes."""

from collections import OrderedDict

BURST = 10.0
PER_S = 1 / 6
"""Ten at once, then ten a minute, for one address."""

ALL_BURST, ALL_PER_S = 100.0, 20.0
"""For all addresses together: nobody's crowd costs the room anything."""

KEPT = 10_000
"""Bound: the address silent for the longest is forgotten first (policy: drop the oldest)."""


class Limiter:
    """Token buckets by address and one for all; times are monotonic seconds given by the caller."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._all = (ALL_BURST, 0.0)

    def wait_s(self, address: str, now: float) -> float:
        """Take one turn and return 0, or return how long to wait before the next one."""
        tokens, at = self._buckets.pop(address, (BURST, now))
        mine = min(BURST, tokens + (now - at) * PER_S)
        everybody = min(ALL_BURST, self._all[0] + (now - self._all[1]) * ALL_PER_S)
        passes = mine >= 1 and everybody >= 1
        self._buckets[address] = (mine - passes, now)
        self._all = (everybody - passes, now)
        while len(self._buckets) > KEPT:
            self._buckets.popitem(last=False)
        if passes:
            return 0.0
        return max((1 - mine) / PER_S, (1 - everybody) / ALL_PER_S)
