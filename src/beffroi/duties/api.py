"""Readings of the duties: what is open now, and what was."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import Parameter

from beffroi.duties import store
from beffroi.duties.logic import scope_of_desk
from beffroi.duties.types import Calendar, DutiesState, Instruction, Label, Reading, Reminder, Routine, Settled
from beffroi.model.scope import ANY, Scope
from beffroi.model.time import Micros
from beffroi.trade.doors import Caller, View
from beffroi.trade.filters import scope_condition

FOREVER = 2**62


class Owed(msgspec.Struct, kw_only=True):
    """An occasion of a routine: open now, or ended."""

    routine: str
    label: Label
    day: str
    at: Micros
    result: str = ""
    remark: str = ""
    late: bool = False
    missed: bool = False
    recorded_at: Micros | None = None
    author: UUID | None = None


class Now(msgspec.Struct):
    """What stands at this moment, the first to end first."""

    at: Micros
    instructions: list[Instruction]
    reminders: list[Reminder]
    open_routines: list[Owed]


class PastInstruction(msgspec.Struct):
    """An instruction with its end; `ended_at` is empty while it stands."""

    instruction: Instruction
    ended_at: Micros | None
    end_reason: str


class InstructionPage(msgspec.Struct):
    """Instructions, newest first."""

    items: list[PastInstruction]


class OwedPage(msgspec.Struct):
    """Occasions of routines, newest first."""

    items: list[Owed]


class RoutineSet(msgspec.Struct):
    """The routines in force."""

    calendar: Calendar
    items: list[Routine]


def now_of(state: DutiesState, at: Micros, caller: Caller) -> Now:
    """Return what stands at a time for a caller: instructions begun, open reminders, routines whose window is open."""
    routines = [
        Owed(routine=one.routine.name, label=one.routine.label, day=one.next.day, at=one.next.at)
        for one in state.routines.values()
        if one.next is not None and one.next.begin <= at and caller.sees(scope_of_desk(one.routine.desk))
    ]
    return Now(
        at,
        sorted((one for one in state.instructions.values() if caller.sees(one.scope)), key=lambda one: one.end),
        sorted((one for one in state.reminders.values() if caller.sees(one.scope)), key=lambda one: one.due_at),
        sorted(routines, key=lambda one: one.at),
    )


def routes(view: View[DutiesState]) -> Sequence[Any]:
    """Return the handlers of the duties."""

    @get("/now", summary="What stands now: instructions, reminders, routines whose window is open")
    async def now(caller: Caller) -> Now:
        return now_of(view.state, view.clock.now(), caller)

    @get("/routines", summary="The routines of the shift and their calendar")
    async def list_routines(caller: Caller) -> RoutineSet:
        standing = view.state.routines.values()
        seen = [one.routine for one in standing if caller.sees(scope_of_desk(one.routine.desk))]
        return RoutineSet(view.state.calendar, seen)

    return [now, list_routines, _instructions(view), _occasions(view)]


def _instructions(view: View[DutiesState]) -> Any:
    @get("/instructions", summary="List instructions, newest first, with who read them and how they ended")
    async def list_instructions(
        caller: Caller, limit: Annotated[int, Parameter(ge=1, le=1000)] = 200
    ) -> InstructionPage:
        condition, params = scope_condition(caller, "view")
        rows = await view.reader.fetch(
            f"SELECT {store.INSTRUCTION_COLUMNS}, ended_at, end_reason FROM duty_instruction WHERE {condition}"
            " ORDER BY given_at DESC LIMIT %(limit)s",
            {**params, "limit": limit},
        )
        found = {row[0]: store.instruction_from_row(row[:-2]) for row in rows}
        readings = await view.reader.fetch(
            "SELECT instruction, account, read_at FROM duty_reading WHERE instruction = ANY(%s) ORDER BY read_at",
            (list(found),),
        )
        for instruction, account, read_at in readings:
            found[instruction].reads.append(Reading(account, read_at))
        return InstructionPage([PastInstruction(found[row[0]], row[-2], row[-1]) for row in rows])

    return list_instructions


def _occasions(view: View[DutiesState]) -> Any:
    @get("/occasions", summary="List how routines ended, recorded or missed, newest first")
    async def list_occasions(
        caller: Caller,
        since: Annotated[Micros, Parameter(ge=0)] = 0,
        until: Annotated[Micros, Parameter(ge=0, le=FOREVER)] = FOREVER,
        limit: Annotated[int, Parameter(ge=1, le=1000)] = 200,
    ) -> OwedPage:
        rows = await view.reader.fetch(
            f"SELECT {store.OCCASION_COLUMNS}, label, missed_at, trade FROM duty_occasion"
            " WHERE at >= %(since)s AND at < %(until)s ORDER BY at DESC LIMIT %(limit)s",
            {"since": since, "until": until, "limit": limit},
        )
        # a routine's scope is its desk's trade alone: one column decides, the few rows are cut here
        seen = [row for row in rows if caller.sees(Scope("", row[-1], ANY))]
        return OwedPage([_owed(row[0], store.settled_from_row(row[:-3]), row[-3], row[-2]) for row in seen])

    return list_occasions


def _owed(routine: str, settled: Settled, label: Label, missed_at: Micros | None) -> Owed:
    return Owed(
        routine=routine,
        label=label,
        day=date.fromisoformat(settled.day).isoformat(),
        at=settled.at,
        result=settled.result,
        remark=settled.remark,
        late=settled.late,
        missed=missed_at is not None,
        recorded_at=settled.recorded_at if settled.result else None,
        author=settled.author,
    )
