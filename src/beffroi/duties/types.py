"""Instructions, reminders, routines and night rounds as the trade keeps them."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from beffroi.model.scope import CITY, Scope
from beffroi.model.time import Micros

Label = dict[str, str]
"""One text in French (`fr`) and English (`en`)."""

Desk = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
EndReason = Literal["done", "replaced", "no_longer_true", "mistake", "cancelled", "other"]
"""One key among six (room.md rule 9); an instruction that time ends has the reason `time`."""

TargetKind = Literal["", "alarm", "incident", "asset", "order", "request", "crew", "contact", "line"]
Result = Literal["done", "partial", "not_done"]


class Reading(msgspec.Struct, frozen=True):
    """Who read an instruction, and when."""

    account: UUID
    at: Micros


class Instruction(msgspec.Struct, kw_only=True):
    """A *consigne*: shown from `begin` to each person of its desks until read, over at `end` at the latest."""

    id: UUID
    text: str
    desks: tuple[str, ...]
    begin: Micros
    end: Micros
    given_at: Micros
    author: UUID | None
    reads: list[Reading] = []
    position: int = 0
    scope: Scope = CITY


class Target(msgspec.Struct, frozen=True):
    """What a reminder is about: Enter opens it."""

    kind: TargetKind = ""
    id: UUID | None = None


class Reminder(msgspec.Struct, kw_only=True):
    """A *rappel* (`R`): waits until `due_at`, then asks until it is postponed or done."""

    id: UUID
    text: str
    about: str
    target: Target
    due_at: Micros
    made_at: Micros
    author: UUID | None
    fell_due_at: Micros | None = None
    postponed: int = 0
    position: int = 0
    scope: Scope = CITY


class Routine(msgspec.Struct, frozen=True, kw_only=True):
    """A task that each shift owes at an hour of the city: between `before_min` minutes before and `after_min` after.

    `at` is "03:30", or "sunset+20" and "sunrise-10" in minutes. `days` are ISO week days (1 Monday), none for every
    day; `season` is "11-15/03-15", both days included, empty for the whole year.
    """

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_]{1,40}$")]
    label: Label
    at: Annotated[str, msgspec.Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|sun(rise|set)([+-]\d{1,3})?)$")]
    desk: str = ""
    before_min: Annotated[int, msgspec.Meta(ge=0, le=720)] = 0
    after_min: Annotated[int, msgspec.Meta(ge=1, le=720)] = 30
    days: tuple[Annotated[int, msgspec.Meta(ge=1, le=7)], ...] = ()
    season: Annotated[str, msgspec.Meta(pattern=r"^(\d\d-\d\d/\d\d-\d\d)?$")] = ""


class Calendar(msgspec.Struct, frozen=True):
    """Where routines take their hours: the city's zone, and the place of its sun (degrees)."""

    zone: str = "Europe/Paris"
    lon: float = 0.0
    lat: float = 0.0


class Occasion(msgspec.Struct, frozen=True):
    """One time a routine is owed: its local day, its hour and its window, both ends included."""

    day: str
    at: Micros
    begin: Micros
    end: Micros


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """How an occasion ended: recorded with a result, or missed (`result` empty)."""

    day: str
    at: Micros
    result: str = ""
    remark: str = ""
    recorded_at: Micros = 0
    happened_at: Micros = 0
    author: UUID | None = None
    late: bool = False
    position: int = 0


class Standing(msgspec.Struct, kw_only=True):
    """A routine in force: `reached` is the hour of the last occasion settled or passed over."""

    routine: Routine
    reached: Micros
    next: Occasion | None = None
    last: Settled | None = None


class RoutineRow(msgspec.Struct, kw_only=True):
    """A routine as screens show it."""

    name: str
    label: Label
    desk: str
    at: str
    next: Occasion | None
    last: Settled | None


class DutiesState(msgspec.Struct, kw_only=True):
    """What is open, and the identities that seats sent lately."""

    instructions: dict[UUID, Instruction] = {}
    reminders: dict[UUID, Reminder] = {}
    routines: dict[str, Standing] = {}
    calendar: Calendar = Calendar()
    routines_set: bool = False
    rounds: dict[UUID, int] = {}
    """Faults seen by round in progress."""
    locals: dict[UUID, None] = {}
