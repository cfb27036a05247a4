"""What the rows keep of the directory is what memory holds; nothing of a person stays after erasure."""

from itertools import pairwise
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beffroi.directory import TRADE
from beffroi.directory import actions as ask
from beffroi.directory.types import DirectoryState, Phone, Roster
from beffroi.model.time import HOUR
from tests.conftest import Database
from tests.directory.hand import START, Hand
from tests.directory.test_logic import ELECTED, duty, put, turn


def live_through() -> Hand:
    hand = Hand()
    one = put(hand)
    other = put(hand, ask.Entry(organisation="CODIS 21", phones=[Phone("18")], key="codis", languages=["anglais"]))
    gone = put(hand, ask.Entry(organisation="Divia", name="Zoé Urbany", until=START + HOUR))
    left = put(hand, ask.Entry(organisation="Fourrière", name="Ugo Ravinet"))
    hand.do(ask.SetRoster(roster=Roster(key="elu", label="Élu")))
    hand.do(ask.SetRoster(roster=Roster(key="vide", label="Vide")))
    hand.do(duty(0, 24, turn(one, 0, 24)))
    hand.do(duty(6, 12, turn(other, 7, 12), turn(gone, 6, 8)))
    hand.do(ask.Call(contact=one, outcome="no_answer", local=UUID(int=5)))
    hand.do(
        ask.SetContact(contact=other, entry=ask.Entry(organisation="CODIS 21", phones=[Phone("112")], key="codis2"))
    )
    hand.now += HOUR
    hand.do(ask.Expire())
    hand.do(ask.RemoveContact(contact=gone))
    hand.do(ask.ForgetPerson(contact=left))
    hand.do(ask.RemoveRoster(roster="vide"))
    return hand


LIVED = live_through()


def kept(state: DirectoryState) -> Any:
    fields = (state.contacts, state.by_key, state.rosters, {k: v for k, v in state.slots.items() if v}, state.traces)
    words = {contact: state.index._words[contact] for contact in state.contacts}
    return [msgspec.to_builtins(field, str_keys=True) for field in (*fields, list(state.locals), words)]


@given(cuts=st.sets(st.integers(1, len(LIVED.lines)), max_size=6))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_equal_memory_however_the_batches_were_cut(database: Database, cuts: set[int]) -> None:
    edges = sorted({0, *cuts, len(LIVED.lines)})
    with psycopg.connect(database.app) as connection:
        for start, end in pairwise(edges):
            TRADE.write(connection.cursor(), LIVED.lines[start:end])
        assert kept(TRADE.load(connection)) == kept(LIVED.state)
        connection.rollback()


def test_nothing_of_a_person_stays_in_the_rows(database: Database) -> None:
    hand = Hand()
    one = put(hand)
    hand.do(ask.SetRoster(roster=Roster(key="elu", label="Élu")))
    hand.do(duty(0, 24, turn(one, 0, 24)))
    hand.do(ask.Call(contact=one, outcome="reached"))
    hand.do(ask.ForgetPerson(contact=one))
    with psycopg.connect(database.app) as connection:
        TRADE.write(connection.cursor(), hand.lines)
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'directory_%'").fetchall()
        assert len(tables) == 7
        for (table,) in tables:
            rows = str(connection.execute(f"SELECT {table}::text FROM {table}").fetchall())
            assert "Dampréau" not in rows
            assert "06 39 98" not in rows
            assert ELECTED.note not in rows
