"""What the rows keep of the main courante is what memory holds."""

from typing import Any
from uuid import UUID

import psycopg
import pytest

from beffroi.logbook.actions import AmendReport, Correct, FileReport, Forget, Note, Sign, Write
from beffroi.logbook.events import Written
from beffroi.model.scope import Scope
from beffroi.model.time import MINUTE
from tests.logbook.room import REACTION, START, Room


def _busy_night() -> Room:
    room = Room()
    incident = room.incidents.open("2026-1", Scope("21231", "police"), masked=True)
    (first,) = room.do(Write(text="un", local=UUID(int=1), typed_at=START - MINUTE))
    room.do(Write(text="masqué", incident=incident))
    room.do(Note(code="x.note.y", params={"a": "b"}, incident=incident), actor=REACTION)
    assert isinstance(first.event, Written)
    room.do(Correct(entry=first.event.entry, text="un bis", local=UUID(int=2)))
    room.do(Sign())
    room.do(FileReport(night="2026-11-21", body='{"sections": []}'), actor=REACTION)
    room.do(AmendReport(night="2026-11-21", version=1, body="corrigé"))
    room.do(Forget(position=2), actor=REACTION)
    return room


def test_load_and_replay_equal_memory(database: Any) -> None:
    room = _busy_night()
    known = room.shown()
    with psycopg.connect(database.app) as connection:
        with connection.cursor() as cursor:
            room.trade.write(cursor, room.lines)
        connection.commit()
        room.state = room.trade.load(connection)
        assert room.shown() == known
        rows = connection.execute("SELECT version, body FROM logbook_report ORDER BY version").fetchall()
        assert rows == [(1, '{"sections": []}'), (2, "corrigé")]
    room.state = room.trade.empty()
    for line in room.lines:
        room.trade.apply(room.state, line)
    assert room.shown() == known


def test_the_database_refuses_the_same_local_line_twice(database: Any) -> None:
    room = Room()
    room.do(Write(text="un", local=UUID(int=1)))
    room.state.locals.clear()
    room.do(Write(text="un", local=UUID(int=1)))
    with psycopg.connect(database.app) as connection, pytest.raises(psycopg.errors.UniqueViolation):
        room.trade.write(connection.cursor(), room.lines)
