"""What the rows keep is what memory holds; a reminder falls due exactly once, whenever the core is killed."""

from itertools import pairwise
from uuid import UUID

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beffroi.duties import TRADE
from beffroi.duties import actions as ask
from beffroi.duties import events as told
from beffroi.duties.types import Routine
from beffroi.model.actor import SYSTEM
from beffroi.model.time import HOUR, MINUTE
from tests.conftest import Database
from tests.duties.hand import DOMINIQUE, START, Hand, kept, paris

RADIO = Routine(name="radio", label={"fr": "Essai radio", "en": "Radio test"}, at="22:00", before_min=15)
VIDEO = Routine(name="video", label={"fr": "Ronde vidéo"}, at="23:00", desk="video", days=(2, 3))


def live_through() -> Hand:
    hand = Hand()
    hand.do(ask.SetRoutines(routines=[RADIO, VIDEO]))
    (one,) = hand.do(ask.Instruct(text="Ne pas réarmer", end=START + 4 * HOUR, desks=["lighting"], local=UUID(int=7)))
    (other,) = hand.do(ask.Instruct(text="Trappe ouverte rue Monge", end=START + 9 * HOUR))
    hand.do(ask.Read(instructions=[one.instruction, other.instruction], local=UUID(int=8)))
    hand.do(ask.Read(instructions=[other.instruction]), DOMINIQUE)
    (first,) = hand.do(ask.Remind(text="Astreinte", due_at=START + 10 * MINUTE, about="A045/D3"))
    (second,) = hand.do(ask.Remind(text="Avant le premier bus", due_at=START + 3 * HOUR))
    hand.minutes(12)
    hand.do(ask.Postpone(reminder=first.reminder))
    hand.minutes(60)
    hand.do(ask.Record(routine="radio", result="done", remark="tous"))
    hand.do(ask.Done(reminder=first.reminder))
    hand.until(paris("2026-03-10T23:40"))
    hand.do(ask.Record(routine="video", result="partial", remark="12 caméras"))
    hand.do(ask.EndInstruction(instruction=one.instruction, reason="done"))
    hand.minutes(10)
    hand.do(ask.EndRound(round=UUID(int=99), label="rue Monge", began_at=START, seen=42))
    hand.do(ask.Forget(purpose="routine", before=hand.now))
    assert second.reminder in hand.state.reminders
    return hand


LIVED = live_through()


@given(cuts=st.sets(st.integers(1, len(LIVED.lines)), max_size=6))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_equal_memory_however_the_batches_were_cut(database: Database, cuts: set[int]) -> None:
    edges = sorted({0, *cuts, len(LIVED.lines)})
    with psycopg.connect(database.app) as connection:
        for start, end in pairwise(edges):
            TRADE.write(connection.cursor(), LIVED.lines[start:end])
        assert kept(TRADE.load(connection)) == kept(LIVED.state)
        connection.rollback()


def test_replay_equals_memory() -> None:
    state = TRADE.empty()
    for line in LIVED.lines:
        TRADE.apply(state, line)
    assert kept(state) == kept(LIVED.state)


@given(killed_after=st.integers(0, 25), committed=st.booleans())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_reminder_falls_due_exactly_once_across_a_kill(
    database: Database, killed_after: int, committed: bool
) -> None:
    """The core dies some minutes after the reminder was set, before or after its last commit, and starts again."""
    hand = Hand()
    with psycopg.connect(database.app) as connection:
        hand.do(ask.Remind(text="Avant le premier bus", due_at=START + 10 * MINUTE))
        TRADE.write(connection.cursor(), hand.lines)
        fired = hand.minutes(killed_after)
        if committed:
            TRADE.write(connection.cursor(), hand.lines[1:])
        else:
            # decided, and lost with the process before it was kept: nobody was told
            fired = []
            del hand.lines[1:]
        hand.state = TRADE.load(connection)
        fired += hand.minutes(60)
        assert [type(event) for event in fired] == [told.FellDue]
        TRADE.write(connection.cursor(), hand.lines[-1:])
        hand.state = TRADE.load(connection)
        assert hand.minutes(24 * 60) == []
        connection.rollback()


def test_forgotten_texts_leave_the_rows(database: Database) -> None:
    hand = Hand()
    hand.do(ask.Instruct(text="Mme Durand 06 39 98 00 01", end=START + HOUR))
    hand.do(ask.Remind(text="rappeler Mme Durand", about="Mme Durand", due_at=START + HOUR))
    hand.now += MINUTE
    for purpose in ("instruction", "reminder"):
        hand.do(ask.Forget(purpose=purpose, before=hand.now), SYSTEM)
    with psycopg.connect(database.app) as connection:
        TRADE.write(connection.cursor(), hand.lines)
        for table in ("duty_instruction", "duty_reminder"):
            rows = connection.execute(f"SELECT {table}::text FROM {table}").fetchall()
            assert rows
            assert "Durand" not in str(rows)
        assert kept(TRADE.load(connection)) == kept(hand.state)
