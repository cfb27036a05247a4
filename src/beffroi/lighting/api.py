"""Readings of the programmes and of the sun."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from litestar import get

from beffroi.lighting.logic import level_pct, scope_of
from beffroi.lighting.sun import sun_times
from beffroi.lighting.types import LightingState, NightProgramme
from beffroi.model.time import Micros
from beffroi.trade.doors import Caller, View
from beffroi.trade.rejected import Rejected


class ProgrammeNow(msgspec.Struct):
    """A programme in force and the level that it asks now."""

    programme: NightProgramme
    level_pct: float


class SunDay(msgspec.Struct):
    """Sunrise and sunset of one day where a programme is computed, µs UTC."""

    day: date
    sunrise: Micros
    sunset: Micros


def routes(view: View[LightingState]) -> Sequence[Any]:
    """Return the handlers of the programmes."""

    @get("/programmes", summary="List the programmes in force and the level each asks now")
    async def list_programmes(caller: Caller) -> list[ProgrammeNow]:
        now = view.clock.now()
        return [
            ProgrammeNow(programme, level_pct(programme, now))
            for programme in view.state.programmes.values()
            if not programme.commune or caller.sees(scope_of(programme.commune))
        ]

    @get("/sun", summary="Sunrise and sunset of a day for the common programme")
    async def get_sun(caller: Caller, day: date) -> SunDay:
        common = view.state.programmes.get("")
        if common is None:
            raise Rejected("lighting.no_common_programme")
        sunrise, sunset = sun_times(day, common.lon, common.lat)
        return SunDay(day, sunrise, sunset)

    return [list_programmes, get_sun]
