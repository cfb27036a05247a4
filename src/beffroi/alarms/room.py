"""What the alarms sign as a trade."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar
from uuid import UUID

import psycopg

from beffroi.alarms import actions as ac
from beffroi.alarms import api, evolve, logic, store
from beffroi.alarms import events as ev
from beffroi.alarms.rows import alarm_row, flood_row
from beffroi.alarms.state import AlarmsState
from beffroi.alarms.texts import TEXTS
from beffroi.alarms.types import Alarm, DeadlineKind
from beffroi.model.ports import City
from beffroi.model.scope import CITY, Scope
from beffroi.model.time import Micros
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import View
from beffroi.trade.event import Event
from beffroi.trade.line import Line, Row
from beffroi.trade.room import Trade

ALARMS = "alarms"
FLOODS = "floods"
SETTLED_AT_ONCE = 300
"""Subjects of one settlement: some 10 ms of the core's loop."""


class Alarms(Trade[AlarmsState]):
    """The alarms as a trade."""

    name: ClassVar[str] = "alarms"
    actions: ClassVar[tuple[type[Action], ...]] = logic.ACTIONS
    events: ClassVar[tuple[type[Event], ...]] = ev.EVENTS
    topics: ClassVar[tuple[str, ...]] = (ALARMS, FLOODS)
    texts: ClassVar[dict[str, dict[str, str]]] = TEXTS

    def empty(self) -> AlarmsState:
        table = {(kind.name, item.name): item for kind in self.kinds.values() for item in kind.alarm_classes}
        return AlarmsState(kinds=self.kinds, class_table=table)

    def load(self, connection: psycopg.Connection[Any]) -> AlarmsState:
        return store.load(connection, self.empty())

    def decide(self, state: AlarmsState, action: Action, context: Context) -> Sequence[Event]:
        return logic.decide(state, action, context)

    def apply(self, state: AlarmsState, line: Line) -> None:
        evolve.apply(state, line)

    def write(self, cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
        store.write(cursor, lines)

    def scopes(self, state: AlarmsState, action: Action, city: City) -> Iterable[Scope]:
        if isinstance(action, ac.OnAlarm) and (alarm := state.alarms.get(action.alarm)):
            return (alarm.scope,)
        return (CITY,)

    def touched(self, line: Line) -> Iterable[tuple[str, Any]]:
        event = line.event
        if isinstance(event, ev.FloodStarted | ev.FloodEnded):
            yield FLOODS, event.desk
        elif isinstance(event, ev.Folded | ev.Unfolded | ev.LeftOver | ev.Rescoped):
            yield from ((ALARMS, alarm) for alarm in _several(event))
        elif isinstance(event, ev.Raised | ev.Toggled | ev.Returned):
            if event.outcome == "alarm":
                yield ALARMS, event.alarm
            if event.parent is not None:
                yield ALARMS, event.parent
            if isinstance(event, ev.Toggled) and event.former is not None:
                yield ALARMS, event.former
        elif isinstance(event, ev.AlarmEvent):
            yield ALARMS, event.alarm

    def row(self, state: AlarmsState, topic: str, key: Any, city: City) -> Row | None:
        if topic == FLOODS:
            flood = state.floods.get(key)
            return Row(FLOODS, key, Scope("", key, ""), flood_row(key, flood)) if flood else None
        alarm = state.alarms.get(key)
        return _row(state, alarm, city) if alarm else None

    def snapshot(self, state: AlarmsState, city: City) -> Iterable[Row]:
        for desk, flood in state.floods.items():
            if (data := flood_row(desk, flood)) is not None:
                yield Row(FLOODS, desk, Scope("", desk, ""), data)
        for alarm in state.columns.rows:
            if alarm is not None and on_screen(alarm):
                yield _row(state, alarm, city)

    def next_due(self, state: AlarmsState) -> Micros | None:
        return state.deadlines[0][0] if state.deadlines else None

    def due(self, state: AlarmsState, now: Micros) -> Sequence[Action]:
        subjects = evolve.pop_due(state, now, SETTLED_AT_ONCE)
        together = [subject for subject in subjects if subject not in state.apart]
        alone = [[subject] for subject in subjects if subject in state.apart]
        state.apart.difference_update(subjects)
        return [_settlement(group) for group in (together, *alone) if group]

    def undecided(self, state: AlarmsState, action: Action, at: Micros, *, apart: bool) -> None:
        if isinstance(action, ac.Settle):
            subjects = _subjects(action)
            evolve.put_back(state, subjects, at)
            if apart:
                state.apart.update(subjects)

    def routes(self, view: View[AlarmsState]) -> Sequence[Any]:
        return api.routes(view)


Subject = tuple[DeadlineKind, UUID | str]


def _settlement(subjects: Sequence[Subject]) -> ac.Settle:
    return ac.Settle(
        alarms=tuple(key for kind, key in subjects if kind == "alarm" and isinstance(key, UUID)),
        feeders=tuple(key for kind, key in subjects if kind == "feeder" and isinstance(key, UUID)),
        streets=tuple(key for kind, key in subjects if kind == "feeder" and isinstance(key, str)),
        desks=tuple(key for kind, key in subjects if kind == "flood" and isinstance(key, str)),
    )


def _subjects(action: ac.Settle) -> list[Subject]:
    named: list[Subject] = [("alarm", key) for key in action.alarms]
    named += [("feeder", key) for key in action.feeders]
    named += [("feeder", key) for key in action.streets]
    return named + [("flood", key) for key in action.desks]


def _several(event: ev.Folded | ev.Unfolded | ev.LeftOver | ev.Rescoped) -> Iterable[UUID]:
    match event:
        case ev.Folded():
            return (event.alarm, *event.former, *event.children)
        case ev.Unfolded():
            return (event.alarm, *(child.alarm for child in event.children))
        case ev.LeftOver():
            return (event.alarm, *(item.alarm for item in (*event.left, *event.again)))
    return event.alarms


def on_screen(alarm: Alarm) -> bool:
    """Tell whether screens hold this alarm: what is shown, and what people have set aside."""
    return alarm.shown or (alarm.outcome == "alarm" and bool(alarm.disposition) and alarm.parent is None)


def _row(state: AlarmsState, alarm: Alarm, city: City) -> Row:
    return Row(ALARMS, alarm.id, alarm.scope, alarm_row(state, alarm, city) if on_screen(alarm) else None)


TRADE = Alarms()
