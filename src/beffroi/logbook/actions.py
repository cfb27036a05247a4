"""What may be asked of the main courante."""

from typing import Annotated, ClassVar
from uuid import UUID

import msgspec

from beffroi.model.scope import CITY, Scope
from beffroi.model.time import Micros
from beffroi.trade.action import Action

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class Write(Action, frozen=True, tag="logbook.write"):
    """Write one line (`M`); the *heure des faits* is the action's own `happened_at`."""

    right: ClassVar[str] = "logbook"

    text: Text
    asset: UUID | None = None


class Correct(Action, frozen=True, tag="logbook.correct"):
    """Write a *rectificatif* of an earlier line."""

    right: ClassVar[str] = "logbook"

    entry: UUID
    text: Text


class Note(Action, frozen=True, tag="logbook.note"):
    """Write an automatic line; only reactions ask for it. `code` and `params` are rendered at reading."""

    code: str
    params: dict[str, str] = {}
    asset: UUID | None = None
    scope: Scope = CITY


class Forget(Action, frozen=True, tag="logbook.forget"):
    """Empty the typed texts recorded before a time, or of one line of the journal; only a reaction asks for it."""

    before: Micros | None = None
    position: int | None = None
