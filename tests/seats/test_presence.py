"""Who sits in the room, for the trades that ask."""

from beffroi.seats.actions import Hold, MarkUnheld, SignOut
from beffroi.seats.types import sits
from tests.seats.room import CAMILLE, DOMINIQUE, Room


def test_somebody_sits_until_his_seat_is_silent_or_left() -> None:
    room = Room()
    seat = room.seat("Poste 1", CAMILLE)
    room.do(Hold(seat=seat, desks=("lighting",)))
    assert sits(room.state, CAMILLE.id) and not sits(room.state, DOMINIQUE.id)
    room.do(MarkUnheld(desk="lighting"))
    assert not sits(room.state, CAMILLE.id)
    other = room.seat("Poste 2", DOMINIQUE)
    assert sits(room.state, DOMINIQUE.id)
    room.do(SignOut(seat=other), DOMINIQUE)
    assert not sits(room.state, DOMINIQUE.id)
