"""What will happen, in order of time; and what comes back at a steady rhythm."""

import heapq
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beffroi.model.time import MILLISECOND, Micros

Deed = Callable[[Micros], None]


class Agenda:
    """Deeds by time; two of the same microsecond happen in the order they were written down."""

    def __init__(self) -> None:
        self._heap: list[tuple[Micros, int, Deed]] = []
        self._count = 0

    def at(self, when: Micros, deed: Deed) -> None:
        """Write down a deed; it is called with its own time."""
        heapq.heappush(self._heap, (when, self._count, deed))
        self._count += 1

    def next(self) -> Micros | None:
        """Return the time of the next deed, or nothing."""
        return self._heap[0][0] if self._heap else None

    def do_next(self) -> None:
        """Carry out the next deed."""
        when, _, deed = heapq.heappop(self._heap)
        deed(when)


class Cadence:
    """Members that report once a period, each at its own phase, on whole milliseconds."""

    def __init__(self, shares: NDArray[np.float64], period: Micros) -> None:
        """`shares` in [0, 1) place each member in the period (µs)."""
        self._shares = shares
        self._owed = np.empty(0, np.int64), np.empty(0, np.int64)
        self._lay(period)

    def _lay(self, period: Micros) -> None:
        self._phase_of = (self._shares * (period // MILLISECOND)).astype(np.int64) * MILLISECOND
        self._members = np.argsort(self._phase_of, kind="stable")
        self._phases = self._phase_of[self._members]
        self.period = period

    def set_period(self, period: Micros, at: Micros) -> None:
        """Change the rhythm from a time on; whoever would have reported earlier by the former one still does, once.

        Otherwise a rhythm that changes often enough always passes somebody by, and he is taken for mute.
        """
        if period == self.period:
            return
        owed = self._next(at)
        self._lay(period)
        self._owed = np.empty(0, np.int64), np.empty(0, np.int64)
        early = np.flatnonzero(owed < self._next(at))
        early = early[np.argsort(owed[early], kind="stable")]
        self._owed = owed[early], early

    def _next(self, after: Micros) -> NDArray[np.int64]:
        """Return when each member reports next after a time."""
        found = self._phase_of + ((after - self._phase_of) // self.period + 1) * self.period
        times, members = self._owed
        waiting = times > after
        found[members[waiting]] = np.minimum(found[members[waiting]], times[waiting])
        return found

    def due(self, after: Micros, until: Micros) -> list[tuple[NDArray[np.int64], NDArray[Any]]]:
        """List (times, members) that report after one time and up to another, cycle by cycle."""
        found = []
        for cycle in range(after // self.period, until // self.period + 1):
            base = cycle * self.period
            start = int(np.searchsorted(self._phases, after - base, "right"))
            stop = int(np.searchsorted(self._phases, until - base, "right"))
            if stop > start:
                found.append((self._phases[start:stop] + base, self._members[start:stop]))
        times, members = self._owed
        start, stop = (int(np.searchsorted(times, limit, "right")) for limit in (after, until))
        if stop > start:
            found.append((times[start:stop], members[start:stop]))
        return found
