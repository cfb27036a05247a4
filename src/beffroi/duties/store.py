"""Rows of the duties."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from beffroi.duties import events as told
from beffroi.duties.evolve import KEPT_LOCALS, KEPT_ROUNDS
from beffroi.duties.types import (
    Calendar,
    DutiesState,
    Instruction,
    Reading,
    Reminder,
    Routine,
    Settled,
    Standing,
    Target,
)
from beffroi.duties.windows import next_after
from beffroi.model.scope import Scope
from beffroi.trade.event import Event
from beffroi.trade.line import Line

INSTRUCTION_COLUMNS = "id, position, text, desks, begins_at, ends_at, given_at, author, commune, trade, kind"
REMINDER_COLUMNS = (
    "id, position, text, about, target_kind, target, due_at, made_at, author, fell_due_at, postponed,"
    " commune, trade, kind"
)
OCCASION_COLUMNS = "routine, at, day, result, remark, recorded_at, happened_at, author, late, position"

Cursor = psycopg.Cursor[Any]


def load(connection: psycopg.Connection[Any]) -> DutiesState:
    """Return what is open, the routines in force with their last occasion, and the newest identities of seats."""
    state = DutiesState()
    for row in connection.execute(
        f"SELECT {INSTRUCTION_COLUMNS} FROM duty_instruction WHERE ended_at IS NULL ORDER BY position"
    ):
        instruction = instruction_from_row(row)
        state.instructions[instruction.id] = instruction
    _load_readings(connection, state)
    for row in connection.execute(
        f"SELECT {REMINDER_COLUMNS} FROM duty_reminder WHERE done_at IS NULL ORDER BY position"
    ):
        reminder = reminder_from_row(row)
        state.reminders[reminder.id] = reminder
    _load_routines(connection, state)
    newest = connection.execute(f"SELECT local FROM duty_local ORDER BY position DESC LIMIT {KEPT_LOCALS}").fetchall()
    state.locals = {local: None for (local,) in reversed(newest)}
    state.rounds = _rounds(connection)
    return state


def _load_readings(connection: psycopg.Connection[Any], state: DutiesState) -> None:
    rows = connection.execute(
        "SELECT instruction, account, read_at FROM duty_reading WHERE instruction = ANY(%s) ORDER BY read_at, account",
        (list(state.instructions),),
    )
    for instruction, account, read_at in rows:
        state.instructions[instruction].reads.append(Reading(account, read_at))


def _load_routines(connection: psycopg.Connection[Any], state: DutiesState) -> None:
    row = connection.execute(
        "SELECT set_at, routines, calendar FROM duty_routines ORDER BY position DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return
    set_at, routines, calendar = row
    state.routines_set, state.calendar = True, msgspec.convert(calendar, Calendar)
    reached = dict(connection.execute("SELECT routine, at FROM duty_reached").fetchall())
    last = {row[0]: settled_from_row(row) for row in connection.execute(_LAST)}
    for routine in msgspec.convert(routines, list[Routine]):
        at = reached.get(routine.name, set_at)
        standing = Standing(routine=routine, reached=at, last=last.get(routine.name))
        standing.next = next_after(routine, at, state.calendar)
        state.routines[routine.name] = standing


def _rounds(connection: psycopg.Connection[Any]) -> dict[Any, int]:
    rows = connection.execute(
        "SELECT round, count(*) FROM duty_observation AS seen WHERE NOT EXISTS"
        " (SELECT 1 FROM duty_round WHERE id = seen.round)"
        f" GROUP BY round ORDER BY min(seen_at) DESC LIMIT {KEPT_ROUNDS}"
    ).fetchall()
    return dict(reversed(rows))


_LAST = f"SELECT DISTINCT ON (routine) {OCCASION_COLUMNS} FROM duty_occasion ORDER BY routine, position DESC"


def instruction_from_row(row: Sequence[Any]) -> Instruction:
    """Return the instruction of one row over INSTRUCTION_COLUMNS, its readings left out."""
    (id_, position, text, desks, begin, end, given_at, author, *scope) = row
    return Instruction(
        id=id_,
        text=text,
        desks=tuple(desks),
        begin=begin,
        end=end,
        given_at=given_at,
        author=author,
        position=position,
        scope=Scope(*scope),
    )


def reminder_from_row(row: Sequence[Any]) -> Reminder:
    """Return the reminder of one row over REMINDER_COLUMNS."""
    (id_, position, text, about, kind, target, due_at, made_at, author, fell_due_at, postponed, *scope) = row
    return Reminder(
        id=id_,
        text=text,
        about=about,
        target=Target(kind, target),
        due_at=due_at,
        made_at=made_at,
        author=author,
        fell_due_at=fell_due_at,
        postponed=postponed,
        position=position,
        scope=Scope(*scope),
    )


def settled_from_row(row: Sequence[Any]) -> Settled:
    """Return the end of an occasion of one row over OCCASION_COLUMNS."""
    (_, at, day, result, remark, recorded_at, happened_at, author, late, position) = row
    return Settled(
        day=day.isoformat(),
        at=at,
        result=result,
        remark=remark,
        recorded_at=recorded_at,
        happened_at=happened_at,
        author=author,
        late=late,
        position=position,
    )


def write(cursor: Cursor, lines: Sequence[Line]) -> None:
    """Bring a batch of events into the rows, in their order."""
    locals_ = [
        (line.event.local, line.position)
        for line in lines
        if isinstance(line.event, told.DutyEvent) and line.event.local is not None
    ]
    if locals_:
        cursor.executemany("INSERT INTO duty_local (local, position) VALUES (%s, %s)", locals_)
    for line in lines:
        keep = _WRITES.get(type(line.event))
        if keep is not None:
            keep(cursor, line.event, line)


def _instructed(cursor: Cursor, event: told.Instructed, line: Line) -> None:
    cursor.execute(
        f"INSERT INTO duty_instruction ({INSTRUCTION_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            event.instruction, line.position, event.text, list(event.desks), event.begin, event.end, line.recorded_at,
            line.actor.id, event.scope.commune, event.scope.trade, event.scope.kind,
        ),
    )  # fmt: skip


def _read(cursor: Cursor, event: told.WasRead, line: Line) -> None:
    cursor.execute(
        "INSERT INTO duty_reading (instruction, account, read_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (event.instruction, line.actor.id, line.happened_at),
    )


def _instruction_ended(cursor: Cursor, event: told.InstructionEnded, line: Line) -> None:
    cursor.execute(
        "UPDATE duty_instruction SET ended_at = %s, end_reason = %s WHERE id = %s",
        (line.recorded_at, event.reason, event.instruction),
    )


def _reminded(cursor: Cursor, event: told.Reminded, line: Line) -> None:
    cursor.execute(
        f"INSERT INTO duty_reminder ({REMINDER_COLUMNS})"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            event.reminder, line.position, event.text, event.about, event.target.kind, event.target.id, event.due_at,
            line.recorded_at, line.actor.id, None, 0, event.scope.commune, event.scope.trade, event.scope.kind,
        ),
    )  # fmt: skip


def _fell_due(cursor: Cursor, event: told.FellDue, line: Line) -> None:
    cursor.execute("UPDATE duty_reminder SET fell_due_at = %s WHERE id = %s", (line.recorded_at, event.reminder))


def _postponed(cursor: Cursor, event: told.Postponed, line: Line) -> None:
    cursor.execute(
        "UPDATE duty_reminder SET due_at = %s, fell_due_at = NULL, postponed = postponed + 1 WHERE id = %s",
        (event.due_at, event.reminder),
    )


def _done(cursor: Cursor, event: told.WasDone, line: Line) -> None:
    cursor.execute("UPDATE duty_reminder SET done_at = %s WHERE id = %s", (line.recorded_at, event.reminder))


def _routines_set(cursor: Cursor, event: told.RoutinesSet, line: Line) -> None:
    cursor.execute(
        "INSERT INTO duty_routines (position, set_at, routines, calendar) VALUES (%s, %s, %s, %s)",
        (
            line.position,
            line.recorded_at,
            Jsonb(msgspec.to_builtins(event.routines)),
            Jsonb(msgspec.to_builtins(event.calendar)),
        ),
    )
    cursor.execute("DELETE FROM duty_reached WHERE NOT routine = ANY(%s)", ([one.name for one in event.routines],))
    cursor.executemany(
        "INSERT INTO duty_reached (routine, at) VALUES (%s, %s) ON CONFLICT DO NOTHING",
        [(one.name, line.recorded_at) for one in event.routines],
    )


_REACH = "UPDATE duty_reached SET at = greatest(at, %s) WHERE routine = %s"
_SETTLE = """INSERT INTO duty_occasion
    (routine, at, day, label, result, remark, missed_at, recorded_at, happened_at, author, late, position, trade)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (routine, at) DO UPDATE SET result = excluded.result, remark = excluded.remark,
    recorded_at = excluded.recorded_at, happened_at = excluded.happened_at, author = excluded.author,
    late = excluded.late, position = excluded.position"""


def _settled(cursor: Cursor, event: told.Recorded | told.Missed, line: Line) -> None:
    recorded = event if isinstance(event, told.Recorded) else None
    cursor.execute(
        _SETTLE,
        (
            event.routine, event.at, event.day, Jsonb(event.label), recorded.result if recorded else "",
            (recorded.remark or "") if recorded else "", None if recorded else line.recorded_at, line.recorded_at,
            line.happened_at, line.actor.id if recorded else None, bool(recorded and recorded.late), line.position,
            event.scope.trade,
        ),
    )  # fmt: skip
    cursor.execute(_REACH, (event.at, event.routine))


def _passed_over(cursor: Cursor, event: told.PassedOver, line: Line) -> None:
    cursor.execute(_REACH, (event.upto, event.routine))


def _observed(cursor: Cursor, event: told.Observed, line: Line) -> None:
    cursor.execute(
        "INSERT INTO duty_observation (id, round, asset, fault, seen_at, author, commune, trade, kind)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            event.observation, event.round, event.asset, event.fault, line.happened_at, line.actor.id,
            event.scope.commune, event.scope.trade, event.scope.kind,
        ),
    )  # fmt: skip


def _round_ended(cursor: Cursor, event: told.RoundEnded, line: Line) -> None:
    cursor.execute(
        "INSERT INTO duty_round (id, label, began_at, ended_at, author, seen, faults, commune, trade, kind)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING",
        (
            event.round, event.label, event.began_at, line.happened_at, line.actor.id, event.seen, event.faults,
            event.scope.commune, event.scope.trade, event.scope.kind,
        ),
    )  # fmt: skip


_FORGET = {
    told.INSTRUCTION: ("UPDATE duty_instruction SET text = '' WHERE text <> ''", "given_at"),
    told.REMINDER: ("UPDATE duty_reminder SET text = '', about = '' WHERE (text <> '' OR about <> '')", "made_at"),
    told.ROUTINE: ("UPDATE duty_occasion SET remark = '' WHERE remark <> ''", "recorded_at"),
}


def _forgotten(cursor: Cursor, event: told.Forgotten, line: Line) -> None:
    for purpose, (update, recorded) in _FORGET.items():
        if event.position is not None:
            cursor.execute(f"{update} AND position = %s".encode(), (event.position,))
        elif event.purpose == purpose:
            cursor.execute(f"{update} AND {recorded} < %s".encode(), (event.before,))


_MOVE_OBSERVED = """UPDATE duty_observation SET commune = moved.commune, trade = moved.trade, kind = moved.kind
    FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[]) AS moved (asset, commune, trade, kind)
    WHERE duty_observation.asset = moved.asset"""


def _rescoped(cursor: Cursor, event: told.Rescoped, line: Line) -> None:
    cursor.executemany(
        "UPDATE duty_reminder SET commune = %s, trade = %s, kind = %s WHERE id = %s",
        [(*_columns(scope), one) for one, scope in zip(event.reminders, event.scopes, strict=True)],
    )
    after = [[getattr(move.after, name) for move in event.moves] for name in ("commune", "trade", "kind")]
    cursor.execute(_MOVE_OBSERVED, ([move.asset for move in event.moves], *after))


def _columns(scope: Scope) -> tuple[str, str, str]:
    return scope.commune, scope.trade, scope.kind


_WRITES: dict[type[Event], Callable[[Cursor, Any, Line], None]] = {
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
