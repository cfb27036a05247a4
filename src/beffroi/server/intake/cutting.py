"""Cuts connections that no longer have a right to be: the broker asks only when a device connects, never again.

A renewed token or a disabled source is known to the callout at once; the connection opened before lives on until its
owner ends it. The embedded broker's list says which connections a source holds, its own command ends them.
"""

import asyncio
import json
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import structlog

from beffroi.server.broker_auth import KICK
from beffroi.server.intake.registry import SourceFacts

PATIENCE_S = 2.0
RETRY_S = 3.0
LISTED = 65_536

log = structlog.get_logger("intake.cutting")


class Held(NamedTuple):
    """A connection that the broker holds: its server, its number there, its MQTT client id."""

    server: str
    number: int
    client: str


class _Connection(msgspec.Struct):
    cid: int
    mqtt_client: str = ""


class _Listing(msgspec.Struct):
    server_id: str
    connections: list[_Connection] = []


def lost_right(before: Sequence[SourceFacts], now: Sequence[SourceFacts]) -> set[str]:
    """Return the sources whose connections opened before are no longer theirs: gone, disabled, with another token."""
    standing = {source.name: source.secret for source in now if source.active}
    return {source.name for source in before if source.active and standing.get(source.name) != source.secret}


def held_by(listing: bytes, names: Iterable[str]) -> list[Held]:
    """Return the connections of some sources in the broker's own list; ValueError when it is none."""
    wanted, told = frozenset(names), msgspec.json.decode(listing, type=_Listing)
    return [Held(told.server_id, one.cid, one.mqtt_client) for one in told.connections if one.mqtt_client in wanted]


class Cutter:
    """Ends the connections of the sources it is given; a broker that is away only makes it wait."""

    def __init__(self, bus: Any, monitor_url: str) -> None:
        self._bus = bus
        self._url = f"{monitor_url}/connz?limit={LISTED}"
        self._due: set[str] = set()
        self._asked = asyncio.Event()
        self.cuts = 0

    def cut(self, names: Iterable[str]) -> None:
        """End the connections of some sources, soon."""
        self._due |= set(names)
        if self._due:
            self._asked.set()

    async def run(self) -> None:
        """Cut what is asked for ever."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            names, self._due = self._due, set()
            try:
                for held in await asyncio.to_thread(self._find, names):
                    await self._bus.request(KICK.replace("*", held.server), _number(held), PATIENCE_S)
                    self.cuts += 1
                    log.info("connection cut: its source has another token or none", source=held.client)
            except (OSError, ValueError, TimeoutError) as error:
                log.warning("connections not cut yet", error=str(error), sources=len(names))
                await asyncio.sleep(RETRY_S)
                self.cut(names)

    def _find(self, names: set[str]) -> list[Held]:
        with urllib.request.urlopen(self._url, timeout=PATIENCE_S) as answer:
            return held_by(answer.read(), names)


def _number(held: Held) -> bytes:
    asked: Mapping[str, int] = {"cid": held.number}
    return json.dumps(asked).encode()
