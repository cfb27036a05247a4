"""What level a programme asks at a time, and the decisions about programmes. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from beffroi.lighting.actions import DropProgramme, SetProgramme
from beffroi.lighting.events import ProgrammeDropped, ProgrammeSet
from beffroi.lighting.sun import sun_times
from beffroi.lighting.types import LightingState, NightProgramme
from beffroi.model.scope import Scope
from beffroi.model.time import MINUTE, Micros, from_datetime, local_day
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.line import Line
from beffroi.trade.rejected import Rejected

TRADE_NAME = "lighting"
NOON = 12 * 60


def decide(state: LightingState, action: Action, context: Context) -> Sequence[Event]:
    """Return the event that answers an action on programmes."""
    match action:
        case SetProgramme(programme=programme):
            _check(programme)
            if state.programmes.get(programme.commune) == programme:
                return []
            return [ProgrammeSet(programme=programme, scope=scope_of(programme.commune))]
        case DropProgramme(commune=commune):
            if commune not in state.programmes:
                raise Rejected("lighting.no_programme", commune=commune)
            return [ProgrammeDropped(commune=commune, scope=scope_of(commune))]
    raise TypeError(f"not an action of the programmes: {action!r}")


def _check(programme: NightProgramme) -> None:
    try:
        ZoneInfo(programme.zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Rejected("lighting.unknown_zone", zone=programme.zone) from error
    minutes = [step.minute for step in programme.steps]
    if len(set(minutes)) != len(minutes):
        raise Rejected("lighting.same_minute_twice")


def apply(state: LightingState, line: Line) -> None:
    """Bring one line into the programmes."""
    match line.event:
        case ProgrammeSet(programme=programme):
            state.programmes[programme.commune] = programme
        case ProgrammeDropped(commune=commune):
            state.programmes.pop(commune, None)
    state.version += 1


def scope_of(commune: str) -> Scope:
    """Return the scope of a commune's programme."""
    return Scope(commune, TRADE_NAME, "street_light")


def level_pct(programme: NightProgramme, at: Micros) -> float:
    """Return the level (0 to 100) that a programme asks at a time."""
    night = night_of(programme, at)
    if night is None:
        return 0.0
    level = programme.level_pct
    for start, step_level in step_times(programme, night[0]):
        if start > at:
            break
        level = step_level
    return level


def night_of(programme: NightProgramme, at: Micros) -> tuple[Micros, Micros] | None:
    """Return (on, off) of the night that contains a time, or nothing by day."""
    day = local_day(at, ZoneInfo(programme.zone))
    for evening in (day - timedelta(days=1), day):
        _, sunset = sun_times(evening, programme.lon, programme.lat)
        sunrise, _ = sun_times(evening + timedelta(days=1), programme.lon, programme.lat)
        on = sunset + programme.dusk_offset_min * MINUTE
        off = sunrise + programme.dawn_offset_min * MINUTE
        if on <= at < off:
            return on, off
    return None


def step_times(programme: NightProgramme, on: Micros) -> list[tuple[Micros, float]]:
    """List (time, level) of the steps of the night that begins at `on`, in order.

    A step before noon belongs to the following morning. On the night of the clock change a local time that comes
    twice means the first one, and one that never comes means the hour after (PEP 495, fold 0).
    """
    zone = ZoneInfo(programme.zone)
    evening = local_day(on, zone)
    times = []
    for step in programme.steps:
        day = evening if step.minute >= NOON else evening + timedelta(days=1)
        local = datetime(day.year, day.month, day.day, step.minute // 60, step.minute % 60, tzinfo=zone)
        times.append((from_datetime(local), step.level_pct))
    return sorted(times)
