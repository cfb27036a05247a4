"""What the rows keep of the main courante is what memory holds."""

from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest

from beffroi.logbook.actions import AmendReport, Correct, FileReport, Forget, Note, Sign, Write
from beffroi.logbook.events import Written
from beffroi.model.scope import Scope
from beffroi.model.time import MINUTE
from beffroi.procedures.night_report.compose import Part, Report, ReportLine
from beffroi.procedures.night_report.sections import Amended, Typed, amended_of
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


def test_a_line_erased_leaves_the_reports_that_quote_it(database: Any) -> None:
    room = Room()
    (erased,) = room.do(Write(text="appel de zzdupont"))
    (kept,) = room.do(Write(text="ronde"))
    lines = tuple(
        ReportLine(at=one.recorded_at, text={"fr": text, "en": text}, position=one.position)
        for one, text in ((erased, "appel de zzdupont"), (kept, "ronde"))
    )
    counts: dict[str, Any] = {"calls": {}, "written": 2, "signed": 0, "masked": 0}
    report = Report(
        night="2026-11-21", since=0, until=1, events=(), parts=(Part(name="log", lines=lines),), follow=lines, **counts
    )
    typed = "02:30 · appel de zzdupont\n02:31 · ronde, vu appel"
    sections = msgspec.json.encode(Amended({"facts": Typed(typed)})).decode()
    room.do(FileReport(night="2026-11-21", body=msgspec.json.encode(report).decode()), actor=REACTION)
    room.do(AmendReport(night="2026-11-21", version=1, body=sections))
    room.do(AmendReport(night="2026-11-21", version=2, body=f"## Nuit\n{typed}"))
    room.do(Forget(position=erased.position), actor=REACTION)
    with psycopg.connect(database.app) as connection, connection.cursor() as cursor:
        room.trade.write(cursor, room.lines)
        bodies = [body for (body,) in cursor.execute("SELECT body FROM logbook_report ORDER BY version").fetchall()]
        connection.rollback()
    first = msgspec.json.decode(bodies[0], type=Report)
    assert [line.text["fr"] for line in (*first.parts[0].lines, *first.follow)] == ["ronde", "ronde"]
    said = "02:30 · …\n02:31 · ronde, vu appel"
    assert amended_of(bodies[1]) == Amended({"facts": Typed(said)})
    assert bodies[2] == f"## Nuit\n{said}"


def test_the_words_of_a_version_leave_with_its_own_line(database: Any) -> None:
    room = Room()
    room.do(FileReport(night="2026-11-21", body="{}"), actor=REACTION)
    (amended,) = room.do(AmendReport(night="2026-11-21", version=1, body="appel de zzdupont"))
    room.do(Forget(position=amended.position), actor=REACTION)
    with psycopg.connect(database.app) as connection, connection.cursor() as cursor:
        room.trade.write(cursor, room.lines)
        rows = cursor.execute("SELECT version, body FROM logbook_report ORDER BY version").fetchall()
        connection.rollback()
    assert rows == [(1, "{}"), (2, "")]


def test_the_database_refuses_the_same_local_line_twice(database: Any) -> None:
    room = Room()
    room.do(Write(text="un", local=UUID(int=1)))
    room.state.locals.clear()
    room.do(Write(text="un", local=UUID(int=1)))
    with psycopg.connect(database.app) as connection, pytest.raises(psycopg.errors.UniqueViolation):
        room.trade.write(connection.cursor(), room.lines)
