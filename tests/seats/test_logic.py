"""What is decided of desks, seats and the relève."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.seats import actions as ask
from beffroi.seats import events as told
from beffroi.seats.rows import desk_row, seat_row
from beffroi.seats.types import BESIDE, SOUND, DeskPlan, held_by, open_relief
from beffroi.trade.rejected import Rejected
from tests.seats.room import CAMILLE, CHIEF, DOMINIQUE, Room


def test_one_seat_holds_five_desks_in_one_action() -> None:
    room = Room()
    seat = room.seat("Poste 1", CAMILLE)
    desks = ("lighting", "traffic", "video", "citizens_line", "watch")
    made = room.do(ask.Hold(seat=seat, desks=desks))
    assert [event.desk for event in made] == list(desks)
    assert held_by(room.state, seat) == desks
    assert room.do(ask.Hold(seat=seat, desks=desks)) == []


def test_a_desk_is_handed_over_in_one_action() -> None:
    room = Room()
    one, two = room.seat("Allo Mairie", CAMILLE), room.seat("Veille", DOMINIQUE)
    room.do(ask.Hold(seat=one, desks=("citizens_line", "interventions")))
    with pytest.raises(Rejected, match="held_by"):
        room.do(ask.Hold(seat=two, desks=("citizens_line",)), DOMINIQUE)
    with pytest.raises(Rejected, match="not_yours"):
        room.do(ask.HandOver(desks=("citizens_line",), to=two), DOMINIQUE)
    made = room.do(ask.HandOver(desks=("citizens_line", "interventions"), to=two))
    assert [(event.desk, event.before, event.seat) for event in made] == [
        ("citizens_line", one, two),
        ("interventions", one, two),
    ]
    assert made[0].said == {
        "label_fr": "Allo Mairie",
        "label_en": "Citizens' line",
        "seat": "Veille",
        "before": "Allo Mairie",
    }
    room.do(ask.HandOver(desks=("interventions",), to=one), CAMILLE, CHIEF)
    assert held_by(room.state, one) == ("interventions",)


def test_nothing_is_handed_to_an_empty_seat() -> None:
    room = Room()
    one, empty = room.seat("Poste 1", CAMILLE), room.seat("Poste 2")
    room.do(ask.Hold(seat=one, desks=("lighting",)))
    with pytest.raises(Rejected, match="nobody_there"):
        room.do(ask.HandOver(desks=("lighting",), to=empty))


def test_an_unheld_desk_is_anybodys_to_take_and_comes_back_by_itself() -> None:
    room = Room()
    one, two = room.seat("Poste 1", CAMILLE), room.seat("Poste 2", DOMINIQUE)
    room.do(ask.Hold(seat=one, desks=("lighting", "traffic")))
    for desk in ("lighting", "traffic"):
        room.do(ask.MarkUnheld(desk=desk))
        assert room.do(ask.MarkUnheld(desk=desk)) == []
    row = desk_row(room.state, "lighting")
    assert row and (row.state, row.unheld_since) == ("unheld", room.now - 3_000_000)
    room.do(ask.Hold(seat=two, desks=("lighting",)), DOMINIQUE)
    room.do(ask.Resume(desk="traffic"))
    assert room.do(ask.Resume(desk="lighting")) == []
    assert held_by(room.state, two) == ("lighting",)
    assert all(holding.unheld_since is None for holding in room.state.holdings.values())


def test_desks_are_data_and_one_that_is_held_stays() -> None:
    room = Room()
    seat = room.seat("Poste 1", CAMILLE)
    room.do(ask.Hold(seat=seat, desks=("lighting",)))
    plan = DeskPlan("harbour", {"fr": "Port", "en": "Harbour"})
    with pytest.raises(Rejected, match="desk_held"):
        room.do(ask.SetDesks(desks=(plan,)))
    kept = (room.state.plans["lighting"], plan)
    room.do(ask.SetDesks(desks=kept))
    assert tuple(room.state.plans.values()) == kept
    assert room.do(ask.SetDesks(desks=kept)) == []
    with pytest.raises(Rejected, match="no_label"):
        room.do(ask.SetDesks(desks=(*kept, DeskPlan("x_y", {"fr": "X"}))))


def test_the_one_who_leaves_stays_beside_during_a_releve_only() -> None:
    room = Room()
    seat = room.seat("Poste 1", CAMILLE)
    room.do(ask.SignIn(seat=seat), DOMINIQUE)
    assert room.state.seats[seat].beside is None
    room.do(ask.Hold(seat=seat, desks=("lighting",)), DOMINIQUE)
    room.do(ask.BeginRelief(seat=seat), DOMINIQUE)
    room.do(ask.SignIn(seat=seat), CAMILLE)
    row = seat_row(room.state, seat)
    assert row and (row.account, row.beside, row.beside_until) == (CAMILLE.id, DOMINIQUE.id, room.now + BESIDE)
    assert row.desks == ("lighting",)


def test_a_releve_is_signed_by_who_takes_over_once_the_sound_was_heard() -> None:
    room = Room()
    seat = room.seat("Poste 1", CAMILLE)
    with pytest.raises(Rejected, match="holds_nothing"):
        room.do(ask.BeginRelief(seat=seat))
    room.do(ask.Hold(seat=seat, desks=("lighting", "watch")))
    (begun,) = room.do(ask.BeginRelief(seat=seat))
    assert isinstance(begun, told.ReliefBegun)
    assert room.do(ask.BeginRelief(seat=seat)) == []
    relief = begun.relief
    with pytest.raises(Rejected, match="same_person"):
        room.do(ask.SignRelief(relief=relief, digest="d"))
    with pytest.raises(Rejected, match="not_here"):
        room.do(ask.SignRelief(relief=relief, digest="d"), DOMINIQUE)
    room.do(ask.SignIn(seat=seat), DOMINIQUE)
    with pytest.raises(Rejected, match="sound_untested"):
        room.do(ask.SignRelief(relief=relief, digest="d"), DOMINIQUE)
    room.do(ask.Tick(relief=relief, item=SOUND), DOMINIQUE)
    (signed,) = room.do(ask.SignRelief(relief=relief, digest="d"), DOMINIQUE)
    assert isinstance(signed, told.ReliefSigned)
    assert (signed.desks, signed.incoming, signed.outgoing) == (("lighting", "watch"), DOMINIQUE.id, CAMILLE.id)
    assert open_relief(room.state, seat) is None
    with pytest.raises(Rejected, match="relief_over"):
        room.do(ask.Tick(relief=relief, item=SOUND, on=False), DOMINIQUE)
    (second,) = room.do(ask.BeginRelief(seat=seat), DOMINIQUE)
    assert second.since == room.state.reliefs[relief].signed_at


@given(st.lists(st.tuples(st.sampled_from(["sound", "instruction", "routine"]), st.booleans()), max_size=20))
def test_ticks_are_what_was_said_last_of_each(said: list[tuple[str, bool]]) -> None:
    room = Room()
    seat = room.seat("Poste 1", CAMILLE)
    room.do(ask.Hold(seat=seat, desks=("lighting",)))
    (begun,) = room.do(ask.BeginRelief(seat=seat))
    for item, on in said:
        room.do(ask.Tick(relief=begun.relief, item=item, on=on))
    last = dict(said)
    assert set(room.state.reliefs[begun.relief].ticks) == {item for item, on in last.items() if on}
