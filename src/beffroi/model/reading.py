"""Readings and what they cross: the words that the intake and the alarms share."""

from enum import IntEnum
from typing import Literal
from uuid import UUID

import msgspec

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
