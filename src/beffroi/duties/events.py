"""What happened to the duties."""

from typing import ClassVar
from uuid import UUID

from beffroi.duties.types import Calendar, Label, Routine, Target
from beffroi.model.scope import CITY, Move, Scope
from beffroi.model.time import Micros
from beffroi.trade.event import Event

INSTRUCTION = "instruction"
REMINDER = "reminder"
ROUTINE = "routine"


class DutyEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Base: `local` is the identity that the seat gave to what it asked."""

    local: UUID | None = None
    scope: Scope = CITY


class Instructed(DutyEvent, frozen=True, kw_only=True, omit_defaults=True, tag="duties.instructed"):
    """A *consigne* was given."""

    erasable: ClassVar[dict[str, str]] = {"text": INSTRUCTION}

    instruction: UUID
    text: str
    begin: Micros
    end: Micros
    desks: tuple[str, ...] = ()


class WasRead(DutyEvent, frozen=True, kw_only=True, omit_defaults=True, tag="duties.read"):
    """The author of the line read it."""

    instruction: UUID


class InstructionEnded(DutyEvent, frozen=True, kw_only=True, omit_defaults=True, tag="duties.instruction_ended"):
    """It is over: by hand for a reason, or by `time`; `unread` tells by how few it was read."""

    instruction: UUID
    reason: str
    read_by: int = 0


class Reminded(DutyEvent, frozen=True, kw_only=True, omit_defaults=True, tag="duties.reminded"):
    """Somebody wants to be reminded."""

    erasable: ClassVar[dict[str, str]] = {"text": REMINDER, "about": REMINDER}

    reminder: UUID
    text: str
    due_at: Micros
    about: str = ""
    target: Target = Target()


class FellDue(DutyEvent, frozen=True, kw_only=True, omit_defaults=True, tag="duties.fell_due"):
    """A reminder asks from now on; said once for each time it was set or postponed."""

    reminder: UUID
    due_at: Micros


class Postponed(DutyEvent, frozen=True, kw_only=True, omit_defaults=True, tag="duties.postponed"):
    """A reminder waits again."""

    reminder: UUID
    due_at: Micros


class WasDone(DutyEvent, frozen=True, kw_only=True, omit_defaults=True, tag="duties.done"):
    """A reminder was answered."""

    reminder: UUID


class RoutinesSet(DutyEvent, frozen=True, kw_only=True, omit_defaults=True, tag="duties.routines_set"):
    """The routines of the shift are these from now on; `removed` names those that are no more."""

    routines: tuple[Routine, ...]
    calendar: Calendar = Calendar()
    removed: tuple[str, ...] = ()


class Recorded(DutyEvent, frozen=True, kw_only=True, omit_defaults=True, tag="duties.recorded"):
    """A routine was done, or said not to be; `late` after its window."""

    erasable: ClassVar[dict[str, str]] = {"remark": ROUTINE}

    routine: str
    label: Label
    day: str
    at: Micros
    result: str
    remark: str | None = None
    late: bool = False


class Missed(DutyEvent, frozen=True, kw_only=True, omit_defaults=True, tag="duties.missed"):
    """The window of a routine closed and nobody had recorded it."""

    routine: str
    label: Label
    day: str
    at: Micros


class PassedOver(DutyEvent, frozen=True, kw_only=True, omit_defaults=True, tag="duties.passed_over"):
    """Occasions up to `upto` went by while nothing could be judged: the core was away for more than a day."""

    routine: str
    upto: Micros


class Observed(DutyEvent, frozen=True, kw_only=True, omit_defaults=True, tag="duties.observed"):
    """A fault was seen on a light point during a night round."""

    observation: UUID
    round: UUID
    asset: UUID
    fault: str


class RoundEnded(DutyEvent, frozen=True, kw_only=True, omit_defaults=True, tag="duties.round_ended"):
    """A night round is over."""

    round: UUID
    label: str
    began_at: Micros
    seen: int
    faults: int


class Forgotten(DutyEvent, frozen=True, kw_only=True, omit_defaults=True, tag="duties.forgotten"):
    """Texts were emptied, as the journal's were; `instructions` and `reminders` are on screens."""

    instructions: tuple[UUID, ...] = ()
    reminders: tuple[UUID, ...] = ()
    routines: tuple[str, ...] = ()
    purpose: str = ""
    before: Micros | None = None
    position: int | None = None


class Rescoped(DutyEvent, frozen=True, kw_only=True, omit_defaults=True, tag="duties.rescoped"):
    """What reminders and rounds are about belongs elsewhere now, and they followed; `scopes` go with `reminders`."""

    reminders: tuple[UUID, ...] = ()
    scopes: tuple[Scope, ...] = ()
    moves: tuple[Move, ...] = ()


EVENTS: tuple[type[Event], ...] = (
    Instructed, WasRead, InstructionEnded, Reminded, FellDue, Postponed, WasDone, RoutinesSet, Recorded, Missed,
    PassedOver, Observed, RoundEnded, Forgotten, Rescoped,
)  # fmt: skip
