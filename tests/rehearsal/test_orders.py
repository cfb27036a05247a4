"""The device end of orders: obeyed, answered, refused when late, undone when their time is over."""

import json
from typing import Any

import pytest

from beffroi.model.time import MILLISECOND, MINUTE, SECOND, from_iso
from beffroi.rehearsal.world.acts import Lockout
from beffroi.rehearsal.world.messages import Message
from beffroi.rehearsal.world.world import World
from tests.rehearsal.small_plant import small_plant

NIGHT = from_iso("2025-10-16T18:00:00Z")


@pytest.fixture
def world() -> World:
    world = World(small_plant(sodium_first=True), 5, NIGHT)
    world.bank.faulty[:] = False
    world.step(NIGHT + MINUTE)
    return world


def frame(world: World, code: str, **fields: Any) -> bytes:
    command = {"o": "order-1", "a": code, "c": "level_pct", "v": 30, "until": None} | fields
    command.setdefault("not_after", (world.now + MINUTE) // MILLISECOND)
    return json.dumps([command]).encode()


def answers(messages: list[Message]) -> dict[str, str]:
    found = {}
    for message in messages:
        if message.door == "mqtt" and not message.path:
            found.update({one["a"]: one["r"] for one in json.loads(message.payload) if "r" in one})
    return found


def level(messages: list[Message], code: str) -> float | None:
    told = [
        one["p"]["level_pct"]
        for message in messages
        if message.door == "mqtt" and not message.path
        for one in json.loads(message.payload)
        if one["a"] == code and "level_pct" in one.get("p", {})
    ]
    return told[-1] if told else None


def test_a_level_is_obeyed_answered_and_told(world: World) -> None:
    world.receive("gw-1", frame(world, "A001-2"), world.now)
    said = world.step(world.now + 5 * SECOND)
    assert answers(said) == {"A001-2": "accepted"}
    assert level(said, "A001-2") == 30


def test_it_goes_back_to_the_programme_by_itself(world: World) -> None:
    until = world.now + 2 * MINUTE
    world.receive("gw-1", frame(world, "A001-2", until=until // MILLISECOND), world.now)
    world.step(until - SECOND)
    assert world.bank.level[1] == 30
    said = world.step(until + 5 * SECOND)
    assert level(said, "A001-2") == 100


def test_a_second_order_moves_the_end(world: World) -> None:
    first, second = world.now + MINUTE, world.now + 3 * MINUTE
    world.receive("gw-1", frame(world, "A001-2", until=first // MILLISECOND), world.now)
    world.step(world.now + 5 * SECOND)
    world.receive("gw-1", frame(world, "A001-2", v=60, until=second // MILLISECOND), world.now)
    world.step(first + 10 * SECOND)
    assert world.bank.level[1] == 60
    world.step(second + 10 * SECOND)
    assert world.bank.level[1] == 100


def test_back_to_programme_at_once(world: World) -> None:
    world.receive("gw-1", frame(world, "A001-2"), world.now)
    world.step(world.now + 5 * SECOND)
    world.receive("gw-1", frame(world, "A001-2", c="programme", v=None), world.now)
    assert level(world.step(world.now + 5 * SECOND), "A001-2") == 100


def test_a_late_order_is_refused(world: World) -> None:
    world.receive("gw-1", frame(world, "A001-2", not_after=(world.now - SECOND) // MILLISECOND), world.now)
    assert answers(world.step(world.now + 5 * SECOND)) == {"A001-2": "late"}
    assert world.bank.level[1] == 100


def test_what_it_cannot_do_is_refused(world: World) -> None:
    for code, fields in (("A001-1", {}), ("A001-2", {"v": 140}), ("A002-1", {}), ("Z9", {})):
        world.receive("gw-1", frame(world, code, **fields), world.now)
        assert answers(world.step(world.now + 5 * SECOND)) == {code: "refused"}, code


def test_the_contactors_of_a_circuit_take_all_its_lamps(world: World) -> None:
    world.receive("gw-2", frame(world, "A002/D1", v=0), world.now)
    said = world.step(world.now + 5 * SECOND)
    assert answers(said) == {"A002/D1": "accepted"}
    assert not world.bank.level[8:12].any()


def test_a_circuit_opened_by_hand_answers_nothing(world: World) -> None:
    Lockout(circuit="A001/D1").play(world, world.now)
    world.step(world.now + 5 * SECOND)
    world.receive("gw-1", frame(world, "A001-2"), world.now)
    assert answers(world.step(world.now + 5 * SECOND)) == {}


@pytest.mark.parametrize("payload", [b"", b"{}", b"[1]", b'[{"o": 1}]', b"\xff"])
def test_noise_is_lost_without_harm(world: World, payload: bytes) -> None:
    world.receive("gw-1", payload, world.now)
    assert answers(world.step(world.now + 5 * SECOND)) == {}
