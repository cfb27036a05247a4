"""Rows of requests, contacts, messages owed and calls.

`write` works on a private copy of the rows concerned, changed by `evolve.apply`, so that rows and memory cannot drift.
Contacts come beside the events, by `Held`, and go nowhere else.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from beffroi.model.scope import Scope
from beffroi.model.time import DAY
from beffroi.requests import events as ev
from beffroi.requests import evolve
from beffroi.requests.held import Held
from beffroi.requests.numbers import phone_key
from beffroi.requests.telling import earliest
from beffroi.requests.types import Call, Contact, Owed, Request, RequestsState
from beffroi.trade.line import Line

COLUMNS = (
    "id, code, local, position, recorded_at, changed_at, state, incident, follows, text, facts, lon, lat, asset,"
    " commune, trade, kind"
)
_OWN = frozenset(COLUMNS.replace(",", "").split()) - {"facts", "commune", "trade", "kind"}
_MARKS = ", ".join(["%s"] * len(COLUMNS.split(",")))
_UPSERT = f"""INSERT INTO requests_request ({COLUMNS}) VALUES ({_MARKS}) ON CONFLICT (id) DO UPDATE SET
    changed_at = excluded.changed_at, state = excluded.state, incident = excluded.incident, follows = excluded.follows,
    text = excluded.text, facts = excluded.facts, lon = excluded.lon, lat = excluded.lat, asset = excluded.asset,
    commune = excluded.commune, trade = excluded.trade, kind = excluded.kind"""
OWED = "id, request, step, round, channel, created_at, state, attempts, next_at, problem"
_OWE = f"""INSERT INTO requests_owed ({OWED}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO UPDATE
    SET channel = excluded.channel, state = excluded.state, attempts = excluded.attempts, next_at = excluded.next_at,
    problem = excluded.problem"""
_CALL = """INSERT INTO requests_call (id, state, rang_at, facts) VALUES (%s, %s, %s, %s) ON CONFLICT (id) DO UPDATE
    SET state = excluded.state, facts = excluded.facts"""
_CONTACT = """INSERT INTO requests_contact (subject, request, call, name, phone, email, channel, lang, until)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (subject) DO UPDATE SET name = excluded.name,
    phone = excluded.phone, email = excluded.email, channel = excluded.channel, lang = excluded.lang,
    until = excluded.until"""
_KEPT = """WHERE state IN ('recorded', 'attached', 'call_back')
    OR changed_at > (SELECT coalesce(max(changed_at), 0) FROM requests_request) - %s
    OR id IN (SELECT request FROM requests_contact WHERE request IS NOT NULL)"""
_FORGET_TEXTS = """UPDATE requests_request SET text = '', facts = facts || '{"place": "", "passed_to": ""}'
    WHERE id = ANY(%s) OR recorded_at < %s OR position = %s
    OR id IN (SELECT request FROM requests_words WHERE position = %s)"""
CALLS_KEPT = DAY


def load(connection: psycopg.Connection[Any]) -> RequestsState:
    """Return what memory keeps: what is open or recent, what is owed, the calls of the day, the ends of contacts."""
    state = RequestsState()
    query = f"SELECT {COLUMNS} FROM requests_request {_KEPT} ORDER BY position"
    for row in connection.execute(query, (evolve.KEPT_ENDED,)):
        evolve.put(state, request_from_row(row))
    _read_owed(connection, state, list(state.requests))
    query = """SELECT facts FROM requests_call WHERE state IN ('waiting', 'picking_up', 'talking')
        OR rang_at > (SELECT coalesce(max(rang_at), 0) FROM requests_call) - %s
        OR (state = 'abandoned' AND NOT (facts->>'recalled')::boolean AND (facts->>'number_known')::boolean)
        ORDER BY rang_at, id"""
    for (facts,) in connection.execute(query, (CALLS_KEPT,)):
        call = msgspec.convert(facts, Call)
        state.calls[call.id] = call
    for request, call, until in connection.execute("SELECT request, call, until FROM requests_contact"):
        state.contacts[request or call] = until
    state.contacts_end = earliest(state.contacts.values())
    return state


def _read_owed(cursor: Any, state: RequestsState, requests: Sequence[UUID]) -> None:
    rows = cursor.execute(f"SELECT {OWED} FROM requests_owed WHERE request = ANY(%s)", (list(requests),))
    for row in rows.fetchall():
        evolve.owe(state, owed_from_row(row))
    words = cursor.execute("SELECT request, position FROM requests_words WHERE request = ANY(%s)", (list(requests),))
    for request, position in words.fetchall():
        state.text_positions[request] = (*state.text_positions.get(request, ()), position)


def owed_from_row(row: tuple[Any, ...]) -> Owed:
    """Return the message owed of one row over OWED."""
    return Owed(**dict(zip(Owed.__struct_fields__, row, strict=True)))


def request_from_row(row: tuple[Any, ...]) -> Request:
    """Return the request of one row over COLUMNS."""
    names = [name.strip() for name in COLUMNS.split(",")]
    values = dict(zip(names, row, strict=True))
    scope = Scope(values.pop("commune"), values.pop("trade"), values.pop("kind"))
    facts = values.pop("facts")
    request = msgspec.convert({**facts, **values}, Request)
    request.scope = scope
    return request


def _to_row(request: Request) -> tuple[Any, ...]:
    facts = {name: getattr(request, name) for name in Request.__struct_fields__ if name not in _OWN and name != "scope"}
    one = request
    return (
        *(one.id, one.code, one.local, one.position, one.recorded_at, one.changed_at, one.state, one.incident),
        *(one.follows, one.text, msgspec.json.encode(facts).decode(), one.lon, one.lat, one.asset),
        *(one.scope.commune, one.scope.trade, one.scope.kind),
    )


def write(cursor: psycopg.Cursor[Any], lines: Sequence[Line], held: Held) -> None:
    """Bring a batch of events into the rows."""
    state = _read(cursor, lines)
    for line in lines:
        evolve.apply(state, line)
    cursor.executemany(_UPSERT, [_to_row(request) for request in state.requests.values()])
    cursor.executemany(_OWE, [_owed_row(owed) for owed in state.owed.values()])
    calls = [(one.id, one.state, one.rang_at, msgspec.json.encode(one).decode()) for one in state.calls.values()]
    cursor.executemany(_CALL, calls)
    words = [one for line in lines for one in _words(line)]
    cursor.executemany("INSERT INTO requests_words (request, position) VALUES (%s, %s)", words)
    for line in lines:
        _write_beside(cursor, line, state, held)


def _owed_row(owed: Owed) -> tuple[Any, ...]:
    return tuple(getattr(owed, name) for name in Owed.__struct_fields__)


def _write_beside(cursor: psycopg.Cursor[Any], line: Line, state: RequestsState, held: Held) -> None:
    """Write what the rows of requests do not hold: contacts, their ends, erasures."""
    match line.event:
        case ev.Recorded(request=request, contact_until=int(until)):
            _write_contact(cursor, request, held.take(request), until)
        case ev.ContactSet(request=request, until=until):
            _write_contact(cursor, request, held.take(request), until)
        case ev.Rang(call=call, number_until=int(until)):
            _write_contact(cursor, call, held.take(call), until)
        case ev.Forgotten(requests=requests, calls=calls):
            subjects = [*map(str, requests), *calls]
            cursor.execute("DELETE FROM requests_contact WHERE subject = ANY(%s)", (subjects,))
        case ev.TextsForgotten(requests=requests, before=before, position=position):
            cursor.execute(_FORGET_TEXTS, (list(requests), before, position, position))
        case ev.Rescoped(moves=moves):
            rows = [(move.after.commune, move.asset) for move in moves]
            cursor.executemany("UPDATE requests_request SET commune = %s WHERE asset = %s", rows)
        case ev.Settled() | ev.CalledBack() | ev.Progressed() | ev.Attached() | ev.Followed() | ev.Moved():
            _write_ends(cursor, state)


def _words(line: Line) -> Iterable[tuple[UUID, int]]:
    """Give the request of which a line, not its first, holds words."""
    match line.event:
        case ev.Corrected(request=request, text=text, place=place) if text or place:
            yield request, line.position
        case ev.Settled(request=request, passed_to=whom) if whom:
            yield request, line.position


def _write_contact(cursor: psycopg.Cursor[Any], subject: UUID | str, contact: Contact | None, until: int) -> None:
    if contact is None:
        return
    one = contact
    request, call = (subject, None) if isinstance(subject, UUID) else (None, subject)
    row = (str(subject), request, call, one.name, phone_key(one.phone), one.email, one.channel, one.lang, until)
    cursor.execute(_CONTACT, row)


def _write_ends(cursor: psycopg.Cursor[Any], state: RequestsState) -> None:
    """Bring the end dates of contacts in: earlier once a request is over, late again when it is reopened."""
    ends = [(one.contact_until, str(one.id)) for one in state.requests.values() if one.contact_until]
    cursor.executemany("UPDATE requests_contact SET until = %s WHERE subject = %s", ends)


def _read(cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> RequestsState:
    """Return the rows that some lines are about, as they stand before them."""
    state = RequestsState()
    requests, calls = _concerned(lines)
    if requests:
        query = f"SELECT {COLUMNS} FROM requests_request WHERE id = ANY(%s) ORDER BY position"
        for row in cursor.execute(query, (requests,)).fetchall():
            evolve.put(state, request_from_row(row))
        _read_owed(cursor, state, requests)
        ends = "SELECT request, until FROM requests_contact WHERE request = ANY(%s)"
        state.contacts.update(cursor.execute(ends, (requests,)).fetchall())
    if calls:
        for (facts,) in cursor.execute("SELECT facts FROM requests_call WHERE id = ANY(%s)", (calls,)).fetchall():
            call = msgspec.convert(facts, Call)
            state.calls[call.id] = call
    return state


def _concerned(lines: Iterable[Line]) -> tuple[list[UUID], list[str]]:
    requests: dict[UUID, None] = {}
    calls: dict[str, None] = {}
    for line in lines:
        event: Any = line.event
        requests.update(dict.fromkeys(getattr(event, "requests", ())))
        if (one := getattr(event, "request", None)) is not None:
            requests[one] = None
        if not isinstance(event, ev.Recorded):
            calls.update(dict.fromkeys([*getattr(event, "calls", ()), *filter(None, [getattr(event, "call", "")])]))
    return list(requests), list(calls)
