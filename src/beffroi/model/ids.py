"""Identity: UUIDv7 made in code (RFC 9562 §5.7), so that keys sort by age and no database function is needed."""

import secrets
from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from beffroi.model.time import MILLISECOND, Micros

RandomBits = Callable[[int], int]


class Ids(Protocol):
    """A maker of new identifiers; logic receives it so that a rehearsal can repeat itself."""

    def new(self) -> UUID:
        """Return an identifier never returned before."""


def uuid7(now: Micros, random_bits: RandomBits) -> UUID:
    """Return the UUIDv7 of a time in µs and 74 random bits."""
    value = ((now // MILLISECOND) & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76
    value |= random_bits(12) << 64
    value |= 0b10 << 62
    value |= random_bits(62)
    return UUID(int=value)


class ClockIds:
    """Makes UUIDv7 from a clock and a source of random bits (the system's by default)."""

    def __init__(self, now: Callable[[], Micros], random_bits: RandomBits = secrets.randbits) -> None:
        self._now = now
        self._random_bits = random_bits

    def new(self) -> UUID:
        """Return a new UUIDv7 stamped with the clock's time."""
        return uuid7(self._now(), self._random_bits)
