"""Rows of the directory."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from beffroi.directory import events as told
from beffroi.directory.evolve import KEPT_LOCALS, keep
from beffroi.directory.logic import replaced
from beffroi.directory.types import Contact, DirectoryState, Person, Phone, Roster, Slot, read_person
from beffroi.trade.event import Event
from beffroi.trade.line import Line

CONTACT_COLUMNS = "id, key, organisation, function, category, commune, place, phones, hours, languages, note, set_at"
CALL_COLUMNS = "id, contact, label, outcome, incident, phone, called_at, recorded_at, author"

Cursor = psycopg.Cursor[Any]


def load(connection: psycopg.Connection[Any]) -> DirectoryState:
    """Return the whole directory, its search included."""
    state = DirectoryState()
    people = {
        contact: (msgspec.convert(person, Person), until)
        for contact, person, until in connection.execute("SELECT contact, person, until FROM directory_person")
    }
    for row in connection.execute(f"SELECT {CONTACT_COLUMNS} FROM directory_contact ORDER BY id"):
        contact = contact_from_row(row)
        contact.person, contact.until = people.get(contact.id, (None, None))
        keep(state, contact)
    for contact, position in connection.execute("SELECT contact, position FROM directory_trace ORDER BY position"):
        state.traces[contact] = (*state.traces.get(contact, ()), position)
    for key, label, commune, place in connection.execute("SELECT key, label, commune, place FROM directory_roster"):
        state.rosters[key] = Roster(key=key, label=label, commune=commune, place=place)
    for roster, *slot in connection.execute(
        "SELECT roster, contact, begin_at, end_at FROM directory_slot ORDER BY begin_at, end_at, contact::text"
    ):
        state.slots[roster] = (*state.slots.get(roster, ()), Slot(*slot))
    newest = connection.execute(
        f"SELECT local FROM directory_call WHERE local IS NOT NULL ORDER BY position DESC LIMIT {KEPT_LOCALS}"
    ).fetchall()
    state.locals = {local: None for (local,) in reversed(newest)}
    row = connection.execute("SELECT position FROM directory_change").fetchone()
    state.version = row[0] if row else 0
    return state


def contact_from_row(row: Sequence[Any]) -> Contact:
    """Return the contact of one row over CONTACT_COLUMNS, its person left out."""
    (id_, key, organisation, function, category, commune, place, phones, hours, languages, note, set_at) = row
    return Contact(
        id=id_,
        key=key,
        organisation=organisation,
        function=function,
        category=category,
        commune=commune,
        place=place,
        phones=msgspec.convert(phones, tuple[Phone, ...]),
        hours=hours,
        languages=tuple(languages),
        note=note,
        set_at=set_at,
    )


def write(cursor: Cursor, lines: Sequence[Line]) -> None:
    """Bring a batch of events into the rows, in their order."""
    for line in lines:
        keep_row = _WRITES.get(type(line.event))
        if keep_row is not None:
            keep_row(cursor, line.event, line)
    changes = [line.position for line in lines if not isinstance(line.event, told.Called)]
    if changes:
        cursor.execute(_CHANGED, (changes[-1],))


_CHANGED = """INSERT INTO directory_change (position) VALUES (%s)
    ON CONFLICT (single) DO UPDATE SET position = excluded.position"""
_SET = f"""INSERT INTO directory_contact ({CONTACT_COLUMNS})
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (id) DO UPDATE SET key = excluded.key, organisation = excluded.organisation,
    function = excluded.function, category = excluded.category, commune = excluded.commune, place = excluded.place,
    phones = excluded.phones, hours = excluded.hours, languages = excluded.languages, note = excluded.note,
    set_at = excluded.set_at"""
_PERSON = """INSERT INTO directory_person (contact, person, until) VALUES (%s, %s, %s)
    ON CONFLICT (contact) DO UPDATE SET person = excluded.person, until = excluded.until"""


def _contact_set(cursor: Cursor, event: told.ContactSet, line: Line) -> None:
    cursor.execute(
        _SET,
        (
            event.contact, event.key, event.organisation, event.function, event.category, event.commune, event.place,
            Jsonb(msgspec.to_builtins(event.phones)), event.hours, list(event.languages), event.note, line.recorded_at,
        ),
    )  # fmt: skip
    person = read_person(event.person)
    if person is None:
        cursor.execute("DELETE FROM directory_person WHERE contact = %s", (event.contact,))
        return
    cursor.execute(_PERSON, (event.contact, Jsonb(msgspec.to_builtins(person)), event.until))
    cursor.execute("INSERT INTO directory_trace (contact, position) VALUES (%s, %s)", (event.contact, line.position))


def _removed(cursor: Cursor, event: told.ContactRemoved, line: Line) -> None:
    cursor.execute("DELETE FROM directory_contact WHERE id = %s", (event.contact,))


def _forgotten(cursor: Cursor, event: told.PersonForgotten, line: Line) -> None:
    cursor.execute("DELETE FROM directory_person WHERE contact = %s", (event.contact,))
    cursor.execute("DELETE FROM directory_trace WHERE contact = %s", (event.contact,))


def _roster_set(cursor: Cursor, event: told.RosterSet, line: Line) -> None:
    roster = event.roster
    cursor.execute(
        "INSERT INTO directory_roster (key, label, commune, place) VALUES (%s, %s, %s, %s) ON CONFLICT (key)"
        " DO UPDATE SET label = excluded.label, commune = excluded.commune, place = excluded.place",
        (roster.key, roster.label, roster.commune, roster.place),
    )


def _roster_removed(cursor: Cursor, event: told.RosterRemoved, line: Line) -> None:
    cursor.execute("DELETE FROM directory_roster WHERE key = %s", (event.roster,))


def _duty_set(cursor: Cursor, event: told.DutySet, line: Line) -> None:
    gone = cursor.execute(
        "DELETE FROM directory_slot WHERE roster = %s AND begin_at < %s AND end_at > %s"
        " RETURNING contact, begin_at, end_at",
        (event.roster, event.end, event.begin),
    ).fetchall()
    slots = replaced([Slot(*row) for row in gone], event)
    cursor.executemany(
        "INSERT INTO directory_slot (roster, contact, begin_at, end_at) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [(event.roster, slot.contact, slot.begin, slot.end) for slot in slots],
    )


def _called(cursor: Cursor, event: told.Called, line: Line) -> None:
    cursor.execute(
        f"INSERT INTO directory_call ({CALL_COLUMNS}, local, position, commune, trade, kind)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            event.call, event.contact, event.label, event.outcome, event.incident, event.phone, line.happened_at,
            line.recorded_at, line.actor.id, event.local, line.position, event.scope.commune, event.scope.trade,
            event.scope.kind,
        ),
    )  # fmt: skip


_WRITES: dict[type[Event], Callable[[Cursor, Any, Line], None]] = {
    told.ContactSet: _contact_set,
    told.ContactRemoved: _removed,
    told.PersonForgotten: _forgotten,
    told.RosterSet: _roster_set,
    told.RosterRemoved: _roster_removed,
    told.DutySet: _duty_set,
    told.Called: _called,
}
