"""What may be asked of the duties."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

import msgspec

from beffroi.duties.types import Calendar, Desk, EndReason, Result, Routine, TargetKind
from beffroi.model.scope import EventMove, Move
from beffroi.model.time import Micros
from beffroi.trade.action import Action

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Remark = Annotated[str, msgspec.Meta(max_length=500)]
Commune = Annotated[str, msgspec.Meta(max_length=8)]
Compartment = Literal["", "police", "video"]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=1440)]
Fault = Annotated[str, msgspec.Meta(pattern=r"^[a-z_]{1,40}$")]


class Instruct(Action, frozen=True, kw_only=True, tag="duties.instruct"):
    """Give a *consigne* until `end`, to some desks or to all; `begin` is now unless said."""

    right: ClassVar[str] = "logbook"

    text: Text
    end: Micros
    begin: Micros | None = None
    desks: Annotated[list[Desk], msgspec.Meta(max_length=30)] = []
    commune: Commune = ""
    local: UUID | None = None


class Read(Action, frozen=True, kw_only=True, tag="duties.read"):
    """Sign that one has read instructions; those already read or over stay as they are."""

    right: ClassVar[str] = "logbook"

    instructions: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=200)]
    local: UUID | None = None


class EndInstruction(Action, frozen=True, kw_only=True, tag="duties.end_instruction"):
    """End an instruction before its time."""

    right: ClassVar[str] = "logbook"

    instruction: UUID
    reason: EndReason
    local: UUID | None = None


class Remind(Action, frozen=True, kw_only=True, tag="duties.remind"):
    """Be reminded (`R`) at `due_at`; `about` is how the room calls the target."""

    right: ClassVar[str] = "logbook"

    text: ShortText
    due_at: Micros
    target_kind: TargetKind = ""
    target: UUID | None = None
    about: Annotated[str, msgspec.Meta(max_length=200)] = ""
    compartment: Compartment = ""
    """Whose it is when it is about nothing, or about what is nobody's own."""
    commune: Commune = ""
    local: UUID | None = None


class Postpone(Action, frozen=True, kw_only=True, tag="duties.postpone"):
    """Put a reminder off by some minutes, from now when it is due."""

    right: ClassVar[str] = "logbook"

    reminder: UUID
    minutes: Minutes = 10
    local: UUID | None = None


class Done(Action, frozen=True, kw_only=True, tag="duties.done"):
    """Tell that a reminder was answered."""

    right: ClassVar[str] = "logbook"

    reminder: UUID
    local: UUID | None = None


class Record(Action, frozen=True, kw_only=True, tag="duties.record"):
    """Record a routine with its result: the one whose window is open, or the one just missed (`at` names which)."""

    right: ClassVar[str] = "logbook"

    routine: str
    result: Result
    remark: Remark = ""
    at: Micros | None = None
    local: UUID | None = None


class SetRoutines(Action, frozen=True, kw_only=True, tag="duties.set_routines"):
    """Replace the routines of the shift and the calendar they follow."""

    right: ClassVar[str] = "shift"

    routines: Annotated[list[Routine], msgspec.Meta(max_length=200)]
    calendar: Calendar = Calendar()


class Observe(Action, frozen=True, kw_only=True, tag="duties.observe"):
    """Note a fault seen on a light point during the *tournée de nuit* `round`; work is opened for it."""

    right: ClassVar[str] = "work"

    round: UUID
    asset: UUID
    fault: Fault
    local: UUID | None = None


class EndRound(Action, frozen=True, kw_only=True, tag="duties.end_round"):
    """End a *tournée de nuit*: where it went, when it began, how many points were seen."""

    right: ClassVar[str] = "work"

    round: UUID
    label: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    began_at: Micros
    seen: Annotated[int, msgspec.Meta(ge=0, le=40_000)]
    commune: Commune = ""
    local: UUID | None = None


class Due(Action, frozen=True, tag="duties.due"):
    """Settle what time alone ends: reminders that fall due, instructions over, routines missed."""


class EndAbout(Action, frozen=True, kw_only=True, tag="duties.end_about"):
    """End the reminders about something that is over, where they already asked; only a reaction asks for it.

    With `made_since`, only those made from then on: what they were for is over, the rest goes on. With `due_before`,
    those about to ask before then as well.
    """

    target: UUID
    made_since: Micros | None = None
    due_before: Micros | None = None


class Forget(Action, frozen=True, kw_only=True, tag="duties.forget"):
    """Empty the texts of a purpose recorded before a time, or of one line of the journal; only a reaction asks."""

    purpose: str = ""
    before: Micros | None = None
    position: int | None = None


class Rescope(Action, frozen=True, kw_only=True, tag="duties.rescope"):
    """Follow what reminders are about: assets in another commune, events masked or moved; only a reaction asks."""

    moves: tuple[Move, ...] = ()
    events: tuple[EventMove, ...] = ()


ACTIONS: tuple[type[Action], ...] = (
    Instruct, Read, EndInstruction, Remind, Postpone, Done, Record, SetRoutines, Observe, EndRound, Due, EndAbout,
    Forget, Rescope,
)  # fmt: skip
