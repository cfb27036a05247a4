"""Crews sent, states by voice, what is refused, what time does."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from beffroi.dispatch import actions, duty, events
from beffroi.dispatch.candidates import rank_for
from beffroi.dispatch.engaging import ANSWER, INSIST
from beffroi.dispatch.ranking import Ranking
from beffroi.dispatch.texts import TEXTS
from beffroi.dispatch.types import CHIEF, CrewState
from beffroi.incidents import actions as ac
from beffroi.model.actor import Actor
from beffroi.model.time import HOUR, MINUTE, SECOND
from beffroi.procedures.events import clocks as incident_clocks
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.rejected import Rejected
from tests.dispatch.room import CLOSED, DOMINIQUE, LIGHTING_ONLY, LIT, MASKED, POLICE, Post, alone, post


def code(post_: Post, action: Action, **more: Any) -> str:
    with pytest.raises(Rejected) as refusal:
        post_.do(action, **more)
    assert refusal.value.code in TEXTS
    return refusal.value.code


def engaged(room: Post, crew: str = "E1") -> UUID:
    made = room.do(actions.Engage(incident=LIT, crew=room.crews[crew]))
    return made[0].engagement  # type: ignore[no-any-return]


def tell(room: Post, state: CrewState, minutes: int = 0, **more: Any) -> events.CrewMoved:
    asked = actions.TellState(incident=LIT, state=state, **more)
    return room.do(asked, at=room.now + minutes * MINUTE)[0]  # type: ignore[no-any-return]


def test_a_night_by_radio_keeps_the_hours_given() -> None:
    room = post()
    held = engaged(room)
    start = room.now
    room.now = start + 90 * MINUTE
    told: tuple[tuple[CrewState, int], ...] = (
        ("en_route", -69),
        ("on_site", -36),
        ("made_safe", -30),
        ("available", -17),
    )
    for state, minutes in told:
        moved = tell(room, state, minutes)
        assert not moved.unusual
    kept = room.state.engagements[held]
    assert [(move.state, (move.happened_at - start) // MINUTE) for move in kept.moves] == [
        ("engaged", 0),
        ("en_route", 21),
        ("on_site", 54),
        ("made_safe", 60),
        ("available", 73),
    ]
    assert kept.end_reason == "available"
    assert kept.ended_at == start + 73 * MINUTE


def test_a_jump_is_kept_and_marked() -> None:
    room = post()
    engaged(room)
    assert tell(room, "on_site").unusual
    back = tell(room, "en_route", -3)
    assert back.unusual
    assert room.state.engagements[back.engagement].state == "en_route"


def test_the_same_state_again_corrects_its_hour() -> None:
    room = post()
    held = engaged(room)
    first = tell(room, "en_route")
    again = tell(room, "en_route", -5)
    assert again.corrects == first.move == again.move
    late = tell(room, "on_site")
    past = tell(room, "en_route", -8, corrects=first.move)
    kept = room.state.engagements[held]
    assert [move.state for move in kept.moves] == ["engaged", "en_route", "on_site"]
    assert kept.moves[1].happened_at == room.now - 8 * MINUTE
    assert late.corrects is None
    assert past.corrects == first.move
    assert code(room, actions.TellState(engagement=held, state="on_site", corrects=first.move)) == "dispatch.no_move"


def test_undo_is_for_the_last_state_and_its_author() -> None:
    room = post()
    held = engaged(room)
    moved = tell(room, "available")
    assert not room.state.engagements[held].open
    undo = actions.UndoState(engagement=held, move=moved.move)
    assert code(room, undo, who=DOMINIQUE) == "dispatch.too_late_to_undo"
    room.now += 5 * SECOND
    undone = room.do(undo)[0]
    assert (undone.state, undone.back_to) == ("available", "engaged")
    assert room.state.engagements[held].open
    assert code(room, undo) == "dispatch.not_last_move"


def test_which_crew_when_there_are_two() -> None:
    room = post()
    assert code(room, actions.TellState(incident=LIT, state="on_site")) == "dispatch.nobody_engaged"
    engaged(room, "E1")
    held = engaged(room, "E2")
    assert code(room, actions.TellState(incident=LIT, state="on_site")) == "dispatch.which_crew"
    moved = room.do(actions.TellState(incident=LIT, crew=room.crews["E2"], state="en_route"))[0]
    assert moved.engagement == held


def test_two_seats_engage_the_same_crew_at_once() -> None:
    room = post()
    room.do(actions.Engage(incident=LIT, crew=room.crews["E1"], seen_load=0))
    again = actions.Engage(incident=LIT, crew=room.crews["E1"], seen_load=0)
    with pytest.raises(Rejected) as refusal:
        room.do(again, DOMINIQUE)
    assert refusal.value.code == "dispatch.already_engaged"
    assert refusal.value.params["by"] == str(room.state.engagements[next(iter(room.state.engagements))].engaged_by)
    assert refusal.value.params["what"] == "D-2025-1 · Départ 3"
    other = UUID(int=4)
    facts = room.city.incidents.find(LIT)
    assert facts is not None
    room.room.facts[other] = msgspec.structs.replace(facts, id=other)
    elsewhere = actions.Engage(incident=other, crew=room.crews["E1"], seen_load=0)
    with pytest.raises(Rejected) as taken:
        room.do(elsewhere)
    assert (taken.value.code, taken.value.params["number"]) == ("dispatch.crew_taken", "D-2025-1")
    # of an event that is not seen, nothing is told
    room.room.facts[LIT] = msgspec.structs.replace(facts, scope=POLICE, masked=True)
    with pytest.raises(Rejected) as hidden:
        room.do(elsewhere, rights=LIGHTING_ONLY)
    assert (hidden.value.code, set(hidden.value.params)) == ("dispatch.crew_changed", {"crew", "n"})
    room.room.facts[LIT] = facts
    assert room.do(actions.Engage(incident=other, crew=room.crews["E1"], seen_load=1))


def test_who_is_refused_and_why() -> None:
    room = post()

    def engage(crew: str, incident: UUID = LIT, *, support: bool = False) -> actions.Engage:
        return actions.Engage(incident=incident, crew=room.crews[crew], support=support)

    assert code(room, engage("E3")) == "dispatch.no_paper"
    assert code(room, engage("E3", support=True)) == "dispatch.no_paper", "beside others too, the paper has expired"
    assert code(room, engage("R1")) == "dispatch.unfit"
    assert room.do(engage("R1", support=True))[0].rank == 0
    assert code(room, engage("E1", CLOSED)) == "dispatch.incident_closed"
    assert code(room, engage("E1", UUID(int=77))) == "dispatch.no_incident"
    room.now += 12 * HOUR
    assert code(room, engage("E1")) == "dispatch.not_in_service"


def test_a_masked_event_of_another_trade_gets_no_crew() -> None:
    room = post()
    engage = actions.Engage(incident=MASKED, crew=room.crews["E1"])
    assert code(room, engage, rights=LIGHTING_ONLY) == "dispatch.masked"
    attempt = actions.CallAttempt(incident=MASKED, trade="lighting")
    assert code(room, attempt, rights=LIGHTING_ONLY) == "dispatch.masked"
    assert code(room, engage) == "dispatch.unfit", "its own trade only lacks the skill"
    assert room.city.incidents.find(MASKED).scope == POLICE  # type: ignore[union-attr]


def test_a_crew_that_says_nothing_is_told_in_time_again_then_to_the_chef_de_salle() -> None:
    room = post()
    held = engaged(room)
    assert room.time_passes(ANSWER - SECOND) == []
    told = room.time_passes(SECOND)
    assert [type(event) for event in told] == [events.Unanswered, events.Insisted]
    assert room.time_passes(INSIST - SECOND) == []
    assert [event.step for event in room.time_passes(SECOND)] == [2]
    # the core was away meanwhile: each step once, with its whole delay
    (last,) = room.time_passes(HOUR)
    assert (last.step, last.next_at) == (CHIEF, None)
    assert room.time_passes(HOUR) == []
    assert room.state.engagements[held].overdue
    tell(room, "en_route")
    answered = room.state.engagements[held]
    assert (answered.overdue, answered.insisted, answered.insist_at) == (False, 0, None)


def test_an_answer_between_two_reminders_ends_them() -> None:
    room = post()
    held = engaged(room)
    room.time_passes(ANSWER)
    room.do(actions.Accept(engagement=held))
    assert room.time_passes(HOUR) == []


def test_an_answer_stops_the_clock() -> None:
    room = post()
    held = engaged(room)
    room.do(actions.Accept(engagement=held))
    assert room.do(actions.Accept(engagement=held)) == []
    assert room.time_passes(HOUR) == []


def test_a_refusal_gives_the_crew_back() -> None:
    room = post()
    held = engaged(room)
    gone = room.do(actions.Refuse(engagement=held, reason="vehicle"))[0]
    assert (gone.reason, gone.refusal) == ("refused", "vehicle")
    assert code(room, actions.Accept(engagement=held)) == "dispatch.engagement_ended"
    assert room.do(actions.Engage(incident=LIT, crew=room.crews["E1"], seen_load=0, support=True))


def test_who_refused_an_event_is_not_proposed_for_it_again_within_the_hour() -> None:
    room = post()
    room.do(actions.Refuse(engagement=engaged(room), reason="other_job"))
    ranking = proposed(room)
    assert room.crews["E1"] not in [one.crew for one in ranking.ranked]
    assert [one.reason.code for one in ranking.excluded if one.crew == room.crews["E1"]] == ["dispatch.why.refused"]
    assert code(room, actions.Engage(incident=LIT, crew=room.crews["E1"])) == "dispatch.unfit"
    room.time_passes(HOUR)
    assert room.crews["E1"] in [one.crew for one in proposed(room).ranked]


def proposed(room: Post) -> Ranking:
    facts = room.city.incidents.find(LIT)
    assert facts is not None
    return rank_for(room.state, room.city, facts, room.now)


def test_a_closed_event_releases_everybody() -> None:
    room = post()
    engaged(room, "E1")
    engaged(room, "E2")
    gone = room.do(actions.Release(incident=LIT), None)
    assert [event.reason for event in gone] == ["closed", "closed"]
    assert room.do(actions.Release(incident=LIT), None) == []
    assert duty.loads(room.state) == {}


def test_what_a_seat_sends_twice_is_written_once() -> None:
    room = post()
    local = uuid4()
    engage = actions.Engage(incident=LIT, crew=room.crews["E1"], local=local)
    assert len(room.do(engage)) == 1
    assert room.do(engage) == []


def test_no_state_in_the_future() -> None:
    room = post()
    engaged(room)
    with pytest.raises(Rejected, match=r"dispatch\.future"):
        tell(room, "en_route", 2)


def test_the_scope_asked_is_that_of_the_event() -> None:
    from beffroi.dispatch import TRADE

    room = post()
    engage = actions.Engage(incident=LIT, crew=room.crews["E1"])
    incident, crew = TRADE.scopes(room.state, engage, room.city)
    assert (incident.commune, incident.trade, crew.trade) == ("21231", "lighting", "lighting")
    masked = actions.Engage(incident=MASKED, crew=room.crews["E1"])
    assert list(TRADE.scopes(room.state, masked, room.city)) == [crew], "the decision says why, not the right"


def test_a_wrong_key_taken_back_leaves_the_answer_due() -> None:
    room = post()
    held = engaged(room)
    wrong = tell(room, "en_route")
    room.do(actions.UndoState(engagement=held, move=wrong.move))
    kept = room.state.engagements[held]
    assert (kept.accepted, kept.answer_before) == (False, room.now + ANSWER)
    assert [type(event) for event in room.time_passes(ANSWER)] == [events.Unanswered, events.Insisted]
    # who said yes before owes nothing more
    held = engaged(room, "E2")
    room.do(actions.Accept(engagement=held))
    wrong = room.do(actions.TellState(engagement=held, state="on_site"))[0]
    room.do(actions.UndoState(engagement=held, move=wrong.move))
    assert (room.state.engagements[held].accepted, room.state.engagements[held].answer_before) == (True, None)


def test_a_correction_taken_back_gives_the_hour_again() -> None:
    room = post()
    held = engaged(room)
    first = tell(room, "on_site", -3)
    room.now += HOUR
    tell(room, "on_site")
    (undone,) = room.do(actions.UndoState(engagement=held, move=first.move))
    last = room.state.engagements[held].moves[-1]
    assert (last.state, last.happened_at, undone.at) == ("on_site", room.now - HOUR - 3 * MINUTE, last.happened_at)
    # the hour as first told is too old to be taken back in its turn
    assert code(room, actions.UndoState(engagement=held, move=first.move)) == "dispatch.too_late_to_undo"
    asked = incident_clocks.follow(Line(1, room.now, room.now, Actor("system"), None, undone), room.city)
    assert asked == [
        ac.SetClock(incident=LIT, clock="on_site", move=first.move, corrects=first.move, at=last.happened_at)
    ]


def test_the_end_of_a_call_out_corrected_then_taken_back_gives_the_rest_again() -> None:
    room = alone()
    call = room.do(actions.CallAttempt(incident=LIT))[0].call_out
    held = room.do(actions.TellOutcome(call_out=call, outcome="reached"))[1].engagement
    end = room.do(actions.TellState(engagement=held, state="available"))[0]
    before = dict(room.state.rests)
    room.do(actions.TellState(engagement=held, state="available", corrects=end.move), at=room.now - 9 * MINUTE)
    assert room.state.rests != before
    room.do(actions.UndoState(engagement=held, move=end.move))
    assert (room.state.rests, room.state.engagements[held].ended_at) == (before, room.now)
