"""Words of the events: one record per *événement*, what hangs on it, and what screens hold of it."""

from typing import Literal
from uuid import UUID

import msgspec

from beffroi.incidents.machine import OPEN, State
from beffroi.model.kinds import Text
from beffroi.model.scope import CITY, Scope
from beffroi.model.time import DAY, Micros

Source = Literal["call", "radio", "camera", "patrol", "alarm", "other"]
LinkKind = Literal["alarm", "request", "work", "order"]
ClockName = Literal["engaged", "on_site", "made_safe", "repaired"]
CLOCKS: tuple[ClockName, ...] = ("engaged", "on_site", "made_safe", "repaired")
StepOutcome = Literal["done", "not_applicable"]
Channel = Literal["radio", "phone", "application"]

UndoReason = Literal["mistake", "not_same_place", "not_same_cause", "several_faults", "new_facts", "other"]
ReopenReason = Literal["came_back", "not_fixed", "closed_by_mistake", "new_facts", "wrong_result", "other"]
SkipReason = Literal["not_needed", "already_done", "not_reachable", "no_time", "another_did", "other"]
NoResultReason = Literal["false_report", "duplicate", "cleared_itself", "other_operator", "not_found", "other"]

CAUSES: dict[str, Text] = {
    "equipment": {"fr": "Défaut d'équipement", "en": "Equipment fault"},
    "protection": {"fr": "Protection déclenchée", "en": "Protection tripped"},
    "mains": {"fr": "Coupure du fournisseur (Enedis)", "en": "Supplier's outage (Enedis)"},
    "link": {"fr": "Transmission", "en": "Data link"},
    "crash": {"fr": "Choc de véhicule", "en": "Vehicle impact"},
    "vandalism": {"fr": "Vandalisme, vol", "en": "Vandalism, theft"},
    "weather": {"fr": "Intempéries", "en": "Weather"},
    "works": {"fr": "Travaux de tiers", "en": "Third-party works"},
    "human": {"fr": "Fait de personnes", "en": "Acts of people"},
    "unknown": {"fr": "Non déterminée", "en": "Not determined"},
}
"""Why it happened, by code: one key at closure."""

RESULTS: dict[str, Text] = {
    "repaired": {"fr": "Réparé", "en": "Repaired"},
    "back": {"fr": "Revenu de lui-même", "en": "Came back by itself"},
    "made_safe": {"fr": "Mis en sécurité, travaux à suivre", "en": "Made safe, works to follow"},
    "handed_over": {"fr": "Remis à un autre service", "en": "Handed over to another service"},
    "no_action": {"fr": "Classé sans suite", "en": "Closed without action"},
    "nothing_found": {"fr": "Rien constaté", "en": "Nothing found"},
}
WITHOUT_RESULT: frozenset[str] = frozenset({"no_action", "nothing_found"})
"""Closing so asks for a reason (room.md rule 9)."""

KEPT = 60 * DAY
"""How long a closed event stays in memory, and may be reopened by key."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """What an event holds beside other events: an alarm, a request, a work item, an order.

    `subject` is what it is about (the alarm's asset), `name` how the room says it. The sentence of why is the text
    `why` of a person, or a code of the catalogue with its params. `gone` once its cause has left.
    """

    kind: LinkKind
    id: UUID
    subject: UUID | None = None
    name: Text = {}
    why: str = ""
    reason: str = ""
    reason_params: dict[str, str] = {}
    at: Micros = 0
    gone: bool = False


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a contract clock: which, when it happened, which move of a crew told it, by what channel."""

    clock: ClockName
    at: Micros
    move: UUID | None = None
    channel: Channel | None = None


class StepDone(msgspec.Struct, frozen=True, kw_only=True):
    """A step of the checklist as somebody answered it; `told` names who was told (17, 18, a desk)."""

    step: str
    outcome: StepOutcome
    at: Micros
    recorded_at: Micros
    by: UUID | None = None
    told: str = ""
    note: str = ""


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file of an event; its bytes are in a table of their own and leave it at `ends_at`."""

    id: UUID
    n: int
    name: str
    media: str
    bytes: int
    sha256: str
    at: Micros
    by: UUID | None
    ends_at: Micros
    gone: bool = False
    position: int = 0
    """Of the line of the journal that holds its name."""


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """A closure that the return of the cause proposes: one key."""

    cause: str
    result: str
    at: Micros
    reason: str = ""
    reason_params: dict[str, str] = {}


class Incident(msgspec.Struct, kw_only=True):
    """One *événement*. Times in µs UTC.

    `first_at` starts the contract clocks: the first alarm or report (*heure des faits*); `opened_at` is its *heure de
    saisie*. `into` is the event it was joined to, `why` or `reason` its sentence, `before` its state then. `refused`
    holds what was parted from it and never comes back. `warned` tells which deadlines were told, by kind and stage.
    """

    id: UUID
    number: str
    year: int
    serial: int
    category: str
    what: str = ""
    place: str = ""
    asset: UUID | None = None
    lon: float | None = None
    lat: float | None = None
    scope: Scope = CITY
    source: Source = "other"
    priority: int = 3
    masked: bool = False
    state: State = "new"
    local: UUID | None = None
    first_at: Micros = 0
    opened_at: Micros = 0
    opened_by: UUID | None = None
    changed_at: Micros = 0
    taken_by: UUID | None = None
    taken_at: Micros | None = None
    into: UUID | None = None
    before: State | None = None
    why: str = ""
    reason: str = ""
    reason_params: dict[str, str] = {}
    links: tuple[Link, ...] = ()
    refused: tuple[UUID, ...] = ()
    marks: tuple[Mark, ...] = ()
    checklist: str = ""
    version: int = 0
    steps: dict[str, StepDone] = {}
    attachments: tuple[Attachment, ...] = ()
    warned: dict[str, Micros] = {}
    closing: Closing | None = None
    resolved_at: Micros | None = None
    closed_at: Micros | None = None
    closed_by: UUID | None = None
    cause: str = ""
    result: str = ""
    no_result: str = ""
    skipped: tuple[str, ...] = ()
    skip_reason: str = ""
    reopened: int = 0
    reopened_at: Micros | None = None
    opening: int = 0
    forgotten: bool = False
    """True once the texts typed about it were erased, until somebody types another."""
    texts: tuple[int, ...] = ()
    """Lines of the journal, besides the opening, that hold words typed about it."""

    @property
    def open(self) -> bool:
        """Tell whether it is the room's business now."""
        return self.state in OPEN

    def says(self, position: int | None) -> bool:
        """Tell whether it shows words, or a file's name, that a line of the journal holds."""
        if position is None:
            return False
        named = any(one.position == position for one in self.attachments)
        return named or position == self.opening or position in self.texts

    def clock(self, name: ClockName) -> Micros | None:
        """Return when a contract clock stopped: the earliest entry that stands, or nothing."""
        return min((mark.at for mark in self.marks if mark.clock == name), default=None)


class IncidentsState(msgspec.Struct):
    """The open events and those closed lately; who was joined to whom; what the seats have already sent.

    `serials` is the last number of each year, `by_link` the event that holds an alarm, a request or a work item,
    `by_asset` the events, open or joined, that are about an asset, `files` the end date of each living attachment.
    """

    incidents: dict[UUID, Incident] = {}
    open: dict[UUID, Incident] = {}
    joined: dict[UUID, dict[UUID, Incident]] = {}
    by_link: dict[UUID, UUID] = {}
    by_asset: dict[UUID, dict[UUID, None]] = {}
    locals: dict[UUID, UUID] = {}
    serials: dict[int, int] = {}
    files: dict[UUID, tuple[UUID, Micros]] = {}
    next_at: Micros | None = None
    stale: bool = True


class Deadline(msgspec.Struct, frozen=True):
    """What must be done by when; `warn_at` tells `role` before it passes."""

    kind: str
    at: Micros
    warn_at: Micros
    role: str


class StepRow(msgspec.Struct, kw_only=True):
    """A step of the checklist on screen."""

    key: str
    kind: str
    text: Text
    hint: Text
    required: bool
    to: list[str]
    outcome: str = ""
    at: Micros | None = None
    by: UUID | None = None
    told: str = ""
    note: str = ""


class JoinedRow(msgspec.Struct, kw_only=True):
    """An event joined to another, on screen; only its number is said where not everybody sees it whole."""

    id: UUID
    number: str
    label: Text
    what: str
    why: str
    reason: str
    reason_params: dict[str, str]
    alarms: list[UUID]
    """What it holds itself and through those joined to it."""


class IncidentRow(msgspec.Struct, kw_only=True, tag_field="seen", tag="whole"):
    """One event as screens hold it: the queue's line and the panel."""

    id: UUID
    number: str
    state: State
    category: str
    label: Text
    what: str
    place: str
    code: str
    asset: UUID | None
    index: int
    lon: float | None
    lat: float | None
    commune: str
    trade: str
    source: Source
    priority: int
    masked: bool
    first_at: Micros
    opened_at: Micros
    opened_by: UUID | None
    changed_at: Micros
    taken_by: UUID | None
    taken_at: Micros | None
    deadlines: list[Deadline]
    warned: list[str]
    clocks: dict[str, Micros]
    links: list[Link]
    joined: list[JoinedRow]
    into: UUID | None
    into_number: str
    why: str
    reason: str
    reason_params: dict[str, str]
    steps: list[StepRow]
    attachments: list[Attachment]
    closing: Closing | None
    closed_at: Micros | None
    closed_by: UUID | None
    cause: str
    result: str
    no_result: str
    skipped: list[str]
    skip_reason: str
    reopened: int
    late: bool
    simulated: bool


class MaskedRow(msgspec.Struct, kw_only=True, tag_field="seen", tag="masked"):
    """All that the other trades know of a masked event: its number, its place, not to send anybody there."""

    id: UUID
    number: str
    place: str
    lon: float | None
    lat: float | None
    commune: str
    text: Text
    first_at: Micros
    masked: bool = True
