"""R14: an order to 34,000 lights, followed light by light, against the broker's own loop in the same run.

    python bench/r14_orders.py --lights 34000 --runs 3

The order path is the product's: committed, encoded, published to 1,000 gateways over MQTT, answered by each light
(accepted, then its level), read by the intake and told on the bus until every light is confirmed. The broker's loop is
one message to each light and one acknowledged answer from it, over the same connections, nothing of ours in between:
what a broker alone does for an order with an answer per light. Ratio due: 0.4.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
import nats

from _common import Source, code_of, engines, fill, intake, process, spread, wait_until
from beffroi.links.mqtt.simulator import GatewayClient, ItemOut, array_payload
from beffroi.server.broker_auth import bus_options
from beffroi.server.cli.door import Door
from beffroi.server.settings import Settings

GATEWAYS = 1_000
RATIO_DUE = 0.4
LOOP = str(UUID(int=0))
"""The order id of the broker's own loop: its answers go where the intake does not listen."""

LOOP_PATH = "loop/answer/of/light"
Heard = Callable[["Gateway", bytes], None]


class Command(msgspec.Struct):
    """What a gateway reads of an order's item."""

    o: str
    a: str
    v: float | None = None


class Gateway(asyncio.Protocol):
    """One connected gateway: it answers each command of a frame, then tells the level reached."""

    def __init__(self, source: Source, heard: Heard) -> None:
        self.client = GatewayClient(source.name, source.secret)
        self.ready = asyncio.get_running_loop().create_future()
        self._heard = heard
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Introduce itself."""
        self.transport = transport
        self.transport.write(self.client.connect())

    def data_received(self, data: bytes) -> None:
        """Take frames."""
        answer, frames = self.client.receive(data)
        if answer:
            self.transport.write(answer)
        if self.client.accepted and not self.ready.done():
            self.ready.set_result(None)
        for frame in frames:
            self._heard(self, frame.payload)

    def say(self, payload: bytes, path: str = "") -> None:
        """Publish an array at QoS 1."""
        self.transport.write(self.client.publish(payload, path))


_commands = msgspec.json.Decoder(list[Command])


def obey(gateway: Gateway, frame: bytes) -> None:
    """Answer as lights do: accepted, and the level asked."""
    now = int(time.time() * 1000)
    commands = _commands.decode(frame)
    if commands[0].o == LOOP:
        gateway.say(array_payload([ItemOut(a=commands[0].a, t=now, o=LOOP, r="accepted")]), LOOP_PATH)
        return
    items = [ItemOut(a=command.a, t=now, o=command.o, r="accepted") for command in commands]
    items += [ItemOut(a=command.a, t=now, p={"level_pct": command.v or 0.0}) for command in commands]
    gateway.say(array_payload(items))


async def connect(port: int, sources: list[Source], heard: Heard) -> list[Gateway]:
    """Connect every gateway, some at a time."""
    gateways = []
    loop = asyncio.get_running_loop()
    for first in range(0, len(sources), 50):
        some = []
        for source in sources[first : first + 50]:
            _, gateway = await loop.create_connection(lambda source=source: Gateway(source, heard), "127.0.0.1", port)  # type: ignore[misc]
            some.append(gateway)
        await asyncio.wait_for(asyncio.gather(*(gateway.ready for gateway in some)), 60)
        gateways += some
    return gateways


async def broker_loop(settings: Settings, sources: list[Source], lights: int) -> float:
    """Return the lights a second that the broker alone carries: a message down and one up for each."""
    bus = await nats.connect(settings.nats_url, **bus_options(settings, "core"))
    answered = asyncio.Event()
    count = 0

    async def hear(message: Any) -> None:
        nonlocal count
        count += 1
        if count >= lights:
            answered.set()

    await bus.subscribe(f"bf1.*.{LOOP_PATH.replace('/', '.')}", cb=hear, pending_msgs_limit=lights * 2)
    await bus.flush()
    items = [f'[{{"o":"{LOOP}","a":"{code_of(n)}","c":"level_pct","v":100.0}}]'.encode() for n in range(lights)]
    began = time.perf_counter()
    for number, item in enumerate(items):
        await bus.publish(f"bf1d.{sources[number % len(sources)].name}", item)
    await asyncio.wait_for(answered.wait(), 60)
    elapsed = time.perf_counter() - began
    await bus.close()
    return lights / elapsed


async def order_all(door: Door, lights: int) -> tuple[float, float]:
    """Order 100 % to every light; return (seconds to the end, seconds of the longest request meanwhile)."""
    until = int((time.time() + 3600) * 1e6)
    began = time.perf_counter()
    fields = {"selection": {"everything": True}, "command": "level_pct", "value": 100.0, "until": until}
    answer = await asyncio.to_thread(door.post, "/api/actions/orders.request", fields)
    order = answer["events"][0]["order"]
    longest = 0.0
    while True:
        asked = time.perf_counter()
        row = await asyncio.to_thread(door.get, f"/api/orders/{order}")
        longest = max(longest, time.perf_counter() - asked)
        if row["state"] == "ended":
            break
        if time.perf_counter() - began > 120:
            raise TimeoutError(f"the order did not end: {row['counts']}")
        await asyncio.sleep(0.02)
    if row["counts"] != {"confirmed": lights}:
        raise AssertionError(f"the order ended otherwise than it should: {row['counts']}")
    return time.perf_counter() - began, longest


async def measure(settings: Settings, sources: list[Source], door: Door, lights: int, runs: int) -> bool:
    """Run and print; True when the ratio is what is due."""
    gateways = await connect(settings.mqtt_port, sources, obey)
    rates, loops, longest = [], [], []
    for _ in range(runs):
        loops.append(await broker_loop(settings, sources, lights))
        await asyncio.sleep(1)
        seconds, slow = await order_all(door, lights)
        rates.append(lights / seconds)
        longest.append(slow * 1000)
    for gateway in gateways:
        gateway.transport.abort()
    ratio = sorted(rate / loop for rate, loop in zip(rates, loops, strict=True))[len(rates) // 2]
    print(f"R14 order to {lights} lights, each confirmed: {spread(rates, ' lights/s')}")
    print(f"    the broker's own loop: {spread(loops, ' lights/s')}; ratio {ratio:.2f} (due {RATIO_DUE})")
    print(f"    longest request of a screen meanwhile: {spread(longest, ' ms')}")
    return ratio >= RATIO_DUE


def main() -> int:
    """Run and tell; 1 when the ratio is not reached."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lights", type=int, default=34_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with engines() as settings:
        sources = fill(settings, options.lights, GATEWAYS, kind="street_light")
        ready = settings.keys / "local-console.key"
        with process(settings, "beffroi.server.core", ready.exists), intake(settings):
            door = ordering_door(settings)
            wait_until(lambda: door.get("/api/me"), 30)
            return 0 if asyncio.run(measure(settings, sources, door, options.lights, options.runs)) else 1


def ordering_door(settings: Settings) -> Door:
    """Return the door of a machine that may order: its key is made by the administrator's."""
    grants = [
        {"role": role, "grant": {"communes": ["*"], "trades": ["*"], "kinds": ["*"]}} for role in ("duty_manager",)
    ]
    made = Door(settings).post("/api/access/keys", {"name": "bench", "grants": grants, "ends_at": None})
    return Door(settings, made["secret"])


if __name__ == "__main__":
    sys.exit(main())
