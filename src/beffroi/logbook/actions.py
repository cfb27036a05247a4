"""What may be asked of the main courante."""

from typing import Annotated, ClassVar
from uuid import UUID

import msgspec

from beffroi.logbook.types import Compartment
from beffroi.model.scope import CITY, EventMove, Move, Scope
from beffroi.model.time import Micros
from beffroi.trade.action import Action

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Night = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
"""The local date of the evening on which the night began."""
Body = Annotated[str, msgspec.Meta(min_length=1, max_length=200_000)]


class Write(Action, frozen=True, tag="logbook.write"):
    """Write one line (`M`); the *heure des faits* is the action's own `happened_at`.

    `local` is the identity on the seat: the same one again writes nothing. `typed_at` is when it was typed there,
    said only of what waited: *saisie différée*.
    """

    right: ClassVar[str] = "logbook"

    text: Text
    asset: UUID | None = None
    incident: UUID | None = None
    compartment: Compartment = ""
    commune: Annotated[str, msgspec.Meta(max_length=8)] = ""
    """Whose line it is when it is about no place: of the commune, for whoever writes of that one only."""
    local: UUID | None = None
    typed_at: Micros | None = None


class Correct(Action, frozen=True, tag="logbook.correct"):
    """Write a *rectificatif* of an earlier line."""

    right: ClassVar[str] = "logbook"

    entry: UUID
    text: Text
    local: UUID | None = None
    typed_at: Micros | None = None


class Sign(Action, frozen=True, tag="logbook.sign"):
    """Put the *visa* on the lines of a compartment up to a position, all that are written when none is given.

    `signer` and `relief` are the relève's own: only a reaction gives them.
    """

    right: ClassVar[str] = "logbook"

    last: int | None = None
    compartment: Compartment = ""
    signer: UUID | None = None
    relief: UUID | None = None


class Note(Action, frozen=True, tag="logbook.note"):
    """Write an automatic line; only reactions ask for it. `code` and `params` are rendered at reading."""

    code: str
    params: dict[str, str] = {}
    asset: UUID | None = None
    scope: Scope = CITY
    incident: UUID | None = None


class FileReport(Action, frozen=True, tag="logbook.file_report"):
    """Keep the *compte rendu de nuit* made from the journal; asked once a night by its own service."""

    night: Night
    body: Body


class RemakeReport(Action, frozen=True, tag="logbook.remake_report"):
    """Keep the report of a night made again, once a line of it was entered late: a new version, corrections stay.

    `version` is the last one, on which it was made.
    """

    night: Night
    version: int
    body: Body


class AmendReport(Action, frozen=True, tag="logbook.amend_report"):
    """Correct the *compte rendu de nuit* by hand: a new version, those before it stay.

    `version` is the one that was read: another one written since refuses.
    """

    right: ClassVar[str] = "logbook"

    night: Night
    version: int
    body: Body


class Forget(Action, frozen=True, tag="logbook.forget"):
    """Empty the typed texts recorded before a time, or of one line of the journal; only a reaction asks for it."""

    before: Micros | None = None
    position: int | None = None


class Rescope(Action, frozen=True, tag="logbook.rescope"):
    """Follow assets to the commune that the register now gives them; only a reaction asks for it."""

    moves: tuple[Move, ...]


class FollowEvent(Action, frozen=True, tag="logbook.follow_event"):
    """Follow events that are masked, shown again or moved: what was written about them; only a reaction asks for it."""

    moves: tuple[EventMove, ...]
