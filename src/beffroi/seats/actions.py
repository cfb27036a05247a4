"""What may be asked of desks and seats. Those without a right come through the seat's own routes or from the watch."""

from typing import Annotated, ClassVar
from uuid import UUID

import msgspec

from beffroi.seats.types import DeskName, DeskPlan
from beffroi.trade.action import Action

SeatName = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Desks = Annotated[tuple[DeskName, ...], msgspec.Meta(min_length=1, max_length=40)]
Item = Annotated[str, msgspec.Meta(min_length=1, max_length=80, pattern=r"^[a-z_]+(:[0-9a-f-]{36})?$")]


class SetDesks(Action, frozen=True, tag="seats.set_desks"):
    """Decide the desks of the room, in the order of the screens."""

    right: ClassVar[str] = "shift"

    desks: Annotated[tuple[DeskPlan, ...], msgspec.Meta(min_length=1, max_length=40)]


class Enrol(Action, frozen=True, tag="seats.enrol"):
    """Make a browser a seat of the room, by the digest of the secret that it keeps."""

    name: SeatName
    digest: str


class Rename(Action, frozen=True, tag="seats.rename"):
    """Give a seat another name."""

    right: ClassVar[str] = "logbook"

    seat: UUID
    name: SeatName


class Retire(Action, frozen=True, tag="seats.retire"):
    """Take a seat that holds nothing out of the room: its secret opens nothing any more."""

    right: ClassVar[str] = "shift"

    seat: UUID


class SignIn(Action, frozen=True, tag="seats.sign_in"):
    """Sit at a seat; during a relève, who was there stays beside for a while."""

    seat: UUID


class SignOut(Action, frozen=True, tag="seats.sign_out"):
    """Leave one's seat: what it holds must be held by somebody else within a minute."""

    right: ClassVar[str] = "logbook"

    seat: UUID


class Hold(Action, frozen=True, tag="seats.hold"):
    """Hold desks at one's own seat, free ones or those that nobody holds any more (*prise de poste*)."""

    right: ClassVar[str] = "logbook"

    seat: UUID
    desks: Desks


class HandOver(Action, frozen=True, tag="seats.hand_over"):
    """Hand desks over to another seat, in one action (« Allo Mairie → Veille »)."""

    right: ClassVar[str] = "logbook"

    desks: Desks
    to: UUID


class Disarm(Action, frozen=True, tag="seats.disarm"):
    """Close a desk until somebody holds it again: it is no longer to be held round the clock."""

    right: ClassVar[str] = "shift"

    desk: DeskName


class MarkUnheld(Action, frozen=True, tag="seats.unheld"):
    """Tell that nobody lives at the seat that holds a desk; only the watch asks for it."""

    desk: DeskName


class Resume(Action, frozen=True, tag="seats.resume"):
    """Tell that the seat of an unheld desk lives again; only the watch asks for it."""

    desk: DeskName


class BeginRelief(Action, frozen=True, tag="seats.begin_relief"):
    """Begin the relève of the desks of one's seat; the same one goes on when it is open already."""

    right: ClassVar[str] = "logbook"

    seat: UUID


class Tick(Action, frozen=True, tag="seats.tick"):
    """Tick, or untick, one item of a relève: a *consigne* read, the sound heard."""

    right: ClassVar[str] = "logbook"

    relief: UUID
    item: Item
    on: bool = True


class CancelRelief(Action, frozen=True, tag="seats.cancel_relief"):
    """Give up a relève begun by mistake."""

    right: ClassVar[str] = "logbook"

    relief: UUID


class SignRelief(Action, frozen=True, tag="seats.sign_relief"):
    """Sign a relève and the page that was read; its route keeps the page whose digest this is."""

    relief: UUID
    digest: str
