"""What may be asked of the journal itself: it only ever grows; texts may leave, by purpose or by line."""

from typing import Annotated, ClassVar

import msgspec

from beffroi.model.time import Micros
from beffroi.trade.action import Action

Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class Erase(Action, frozen=True, tag="journal.erase"):
    """Erase the texts of a purpose recorded before a time: their retention is over."""

    purpose: str
    before: Micros


class EraseLine(Action, frozen=True, tag="journal.erase_line"):
    """Erase the texts of one line, for the reason given: a person's request, words that had no place there."""

    right: ClassVar[str] = "settings"

    position: Annotated[int, msgspec.Meta(ge=1)]
    reason: Reason


class NoteExport(Action, frozen=True, tag="journal.note_export"):
    """Record that somebody took an export."""

    first: int
    last: int
    lines: int
    filters: dict[str, str]
    with_bodies: bool


class NoteBroken(Action, frozen=True, tag="journal.note_broken"):
    """Record that the chain no longer follows what had been signed."""

    code: str
    at_position: int


class NoteReading(Action, frozen=True, tag="journal.note_reading"):
    """Record that somebody read personal data of a line."""

    position: int
    fields: tuple[str, ...]
