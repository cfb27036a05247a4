"""Links found in folders, each in a task of its own: one that fails is run again, and nothing else notices."""

import asyncio
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog

from beffroi.links.http.messages import Accepted
from beffroi.links.readings import Item
from beffroi.links.registry import Handler, Link, LinkError
from beffroi.model.time import Clock, Micros
from beffroi.server.bus import NatsBus
from beffroi.server.intake.gather import Post, cost_of
from beffroi.server.intake.pipeline import Pipeline

SETTINGS_FILE = "links.toml"
REHEARSED = "rehearsal"
"""Folder of the data where a rehearsal tells its own links: under those that the city sets itself."""

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
LIVED_S = 60.0
"""A link that ran this long is tried again at once."""

BUSY_S = 0.05
QUOTA_STEP_S = 5.0
"""How long at most before a quota is looked at again: it may have been raised meanwhile."""

log = structlog.get_logger("intake.links")


def link_settings(data: Path) -> Mapping[str, Any]:
    """Return the tables of `links.toml` by link name; LinkError when it cannot be read."""
    return {**_tables(data / REHEARSED / SETTINGS_FILE), **_tables(data / SETTINGS_FILE)}


def _tables(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LinkError("links.settings_unreadable", str(path), str(error)) from error


class GuestDoor:
    """What one link is given; it enters the same batches, quotas and rights as a post of the HTTP door."""

    def __init__(self, name: str, data: Path, pipeline: Pipeline, clock: Clock, bus: NatsBus) -> None:
        self._name = name
        self._data = data
        self._pipeline = pipeline
        self._clock = clock
        self._bus = bus
        self._handlers: dict[str, Handler] = {}

    @property
    def settings(self) -> Mapping[str, Any]:
        """Return the link's table as it is now."""
        table: Mapping[str, Any] = link_settings(self._data).get(self._name, {})
        return table

    async def tell(self, subject: str, payload: bytes) -> None:
        """Tell the core on the bus; dropped while it is away."""
        await self._bus.publish(subject, payload)

    async def listen(self, subject: str, handler: Handler) -> None:
        """Call a handler for what is asked on a subject; a link that runs again replaces its own."""
        known = subject in self._handlers
        self._handlers[subject] = handler
        if not known:
            await self._bus.subscribe(subject, lambda name, payload: self._handlers[name](name, payload))

    def now(self) -> Micros:
        """Return the city's time, µs UTC."""
        return self._clock.now()

    async def deliver(self, source: str, items: Sequence[Item]) -> Accepted:
        """Return once the items are committed; waits while the source is over its quota."""
        cost = cost_of(items)
        await self._within_quota(source, cost)
        lines = range(1, len(items) + 1)
        post = Post(source, items, lines, [], asyncio.get_running_loop().create_future())
        while not self._pipeline.offer(post):
            await asyncio.sleep(BUSY_S)
        return await post.answer

    async def _within_quota(self, source: str, cost: int) -> None:
        while True:
            sources = self._pipeline.registry.sources
            index = sources.find(source)
            if index < 0:
                # the batch refuses it, with its reason, for each item
                return
            sources.buckets.refill(self._clock.monotonic())
            # more than the bucket ever holds passes once it is full: refusing would be for ever
            due = min(cost, int(sources.buckets.burst[index]))
            wait_s = sources.buckets.wait_s(index, due)
            if wait_s <= 0:
                sources.buckets.tokens[index] -= due
                return
            await asyncio.sleep(min(wait_s, QUOTA_STEP_S))


class Guest:
    """One link on its way. `state` is "up" or "down", `problem` the code of what ended it last."""

    def __init__(self, link: Link, door: GuestDoor) -> None:
        self.name = link.name
        self.state = "down"
        self.problem = ""
        self.restarts = 0
        self._link = link
        self._door = door

    async def run(self) -> None:
        """Run the link for ever."""
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE_S
        while True:
            began = loop.time()
            self.state = "up"
            try:
                await self._link.run(self._door)
                self.problem = "links.ended"
                log.warning("link ended by itself", link=self.name)
            except Exception:
                self.problem = "links.failed"
                log.exception("link failed", link=self.name)
            self.state = "down"
            self.restarts += 1
            pause = FIRST_PAUSE_S if loop.time() - began > LIVED_S else pause
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)


def find_guests(links: Mapping[str, Link], data: Path, pipeline: Pipeline, clock: Clock, bus: NatsBus) -> list[Guest]:
    """Return the links of folders, ready to run; raises LinkError when their settings cannot be read."""
    link_settings(data)
    return [Guest(link, GuestDoor(name, data, pipeline, clock, bus)) for name, link in links.items()]
