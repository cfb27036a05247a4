"""Words erased from any line of the journal leave the event that shows them, whichever line brought them."""

from collections.abc import Callable
from uuid import UUID

import psycopg
import pytest

from beffroi.incidents import TRADE
from beffroi.incidents import actions as ac
from beffroi.model.time import DAY, HOUR
from tests.conftest import Database
from tests.incidents.room import Room

SECRET = "zzsecretzz"


def _corrected(room: Room, incident: UUID, other: UUID) -> None:
    room.do(ac.Correct(incident=incident, what=f"mât couché chez {SECRET}"))


def _stepped(room: Room, incident: UUID, other: UUID) -> None:
    room.do(ac.AnswerStep(incident=incident, step="told", told="17", note=f"vu {SECRET}"))


def _joined(room: Room, incident: UUID, other: UUID) -> None:
    room.do(ac.Join(incident=incident, into=other, why=f"dit {SECRET}"))


def _linked(room: Room, incident: UUID, other: UUID) -> None:
    room.do(ac.LinkTo(incident=incident, kind="work", id=UUID(int=77), why=f"dit {SECRET}"))


def _attached(room: Room, incident: UUID, other: UUID) -> None:
    room.do(
        ac.Attach(
            incident=incident, attachment=UUID(int=9), name=f"{SECRET}.png", media="image/png", bytes=3, sha256="x"
        )
    )


@pytest.mark.parametrize("says", [_corrected, _stepped, _joined, _linked, _attached])
def test_the_words_of_any_line_leave_memory_and_rows(
    database: Database, says: Callable[[Room, UUID, UUID], None]
) -> None:
    room = Room()
    incident, other = room.open("mât couché"), room.open("rue éteinte")
    says(room, incident.id, other.id)
    position = len(room.lines)
    room.do(ac.Resolve(incident=other.id))
    assert SECRET in str(incident)
    made = room.do(ac.Forget(position=position), None)
    assert SECRET not in str(incident)
    assert incident.id in made[0].incidents  # type: ignore[attr-defined]
    with psycopg.connect(database.app) as connection:
        # rows that memory let go of long ago are found by the position alone
        TRADE.write(connection.cursor(), room.lines[:-1])
        TRADE.write(connection.cursor(), room.lines[-1:])
        assert SECRET not in str(connection.execute("SELECT data::text, search FROM incident").fetchall())
        assert TRADE.load(connection).incidents == room.state.incidents
        connection.rollback()


def test_a_row_that_memory_let_go_of_forgets_too(database: Database) -> None:
    room = Room()
    incident = room.open("mât couché")
    _stepped(room, incident.id, incident.id)
    position = len(room.lines)
    with psycopg.connect(database.app) as connection:
        TRADE.write(connection.cursor(), room.lines)
        room.state.incidents.clear()
        room.do(ac.Forget(position=position), None)
        TRADE.write(connection.cursor(), room.lines[-1:])
        assert SECRET not in str(connection.execute("SELECT data::text FROM incident").fetchall())
        connection.rollback()


def test_what_is_typed_after_an_erasure_leaves_on_its_date(database: Database) -> None:
    room = Room()
    incident = room.open("mât couché")
    room.do(ac.Forget(position=incident.opening), None)
    assert incident.forgotten
    _stepped(room, incident.id, incident.id)
    room.now += 400 * DAY
    room.do(ac.Forget(before=room.now - HOUR), None)
    assert SECRET not in str(incident)
    with psycopg.connect(database.app) as connection:
        TRADE.write(connection.cursor(), room.lines[:-1])
        TRADE.write(connection.cursor(), room.lines[-1:])
        assert SECRET not in str(connection.execute("SELECT data::text FROM incident").fetchall())
        connection.rollback()
