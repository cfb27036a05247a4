"""What the duties sign as a trade."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

import psycopg

from beffroi.duties import actions as ask
from beffroi.duties import api, evolve, logic, store
from beffroi.duties import events as told
from beffroi.duties.texts import TEXTS
from beffroi.duties.types import DutiesState, RoutineRow, Standing
from beffroi.model.ports import City, scopes_of
from beffroi.model.scope import CITY, Scope
from beffroi.model.time import Micros
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import View
from beffroi.trade.event import Event
from beffroi.trade.line import Line, Row
from beffroi.trade.room import Trade

INSTRUCTIONS, REMINDERS, ROUTINES = "instructions", "reminders", "routines"


class Duties(Trade[DutiesState]):
    """Instructions, reminders and routines as a trade."""

    name: ClassVar[str] = "duties"
    actions: ClassVar[tuple[type[Action], ...]] = ask.ACTIONS
    events: ClassVar[tuple[type[Event], ...]] = told.EVENTS
    topics: ClassVar[tuple[str, ...]] = (INSTRUCTIONS, REMINDERS, ROUTINES)
    texts: ClassVar[dict[str, dict[str, str]]] = TEXTS

    def empty(self) -> DutiesState:
        return DutiesState()

    def load(self, connection: psycopg.Connection[Any]) -> DutiesState:
        return store.load(connection)

    def decide(self, state: DutiesState, action: Action, context: Context) -> Sequence[Event]:
        return logic.decide(state, action, context)

    def apply(self, state: DutiesState, line: Line) -> None:
        evolve.apply(state, line)

    def write(self, cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
        store.write(cursor, lines)

    def scopes(self, state: DutiesState, action: Action, city: City) -> Iterable[Scope]:
        match action:
            case ask.Instruct():
                return (logic.scope_of_instruction(action),)
            case ask.Read():
                # what is not there any more asks nothing of anybody
                known = filter(None, map(state.instructions.get, action.instructions))
                return [one.scope for one in known]
            case ask.EndInstruction():
                instruction = state.instructions.get(action.instruction)
                return (instruction.scope if instruction else CITY,)
            case ask.Remind():
                return (logic.scope_of_reminder(action, city),)
            case ask.Postpone() | ask.Done():
                reminder = state.reminders.get(action.reminder)
                return (reminder.scope if reminder else CITY,)
            case ask.Record():
                standing = state.routines.get(action.routine)
                return (logic.scope_of_desk(standing.routine.desk) if standing else CITY,)
        return _scopes_of_round(action, city)

    def touched(self, line: Line) -> Iterable[tuple[str, Any]]:
        match line.event:
            case told.Instructed() | told.WasRead() | told.InstructionEnded() as event:
                yield INSTRUCTIONS, event.instruction
            case told.Reminded() | told.FellDue() | told.Postponed() | told.WasDone() as event:
                yield REMINDERS, event.reminder
            case told.Recorded() | told.Missed() | told.PassedOver() as event:
                yield ROUTINES, event.routine
            case told.RoutinesSet() as event:
                yield from ((ROUTINES, name) for name in (*(one.name for one in event.routines), *event.removed))
            case told.Rescoped() as event:
                yield from ((REMINDERS, one) for one in event.reminders)
            case told.Forgotten() as event:
                yield from ((INSTRUCTIONS, one) for one in event.instructions)
                yield from ((REMINDERS, one) for one in event.reminders)
                yield from ((ROUTINES, one) for one in event.routines)

    def row(self, state: DutiesState, topic: str, key: Any, city: City) -> Row | None:
        # what is over leaves every screen: whoever held its row saw its scope
        if topic == INSTRUCTIONS:
            instruction = state.instructions.get(key)
            return Row(topic, key, instruction.scope if instruction else CITY, instruction)
        if topic == REMINDERS:
            reminder = state.reminders.get(key)
            return Row(topic, key, reminder.scope if reminder else CITY, reminder)
        standing = state.routines.get(key)
        return _routine_row(standing) if standing else Row(topic, key, CITY, None)

    def snapshot(self, state: DutiesState, city: City) -> Iterable[Row]:
        rows = [Row(INSTRUCTIONS, one.id, one.scope, one) for one in state.instructions.values()]
        rows += [Row(REMINDERS, one.id, one.scope, one) for one in state.reminders.values()]
        return [*rows, *map(_routine_row, state.routines.values())]

    def next_due(self, state: DutiesState) -> Micros | None:
        return min(_dues(state), default=None)

    def due(self, state: DutiesState, now: Micros) -> Sequence[Action]:
        return [ask.Due()]

    def routes(self, view: View[DutiesState]) -> Sequence[Any]:
        return api.routes(view)


def _dues(state: DutiesState) -> Iterator[Micros]:
    yield from (one.due_at for one in state.reminders.values() if one.fell_due_at is None)
    yield from (one.end for one in state.instructions.values())
    yield from (one.next.end for one in state.routines.values() if one.next is not None)


def _scopes_of_round(action: Action, city: City) -> Iterable[Scope]:
    if isinstance(action, ask.Observe):
        return scopes_of(city.topology, (action.asset,))
    if isinstance(action, ask.EndRound):
        return (logic.scope_of_round(action.commune),)
    return (CITY,)


def routine_row(standing: Standing) -> RoutineRow:
    """Return a routine as screens show it."""
    routine = standing.routine
    return RoutineRow(
        name=routine.name,
        label=routine.label,
        desk=routine.desk,
        at=routine.at,
        next=standing.next,
        last=standing.last,
    )


def _routine_row(standing: Standing) -> Row:
    return Row(ROUTINES, standing.routine.name, logic.scope_of_desk(standing.routine.desk), routine_row(standing))


TRADE = Duties()
