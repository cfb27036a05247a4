"""The devices of the endurance run: gateways that publish at their hour and repeat what nobody acknowledged, unchanged.

Every reading is a function of (gateway, number): what must be in the history is known without having been there.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from beffroi.links.mqtt.simulator import GatewayClient

TICK_S = 0.02
WINDOW = 2_000
"""Messages a gateway leaves unacknowledged before it waits: its memory."""

PATIENCE_S = 15.0
"""A gateway whose broker answers nothing for that long opens another connection."""

POST_LINES, LONGEST_POST = 10, 200
HOT_C, COOL_C = 150.0, 20.0
BRIEF_MS = 2_000
STANDS, BRIEF, NEVER = 0, 1, 2
"""What becomes of a light: hot until the end, hot for two seconds, never hot. Light l is l % 3."""


class Gateway(msgspec.Struct, frozen=True):
    """One source: its lights are the numbers `first` to `first + lights`; `items` readings a message."""

    name: str
    secret: str
    door: str
    first: int
    lights: int
    period_ms: int
    messages: int
    items: int = 1


class Load(msgspec.Struct, frozen=True):
    """The whole run: where to send, when it begins (ms since 1970), how long."""

    gateways: list[Gateway]
    mqtt_port: int
    intake_port: int
    start_ms: int
    seconds: float


class Readings(msgspec.Struct, frozen=True):
    """The readings that a gateway sends, as columns."""

    light: NDArray[np.int64]
    at_ms: NDArray[np.int64]
    power_w: NDArray[np.float64]
    temperature_c: NDArray[np.float64]


def code_of(light: int) -> str:
    """Return the painted number of a light."""
    return f"E{light // 100:03d}-{light % 100:02d}"


def readings_of(gateway: Gateway, load: Load, numbers: NDArray[np.int64]) -> Readings:
    """Return the readings of some messages of a gateway, message after message."""
    ranks = (numbers[:, None] * gateway.items + np.arange(gateway.items)).ravel()
    light = gateway.first + ranks % gateway.lights
    passed_ms = np.repeat(numbers * gateway.period_ms, gateway.items)
    # arrays may bring a light twice in a round: the rank parts their times
    at_ms = load.start_ms + passed_ms + ranks % gateway.items
    since_ms = passed_ms - fire_ms(light, load.seconds)
    fate = light % 3
    hot = (since_ms >= 0) & ((fate == STANDS) | ((fate == BRIEF) & (since_ms < BRIEF_MS)))
    return Readings(light, at_ms, (ranks % 4_000) / 10, np.where(hot, HOT_C, COOL_C))


def fire_ms(light: NDArray[np.int64], seconds: float) -> NDArray[np.int64]:
    """Return how long after the start a light turns hot: spread over the middle of the run."""
    span = int((seconds - 8) * 1000)
    return 3_000 + (light * 7_919) % span


class Tally(msgspec.Struct):
    """What the devices saw: messages sent, acknowledged, sent again, refused; the longest wait for an answer."""

    messages: int = 0
    acknowledged: int = 0
    again: int = 0
    connections: int = 0
    refused: int = 0
    longest_wait_s: float = 0.0
    ended_s: float = 0.0


class _Device:
    """One MQTT gateway: what it has sent outlives its connections."""

    def __init__(self, gateway: Gateway, load: Load, tally: Tally) -> None:
        self.gateway, self.load, self.tally = gateway, load, tally
        self.client = GatewayClient(gateway.name, gateway.secret)
        self.sent = 0
        self.heard = time.monotonic()
        """When the broker last acknowledged something, or nothing was waited for."""

    @property
    def done(self) -> bool:
        return self.sent == self.gateway.messages and not self.client.unacknowledged

    async def live(self) -> None:
        """Return once every message is acknowledged."""
        while not self.done:
            with contextlib.suppress(OSError, TimeoutError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.load.mqtt_port)
                try:
                    self.tally.connections += 1
                    self.tally.again += len(self.client.unacknowledged)
                    await self._connection(reader, writer)
                finally:
                    self.client.accepted = False
                    writer.transport.abort()
            await asyncio.sleep(0.2)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Live one connection, until all is said, it is lost, or the broker is silent for too long."""
        writer.write(self.client.connect())
        opened = time.monotonic()
        while not self.done:
            self._send(writer)
            try:
                async with asyncio.timeout(TICK_S):
                    data = await reader.read(1 << 16)
            except TimeoutError:
                if time.monotonic() - max(self.heard, opened) > PATIENCE_S:
                    return
                continue
            if not data:
                return
            self._hear(data, writer)

    def _send(self, writer: asyncio.StreamWriter) -> None:
        room = self.sent + WINDOW - len(self.client.unacknowledged)
        due = min(_due(self.gateway, self.load), self.gateway.messages, room)
        if not self.client.accepted or due <= self.sent:
            return
        if not self.client.unacknowledged:
            self.heard = time.monotonic()
        writer.write(_messages(self.gateway, self.load, self.client, self.sent, due))
        self.tally.messages += due - self.sent
        self.sent = due

    def _hear(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        before = len(self.client.unacknowledged)
        answer, _ = self.client.receive(data)
        if answer:
            writer.write(answer)
        acknowledged = before - len(self.client.unacknowledged)
        if acknowledged:
            now = time.monotonic()
            self.tally.longest_wait_s = max(self.tally.longest_wait_s, now - self.heard)
            self.heard = now
            self.tally.acknowledged += acknowledged


async def publish(gateway: Gateway, load: Load, tally: Tally) -> None:
    """Live the run as one MQTT gateway."""
    await _Device(gateway, load, tally).live()


def _due(gateway: Gateway, load: Load) -> int:
    return int((time.time() * 1000 - load.start_ms) // gateway.period_ms) + 1


def _messages(gateway: Gateway, load: Load, client: GatewayClient, first: int, last: int) -> bytes:
    columns = readings_of(gateway, load, np.arange(first, last))
    rows = _rows(columns)
    if gateway.items == 1:
        return b"".join(client.publish(b'{"t":%d,"p":%s}' % (at, points), code_of(light)) for light, at, points in rows)
    items = [b'{"a":"%s","t":%d,"p":%s}' % (code_of(light).encode(), at, points) for light, at, points in rows]
    arrays = [items[start : start + gateway.items] for start in range(0, len(items), gateway.items)]
    return b"".join(client.publish(b"[" + b",".join(array) + b"]") for array in arrays)


def _rows(columns: Readings) -> list[tuple[int, int, bytes]]:
    powers, heats = columns.power_w.tolist(), columns.temperature_c.tolist()
    points = [b'{"power_w":%.1f,"temperature_c":%.1f}' % pair for pair in zip(powers, heats, strict=True)]
    return list(zip(columns.light.tolist(), columns.at_ms.tolist(), points, strict=True))


async def post(gateway: Gateway, load: Load, tally: Tally) -> None:
    """Live the run as one HTTP source: each post is sent again, unchanged, until it is answered 200."""
    done = 0
    while done < gateway.messages:
        due = min(_due(gateway, load), gateway.messages, done + LONGEST_POST)
        if due - done < min(POST_LINES, gateway.messages - done):
            await asyncio.sleep(TICK_S)
            continue
        rows = _rows(readings_of(gateway, load, np.arange(done, due)))
        body = b"\n".join(b'{"a":"%s","t":%d,"p":%s}' % (code_of(light).encode(), at, p) for light, at, p in rows)
        tally.messages += due - done
        await _answered(gateway, load, tally, body, due - done)
        done = due


_open: dict[str, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}


async def _answered(gateway: Gateway, load: Load, tally: Tally, body: bytes, lines: int) -> None:
    began = time.monotonic()
    head = f"POST /v1/readings HTTP/1.1\r\nHost: intake\r\nAuthorization: Bearer {gateway.secret}\r\n"
    request = f"{head}Content-Type: application/x-ndjson\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    while True:
        try:
            status, answer = await _ask(gateway, load, tally, request)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            _, writer = _open.pop(gateway.name, (None, None))
            if writer is not None:
                writer.transport.abort()
            status, answer = 0, b""
        if status == 200:
            break
        tally.again += lines
        await asyncio.sleep(0.2)
    told = json.loads(answer)
    tally.refused += len(told["refused"])
    tally.acknowledged += told["accepted"]
    tally.longest_wait_s = max(tally.longest_wait_s, time.monotonic() - began)


async def _ask(gateway: Gateway, load: Load, tally: Tally, request: bytes) -> tuple[int, bytes]:
    if gateway.name not in _open:
        _open[gateway.name] = await asyncio.open_connection("127.0.0.1", load.intake_port)
        tally.connections += 1
    reader, writer = _open[gateway.name]
    writer.write(request)
    async with asyncio.timeout(PATIENCE_S):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = next((int(line.split(":")[1]) for line in head.split("\r\n") if line.startswith("content-length")), 0)
        return int(head.split(" ")[1]), await reader.readexactly(length)


async def _live(load: Load, door: str) -> Tally:
    tally = Tally()
    drive = publish if door == "mqtt" else post
    await asyncio.gather(*(drive(gateway, load, tally) for gateway in load.gateways if gateway.door == door))
    tally.ended_s = time.time() - load.start_ms / 1000
    return tally


def run(load: bytes, door: str, result: str) -> None:
    """Live the run as every gateway of a door, in a process of its own; the tally goes to a file."""
    tally = asyncio.run(_live(msgspec.json.decode(load, type=Load), door))
    Path(result).write_bytes(msgspec.json.encode(tally))


def expected(load: Load, series: dict[tuple[str, str], int]) -> tuple[NDArray[np.int64], ...]:
    """Return (series, time µs, value) of every row that must be in the history, sorted by (series, time)."""
    parts: list[Sequence[NDArray[np.int64]]] = []
    lights = 1 + max(gateway.first + gateway.lights - 1 for gateway in load.gateways)
    numbers = {
        point: np.array([series[code_of(light), point] for light in range(lights)])
        for point in ("power_w", "temperature_c")
    }
    for gateway in load.gateways:
        columns = readings_of(gateway, load, np.arange(gateway.messages))
        for point, value in (("power_w", columns.power_w), ("temperature_c", columns.temperature_c)):
            parts.append((numbers[point][columns.light], columns.at_ms * 1000, value))
    of, at, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((at, of))
    return of[order], at[order], value[order]
