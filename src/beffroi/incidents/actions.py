"""What may be asked of events. What a seat may send late carries `local`: asked twice, done once."""

from typing import Annotated, ClassVar
from uuid import UUID

import msgspec

from beffroi.incidents.types import (
    Channel,
    ClockName,
    LinkKind,
    NoResultReason,
    ReopenReason,
    SkipReason,
    Source,
    StepOutcome,
    UndoReason,
)
from beffroi.model.kinds import Text
from beffroi.model.scope import CITY, Move, Scope
from beffroi.model.time import Micros
from beffroi.trade.action import Action

RIGHT = "incidents"
What = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Sentence = Annotated[str, msgspec.Meta(max_length=300)]
Place = Annotated[str, msgspec.Meta(max_length=200)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
PriorityLevel = Annotated[int, msgspec.Meta(ge=1, le=4)]


class Open(Action, frozen=True, kw_only=True, tag="incidents.open"):
    """Open an event (`N`): what and where; the *heure des faits* is the action's own `happened_at`.

    Where is an asset, a point, a typed place, or several of them. Without `category` the words of `what` tell it.
    """

    right: ClassVar[str] = RIGHT

    what: What
    category: str = ""
    asset: UUID | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None
    place: Place = ""
    commune: Annotated[str, msgspec.Meta(max_length=10)] = ""
    source: Source = "other"
    priority: PriorityLevel | None = None
    alarm: UUID | None = None
    request: UUID | None = None
    local: UUID | None = None


class OnIncident(Action, frozen=True, kw_only=True):
    """Base of what a person does to one event.

    `seen_at` is the city's time (µs) at which the key was pressed: an event that changed less than 700 ms before is not
    touched. Absent, nothing is checked.
    """

    right: ClassVar[str] = RIGHT

    incident: UUID
    seen_at: Micros | None = None
    local: UUID | None = None


class Take(OnIncident, frozen=True, kw_only=True, tag="incidents.take"):
    """Take (`P`): from now on it is mine. `over` names who has it, to take it over: whoever took it since keeps it."""

    over: UUID | None = None


class Release(OnIncident, frozen=True, kw_only=True, tag="incidents.release"):
    """Give it back to the desk."""


class Correct(OnIncident, frozen=True, kw_only=True, tag="incidents.correct"):
    """Correct what was entered; only the fields given change. `no_asset`: it is about no asset after all."""

    what: What | None = None
    category: str | None = None
    asset: UUID | None = None
    no_asset: bool = False
    lon: Longitude | None = None
    lat: Latitude | None = None
    place: Place | None = None
    commune: Annotated[str, msgspec.Meta(min_length=1, max_length=10)] | None = None
    source: Source | None = None
    priority: PriorityLevel | None = None
    first_at: Micros | None = None


class Join(OnIncident, frozen=True, kw_only=True, tag="incidents.join"):
    """Join this event to another, which holds it from now on; `why` is the reason in one sentence."""

    into: UUID
    why: Sentence


class UndoJoin(OnIncident, frozen=True, kw_only=True, tag="incidents.undo_join"):
    """Part this event from the one it was joined to; the two are never joined again."""

    reason: UndoReason


class LinkTo(OnIncident, frozen=True, kw_only=True, tag="incidents.link"):
    """Attach an alarm, a request, a work item or an order to this event, with the reason in one sentence."""

    kind: LinkKind
    id: UUID
    why: Sentence
    subject: UUID | None = None
    name: Text = {}


class Unlink(OnIncident, frozen=True, kw_only=True, tag="incidents.unlink"):
    """Part what is attached from this event; it is never attached to it again."""

    id: UUID
    reason: UndoReason


class AnswerStep(OnIncident, frozen=True, kw_only=True, tag="incidents.step"):
    """Answer a step of the checklist, in any order; `told` names who was told. The time is `happened_at`."""

    step: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    outcome: StepOutcome = "done"
    told: Annotated[str, msgspec.Meta(max_length=60)] = ""
    note: Sentence = ""


class UndoStep(OnIncident, frozen=True, kw_only=True, tag="incidents.undo_step"):
    """Take back the answer of a step, given by mistake."""

    step: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class Resolve(OnIncident, frozen=True, kw_only=True, tag="incidents.resolve"):
    """Say that nothing remains to be done but to close."""


class Close(OnIncident, frozen=True, kw_only=True, tag="incidents.close"):
    """Close with cause and result; `reason` only without result, `skipped` only when required steps were left out."""

    cause: str = ""
    result: str = ""
    reason: NoResultReason | None = None
    skipped: SkipReason | None = None


class Reopen(OnIncident, frozen=True, kw_only=True, tag="incidents.reopen"):
    """Open a closed event again, under the same number."""

    reason: ReopenReason


class Mask(OnIncident, frozen=True, kw_only=True, tag="incidents.mask"):
    """Mask this event for all but one trade (police or video), or show it again to the trade of its category."""

    trade: str = ""


class Attach(OnIncident, frozen=True, kw_only=True, tag="incidents.attach"):
    """Attach a file whose bytes were checked: only the upload's door asks for it."""

    right: ClassVar[str] = ""

    attachment: UUID
    name: Annotated[str, msgspec.Meta(max_length=120)]
    media: str
    bytes: int
    sha256: str


class React(Action, frozen=True, kw_only=True, tag="incidents.react"):
    """Open an event for an alarm that people must act on, or join the alarm to the one that is open there.

    With `by` a person asked for it: a new event is taken by that person at once.
    """

    alarm: UUID
    asset: UUID
    kind: str
    alarm_class: str
    priority: int
    scope: Scope = CITY
    name: Text = {}
    by: UUID | None = None


class Gather(Action, frozen=True, kw_only=True, tag="incidents.gather"):
    """Follow alarms that fold under a cause: their events become one, the cause's; only a reaction asks for it."""

    alarm: UUID
    asset: UUID
    children: tuple[UUID, ...]
    name: Text = {}


class NoteReturn(Action, frozen=True, kw_only=True, tag="incidents.note_return"):
    """Tell that the cause of an attached alarm left: closure is proposed once none remains; only a reaction asks."""

    alarm: UUID
    back: int = 0
    left: int = 0


class HandOn(Action, frozen=True, kw_only=True, tag="incidents.hand_on"):
    """Give what somebody has to who relieves him, or back to the desk; only a reaction asks for it.

    `own` are the compartments of who relieves him: a masked event of another one stays where it is.
    """

    holder: UUID
    to: UUID | None = None
    own: tuple[str, ...] = ()


class SetClock(Action, frozen=True, kw_only=True, tag="incidents.set_clock"):
    """Enter what a crew's state says of the contract clocks; only a reaction asks for it.

    `corrects` names the move whose time this one replaces, `at` its hour when it is not that of this action. With `by`
    a person engages somebody: an event that nobody has is that person's from then on.
    """

    incident: UUID
    clock: ClockName
    move: UUID
    by: UUID | None = None
    channel: Channel | None = None
    corrects: UUID | None = None
    at: Micros | None = None


class UnsetClock(Action, frozen=True, kw_only=True, tag="incidents.unset_clock"):
    """Take back what a crew's move said; only a reaction asks for it."""

    incident: UUID
    move: UUID


class Warn(Action, frozen=True, kw_only=True, tag="incidents.warn"):
    """Tell the deadlines that come near or pass; only time asks for it."""

    incidents: tuple[UUID, ...]


class Expire(Action, frozen=True, kw_only=True, tag="incidents.expire"):
    """Erase the files whose end date has come; only time asks for it."""

    attachments: tuple[UUID, ...]


class Forget(Action, frozen=True, kw_only=True, tag="incidents.forget"):
    """Empty the texts recorded before a time, or of one line of the journal; only a reaction asks for it.

    `photos` empties the files, not the texts.
    """

    before: Micros | None = None
    position: int | None = None
    photos: bool = False


class Rescope(Action, frozen=True, kw_only=True, tag="incidents.rescope"):
    """Follow assets to the commune that the register now gives them; only a reaction asks for it."""

    moves: tuple[Move, ...]
