"""What happened to alarms. A state or a count is always given whole, so that bringing a line twice changes nothing."""

from uuid import UUID

import msgspec

from beffroi.alarms.machine import State
from beffroi.model.kinds import Outcome
from beffroi.model.scope import Move, Scope
from beffroi.model.time import Micros
from beffroi.trade.event import Event


class AlarmEvent(Event, frozen=True, omit_defaults=True):
    """Base of the events of one alarm: which, on which asset, visible to whom."""

    alarm: UUID
    asset: UUID
    scope: Scope


class Raised(AlarmEvent, frozen=True, omit_defaults=True, tag="alarms.raised"):
    """A condition began at `at` (the reading's own time).

    Until `pending_until` it waits for a parent and nobody is told; with a `parent` it was folded at once. `supposed`
    says that no signal says so: its crowd of children does. `feeder` is the asset that feeds it (`street` where
    none is known), `source` who speaks for a silent one, `explains` the classes that may fold under it.
    """

    index: int
    kind: str
    alarm_class: str
    outcome: Outcome
    priority: int
    at: Micros
    state: State = "unacknowledged"
    value: float | None = None
    feeder: UUID | None = None
    street: str = ""
    source: str = ""
    folds: bool = False
    latched: bool = False
    explains: tuple[str, ...] = ()
    pending_until: Micros | None = None
    parent: UUID | None = None
    reason: str = ""
    reason_params: dict[str, str] = {}
    params: dict[str, str] = {}
    supposed: bool = False
    taken_by: UUID | None = None
    late: bool = False


class Annunciated(AlarmEvent, frozen=True, omit_defaults=True, tag="alarms.annunciated"):
    """No parent came: the desk is told of an alarm, a work item is due for a standing fault."""

    alarm_class: str
    kind: str
    outcome: Outcome
    priority: int


class Confirmed(AlarmEvent, frozen=True, omit_defaults=True, tag="alarms.confirmed"):
    """A supposed cause was told by its own signal."""

    at: Micros
    value: float | None = None


class Toggled(AlarmEvent, frozen=True, omit_defaults=True, tag="alarms.toggled"):
    """The condition came back before the alarm was forgotten: the same alarm, raised `toggles` times in all."""

    at: Micros
    toggles: int
    state: State
    annunciates: bool = False
    priority: int = 0
    alarm_class: str = ""
    kind: str = ""
    outcome: Outcome = "alarm"
    pending_until: Micros | None = None
    parent: UUID | None = None
    former: UUID | None = None
    reason: str = ""
    reason_params: dict[str, str] = {}


class Returned(AlarmEvent, frozen=True, omit_defaults=True, tag="alarms.returned"):
    """The condition left at `at`; `parent` had folded it; until `settle_at` what it folds may come back."""

    at: Micros
    state: State
    toggles: int = 1
    settle_at: Micros | None = None
    parent: UUID | None = None
    alarm_class: str = ""
    outcome: Outcome = "alarm"


class LearnedLate(AlarmEvent, frozen=True, omit_defaults=True, tag="alarms.learned_late"):
    """An episode that was over before we learned of it: one line, no sound."""

    alarm_class: str
    at: Micros
    until: Micros


class Folded(AlarmEvent, frozen=True, omit_defaults=True, tag="alarms.folded"):
    """These alarms fold under the cause `alarm`, for the reason given; `former` causes lost some of them."""

    children: tuple[UUID, ...]
    reason: str
    former: tuple[UUID, ...] = ()
    reason_params: dict[str, str] = {}


class Left(msgspec.Struct, frozen=True, array_like=True):
    """A folded alarm that will stand for itself: which, its asset, the painted number."""

    alarm: UUID
    asset: UUID
    code: str
    alarm_class: str
    outcome: Outcome
    scope: Scope


class Unfolded(AlarmEvent, frozen=True, omit_defaults=True, tag="alarms.unfolded"):
    """These alarms left the cause `alarm` by hand and stand for themselves."""

    children: tuple[Left, ...]


class Superseded(AlarmEvent, frozen=True, omit_defaults=True, tag="alarms.superseded"):
    """A supposed cause gave way to a better one, or to nothing when people took it apart."""

    by: UUID | None = None


class LeftOver(AlarmEvent, frozen=True, omit_defaults=True, tag="alarms.left_over"):
    """The cause is over and counted: `back` came back, these are left and stand for themselves.

    `again` were told before the cause began: they stand as they stood, and are not of its count.
    """

    state: State
    back: int
    left: tuple[Left, ...] = ()
    again: tuple[Left, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the painted numbers of what is left, each once: a lamp without supply is silent too."""
        return tuple(dict.fromkeys(item.code for item in self.left))


class Acknowledged(AlarmEvent, frozen=True, omit_defaults=True, tag="alarms.acknowledged"):
    """A person acknowledged."""

    state: State
    alarm_class: str = ""


class Unacknowledged(AlarmEvent, frozen=True, omit_defaults=True, tag="alarms.unacknowledged"):
    """A person undid the acknowledgement."""

    state: State


class Taken(AlarmEvent, frozen=True, omit_defaults=True, tag="alarms.taken"):
    """A person took it; `before` is from whom, when somebody had it."""

    by: UUID | None = None
    before: UUID | None = None


class EventAsked(AlarmEvent, frozen=True, omit_defaults=True, tag="alarms.event_asked"):
    """A person wants an event for it; `by` is whose it will be."""

    kind: str
    alarm_class: str
    priority: int
    by: UUID | None = None


class Released(AlarmEvent, frozen=True, omit_defaults=True, tag="alarms.released"):
    """A person gave it back to the desk."""


class Shelved(AlarmEvent, frozen=True, omit_defaults=True, tag="alarms.shelved"):
    """A person shelved it until a time."""

    until: Micros
    alarm_class: str = ""


class Unshelved(AlarmEvent, frozen=True, omit_defaults=True, tag="alarms.unshelved"):
    """It came back from its shelf, by itself when `expired`."""

    state: State
    expired: bool = False
    priority: int = 0
    alarm_class: str = ""
    kind: str = ""


class Suppressed(AlarmEvent, frozen=True, omit_defaults=True, tag="alarms.suppressed"):
    """A person suppressed it, with a reason."""

    reason: str
    alarm_class: str = ""


class Unsuppressed(AlarmEvent, frozen=True, omit_defaults=True, tag="alarms.unsuppressed"):
    """A person ended the suppression."""

    state: State


class PutOutOfService(AlarmEvent, frozen=True, omit_defaults=True, tag="alarms.put_out_of_service"):
    """A person put it out of service, with a reason."""

    reason: str
    alarm_class: str = ""


class PutInService(AlarmEvent, frozen=True, omit_defaults=True, tag="alarms.put_in_service"):
    """A person put it back in service."""

    state: State


class ResetDone(AlarmEvent, frozen=True, omit_defaults=True, tag="alarms.reset_done"):
    """A person reset a latched alarm."""


class Rescoped(Event, frozen=True, omit_defaults=True, tag="alarms.rescoped"):
    """Assets changed commune and every alarm they ever had followed; `alarms` are those still in memory."""

    moves: tuple[Move, ...]
    alarms: tuple[UUID, ...] = ()


class FloodStarted(Event, frozen=True, omit_defaults=True, tag="alarms.flood_started"):
    """More than 10 alarms in 10 minutes on a desk (EEMUA 191)."""

    desk: str
    count: int
    scope: Scope


class FloodEnded(Event, frozen=True, omit_defaults=True, tag="alarms.flood_ended"):
    """The desk is back under 5 alarms in 10 minutes."""

    desk: str
    scope: Scope


EVENTS: tuple[type[Event], ...] = (
    Raised,
    Annunciated,
    Confirmed,
    Toggled,
    Returned,
    LearnedLate,
    Folded,
    Unfolded,
    Superseded,
    LeftOver,
    Acknowledged,
    Unacknowledged,
    Taken,
    EventAsked,
    Released,
    Shelved,
    Unshelved,
    Suppressed,
    Unsuppressed,
    PutOutOfService,
    PutInService,
    ResetDone,
    Rescoped,
    FloodStarted,
    FloodEnded,
)
