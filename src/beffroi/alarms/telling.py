"""What is told of a record, whoever decides it: its return, what it is once it stands for itself, whose desk it is."""

from beffroi.alarms import events as ev
from beffroi.alarms.machine import LIFE, State
from beffroi.alarms.types import Alarm
from beffroi.model.ports import City
from beffroi.model.scope import Scope
from beffroi.model.time import MINUTE, Micros

SETTLE_AFTER = MINUTE
"""What a cause had folded has that long to come back before it is counted."""


def returned_of(record: Alarm, at: Micros, toggles: int, now: Micros) -> ev.Returned:
    """Return the event of a condition that left at `at`; what it folded has a while to come back in its turn."""
    settles = bool(record.explains) and record.parent is None
    return ev.Returned(
        alarm=record.id,
        asset=record.asset,
        scope=record.scope,
        at=at,
        state=_after_return(record),
        toggles=toggles,
        settle_at=now + SETTLE_AFTER if settles else None,
        parent=record.parent,
        alarm_class=record.alarm_class,
        outcome=record.outcome,
    )


def _after_return(record: Alarm) -> State:
    """Nobody is asked to acknowledge what nobody was told of."""
    told = record.outcome == "alarm" and record.parent is None and not record.disposition
    if not told and not record.latched:
        return "normal"
    return LIFE[record.state, "clear_latched" if record.latched else "clear"]


def left_of(alarm: Alarm, city: City) -> ev.Left:
    """Return what a folded alarm is told as when it stands for itself."""
    facts = city.topology.find(alarm.asset)
    return ev.Left(alarm.id, alarm.asset, facts.code if facts else "", alarm.alarm_class, alarm.outcome, alarm.scope)


def desk_scope(desk: str) -> Scope:
    """Return the scope of what concerns a whole desk."""
    return Scope("", desk, "")
