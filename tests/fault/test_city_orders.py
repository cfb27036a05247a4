"""Fact 8, end to end: orders to a commune and to the whole city, followed light by light, with one circuit locked out.

The frames are heard where gateways hear them: on the broker, subject by subject.
"""

import asyncio
import contextlib
import json
import os
import secrets
import signal
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import nats
import pytest

from beffroi.links.mqtt.codec import encode
from beffroi.links.mqtt.messages import Subscribe
from beffroi.model.time import MINUTE, SECOND
from beffroi.server.broker_auth import bus_options
from tests.fault.devices import connected
from tests.fault.room import Room

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(300)]

LOCK_CODE = "4321"
NOT_YET = {"pending", "sent", "accepted"}


class Wiretap:
    """Every downlink frame of a stretch of time, heard on the broker."""

    def __init__(self, room: Room) -> None:
        self._settings = room.settings
        self.items: list[dict[str, Any]] = []

    async def during(self, work: Any) -> Any:
        bus = await nats.connect(self._settings.nats_url, **bus_options(self._settings, "core"))

        async def hear(message: Any) -> None:
            self.items += json.loads(message.data)

        await bus.subscribe("bf1d.*", cb=hear, pending_msgs_limit=100_000)
        await bus.flush()
        try:
            return await asyncio.to_thread(work)
        finally:
            await bus.flush()
            await asyncio.sleep(0.5)
            await bus.close()

    def codes(self) -> set[str]:
        return {item["a"] for item in self.items}


class Lockout(NamedTuple):
    """A circuit under lock-out: its commune, its own code and those of its lights."""

    commune: str
    circuit: str
    lights: frozenset[str]


@pytest.fixture(scope="module")
def lockout(room: Room) -> Iterator[Lockout]:
    """One circuit, in a commune of some 1,200 points, locked out by its electrician."""
    room.rate(1)
    ((commune,),) = room.rows(
        "SELECT commune FROM asset WHERE kind = 'street_light' GROUP BY commune"
        " ORDER BY abs(count(*) - 1200), commune LIMIT 1"
    )
    ((circuit, code),) = room.rows(
        "SELECT circuit.id, circuit.code FROM asset circuit JOIN asset light ON light.parent = circuit.id"
        " WHERE circuit.kind = 'circuit' AND circuit.commune = %s AND light.management = 'point'"
        " GROUP BY circuit.id, circuit.code HAVING count(*) BETWEEN 20 AND 90 ORDER BY circuit.code LIMIT 1",
        commune,
    )
    lights = {light for (light,) in room.rows("SELECT code FROM asset WHERE parent = %s", circuit)}
    electrician = room.seat("electricien")
    certificate = {"asset": str(circuit), "certificate": "C-2026-17", "code": LOCK_CODE}
    electrician.act("orders.consign", holder="Sacha Électricien", **certificate)
    yield Lockout(commune, code, frozenset(lights))
    electrician.act("orders.lift", **certificate)
    order(room, {"everything": True}, "programme")


def order(room: Room, selection: dict[str, Any], command: str, value: float = 100.0) -> dict[str, Any]:
    """Ask as the shift supervisor, approve as the duty manager where it is due, follow to the end."""
    fields: dict[str, Any] = {"selection": selection, "command": command, "value": value}
    if command == "level_pct":
        fields["until"] = room.city_now() + 30 * MINUTE
    requested = room.seat("chef").act("orders.request", **fields)["events"][0]
    identity = requested["order"]
    if requested["approve_before"] is not None:
        room.seat("astreinte").act("orders.approve", order=identity, digest=requested["digest"])
    return followed(room, identity)


def followed(room: Room, identity: str) -> dict[str, Any]:
    """Return an order once it is over; the city is played faster meanwhile: a follow-up lasts 90 s."""
    deadline = time.monotonic() + 120
    time.sleep(3)
    room.rate(10)
    while (row := room.seat("chef").get(f"/api/orders/{identity}"))["state"] not in ("ended", "expired"):
        assert time.monotonic() < deadline, row["counts"]
        time.sleep(0.25)
    room.rate(1)
    return dict(row)


@pytest.mark.parametrize("whole", [False, True], ids=["commune", "city"])
def test_an_order_is_followed_to_its_end_and_nothing_reaches_the_lock_out(
    room: Room, lockout: Lockout, whole: bool
) -> None:
    selection = {"everything": True} if whole else {"commune": lockout.commune}
    tap = Wiretap(room)
    row = asyncio.run(tap.during(lambda: order(room, selection, "level_pct", 40.0 if whole else 55.0)))
    counts = row["counts"]
    print(f"order to {row['points']}: {counts} in {(row['ended_at'] - row['sent_at']) / SECOND:.1f} s")
    assert row["points"] == sum(counts.values()) >= (34_000 if whole else 1_000)
    assert not set(counts) & NOT_YET
    assert counts["confirmed"] >= 0.5 * row["points"]
    assert len(tap.codes()) >= 0.5 * row["points"], "the wiretap heard too little to prove anything"
    assert not tap.codes() & (lockout.lights | {lockout.circuit}), "a frame left for a circuit under lock-out"
    page = room.seat("chef").get(f"/api/orders/{row['id']}/points", limit=1000)["items"]
    head = page[: len(lockout.lights)]
    assert {point["state"] for point in head} == {"locked"}, "the lock-out is not at the head of the result"
    assert {point["code"] for point in head} == lockout.lights


def test_an_order_under_lock_out_says_so_and_sends_nothing(room: Room, lockout: Lockout) -> None:
    tap = Wiretap(room)
    circuit = room.asset(lockout.circuit)
    row = asyncio.run(tap.during(lambda: order(room, {"parents": [circuit]}, "level_pct", 100.0)))
    assert row["counts"] == {"locked": len(lockout.lights)}
    assert not tap.items


def test_an_order_that_met_a_dead_broker_never_leaves_once_expired(room: Room, lockout: Lockout) -> None:
    """The broker is frozen before the order is sent, for longer than the order is valid."""
    light = next(
        code
        for (code,) in room.rows(
            "SELECT code FROM asset WHERE kind = 'street_light' AND commune = %s AND management = 'point'"
            " ORDER BY code DESC LIMIT 50",
            lockout.commune,
        )
        if code not in lockout.lights
    )
    tap = Wiretap(room)
    fields = {"selection": {"assets": [room.asset(light)]}, "command": "level_pct", "value": 100.0}
    fields["until"] = room.city_now() + 30 * MINUTE
    room.rate(20)
    broker = room.product.pid("nats")
    # listening before the freeze: what the broker would repeat on its return is heard
    row = asyncio.run(tap.during(lambda: _frozen(room, broker, fields)))
    assert not [item for item in tap.items if item["not_after"] * 1000 < row["back_at"]]
    assert row["state"] in ("expired", "ended")
    assert row["counts"].get("confirmed", 0) == 0, "a late order was obeyed"


def _frozen(room: Room, broker: int, fields: dict[str, Any]) -> dict[str, Any]:
    os.kill(broker, signal.SIGSTOP)
    try:
        requested = room.seat("chef").act("orders.request", **fields)["events"][0]
        deadline = time.monotonic() + 90
        row = {"state": ""}
        while time.monotonic() < deadline and row["state"] not in ("ended", "expired"):
            row = room.seat("chef").get(f"/api/orders/{requested['order']}")
            time.sleep(0.5)
    finally:
        os.kill(broker, signal.SIGCONT)
    back_at = room.seat("chef").get("/api/me") and int(row.get("not_after", 0)) + 1
    time.sleep(3)
    final = room.seat("chef").get(f"/api/orders/{requested['order']}")
    return {**final, "back_at": back_at}


async def _admitted(room: Room, secret: str) -> bool:
    try:
        async with connected(room.settings.mqtt_port, "far-away", secret):
            return True
    except OSError:
        return False


async def _heard_after_return(room: Room, secret: str, settled: Any) -> list[bytes]:
    """Subscribe at QoS 1 with a session that lasts, go away, let the order live and die, come back and listen."""
    port = room.settings.mqtt_port
    async with connected(port, "far-away", secret, clean=False) as gateway:
        gateway.writer.write(encode(Subscribe(77, (("bf1d/far-away", 1),))))
        while not gateway.subscribed:
            await gateway.hear()
    await asyncio.to_thread(settled)
    async with connected(port, "far-away", secret, clean=False) as gateway:
        with contextlib.suppress(TimeoutError):
            while True:
                await gateway.hear(within_s=4)
        return gateway.frames


def test_a_gateway_whose_link_returns_hears_no_order_of_the_meantime(room: Room, wait_until: Any) -> None:
    secret = secrets.token_hex(16)
    room.source("far-away", secret)
    room.light("X001-1", "far-away", 70)
    room.rate(1)

    def settled() -> None:
        fields = {"selection": {"assets": [room.asset("X001-1")]}, "command": "level_pct", "value": 100.0}
        fields["until"] = room.city_now() + 30 * MINUTE
        requested = room.seat("chef").act("orders.request", **fields)["events"][0]
        row = followed(room, requested["order"])
        assert row["counts"] == {"no_answer": 1}, "somebody answered for a gateway that was away"

    # the broker asks the intake who may connect, and the intake reads the register when it has changed
    wait_until(lambda: asyncio.run(_admitted(room, secret)), within_s=30, every_s=0.5)
    frames = asyncio.run(_heard_after_return(room, secret, settled))
    assert frames == [], "an order of the past reached the street"
