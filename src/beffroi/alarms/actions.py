"""What may be asked of alarms."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

import msgspec

from beffroi.model.reading import Crossing
from beffroi.model.scope import Move
from beffroi.model.time import Micros
from beffroi.trade.action import Action

RIGHT = "alarms"
SuppressReason = Literal["works", "known_fault", "test", "design", "weather", "other"]
OutOfServiceReason = Literal["works", "replacement", "faulty_sensor", "dismantled", "test", "other"]


class OnAlarm(Action, frozen=True, kw_only=True):
    """Base of what a person does to one alarm.

    `seen_at` is the city's time (µs) at which the key was pressed, by the clock of the feed: a line that changed less
    than 700 ms before is not touched. Absent, nothing is checked (a machine's key).
    """

    right: ClassVar[str] = RIGHT

    alarm: UUID
    seen_at: Micros | None = None


class Acknowledge(OnAlarm, frozen=True, kw_only=True, tag="alarms.acknowledge"):
    """Acknowledge (`A`): silent on every seat of the desk."""


class Unacknowledge(OnAlarm, frozen=True, kw_only=True, tag="alarms.unacknowledge"):
    """Undo one's own acknowledgement, within 5 s."""


class Take(OnAlarm, frozen=True, kw_only=True, tag="alarms.take"):
    """Take (`P`): from now on it is mine. `over` names who has it, to take it over: whoever took it since keeps it."""

    over: UUID | None = None


class Release(OnAlarm, frozen=True, kw_only=True, tag="alarms.release"):
    """Give it back to the desk."""


class HandOn(Action, frozen=True, kw_only=True, tag="alarms.hand_on"):
    """Give what somebody has to who relieves him, or back to the desk; only a reaction asks for it."""

    holder: UUID
    to: UUID | None = None


class AskEvent(OnAlarm, frozen=True, kw_only=True, tag="alarms.ask_event"):
    """Ask the event of an alarm that opened none by itself (`E`): somebody is about to be sent."""


class Shelve(OnAlarm, frozen=True, kw_only=True, tag="alarms.shelve"):
    """Shelve until a time, at most a shift away; it returns by itself."""

    until: Micros


class Unshelve(OnAlarm, frozen=True, kw_only=True, tag="alarms.unshelve"):
    """End a shelving before its time."""


class Suppress(OnAlarm, frozen=True, kw_only=True, tag="alarms.suppress"):
    """Suppress (*inhiber*), with its reason."""

    reason: SuppressReason


class Unsuppress(OnAlarm, frozen=True, kw_only=True, tag="alarms.unsuppress"):
    """End a suppression."""


class OutOfService(OnAlarm, frozen=True, kw_only=True, tag="alarms.out_of_service"):
    """Put the alarm out of service (*hors service*), with its reason."""

    reason: OutOfServiceReason


class InService(OnAlarm, frozen=True, kw_only=True, tag="alarms.in_service"):
    """Put the alarm back in service."""


class Reset(OnAlarm, frozen=True, kw_only=True, tag="alarms.reset"):
    """Reset a latched alarm (*mémorisée*) whose cause has left."""


class Unfold(OnAlarm, frozen=True, kw_only=True, tag="alarms.unfold"):
    """Take out of its group this alarm, or all the children of this cause; they never fold again by themselves."""


class AcknowledgeReturned(Action, frozen=True, kw_only=True, tag="alarms.acknowledge_returned"):
    """Acknowledge those of these alarms that have returned, their event being closed; only a reaction asks for it."""

    alarms: tuple[UUID, ...]


class Judge(Action, frozen=True, kw_only=True, tag="alarms.judge"):
    """Turn crossings into alarms; asked by the pump and by the supervision, in the order of the crossings."""

    crossings: Annotated[list[Crossing], msgspec.Meta(max_length=20_000)]


class Settle(Action, frozen=True, kw_only=True, tag="alarms.settle"):
    """Let time do its part: ends of waits and shelvings, supposed causes of these feeders, floods of these desks."""

    alarms: tuple[UUID, ...] = ()
    feeders: tuple[UUID, ...] = ()
    streets: tuple[str, ...] = ()
    desks: tuple[str, ...] = ()


class Rescope(Action, frozen=True, kw_only=True, tag="alarms.rescope"):
    """Follow assets to the commune that the register now gives them; only a reaction asks for it."""

    moves: tuple[Move, ...]
