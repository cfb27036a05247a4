"""A town of a few lamps and cards, and screens that look at it through the feed."""

import asyncio
from typing import Any, ClassVar

import msgspec
import numpy as np

from beffroi.model.actor import SYSTEM
from beffroi.model.ids import ClockIds
from beffroi.model.ports import AssetFacts
from beffroi.model.scope import Grant, Rights, Scope
from beffroi.server.absent import NoTopology
from beffroi.server.clock import SystemClock
from beffroi.server.feed import Hub, Screen
from beffroi.server.feed.frame import decode
from beffroi.server.wiring import Wiring
from beffroi.trade.doors import Caller, trusted
from beffroi.trade.event import Event
from beffroi.trade.line import Line, Row
from beffroi.trade.room import Trade

COMMUNES = ("21231", "21166")
ALL = trusted(SYSTEM)
ONE = Caller(SYSTEM, Rights({"view": (Grant(communes=frozenset({COMMUNES[0]})),)}))


class Put(Event, frozen=True, tag="board.put"):
    key: int
    text: str
    commune: str


class Dropped(Event, frozen=True, tag="board.dropped"):
    key: int


class Card(msgspec.Struct):
    text: str
    commune: str


class Board(Trade[dict[int, Card]]):
    """Cards that come, change, move to another commune, and leave."""

    name: ClassVar[str] = "board"
    events: ClassVar[tuple[type[Event], ...]] = (Put, Dropped)
    topics: ClassVar[tuple[str, ...]] = ("cards",)

    def __init__(self, window: int | None = None) -> None:
        if window:
            self.windows = {"cards": window}

    def empty(self) -> dict[int, Card]:
        return {}

    def apply(self, state, line):
        match line.event:
            case Put(key=key, text=text, commune=commune):
                state[key] = Card(text, commune)
            case Dropped(key=key):
                state.pop(key, None)

    def touched(self, line):
        yield "cards", line.event.key

    def row(self, state, topic, key, city):
        card = state.get(key)
        return Row("cards", key, Scope(card.commune), card) if card else None

    def snapshot(self, state, city):
        return [Row("cards", key, Scope(card.commune), card) for key, card in state.items()]


class Lamps:
    """A picture of a few lamps: versions kept per lamp, as the real one does."""

    def __init__(self, size: int = 6) -> None:
        self.version = 1
        self.at = np.ones(size, np.int64)
        self.state = np.zeros(size, np.uint8)

    def light(self, index: int, state: int) -> None:
        self.version += 1
        self.at[index], self.state[index] = self.version, state

    def changes_since(self, version: int):
        index = np.flatnonzero(self.at > version).astype(np.uint32)
        zeros = np.zeros(len(index))
        return index, self.state[index], zeros.astype(np.uint8), zeros.astype(np.uint16)

    def moves_since(self, version: int):
        empty = np.empty(0)
        return (empty.astype(np.uint32), *(empty.astype(kind) for kind in ("f4", "f4", "u2", "u2")))


class Streets(NoTopology):
    """Lamps of even index are in the first commune, odd ones in the second."""

    version = 1

    def find_index(self, index: int):
        from uuid import UUID

        return AssetFacts(id=UUID(int=index), index=index, kind="street_light", code="", commune=COMMUNES[index % 2])


class Town:
    """A hub over a board and lamps, without a database: lines are applied as the committer would."""

    def __init__(self, window: int | None = None) -> None:
        self.clock = SystemClock()
        self.wiring = Wiring([Board(window)])
        self.wiring.adopt(self.wiring.empty())
        self.wiring.city.topology = Streets()
        self.hub = Hub(self.wiring, self.clock, ClockIds(self.clock.now))
        self.lamps = Lamps()
        self.hub.show(self.lamps)
        self.position = 0

    async def commit(self, *events: Event) -> None:
        lines = tuple(
            Line(position, 0, 0, SYSTEM, None, event) for position, event in enumerate(events, self.position + 1)
        )
        self.position += len(lines)
        for line in lines:
            self.wiring.apply(line)
        await self.hub.absorb(lines)


class Viewer:
    """What a screen does with frames."""

    def __init__(self, hub: Hub, caller: Caller = ALL) -> None:
        self.caller: Caller | None = caller
        self.screen = Screen(hub, lambda: self.caller, "", 0)
        self.rows: dict[tuple[str, Any], Any] = {}
        self.lamps: dict[int, int] = {}
        self.snapshots = 0
        self.frames = 0
        self.upto = -1

    async def take(self, content: bytes) -> None:
        header, lamps, _ = decode(content)
        self.frames += 1
        if header["snapshot"]:
            self.rows, self.lamps = {}, {}
            self.snapshots += 1
        else:
            assert header["after"] == self.upto
        for topic, rows in header["rows"].items():
            self.rows |= {(topic, row["id"]): row["v"] for row in rows}
        for topic, names in header["gone"].items():
            for name in names:
                assert (topic, name) in self.rows
                del self.rows[topic, name]
        self.lamps |= {int(lamp["index"]): int(lamp["state"]) for lamp in lamps}
        self.upto = header["upto"]

    async def catch_up(self, hub: Hub) -> None:
        running = asyncio.create_task(self.screen.run(self.take))
        while self.upto != hub.seq and not running.done():
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def run(main: Any) -> None:
    asyncio.run(asyncio.wait_for(main, 20))
