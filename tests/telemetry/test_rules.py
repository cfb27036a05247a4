"""Rules by arrays against the plain machine, and late readings against a city where nothing came late."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.model.kinds import AlarmClass
from beffroi.model.time import SECOND
from beffroi.telemetry.fold import Fold, Readings
from beffroi.telemetry.late import Surroundings, difference, judge_late
from beffroi.telemetry.machine import EdgeAt, Rule, Sample, Standing, ValueTest, settle, step
from beffroi.telemetry.rules import Edges, RuleSet, rule_of

TEXT = {"fr": "x", "en": "x"}


def alarm_class(test: str, limit: float, hysteresis: float = 0.0, delay_s: float = 0.0, clear_delay_s: float = 0.0):
    return AlarmClass(
        name=f"{test}_{limit}_{hysteresis}_{delay_s}_{clear_delay_s}",
        point="p",
        test=test,
        outcome="event",
        label=TEXT,
        limit=limit,
        hysteresis=hysteresis,
        delay_s=delay_s,
        clear_delay_s=clear_delay_s,
    )


CLASSES = [
    alarm_class("above", 5, 2),
    alarm_class("below", 3, 1, 2, 3),
    alarm_class("equals", 4, 0, 0, 2),
    alarm_class("differs", 4, 0, 3),
    alarm_class("rises_faster", 1),
]
SERIES = 3

readings = st.lists(
    st.tuples(st.integers(0, SERIES - 1), st.integers(1, 60), st.integers(0, 9)), min_size=1, max_size=120
)
batches = st.lists(st.integers(1, 90), min_size=1, max_size=6)


def rule_set() -> RuleSet:
    series = np.tile(np.arange(SERIES), len(CLASSES))
    return RuleSet(CLASSES, series, np.repeat(np.arange(len(CLASSES)), SERIES), SERIES)


def columns(rows) -> Readings:
    series, at, value = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    return Readings(np.array(series, np.int64), np.array(at, np.int64) * SECOND, np.array(value, np.float64))


def plain(samples: list[Sample], rule: Rule) -> list[EdgeAt]:
    standing, edges, previous = Standing(), [], None
    for sample in samples:
        standing, more = step(rule, standing, previous, sample)
        edges += more
        previous = sample
    return edges


def in_order(rows) -> list[tuple[int, int, int]]:
    """Keep, of each series, what is newer than everything before it."""
    newest: dict[int, int] = {}
    kept = []
    for series, at, value in rows:
        if at > newest.get(series, 0):
            newest[series] = at
            kept.append((series, at, value))
    return kept


def told(rules: RuleSet, parts: list[Edges]) -> set[tuple[int, str, bool, int]]:
    edges = Edges.join(parts)
    return {
        (int(rules.series[rule]), rules.classes[int(rules.of_class[rule])].name, bool(active), int(at))
        for rule, active, at in zip(edges.rule, edges.active, edges.at, strict=True)
    }


@settings(max_examples=150, deadline=None)
@given(readings, batches)
def test_arrays_say_what_the_plain_machine_says(rows, sizes):
    rows = in_order(rows)
    fold = Fold(rule_set(), SERIES)
    parts, start = [], 0
    for size in [*sizes, len(rows)]:
        parts += fold.fold(columns(rows[start : start + size])).edges
        start += size
    expected = set()
    for series in range(SERIES):
        samples = [Sample(at * SECOND, float(value)) for number, at, value in rows if number == series]
        for one in CLASSES:
            expected |= {(series, one.name, edge.active, edge.at) for edge in plain(samples, rule_of(one))}
    assert told(fold.rules, parts) == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=40, max_size=90))
def test_a_mad_series_is_judged_like_the_others(values):
    rows = [(1, number + 1, value) for number, value in enumerate(values)]
    fold = Fold(rule_set(), SERIES)
    parts = fold.fold(columns(rows)).edges
    samples = [Sample(at * SECOND, float(value)) for _, at, value in rows]
    expected = {(1, one.name, edge.active, edge.at) for one in CLASSES for edge in plain(samples, rule_of(one))}
    assert told(fold.rules, parts) == expected


def test_a_delay_ends_by_the_clock_alone():
    rules = RuleSet([alarm_class("above", 5, 0, 10)], np.array([0]), np.array([0]), 1)
    fold = Fold(rules, 1)
    assert fold.fold(columns([(0, 100, 9)])).edges == []
    assert fold.tick(109 * SECOND) == []
    (edges,) = fold.tick(111 * SECOND)
    assert edges.at.tolist() == [110 * SECOND]
    assert edges.active.tolist() == [True]
    assert fold.tick(200 * SECOND) == []


def test_repeats_and_conflicts_are_dropped_and_counted():
    fold = Fold(rule_set(), SERIES)
    first = fold.fold(columns([(0, 10, 1), (0, 10, 1), (0, 10, 2), (1, 5, 1)]))
    assert (len(first.fresh), first.repeated, first.conflicts) == (2, 2, 1)
    again = fold.fold(columns([(0, 10, 7), (1, 4, 0), (1, 6, 0)]))
    assert (again.repeated, again.conflicts) == (1, 1)
    assert again.late.at.tolist() == [4 * SECOND]
    assert again.fresh.at.tolist() == [6 * SECOND]
    assert fold.value[0] == 1


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 9)), min_size=2, max_size=30, unique_by=lambda row: row[0]),
    st.data(),
)
def test_late_readings_give_the_alarms_of_a_city_where_nothing_is_late(rows, data):
    """The number of raises is that of the readings in order, for every rule, however many came late.

    What was told and never was stays told; one more edge brings the rule to its true side.
    """
    late = data.draw(st.sets(st.sampled_from([at for at, _ in sorted(rows)[:-1]]), min_size=1))
    ordered = [Sample(at * SECOND, float(value)) for at, value in sorted(rows)]
    known = [sample for sample in ordered if sample.at // SECOND not in late]
    missing = [sample for sample in ordered if sample.at // SECOND in late]
    rules = RuleSet(CLASSES, np.zeros(len(CLASSES), np.int64), np.arange(len(CLASSES)), 1)
    fold = Fold(rules, 1)
    now = 100 * SECOND
    parts = fold.fold(columns([(0, sample.at // SECOND, sample.value) for sample in known])).edges
    parts += fold.tick(now)
    told = Edges.join(list(parts))
    parts += judge_late(rules, [(0, Surroundings(known, missing, True))], now)
    joined = Edges.join(parts)
    for number, one in enumerate(CLASSES):
        rule = rule_of(one)
        standing, edges, previous = Standing(), [], None
        for sample in ordered:
            standing, more = step(rule, standing, previous, sample)
            edges, previous = edges + more, sample
        standing, more = settle(rule, standing, now, ordered[-1].value)
        edges += more
        mine = joined.active[joined.rule == number]
        raises = sum(edge.active for edge in edges)
        told_raises = int(np.count_nonzero(told.active[told.rule == number]))
        assert raises <= np.count_nonzero(mine) <= max(raises, told_raises) + 1
        assert rules.standing(number) == standing
        assert int(np.count_nonzero(mine)) - int(np.count_nonzero(~mine)) == int(standing.active)


def test_an_alarm_that_late_readings_deny_ends_now():
    rules = RuleSet([alarm_class("below", 3, 1, 2, 3)], np.array([0]), np.array([0]), 1)
    fold = Fold(rules, 1)
    (told,) = fold.fold(columns([(0, 1, 0), (0, 3, 3)])).edges
    assert told.active.tolist() == [True]
    known = [Sample(1 * SECOND, 0.0), Sample(3 * SECOND, 3.0)]
    (edges,) = judge_late(rules, [(0, Surroundings(known, [Sample(2 * SECOND, 4.0)], True))], 40 * SECOND)
    assert (edges.active.tolist(), edges.at.tolist(), edges.late.tolist()) == ([False], [40 * SECOND], [False])
    assert not rules.standing(0).active


def test_an_episode_already_over_is_learned_late():
    rules = RuleSet([alarm_class("above", 5)], np.array([0]), np.array([0]), 1)
    fold = Fold(rules, 1)
    fold.fold(columns([(0, 10, 1), (0, 30, 1)]))
    known = [Sample(10 * SECOND, 1.0), Sample(30 * SECOND, 1.0)]
    (edges,) = judge_late(rules, [(0, Surroundings(known, [Sample(20 * SECOND, 9.0)], True))], 40 * SECOND)
    assert edges.active.tolist() == [True, False]
    assert edges.at.tolist() == [20 * SECOND, 30 * SECOND]
    assert edges.late.all()


def test_an_edge_that_only_moved_is_the_same_edge():
    before = [EdgeAt(True, 30, 9.0)]
    after = [EdgeAt(True, 20, 9.0)]
    assert difference(before, after) == []
    split = [EdgeAt(True, 10, 9.0), EdgeAt(False, 20, 1.0), EdgeAt(True, 30, 9.0)]
    assert difference([EdgeAt(True, 10, 9.0)], split) == split[1:]


def test_every_test_of_a_value_is_a_rule_and_the_others_are_not():
    assert rule_of(alarm_class("above", 1)).test is ValueTest.ABOVE
    assert rule_of(alarm_class("silent", 1)) is None
    assert rule_of(alarm_class("mismatch", 1)) is None
    assert all(one.at < other.at for one, other in pairwise([Sample(1, 0.0), Sample(2, 0.0)]))
