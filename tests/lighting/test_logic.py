"""The sun, the steps, the nights of the clock change."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.lighting.logic import level_pct, night_of, step_times
from beffroi.lighting.port import ProgrammePort
from beffroi.lighting.sun import sun_times
from beffroi.lighting.types import LightingState, NightProgramme, Step
from beffroi.model.time import DAY, HOUR, MINUTE, from_datetime

DIJON = NightProgramme(
    commune="21231",
    lon=5.0415,
    lat=47.322,
    dusk_offset_min=0,
    dawn_offset_min=0,
    steps=(Step(22 * 60, 70.0), Step(30, 0.0), Step(5 * 60, 100.0)),
)
PARIS = ZoneInfo("Europe/Paris")


def at(*parts: int) -> int:
    return from_datetime(datetime(*parts, tzinfo=PARIS).astimezone(UTC))  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("day", "hour", "minute"), [(date(2025, 6, 21), 19, 40), (date(2025, 12, 21), 15, 52)], ids=["june", "december"]
)
def test_sunset_in_dijon_is_within_two_minutes(day: date, hour: int, minute: int) -> None:
    expected = from_datetime(datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC))
    _, sunset = sun_times(day, DIJON.lon, DIJON.lat)
    assert abs(sunset - expected) <= 2 * MINUTE


@pytest.mark.parametrize(
    ("when", "level"),
    [
        ((2025, 12, 21, 12, 0), 0.0),
        ((2025, 12, 21, 18, 0), 100.0),
        ((2025, 12, 21, 22, 0), 70.0),
        ((2025, 12, 22, 0, 29), 70.0),
        ((2025, 12, 22, 0, 30), 0.0),
        ((2025, 12, 22, 4, 59), 0.0),
        ((2025, 12, 22, 5, 0), 100.0),
        ((2025, 12, 22, 9, 0), 0.0),
    ],
)
def test_a_night_follows_its_steps(when: tuple[int, ...], level: float) -> None:
    assert level_pct(DIJON, at(*when)) == level


def test_a_late_dusk_starts_at_the_step_already_passed() -> None:
    dusk = night_of(DIJON, at(2025, 6, 21, 23, 0))
    assert dusk is not None and dusk[0] < at(2025, 6, 21, 22, 0)
    assert level_pct(DIJON, at(2025, 6, 21, 22, 30)) == 70.0


def test_the_night_of_25_hours_puts_a_double_hour_at_its_first_time() -> None:
    programme = NightProgramme(commune="", lon=5.0, lat=47.3, steps=(Step(2 * 60 + 30, 0.0),))
    night = night_of(programme, at(2023, 10, 29, 1, 0))
    assert night is not None
    ((start, _level),) = step_times(programme, night[0])
    assert start == from_datetime(datetime(2023, 10, 29, 0, 30, tzinfo=UTC))


@given(st.integers(min_value=at(2024, 1, 1), max_value=at(2027, 1, 1)))
def test_a_level_is_always_one_that_the_programme_names(when: int) -> None:
    assert level_pct(DIJON, when) in {0.0, 70.0, 100.0}


@given(st.integers(min_value=at(2024, 1, 1), max_value=at(2027, 1, 1)))
def test_each_night_lasts_between_seven_and_seventeen_hours(when: int) -> None:
    night = night_of(DIJON, when)
    if night is not None:
        assert 7 * HOUR < night[1] - night[0] < 17 * HOUR < DAY


def test_the_extinction_of_the_night_is_not_the_day() -> None:
    lights = [SimpleNamespace(index=0, commune="21231"), SimpleNamespace(index=2, commune="21999")]
    topology = SimpleNamespace(version=1, list_kind=lambda _kind: lights)
    port = ProgrammePort(LightingState(programmes={"21231": DIJON}), SimpleNamespace(topology=topology))  # type: ignore[arg-type]
    assert port.by_day(at(2026, 11, 22, 12, 0)).tolist() == [True, False, False]
    assert port.by_day(at(2026, 11, 23, 2, 0)).tolist() == [False, False, False]
    assert port.expected_levels_pct(at(2026, 11, 23, 2, 0))[0] == 0
