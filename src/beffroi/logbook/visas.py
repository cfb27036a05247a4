"""The visa under a line: it belongs to the line, however many were put since."""

from bisect import bisect_right
from collections.abc import Iterable

from beffroi.logbook.types import Compartment, Entry, Visa


class Visas:
    """Visas by compartment, in which the one under a line is found; those of a compartment never overlap."""

    def __init__(self, visas: Iterable[Visa] = ()) -> None:
        self._of: dict[Compartment, list[Visa]] = {}
        for visa in sorted(visas, key=lambda one: one.first):
            self._of.setdefault(visa.compartment, []).append(visa)

    def find(self, entry: Entry) -> Visa | None:
        """Return the visa under a line, or nothing."""
        own = self._of.get(entry.compartment, [])
        rank = bisect_right(own, entry.position, key=lambda visa: visa.first) - 1
        return own[rank] if rank >= 0 and entry.position <= own[rank].last else None
