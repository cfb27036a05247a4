"""Whom to call: papers valid at this minute, nobody at rest, the free ones first; who is passed over says why."""

from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.dispatch import actions, events
from beffroi.dispatch.call_list import call_list
from beffroi.dispatch.calling import ESCALATION
from beffroi.dispatch.texts import TEXTS
from beffroi.dispatch.types import Authorisation
from beffroi.model.actor import Actor
from beffroi.model.time import DAY, HOUR, MINUTE, Micros
from beffroi.procedures.ranking import page_for
from beffroi.trade.doors import trusted
from beffroi.trade.rejected import Rejected
from tests.dispatch.room import DOMINIQUE, LIT, NIGHT, Post, alone, on_call_turn

CALL = actions.CallAttempt(incident=LIT)
OTHER = UUID(int=44)
ELECTRICAL = "electrical"


def with_papers(**until: Micros | None) -> Post:
    """Return the post of the night, the papers of some on-call people ended at these times, or none at all."""
    room = alone()
    for name, end in until.items():
        person = name.replace("_", " ")
        paper = () if end is None else (Authorisation(ELECTRICAL, end),)
        agent = room.people[person]
        room.do(actions.SetAgent(agent=agent, name=person, ends_at=NIGHT + 300 * DAY, authorisations=paper), DOMINIQUE)
    return room


def also_on(room: Post, name: str) -> None:
    """Have somebody reached for another event, which goes on."""
    room.room.facts[OTHER] = msgspec.structs.replace(room.room.facts[LIT], id=OTHER, number="D-2025-9")
    called = room.do(actions.CallAttempt(incident=OTHER, agent=room.people[name]))[0]
    room.do(actions.TellOutcome(call_out=called.call_out, outcome="reached", agent=room.people[name]))


def listed(room: Post) -> tuple[list[str], dict[str, str]]:
    by_id = {agent: name for name, agent in room.people.items()}
    found = call_list(room.state, room.room.facts[LIT], "lighting", room.now)
    return [by_id[one.agent] for one in found.lines], {by_id[one.line.agent]: one.reason.code for one in found.passed}


def test_an_expired_authorisation_is_passed_over_with_its_date_and_the_next_is_called() -> None:
    room = with_papers(Appel_1=NIGHT)
    assert listed(room) == (["Appel 2", "Cadre"], {"Appel 1": "dispatch.why.expired"})
    page = page_for(room.state, room.city, room.room.facts[LIT], NIGHT, trusted(Actor("system")))
    assert [one.line.agent for one in page.on_call] == [room.people["Appel 2"], room.people["Cadre"]]
    (passed,) = page.on_call_passed
    assert (passed.line.agent, passed.reason.params["until"]) == (room.people["Appel 1"], NIGHT)
    assert "expirée le" in TEXTS[passed.reason.code]["fr"]
    assert room.do(CALL)[0].agent == room.people["Appel 2"]
    with pytest.raises(Rejected, match=r"dispatch\.unfit_person"):
        room.do(actions.CallAttempt(incident=LIT, agent=room.people["Appel 1"]))
    assert room.time_passes(ESCALATION)[0].agent == room.people["Cadre"]


def test_a_paper_that_ends_while_the_telephone_rings_sends_nobody() -> None:
    room = with_papers(Appel_1=NIGHT + MINUTE)
    called = room.do(CALL)[0]
    assert called.agent == room.people["Appel 1"]
    room.now += 2 * MINUTE
    with pytest.raises(Rejected, match=r"dispatch\.unfit_person"):
        room.do(actions.TellOutcome(call_out=called.call_out, outcome="reached"))
    assert room.do(CALL)[0].agent == room.people["Appel 2"], "the same key now calls the next"


def test_nobody_fit_is_not_nobody_on_call() -> None:
    room = with_papers(Appel_1=None, Appel_2=NIGHT - DAY)
    assert listed(room)[0] == ["Cadre"], "he decides and sends: nothing is asked of him"
    room.roster("")
    with pytest.raises(Rejected, match=r"dispatch\.nobody_fit"):
        room.do(CALL)


def test_skills_entered_count_and_another_list_is_called_for_its_own_work() -> None:
    room = alone()
    agent = room.people["Appel 1"]
    paper, end = Authorisation(ELECTRICAL, NIGHT + DAY), NIGHT + 300 * DAY
    told = actions.SetAgent(agent=agent, name="Appel 1", ends_at=end, skills=("cones",), authorisations=(paper,))
    room.do(told, DOMINIQUE)
    assert listed(room)[1] == {"Appel 1": "dispatch.why.skill"}
    room.roster("roads", on_call_turn(room.people["Agent R1"], 1))
    assert room.do(actions.CallAttempt(incident=LIT, trade="roads"))[0].agent == room.people["Agent R1"]


def test_who_is_already_out_comes_after_the_free_ones_and_says_where() -> None:
    room = alone()
    also_on(room, "Appel 1")
    assert listed(room)[0] == ["Appel 2", "Cadre", "Appel 1"]
    page = page_for(room.state, room.city, room.room.facts[LIT], NIGHT, trusted(Actor("system")))
    assert [one.out.params["number"] if one.out else "" for one in page.on_call] == ["", "", "D-2025-9"]
    assert room.do(CALL)[0].agent == room.people["Appel 2"]
    assert [room.time_passes(ESCALATION)[0].agent for _ in range(2)] == [room.people["Cadre"], room.people["Appel 1"]]


def test_the_answer_is_that_of_the_person_named_whoever_was_called_since() -> None:
    room = alone()
    first = room.do(CALL)[0]
    room.do(actions.CallAttempt(incident=LIT, agent=room.people["Appel 2"]), DOMINIQUE)
    with pytest.raises(Rejected, match=r"dispatch\.which_call"):
        room.do(actions.TellOutcome(call_out=first.call_out, outcome="reached"))
    with pytest.raises(Rejected, match=r"dispatch\.no_attempt"):
        room.do(actions.TellOutcome(call_out=first.call_out, outcome="reached", agent=room.people["Cadre"]))
    joined = actions.TellOutcome(call_out=first.call_out, outcome="reached", agent=room.people["Appel 1"])
    assert room.do(joined)[1].agent == room.people["Appel 1"]


ENDS = st.one_of(st.none(), st.sampled_from((NIGHT - DAY, NIGHT, NIGHT + 1, NIGHT + 15 * MINUTE, NIGHT + DAY)))


@given(first=ENDS, second=ENDS, resting=st.booleans(), out=st.booleans(), steps=st.lists(st.booleans(), max_size=4))
@settings(max_examples=60, deadline=None)
def test_nobody_without_a_valid_paper_or_at_rest_is_ever_called(
    first: Micros | None, second: Micros | None, resting: bool, out: bool, steps: list[bool]
) -> None:
    room = with_papers(Appel_1=first, Appel_2=second)
    if resting:
        room.state.rests[room.people["Appel 2"]] = NIGHT + 8 * HOUR
    if out and first and first > NIGHT:
        also_on(room, "Appel 1")
    for again in steps:
        try:
            made = room.do(CALL) if again else room.time_passes(ESCALATION)
        except Rejected as refusal:
            assert refusal.code in ("dispatch.nobody_fit", "dispatch.already_calling")
            continue
        for event in made:
            if isinstance(event, events.CallAttempted | events.Escalated):
                agent = room.state.agents[event.agent]
                ends = [paper.until for paper in agent.authorisations if paper.code == ELECTRICAL]
                assert agent.id == room.people["Cadre"] or any(end > room.now for end in ends)
                assert room.state.rests.get(agent.id, 0) <= room.now
