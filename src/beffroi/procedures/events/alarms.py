"""Alarms and events: a cause that people must act on opens an event or joins one, and leaves with it.

Its return proposes the closure; the closure asks nothing more of what returned.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from beffroi.alarms import TRADE as ALARMS
from beffroi.alarms import events as ev
from beffroi.alarms.actions import AcknowledgeReturned
from beffroi.alarms.decision import short_name
from beffroi.alarms.rows import label_of
from beffroi.incidents.actions import Gather, NoteReturn, React
from beffroi.incidents.events import Closed
from beffroi.model.kinds import Text
from beffroi.model.ports import City
from beffroi.model.priority import Priority
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction

OPENING = Priority.HIGH
"""Alarms at least that urgent open an event: a departure tripped, a cabinet without mains."""


def open_events(line: Line, city: City) -> Sequence[Action]:
    """Ask for the event of an alarm that was told, or for which a person asks it.

    What is folded under a cause or waits for one opens none.
    """
    event = line.event
    if isinstance(event, ev.EventAsked):
        return [_reacted(event, city, event.by)]
    if isinstance(event, ev.Raised) and (event.pending_until is not None or event.parent is not None or event.late):
        return []
    if isinstance(event, ev.Toggled) and (event.parent is not None or event.pending_until is not None):
        return []
    if not isinstance(event, ev.Raised | ev.Annunciated | ev.Toggled):
        return []
    if event.outcome != "alarm" or not 0 < event.priority <= OPENING:
        return []
    return [_reacted(event, city)]


def _reacted(
    event: ev.Raised | ev.Annunciated | ev.Toggled | ev.EventAsked, city: City, by: UUID | None = None
) -> React:
    return React(
        alarm=event.alarm,
        asset=event.asset,
        kind=event.kind,
        alarm_class=event.alarm_class,
        priority=event.priority,
        scope=event.scope,
        name=_name(event, event.alarm_class, city),
        by=by,
    )


def gather_events(line: Line, city: City) -> Sequence[Action]:
    """Ask that the events of what folds under a cause become one."""
    event = line.event
    if not isinstance(event, ev.Folded):
        return []
    return [Gather(alarm=event.alarm, asset=event.asset, children=event.children, name=_cause_name(event, city))]


def propose_closure(line: Line, city: City) -> Sequence[Action]:
    """Tell the event that its alarm returned; a cause that still counts what came back waits for the count."""
    event = line.event
    if isinstance(event, ev.LeftOver):
        return [NoteReturn(alarm=event.alarm, back=event.back, left=len(event.codes))]
    if isinstance(event, ev.Returned) and event.outcome == "alarm" and event.settle_at is None:
        return [NoteReturn(alarm=event.alarm)]
    return []


def acknowledge_returned(line: Line, city: City) -> Sequence[Action]:
    """Ask nothing more of alarms that returned once somebody closed their event; what still stands stays."""
    event = line.event
    return [AcknowledgeReturned(alarms=event.alarms)] if isinstance(event, Closed) and event.alarms else []


def _name(event: Any, alarm_class: str, city: City) -> Text:
    facts = city.topology.find(event.asset)
    kind = ALARMS.kinds.get(event.scope.kind)
    known = {one.name: one for one in kind.alarm_classes} if kind else {}
    return label_of(known.get(alarm_class), alarm_class, {"name": short_name(facts)} if facts else {})


def _cause_name(event: ev.Folded, city: City) -> Text:
    facts = city.topology.find(event.asset)
    kind = ALARMS.kinds.get(facts.kind) if facts else None
    explaining = [one for one in kind.alarm_classes if one.explains] if kind else []
    return label_of(explaining[0], "", {"name": short_name(facts)} if facts else {}) if explaining else {}


REACTIONS = (
    Reaction(
        name="incident_alarms.open", listens=(ev.Raised, ev.Annunciated, ev.Toggled, ev.EventAsked), react=open_events
    ),
    Reaction(name="incident_alarms.gather", listens=(ev.Folded,), react=gather_events),
    Reaction(name="incident_alarms.closed", listens=(Closed,), react=acknowledge_returned),
    Reaction(name="incident_alarms.return", listens=(ev.Returned, ev.LeftOver), react=propose_closure),
)
