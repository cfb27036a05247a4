"""Decisions about instructions, reminders, routines and night rounds: pure functions of state, action and context."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from beffroi.duties import actions as ask
from beffroi.duties import events as told
from beffroi.duties.types import Calendar, DutiesState, Instruction, Occasion, Reminder, Standing, Target
from beffroi.duties.windows import next_after
from beffroi.model.ports import City
from beffroi.model.scope import ANY, Scope
from beffroi.model.time import DAY, HOUR, MINUTE, Micros
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.rejected import Rejected

COMPARTMENTS = frozenset({"police", "video"})
"""Desks whose own instructions and routines the others do not read (room.md rule 13)."""

KNOWN_TARGETS = frozenset({"asset", "alarm", "order", "crew"})
"""What must be there: the words of something unknown would be told to everybody."""

FUTURE_TOLERANCE = MINUTE
LONGEST_INSTRUCTION = 366 * DAY
FARTHEST_REMINDER = 31 * DAY
TOLD_LATE = DAY
"""Occasions that closed longer ago than this, while the core was away, are passed over in silence."""

RECORDED_LATE = 12 * HOUR
"""How long after its window a missed routine may still be recorded."""


def decide(state: DutiesState, action: Action, context: Context) -> Sequence[Event]:
    """Return the events that answer an action; the same identity of a seat again answers with nothing."""
    if context.happened_at > context.now + FUTURE_TOLERANCE:
        raise Rejected("duties.future", at=context.happened_at)
    local = getattr(action, "local", None)
    if local is not None and local in state.locals:
        return []
    found = _DECIDED.get(type(action))
    if found is None:
        raise TypeError(f"not an action of the duties: {action!r}")
    return found(state, action, context)


ROWS = {"alarm": "alarms", "order": "orders", "request": "requests", "crew": "crews", "line": "logbook"}
"""The topic of the rows that a reminder may be about, by kind of target."""


def scope_of_reminder(action: ask.Remind, city: City) -> Scope:
    """Return the scope of what a reminder is about: it says its words, and sounds, to nobody else.

    About nothing, or about what is everybody's, it is of who makes it: his compartment, his commune.
    """
    return _scope_of_target(action.target_kind, action.target, city) or Scope(
        action.commune, action.compartment or ANY, ANY
    )


def _scope_of_target(kind: str, target: UUID | None, city: City) -> Scope | None:
    if target is None:
        return None
    if kind == "asset":
        facts = city.topology.find(target)
        return facts.scope if facts else None
    if kind == "incident":
        incident = city.incidents.find(target)
        return incident.scope if incident else None
    return city.rows.scope_of(ROWS[kind], target) if kind in ROWS else None


def scope_of_instruction(action: ask.Instruct) -> Scope:
    """Return the scope of an instruction: everybody's of its commune, except those of one compartment."""
    desks = set(action.desks)
    return (
        Scope(action.commune, desks.pop(), ANY) if len(desks) == 1 and desks <= COMPARTMENTS else _every(action.commune)
    )


def _every(commune: str = "") -> Scope:
    return Scope(commune, ANY, ANY)


def _instruct(state: DutiesState, action: ask.Instruct, context: Context) -> list[Event]:
    begin = context.happened_at if action.begin is None else action.begin
    if action.end <= max(begin, context.now):
        raise Rejected("duties.end_passed", end=action.end)
    if action.end - context.now > LONGEST_INSTRUCTION:
        raise Rejected("duties.end_too_far", days=LONGEST_INSTRUCTION // DAY)
    return [
        told.Instructed(
            local=action.local,
            scope=scope_of_instruction(action),
            instruction=context.ids.new(),
            text=action.text,
            begin=begin,
            end=action.end,
            desks=tuple(dict.fromkeys(action.desks)),
        )
    ]


def _read(state: DutiesState, action: ask.Read, context: Context) -> list[Event]:
    account = context.actor.id
    if context.actor.kind != "person" or account is None:
        raise Rejected("duties.only_people_read")
    events: list[Event] = []
    for one in dict.fromkeys(action.instructions):
        instruction = state.instructions.get(one)
        if instruction is None or any(reading.account == account for reading in instruction.reads):
            continue
        # one identity for the whole list: it stands on the first line only
        local = None if events else action.local
        events.append(told.WasRead(local=local, scope=instruction.scope, instruction=one))
    return events


def _end_instruction(state: DutiesState, action: ask.EndInstruction, context: Context) -> list[Event]:
    instruction = state.instructions.get(action.instruction)
    if instruction is None:
        raise Rejected("duties.instruction.not_found", instruction=str(action.instruction))
    return [_ended(instruction, action.reason, action.local)]


def _ended(instruction: Instruction, reason: str, local: UUID | None = None) -> told.InstructionEnded:
    return told.InstructionEnded(
        local=local, scope=instruction.scope, instruction=instruction.id, reason=reason, read_by=len(instruction.reads)
    )


def _remind(state: DutiesState, action: ask.Remind, context: Context) -> list[Event]:
    if action.due_at < context.happened_at - FUTURE_TOLERANCE:
        raise Rejected("duties.due_passed", due_at=action.due_at)
    if action.due_at > context.now + FARTHEST_REMINDER:
        raise Rejected("duties.due_too_far", days=FARTHEST_REMINDER // DAY)
    known = action.target and _scope_of_target(action.target_kind, action.target, context.city)
    if action.target_kind in KNOWN_TARGETS and known is None:
        raise Rejected("duties.unknown_target", target=str(action.target))
    return [
        told.Reminded(
            local=action.local,
            scope=scope_of_reminder(action, context.city),
            reminder=context.ids.new(),
            text=action.text,
            due_at=action.due_at,
            about=action.about,
            target=Target(action.target_kind, action.target),
        )
    ]


def _reminder(state: DutiesState, reminder: UUID) -> Reminder:
    found = state.reminders.get(reminder)
    if found is None:
        raise Rejected("duties.reminder.not_found", reminder=str(reminder))
    return found


def _postpone(state: DutiesState, action: ask.Postpone, context: Context) -> list[Event]:
    reminder = _reminder(state, action.reminder)
    due_at = max(context.now, reminder.due_at) + action.minutes * MINUTE
    if due_at > context.now + FARTHEST_REMINDER:
        raise Rejected("duties.due_too_far", days=FARTHEST_REMINDER // DAY)
    return [told.Postponed(local=action.local, scope=reminder.scope, reminder=reminder.id, due_at=due_at)]


def _done(state: DutiesState, action: ask.Done, context: Context) -> list[Event]:
    reminder = _reminder(state, action.reminder)
    return [told.WasDone(local=action.local, scope=reminder.scope, reminder=reminder.id)]


def _end_about(state: DutiesState, action: ask.EndAbout, context: Context) -> list[Event]:
    about = (one for one in state.reminders.values() if one.target.id == action.target)
    over = [one for one in about if one.made_at >= (action.made_since or 0) and _asks_by(one, action.due_before)]
    return [told.WasDone(scope=one.scope, reminder=one.id) for one in over]


def _asks_by(reminder: Reminder, before: Micros | None) -> bool:
    # one that has yet to ask was meant for its hour, whatever became of the rest
    return reminder.fell_due_at is not None or (before is not None and reminder.due_at <= before)


def _record(state: DutiesState, action: ask.Record, context: Context) -> list[Event]:
    standing = state.routines.get(action.routine)
    if standing is None:
        raise Rejected("duties.routine.not_found", routine=action.routine)
    day, at, late = _recorded_occasion(standing, action, context)
    return [
        told.Recorded(
            local=action.local,
            scope=scope_of_desk(standing.routine.desk),
            routine=standing.routine.name,
            label=standing.routine.label,
            day=day,
            at=at,
            result=action.result,
            remark=action.remark or None,
            late=late,
        )
    ]


def _recorded_occasion(standing: Standing, action: ask.Record, context: Context) -> tuple[str, Micros, bool]:
    """Return (day, hour, late) of what is recorded: the occasion whose window holds the time of the facts, else the
    one just missed; raises Rejected when there is neither."""
    coming, last = standing.next, standing.last
    wanted = action.at
    if coming and coming.begin <= context.happened_at and wanted in (None, coming.at):
        return coming.day, coming.at, context.happened_at > coming.end
    if last and not last.result and wanted in (None, last.at) and context.now - last.at <= RECORDED_LATE:
        return last.day, last.at, True
    if last and last.result and wanted in (None, last.at) and context.now - last.at <= RECORDED_LATE:
        raise Rejected("duties.already_recorded", routine=standing.routine.name, at=last.at)
    raise Rejected("duties.not_now", routine=standing.routine.name, begin=coming.begin if coming else None)


def scope_of_desk(desk: str) -> Scope:
    """Return the scope of a routine: its compartment's, else everybody's."""
    return Scope("", desk if desk in COMPARTMENTS else ANY, ANY)


def _set_routines(state: DutiesState, action: ask.SetRoutines, context: Context) -> list[Event]:
    names = [routine.name for routine in action.routines]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise Rejected("duties.routine_twice", routine=sorted(twice)[0])
    _check_calendar(action.calendar)
    for routine in action.routines:
        if not routine.label.get("fr"):
            raise Rejected("duties.routine_without_label", routine=routine.name)
    removed = tuple(name for name in state.routines if name not in names)
    return [told.RoutinesSet(routines=tuple(action.routines), calendar=action.calendar, removed=removed)]


def _check_calendar(calendar: Calendar) -> None:
    try:
        ZoneInfo(calendar.zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Rejected("duties.unknown_zone", zone=calendar.zone) from error


def _observe(state: DutiesState, action: ask.Observe, context: Context) -> list[Event]:
    facts = context.city.topology.find(action.asset)
    if facts is None or facts.state == "removed":
        raise Rejected("duties.unknown_target", target=str(action.asset))
    return [
        told.Observed(
            local=action.local,
            scope=facts.scope,
            observation=context.ids.new(),
            round=action.round,
            asset=facts.id,
            fault=action.fault,
        )
    ]


def _end_round(state: DutiesState, action: ask.EndRound, context: Context) -> list[Event]:
    if action.began_at > context.happened_at + FUTURE_TOLERANCE:
        raise Rejected("duties.future", at=action.began_at)
    return [
        told.RoundEnded(
            local=action.local,
            scope=scope_of_round(action.commune),
            round=action.round,
            label=action.label,
            began_at=action.began_at,
            seen=action.seen,
            faults=state.rounds.get(action.round, 0),
        )
    ]


def scope_of_round(commune: str) -> Scope:
    """Return the scope of a night round."""
    return Scope(commune, "lighting", ANY)


def _due(state: DutiesState, action: ask.Due, context: Context) -> list[Event]:
    now = context.now
    events: list[Event] = [
        told.FellDue(scope=one.scope, reminder=one.id, due_at=one.due_at)
        for one in state.reminders.values()
        if one.fell_due_at is None and one.due_at <= now
    ]
    events += [_ended(one, "time") for one in state.instructions.values() if one.end <= now]
    for standing in state.routines.values():
        events += _missed(standing, state.calendar, now)
    return events


def _missed(standing: Standing, calendar: Calendar, now: Micros) -> Iterator[Event]:
    routine, passed = standing.routine, None
    coming: Occasion | None = standing.next
    while coming is not None and coming.end <= now:
        if now - coming.end > TOLD_LATE:
            passed = coming.at
        else:
            if passed is not None:
                yield told.PassedOver(routine=routine.name, upto=passed)
                passed = None
            yield told.Missed(
                scope=scope_of_desk(routine.desk),
                routine=routine.name,
                label=routine.label,
                day=coming.day,
                at=coming.at,
            )
        coming = next_after(routine, coming.at, calendar)
    if passed is not None:
        yield told.PassedOver(routine=routine.name, upto=passed)


def _forget(state: DutiesState, action: ask.Forget, context: Context) -> list[Event]:
    def due(purpose: str, position: int, recorded_at: Micros) -> bool:
        if action.position is not None:
            return position == action.position
        return action.purpose == purpose and action.before is not None and recorded_at < action.before

    return [
        told.Forgotten(
            instructions=tuple(
                one.id for one in state.instructions.values() if due(told.INSTRUCTION, one.position, one.given_at)
            ),
            reminders=tuple(
                one.id for one in state.reminders.values() if due(told.REMINDER, one.position, one.made_at)
            ),
            routines=tuple(
                name
                for name, one in state.routines.items()
                if one.last and due(told.ROUTINE, one.last.position, one.last.recorded_at)
            ),
            purpose=action.purpose,
            before=action.before,
            position=action.position,
        )
    ]


def _rescope(state: DutiesState, action: ask.Rescope, context: Context) -> list[Event]:
    after = {("asset", move.asset): move.after for move in action.moves}
    after |= {("incident", move.incident): move.scope for move in action.events}
    found = [
        (one.id, scope)
        for one in state.reminders.values()
        if one.target.id and (scope := after.get((one.target.kind, one.target.id))) and scope != one.scope
    ]
    if not found and not action.moves:
        return []
    reminders, scopes = tuple(one for one, _ in found), tuple(scope for _, scope in found)
    return [told.Rescoped(reminders=reminders, scopes=scopes, moves=action.moves)]


_DECIDED: dict[type[Action], Callable[[DutiesState, Any, Context], list[Event]]] = {
    ask.Instruct: _instruct,
    ask.Read: _read,
    ask.EndInstruction: _end_instruction,
    ask.Remind: _remind,
    ask.Postpone: _postpone,
    ask.Done: _done,
    ask.Record: _record,
    ask.SetRoutines: _set_routines,
    ask.Observe: _observe,
    ask.EndRound: _end_round,
    ask.Due: _due,
    ask.EndAbout: _end_about,
    ask.Forget: _forget,
    ask.Rescope: _rescope,
}
