"""Hours of the city's own day, through the nights when the clock changes."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from beffroi.duties import actions as ask
from beffroi.duties.types import Calendar, Occasion, Routine
from beffroi.duties.windows import next_after, occasion_on
from beffroi.model.time import DAY, HOUR, MINUTE
from tests.duties.hand import Hand, paris

PARIS = Calendar()
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def routine(at: str, **more: Any) -> Routine:
    return Routine(name="r", label={"fr": "r"}, at=at, **more)


def owed_on(one: Routine, day: date, calendar: Calendar = PARIS) -> Occasion:
    found = occasion_on(one, day, calendar)
    assert found is not None
    return found


def following(one: Routine, reached: int) -> Occasion:
    found = next_after(one, reached, PARIS)
    assert found is not None
    return found


def test_the_night_of_spring_owes_the_skipped_hour_once() -> None:
    # 02:00 becomes 03:00: what is owed at 02:30 is owed at 03:30 summer time, and 03:30 stays 03:30
    skipped = owed_on(routine("02:30"), SPRING)
    assert skipped.at == paris("2026-03-29T03:30")
    assert owed_on(routine("03:30"), SPRING).at == paris("2026-03-29T03:30")
    assert owed_on(routine("06:30"), SPRING).at - paris("2026-03-28T20:45") == 8 * HOUR + 45 * MINUTE


def test_the_night_of_autumn_owes_the_doubled_hour_once_in_summer_time() -> None:
    doubled = owed_on(routine("02:30", after_min=45), AUTUMN)
    assert doubled.at == paris("2026-10-25T02:30", fold=0)
    # its window lasts true minutes: it ends within the second of the two same hours
    assert doubled.end == paris("2026-10-25T02:15", fold=1)
    assert following(routine("02:30"), doubled.at).at == paris("2026-10-26T02:30")
    assert owed_on(routine("06:30"), AUTUMN).at - paris("2026-10-24T20:45") == 10 * HOUR + 45 * MINUTE


def test_both_nights_are_lived_by_the_trade() -> None:
    for day, start in ((SPRING, "2026-03-28T20:45"), (AUTUMN, "2026-10-24T20:45")):
        hand = Hand(paris(start))
        hand.do(ask.SetRoutines(routines=[routine("02:30"), Routine(name="s", label={"fr": "s"}, at="03:30")]))
        missed = hand.until(paris(f"{day}T12:00"))
        assert sorted(event.routine for event in missed) == ["r", "s"]
        assert {event.day for event in missed} == {day.isoformat()}


def test_seasons_week_days_and_the_sun() -> None:
    winter = routine("03:30", season="11-15/03-15")
    assert occasion_on(winter, date(2026, 12, 24), PARIS)
    assert occasion_on(winter, date(2026, 3, 15), PARIS)
    assert occasion_on(winter, date(2026, 3, 16), PARIS) is None
    summer = routine("22:00", season="06-01/08-31")
    assert occasion_on(summer, date(2026, 7, 1), PARIS)
    assert occasion_on(summer, date(2026, 9, 1), PARIS) is None
    weekdays = routine("19:30", days=(1, 2, 3, 4, 5))
    assert occasion_on(weekdays, date(2026, 3, 14), PARIS) is None
    dijon = Calendar(lon=5.0415, lat=47.3220)
    lit = owed_on(routine("sunset+20"), date(2025, 6, 21), dijon)
    # mission.md: sunset at Dijon on 21 June 2025 is 19:40 UTC, within two minutes
    assert abs(lit.at - paris("2025-06-21T21:40") - 20 * MINUTE) <= 2 * MINUTE
    assert occasion_on(routine("sunrise"), date(2025, 6, 21), Calendar(lat=80)) is None


@given(
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    start=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    days=st.sets(st.integers(1, 7), max_size=3),
)
def test_each_day_owes_once_in_order(hour: int, minute: int, start: date, days: set[int]) -> None:
    owed = routine(f"{hour:02}:{minute:02}", days=tuple(sorted(days)))
    reached = paris(f"{start}T00:00") - 1
    found: list[date] = []
    for _ in range(10):
        coming = following(owed, reached)
        assert coming.at > reached
        assert coming.begin <= coming.at < coming.end
        found.append(date.fromisoformat(coming.day))
        reached = coming.at
    expected: list[date] = []
    day = start
    while len(expected) < 10:
        if not days or day.isoweekday() in days:
            expected.append(day)
        day += timedelta(days=1)
    assert found == expected
    assert reached - paris(f"{start}T00:00") < 80 * DAY
