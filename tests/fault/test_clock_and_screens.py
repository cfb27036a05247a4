"""The clock leaps, screens stop reading: one is written down and accuses nobody, the others slow nobody."""

import asyncio
import contextlib
import json
import time
from itertools import pairwise
from typing import Any

import pytest
import websockets

from beffroi.model.time import HOUR, SECOND
from tests.fault.room import Room

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(300)]

STUCK = 16


def test_a_leap_of_the_clock_is_journalled_and_accuses_nobody(room: Room, wait_until: Any) -> None:
    room.rate(1)
    position, told, before = room.position(), room.told(), room.city_now()
    # the scenario begins at its own hour: the city's clock leaps by hours in a second
    room.rehearse(do="scenario", name="quiet_night")
    assert abs(room.city_now() - before) > HOUR
    leaps = (
        "SELECT convert_from(bytes, 'UTF8')::jsonb #>> '{data,jump_us}' FROM journal_line"
        " WHERE type = 'house.clock_jumped' AND position > %s"
    )
    wait_until(lambda: any(abs(int(leap)) > HOUR for (leap,) in room.rows(leaps, position)), within_s=15)
    time.sleep(12)  # two looks of the supervision
    silences = room.value(
        "SELECT count(*) FROM journal_line l JOIN alarm ON l.type = 'alarms.raised' AND alarm.asset = l.asset"
        " WHERE l.position > %s AND alarm.alarm_class IN ('silent', 'mute') AND alarm.raised_at >= %s",
        position,
        room.city_now() - 60 * SECOND,
    )
    assert silences == 0, "a leap of the clock was taken for silence"
    assert room.told() == told


async def _frames(room: Room, seconds: float) -> tuple[list[float], list[int]]:
    """Return when frames came to one good screen, and the positions that they told, over some seconds."""
    seat = room.seat("operateur")
    address = room.settings.http_url.replace("http", "ws", 1) + "/api/feed"
    heard, positions = [], []
    async with websockets.connect(address, additional_headers=seat.headers, max_size=None) as socket:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            async with asyncio.timeout(10):
                frame = await socket.recv()
            assert isinstance(frame, bytes)
            size = int.from_bytes(frame[:4], "little")
            header = json.loads(frame[4 : 4 + size])
            heard.append(time.monotonic())
            positions.append(int(header["position"]))
            await socket.send(json.dumps({"ack": header["upto"]}).encode())
    return heard, positions


async def _stuck_screen(room: Room, stack: contextlib.AsyncExitStack) -> None:
    """Open the feed, then never read again, nor answer, nor say goodbye."""
    url = room.machine.address
    reader, writer = await asyncio.open_connection(url.hostname, url.port, limit=1 << 12)
    cookie = room.seat("operateur").headers["Cookie"]
    writer.write(
        f"GET /api/feed HTTP/1.1\r\nHost: {url.netloc}\r\nOrigin: {url.scheme}://{url.netloc}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
        f"Cookie: {cookie}\r\n\r\n".encode()
    )
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 15)
    assert b" 101 " in head, head
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    stack.push_async_callback(_hang_up, writer)


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


def _worst(heard: list[float]) -> float:
    return max(later - earlier for earlier, later in pairwise(heard))


def test_screens_that_stop_reading_slow_nobody(room: Room) -> None:
    async def story() -> tuple[float, float, int]:
        alone, _ = await _frames(room, 8)
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(STUCK):
                await _stuck_screen(room, stack)
            heard, positions = await _frames(room, 15)
            await asyncio.to_thread(room.seat("operateur").act, "logbook.write", text="écrans figés")
            end = room.position()
            later, last = await _frames(room, 4)
        assert last[-1] >= end
        assert positions == sorted(positions)
        return _worst(alone), max(_worst(heard), _worst(later)), len(heard)

    room.rate(30)
    alone_s, among_s, count = asyncio.run(story())
    room.rate(1)
    print(f"longest wait for a frame: {alone_s:.2f} s alone, {among_s:.2f} s among {STUCK} that do not read")
    assert count >= 12 and among_s < max(2.0, 2 * alone_s)
