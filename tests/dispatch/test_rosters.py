"""Rosters on the nights when clocks change; people erased on their date; the rows equal to memory."""

from datetime import date
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beffroi.dispatch import TRADE, actions, duty, events
from beffroi.dispatch.calling import ESCALATION
from beffroi.dispatch.types import Turn
from beffroi.model.time import DAY, HOUR, MINUTE
from beffroi.procedures.erasures.dispatch import erase, forget
from beffroi.procedures.start.demo_rosters import at_local, duty_turns, on_call_turns
from beffroi.trade.line import Line
from beffroi.trade.rejected import Rejected
from tests.conftest import Database
from tests.dispatch.room import DOMINIQUE, LIT, NIGHT, Post, alone, duty_turn, on_call_turn, post

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("day", "hours"), [("2025-10-25", 10), ("2025-10-26", 9), ("2026-03-28", 8), ("2025-06-21", 9)]
)
def test_a_night_lasts_what_the_clock_says(day: str, hours: int) -> None:
    (turn,) = duty_turns([(UUID(int=1), "nuit")], date.fromisoformat(day), 1, PARIS)
    assert (turn.end - turn.start) // HOUR == hours


def test_weeks_on_call_meet_without_gap_over_both_changes() -> None:
    people = [UUID(int=number) for number in range(1, 5)]
    turns = [turn for turn in on_call_turns(people, 45, date(2025, 9, 1), 40, PARIS) if turn.rank == 1]
    assert all(one.end == other.start for one, other in pairwise(turns))
    lengths = {(turn.end - turn.start) // HOUR for turn in turns}
    assert lengths == {167, 168, 169}


def test_who_is_on_duty_at_02_30_twice() -> None:
    room = post()
    crew = room.crews["E1"]
    start, end = at_local(date(2025, 10, 25), 20, 0, PARIS), at_local(date(2025, 10, 26), 5, 0, PARIS)
    turn = Turn(kind="duty", subject=crew, start=start, end=end)
    room.do(actions.SetRoster(trade="lighting", start=start, end=start + DAY, turns=(turn,)), DOMINIQUE)
    summer = at_local(date(2025, 10, 26), 0, 0, PARIS) + 2 * HOUR + 30 * MINUTE
    for at in (summer, summer + HOUR):
        assert duty.in_service(room.state, at) == {crew: end}
    assert duty.in_service(room.state, end) == {}


def test_only_the_window_is_replaced_and_an_older_screen_is_refused() -> None:
    room = post()
    version = room.state.versions["lighting"]
    turn = Turn(kind="duty", subject=room.crews["E1"], start=NIGHT + 8 * DAY, end=NIGHT + 8 * DAY + HOUR)
    asked = actions.SetRoster(
        trade="lighting", start=NIGHT + 7 * DAY, end=NIGHT + 14 * DAY, turns=(turn,), seen=version
    )
    room.do(asked, DOMINIQUE)
    assert len(room.state.turns["lighting"]) == 6
    with pytest.raises(Rejected, match=r"dispatch\.roster_changed"):
        room.do(asked, DOMINIQUE)


def test_turns_that_cannot_be() -> None:
    room = post()
    crew, agent = room.crews["E1"], room.people["Appel 1"]
    start = NIGHT + 10 * DAY

    def refused(*turns: Turn) -> str:
        with pytest.raises(Rejected) as refusal:
            room.do(actions.SetRoster(trade="lighting", start=start, end=start + 7 * DAY, turns=turns), DOMINIQUE)
        return refusal.value.code

    one = Turn(kind="duty", subject=crew, start=start, end=start + 8 * HOUR)
    assert refused(msgspec.structs.replace(one, start=start - 1)) == "dispatch.turn_outside"
    assert refused(msgspec.structs.replace(one, end=start + 25 * HOUR)) == "dispatch.turn_length"
    assert refused(msgspec.structs.replace(one, end=start)) == "dispatch.turn_length"
    assert refused(one, msgspec.structs.replace(one, start=start + HOUR)) == "dispatch.turns_overlap"
    assert refused(msgspec.structs.replace(one, subject=agent)) == "dispatch.no_crew"
    bad_rank = Turn(kind="on_call", subject=agent, start=start, end=start + DAY, rank=4)
    assert refused(bad_rank) == "dispatch.bad_rank"


def test_a_name_leaves_on_its_date_from_the_room_and_from_the_journal() -> None:
    room = post()
    agent = room.people["Agent E1"]
    room.do(actions.SetAgent(agent=agent, name="Agent E1", phone="06 39 98 00 09", ends_at=NIGHT + 5 * DAY), DOMINIQUE)
    lines = room.state.agents[agent].lines
    assert len(lines) == 2
    told = room.time_passes(5 * DAY)
    gone = next(event for event in told if isinstance(event, events.AgentForgotten))
    assert (gone.agent, gone.lines, gone.on_request) == (agent, lines, False)
    kept = room.state.agents[agent]
    assert (kept.name, kept.phone, kept.forgotten) == ("", "", True)
    line = next(line for line in room.lines if line.event is gone)
    assert [action.position for action in erase(line, room.city)] == list(lines)  # type: ignore[attr-defined]
    assert [event for event in room.time_passes(DAY) if isinstance(event, events.AgentForgotten)] == []


def test_a_name_erased_in_the_journal_leaves_the_room() -> None:
    from beffroi.journal.events import LineErased

    room = post()
    agent = room.people["Appel 1"]
    erased = LineErased(position=room.state.agents[agent].lines[-1], reason="demande")
    line = Line(999, room.now, room.now, room.lines[0].actor, None, erased)
    (asked,) = forget(line, room.city)
    room.do(asked, None)
    assert room.state.agents[agent].forgotten
    assert agent not in [one.agent for one in duty.on_call(room.state, "lighting", room.now)]


def live_through() -> Post:
    room = alone()
    called = room.do(actions.CallAttempt(incident=LIT, local=UUID(int=5)))[0]
    room.do(actions.TellOutcome(call_out=called.call_out, outcome="no_answer"))
    room.time_passes(ESCALATION)
    room.do(actions.CallAttempt(incident=LIT))
    room.do(actions.TellOutcome(call_out=called.call_out, outcome="reached"))
    held = next(iter(room.state.engagements))
    room.do(actions.TellState(engagement=held, state="on_site"))
    room.do(actions.TellState(engagement=held, state="on_site"), at=room.now - MINUTE)
    told = room.do(actions.TellState(engagement=held, state="available"))[0]
    room.do(actions.UndoState(engagement=held, move=told.move))
    room.do(actions.TellState(engagement=held, state="available"))
    room.do(actions.DoNotWake(incident=LIT, until=room.now + HOUR, criteria=("few_points",)))
    room.time_passes(HOUR)
    room.roster("lighting", duty_turn(room.crews["E1"]), on_call_turn(room.people["Appel 2"], 1))
    room.do(actions.Engage(incident=LIT, crew=room.crews["E1"]))
    room.time_passes(6 * MINUTE)
    room.do(actions.ForgetAgent(agent=room.people["Cadre"]), DOMINIQUE)
    room.do(actions.SetNeed(category="other", trade="roads", skills=("roads",)), DOMINIQUE)
    assert room.do(actions.SetNeed(category="other", trade="roads", skills=("roads",)), DOMINIQUE) == []
    return room


LIVED = live_through()


@given(cuts=st.sets(st.integers(1, len(LIVED.lines)), max_size=6))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_equal_memory_however_the_batches_were_cut(database: Database, cuts: set[int]) -> None:
    edges = [0, *sorted(cuts), len(LIVED.lines)]
    with psycopg.connect(database.app) as connection:
        for start, end in pairwise(edges):
            TRADE.write(connection.cursor(), LIVED.lines[start:end])
        assert TRADE.load(connection) == LIVED.state
        connection.rollback()


def test_a_turn_planned_a_year_ahead_empties_no_list_of_tonight_at_a_restart(database: Database) -> None:
    room = alone()
    far = NIGHT + 380 * DAY
    turn = Turn(kind="duty", subject=room.crews["R1"], start=far, end=far + 8 * HOUR)
    room.do(actions.SetRoster(trade="roads", start=far - DAY, end=far + DAY, turns=(turn,)), DOMINIQUE)
    called = room.do(actions.CallAttempt(incident=LIT))[0]
    room.do(actions.TellOutcome(call_out=called.call_out, outcome="reached"))
    with psycopg.connect(database.app) as connection:
        TRADE.write(connection.cursor(), room.lines)
        loaded = TRADE.load(connection)
        assert [one.agent for one in duty.on_call(loaded, "lighting", NIGHT)] == [
            room.people[name] for name in ("Appel 1", "Appel 2", "Cadre")
        ]
        assert loaded == room.state
        connection.rollback()


def test_a_crew_with_two_events_says_the_same_state_after_a_restart(database: Database) -> None:
    room, other = post(), UUID(int=46)
    room.room.facts[other] = msgspec.structs.replace(room.room.facts[LIT], id=other, number="D-2025-7")
    room.do(actions.Engage(incident=LIT, crew=room.crews["E1"]))
    late = room.do(actions.Engage(incident=other, crew=room.crews["E1"]), at=room.now - 20 * MINUTE)[0]
    room.do(actions.TellState(engagement=late.engagement, state="on_site"))
    with psycopg.connect(database.app) as connection:
        TRADE.write(connection.cursor(), room.lines)
        loaded = TRADE.load(connection)
        rows = [TRADE.row(state, "crews", room.crews["E1"], room.city) for state in (room.state, loaded)]
        assert rows[0] == rows[1]
        connection.rollback()


def test_nothing_personal_is_left_in_the_rows(database: Database) -> None:
    with psycopg.connect(database.app) as connection:
        TRADE.write(connection.cursor(), LIVED.lines)
        people = connection.execute("SELECT name, purpose FROM dispatch_person").fetchall()
        assert ("Appel 1", "personal.agent") in people
        assert "Cadre" not in [name for name, _ in people]
        tables = ("dispatch_agent", "dispatch_crew", "dispatch_engagement", "dispatch_call_out")
        for table in tables:
            text = str(connection.execute(f"SELECT * FROM {table}").fetchall())
            assert "Cadre" not in text
            assert "06 39" not in text
        connection.rollback()
