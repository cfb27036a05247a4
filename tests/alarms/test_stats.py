"""The figures of ISA-18.2."""

from random import Random
from uuid import UUID

from beffroi.alarms.stats import Told, report
from beffroi.model.time import DAY, MINUTE

SINCE = 1_700_000_000_000_000
A, B = UUID(int=1), UUID(int=2)


def told(at: int, asset: UUID = A, name: str = "tripped", priority: int = 2) -> Told:
    return Told(SINCE + at, asset, "circuit", name, "lighting", priority)


def test_nothing_told_is_a_quiet_month() -> None:
    stats = report([], SINCE, SINCE + 30 * DAY)
    assert (stats.total, stats.peak_10min, stats.flood_pct, stats.floods, stats.top) == (0, 0, 0.0, 0, [])
    assert stats.peak_at is None and len(stats.per_day) == 30


def test_rate_peak_and_floods() -> None:
    calm = [told(minute * MINUTE) for minute in range(0, 1440, 60)]
    storm = [told(600 * MINUTE + place, B) for place in range(2_000)]
    stats = report([*storm, *calm], SINCE, SINCE + DAY)
    assert stats.total == 2_024 and stats.peak_10min == 2_001
    assert stats.peak_at == SINCE + 600 * MINUTE
    assert stats.floods == 1 and stats.flood_pct == round(100 / 144, 2)
    assert (stats.rate_10min_p50, stats.rate_day) == (0.0, 2_024.0)
    assert stats.per_day == [2_024]


def test_eleven_in_a_slice_is_a_flood_and_ten_is_not() -> None:
    assert report([told(place) for place in range(10)], SINCE, SINCE + DAY).floods == 0
    assert report([told(place) for place in range(11)], SINCE, SINCE + DAY).floods == 1


def test_top_ten_and_split() -> None:
    random = Random(3)
    some = [told(random.randrange(DAY), UUID(int=1 + place % 12), priority=1 + place % 4) for place in range(1_200)]
    some += [told(random.randrange(DAY), B, "silent") for _ in range(300)]
    stats = report(some, SINCE, SINCE + DAY)
    assert len(stats.top) == 10
    assert (stats.top[0].asset, stats.top[0].alarm_class, stats.top[0].count) == (B, "silent", 300)
    assert stats.top[0].share_pct == 20.0
    assert sum(stats.priority_split_pct.values()) == 100.0
    assert stats.priority_split_pct["high"] == 40.0
