"""Requests of citizens, the calls that brought them, and the messages owed to those who asked to be told."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from beffroi.model.scope import CITY, Scope
from beffroi.model.time import Micros

RequestState = Literal["recorded", "attached", "informed", "passed_on", "call_back", "closed"]
"""`recorded` waits for somebody, `attached` lives with its event, the others need nothing but `call_back`."""

Outcome = Literal["informed", "passed_on", "call_back"]
Source = Literal["phone", "counter", "mail", "web", "radio"]
Channel = Literal["none", "phone", "email", "sms"]
Step = Literal["recorded", "in_progress", "on_site", "done", "closed", "reopened"]
"""What the citizen is told, in the order of the work."""

Told = Literal["sent", "failed", "doubtful", "by_phone", "waived", "retry"]
CallState = Literal["waiting", "picking_up", "talking", "ended", "abandoned"]

OPEN_STATES: tuple[RequestState, ...] = ("recorded", "attached", "call_back")
PURPOSE = "requests"
"""Why the words of a caller are kept."""

Phone = Annotated[str, msgspec.Meta(pattern=r"^(?:\+?[0-9][0-9 .()/-]{2,24})?$(?!\n)")]
Email = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[^\s\x00-\x1f\x7f-\x9f@<>,;:\"()\[\]\\]{1,190}"
        r"\.[^\s\x00-\x1f\x7f-\x9f@<>,;:\"()\[\]\\]{2,63})?$(?!\n)"
    ),
]
"""Either may be empty: a union with "" would be checked against the pattern all the same.

What a mail server takes: ASCII before the @, a domain that IDNA may write (`exemple-é.fr`) after it. `$` alone lets a
line feed pass at the end, and `\\Z` is unknown to the browsers that read the same patterns.
"""

NamedPerson = Annotated[str, msgspec.Meta(max_length=120, pattern=r"^[^\x00-\x1f\x7f\u2028\u2029]*$(?!\n)")]
"""A name on one line: it is written in the head of a letter."""


class Contact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to reach somebody; kept apart from the journal until its end date."""

    name: NamedPerson = ""
    phone: Phone = ""
    email: Email = ""
    channel: Channel = "none"
    lang: Literal["fr", "en"] = "fr"

    @property
    def empty(self) -> bool:
        """Tell whether nothing of it could ever serve."""
        return not (self.name or self.phone or self.email)


class Request(msgspec.Struct, kw_only=True):
    """One request and where it stands. `code` is the citizen's; `round` grows when its event is reopened.

    `contact_until` is the end date of the contact kept for it, nothing when there is none. `step` is what the citizen
    may know; `reason` the code of the honest reason at the end, with `reason_text` when the room wrote one.
    """

    id: UUID
    code: str
    position: int
    happened_at: Micros
    recorded_at: Micros
    author: UUID | None
    state: RequestState
    source: Source = "phone"
    text: str = ""
    category: str = ""
    asset: UUID | None = None
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    scope: Scope = CITY
    shown_to: Scope | None = None
    """Where it comes back to once its event is shown again, or no longer holds it."""
    local: UUID | None = None
    call: str = ""
    incident: UUID | None = None
    came_from: UUID | None = None
    follows: UUID | None = None
    wants_event: bool = False
    sheet: str = ""
    passed_to: str = ""
    call_back_at: Micros | None = None
    attempts: int = 0
    step: Step = "recorded"
    round: int = 0
    expected_at: Micros | None = None
    reason: str = ""
    channel: Channel = "none"
    contact_until: Micros | None = None
    changed_at: Micros = 0
    ended_at: Micros | None = None

    @property
    def open(self) -> bool:
        """Tell whether somebody still owes something."""
        return self.state in OPEN_STATES


class Call(msgspec.Struct, kw_only=True):
    """One call of the exchange, by its unique name there. `number_known`: the number is kept apart, never here."""

    id: str
    state: CallState
    rang_at: Micros
    queue: str = ""
    extension: str = ""
    answered_at: Micros | None = None
    ended_at: Micros | None = None
    number_known: bool = False
    agent: UUID | None = None
    asked_at: Micros | None = None
    said: str = ""
    simulated: bool = False
    recalled: bool = False

    @property
    def owed(self) -> bool:
        """Tell whether somebody is on the line, or gave up and can still be called back."""
        return self.state in ("waiting", "picking_up", "talking") or (
            self.state == "abandoned" and self.number_known and not self.recalled
        )


class Owed(msgspec.Struct, kw_only=True):
    """One message owed to somebody: by machine (`email`, `sms`) or, for `phone`, by the room's voice."""

    id: UUID
    request: UUID
    step: Step
    round: int
    channel: Channel
    created_at: Micros
    state: Literal["waiting", "sending", "sent", "failed", "doubtful", "by_phone", "waived"] = "waiting"
    attempts: int = 0
    next_at: Micros = 0
    problem: str = ""


class RequestRow(msgspec.Struct, frozen=True, kw_only=True):
    """A request as screens show it: no name, no number."""

    id: UUID
    code: str
    state: RequestState
    step: Step
    source: Source
    text: str
    category: str
    place: str
    lon: float | None
    lat: float | None
    asset: UUID | None
    happened_at: Micros
    recorded_at: Micros
    author: UUID | None
    incident: UUID | None
    incident_number: str
    follows: UUID | None
    followers: int
    sheet: str
    passed_to: str
    call_back_at: Micros | None
    attempts: int
    expected_at: Micros | None
    reason: str
    channel: Channel
    has_contact: bool
    owed: tuple[Owed, ...]
    ended_at: Micros | None


class RequestsState(msgspec.Struct):
    """Requests that memory keeps by id, calls by the exchange's name, messages owed by id."""

    requests: dict[UUID, Request] = {}
    by_code: dict[str, UUID] = {}
    by_local: dict[UUID, UUID] = {}
    of_incident: dict[UUID, set[UUID]] = {}
    followers: dict[UUID, set[UUID]] = {}
    calls: dict[str, Call] = {}
    owed: dict[UUID, Owed] = {}
    owed_of: dict[UUID, set[UUID]] = {}
    contacts: dict[UUID | str, Micros] = {}
    """End date of each contact kept, by request or by call, of those that memory left as well."""
    contacts_end: Micros | None = None
    """No contact ends before this."""
    text_positions: dict[UUID, tuple[int, ...]] = {}
    """Journal lines, besides the first, that hold words of a request."""
