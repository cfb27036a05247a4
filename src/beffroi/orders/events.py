"""What happened to orders and lock-outs."""

from typing import ClassVar
from uuid import UUID

import msgspec

from beffroi.model.scope import CITY, Move, Scope
from beffroi.model.time import Micros
from beffroi.orders.types import Command, Selection
from beffroi.trade.event import Event


class Requested(Event, frozen=True, tag="orders.requested"):
    """An order was decided; `excluded` gives, by state name, the positions that will receive nothing.

    `approve_before` is set when a second person is needed. `digest` binds the approval to this exact order.
    """

    order: UUID
    command: Command
    value: float
    until: Micros | None
    selection: Selection
    targets: tuple[int, ...]
    excluded: dict[str, tuple[int, ...]]
    scopes: tuple[Scope, ...]
    not_after: Micros
    digest: str
    approve_before: Micros | None = None
    scope: Scope = CITY
    incident: UUID | None = None


class Approved(Event, frozen=True, tag="orders.approved"):
    """A second person approved the exact order."""

    order: UUID
    digest: str
    not_after: Micros
    scope: Scope = CITY


class Refused(Event, frozen=True, tag="orders.refused"):
    """A second person refused the order."""

    erasable: ClassVar[dict[str, str]] = {"reason": "orders"}

    order: UUID
    reason: str
    scope: Scope = CITY


class Cancelled(Event, frozen=True, tag="orders.cancelled"):
    """What had not left was withdrawn."""

    order: UUID
    scope: Scope = CITY


class GlassBroken(Event, frozen=True, tag="orders.glass_broken"):
    """The order went without its second person: to be countersigned before that time."""

    erasable: ClassVar[dict[str, str]] = {"reason": "orders"}

    order: UUID
    reason: str
    not_after: Micros
    countersign_before: Micros
    points: int = 0
    scope: Scope = CITY


class Countersigned(Event, frozen=True, tag="orders.countersigned"):
    """The missing second person countersigned."""

    order: UUID
    scope: Scope = CITY


class CountersignOverdue(Event, frozen=True, tag="orders.countersign_overdue"):
    """Nobody countersigned within 24 hours an order that went without its second person."""

    order: UUID
    points: int
    scope: Scope = CITY


class Sent(Event, frozen=True, tag="orders.sent"):
    """The frames left, except to the points locked out meanwhile."""

    order: UUID
    locked: tuple[int, ...]
    follow_until: Micros
    scope: Scope = CITY


class PointsSettled(Event, frozen=True, tag="orders.points_settled"):
    """The fate of some points is known, by state name."""

    order: UUID
    results: dict[str, tuple[int, ...]]
    scope: Scope = CITY


class Ended(Event, frozen=True, tag="orders.ended"):
    """Every point of the order has its result."""

    order: UUID
    counts: dict[str, int]
    scope: Scope = CITY


class Expired(Event, frozen=True, tag="orders.expired"):
    """The order was never sent in time: it will never leave."""

    order: UUID
    scope: Scope = CITY


class OverrideEnded(Event, frozen=True, tag="orders.override_ended"):
    """The overrides of this order came to their end: the points are back on their programme."""

    order: UUID
    scope: Scope = CITY


class Consigned(Event, frozen=True, tag="orders.consigned"):
    """A cabinet or circuit was locked out for an electrician."""

    # four digits are soon found from their hash: nobody reads it in the journal, and it soon leaves
    erasable: ClassVar[dict[str, str]] = {"holder": "consignation", "code_hash": "secret.lock"}

    lock: UUID
    asset: UUID
    holder: str
    certificate: str
    code_hash: str
    scope: Scope = CITY


class Lifted(Event, frozen=True, tag="orders.lifted"):
    """A lock-out was lifted by its holder."""

    lock: UUID
    asset: UUID
    scope: Scope = CITY


class CodesRefused(Event, frozen=True, tag="orders.codes_refused"):
    """Wrong codes were given for a lock-out, so many times that it must be known; `by` gave the last one."""

    lock: UUID
    asset: UUID
    failures: int
    by: UUID | None = None
    scope: Scope = CITY


class OrderScopes(msgspec.Struct, frozen=True, array_like=True):
    """The scopes of the points of one order."""

    order: UUID
    scopes: tuple[Scope, ...]


class Rescoped(Event, frozen=True, tag="orders.rescoped"):
    """Assets changed commune: the orders in memory that concern them have these scopes, their lock-outs the new one."""

    moves: tuple[Move, ...]
    orders: tuple[OrderScopes, ...]
    locks: tuple[UUID, ...]
