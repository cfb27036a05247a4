"""How an asset looks on the map: the numbers of docs/architecture.md, "Live arrays", and what alarms make of them."""

from collections.abc import Iterable
from enum import IntEnum, IntFlag

import numpy as np
from numpy.typing import NDArray

from beffroi.alarms.types import Alarm
from beffroi.model.time import Micros


class Look(IntEnum):
    """States of the map."""

    UNKNOWN = 0
    LIT = 1
    OFF = 2
    FAULT = 3
    STALE = 4
    NOT_MANAGED = 5
    LOCKED = 6
    NO_MAINS = 7
    DAY_BURNER = 8
    DARK_BY_NIGHT = 9
    OK = 10
    ALARM = 11


class Mark(IntFlag):
    """Flags of the map."""

    FORCED = 1
    CONSIGNED = 2
    CRITICAL = 4
    HIGH = 8
    MEDIUM = 16
    LOW = 32
    ACKNOWLEDGED = 64
    SIMULATED = 128
    CUT_BY_CLOCK = 256
    SHELVED = 512
    WORK_OPEN = 1024


RING_SHIFT = 11
RING_FULL = 31
"""What is left of an override, in thirty-firsts of its whole span, above the flags."""


def ring_left(begin: NDArray[np.int64], until: NDArray[np.int64], now: Micros) -> NDArray[np.uint8]:
    """Return what is left of spans (µs) in thirty-firsts, rounded up: 31 at the beginning, at least 1 to the end."""
    whole = np.maximum(until - begin, 1)
    left = np.ceil((until - now) / whole * RING_FULL)
    return np.asarray(left.clip(1, RING_FULL), np.uint8)


ANY_ALARM = Mark.CRITICAL | Mark.HIGH | Mark.MEDIUM | Mark.LOW
CALLING = frozenset({"unacknowledged", "returned", "latched_unacknowledged"})
_PRIORITY = {1: Mark.CRITICAL, 2: Mark.HIGH, 3: Mark.MEDIUM, 4: Mark.LOW}
_LOOK_OF = {
    "day_burner": Look.DAY_BURNER,
    "dark_by_night": Look.DARK_BY_NIGHT,
    "lamp_fault": Look.FAULT,
    "silent": Look.STALE,
    "mute": Look.STALE,
    "no_supply": Look.NO_MAINS,
    "no_mains": Look.NO_MAINS,
}
"""What an active condition of the asset itself shows, the strongest last."""

_RANKED = tuple(dict.fromkeys(_LOOK_OF.values()))
LOOK_OF_RANK = np.array([0, *_RANKED], np.uint8)
"""The look of each rank; rank 0 shows nothing."""


def rank_of(held: Iterable[Alarm]) -> int:
    """Return the rank of the strongest condition that stands among these, 0 for none."""
    looks = (_LOOK_OF.get(alarm.alarm_class) for alarm in held if alarm.active)
    return max((_RANKED.index(look) + 1 for look in looks if look is not None), default=0)


def marks_of(held: Iterable[Alarm]) -> int:
    """Return the flags that the alarms of one asset set."""
    marks = 0
    calling = False
    for alarm in held:
        if alarm.disposition:
            marks |= Mark.SHELVED
        elif alarm.shown:
            marks |= _PRIORITY.get(alarm.priority, Mark.LOW)
            calling |= alarm.state in CALLING
    return int(marks | (Mark.ACKNOWLEDGED if marks & ANY_ALARM and not calling else 0))
