"""Programmes of the night."""

from typing import Annotated

import msgspec

MinuteOfDay = Annotated[int, msgspec.Meta(ge=0, lt=1440)]
Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
OffsetMinutes = Annotated[int, msgspec.Meta(ge=-120, le=120)]


class Step(msgspec.Struct, frozen=True):
    """From this local minute of the day on (0 = midnight), this level: *abaissement*, *extinction nocturne* at 0."""

    minute: MinuteOfDay
    level_pct: Percent


class NightProgramme(msgspec.Struct, frozen=True, kw_only=True):
    """What the lights of a commune do at night; `commune` empty is the programme of all the others.

    On at sunset plus `dusk_offset_min`, off at sunrise plus `dawn_offset_min` (negative is earlier), at `level_pct`
    until the first step. Times are local to `zone`; `lon` and `lat` are where the sun is computed.
    """

    commune: str
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    lat: Annotated[float, msgspec.Meta(ge=-65, le=65)]
    zone: str = "Europe/Paris"
    dusk_offset_min: OffsetMinutes = 10
    dawn_offset_min: OffsetMinutes = -10
    level_pct: Percent = 100.0
    steps: Annotated[tuple[Step, ...], msgspec.Meta(max_length=12)] = ()


class LightingState(msgspec.Struct):
    """The programmes in force by commune; `version` grows with every change."""

    programmes: dict[str, NightProgramme] = {}
    version: int = 0
