"""Time inside Beffroi: int64 microseconds UTC; the city's zone appears only on screen and in calendar sums."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

Micros = int
"""Microseconds since 1970-01-01T00:00:00Z, an int64 in every table and frame."""

MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """The only way a process learns the time; a rehearsal city may run it faster than the wall (house convention 1)."""

    def now(self) -> Micros:
        """Return the city's time, µs UTC."""

    def monotonic(self) -> float:
        """Return seconds that never go back, for timers only."""


def to_datetime(at: Micros) -> datetime:
    """Return the aware UTC datetime of a time in µs, exact to the microsecond."""
    return _EPOCH + timedelta(microseconds=at)


def from_datetime(value: datetime) -> Micros:
    """Return µs UTC of an aware datetime; a naive one raises ValueError because it has no single meaning."""
    if value.tzinfo is None:
        raise ValueError("a naive datetime has no place on the UTC line")
    return (value - _EPOCH) // timedelta(microseconds=1)


def to_iso(at: Micros) -> str:
    """Return RFC 3339 text in UTC with microseconds, for example 2025-06-21T19:40:00.000000Z."""
    return to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_iso(text: str) -> Micros:
    """Return µs UTC of an RFC 3339 text with an offset; raises ValueError without one."""
    return from_datetime(datetime.fromisoformat(text))


def local_day(at: Micros, zone: ZoneInfo) -> date:
    """Return the calendar day of a time in the city's zone."""
    return to_datetime(at).astimezone(zone).date()


def day_bounds(day: date, zone: ZoneInfo) -> tuple[Micros, Micros]:
    """Return the first µs of a local day and of the next one: 23, 24 or 25 hours apart."""
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    after = day + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=zone)
    return from_datetime(start.astimezone(UTC)), from_datetime(end.astimezone(UTC))
