"""One rule over one series, reading after reading: the plain form of what `rules.py` does by arrays.

A rule has a *condition* (the value is on the wrong side, hysteresis included) and is *active* once the condition has
lasted its delay; a value holds until the next one. Edges are thus a function of the readings alone: hearing of them
late, or all at once, changes neither their number nor their times.
"""

from enum import IntEnum
from typing import NamedTuple

from beffroi.model.time import SECOND, Micros


class ValueTest(IntEnum):
    """The tests that a value alone can answer; silence and mismatch belong to the supervision."""

    ABOVE = 0
    BELOW = 1
    EQUALS = 2
    DIFFERS = 3
    RISES_FASTER = 4


class Rule(NamedTuple):
    """What is tested and how long it must last, µs."""

    test: ValueTest
    limit: float
    hysteresis: float = 0.0
    delay: Micros = 0
    clear_delay: Micros = 0


class Standing(NamedTuple):
    """Where a rule stands: its condition, whether it is active, since when a delay runs (0: none)."""

    condition: bool = False
    active: bool = False
    since: Micros = 0


class EdgeAt(NamedTuple):
    """A rule changed sides at a time, on a value."""

    active: bool
    at: Micros
    value: float


class Sample(NamedTuple):
    """A value at its source time."""

    at: Micros
    value: float


def holds(rule: Rule, condition: bool, previous: Sample | None, sample: Sample) -> bool:
    """Tell whether the condition holds at a sample, knowing whether it held before."""
    value, limit = sample.value, rule.limit
    match rule.test:
        case ValueTest.ABOVE:
            return value > limit - rule.hysteresis if condition else value > limit
        case ValueTest.BELOW:
            return value < limit + rule.hysteresis if condition else value < limit
        case ValueTest.EQUALS:
            return value == limit
        case ValueTest.DIFFERS:
            return value != limit
        case ValueTest.RISES_FASTER:
            if previous is None:
                return False
            return (value - previous.value) * SECOND > limit * (sample.at - previous.at)


def settle(rule: Rule, standing: Standing, now: Micros, value: float) -> tuple[Standing, list[EdgeAt]]:
    """End the delay that time alone has ended by `now`; `value` is the one that held meanwhile."""
    condition, active, since = standing
    if not since:
        return standing, []
    due = since + (rule.delay if condition else rule.clear_delay)
    if due > now:
        return standing, []
    return Standing(condition, condition, 0), [EdgeAt(condition, due, value)] if condition != active else []


def step(rule: Rule, standing: Standing, previous: Sample | None, sample: Sample) -> tuple[Standing, list[EdgeAt]]:
    """Bring one sample, newer than every one before, into a rule."""
    standing, edges = settle(rule, standing, sample.at, previous.value if previous else sample.value)
    condition = holds(rule, standing.condition, previous, sample)
    if condition == standing.condition:
        return standing, edges
    if condition == standing.active:
        return Standing(condition, standing.active, 0), edges
    if (rule.delay if condition else rule.clear_delay) > 0:
        return Standing(condition, standing.active, sample.at), edges
    return Standing(condition, condition, 0), [*edges, EdgeAt(condition, sample.at, sample.value)]
