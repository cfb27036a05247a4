"""How much each source may send: one token bucket a source, one token a value (a message without value costs one)."""

import numpy as np
from numpy.typing import NDArray

from beffroi.telemetry.rules import Bools, Floats, Ints

DEFAULT_RATE = 200.0
"""Values a second that a source may send for ever."""

DEFAULT_BURST = 50_000.0
"""Values a source may send at once: a gateway of 34 lights back after 72 h of silence sends 39,000."""


class Buckets:
    """The buckets of all sources, by source index; full at the start."""

    def __init__(self, rate: Floats, burst: Floats, now: float) -> None:
        self.rate = rate
        self.burst = burst
        self.tokens = burst.copy()
        self._at = now

    def keep(self, other: "Buckets", index: NDArray[np.int64], former: NDArray[np.int64]) -> None:
        """Take over the levels of another set of buckets, for sources `index` here that were `former` there."""
        self.tokens[index] = np.minimum(other.tokens[former], self.burst[index])
        self._at = other._at

    def refill(self, now: float) -> None:
        """Add what time gave since the last call (seconds of a monotonic clock)."""
        self.tokens = np.minimum(self.burst, self.tokens + self.rate * max(0.0, now - self._at))
        self._at = now

    def spend(self, source: Ints, cost: Ints) -> Bools:
        """Tell which messages, in order of arrival, are within quota, and take their tokens."""
        total = np.bincount(source, weights=cost, minlength=len(self.tokens))
        short = total > self.tokens
        within = np.ones(len(source), np.bool_)
        for index in np.flatnonzero(short):
            own = np.flatnonzero(source == index)
            fits = np.cumsum(cost[own]) <= self.tokens[index]
            within[own] = fits
            total[index] = cost[own][fits].sum()
        self.tokens -= total
        return within

    def wait_s(self, source: int, cost: int) -> float:
        """Return after how many seconds a message of that cost would be within quota, 0 when it is now."""
        missing = cost - float(self.tokens[source])
        return max(0.0, missing / max(float(self.rate[source]), 1e-9))
