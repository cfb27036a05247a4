"""A room at work beside a measure: screens, events, lines of the main courante, calls, the beats of the seats.

It runs in a process of its own, through the doors that the desk uses: HTTP, the feed's socket, and the bus for what an
exchange tells. A thousand calls a day come `speed` times as fast; what a call brings (a request, a line, one time in
three an event opened, taken and closed) comes with it. A beat is the desk's request every five seconds by seat.
"""

import asyncio
import contextlib
import itertools
import json
import random
import struct
import time
from typing import Any

import httpx
import msgspec
import nats
import psycopg
import websockets

from beffroi.model.calls import TOLD, CallNews, Told
from beffroi.server.broker_auth import bus_options
from beffroi.server.database import dsn_owner
from beffroi.server.settings import Settings

COMMUNES = ("21231", "21166")
CALL_EVERY_S = 86_400 / 1_000
BEAT_S = 5.0
OPEN_EVENTS = 40
"""Events that stand open before the measure."""

SCREENS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("shift_supervisor", {}),
    ("operator", {}),
    ("operator", {}),
    ("operator", {}),
    ("operator", {"communes": [COMMUNES[0]]}),
    ("call_agent", {"communes": [COMMUNES[1]]}),
    ("operator", {"trades": ["lighting"]}),
    ("viewer", {"communes": [COMMUNES[0]], "trades": ["lighting"]}),
)
"""Role and scope of each screen: half of them see everything, half a part."""


class Tally(msgspec.Struct):
    """What the room did: actions kept and refused, frames and bytes received by its screens, snapshots among them."""

    actions: int = 0
    refused: int = 0
    calls: int = 0
    beats: int = 0
    frames: int = 0
    snapshots: int = 0
    megabytes: float = 0.0
    said: str = ""
    """The last refusal, as the core told it."""


def part_communes(settings: Settings) -> None:
    """Put the lights of the benchmark in two communes, so that a screen may be restricted; before the core starts."""
    with psycopg.connect(dsn_owner(settings)) as connection:
        connection.execute("UPDATE asset SET commune = (ARRAY[%s, %s])[1 + index %% 2]", [*COMMUNES])


class Room:
    """The hands and screens of one room."""

    def __init__(self, settings: Settings, speed: float, tally: Tally) -> None:
        self.settings, self.speed, self.tally = settings, speed, tally
        self.draw = random.Random(3)
        self.keys: list[str] = []
        self.client = httpx.AsyncClient(base_url=settings.http_url, timeout=30)

    async def prepare(self, master: str) -> None:
        """Make the keys of the screens, and the events that stand open."""
        for number, (role, scope) in enumerate(SCREENS):
            form = {"name": f"screen {number}", "grants": [{"role": role, **scope}]}
            answer = await self.client.post("/api/access/keys", json=form, headers=_bearer(master))
            answer.raise_for_status()
            self.keys.append(answer.json()["secret"])
        for number in range(OPEN_EVENTS):
            await self.open_event(number)

    async def act(self, action: str, fields: dict[str, Any]) -> dict[str, Any] | None:
        """Ask one action as the shift supervisor; return its first event, or nothing when it is refused."""
        answer = await self.client.post(f"/api/actions/{action}", json=fields, headers=_bearer(self.keys[0]))
        if answer.status_code != 201:
            self.tally.refused += 1
            self.tally.said = answer.text[:200]
            return None
        self.tally.actions += 1
        events = answer.json()["events"]
        return events[0] if events else {}

    async def open_event(self, number: int) -> str:
        """Open an event somewhere in the city; return its identity, empty when it is refused."""
        place = {"lon": 5.0 + self.draw.random() / 10, "lat": 47.3 + self.draw.random() / 10}
        commune = COMMUNES[number % 2]
        fields = {"what": f"lampadaire éteint {number}", "source": "call", "commune": commune, **place}
        event = await self.act("incidents.open", fields)
        return str(event["incident"]) if event else ""

    async def answer_calls(self, bus: Any) -> None:
        """Let calls come for ever, each with what it brings."""
        pending: set[asyncio.Task[None]] = set()
        for number in itertools.count(OPEN_EVENTS):
            task = asyncio.create_task(self.answer_call(bus, number))
            pending.add(task)
            task.add_done_callback(pending.discard)
            await asyncio.sleep(self.draw.expovariate(self.speed / CALL_EVERY_S))

    async def answer_call(self, bus: Any, number: int) -> None:
        """Let one call ring, be answered, be recorded, and end."""
        self.tally.calls += 1
        news = CallNews(call=f"bench-{number}", state="waiting", rang_at=_now(), since=_now(), queue="voirie")
        await _tell(bus, news)
        await asyncio.sleep(self.draw.uniform(0.2, 1))
        talking = msgspec.structs.replace(news, state="talking", since=_now(), answered_at=_now(), extension="201")
        await _tell(bus, talking)
        commune = COMMUNES[number % 2]
        await self.act(
            "requests.record", {"text": f"lampadaire éteint {number}", "place": "rue Monge", "commune": commune}
        )
        await self.act("logbook.write", {"text": f"Appel {number} : lampadaire éteint rue Monge", "commune": commune})
        if number % 3 == 0 and (incident := await self.open_event(number)):
            await self.act("incidents.take", {"incident": incident})
            await self.act("logbook.write", {"text": f"Équipe prévenue ({number})", "incident": incident})
            await asyncio.sleep(self.draw.uniform(0.5, 2))
            closing = {"incident": incident, "cause": "equipment", "result": "repaired", "skipped": "not_needed"}
            await self.act("incidents.close", closing)
        await _tell(bus, msgspec.structs.replace(talking, state="ended", since=_now()))

    async def beat(self, key: str) -> None:
        """Say for ever that somebody is there."""
        while True:
            await self.client.post("/api/seat/here", headers=_bearer(key))
            self.tally.beats += 1
            await asyncio.sleep(BEAT_S)

    async def watch(self, key: str) -> None:
        """Be a screen for ever: read each frame, say that it is shown."""
        url = self.settings.http_url.replace("http", "ws", 1) + "/api/feed"
        async with websockets.connect(url, additional_headers=_bearer(key), max_size=None) as screen:
            async for message in screen:
                size = struct.unpack_from("<I", message)[0]
                header = msgspec.json.decode(message[4 : 4 + size])
                self.tally.frames += 1
                self.tally.snapshots += header["snapshot"]
                self.tally.megabytes += len(message) / 1e6
                await screen.send(json.dumps({"ack": header["upto"]}).encode())

    async def live(self, stop: Any) -> None:
        """Live until told to stop; raises what ended a hand or a screen before."""
        bus = await nats.connect(self.settings.nats_url, **bus_options(self.settings, "core"))
        tasks = [asyncio.create_task(work) for key in self.keys for work in (self.watch(key), self.beat(key))]
        tasks.append(asyncio.create_task(self.answer_calls(bus)))
        while not stop.is_set():
            done, _ = await asyncio.wait(tasks, timeout=0.1, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(Exception):
            await asyncio.wait_for(bus.close(), 1)


def live(settings: Settings, speed: float, stop: Any, ready: Any, told: Any) -> None:
    """Run a room in this process; `ready` is set once it works, `told` gets its tally at the end."""
    tally = Tally()

    async def main() -> None:
        room = Room(settings, speed, tally)
        await room.prepare((settings.keys / "local-console.key").read_text(encoding="ascii").strip())
        ready.set()
        await room.live(stop)

    try:
        asyncio.run(main())
    finally:
        told.put(msgspec.to_builtins(tally))


async def _tell(bus: Any, news: CallNews) -> None:
    await bus.publish(TOLD, msgspec.json.encode(Told(exchange="bench", calls=[news], simulated=True)))


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _now() -> int:
    return time.time_ns() // 1000
