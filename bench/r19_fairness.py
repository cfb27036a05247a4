"""R19: what the others wait while one gateway of the shared session floods it with arrays, from publish to commit.

Seven gateways tell ten lights each ten times a second; the eighth publishes arrays as fast as the broker acknowledges,
far over its quota. Exact: every value of the seven is stored once. `--items` assets an array of the mad one.
"""

import argparse
import asyncio
import multiprocessing
import sys
import time
from typing import Any

import msgspec
import nats
import numpy as np

from _common import Source, code_of, count, engines, fill, intake, plugin, publish
from beffroi.links.mqtt.simulator import GatewayClient
from beffroi.server.broker_auth import bus_options
from beffroi.server.intake.marks import DIFF_ROW
from beffroi.server.settings import Settings

LIGHTS, GATEWAYS = 8_000, 8
MAD = GATEWAYS - 1
RATE, BURST = 200.0, 50_000.0
PERIOD_S, TOLD = 0.1, 10
POINTS = 4


def array(gateway: int, items: int, at_ms: int) -> bytes:
    """Return a gateway's array: voltage and power of some of its lights."""
    mine = range(gateway, LIGHTS, GATEWAYS)
    lights = [mine[number % len(mine)] for number in range(items)]
    told = [{"a": code_of(light), "t": at_ms + n // len(mine), "p": {"power_w": 1.5}} for n, light in enumerate(lights)]
    return msgspec.json.encode(told)


def flood(port: int, source: Source, items: int, sent: Any, stop: Any) -> None:
    """Publish arrays without rest until told to stop; `sent` counts them."""

    async def whole() -> None:
        while not stop.is_set():
            now = int(time.time() * 1000)
            await publish(port, source, [array(MAD, items, now - 40 + number) for number in range(40)], window=400)
            sent.value += 40

    asyncio.run(whole())


async def tell(settings: Settings, source: Source, gateway: int, seconds: float) -> int:
    """Publish ten lights ten times a second; return how many values were acknowledged."""
    reader, writer = await asyncio.open_connection("127.0.0.1", settings.mqtt_port)
    client = GatewayClient(source.name, source.secret)
    writer.write(client.connect())
    while not client.accepted:
        client.receive(await reader.read(1 << 16))

    async def hear() -> None:
        while data := await reader.read(1 << 16):
            client.receive(data)

    hearing = asyncio.create_task(hear())
    end, told = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        writer.write(client.publish(array(gateway, TOLD, int(time.time() * 1000))))
        told += TOLD
        await asyncio.sleep(PERIOD_S)
    while client.unacknowledged:
        await asyncio.sleep(0.02)
    hearing.cancel()
    writer.close()
    return told


async def watch(settings: Settings, sources: list[Source], seconds: float) -> tuple[list[float], int]:
    """Return how long each value of the seven took from its publish to what follows its commit (ms), and how many."""
    waits: list[float] = []

    async def note(message: Any) -> None:
        rows = np.frombuffer(message.data, DIFF_ROW)
        others = rows[(rows["series"] // POINTS) % GATEWAYS != MAD]
        waits.extend((time.time() * 1e3 - others["at"] / 1e3).tolist())

    bus = await nats.connect(settings.nats_url, **bus_options(settings, "core"))
    await bus.subscribe("bf.diff", cb=note)
    told = sum(await asyncio.gather(*(tell(settings, sources[one], one, seconds) for one in range(MAD))))
    deadline = time.monotonic() + 60
    while len(waits) < told and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    await bus.close()
    return waits, told


def p95(waits: list[float]) -> float:
    """Return the 95th percentile."""
    return float(np.percentile(waits, 95))


def measure(settings: Settings, sources: list[Source], seconds: float, items: int) -> dict[str, float]:
    """Return the others' p95 alone and beside the mad one (ms), and what was sent; checks that nothing is lost."""
    alone, told_alone = asyncio.run(watch(settings, sources, seconds))
    stop, sent = multiprocessing.Event(), multiprocessing.Value("q", 0)
    mad = multiprocessing.Process(target=flood, args=(settings.mqtt_port, sources[MAD], items, sent, stop))
    mad.start()
    time.sleep(3)
    beside, told = asyncio.run(watch(settings, sources, seconds))
    stop.set()
    mad.join(60)
    stored = kept(settings)
    assert stored == told_alone + told, f"{stored} stored of {told_alone + told}"
    return {"alone": p95(alone), "beside": p95(beside), "longest": max(beside), "told": told, "mad": float(sent.value)}


def kept(settings: Settings) -> int:
    """Return how many samples of the seven the history holds."""
    return count(settings, f"sample WHERE (series / {POINTS}) % {GATEWAYS} <> {MAD}")


def main() -> None:
    """Run and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--items", type=int, default=1000, help="assets in each array of the mad one")
    options = parser.parse_args()
    with engines() as settings:
        plugin(settings)
        sources = fill(settings, LIGHTS, GATEWAYS, rate=RATE, burst=BURST)
        with intake(settings):
            time.sleep(2)
            found = measure(settings, sources, options.seconds, options.items)
    sys.stdout.write(
        f"R19 a gateway sends {found['mad']:,.0f} arrays of {options.items}, seven others {found['told']:,.0f} values\n"
        f"  their p95, publish to commit: {found['alone']:.1f} ms alone, {found['beside']:.1f} ms beside"
        f" (longest {found['longest']:.0f} ms); none lost\n"
    )


if __name__ == "__main__":
    main()
