"""When routines are owed: hours of the city's own day, through the nights of the clock change."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from astral import Observer
from astral.sun import sunrise, sunset

from beffroi.duties.types import Calendar, Occasion, Routine
from beffroi.model.time import MINUTE, Micros, from_datetime, local_day

FARTHEST = 370
"""Days looked ahead: a season comes back within a year."""


def occasion_on(routine: Routine, day: date, calendar: Calendar) -> Occasion | None:
    """Return the occasion of a local day, or nothing on a day that owes none.

    An hour that the spring night skips is taken as if the clock had not moved yet (02:30 is 03:30 summer time); one
    that the autumn night shows twice is the first, *été*. Windows last in true minutes.
    """
    if not _is_owed(routine, day):
        return None
    at = _hour(routine.at, day, calendar)
    if at is None:
        return None
    return Occasion(day.isoformat(), at, at - routine.before_min * MINUTE, at + routine.after_min * MINUTE)


def next_after(routine: Routine, reached: Micros, calendar: Calendar) -> Occasion | None:
    """Return the first occasion whose hour is later than `reached`, or nothing within a year."""
    first = local_day(reached, ZoneInfo(calendar.zone)) - timedelta(days=1)
    for ahead in range(FARTHEST):
        found = occasion_on(routine, first + timedelta(days=ahead), calendar)
        if found is not None and found.at > reached:
            return found
    return None


def _is_owed(routine: Routine, day: date) -> bool:
    if routine.days and day.isoweekday() not in routine.days:
        return False
    if not routine.season:
        return True
    begin, end = routine.season.split("/")
    today = day.strftime("%m-%d")
    return begin <= today <= end if begin <= end else today >= begin or today <= end


@lru_cache(maxsize=4096)
def _hour(at: str, day: date, calendar: Calendar) -> Micros | None:
    if not at.startswith("sun"):
        hour, minute = at.split(":")
        local = datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=ZoneInfo(calendar.zone))
        return from_datetime(local.astimezone(UTC))
    event, rises = (at[7:], True) if at.startswith("sunrise") else (at[6:], False)
    observer = Observer(calendar.lat, calendar.lon)
    try:
        found = (sunrise if rises else sunset)(observer, day, tzinfo=ZoneInfo(calendar.zone))
    except ValueError:
        # beyond the polar circles the sun keeps no hours
        return None
    return from_datetime(found.astimezone(UTC).replace(second=0, microsecond=0)) + int(event or 0) * MINUTE
