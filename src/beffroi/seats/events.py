"""What happened to desks and seats. No name of a person is here: accounts only.

`said` names desks and seats as they were called then, for the sentences of the main courante.
"""

from uuid import UUID

from beffroi.model.time import Micros
from beffroi.seats.types import DeskPlan
from beffroi.trade.event import Event


class DesksSet(Event, frozen=True, tag="seats.desks_set"):
    """The desks of the room were decided; `removed` are those that are no more."""

    desks: tuple[DeskPlan, ...]
    removed: tuple[str, ...] = ()


class Enrolled(Event, frozen=True, tag="seats.enrolled"):
    """A browser became a seat of the room."""

    seat: UUID
    name: str
    digest: str


class Renamed(Event, frozen=True, tag="seats.renamed"):
    """A seat has another name."""

    seat: UUID
    name: str


class Retired(Event, frozen=True, tag="seats.retired"):
    """A seat left the room."""

    seat: UUID


class SignedIn(Event, frozen=True, tag="seats.signed_in"):
    """Somebody sits at a seat; `beside` is who hands over to him."""

    seat: UUID
    account: UUID
    beside: UUID | None = None
    beside_until: Micros | None = None


class SignedOut(Event, frozen=True, tag="seats.signed_out"):
    """Nobody sits at a seat any more."""

    seat: UUID
    account: UUID | None


class Held(Event, frozen=True, tag="seats.held"):
    """A seat holds a desk; `before` is the one that did."""

    desk: str
    seat: UUID
    before: UUID | None = None
    said: dict[str, str] = {}


class HandedOver(Event, frozen=True, tag="seats.handed_over"):
    """A desk went from a seat to another."""

    desk: str
    seat: UUID
    before: UUID
    said: dict[str, str] = {}


class Disarmed(Event, frozen=True, tag="seats.disarmed"):
    """A desk was closed."""

    desk: str
    before: UUID
    said: dict[str, str] = {}


class Unheld(Event, frozen=True, tag="seats.unheld"):
    """Nobody lives at the seat that holds a desk."""

    desk: str
    seat: UUID
    said: dict[str, str] = {}


class Resumed(Event, frozen=True, tag="seats.resumed"):
    """The seat of an unheld desk lives again."""

    desk: str
    seat: UUID
    said: dict[str, str] = {}


class ReliefBegun(Event, frozen=True, tag="seats.relief_begun"):
    """A relève began; `since` is the time of the one before."""

    relief: UUID
    seat: UUID
    desks: tuple[str, ...]
    outgoing: UUID | None
    since: Micros


class Ticked(Event, frozen=True, tag="seats.ticked"):
    """An item of a relève was ticked or unticked."""

    relief: UUID
    seat: UUID
    item: str
    on: bool


class ReliefCancelled(Event, frozen=True, tag="seats.relief_cancelled"):
    """A relève was given up."""

    relief: UUID
    seat: UUID


class ReliefSigned(Event, frozen=True, tag="seats.relief_signed"):
    """A relève was signed by who takes over, with the digest of the page that was read."""

    relief: UUID
    seat: UUID
    desks: tuple[str, ...]
    incoming: UUID
    outgoing: UUID | None
    digest: str
    said: dict[str, str] = {}
