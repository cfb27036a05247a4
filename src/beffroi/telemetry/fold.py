"""The fold: a batch of readings brought into the marks of every series. Newer goes on, equal is dropped, older waits.

Marks and rules change at once, before the commit: the pipe to the database commits every batch in order or the process
ends, and a restart reads them from the rows.
"""

from itertools import pairwise
from typing import NamedTuple

import msgspec
import numpy as np

from beffroi.model.time import Micros
from beffroi.telemetry.machine import Sample, Standing, step
from beffroi.telemetry.rules import Bools, Edges, Floats, Ints, RuleSet, edges_of

RANKS_BY_ARRAY = 32
"""Readings of one series in one batch judged by arrays; the rest of a mad series goes one by one (intake.md §5)."""


class Readings(msgspec.Struct, frozen=True):
    """Readings as columns: series index, source time in µs, value."""

    series: Ints
    at: Ints
    value: Floats

    def pick(self, mask: Bools | Ints) -> "Readings":
        """Return some of the rows."""
        return Readings(self.series[mask], self.at[mask], self.value[mask])

    def __len__(self) -> int:
        return len(self.series)

    @classmethod
    def none(cls) -> "Readings":
        """Return no reading."""
        return cls(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64))


class Folded(NamedTuple):
    """What a batch became: new readings sorted by (series, time), older ones to ask about, and what was dropped."""

    fresh: Readings
    late: Readings
    edges: list[Edges]
    repeated: int
    conflicts: int
    """Repeats whose value was not the one already held: the first stands."""


class Fold:
    """The marks of every series: time and value of its newest reading."""

    def __init__(self, rules: RuleSet, series_count: int) -> None:
        self.rules = rules
        self.at = np.zeros(series_count, np.int64)
        self.value = np.zeros(series_count, np.float64)

    def fold(self, readings: Readings) -> Folded:
        """Bring a batch in; its readings may come in any order and repeat each other."""
        order = np.lexsort((readings.at, readings.series))
        rows = readings.pick(order)
        same = np.zeros(len(rows), np.bool_)
        same[1:] = (rows.series[1:] == rows.series[:-1]) & (rows.at[1:] == rows.at[:-1])
        conflicts = int(np.count_nonzero(same[1:] & (rows.value[1:] != rows.value[:-1])))
        repeated = int(np.count_nonzero(same))
        rows = rows.pick(~same)
        mark = self.at[rows.series]
        equal = rows.at == mark
        repeated += int(np.count_nonzero(equal))
        conflicts += int(np.count_nonzero(equal & (rows.value != self.value[rows.series])))
        fresh = rows.pick(rows.at > mark)
        return Folded(fresh, rows.pick(rows.at < mark), self._take(fresh), repeated, conflicts)

    def tick(self, now: Micros) -> list[Edges]:
        """End the delays of rules that time alone has ended."""
        return self.rules.tick(now, self.value)

    def _take(self, fresh: Readings) -> list[Edges]:
        if not len(fresh):
            return []
        starts = np.flatnonzero(np.concatenate(([True], fresh.series[1:] != fresh.series[:-1])))
        sizes = np.diff(np.append(starts, len(fresh)))
        edges = self._judge(fresh, starts, sizes)
        last = starts + sizes - 1
        self.at[fresh.series[last]] = fresh.at[last]
        self.value[fresh.series[last]] = fresh.value[last]
        return edges

    def _judge(self, fresh: Readings, starts: Ints, sizes: Ints) -> list[Edges]:
        ruled = self.rules.count[fresh.series[starts]] > 0
        starts, sizes = starts[ruled], sizes[ruled]
        before_at = np.concatenate(([0], fresh.at[:-1]))
        before = np.concatenate(([0.0], fresh.value[:-1]))
        before_at[starts] = self.at[fresh.series[starts]]
        before[starts] = self.value[fresh.series[starts]]
        edges: list[Edges] = []
        for rank in range(min(int(sizes.max(initial=0)), RANKS_BY_ARRAY)):
            place = starts[sizes > rank] + rank
            edges += self.rules.judge(
                fresh.series[place], fresh.at[place], fresh.value[place], before_at[place], before[place]
            )
        for start, size in zip(starts[sizes > RANKS_BY_ARRAY], sizes[sizes > RANKS_BY_ARRAY], strict=True):
            edges += self._judge_long(fresh, int(start) + RANKS_BY_ARRAY, int(start + size))
        return edges

    def _judge_long(self, fresh: Readings, start: int, stop: int) -> list[Edges]:
        series = int(fresh.series[start])
        samples = list(map(Sample, fresh.at[start - 1 : stop].tolist(), fresh.value[start - 1 : stop].tolist()))
        parts = []
        first = int(self.rules.first[series])
        for number in range(first, first + int(self.rules.count[series])):
            standing, edges = replay(self.rules, number, self.rules.standing(number), samples)
            self.rules.set_standing(number, standing)
            parts.append(edges)
        return parts


def replay(rules: RuleSet, number: int, standing: Standing, samples: list[Sample]) -> tuple[Standing, Edges]:
    """Bring `samples[1:]` into one rule, the first being what held before; return where it stands and its edges."""
    rule = rules.rule(number)
    found = []
    for previous, sample in pairwise(samples):
        standing, edges = step(rule, standing, previous, sample)
        found += edges
    return standing, edges_of(number, found)
