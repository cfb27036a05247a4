"""What the rows keep of desks and seats is what memory holds."""

from typing import Any

import psycopg

from beffroi.seats import actions as ask
from beffroi.seats.types import DeskPlan
from tests.seats.room import CAMILLE, CHIEF, DOMINIQUE, Room


def _busy() -> Room:
    room = Room()
    one, two, gone = room.seat("Poste 1", CAMILLE), room.seat("Poste 2", DOMINIQUE), room.seat("Poste 3")
    room.do(ask.Hold(seat=one, desks=("lighting", "traffic", "video")))
    room.do(ask.HandOver(desks=("video",), to=two))
    room.do(ask.MarkUnheld(desk="traffic"))
    room.do(ask.MarkUnheld(desk="lighting"))
    room.do(ask.Resume(desk="lighting"))
    (begun,) = room.do(ask.BeginRelief(seat=one))
    for item, on in (("sound", True), ("other", True), ("other", False)):
        room.do(ask.Tick(relief=begun.relief, item=item, on=on))
    room.do(ask.SignIn(seat=one), DOMINIQUE)
    room.do(ask.SignRelief(relief=begun.relief, digest="d"), DOMINIQUE)
    (again,) = room.do(ask.BeginRelief(seat=one), DOMINIQUE)
    room.do(ask.CancelRelief(relief=again.relief), DOMINIQUE)
    room.do(ask.Rename(seat=two, name="Poste 2 bis"))
    room.do(ask.Retire(seat=gone))
    room.do(ask.SignOut(seat=one), DOMINIQUE)
    room.do(ask.Disarm(desk="video"), CAMILLE, CHIEF)
    plans = room.state.plans.values()
    room.do(ask.SetDesks(desks=(*plans, DeskPlan("harbour", {"fr": "Port", "en": "Harbour"}, ("harbour",)))))
    return room


def test_load_and_replay_equal_memory(database: Any) -> None:
    room = _busy()
    known = room.shown()
    with psycopg.connect(database.app) as connection:
        with connection.cursor() as cursor:
            room.trade.write(cursor, room.lines)
        connection.commit()
        room.state = room.trade.load(connection)
    assert room.shown() == known
    room.state = room.trade.empty()
    for line in room.lines:
        room.trade.apply(room.state, line)
    assert room.shown() == known
