"""The call-out: attempts, answers, escalation on time and once, 11 hours of rest, « ne pas réveiller »."""

from uuid import UUID

import msgspec
import pytest

from beffroi.dispatch import TRADE, actions, duty, events
from beffroi.dispatch.calling import ESCALATION
from beffroi.dispatch.evolve import apply
from beffroi.dispatch.types import DispatchState
from beffroi.model.time import HOUR, MINUTE, SECOND
from beffroi.trade.rejected import Rejected
from tests.dispatch.room import DOMINIQUE, LIT, Post, alone

CALL = actions.CallAttempt(incident=LIT)


def names(room: Post) -> list[str]:
    by_id = {agent: name for name, agent in room.people.items()}
    return [by_id[line.agent] for line in duty.on_call(room.state, "lighting", room.now)]


def call_out(room: Post) -> events.CallAttempted:
    return room.do(CALL)[0]  # type: ignore[no-any-return]


def test_the_list_in_order() -> None:
    room = alone()
    assert names(room) == ["Appel 1", "Appel 2", "Cadre"]


def test_no_answer_goes_to_the_next_by_itself_then_to_the_manager_then_says_so() -> None:
    room = alone()
    called = call_out(room)
    assert (called.agent, called.rank, called.delay_min) == (room.people["Appel 1"], 1, 45)
    room.do(actions.TellOutcome(call_out=called.call_out, outcome="no_answer"))
    assert room.time_passes(ESCALATION - SECOND) == []
    steps = [room.time_passes(SECOND), room.time_passes(ESCALATION), room.time_passes(ESCALATION)]
    assert [[type(event) for event in step] for step in steps] == [
        [events.Escalated],
        [events.Escalated],
        [events.Exhausted],
    ]
    assert [steps[0][0].agent, steps[1][0].agent] == [room.people["Appel 2"], room.people["Cadre"]]
    assert room.time_passes(5 * HOUR) == []
    again = room.do(CALL)[0]
    assert again.agent == room.people["Appel 1"], "the list may be called again"


def test_the_same_step_is_never_taken_twice() -> None:
    room = alone()
    call_out(room)
    room.now += ESCALATION
    (due,) = TRADE.due(room.state, room.now)
    assert len(room.do(due, None)) == 1
    assert room.do(due, None) == []


def test_a_state_reloaded_from_its_lines_escalates_the_same() -> None:
    room = alone()
    call_out(room)
    again = DispatchState()
    for line in room.lines:
        apply(again, line)
    later = room.now + ESCALATION
    assert TRADE.next_due(again) == TRADE.next_due(room.state) == later
    assert TRADE.due(again, later) == TRADE.due(room.state, later)


def test_what_was_due_while_the_core_was_away_is_told_once_with_its_hour() -> None:
    room = alone()
    called = call_out(room)
    told = room.time_passes(3 * HOUR)
    assert [(type(event), event.due_at, event.escalate_at) for event in told] == [
        (events.Escalated, called.escalate_at, room.now + ESCALATION)
    ]


def test_calling_again_does_not_push_the_deadline_back() -> None:
    room = alone()
    first = call_out(room)
    room.do(actions.TellOutcome(call_out=first.call_out, outcome="no_answer"))
    room.now += 4 * MINUTE
    assert call_out(room).escalate_at == first.escalate_at


def test_reached_engages_and_eleven_hours_follow_the_work() -> None:
    room = alone()
    called = call_out(room)
    answered, engaged = room.do(actions.TellOutcome(call_out=called.call_out, outcome="reached"))
    assert (engaged.agent, engaged.expected_at) == (room.people["Appel 1"], room.now + 45 * MINUTE)
    assert answered.delay_min == 45
    room.now += 2 * HOUR
    told = room.do(actions.TellState(incident=LIT, state="available"), at=room.now - 30 * MINUTE)
    rested = told[1]
    assert rested.until == room.now - 30 * MINUTE + 11 * HOUR
    assert names(room) == ["Appel 2", "Cadre"], "at rest: never shown"
    with pytest.raises(Rejected, match=r"dispatch\.at_rest"):
        room.do(actions.CallAttempt(incident=LIT, agent=room.people["Appel 1"]))
    room.now = rested.until - SECOND
    assert names(room) == ["Appel 2", "Cadre"]
    room.now = rested.until
    assert names(room) == ["Appel 1", "Appel 2", "Cadre"]


def test_a_correction_of_the_hour_moves_the_rest() -> None:
    room = alone()
    called = call_out(room)
    room.do(actions.TellOutcome(call_out=called.call_out, outcome="reached"))
    held = next(iter(room.state.engagements))
    room.do(actions.TellState(engagement=held, state="available"))
    room.now += HOUR
    room.do(actions.TellState(engagement=held, state="available"), at=room.now - 10 * MINUTE)
    assert room.state.rests[room.people["Appel 1"]] == room.now - 10 * MINUTE + 11 * HOUR


def test_who_never_left_home_needs_no_rest() -> None:
    room = alone()
    called = call_out(room)
    room.do(actions.TellOutcome(call_out=called.call_out, outcome="reached"))
    held = next(iter(room.state.engagements))
    assert [type(event) for event in room.do(actions.Disengage(engagement=held))] == [events.Disengaged]
    assert room.state.rests == {}


def test_who_left_home_and_refuses_rests_as_well() -> None:
    room = alone()
    called = call_out(room)
    held = room.do(actions.TellOutcome(call_out=called.call_out, outcome="reached"))[1].engagement
    room.do(actions.TellState(engagement=held, state="en_route"))
    gone, rested = room.do(actions.Refuse(engagement=held, reason="vehicle"))
    assert (gone.reason, gone.refusal) == ("refused", "vehicle")
    assert rested.until == room.now + 11 * HOUR


def reached(room: Post, incident: UUID) -> UUID:
    """Reach *appel 1* for an event and have him leave home; returns the engagement."""
    agent = room.people["Appel 1"]
    called = room.do(actions.CallAttempt(incident=incident, agent=agent))[0]
    held: UUID = room.do(actions.TellOutcome(call_out=called.call_out, outcome="reached", agent=agent))[1].engagement
    room.do(actions.TellState(engagement=held, state="on_site"))
    return held


def test_one_call_out_never_shortens_the_rest_that_another_gave() -> None:
    room = alone()
    other, agent = UUID(int=45), room.people["Appel 1"]
    room.room.facts[other] = msgspec.structs.replace(room.room.facts[LIT], id=other, number="D-2025-8")
    first, second = reached(room, LIT), reached(room, other)
    room.do(actions.TellState(engagement=first, state="available"), at=room.now - 10 * MINUTE)
    early = room.now - 10 * MINUTE + 11 * HOUR
    told = room.do(actions.TellState(engagement=second, state="available"))[0]
    late = room.now + 11 * HOUR
    assert room.state.rests[agent] == late
    room.do(actions.TellState(engagement=first, state="available"), at=room.now - 20 * MINUTE)
    assert room.state.rests[agent] == late, "an earlier hour for one leaves the other"
    room.do(actions.UndoState(engagement=second, move=told.move))
    assert room.state.rests[agent] == early - 10 * MINUTE, "one taken back leaves the other"
    again = DispatchState()
    for line in room.lines:
        apply(again, line)
    assert again == room.state


def test_escalation_skips_who_went_to_rest_meanwhile() -> None:
    room = alone()
    call_out(room)
    room.state.rests[room.people["Appel 2"]] = room.now + 9 * HOUR
    assert room.time_passes(ESCALATION)[0].agent == room.people["Cadre"]


def test_two_seats_do_not_ring_the_same_person() -> None:
    room = alone()
    call_out(room)
    with pytest.raises(Rejected, match=r"dispatch\.already_calling"):
        room.do(CALL, DOMINIQUE)
    room.now += 2 * MINUTE
    assert room.do(CALL, DOMINIQUE)


def test_who_calls_back_is_reached_after_no_answer() -> None:
    room = alone()
    called = call_out(room)
    room.do(actions.TellOutcome(call_out=called.call_out, outcome="no_answer"))
    room.time_passes(ESCALATION)
    back = actions.TellOutcome(call_out=called.call_out, outcome="reached", agent=room.people["Appel 1"])
    assert room.do(back)[1].agent == room.people["Appel 1"]
    assert TRADE.next_due(room.state) is not None
    assert room.time_passes(HOUR) == []


def test_do_not_wake_is_decided_and_comes_back() -> None:
    room = alone()
    call_out(room)
    until = room.now + 9 * HOUR
    with pytest.raises(Rejected, match=r"dispatch\.until_past"):
        room.do(actions.DoNotWake(incident=LIT, until=room.now, criteria=("no_danger",)))
    told = room.do(actions.DoNotWake(incident=LIT, until=until, criteria=("no_danger", "few_points")))[0]
    assert told.criteria == ("no_danger", "few_points")
    assert room.time_passes(8 * HOUR) == []
    assert [type(event) for event in room.time_passes(HOUR)] == [events.Resumed]
    assert room.time_passes(HOUR) == []
    assert room.do(CALL)[0].call_out == told.call_out


def test_a_crew_engaged_ends_the_calls() -> None:
    room = alone()
    call_out(room)
    crew = room.crews["E1"]
    from tests.dispatch.room import duty_turn, on_call_turn

    room.roster("lighting", duty_turn(crew), on_call_turn(room.people["Appel 1"], 1))
    made = room.do(actions.Engage(incident=LIT, crew=crew))
    assert [type(event) for event in made] == [events.Engaged, events.CallOutEnded]
    room.do(actions.Accept(engagement=made[0].engagement))
    assert room.time_passes(HOUR) == []


def test_nobody_on_call_is_said() -> None:
    room = alone()
    room.roster("lighting")
    room.roster("")
    with pytest.raises(Rejected, match=r"dispatch\.nobody_on_call"):
        room.do(CALL)
