"""What may be asked about requests and calls."""

from typing import Annotated, ClassVar
from uuid import UUID

import msgspec

from beffroi.model.scope import EventMove
from beffroi.model.scope import Move as ScopeMove
from beffroi.model.time import Micros
from beffroi.requests.types import Contact, Outcome, Source, Step, Told
from beffroi.trade.action import Action

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Short = Annotated[str, msgspec.Meta(max_length=200)]
Name = Annotated[str, msgspec.Meta(max_length=80)]
CallName = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Lon = Annotated[float, msgspec.Meta(ge=-180, le=180)]
Lat = Annotated[float, msgspec.Meta(ge=-90, le=90)]


class Record(Action, frozen=True, tag="requests.record"):
    """Record what somebody tells: only what and where are asked for, the contact is kept apart until its end date.

    `incident` attaches it, `follows` makes it a follower of another request, `open` asks for a new event, `outcome`
    ends it at once.
    """

    right: ClassVar[str] = "requests"

    text: Words
    place: Short = ""
    category: Name = ""
    asset: UUID | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    commune: Name = ""
    trade: Name = ""
    source: Source = "phone"
    call: Annotated[str, msgspec.Meta(max_length=80)] = ""
    contact: Contact | None = None
    incident: UUID | None = None
    follows: UUID | None = None
    open: bool = False
    outcome: Outcome | None = None
    sheet: Name = ""
    passed_to: Short = ""
    call_back_at: Micros | None = None
    local: UUID | None = None


class Attach(Action, frozen=True, tag="requests.attach"):
    """Attach a request to an event of the room."""

    right: ClassVar[str] = "requests"

    request: UUID
    incident: UUID


class Detach(Action, frozen=True, tag="requests.detach"):
    """Take a request out of its event: it waits again."""

    right: ClassVar[str] = "requests"

    request: UUID


class Follow(Action, frozen=True, tag="requests.follow"):
    """Say that a request tells what another one told already: it follows it instead of being a duplicate."""

    right: ClassVar[str] = "requests"

    request: UUID
    follows: UUID


class Settle(Action, frozen=True, tag="requests.outcome"):
    """End a request that is no street fault, or put it off: *renseigné*, *transféré*, *à rappeler*."""

    right: ClassVar[str] = "requests"

    request: UUID
    outcome: Outcome
    sheet: Name = ""
    passed_to: Short = ""
    call_back_at: Micros | None = None


class CallBack(Action, frozen=True, tag="requests.call_back"):
    """Say how calling somebody back went; not reached: when to try again."""

    right: ClassVar[str] = "requests"

    request: UUID
    reached: bool
    again_at: Micros | None = None


class Close(Action, frozen=True, tag="requests.close"):
    """Close a request that belongs to no event, with the honest reason that its author will read."""

    right: ClassVar[str] = "requests"

    request: UUID
    reason: Annotated[str, msgspec.Meta(pattern=r"^[a-z_]{2,40}$")]


class Correct(Action, frozen=True, tag="requests.correct"):
    """Correct what was written; fields left out stay as they are."""

    right: ClassVar[str] = "requests"

    request: UUID
    text: Words | None = None
    place: Short | None = None
    category: Name | None = None
    asset: UUID | None = None
    lon: Lon | None = None
    lat: Lat | None = None


class SetContact(Action, frozen=True, tag="requests.set_contact"):
    """Write how to reach the person, or another channel to be told by."""

    right: ClassVar[str] = "callers"

    request: UUID
    contact: Contact


class Forget(Action, frozen=True, tag="requests.forget"):
    """Erase the contact and the words of one person, at his request."""

    right: ClassVar[str] = "callers"

    request: UUID


class ForgetPerson(Action, frozen=True, tag="requests.forget_person"):
    """Erase everything kept of one person: found in the rows by the route that asks for it, never by memory alone."""

    requests: tuple[UUID, ...]
    calls: tuple[str, ...] = ()
    positions: tuple[int, ...] = ()


class ForgetDue(Action, frozen=True, tag="requests.forget_due"):
    """Erase the contacts whose end date has come; only time asks for it."""


class ForgetTexts(Action, frozen=True, tag="requests.forget_texts"):
    """Empty the words recorded before a time, or of one journal line, as the journal's were."""

    before: Micros | None = None
    position: int | None = None


class NoteContactRead(Action, frozen=True, tag="requests.note_contact_read"):
    """Record that somebody read a contact: of a request or of a call."""

    request: UUID | None = None
    call: str = ""
    fields: tuple[str, ...] = ()


class Tell(Action, frozen=True, tag="requests.tell"):
    """Say how telling somebody by voice went, or send again what is doubtful or failed."""

    right: ClassVar[str] = "requests"

    message: UUID
    result: Told


class NoteTold(Action, frozen=True, tag="requests.told"):
    """Say what became of a message of a machine; `next_at` when it will be tried again."""

    message: UUID
    result: Told
    problem: Short = ""
    next_at: Micros | None = None


class Rescope(Action, frozen=True, tag="requests.rescope"):
    """Follow assets to the commune that the register now gives them; only a reaction asks for it."""

    moves: tuple[ScopeMove, ...]


class FollowEvent(Action, frozen=True, tag="requests.follow_event"):
    """Follow events that are masked or shown again: the requests attached; only a reaction asks for it."""

    moves: tuple[EventMove, ...]


class Move(Action, frozen=True, tag="requests.move"):
    """Take the requests of an event to the one it was joined to, or `back` when they part again."""

    before: UUID
    incident: UUID
    back: bool = False


class Progress(Action, frozen=True, tag="requests.progress"):
    """Tell the requests of an event how far it is."""

    incident: UUID
    step: Step
    reason: str = ""
    expected_at: Micros | None = None


class Rang(Action, frozen=True, tag="requests.rang"):
    """A call entered a queue of the exchange; its number is kept apart."""

    call: CallName
    queue: Name = ""
    number: Annotated[str, msgspec.Meta(max_length=40)] = ""
    said: Annotated[str, msgspec.Meta(max_length=600)] = ""
    simulated: bool = False


class PickUpFailed(Action, frozen=True, tag="requests.pick_up_failed"):
    """The call still waits at the exchange; `refused_at` when it refused to bring it to the extension."""

    call: CallName
    refused_at: Micros | None = None


class Answered(Action, frozen=True, tag="requests.answered_call"):
    """An agent has the caller on the line."""

    call: CallName
    extension: Name = ""


class HungUp(Action, frozen=True, tag="requests.hung_up"):
    """The call is over."""

    call: CallName


class PickUp(Action, frozen=True, tag="requests.pick_up"):
    """Take the call on one's own extension (*décrocher*): asked of the exchange, which stays in charge."""

    right: ClassVar[str] = "requests"

    call: CallName
    extension: Annotated[str, msgspec.Meta(max_length=20, pattern=r"^[0-9A-Za-z*#]*$")] = ""


class Recalled(Action, frozen=True, tag="requests.recalled"):
    """Say that a caller who gave up was called back, or needs not be."""

    right: ClassVar[str] = "requests"

    call: CallName
