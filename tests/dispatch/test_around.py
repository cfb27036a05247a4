"""Crews around a place: those in service only, whoever drives the others is at rest and is never located."""

from types import SimpleNamespace
from typing import Any, cast

from beffroi.model.actor import Actor
from beffroi.model.reading import Quality
from beffroi.procedures.events.around import _crews
from beffroi.trade.doors import trusted
from tests.dispatch.room import NIGHT, Post, alone, duty_turn, post


class Heard:
    """A live port where every vehicle has just said that it is at the place."""

    def find(self, asset: object, point: str) -> Any:
        return SimpleNamespace(value=5.0 if point == "lon_deg" else 47.0, quality=Quality.GOOD, at=NIGHT)


def seen(room: Post) -> set[str]:
    room.city.live = cast(Any, Heard())
    clock, caller = SimpleNamespace(now=lambda: room.now), trusted(Actor("system"))
    core = SimpleNamespace(state=lambda _: room.state, city=room.city, clock=clock)
    return {one.label for one in _crews(cast(Any, core), caller, 5.0, 47.0)}


def test_only_crews_in_service_are_located() -> None:
    room = post()
    assert seen(room) == {"E1", "E2", "E3", "R1"}
    room.state.rests[room.people["Agent E2"]] = NIGHT + 1
    assert seen(room) == {"E1", "E3", "R1"}
    assert seen(alone()) == {"R1"}
    room.roster("lighting", duty_turn(room.crews["E1"]))
    room.roster("roads")
    assert seen(room) == {"E1"}
