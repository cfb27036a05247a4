"""Orders, what becomes of each of their points, overrides and lock-outs."""

from enum import IntEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from beffroi.model.geo import Position
from beffroi.model.ports import Lock
from beffroi.model.scope import Scope
from beffroi.model.time import Micros

Command = Literal["level_pct", "programme"]
OrderState = Literal["waiting", "approved", "following", "ended", "refused", "cancelled", "expired"]
Level = Annotated[float, msgspec.Meta(ge=0, le=100)]

SAFE_LEVEL_PCT = 100.0
"""Full light needs neither second person nor reason (room.md rule 8)."""


class PointState(IntEnum):
    """What became of one point of an order; the result lists them in this order of urgency: see RESULT_ORDER."""

    PENDING = 0
    SENT = 1
    ACCEPTED = 2
    CONFIRMED = 3
    NO_ANSWER = 4
    MISMATCH = 5
    NOT_VERIFIABLE = 6
    LOCKED = 7
    REFUSED = 8
    EXPIRED = 9
    NOT_MANAGED = 10
    CABINET_ONLY = 11


OPEN_STATES = (PointState.PENDING, PointState.SENT, PointState.ACCEPTED)
RESULT_ORDER = (
    PointState.LOCKED,
    PointState.MISMATCH,
    PointState.REFUSED,
    PointState.NO_ANSWER,
    PointState.EXPIRED,
    PointState.NOT_MANAGED,
    PointState.CABINET_ONLY,
    PointState.NOT_VERIFIABLE,
    PointState.PENDING,
    PointState.SENT,
    PointState.ACCEPTED,
    PointState.CONFIRMED,
)


class Selection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Which light points an order is for: exactly one of these, as named on screen or drawn on the map.

    `assets` light points; `parents` circuits, cabinets or cabinet groups; `street` in a commune (INSEE); `commune`;
    `polygon` in degrees; `everything` the whole city.
    """

    assets: tuple[UUID, ...] = ()
    parents: tuple[UUID, ...] = ()
    street: str = ""
    commune: str = ""
    polygon: Annotated[tuple[Position, ...], msgspec.Meta(max_length=500)] = ()
    everything: bool = False


class Order(msgspec.Struct, kw_only=True):
    """One order and where it stands. `targets` are asset indexes, `states` one PointState for each."""

    id: UUID
    command: Command
    value: float
    until: Micros | None
    selection: Selection
    targets: NDArray[np.int32]
    states: NDArray[np.uint8]
    scopes: tuple[Scope, ...]
    state: OrderState
    requested_by: UUID | None
    requested_at: Micros
    not_after: Micros
    digest: str
    approve_before: Micros | None = None
    approved_by: UUID | None = None
    broke_glass: bool = False
    countersign_before: Micros | None = None
    countersigned_by: UUID | None = None
    countersign_overdue: bool = False
    sent_at: Micros | None = None
    follow_until: Micros | None = None
    ended_at: Micros | None = None

    @property
    def safe(self) -> bool:
        """Tell whether the order goes in the direction that needs nobody else."""
        return self.command == "programme" or self.value >= SAFE_LEVEL_PCT

    @property
    def owed(self) -> bool:
        """Tell whether a second person must still countersign."""
        return self.broke_glass and self.countersigned_by is None

    def counts(self) -> dict[str, int]:
        """Return how many points stand in each state, the most urgent first, absent ones left out."""
        found = np.bincount(self.states, minlength=len(PointState))
        return {state.name.lower(): int(found[state]) for state in RESULT_ORDER if found[state]}


class Override(msgspec.Struct, frozen=True):
    """A *forçage* in force on one light point."""

    level_pct: float
    until: Micros
    order: UUID


class LockRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A *consignation* with what lifting it asks: the code that the holder chose, kept as a salted hash."""

    id: UUID
    asset: UUID
    holder: str
    certificate: str
    since: Micros
    placed_by: UUID | None
    code_hash: str
    scope: Scope

    @property
    def lock(self) -> Lock:
        """Return what other trades may know of it."""
        return Lock(self.asset, self.holder, self.certificate, self.since)


class OrdersState(msgspec.Struct):
    """Orders not forgotten yet by id, overrides by asset index, lock-outs by asset; versions grow with each change.

    The overrides of one order share one record.
    """

    orders: dict[UUID, Order] = {}
    overrides: dict[int, Override] = {}
    locks: dict[UUID, LockRecord] = {}
    locks_version: int = 0
    overrides_version: int = 0

    def holding(self) -> set[UUID]:
        """Return the orders that still have live overrides."""
        # by record first: 34,000 points of one order are compared as one
        records = {id(override): override for override in self.overrides.values()}
        return {override.order for override in records.values()}
