"""When night falls: the sun, and what a programme asks at a time. The devices' own copy of the programmes."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from math import cos, pi
from zoneinfo import ZoneInfo

from astral import Observer
from astral.sun import sunrise, sunset

from beffroi.model.time import DAY, HOUR, MINUTE, Micros, from_datetime, local_day
from beffroi.rehearsal.plant.types import NightProgramme

NOON = 12 * 60


@lru_cache(maxsize=1024)
def sun_times(day: date, lon: float, lat: float) -> tuple[Micros, Micros]:
    """Return (sunrise, sunset) of a calendar day, µs UTC."""
    observer = Observer(latitude=lat, longitude=lon)
    rise, fall = sunrise(observer, date=day, tzinfo=UTC), sunset(observer, date=day, tzinfo=UTC)
    return from_datetime(rise), from_datetime(fall)


@lru_cache(maxsize=1024)
def changes_of(programme: NightProgramme, evening: date) -> tuple[tuple[Micros, float, bool], ...]:
    """List (time, level, by the sun) of one night in order: on at dusk, steps by the clock, off at dawn."""
    dusk = sun_times(evening, programme.lon, programme.lat)[1] + programme.dusk_offset_min * MINUTE
    dawn = sun_times(evening + timedelta(days=1), programme.lon, programme.lat)[0] + programme.dawn_offset_min * MINUTE
    steps = [(_step_time(programme, evening, step.minute), step.level_pct) for step in programme.steps]
    inside = sorted((at, level, False) for at, level in steps if dusk < at < dawn)
    return ((dusk, programme.level_pct, True), *inside, (dawn, 0.0, True))


def _step_time(programme: NightProgramme, evening: date, minute: int) -> Micros:
    day = evening if minute >= NOON else evening + timedelta(days=1)
    local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=ZoneInfo(programme.zone))
    return from_datetime(local)


def level_at(programme: NightProgramme, at: Micros) -> float:
    """Return the level that a programme asks at a time, 0 by day."""
    level = 0.0
    for change, new_level, _ in _around(programme, at):
        if change > at:
            break
        level = new_level
    return level


def next_change(programme: NightProgramme, after: Micros) -> tuple[Micros, float, bool]:
    """Return the first (time, level, by the sun) strictly after a time."""
    return next(change for change in _around(programme, after) if change[0] > after)


def next_dusk(programme: NightProgramme, after: Micros) -> Micros:
    """Return the first dusk strictly after a time."""
    nights = [changes_of(programme, local_day(after + shift * DAY, ZoneInfo(programme.zone))) for shift in (-1, 0, 1)]
    return next(night[0][0] for night in nights if night[0][0] > after)


def next_dawn(programme: NightProgramme, after: Micros) -> Micros:
    """Return the first dawn strictly after a time."""
    nights = [
        changes_of(programme, local_day(after + shift * DAY, ZoneInfo(programme.zone))) for shift in (-2, -1, 0, 1)
    ]
    return next(night[-1][0] for night in nights if night[-1][0] > after)


def _around(programme: NightProgramme, at: Micros) -> list[tuple[Micros, float, bool]]:
    today = local_day(at, ZoneInfo(programme.zone))
    return [change for shift in (-1, 0, 1) for change in changes_of(programme, today + timedelta(days=shift))]


def ambient_c(at: Micros) -> float:
    """Return the air temperature in °C: seasons and hours, coldest in mid-January and before dawn."""
    year = (at % (365.2425 * DAY)) / (365.2425 * DAY)
    hour = (at % DAY) / HOUR
    return 11.0 - 9.0 * cos(2 * pi * (year - 0.045)) - 4.5 * cos(2 * pi * (hour - 14.0 - 12.0) / 24)
