"""Who may hold what: the desks of one's trade, whatever the commune; nobody of another trade."""

from typing import Any
from uuid import UUID

import pytest

from beffroi.model.scope import ANY, EVERYTHING, Grant, Rights
from beffroi.seats import actions as ask
from beffroi.seats.types import SOUND
from beffroi.server.absent import empty_city
from tests.seats.room import CAMILLE, Room

POLICE = Rights({"logbook": (Grant(trades=frozenset({"police"})),)})
ONE_COMMUNE = Rights({"logbook": (Grant(communes=frozenset({"21231"})),)})
LIGHTING_THERE = Rights({"logbook": (Grant(communes=frozenset({"21231"}), trades=frozenset({"lighting"})),)})


def _may(room: Room, rights: Rights, action: Any) -> bool:
    scopes = list(room.trade.scopes(room.state, action, empty_city()))
    assert scopes, "without a scope the right itself would not be asked"
    return all(rights.allows(action.right, scope) for scope in scopes)


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_desk_is_held_and_handed_over_by_its_own_trade(room: Room) -> None:
    seat = UUID(int=1)
    for desks, police, lighting in (
        (("police",), True, False),
        (("lighting",), False, True),
        (("watch",), True, True),
        (("police", "lighting"), False, False),
    ):
        for action in (ask.Hold(seat=seat, desks=desks), ask.HandOver(desks=desks, to=seat)):
            assert _may(room, POLICE, action) is police
            assert _may(room, LIGHTING_THERE, action) is lighting
            assert _may(room, ONE_COMMUNE, action)
            assert not _may(room, Rights(), action)


def test_a_seat_is_relieved_by_who_may_hold_all_that_it_holds(room: Room) -> None:
    seat = room.seat("Poste 1", CAMILLE)
    room.do(ask.Hold(seat=seat, desks=("police", "watch")))
    (begun,) = room.do(ask.BeginRelief(seat=seat))
    relieving = (
        ask.BeginRelief(seat=seat),
        ask.Tick(relief=begun.relief, item=SOUND),
        ask.CancelRelief(relief=begun.relief),
        ask.Rename(seat=seat, name="Poste 2"),
    )
    for action in relieving:
        assert _may(room, POLICE, action)
        assert not _may(room, LIGHTING_THERE, action)
    assert _may(room, LIGHTING_THERE, ask.SignOut(seat=seat)), "who sits there alone signs out: the decision says so"


def test_the_desks_of_the_room_are_decided_for_the_whole_city(room: Room) -> None:
    chief = Rights({"shift": (Grant(communes=frozenset({"21231"})),)})
    assert not _may(room, chief, ask.Disarm(desk="police"))
    assert _may(room, Rights({"shift": (EVERYTHING,)}), ask.Disarm(desk="police"))


def test_everybody_sees_desks_and_seats(room: Room) -> None:
    here = Grant(frozenset({"21231"}), frozenset({"lighting"}), frozenset({"street_light"}))
    assert all(here.covers(row.scope) for row in room.trade.snapshot(room.state, empty_city()))
    assert ANY not in here.communes
