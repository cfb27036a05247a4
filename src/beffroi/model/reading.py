"""Readings and what they cross: the words that the intake and the alarms share."""

from enum import IntEnum
from typing import Any, Literal
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from beffroi.model.time import Micros


class Quality(IntEnum):
    """What is known of a point's value (OPC UA Part 8 in three words, plus silence)."""

    GOOD = 0
    OUT_OF_RANGE = 1
    STALE = 2
    NEVER = 3


class Reading(msgspec.Struct, frozen=True):
    """One value of one point at its source time; `series` is the int32 index of the point in the live arrays."""

    series: int
    at: Micros
    value: float


def read_newest(
    newest: tuple[NDArray[np.int64], NDArray[np.float64]], column: NDArray[np.int32], assets: NDArray[np.integer[Any]]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return (source time µs, value) of a point for some assets by index; time 0 and NaN where nothing was heard.

    `newest` and `column` are `Live.arrays` and `Live.series_of` of the point: neither need know every asset or series.
    """
    times, values = newest
    at, value = np.zeros(len(assets), np.int64), np.full(len(assets), np.nan)
    listed = np.flatnonzero(assets < len(column))
    series = column[assets[listed]]
    held = (series >= 0) & (series < len(times))
    listed, series = listed[held], series[held]
    at[listed] = times[series]
    value[listed] = np.where(at[listed] > 0, values[series], np.nan)
    return at, value


Edge = Literal["raise", "clear"]


class Crossing(msgspec.Struct, frozen=True):
    """A rule of a point changed sides: the intake's outbox row that the alarms turn into a state.

    `id` grows by one in the outbox; `at` is the reading's own time, `late` says that a newer value was already known
    when it was judged (house convention 12).
    """

    id: int
    asset: UUID
    alarm_class: str
    edge: Edge
    at: Micros
    value: float | None = None
    late: bool = False
