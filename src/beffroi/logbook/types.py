"""The lines of the main courante."""

from typing import Literal
from uuid import UUID

import msgspec

from beffroi.model.scope import ANY, CITY, Scope
from beffroi.model.time import Micros

EntrySource = Literal["typed", "automatic"]
Compartment = Literal["", "police", "video"]
"""Police and video keep their own; the empty one is the room's."""

ROOM = Scope("", ANY, ANY)
"""A line about nothing in particular: of every trade."""

COMPARTMENTS: tuple[Compartment, ...] = ("police", "video")


class Entry(msgspec.Struct, kw_only=True):
    """One line of the main courante.

    A typed line has `text`; an automatic one has `code` and `params`, rendered at reading. `corrects` names the line
    that this one rectifies: a *rectificatif* is a new line, the first one stays. `typed_at` is set where the line
    waited on its seat (*saisie différée*).
    """

    id: UUID
    happened_at: Micros
    recorded_at: Micros
    source: EntrySource
    author: UUID | None = None
    text: str = ""
    code: str = ""
    params: dict[str, str] = {}
    asset: UUID | None = None
    corrects: UUID | None = None
    corrected_by: UUID | None = None
    incident: UUID | None = None
    local: UUID | None = None
    typed_at: Micros | None = None
    position: int = 0
    concealed: bool = False
    """It was written for the room, before its event was masked."""
    scope: Scope = CITY

    @property
    def compartment(self) -> Compartment:
        """Return whose main courante this line belongs to."""
        return compartment_of(self.scope)


def compartment_of(scope: Scope) -> Compartment:
    """Return the compartment of a scope."""
    for name in COMPARTMENTS:
        if scope.trade == name:
            return name
    return ""


class Visa(msgspec.Struct, frozen=True):
    """The signature under a range of lines, positions of the journal, both ends included."""

    id: UUID
    first: int
    last: int
    lines: int
    signed_by: UUID | None
    signed_at: Micros
    compartment: Compartment = ""
    relief: UUID | None = None


class Report(msgspec.Struct, frozen=True):
    """One version of the *compte rendu* of a night; the first is the machine's own."""

    night: str
    version: int
    recorded_at: Micros
    author: UUID | None
    body: str


class LogbookState(msgspec.Struct):
    """The lines of the last days by identifier; older ones are read from the database.

    `locals` are the seats' own identities of lines already written, the oldest first; `reports` the last version of
    the report of each night.
    """

    entries: dict[UUID, Entry] = {}
    locals: dict[UUID, UUID] = {}
    visas: dict[UUID, Visa] = {}
    reports: dict[str, int] = {}
