"""The lines of the main courante."""

from typing import Literal
from uuid import UUID

import msgspec

from beffroi.model.scope import CITY, Scope
from beffroi.model.time import Micros

EntrySource = Literal["typed", "automatic"]


class Entry(msgspec.Struct, kw_only=True):
    """One line of the main courante.

    A typed line has `text`; an automatic one has `code` and `params`, rendered at reading. `corrects` names the line
    that this one rectifies: a *rectificatif* is a new line, the first one stays.
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
    position: int = 0
    scope: Scope = CITY


class LogbookState(msgspec.Struct):
    """The lines of the last days by identifier; older ones are read from the database."""

    entries: dict[UUID, Entry] = {}
