"""What happened to requests and calls. No event holds a name, a number or an address of a person."""

from typing import ClassVar
from uuid import UUID

from beffroi.model.scope import CITY, EventMove, Scope
from beffroi.model.scope import Move as ScopeMove
from beffroi.model.time import Micros
from beffroi.requests.types import PURPOSE, Channel, Outcome, RequestState, Source, Step, Told
from beffroi.trade.event import Event


class Recorded(Event, frozen=True, tag="requests.recorded"):
    """Somebody told something; `confirmation` is the message owed at once, when a channel was chosen.

    The place and to whom it was passed on are typed freely, or were chosen for one person: they leave with the words.
    """

    erasable: ClassVar[dict[str, str]] = {"text": PURPOSE, "place": PURPOSE, "passed_to": PURPOSE}

    request: UUID
    code: str
    text: str
    state: RequestState
    source: Source
    category: str = ""
    place: str = ""
    asset: UUID | None = None
    lon: float | None = None
    lat: float | None = None
    call: str = ""
    incident: UUID | None = None
    follows: UUID | None = None
    wants_event: bool = False
    sheet: str = ""
    passed_to: str = ""
    call_back_at: Micros | None = None
    channel: Channel = "none"
    contact_until: Micros | None = None
    confirmation: UUID | None = None
    step: Step = "recorded"
    local: UUID | None = None
    scope: Scope = CITY


class Attached(Event, frozen=True, tag="requests.attached"):
    """A request joined an event, or left it (`left`) when `incident` is nothing."""

    request: UUID
    incident: UUID | None
    left: UUID | None = None
    scope: Scope = CITY


class Moved(Event, frozen=True, tag="requests.moved"):
    """Requests went over to the event that theirs was joined to, or came back from it."""

    requests: tuple[UUID, ...]
    before: UUID
    incident: UUID
    back: bool = False
    scope: Scope = CITY


class Rescoped(Event, frozen=True, tag="requests.rescoped"):
    """Requests about assets followed them to another commune; the trade stays the one of what was told."""

    requests: tuple[UUID, ...]
    moves: tuple[ScopeMove, ...]


class FollowedEvent(Event, frozen=True, tag="requests.followed_event"):
    """Requests were hidden with the event that holds them, or came back with it."""

    requests: tuple[UUID, ...]
    moves: tuple[EventMove, ...]


class Followed(Event, frozen=True, tag="requests.followed"):
    """A request follows another one."""

    request: UUID
    follows: UUID
    incident: UUID | None
    scope: Scope = CITY


class Settled(Event, frozen=True, tag="requests.answered"):
    """A request was answered, passed on, or is to be called back."""

    erasable: ClassVar[dict[str, str]] = {"passed_to": PURPOSE}

    request: UUID
    outcome: Outcome
    sheet: str = ""
    passed_to: str = ""
    call_back_at: Micros | None = None
    scope: Scope = CITY


class CalledBack(Event, frozen=True, tag="requests.called_back"):
    """Somebody called back: reached, or to be tried again."""

    request: UUID
    reached: bool
    again_at: Micros | None = None
    scope: Scope = CITY


class Corrected(Event, frozen=True, tag="requests.corrected"):
    """What was written was corrected: all as it now stands, but words that stay, which no second line repeats."""

    erasable: ClassVar[dict[str, str]] = {"text": PURPOSE, "place": PURPOSE}

    request: UUID
    text: str
    place: str
    category: str
    asset: UUID | None
    lon: float | None
    lat: float | None
    scope: Scope = CITY
    shown_to: Scope | None = None
    """Where one hidden with its event comes back to, when its place was corrected meanwhile."""
    same_text: bool = False
    same_place: bool = False


class ContactSet(Event, frozen=True, tag="requests.contact_set"):
    """A contact was written beside the journal, to be erased at that date."""

    request: UUID
    channel: Channel
    until: Micros
    confirmation: UUID | None = None
    step: Step = "recorded"
    round: int = 0
    scope: Scope = CITY


class ContactRead(Event, frozen=True, tag="requests.contact_read"):
    """Somebody read a contact: who is the line's author."""

    request: UUID | None
    call: str
    fields: tuple[str, ...]
    scope: Scope = CITY


class Forgotten(Event, frozen=True, tag="requests.forgotten"):
    """Contacts were erased: at their date, or with the words at the person's request."""

    requests: tuple[UUID, ...]
    calls: tuple[str, ...] = ()
    on_request: bool = False
    positions: tuple[int, ...] = ()
    """Journal lines whose words must leave as well."""


class TextsForgotten(Event, frozen=True, tag="requests.texts_forgotten"):
    """Words were emptied, as the journal's were."""

    requests: tuple[UUID, ...]
    before: Micros | None = None
    position: int | None = None


class Progressed(Event, frozen=True, tag="requests.progressed"):
    """The requests of an event moved on with it; `messages` are owed, in the order of the requests."""

    incident: UUID | None
    requests: tuple[UUID, ...]
    step: Step
    reason: str = ""
    expected_at: Micros | None = None
    messages: tuple[UUID | None, ...] = ()
    scope: Scope = CITY


class ToldEvent(Event, frozen=True, tag="requests.told"):
    """What became of a message owed."""

    message: UUID
    request: UUID
    step: Step
    channel: Channel
    result: Told
    problem: str = ""
    next_at: Micros | None = None
    scope: Scope = CITY


class Rang(Event, frozen=True, tag="requests.rang"):
    """A call entered a queue."""

    call: str
    queue: str
    number_until: Micros | None = None
    said: str = ""
    simulated: bool = False


class PickUpAsked(Event, frozen=True, tag="requests.pick_up_asked"):
    """An agent asked the exchange for the call."""

    call: str
    extension: str


class PickUpFailed(Event, frozen=True, tag="requests.pick_up_failed"):
    """The exchange did not bring the call to whom asked for it: it waits for anybody again."""

    call: str
    refused: bool


class CallAnswered(Event, frozen=True, tag="requests.call_answered"):
    """An agent has the caller on the line."""

    call: str
    extension: str


class CallEnded(Event, frozen=True, tag="requests.hung_up"):
    """The call is over; abandoned when nobody had answered."""

    call: str
    abandoned: bool


class CallRecalled(Event, frozen=True, tag="requests.recalled"):
    """A caller who gave up needs nothing more."""

    call: str
