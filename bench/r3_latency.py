"""R3: value published → committed → alarm decided and journalled → on a screen's socket, idle and under load.

    python bench/r3_latency.py --load 0
    python bench/r3_latency.py --load 5000
    python bench/r3_latency.py --load 1000 --room

The city runs whole (engines, core, intake). Each measure is one lamp going hot, timed from the publisher's call to the
feed frame that carries its alarm. With `--room` a whole room works meanwhile (`_room.py`): eight screens, half of them
restricted, 1,600 alarms and 40 events open, a thousand calls a day `--speed` times as fast with the requests, lines and
events that they bring, the beats of the seats; the goal is the same.

Peers measured: Zabbix 350 to 420 ms, Home Assistant 35 ms.
"""

import argparse
import asyncio
import multiprocessing
import os
import struct
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import websockets

import _room
from _common import (
    COOL_C,
    HOT_C,
    Source,
    code_of,
    engines,
    fill,
    intake,
    plugin,
    process,
    publish,
    wait_until,
)
from beffroi.links.mqtt.simulator import GatewayClient
from beffroi.server.settings import Settings

LIGHTS, GATEWAYS = 34_000, 100
GOAL_MS = 50.0
PROBE = 0
"""The gateway whose lights are timed; the others make the load."""

STANDING, STANDING_FROM = 1_600, 60
"""Alarms open before a measure with the room: lights of the gateways from this one on."""


def ready(settings: Settings) -> bool:
    """Tell whether the core serves."""
    try:
        with urllib.request.urlopen(settings.http_url + "/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def payload(light: int, at_ms: int, temperature_c: float) -> bytes:
    """Return a gateway's array of one light."""
    return msgspec.json.encode([{"a": code_of(light), "t": at_ms, "p": {"temperature_c": temperature_c}}])


def load(port: int, sources: Sequence[Source], rate: float, stop: Any) -> None:
    """Publish messages of one light at a steady rate until told to stop."""

    async def one(source: Source, first: int, period_s: float) -> None:
        light, due = first, time.perf_counter()
        while not stop.is_set():
            batch = [payload(light, int(time.time() * 1000) + number, COOL_C) for number in range(20)]
            await publish(port, source, batch, window=20)
            light = first
            due += period_s * 20
            await asyncio.sleep(max(0.0, due - time.perf_counter()))

    async def every() -> None:
        await asyncio.gather(*(one(source, 1 + n, len(sources) / rate) for n, source in enumerate(sources)))

    asyncio.run(every())


async def measure(settings: Settings, source: Source, count: int, pause_s: float) -> list[float]:
    """Return how long each hot lamp took to be on the screen, ms."""
    key = (settings.keys / "local-console.key").read_text(encoding="ascii").strip()
    url = settings.http_url.replace("http", "ws", 1) + "/api/feed"
    reader, writer = await asyncio.open_connection("127.0.0.1", settings.mqtt_port)
    client = GatewayClient(source.name, source.secret)
    writer.write(client.connect())
    while not client.accepted:
        client.receive(await reader.read(1 << 16))
    seen: dict[str, float] = {}
    async with websockets.connect(url, additional_headers={"Authorization": f"Bearer {key}"}, max_size=None) as screen:
        watching = asyncio.create_task(watch(screen, seen))
        sent: dict[str, float] = {}
        # what stood before is in the first frame
        await asyncio.sleep(1)
        seen.clear()
        for number in range(count):
            light = PROBE + number * GATEWAYS
            sent[code_of(light)] = time.perf_counter()
            writer.write(client.publish(payload(light, int(time.time() * 1000), HOT_C)))
            await asyncio.sleep(pause_s)
        deadline = time.perf_counter() + 10
        while sent.keys() - seen.keys() and time.perf_counter() < deadline:
            await asyncio.sleep(0.05)
        watching.cancel()
    writer.close()
    lost = len(sent.keys() - seen.keys())
    assert not lost, f"{lost} of {count} alarms did not reach the screen"
    return [1000 * (seen[code] - at) for code, at in sent.items()]


async def watch(screen: Any, seen: dict[str, float]) -> None:
    """Note when each alarm's frame came, by the code of its lamp."""
    async for message in screen:
        now = time.perf_counter()
        size = struct.unpack_from("<I", message)[0]
        header = msgspec.json.decode(message[4 : 4 + size])
        for row in header.get("rows", {}).get("alarms", []):
            text = str(row["v"])
            for code in map(code_of, lights_in(text)):
                seen.setdefault(code, now)


def lights_in(text: str) -> list[int]:
    """List the lights of the probe whose asset identifier an alarm's row carries."""
    found = []
    for piece in text.split("00000000-0000-0000-0000-")[1:]:
        found.append(int(piece[:12], 16) - 1)
    return found


def raise_standing(settings: Settings, sources: Sequence[Source]) -> None:
    """Open the alarms that stand before the measure."""
    lights = [light for light in range(LIGHTS) if light % GATEWAYS >= STANDING_FROM][:STANDING]

    async def every() -> None:
        for gateway in sorted({light % GATEWAYS for light in lights}):
            mine = [payload(light, int(time.time() * 1000), HOT_C) for light in lights if light % GATEWAYS == gateway]
            await publish(settings.mqtt_port, sources[gateway], mine)

    asyncio.run(every())


@contextmanager
def loaded(settings: Settings, sources: Sequence[Source], rate: float) -> Iterator[None]:
    """Publish beside until the end of the block."""
    stop = multiprocessing.Event()
    sender = multiprocessing.Process(target=load, args=(settings.mqtt_port, sources[1:21], rate, stop))
    if rate:
        sender.start()
        time.sleep(3)
    try:
        yield
    finally:
        stop.set()
        if rate:
            sender.join()


@contextmanager
def room(settings: Settings, sources: Sequence[Source], speed: float) -> Iterator[dict[str, Any]]:
    """Let a room work until the end of the block; what it did is in the mapping then. No speed, no room."""
    did: dict[str, Any] = {}
    if not speed:
        yield did
        return
    raise_standing(settings, sources)
    stop, ready, told = multiprocessing.Event(), multiprocessing.Event(), multiprocessing.Queue()
    process_ = multiprocessing.Process(target=_room.live, args=(settings, speed, stop, ready, told))
    process_.start()
    wait_until(ready.is_set, 60, process_.is_alive)
    time.sleep(5)
    try:
        yield did
    finally:
        stop.set()
        did.update(told.get(timeout=30))
        process_.join()


def run(options: argparse.Namespace) -> tuple[list[float], dict[str, Any], float]:
    """Return the sorted times, what the room did, and how long it was measured, seconds."""
    with engines() as settings:
        plugin(settings)
        sources = fill(settings, LIGHTS, GATEWAYS)
        if options.room:
            _room.part_communes(settings)
        with process(settings, "beffroi.server.core", lambda: ready(settings)), intake(settings):
            wait_until((settings.keys / "local-console.key").exists, 30)
            time.sleep(2)
            with (
                loaded(settings, sources, options.load),
                room(settings, sources, options.speed if options.room else 0) as did,
            ):
                began = time.perf_counter()
                times = asyncio.run(measure(settings, sources[PROBE], options.count, options.pause))
                took = time.perf_counter() - began
    return sorted(times), did, took


def main() -> int:
    """Run and print the figures; 1 when the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--load", type=float, default=0.0, help="messages a second beside")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--pause", type=float, default=0.05, help="seconds between two measures")
    parser.add_argument("--room", action="store_true", help="let a whole room work meanwhile")
    parser.add_argument("--speed", type=float, default=60.0, help="how many times faster than a thousand calls a day")
    options = parser.parse_args()
    burden = os.getloadavg()[0]
    times, did, took = run(options)
    p50, p95, p99 = (times[int(len(times) * part)] for part in (0.5, 0.95, 0.99))
    beside = f", a room at {options.speed:.0f} times a thousand calls a day" if options.room else ""
    sys.stdout.write(
        f"R3 {len(times)} alarms, value to screen, {options.load:,.0f} msg/s beside{beside}\n"
        f"  p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms, longest {times[-1]:.1f} ms;"
        f" goal p95 {GOAL_MS:.0f} ms\n"
        f"  to Zabbix {350 / p50:.0f}×, to Home Assistant {35 / p50:.1f}× at the median\n"
        f"  measured for {took:.0f} s; load average before {burden:.1f}\n"
    )
    if did:
        said = [f"{name} {value:,.0f}" for name, value in did.items() if name != "said"]
        sys.stdout.write(f"  the room meanwhile: {', '.join(said)} {did['said']}\n")
    return int(p95 > GOAL_MS)


if __name__ == "__main__":
    sys.exit(main())
