"""What happened to the journal itself."""

from typing import ClassVar

from beffroi.model.time import Micros
from beffroi.trade.event import Event


class Erased(Event, frozen=True, tag="journal.erased"):
    """The texts of a purpose recorded before a time were erased; the verifier holds every gap against such a line."""

    purpose: str
    before: Micros


class LineErased(Event, frozen=True, tag="journal.line_erased"):
    """The texts of one line were erased."""

    erasable: ClassVar[dict[str, str]] = {"reason": "journal"}

    position: int
    reason: str


class Exported(Event, frozen=True, tag="journal.exported"):
    """Somebody took an export: who is the line's author."""

    first: int
    last: int
    lines: int
    filters: dict[str, str]
    with_bodies: bool


class PersonalDataRead(Event, frozen=True, tag="journal.personal_data_read"):
    """Somebody read personal data of a line: who is the line's author."""

    position: int
    fields: tuple[str, ...]


class ChainBroken(Event, frozen=True, tag="journal.chain_broken"):
    """The chain no longer follows what had been signed: somebody touched the database, or a backup was restored."""

    code: str
    at_position: int
