"""Fact 5: a whole city that speaks at once, and one source that goes mad, over the rehearsal city's register."""

import asyncio
import contextlib
import http.client
import json
import os
import secrets
import signal
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from beffroi.rehearsal.prepare import SOURCES_FILE
from tests.fault.devices import AT_ONCE, Gateway, Message, connected
from tests.fault.room import Room
from tests.fault.small import Sender

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(300)]

MAD_MESSAGES, MAD_S = 187_000, 30.0
QUOTA_RATE, QUOTA_BURST = 200.0, 50_000.0
BASELINE_S = 10.0


@contextlib.contextmanager
def rehearsal_paused(room: Room) -> Iterator[None]:
    """Silence the rehearsal: the test speaks with its gateways' own credentials."""
    pid = room.product.pid("rehearsal")
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextlib.contextmanager
def watched(room: Room, waits_s: list[float]) -> Iterator[None]:
    """Ask a page of the queue over and over, as a screen would; keeps how long each answer took."""
    stopping = threading.Event()
    seat = room.seat("operateur")

    def look() -> None:
        while not stopping.is_set():
            began = time.monotonic()
            seat.get("/api/alarms")
            waits_s.append(time.monotonic() - began)
            stopping.wait(0.05)

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield
    finally:
        stopping.set()
        looking.join(30)


def last_words(room: Room) -> dict[str, dict[str, dict[str, float]]]:
    """Return the last power and level of every lamp by source and code: what each would say again."""
    found: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for source, code, point, value in room.rows(
        "SELECT characteristics ->> 'gateway', code, point, value FROM latest"
        " JOIN series ON series.index = latest.series JOIN asset ON asset.id = series.asset"
        " WHERE kind = 'street_light' AND management = 'point' AND point IN ('power_w', 'level_pct')"
    ):
        found[source][code][point] = value
    return found


def points_of(words: dict[str, dict[str, dict[str, float]]]) -> int:
    return sum(len(mine) for mine in words.values())


def spoken(words: dict[str, dict[str, float]], at_ms: int, shape: str) -> list[Message]:
    if shape == "arrays":
        return [("", json.dumps([{"a": code, "t": at_ms, "p": points} for code, points in words.items()]).encode())]
    return [(code, json.dumps({"t": at_ms, "p": points}).encode()) for code, points in words.items()]


async def speak_at_once(port: int, known: dict[str, str], messages: dict[str, list[Message]]) -> tuple[int, float]:
    """Connect every gateway, then let all publish together; return (acknowledged, seconds)."""
    async with contextlib.AsyncExitStack() as stack:
        gateways: dict[str, Gateway] = {}
        gate = asyncio.Semaphore(AT_ONCE)

        async def join(name: str) -> None:
            async with gate:
                gateways[name] = await stack.enter_async_context(connected(port, name, known[name]))

        for name in messages:
            await join(name)
        began = time.monotonic()
        sent = await asyncio.gather(*(gateways[name].publish(mine) for name, mine in messages.items()))
        return sum(sent), time.monotonic() - began


@pytest.mark.parametrize("shape", ["arrays", "singles"])
def test_every_point_speaks_at_once(room: Room, wait_until: Any, shape: str) -> None:
    room.rate(1)
    known = json.loads((room.settings.data / "rehearsal" / SOURCES_FILE).read_bytes())
    able = room.value(
        "SELECT count(*) FROM asset WHERE kind = 'street_light' AND management = 'point'"
        " AND characteristics ->> 'gateway' <> '' AND state = 'in_service'"
    )
    # some lamps of any city are dead: a twentieth may be silent
    wait_until(lambda: points_of(last_words(room)) > 0.95 * able, within_s=90, every_s=2.0)
    words = last_words(room)
    points = points_of(words)
    values = sum(len(point) for mine in words.values() for point in mine.values())
    told, raised = room.told(), room.value("SELECT count(*) FROM alarm WHERE outcome = 'alarm'")
    waits_s: list[float] = []
    at_ms = room.city_now() // 1000
    with rehearsal_paused(room), watched(room, waits_s):
        messages = {source: spoken(mine, at_ms, shape) for source, mine in words.items()}
        count, elapsed_s = asyncio.run(speak_at_once(room.settings.mqtt_port, known, messages))
        began = time.monotonic()
        query = "SELECT count(*) FROM sample WHERE time = %s"
        wait_until(lambda: room.value(query, at_ms * 1000) >= values, within_s=60, every_s=0.2)
        stored_s = elapsed_s + time.monotonic() - began
        time.sleep(6)  # the supervision looks every 5 s
    assert count == sum(map(len, messages.values()))
    assert room.told() == told and room.value("SELECT count(*) FROM alarm WHERE outcome = 'alarm'") == raised
    p95_ms = statistics.quantiles(waits_s, n=20)[-1] * 1000
    print(
        f"{points} lights in {count} messages: acknowledged in {elapsed_s:.1f} s, stored after {stored_s:.1f} s;"
        f" a page of the queue meanwhile p95 {p95_ms:.0f} ms, longest {max(waits_s) * 1000:.0f} ms"
    )
    assert stored_s < 30 and p95_ms < 1_000


async def go_mad(port: int, name: str, secret: str, code: str, start_ms: int) -> int:
    """Send 187,000 messages of one lamp in 30 s, as fast as acknowledged but no faster."""
    count = 0
    async with connected(port, name, secret) as gateway:
        began = time.monotonic()
        while count < MAD_MESSAGES:
            due = min(MAD_MESSAGES, int((time.monotonic() - began) / MAD_S * MAD_MESSAGES) + 200)
            numbers = range(count, min(due, count + 4_000))
            some = [(code, b'{"t":%d,"p":{"voltage_v":230}}' % (start_ms + number)) for number in numbers]
            count += await gateway.publish(some, window=4_000)
            await asyncio.sleep(0.005)
    return count


def test_one_mad_source_is_alone_over_its_quota(room: Room, wait_until: Any) -> None:
    room.rate(1)
    mad, sane = secrets.token_hex(16), secrets.token_hex(16)
    for name, secret, rate, burst in (("mad", mad, QUOTA_RATE, QUOTA_BURST), ("sane", sane, 1e6, 1e6)):
        room.source(name, secret, rate, burst)
    lights = [f"Y001-{number}" for number in range(20)]
    room.light("Y000-1", "mad", 50)
    for number, code in enumerate(lights):
        room.light(code, "sane", number)
    offset_ms = room.city_now() // 1000 - int(time.time() * 1000)
    wait_until(lambda: post_once(room, sane, lights[0], int(time.time() * 1000) + offset_ms), within_s=30, every_s=0.5)
    quiet = Sender(room.settings.intake_port, sane, lights, offset_ms=offset_ms)
    time.sleep(BASELINE_S)
    quiet.stop()
    busy = Sender(room.settings.intake_port, sane, lights, offset_ms=offset_ms)
    began = time.monotonic()
    start_ms = room.city_now() // 1000 - MAD_MESSAGES
    acknowledged = asyncio.run(go_mad(room.settings.mqtt_port, "mad", mad, "Y000-1", start_ms))
    elapsed_s = time.monotonic() - began
    busy.stop()
    before, during = (statistics.quantiles(one.waits_s, n=20)[-1] * 1000 for one in (quiet, busy))
    print(f"{acknowledged} messages in {elapsed_s:.0f} s; the others' p95 {before:.0f} → {during:.0f} ms")
    assert acknowledged == MAD_MESSAGES, "a mad source is acknowledged, or it would repeat for ever"
    episodes = room.rows("SELECT source, refused FROM quota_episode WHERE source IN ('mad', 'sane')")
    assert [source for source, _ in episodes] == ["mad"]
    kept = room.value(
        "SELECT count(*) FROM sample JOIN series ON series.index = series JOIN asset ON asset.id = series.asset"
        " WHERE code = 'Y000-1'"
    )
    assert QUOTA_BURST <= kept <= QUOTA_BURST + QUOTA_RATE * (elapsed_s + 15)
    lines = "SELECT count(*) FROM journal_line WHERE type = 'telemetry.quota_episode'"
    wait_until(lambda: room.value(lines) >= 1, within_s=10, every_s=0.5)
    time.sleep(3)
    assert room.value(lines) == 1, "one line an episode, for that source alone"
    stored = set(
        room.rows(
            "SELECT code, time / 1000 FROM sample JOIN series ON series.index = series"
            " JOIN asset ON asset.id = series.asset WHERE code = ANY(%s)",
            lights,
        )
    )
    missing = [one for one in (*quiet.acknowledged, *busy.acknowledged) if one not in stored]
    assert not missing
    assert during <= max(2 * before, 100), "the others waited more than twice as long"


def post_once(room: Room, secret: str, light: str, at_ms: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", room.settings.intake_port, timeout=10)
    body = json.dumps([{"a": light, "t": at_ms, "p": {"voltage_v": 230}}])
    connection.request("POST", "/v1/readings", body, {"Authorization": f"Bearer {secret}"})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status == 200 and not json.loads(content)["refused"]
