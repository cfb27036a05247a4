"""The standby pack: sections of lines, blank forms, and until when it may be kept."""

from typing import Any, Protocol

import msgspec

from beffroi.model.ports import City
from beffroi.model.time import HOUR, Micros
from beffroi.trade.doors import Caller

KEPT_FOR = 24 * HOUR
"""Names and phones leave the seat's disk, and the paper the room, this long after the pack was made."""


class Section(msgspec.Struct, kw_only=True):
    """One table of the pack, as text in the reader's language; `left_out` lines beyond what paper can hold."""

    name: str
    title: str
    columns: list[str]
    rows: list[list[str]] = []
    empty: str = ""
    left_out: int = 0
    personal: bool = False


class Form(msgspec.Struct, kw_only=True):
    """A blank form: labelled fields, then lines to fill under column heads."""

    name: str
    title: str
    fields: list[str]
    columns: list[str] = []
    lines: int = 0


class Pack(msgspec.Struct, kw_only=True):
    """What one person may see of the post, at one time (µs UTC); to be destroyed after `until`."""

    made_at: Micros
    until: Micros
    made: str
    ends: str
    reader: str
    title: str
    warning: str
    lang: str
    zone: str
    simulated: bool
    sections: list[Section]
    forms: list[Form]


class Rooms(Protocol):
    """What the pack reads of the core."""

    @property
    def city(self) -> City:
        """Return the trades as ports."""

    @property
    def zone(self) -> str:
        """Return the name of the city's time zone."""

    @property
    def demo(self) -> bool:
        """Tell whether this is a demonstration."""

    def state(self, trade: str) -> Any:
        """Return the present state of a trade."""


class Reader(msgspec.Struct, frozen=True):
    """For whom a pack is made, in which language, at what time."""

    rooms: Rooms
    caller: Caller
    lang: str
    now: Micros
