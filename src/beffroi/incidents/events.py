"""What happened to events. `incident` is the key of every line, so that the time line is the journal filtered by it."""

from typing import ClassVar
from uuid import UUID

from beffroi.incidents.machine import State
from beffroi.incidents.types import Channel, ClockName, Closing, Link, Source, StepOutcome
from beffroi.model.scope import CITY, Move, Scope
from beffroi.model.time import Micros
from beffroi.trade.event import Event

PURPOSE = "incident"
"""Why the texts of events are kept."""
PHOTO = "personal.photo"
"""Why photographs and files are kept: they show people and plates."""


class IncidentEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Base of what happened to one event: which, visible to whom."""

    incident: UUID
    number: str
    scope: Scope = CITY


class Opened(IncidentEvent, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.opened"):
    """An event was opened: by a person (`what` is typed), or for an alarm (`links` and `reason` say which and why)."""

    erasable: ClassVar[dict[str, str]] = {"what": PURPOSE, "place": PURPOSE}

    year: int
    serial: int
    category: str
    what: str = ""
    place: str = ""
    asset: UUID | None = None
    lon: float | None = None
    lat: float | None = None
    source: Source = "other"
    priority: int = 3
    masked: bool = False
    checklist: str = ""
    checklist_version: int = 0
    links: tuple[Link, ...] = ()
    reason: str = ""
    reason_params: dict[str, str] = {}
    local: UUID | None = None


class Taken(IncidentEvent, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.taken"):
    """A person took it; `before` is from whom, when somebody had it."""

    by: UUID | None
    state: State
    local: UUID | None = None
    before: UUID | None = None


class Released(IncidentEvent, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.released"):
    """A person gave it back to the desk."""

    state: State
    local: UUID | None = None


class Corrected(IncidentEvent, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.corrected"):
    """What was entered was corrected; the fields that are present changed. `scope` is the new one."""

    erasable: ClassVar[dict[str, str]] = {"what": PURPOSE, "place": PURPOSE}

    what: str = ""
    place: str = ""
    changed: tuple[str, ...] = ()
    category: str = ""
    checklist: str = ""
    checklist_version: int = 0
    asset: UUID | None = None
    lon: float | None = None
    lat: float | None = None
    source: Source = "other"
    priority: int = 0
    first_at: Micros = 0
    local: UUID | None = None
    masked: bool = False


class Joined(IncidentEvent, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.joined"):
    """It was joined to another event, which holds it; `why` is a person's sentence, `reason` a reaction's."""

    erasable: ClassVar[dict[str, str]] = {"why": PURPOSE}

    into: UUID
    into_number: str
    before: State
    why: str = ""
    reason: str = ""
    reason_params: dict[str, str] = {}
    local: UUID | None = None


class JoinUndone(IncidentEvent, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.join_undone"):
    """It was parted from the event that held it; the two are never joined again."""

    into: UUID
    into_number: str
    state: State
    reason: str
    local: UUID | None = None
    holders: tuple[UUID, ...] = ()
    """The events that `into` was joined to in its turn: their lines told of this one."""


class Linked(IncidentEvent, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.linked"):
    """Something was attached to it; the sentence typed is `why`, a reaction's is in the link."""

    erasable: ClassVar[dict[str, str]] = {"why": PURPOSE}

    link: Link
    why: str = ""
    local: UUID | None = None


class Unlinked(IncidentEvent, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.unlinked"):
    """Something was parted from it, never to be attached again."""

    link: UUID
    subject: UUID | None = None
    reason: str
    local: UUID | None = None


class Stepped(IncidentEvent, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.stepped"):
    """A step of the checklist was answered."""

    erasable: ClassVar[dict[str, str]] = {"note": PURPOSE}

    step: str
    outcome: StepOutcome
    told: str = ""
    note: str = ""
    text_fr: str = ""
    text_en: str = ""
    local: UUID | None = None


class StepUndone(IncidentEvent, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.step_undone"):
    """The answer of a step was taken back."""

    step: str
    local: UUID | None = None


class ClockSet(IncidentEvent, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.clock_set"):
    """A contract clock stopped, as a crew's state or a resolution says; its time is `at`, else that of the facts."""

    clock: ClockName
    move: UUID | None = None
    channel: Channel | None = None
    corrects: UUID | None = None
    at: Micros | None = None
    state: State


class ClockUnset(IncidentEvent, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.clock_unset"):
    """What a crew's move said of the clocks was taken back."""

    move: UUID


class ClosureProposed(IncidentEvent, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.closure_proposed"):
    """The causes left: closure is proposed, cause chosen in advance."""

    closing: Closing
    gone: UUID


class CauseGone(IncidentEvent, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.cause_gone"):
    """One of the causes left, others stand."""

    gone: UUID


class CauseBack(IncidentEvent, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.cause_back"):
    """A cause that had left is back: no closure is proposed any more."""

    back: UUID


class Resolved(IncidentEvent, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.resolved"):
    """Nothing remains to be done but to close."""

    local: UUID | None = None


class Closed(IncidentEvent, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.closed"):
    """It was closed with cause and result; `skipped` are the required steps left out, for `skip_reason`.

    `alarms` are those that it held: what has returned asks for nothing more.
    """

    cause: str
    result: str
    no_result: str = ""
    skipped: tuple[str, ...] = ()
    skip_reason: str = ""
    local: UUID | None = None
    alarms: tuple[UUID, ...] = ()


class Reopened(IncidentEvent, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.reopened"):
    """It was opened again under its number."""

    reason: str
    local: UUID | None = None


class Masked(IncidentEvent, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.masked"):
    """It was masked for all but a trade, or shown again; `scope` is the new one."""

    masked: bool
    local: UUID | None = None


class Attached(IncidentEvent, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.attached"):
    """A file was attached; its bytes and its name leave at `ends_at`."""

    erasable: ClassVar[dict[str, str]] = {"name": PHOTO}

    attachment: UUID
    n: int
    name: str
    media: str
    bytes: int
    sha256: str
    ends_at: Micros
    local: UUID | None = None


class Warned(IncidentEvent, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.warned"):
    """A deadline comes near (`soon`) or has `passed`: `role` must know. `at` is the deadline."""

    deadline: str
    stage: str
    at: Micros
    role: str


class Expired(Event, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.expired"):
    """Files reached their end date and are gone."""

    attachments: tuple[UUID, ...]
    incidents: tuple[UUID, ...] = ()
    scope: Scope = CITY


class Forgotten(Event, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.forgotten"):
    """Texts or files were emptied, as the journal's were; `incidents` are those in memory, `holders` name some."""

    incidents: tuple[UUID, ...]
    holders: tuple[UUID, ...] = ()
    before: Micros | None = None
    opening: int | None = None
    photos: bool = False
    scope: Scope = CITY


class Rescoped(Event, frozen=True, kw_only=True, omit_defaults=True, tag="incidents.rescoped"):
    """Assets changed commune and the events about them that were in it followed; `incidents` are those in memory."""

    moves: tuple[Move, ...]
    incidents: tuple[UUID, ...] = ()


EVENTS: tuple[type[Event], ...] = (
    Opened, Taken, Released, Corrected, Joined, JoinUndone, Linked, Unlinked, Stepped, StepUndone, ClockSet, ClockUnset,
    ClosureProposed, CauseGone, CauseBack, Resolved, Closed, Reopened, Masked, Attached, Warned, Expired, Forgotten,
    Rescoped,
)  # fmt: skip
