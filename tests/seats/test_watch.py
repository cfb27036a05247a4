"""The watch over the seats: a minute of silence, a restart's grace, a return."""

from uuid import UUID

from beffroi.procedures.seat_watch import UNHELD_S, Watch
from beffroi.seats import actions as ask
from tests.seats.room import CAMILLE, Room


def _held() -> tuple[Room, UUID]:
    room = Room()
    seat = room.seat("Poste 1", CAMILLE)
    room.do(ask.Hold(seat=seat, desks=("lighting", "watch")))
    return room, seat


def _judge(room: Room, watch: Watch, now: float, steady_since: float = 0.0) -> list[str]:
    asked = watch.judge(room.state, now, steady_since)
    for action in asked:
        room.do(action)
    return [f"{action.action_type()} {action.desk}" for action in asked]  # type: ignore[attr-defined]


def test_a_minute_of_silence_then_the_seat_lives_again() -> None:
    room, seat = _held()
    watch = Watch()
    watch.beat(seat, 100.0)
    assert _judge(room, watch, 100.0 + UNHELD_S) == []
    assert _judge(room, watch, 100.1 + UNHELD_S) == ["seats.unheld lighting", "seats.unheld watch"]
    assert _judge(room, watch, 200.0) == []
    watch.beat(seat, 201.0)
    assert _judge(room, watch, 201.0) == ["seats.resume lighting", "seats.resume watch"]


def test_a_restart_gives_every_seat_its_whole_minute() -> None:
    room, _ = _held()
    fresh = Watch()
    assert _judge(room, fresh, 1_000.0 + UNHELD_S, steady_since=1_000.0) == []
    assert len(_judge(room, fresh, 1_000.1 + UNHELD_S, steady_since=1_000.0)) == 2
    # what was unheld before the next restart stays so until somebody is there
    assert _judge(room, Watch(), 2_000.0, steady_since=2_000.0) == []
    assert all(holding.unheld_since for holding in room.state.holdings.values())


def test_a_desk_that_nobody_ever_held_alarms_nobody() -> None:
    assert Watch().judge(Room().state, 1e9, 0.0) == []
