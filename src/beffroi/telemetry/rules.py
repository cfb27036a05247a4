"""Every rule of the city at once, as arrays; `machine.py` says the same of one rule, and a test holds them equal."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beffroi.model.kinds import AlarmClass
from beffroi.model.time import SECOND, Micros
from beffroi.telemetry.machine import EdgeAt, Rule, Standing, ValueTest

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

TESTS = {
    "above": ValueTest.ABOVE,
    "below": ValueTest.BELOW,
    "equals": ValueTest.EQUALS,
    "differs": ValueTest.DIFFERS,
    "rises_faster": ValueTest.RISES_FASTER,
}


class Edges(NamedTuple):
    """Rules that changed sides, in the order they did: rule number, new side, when, on which value, late or not."""

    rule: Ints
    active: Bools
    at: Ints
    value: Floats
    late: Bools

    @classmethod
    def join(cls, parts: Sequence["Edges"]) -> "Edges":
        """Return several lists of edges as one, ordered by time; ties keep their order."""
        if not parts:
            return cls.none()
        at = np.concatenate([part.at for part in parts])
        order = np.argsort(at, kind="stable")
        return cls(
            np.concatenate([part.rule for part in parts])[order],
            np.concatenate([part.active for part in parts])[order],
            at[order],
            np.concatenate([part.value for part in parts])[order],
            np.concatenate([part.late for part in parts])[order],
        )

    @classmethod
    def none(cls) -> "Edges":
        """Return no edge."""
        empty = np.empty(0, np.int64)
        return cls(empty, empty.astype(np.bool_), empty, empty.astype(np.float64), empty.astype(np.bool_))


def rule_of(alarm_class: AlarmClass) -> Rule | None:
    """Return what a class asks of its point's values, or nothing when the intake cannot judge it."""
    test = TESTS.get(alarm_class.test)
    if test is None:
        return None
    delay, clear_delay = round(alarm_class.delay_s * SECOND), round(alarm_class.clear_delay_s * SECOND)
    return Rule(test, alarm_class.limit, alarm_class.hysteresis, delay, clear_delay)


def _checked(alarm_class: AlarmClass) -> Rule:
    rule = rule_of(alarm_class)
    if rule is None:
        raise ValueError(f"{alarm_class.name}: a class without a test of values is not a rule of the intake")
    return rule


def edges_of(number: int, found: Sequence[EdgeAt], *, late: bool = False) -> Edges:
    """Return the edges of one rule as columns."""
    return Edges(
        np.full(len(found), number, np.int64),
        np.array([edge.active for edge in found], np.bool_),
        np.array([edge.at for edge in found], np.int64),
        np.array([edge.value for edge in found], np.float64),
        np.full(len(found), late, np.bool_),
    )


class RuleSet:
    """The rules of all series and where each stands. Rules are numbered by series, then in the order given.

    `of_class` gives each rule its class by number in `classes`; both columns have one row a rule.
    """

    def __init__(self, classes: Sequence[AlarmClass], series: Ints, of_class: Ints, series_count: int) -> None:
        order = np.argsort(series, kind="stable")
        self.classes = tuple(classes)
        self.series = series[order]
        self.of_class = of_class[order]
        self._rules = [_checked(alarm_class) for alarm_class in classes]
        self._test = self._column([rule.test for rule in self._rules], np.int8)
        self._limit = self._column([rule.limit for rule in self._rules], np.float64)
        self._hysteresis = self._column([rule.hysteresis for rule in self._rules], np.float64)
        self._delay = self._column([rule.delay for rule in self._rules], np.int64)
        self._clear_delay = self._column([rule.clear_delay for rule in self._rules], np.int64)
        self.condition: Bools = np.zeros(len(self), np.bool_)
        self.active: Bools = np.zeros(len(self), np.bool_)
        self.since: Ints = np.zeros(len(self), np.int64)
        self._moved: Bools = np.zeros(len(self), np.bool_)
        self.count = np.bincount(self.series, minlength=series_count).astype(np.int64)
        self.first = np.cumsum(self.count) - self.count

    def _column(self, values: Sequence[float], kind: type) -> NDArray[Any]:
        return np.array(values, kind)[self.of_class]

    def __len__(self) -> int:
        return len(self.series)

    def rule(self, number: int) -> Rule:
        """Return what one rule asks."""
        return self._rules[int(self.of_class[number])]

    def standing(self, rule: int) -> Standing:
        """Return where one rule stands."""
        return Standing(bool(self.condition[rule]), bool(self.active[rule]), int(self.since[rule]))

    def set_standing(self, rule: int, standing: Standing) -> None:
        """Put one rule where it stands, and remember to write it."""
        if standing != self.standing(rule):
            self.condition[rule], self.active[rule], self.since[rule] = standing
            self._moved[rule] = True

    def take_moved(self) -> Ints:
        """Return the rules whose standing changed since the last call."""
        moved = np.flatnonzero(self._moved)
        self._moved[moved] = False
        return moved

    def judge(self, series: Ints, at: Ints, value: Floats, before_at: Ints, before: Floats) -> list[Edges]:
        """Bring at most one new value of each series into its rules; `before_at` is 0 where nothing came before."""
        edges: list[Edges] = []
        count = self.count[series]
        for rank in range(int(count.max(initial=0))):
            has = count > rank
            rule = self.first[series[has]] + rank
            edges += self._step(rule, at[has], value[has], before_at[has], before[has])
        return edges

    def tick(self, now: Micros, last: Floats) -> list[Edges]:
        """End the delays that time alone has ended; `last` is the last value by series."""
        running = np.flatnonzero(self.since)
        if not len(running):
            return []
        held = last[self.series[running]]
        return self._settle(running, np.full(len(running), now, np.int64), held)

    def _settle(self, rule: Ints, now: Ints, held: Floats) -> list[Edges]:
        condition, since = self.condition[rule], self.since[rule]
        due = since + np.where(condition, self._delay[rule], self._clear_delay[rule])
        ended = (since > 0) & (due <= now)
        if not ended.any():
            return []
        rule, condition, due, held = rule[ended], condition[ended], due[ended], held[ended]
        changed = condition != self.active[rule]
        self.active[rule] = condition
        self.since[rule] = 0
        self._moved[rule] = True
        return _edges(rule[changed], condition[changed], due[changed], held[changed])

    def _step(self, rule: Ints, at: Ints, value: Floats, before_at: Ints, before: Floats) -> list[Edges]:
        edges = self._settle(rule, at, np.where(before_at > 0, before, value))
        was = self.condition[rule]
        condition = self._holds(rule, was, at, value, before_at, before)
        changed = condition != was
        if not changed.any():
            return edges
        rule, condition, at, value = rule[changed], condition[changed], at[changed], value[changed]
        self.condition[rule] = condition
        self._moved[rule] = True
        differs = condition != self.active[rule]
        waits = np.where(condition, self._delay[rule], self._clear_delay[rule]) > 0
        self.since[rule] = np.where(differs & waits, at, 0)
        now = differs & ~waits
        self.active[rule[now]] = condition[now]
        return edges + _edges(rule[now], condition[now], at[now], value[now])

    def _holds(self, rule: Ints, was: Bools, at: Ints, value: Floats, before_at: Ints, before: Floats) -> Bools:
        test, limit = self._test[rule], self._limit[rule]
        slack = np.where(was, self._hysteresis[rule], 0.0)
        rises = (value - before) * SECOND > limit * (at - before_at)
        return np.select(
            [test == ValueTest.ABOVE, test == ValueTest.BELOW, test == ValueTest.EQUALS, test == ValueTest.DIFFERS],
            [value > limit - slack, value < limit + slack, value == limit, value != limit],
            default=rises & (before_at > 0),
        )


def _edges(rule: Ints, active: Bools, at: Ints, value: Floats) -> list[Edges]:
    return [Edges(rule, active, at, value, np.zeros(len(rule), np.bool_))] if len(rule) else []
