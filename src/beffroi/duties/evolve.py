"""How one line of the journal changes the duties in memory."""

from collections.abc import Callable
from typing import Any

from beffroi.duties import events as told
from beffroi.duties.types import DutiesState, Instruction, Reading, Reminder, Settled, Standing
from beffroi.duties.windows import next_after
from beffroi.model.time import Micros
from beffroi.trade.event import Event
from beffroi.trade.line import Line

KEPT_LOCALS = 5_000
KEPT_ROUNDS = 500


def apply(state: DutiesState, line: Line) -> None:
    """Bring one line into the state."""
    event = line.event
    if isinstance(event, told.DutyEvent) and event.local is not None:
        keep_local(state, event.local)
    change = _CHANGES.get(type(event))
    if change is not None:
        change(state, event, line)


def keep_local(state: DutiesState, local: Any) -> None:
    """Remember an identity of a seat; the oldest leaves beyond the bound."""
    state.locals[local] = None
    if len(state.locals) > KEPT_LOCALS:
        del state.locals[next(iter(state.locals))]


def instruction_of(event: told.Instructed, line: Line) -> Instruction:
    """Return the instruction that a line gives."""
    return Instruction(
        id=event.instruction,
        text=event.text,
        desks=event.desks,
        begin=event.begin,
        end=event.end,
        given_at=line.recorded_at,
        author=line.actor.id,
        position=line.position,
        scope=event.scope,
    )


def reminder_of(event: told.Reminded, line: Line) -> Reminder:
    """Return the reminder that a line sets."""
    return Reminder(
        id=event.reminder,
        text=event.text,
        about=event.about,
        target=event.target,
        due_at=event.due_at,
        made_at=line.recorded_at,
        author=line.actor.id,
        position=line.position,
        scope=event.scope,
    )


def settled_of(event: told.Recorded | told.Missed, line: Line) -> Settled:
    """Return how a line settles an occasion."""
    recorded = isinstance(event, told.Recorded)
    return Settled(
        day=event.day,
        at=event.at,
        result=event.result if isinstance(event, told.Recorded) else "",
        remark=(event.remark or "") if isinstance(event, told.Recorded) else "",
        recorded_at=line.recorded_at,
        happened_at=line.happened_at,
        author=line.actor.id if recorded else None,
        late=event.late if isinstance(event, told.Recorded) else False,
        position=line.position,
    )


def _instructed(state: DutiesState, event: told.Instructed, line: Line) -> None:
    state.instructions[event.instruction] = instruction_of(event, line)


def _read(state: DutiesState, event: told.WasRead, line: Line) -> None:
    instruction = state.instructions.get(event.instruction)
    if instruction is not None and line.actor.id is not None:
        instruction.reads = [*instruction.reads, Reading(line.actor.id, line.happened_at)]


def _instruction_ended(state: DutiesState, event: told.InstructionEnded, line: Line) -> None:
    state.instructions.pop(event.instruction, None)


def _reminded(state: DutiesState, event: told.Reminded, line: Line) -> None:
    state.reminders[event.reminder] = reminder_of(event, line)


def _fell_due(state: DutiesState, event: told.FellDue, line: Line) -> None:
    if reminder := state.reminders.get(event.reminder):
        reminder.fell_due_at = line.recorded_at


def _postponed(state: DutiesState, event: told.Postponed, line: Line) -> None:
    if reminder := state.reminders.get(event.reminder):
        reminder.due_at, reminder.fell_due_at = event.due_at, None
        reminder.postponed += 1


def _done(state: DutiesState, event: told.WasDone, line: Line) -> None:
    state.reminders.pop(event.reminder, None)


def _routines_set(state: DutiesState, event: told.RoutinesSet, line: Line) -> None:
    before = state.routines
    state.calendar, state.routines_set = event.calendar, True
    state.routines = {}
    for routine in event.routines:
        known = before.get(routine.name)
        standing = known or Standing(routine=routine, reached=line.recorded_at)
        standing.routine = routine
        state.routines[routine.name] = standing
        _reach(state, standing, standing.reached)


def _reach(state: DutiesState, standing: Standing, at: Micros) -> None:
    standing.reached = max(standing.reached, at)
    standing.next = next_after(standing.routine, standing.reached, state.calendar)


def _settled(state: DutiesState, event: told.Recorded | told.Missed, line: Line) -> None:
    if standing := state.routines.get(event.routine):
        standing.last = settled_of(event, line)
        _reach(state, standing, event.at)


def _passed_over(state: DutiesState, event: told.PassedOver, line: Line) -> None:
    if standing := state.routines.get(event.routine):
        _reach(state, standing, event.upto)


def _observed(state: DutiesState, event: told.Observed, line: Line) -> None:
    state.rounds[event.round] = state.rounds.get(event.round, 0) + 1
    if len(state.rounds) > KEPT_ROUNDS:
        del state.rounds[next(iter(state.rounds))]


def _round_ended(state: DutiesState, event: told.RoundEnded, line: Line) -> None:
    state.rounds.pop(event.round, None)


def _forgotten(state: DutiesState, event: told.Forgotten, line: Line) -> None:
    for instruction in filter(None, map(state.instructions.get, event.instructions)):
        instruction.text = ""
    for reminder in filter(None, map(state.reminders.get, event.reminders)):
        reminder.text = reminder.about = ""
    for standing in filter(None, map(state.routines.get, event.routines)):
        if standing.last is not None:
            standing.last = Settled(**{**_fields(standing.last), "remark": ""})


def _rescoped(state: DutiesState, event: told.Rescoped, line: Line) -> None:
    for name, scope in zip(event.reminders, event.scopes, strict=True):
        if reminder := state.reminders.get(name):
            reminder.scope = scope


def _fields(settled: Settled) -> dict[str, Any]:
    return {name: getattr(settled, name) for name in settled.__struct_fields__}


_CHANGES: dict[type[Event], Callable[[DutiesState, Any, Line], None]] = {
    told.Instructed: _instructed,
    told.WasRead: _read,
    told.InstructionEnded: _instruction_ended,
    told.Reminded: _reminded,
    told.FellDue: _fell_due,
    told.Postponed: _postponed,
    told.WasDone: _done,
    told.RoutinesSet: _routines_set,
    told.Recorded: _settled,
    told.Missed: _settled,
    told.PassedOver: _passed_over,
    told.Observed: _observed,
    told.RoundEnded: _round_ended,
    told.Forgotten: _forgotten,
    told.Rescoped: _rescoped,
}
