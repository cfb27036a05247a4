"""Work items in memory: those that are open."""

from typing import Literal
from uuid import UUID

import msgspec

from beffroi.model.kinds import Text
from beffroi.model.scope import CITY, Scope
from beffroi.model.time import Micros

Result = Literal["repaired", "no_fault_found", "duplicate", "not_ours", "cleared_itself", "explained"]
WITHOUT_RESULT: frozenset[str] = frozenset({"no_fault_found", "duplicate", "not_ours"})
"""Closing so asks for a reason (room.md rule 9)."""


class WorkItem(msgspec.Struct, kw_only=True):
    """One standing fault of one asset.

    `fault` is the name of the class that stands, `alarm` its record, `cause` the alarm after whose end it was left.
    `assigned_to` is a crew, never a person. `cleared_at` says that the fault left by itself once somebody had it.
    """

    id: UUID
    asset: UUID
    index: int
    kind: str
    fault: str
    opened_at: Micros
    scope: Scope = CITY
    priority: int = 4
    alarm: UUID | None = None
    cause: UUID | None = None
    assigned_to: str = ""
    assigned_at: Micros | None = None
    cleared_at: Micros | None = None
    closed_at: Micros | None = None
    result: str = ""
    reason: str = ""


class WorkState(msgspec.Struct):
    """The open items: by identifier, by (asset, fault), by asset, by alarm."""

    open: dict[UUID, WorkItem] = {}
    keys: dict[tuple[UUID, str], WorkItem] = {}
    by_asset: dict[UUID, dict[UUID, WorkItem]] = {}
    by_alarm: dict[UUID, WorkItem] = {}


class WorkRow(msgspec.Struct, kw_only=True):
    """One open item as a screen holds it."""

    id: UUID
    asset: UUID
    index: int
    kind: str
    fault: str
    label: Text
    priority: int
    code: str
    place: str
    commune: str
    opened_at: Micros
    alarm: UUID | None
    cause: UUID | None
    assigned_to: str
    cleared_at: Micros | None
    simulated: bool
