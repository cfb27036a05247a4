"""What may be asked about orders and lock-outs."""

from typing import Annotated, ClassVar
from uuid import UUID

import msgspec

from beffroi.model.scope import Move
from beffroi.model.time import Micros
from beffroi.orders.types import Command, Level, Selection
from beffroi.trade.action import Action

Reason = Annotated[str, msgspec.Meta(min_length=3, max_length=500)]
ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
Code = Annotated[str, msgspec.Meta(min_length=4, max_length=12, pattern=r"^[0-9]+$")]


class Request(Action, frozen=True, tag="orders.request"):
    """Ask a level until a time, or *retour au programme*, for a selection of light points.

    `incident` is the event for which it is given: the order is then among its links and in its report.
    """

    right: ClassVar[str] = "order"

    selection: Selection
    command: Command
    value: Level = 100.0
    until: Micros | None = None
    incident: UUID | None = None


class Approve(Action, frozen=True, tag="orders.approve"):
    """Approve, as the second person, the order that bears exactly this digest."""

    right: ClassVar[str] = "order_cut"

    order: UUID
    digest: str


class Refuse(Action, frozen=True, tag="orders.refuse"):
    """Refuse an order that waits for a second person."""

    right: ClassVar[str] = "order_cut"

    order: UUID
    reason: Reason


class Cancel(Action, frozen=True, tag="orders.cancel"):
    """Withdraw what has not left yet."""

    right: ClassVar[str] = "order"

    order: UUID


class BreakGlass(Action, frozen=True, tag="orders.break_glass"):
    """*Passer outre*: go without the second person, who must countersign within 24 hours."""

    right: ClassVar[str] = "order"

    order: UUID
    reason: Reason


class Countersign(Action, frozen=True, tag="orders.countersign"):
    """Countersign an order that went without its second person."""

    right: ClassVar[str] = "order_cut"

    order: UUID


class MarkSent(Action, frozen=True, tag="orders.mark_sent"):
    """Tell that the frames left; `locked` lists the points stopped by a lock-out at the last moment."""

    order: UUID
    locked: tuple[int, ...] = ()


class Settle(Action, frozen=True, tag="orders.settle"):
    """Tell what became of some points: positions in the order's targets, by state name."""

    order: UUID
    results: dict[str, tuple[int, ...]]


class Expire(Action, frozen=True, tag="orders.expire"):
    """Let time do its work on one order: approval, validity, follow-up, end of the override."""

    order: UUID


class Consign(Action, frozen=True, tag="orders.consign"):
    """Lock a cabinet or circuit out for an electrician; `code` is the one the holder chose and will give to lift it."""

    right: ClassVar[str] = "consign"

    asset: UUID
    holder: ShortText
    certificate: ShortText
    code: Code


class Lift(Action, frozen=True, tag="orders.lift"):
    """Lift a lock-out with the code that its holder chose."""

    right: ClassVar[str] = "consign"

    asset: UUID
    certificate: ShortText
    code: Code


class NoteWrongCodes(Action, frozen=True, tag="orders.note_wrong_codes"):
    """Tell that a lock-out was asked to be lifted with wrong codes, again and again, lastly by somebody."""

    asset: UUID
    failures: int
    by: UUID | None = None


class Rescope(Action, frozen=True, tag="orders.rescope"):
    """Follow assets to the commune that the register now gives them; only a reaction asks for it."""

    moves: tuple[Move, ...]
