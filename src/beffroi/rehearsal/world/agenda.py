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
        phases = (shares * (period // MILLISECOND)).astype(np.int64) * MILLISECOND
        self.members = np.argsort(phases, kind="stable")
        self._phases = phases[self.members]
        self.period = period

    def due(self, after: Micros, until: Micros) -> list[tuple[NDArray[np.int64], NDArray[Any]]]:
        """List (times, members) that report after one time and up to another, cycle by cycle."""
        found = []
        for cycle in range(after // self.period, until // self.period + 1):
            base = cycle * self.period
            start = int(np.searchsorted(self._phases, after - base, "right"))
            stop = int(np.searchsorted(self._phases, until - base, "right"))
            if stop > start:
                found.append((self._phases[start:stop] + base, self.members[start:stop]))
        return found
