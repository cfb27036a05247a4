"""Sunrise and sunset, from astral (NOAA's algorithm, within two minutes at these latitudes)."""

from datetime import UTC, date
from functools import lru_cache

from astral import Observer
from astral.sun import sunrise, sunset

from beffroi.model.time import Micros, from_datetime


@lru_cache(maxsize=512)
def sun_times(day: date, lon: float, lat: float) -> tuple[Micros, Micros]:
    """Return (sunrise, sunset) of a calendar day, µs UTC; latitudes under 65° only, where both exist all year."""
    observer = Observer(latitude=lat, longitude=lon)
    return (
        from_datetime(sunrise(observer, date=day, tzinfo=UTC)),
        from_datetime(sunset(observer, date=day, tzinfo=UTC)),
    )
