"""Rhythms: each member once a period, and nobody passed by however often the rhythm changes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from beffroi.model.time import MILLISECOND, SECOND, Micros
from beffroi.rehearsal.world.agenda import Cadence

START = 1_790_000_000 * SECOND
SHARES = np.linspace(0, 1, 40, endpoint=False)
STRETCHES = st.lists(
    st.tuples(st.integers(10, 130), st.integers(1, 400_000)), min_size=1, max_size=30
)  # period (s), how long it lasts (ms)


def told(cadence: Cadence, after: Micros, until: Micros) -> list[tuple[int, Micros]]:
    """List (member, time) of a stretch."""
    due = cadence.due(after, until)
    return [pair for times, members in due for pair in zip(members.tolist(), times.tolist(), strict=True)]


@given(steps=STRETCHES)
def test_nobody_waits_longer_than_the_longest_period_whatever_the_changes(steps: list[tuple[int, int]]) -> None:
    cadence = Cadence(SHARES, 30 * SECOND)
    last, now = dict.fromkeys(range(len(SHARES)), START), START
    longest = 30 * SECOND
    for period_s, lasts_ms in [*steps, (30, 131_000)]:
        cadence.set_period(period_s * SECOND, now)
        longest = max(longest, period_s * SECOND)
        until = now + lasts_ms * MILLISECOND
        for member, at in sorted(told(cadence, now, until), key=lambda pair: pair[1]):
            assert now < at <= until
            assert 0 < at - last[member] <= longest
            last[member] = at
        now = until
    assert all(now - at <= longest for at in last.values())


def test_a_steady_rhythm_tells_each_member_once_a_period() -> None:
    cadence = Cadence(SHARES, 10 * SECOND)
    cadence.set_period(130 * SECOND, START)
    told(cadence, START, START + 130 * SECOND)
    found = told(cadence, START + 130 * SECOND, START + 390 * SECOND)
    assert sorted(member for member, _ in found) == sorted(list(range(len(SHARES))) * 2)
