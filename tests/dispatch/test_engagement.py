"""Crews sent, states by voice, what is refused, what time does."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from beffroi.dispatch import actions, duty, events
from beffroi.dispatch.engaging import ANSWER
from beffroi.dispatch.texts import TEXTS
from beffroi.dispatch.types import CrewState
from beffroi.model.time import HOUR, MINUTE, SECOND
from beffroi.trade.action import Action
from beffroi.trade.rejected import Rejected
from tests.dispatch.room import CLOSED, DOMINIQUE, LIGHTING_ONLY, LIT, MASKED, POLICE, Post, post


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
    other = UUID(int=4)
    facts = room.city.incidents.find(LIT)
    assert facts is not None
    room.room.facts[other] = msgspec.structs.replace(facts, id=other)
    elsewhere = actions.Engage(incident=other, crew=room.crews["E1"], seen_load=0)
    assert code(room, elsewhere) == "dispatch.crew_changed"
    assert room.do(actions.Engage(incident=other, crew=room.crews["E1"], seen_load=1))


def test_who_is_refused_and_why() -> None:
    room = post()

    def engage(crew: str, incident: UUID = LIT, *, support: bool = False) -> actions.Engage:
        return actions.Engage(incident=incident, crew=room.crews[crew], support=support)

    assert code(room, engage("E3")) == "dispatch.unfit"
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


def test_a_crew_that_says_nothing_is_told_once_in_time() -> None:
    room = post()
    held = engaged(room)
    assert room.time_passes(ANSWER - SECOND) == []
    told = room.time_passes(SECOND)
    assert [type(event) for event in told] == [events.Unanswered]
    assert room.time_passes(HOUR) == []
    assert room.state.engagements[held].overdue
    tell(room, "en_route")
    assert not room.state.engagements[held].overdue


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
    assert room.do(actions.Engage(incident=LIT, crew=room.crews["E1"], seen_load=0))


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
