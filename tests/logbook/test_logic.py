"""What the main courante decides: late lines once, compartments, visas, reports by version."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.logbook.actions import AmendReport, Correct, FileReport, Note, Sign, Write
from beffroi.logbook.events import Corrected, Signed, Written
from beffroi.logbook.types import ROOM, compartment_of
from beffroi.model.scope import ANY, Grant, Scope
from beffroi.model.time import DAY, HOUR, MINUTE
from beffroi.trade.rejected import Rejected
from tests.logbook.room import CAMILLE, DOMINIQUE, REACTION, START, Room

LOCAL = UUID(int=77)


def test_a_late_line_enters_once_with_both_its_times() -> None:
    room = Room()
    late = Write(text="Appel du CODIS", local=LOCAL, typed_at=START - 20 * MINUTE)
    (line,) = room.do(late, happened_at=START - 25 * MINUTE)
    assert isinstance(line.event, Written)
    assert (line.event.typed_at, line.happened_at) == (START - 20 * MINUTE, START - 25 * MINUTE)
    assert room.do(late, happened_at=START - 25 * MINUTE) == []
    assert room.do(late, actor=DOMINIQUE) == []
    assert len(room.state.entries) == 1


def test_facts_go_back_three_days_from_when_they_were_typed() -> None:
    room = Room()
    for action, at in (
        (Write(text="1970"), 0),
        (Write(text="trop tard", typed_at=START), START - 3 * DAY - MINUTE),
        (Write(text="menteur", typed_at=0), 0),
    ):
        with pytest.raises(Rejected) as refusal:
            room.do(action, happened_at=at)
        assert refusal.value.code == "logbook.too_old"
    # what waited on its seat is judged by when it was typed
    (first,) = room.do(Write(text="différé", typed_at=START - 5 * DAY), happened_at=START - 7 * DAY)
    assert isinstance(first.event, Written)
    # a correction keeps the hour of its line, however old
    assert room.do(Correct(entry=first.event.entry, text="rectifié"), happened_at=START - 7 * DAY)


def test_a_line_that_came_at_once_is_not_said_late() -> None:
    room = Room()
    (line,) = room.do(Write(text="Vu", local=LOCAL))
    assert isinstance(line.event, Written)
    assert line.event.typed_at is None


def test_a_seat_whose_clock_runs_ahead_typed_nothing_late() -> None:
    room = Room()
    (line,) = room.do(Write(text="Vu", local=LOCAL, typed_at=START + 10 * MINUTE))
    assert isinstance(line.event, Written)
    assert line.event.typed_at is None


@given(st.lists(st.sampled_from([UUID(int=n) for n in range(4)]), max_size=12))
def test_each_identity_of_a_seat_makes_one_line(sent: list[UUID]) -> None:
    room = Room()
    for local in sent:
        room.do(Write(text=str(local), local=local))
    assert sorted(entry.text for entry in room.state.entries.values()) == sorted({str(local) for local in sent})


def test_a_correction_is_a_new_line_that_may_change_the_time() -> None:
    room = Room()
    (first,) = room.do(Write(text="Équipe sur place"))
    assert isinstance(first.event, Written)
    correct = Correct(entry=first.event.entry, text="Équipe en route", local=LOCAL)
    (second,) = room.do(correct, happened_at=START - 4 * MINUTE)
    assert isinstance(second.event, Corrected)
    assert room.state.entries[first.event.entry].text == "Équipe sur place"
    assert room.state.entries[first.event.entry].corrected_by == second.event.entry
    assert room.state.entries[second.event.entry].happened_at == START - 4 * MINUTE
    assert room.do(correct) == []
    with pytest.raises(Rejected, match="already_corrected"):
        room.do(Correct(entry=first.event.entry, text="Encore"))


def test_a_line_about_nothing_is_of_the_commune_of_who_writes_it() -> None:
    room = Room()
    line = Write(text="Ronde faite", commune="21231")
    assert list(room.trade.scopes(room.state, line, room.city)) == [Scope("21231", ANY, ANY)]
    own = Write(text="Suspect", commune="21231", compartment="police")
    assert list(room.trade.scopes(room.state, own, room.city)) == [Scope("21231", "police")]


@pytest.mark.parametrize("trade", ["police", "video"])
def test_a_line_about_a_masked_event_stays_in_its_compartment(trade: str) -> None:
    room = Room()
    masked = room.incidents.open("2026-1", Scope("21231", trade), masked=True)
    (line,) = room.do(Write(text="Individu repéré", incident=masked))
    assert isinstance(line.event, Written)
    assert compartment_of(line.event.scope) == trade
    others = Grant(trades=frozenset({"lighting", "traffic"}))
    assert not others.covers(line.event.scope)
    assert Grant(trades=frozenset({trade})).covers(line.event.scope)


def test_lines_of_the_room_are_read_by_every_trade() -> None:
    room = Room()
    (line,) = room.do(Write(text="Essai radio"))
    assert isinstance(line.event, Written)
    assert line.event.scope == ROOM
    assert Grant(trades=frozenset({"lighting"})).covers(line.event.scope)


def test_an_open_event_gives_its_place_and_an_unknown_one_is_refused() -> None:
    room = Room()
    known = room.incidents.open("2026-2", Scope("21231", "lighting"))
    (line,) = room.do(Write(text="Vu sur caméra", incident=known, compartment="video"))
    assert isinstance(line.event, Written)
    assert line.event.scope == Scope("21231", "video")
    with pytest.raises(Rejected, match="unknown_incident"):
        room.do(Write(text="?", incident=UUID(int=5)))


def test_the_visa_covers_what_is_written_and_not_yet_signed() -> None:
    room = Room()
    room.do(Write(text="un"))
    room.do(Note(code="x.note.y", scope=Scope(trade=ANY, kind=ANY)), actor=REACTION)
    room.do(Write(text="secret", compartment="police"))
    (visa,) = room.do(Sign())
    assert isinstance(visa.event, Signed)
    assert (visa.event.first, visa.event.last, visa.event.lines) == (1, 2, 2)
    with pytest.raises(Rejected, match="nothing_to_sign"):
        room.do(Sign())
    (police,) = room.do(Sign(compartment="police"))
    assert isinstance(police.event, Signed)
    assert (police.event.first, police.event.last, police.event.lines) == (3, 3, 1)
    room.do(Write(text="deux"))
    (again,) = room.do(Sign())
    assert isinstance(again.event, Signed)
    assert (again.event.first, again.event.lines) == (6, 1)


def test_nobody_signs_in_the_name_of_another() -> None:
    room = Room()
    room.do(Write(text="un"))
    (visa,) = room.do(Sign(signer=DOMINIQUE.id, relief=UUID(int=9)), actor=CAMILLE)
    assert isinstance(visa.event, Signed)
    assert (visa.event.signer, visa.event.relief) == (CAMILLE.id, None)
    room.do(Write(text="deux"))
    (by_relief,) = room.do(Sign(signer=DOMINIQUE.id, relief=UUID(int=9)), actor=REACTION)
    assert isinstance(by_relief.event, Signed)
    assert by_relief.event.signer == DOMINIQUE.id


def test_the_report_of_a_night_is_made_once_and_corrected_by_versions() -> None:
    room = Room()
    room.do(FileReport(night="2026-11-21", body="{}"), actor=REACTION)
    assert room.do(FileReport(night="2026-11-21", body="{}"), actor=REACTION) == []
    room.do(AmendReport(night="2026-11-21", version=1, body="corrigé"))
    with pytest.raises(Rejected, match="report_changed"):
        room.do(AmendReport(night="2026-11-21", version=1, body="trop tard"))
    with pytest.raises(Rejected, match="no_report"):
        room.do(AmendReport(night="2026-11-20", version=1, body="?"))
    assert room.state.reports == {"2026-11-21": 2}


def test_the_future_is_refused() -> None:
    with pytest.raises(Rejected, match="future"):
        Room().do(Write(text="demain"), happened_at=START + HOUR)
