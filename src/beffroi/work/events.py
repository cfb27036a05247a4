"""What happened to work items."""

from uuid import UUID

from beffroi.model.scope import Move, Scope
from beffroi.trade.event import Event


class WorkEvent(Event, frozen=True, omit_defaults=True):
    """Base of the events of one item."""

    item: UUID
    asset: UUID
    scope: Scope


class Opened(WorkEvent, frozen=True, omit_defaults=True, tag="work.opened"):
    """Work is due for a standing fault."""

    index: int
    kind: str
    fault: str
    priority: int = 4
    alarm: UUID | None = None
    cause: UUID | None = None


class Assigned(WorkEvent, frozen=True, omit_defaults=True, tag="work.assigned"):
    """A crew has it."""

    crew: str


class Cleared(WorkEvent, frozen=True, omit_defaults=True, tag="work.cleared"):
    """The fault left by itself while a crew had it: the crew is told, people close."""


class Closed(WorkEvent, frozen=True, omit_defaults=True, tag="work.closed"):
    """The item is over; by itself when the fault left or was explained before any crew had it."""

    result: str
    reason: str = ""
    explained_by: UUID | None = None


class Rescoped(Event, frozen=True, omit_defaults=True, tag="work.rescoped"):
    """Assets changed commune and every item they ever had followed; `items` are the open ones."""

    moves: tuple[Move, ...]
    items: tuple[UUID, ...] = ()


EVENTS: tuple[type[Event], ...] = (Opened, Assigned, Cleared, Closed, Rescoped)
