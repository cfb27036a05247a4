"""What happened to the main courante."""

from typing import ClassVar
from uuid import UUID

from beffroi.model.scope import CITY, Scope
from beffroi.model.time import Micros
from beffroi.trade.event import Event

PURPOSE = "logbook"
"""Why the texts of the main courante are kept."""


class Written(Event, frozen=True, tag="logbook.written"):
    """A person wrote a line; its text is erasable."""

    erasable: ClassVar[dict[str, str]] = {"text": PURPOSE}

    entry: UUID
    text: str
    asset: UUID | None = None
    scope: Scope = CITY


class Corrected(Event, frozen=True, tag="logbook.corrected"):
    """A person rectified a line by a new one."""

    erasable: ClassVar[dict[str, str]] = {"text": PURPOSE}

    entry: UUID
    corrects: UUID
    text: str
    asset: UUID | None = None
    scope: Scope = CITY


class Noted(Event, frozen=True, tag="logbook.noted"):
    """A reaction noted what matters of another line."""

    entry: UUID
    code: str
    params: dict[str, str]
    asset: UUID | None = None
    scope: Scope = CITY


class Forgotten(Event, frozen=True, tag="logbook.forgotten"):
    """Typed texts were emptied, as the journal's were: before a time, or of one position; `entries` are on screens."""

    entries: tuple[UUID, ...]
    before: Micros | None = None
    position: int | None = None
