"""What happened to the main courante."""

from typing import ClassVar
from uuid import UUID

from beffroi.logbook.types import Compartment
from beffroi.model.scope import CITY, EventMove, Move, Scope
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
    incident: UUID | None = None
    local: UUID | None = None
    typed_at: Micros | None = None


class Corrected(Event, frozen=True, tag="logbook.corrected"):
    """A person rectified a line by a new one."""

    erasable: ClassVar[dict[str, str]] = {"text": PURPOSE}

    entry: UUID
    corrects: UUID
    text: str
    asset: UUID | None = None
    scope: Scope = CITY
    incident: UUID | None = None
    local: UUID | None = None
    typed_at: Micros | None = None


class Noted(Event, frozen=True, tag="logbook.noted"):
    """A reaction noted what matters of another line."""

    entry: UUID
    code: str
    params: dict[str, str]
    asset: UUID | None = None
    scope: Scope = CITY
    incident: UUID | None = None


class Signed(Event, frozen=True, tag="logbook.signed"):
    """Somebody put the visa on a range of lines (positions of the journal, both ends included)."""

    visa: UUID
    first: int
    last: int
    lines: int
    signer: UUID | None
    compartment: Compartment = ""
    relief: UUID | None = None


class ReportFiled(Event, frozen=True, tag="logbook.report_filed"):
    """The report of a night was made from the journal; `report` is its version, above 1 when it was made again."""

    erasable: ClassVar[dict[str, str]] = {"body": PURPOSE}

    night: str
    body: str
    report: int = 1


class ReportAmended(Event, frozen=True, tag="logbook.report_amended"):
    """The report of a night was corrected by hand."""

    erasable: ClassVar[dict[str, str]] = {"body": PURPOSE}

    night: str
    report: int
    """Number of this version of the report."""
    body: str


class Forgotten(Event, frozen=True, tag="logbook.forgotten"):
    """Typed texts were emptied, as the journal's were: before a time, or of one position; `entries` are on screens."""

    entries: tuple[UUID, ...]
    before: Micros | None = None
    position: int | None = None


class Rescoped(Event, frozen=True, tag="logbook.rescoped"):
    """Assets changed commune and the room's lines about them followed; `entries` are those in memory.

    A line of a compartment keeps it: only where it happened is told anew.
    """

    moves: tuple[Move, ...]
    entries: tuple[UUID, ...] = ()


class FollowedEvent(Event, frozen=True, tag="logbook.followed_event"):
    """Events were masked, shown again or moved, and the lines about them followed; `entries` are those in memory."""

    moves: tuple[EventMove, ...]
    entries: tuple[UUID, ...] = ()
