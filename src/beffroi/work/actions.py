"""What may be asked of work items."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

import msgspec

from beffroi.model.scope import Move
from beffroi.trade.action import Action

Crew = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Reason = Literal["", "access_refused", "fault_gone", "same_fault", "other_owner", "works_in_progress", "other"]


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A fault for which work is due."""

    asset: UUID
    fault: str
    alarm: UUID | None = None
    cause: UUID | None = None


class Open(Action, frozen=True, kw_only=True, tag="work.open"):
    """Open items for standing faults; only reactions ask for it. A fault that has an open item gets no second one."""

    faults: Annotated[list[Fault], msgspec.Meta(max_length=5_000)]


class Clear(Action, frozen=True, kw_only=True, tag="work.clear"):
    """Tell that a fault left by itself, or was explained by a cause; only reactions ask for it."""

    alarms: Annotated[list[UUID], msgspec.Meta(max_length=50_000)]
    explained_by: UUID | None = None


class Rescope(Action, frozen=True, kw_only=True, tag="work.rescope"):
    """Follow assets to the commune that the register now gives them; only a reaction asks for it."""

    moves: tuple[Move, ...]


class Assign(Action, frozen=True, kw_only=True, tag="work.assign"):
    """Give an item to a crew."""

    right: ClassVar[str] = "work"

    item: UUID
    crew: Crew


class Close(Action, frozen=True, kw_only=True, tag="work.close"):
    """Close an item with its result; a reason only when nothing was repaired."""

    right: ClassVar[str] = "work"

    item: UUID
    result: Literal["repaired", "no_fault_found", "duplicate", "not_ours"]
    reason: Reason = ""
