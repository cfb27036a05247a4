"""Ranking: the same answer whatever the order, expired papers and people at rest never there, a reason for each."""

import math
from uuid import UUID

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.dispatch import actions
from beffroi.dispatch.candidates import list_candidates, rank_for
from beffroi.dispatch.ranking import LOAD_MIN, Candidate, Job, rank
from beffroi.dispatch.texts import TEXTS
from beffroi.dispatch.types import Need
from beffroi.model.time import DAY, HOUR, MINUTE
from tests.dispatch.room import LIT, NIGHT, on_call_turn, post

NEED = Need(trade="lighting", skills=("lighting",), authorisations=("electrical",), equipment=("platform",))
JOB = Job(UUID(int=1), NEED)


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    size = draw(st.integers(0, 12))
    return [
        Candidate(
            crew=UUID(int=number + 1),
            name=f"E{number}",
            skills=draw(st.sampled_from((frozenset(), frozenset({"lighting"}), frozenset({"lighting", "roads"})))),
            authorisations=draw(
                st.sampled_from(({}, {"electrical": NIGHT + DAY}, {"electrical": NIGHT}, {"electrical": NIGHT - DAY}))
            ),
            equipment=draw(st.sampled_from((frozenset(), frozenset({"platform"})))),
            travel_s=draw(st.one_of(st.none(), st.just(math.inf), st.floats(0, 4000))),
            position_age_s=draw(st.one_of(st.none(), st.integers(0, 4000))),
            load=draw(st.integers(0, 2)),
            shift_end=NIGHT + draw(st.integers(0, 8)) * HOUR,
            here=draw(st.booleans()) and draw(st.booleans()),
        )
        for number in range(size)
    ]


@given(given_=candidates(), seed=st.integers(0, 1000))
@settings(max_examples=150, deadline=None)
def test_same_bytes_in_any_order(given_: list[Candidate], seed: int) -> None:
    mixed = [given_[i] for i in np.random.default_rng(seed).permutation(len(given_))]
    first, second = (msgspec.json.encode(rank(one, JOB, NIGHT)) for one in (given_, mixed))
    assert first == second


@given(given_=candidates())
@settings(max_examples=150, deadline=None)
def test_only_who_may_go_is_proposed_and_everybody_is_explained(given_: list[Candidate]) -> None:
    found = rank(given_, JOB, NIGHT)
    by_id = {one.crew: one for one in given_}
    for ranked in found.ranked:
        one = by_id[ranked.crew]
        assert one.authorisations["electrical"] > NIGHT
        assert "lighting" in one.skills
        assert "platform" in one.equipment
        assert not one.here
    shown = [one.crew for one in found.ranked] + [one.crew for one in found.excluded]
    assert sorted(shown) == sorted(one.crew for one in given_)
    assert [one.rank for one in found.ranked] == list(range(1, len(found.ranked) + 1))
    for ranked in found.ranked:
        assert ranked.reasons
        assert all(set(TEXTS[reason.code]) == {"fr", "en"} for reason in ranked.reasons)
    assert all(other.reason.code in TEXTS for other in found.excluded)


def fit(number: int, **more: object) -> Candidate:
    fields = {
        "crew": UUID(int=number),
        "name": f"E{number}",
        "skills": frozenset({"lighting"}),
        "authorisations": {"electrical": NIGHT + DAY},
        "equipment": frozenset({"platform"}),
        "travel_s": 240.0,
        "position_age_s": 10,
        "shift_end": NIGHT + 8 * HOUR,
        **more,
    }
    return Candidate(**fields)  # type: ignore[arg-type]


def order(*given_: Candidate) -> list[str]:
    return [one.name for one in rank(given_, JOB, NIGHT).ranked]


def test_what_counts() -> None:
    assert order(fit(1, travel_s=600.0), fit(2)) == ["E2", "E1"]
    assert order(fit(1), fit(2)) == ["E1", "E2"], "ties are broken by the identifier"
    assert order(fit(1, load=1), fit(2, travel_s=240.0 + LOAD_MIN * 60 - 60)) == ["E2", "E1"]
    assert order(fit(1, position_age_s=600), fit(2, travel_s=700.0)) == ["E2", "E1"], "an old position is not trusted"
    assert order(fit(1, shift_end=NIGHT + 20 * MINUTE), fit(2, travel_s=900.0)) == ["E2", "E1"]
    assert order(fit(1, position_age_s=None, travel_s=None), fit(2, travel_s=3000.0)) == ["E2", "E1"]
    assert order(fit(1, travel_s=math.inf), fit(2, position_age_s=None, travel_s=None)) == ["E2", "E1"]


def test_minutes_are_rounded_up_and_the_age_is_flagged_from_121_s() -> None:
    fresh, stale = (rank([fit(1, travel_s=61.0, position_age_s=age)], JOB, NIGHT).ranked[0] for age in (120, 121))
    assert (fresh.travel_min, fresh.stale, stale.stale) == (2, False, True)
    assert "dispatch.why.stale" in [reason.code for reason in stale.reasons]


def test_the_night_of_the_post() -> None:
    room = post()
    facts = room.city.incidents.find(LIT)
    assert facts is not None
    found = rank_for(room.state, room.city, facts, room.now)
    assert [(one.name, one.travel_min) for one in found.ranked] == [("E1", 2), ("E2", 4)]
    why = {one.name: one.reason.code for one in found.excluded}
    assert why == {"E3": "dispatch.why.expired", "R1": "dispatch.why.skill"}


def test_a_crew_whose_people_rest_is_nowhere() -> None:
    room = post()
    room.state.rests[room.people["Agent E1"]] = room.now + HOUR
    facts = room.city.incidents.find(LIT)
    assert facts is not None
    found = rank_for(room.state, room.city, facts, room.now)
    assert room.crews["E1"] not in [one.crew for one in found.ranked] + [one.crew for one in found.excluded]
    room.now += HOUR
    assert room.crews["E1"] in [one.crew for one in rank_for(room.state, room.city, facts, room.now).ranked]


def test_no_coordinate_reaches_the_ranking_nor_the_journal() -> None:
    room = post()
    facts = room.city.incidents.find(LIT)
    assert facts is not None
    names = set(Candidate.__struct_fields__)
    assert not names & {"lon", "lat", "position", "lonlat"}
    assert list_candidates(room.state, room.city, facts, JOB, room.now)
    engaged = room.do(actions.Engage(incident=LIT, crew=room.crews["E1"]))[0]
    assert (engaged.travel_min, engaged.rank, engaged.of) == (2, 1, 2)
    text = msgspec.json.encode(engaged)
    assert b"5.01" not in text
    assert b"47.0" not in text


def test_no_position_known_is_said() -> None:
    room = post()
    room.live.at[:] = 0
    facts = room.city.incidents.find(LIT)
    assert facts is not None
    found = rank_for(room.state, room.city, facts, room.now)
    assert [one.travel_min for one in found.ranked] == [None, None]
    assert found.ranked[0].reasons[0].code == "dispatch.why.no_position"


def test_a_position_in_the_future_is_not_old() -> None:
    room = post()
    room.place(0, 5.01, 47.0, age_s=-30)
    facts = room.city.incidents.find(LIT)
    assert facts is not None
    assert not rank_for(room.state, room.city, facts, room.now).ranked[0].stale


def test_who_is_off_duty_is_not_there() -> None:
    room = post()
    room.roster("lighting", on_call_turn(room.people["Appel 1"], 1))
    facts = room.city.incidents.find(LIT)
    assert facts is not None
    found = rank_for(room.state, room.city, facts, room.now)
    assert found.ranked == ()
    assert [one.name for one in found.excluded] == ["R1"]
