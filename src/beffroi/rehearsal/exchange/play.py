"""Plays the exchange beside the city: an AMI door on this machine, callers at the city's clock, simulated colleagues.

A caller waits as long as people do, then hangs up. Colleagues on other seats answer who waited a while, so that a
person who learns has time to pick up and nobody drowns when he does not.
"""

import asyncio
import heapq
import json
import os
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import structlog

from beffroi.links.asterisk.simulator import SimulatedExchange
from beffroi.model.time import SECOND, Micros, day_bounds, local_day
from beffroi.rehearsal.exchange.rhythm import Ring, rings_of_day
from beffroi.rehearsal.exchange.sentences import Book, Spot, read_book, sentence
from beffroi.rehearsal.player.door import DoorError

USER = "beffroi"
COLLEAGUES = 5
COLLEAGUE_WAITS_S = (15.0, 40.0)
TALK_S = (35.0, 110.0)
PATIENCE_S = (45.0, 300.0)
FICTION = "063998"
"""Numbers kept for fiction by the French regulator: 06 39 98 xx xx."""

WITHHELD = 0.12
BEAT_S = 0.2
LEAPT = 10 * 60 * SECOND
"""A city clock that leaps farther than this rings nobody for what it leapt over."""

SPOTS = 1_000
PAUSE_S = 5.0
SETTINGS_FILE = "links.toml"

log = structlog.get_logger("rehearsal.exchange")


class Reads(Protocol):
    """The door by which the places of the city are read."""

    def get(self, path: str, **params: Any) -> Any:
        """Return the JSON answer of a read."""


def spots_of(door: Reads) -> list[Spot]:
    """Return places of the city that people may speak of, as its register tells them."""
    page = door.get("/api/assets", kind="street_light", limit=SPOTS)
    found = [Spot(one["street"], one["number"], one["code"]) for one in page["items"] if one["street"]]
    return found or [Spot("Rue Monge", "12", "A045-12")]


class Callers:
    """Who rings when: pure bookkeeping on the city's clock over one simulated exchange."""

    def __init__(self, exchange: SimulatedExchange, seed: int, spots: Sequence[Spot], zone: str) -> None:
        self._exchange = exchange
        self._seed = seed
        self._spots = spots
        self._book: Book = read_book()
        self._zone = ZoneInfo(zone)
        self._rings: list[tuple[Micros, Ring]] = []
        self._day = ""
        self._last: Micros = 0
        self._due: list[tuple[Micros, int, str, str]] = []
        self._order = 0
        self._busy: dict[str, int] = {}
        """Which colleague has which caller."""
        self.rung = 0
        exchange.picked_up = self._picked_up

    def beat(self, now: Micros) -> None:
        """Bring the exchange to a time of the city."""
        leapt = self._last == 0 or not 0 <= now - self._last <= LEAPT
        self._plan(now, leapt)
        # one after another at its own time: however far apart the beats, the same things happen in the same order
        while (at := self._next()) is not None and at <= now:
            if self._due and self._due[0][0] == at:
                _, _, what, unique = heapq.heappop(self._due)
                self._happen(what, unique, at)
            else:
                self._ring(self._rings.pop(0)[1], at)
        self._last = now

    def _next(self) -> Micros | None:
        times = [queue[0][0] for queue in (self._due, self._rings) if queue]
        return min(times, default=None)

    def _plan(self, now: Micros, leapt: bool) -> None:
        """Draw the rings of a day that begins; after a leap, those of what is left of this one."""
        today = local_day(now, self._zone)
        if today.isoformat() == self._day and not leapt:
            return
        start, _ = day_bounds(today, self._zone)
        # those between the last beat and midnight still ring; those since midnight do
        left, since = ([], now) if leapt else (self._rings, self._last)
        calls = [(start + int(ring.at_s * SECOND), ring) for ring in rings_of_day(self._seed, today.toordinal())]
        self._day, self._rings = today.isoformat(), [*left, *(one for one in calls if one[0] > since)]

    def _ring(self, ring: Ring, now: Micros) -> None:
        rng = Random(ring.seed)
        number = "" if rng.random() < WITHHELD else f"{FICTION}{rng.randrange(10_000):04d}"
        said = sentence(self._book, self._spots, ring.fault, ring.seed)
        # the time it was drawn for, not that of the beat: the same seed gives the same names, and no other day has them
        unique = self._exchange.ring(number, said.text, f"{now // SECOND}.{ring.seed}")
        self.rung += 1
        self._at(now + int(rng.uniform(*COLLEAGUE_WAITS_S) * SECOND), "colleague", unique)
        self._at(now + int(rng.uniform(*PATIENCE_S) * SECOND), "gives_up", unique)

    def _at(self, when: Micros, what: str, unique: str) -> None:
        self._order += 1
        heapq.heappush(self._due, (when, self._order, what, unique))

    def _happen(self, what: str, unique: str, now: Micros) -> None:
        call = self._exchange.calls.get(unique)
        if what == "colleague_ends":
            self._busy.pop(unique, None)
        if call is None:
            return
        if what == "colleague" and not call.extension:
            self._colleague(unique, now)
        elif what in ("ends", "colleague_ends") or (what == "gives_up" and not call.extension):
            self._exchange.hang_up(unique)

    def _colleague(self, unique: str, now: Micros) -> None:
        rng = Random(unique)
        free = [one for one in range(COLLEAGUES) if one not in self._busy.values()]
        if not free:
            self._at(now + int(rng.uniform(5, 20) * SECOND), "colleague", unique)
            return
        self._busy[unique] = free[0]
        self._exchange.answer(unique, f"30{1 + free[0]}")
        self._at(now + int(rng.uniform(*TALK_S) * SECOND), "colleague_ends", unique)

    async def _picked_up(self, unique: str, extension: str) -> None:
        """A person took the call: the caller talks as long as people do."""
        self._at(self._last + int(Random(unique).uniform(*TALK_S) * SECOND), "ends", unique)


async def play_exchange(
    folder: Path, door: Reads, seed: int, now: Callable[[], Micros], zone: str = "Europe/Paris"
) -> None:
    """Open the exchange, tell the city's link where it is, ring until cancelled."""
    spots = await _spots(door)
    exchange = SimulatedExchange(USER, secrets.token_urlsafe(24), time.monotonic)
    await exchange.start()
    announce(folder, exchange)
    callers = Callers(exchange, seed, spots, zone)
    log.info("exchange open", port=exchange.port, spots=len(spots))
    try:
        while True:
            callers.beat(now())
            await asyncio.sleep(BEAT_S)
    finally:
        (folder / SETTINGS_FILE).unlink(missing_ok=True)
        await exchange.stop()


async def _spots(door: Reads) -> list[Spot]:
    """Read the places, however long the core takes: the city is played meanwhile."""
    while True:
        try:
            return await asyncio.to_thread(spots_of, door)
        except DoorError as error:
            log.warning("places not read yet", code=error.code)
            await asyncio.sleep(PAUSE_S)


def announce(folder: Path, exchange: SimulatedExchange) -> None:
    """Write the link's settings under the rehearsal's folder: those of a real exchange stand over them."""
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / "exchange.secret"
    descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(exchange.secret + "\n")
    table = {"host": "127.0.0.1", "port": exchange.port, "username": exchange.user, "secret_file": str(secret)}
    # a JSON string is a TOML string
    lines = ["[asterisk]", *(f"{name} = {json.dumps(value)}" for name, value in table.items()), "simulated = true"]
    partial = folder / f"{SETTINGS_FILE}.part"
    partial.write_text("\n".join([*lines, ""]), encoding="utf-8")
    partial.replace(folder / SETTINGS_FILE)
