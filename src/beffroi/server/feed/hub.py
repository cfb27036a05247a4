"""The hub: counts the frames, keeps five minutes of changes, and tells each screen what it has not seen.

A screen pulls: it asks for one frame, from where it stands to now, sends it, and asks again. Nothing is queued for it:
a slow screen gets fewer and coalesced frames and slows nobody; screens that keep up share the same bytes.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec

from beffroi.model.ids import Ids
from beffroi.model.time import Clock, Micros
from beffroi.server.feed.audience import Audience, AudienceKey
from beffroi.server.feed.frame import NO_LAMPS, NO_MOVES, Header, encode
from beffroi.server.feed.rows import Change, Key, Rows, merge
from beffroi.server.metrics import FEED_FRAMES, POSITION
from beffroi.server.wiring import Wiring
from beffroi.trade.line import Line
from beffroi.trade.service import LampChanges, Moves, Picture

RING_S = 300.0
RING_CHANGES = 300_000
HEARTBEAT_S = 1.0
SHORTEST_GAP_S = 0.01
"""At most a hundred frames a second: a screen cannot show more, and storms coalesce."""

SLICE_S = 0.005
BEHIND_BYTES = 1_000_000
MERGED_AT_ONCE = 10_000
"""Changes merged in one slice for a screen that comes back: beyond, a snapshot, made in slices, is the way back."""

NAMING = frozenset({"sources", "over_quota"})
"""Figures of a process that name sources of readings."""

Health = Callable[[], dict[str, Any]]


class Tick(msgspec.Struct, frozen=True):
    """One frame's worth of changes; `picture` is the version that it shows."""

    seq: int
    made_at: float
    committed_at: float | None
    at: Micros
    picture: int
    changes: dict[Key, Change]
    health: dict[str, Any] | None


class Hub:
    """Rows, picture and ring of the feed. `rows` follow commits at once; a tick numbers what followed the last one."""

    def __init__(self, wiring: Wiring, clock: Clock, ids: Ids, health: Health = dict) -> None:
        self._wiring = wiring
        self._clock = clock
        self._ids = ids
        self._health = health
        self._windows = {topic: size for trade in wiring.trades for topic, size in trade.windows.items()}
        self._rows = Rows(self._windows)
        self._pending: dict[Key, Change] = {}
        self._committed_at: float | None = None
        self._ring: deque[Tick] = deque()
        self._ring_changes = 0
        self._picture: Picture | None = None
        self._audiences: dict[AudienceKey, Audience] = {}
        self._due = asyncio.Event()
        self._ticked = asyncio.Event()
        self.epoch = ""
        self.seq = 0
        self.position = 0

    async def reset(self, position: int) -> None:
        """Begin an epoch from the states as they stand: every screen will ask for a snapshot."""
        rows = Rows(self._windows)
        slice_ends = time.perf_counter() + SLICE_S
        for trade in self._wiring.trades:
            for row in trade.snapshot(self._wiring.states[trade.name], self._wiring.city):
                rows.set(row.topic, row.id, row)
                if time.perf_counter() > slice_ends:
                    await asyncio.sleep(0)
                    slice_ends = time.perf_counter() + SLICE_S
        self._rows, self.epoch, self.position = rows, self._ids.new().hex, position
        self._pending = {}
        self._ring.clear()
        self._ring_changes = 0
        self.tick()

    async def absorb(self, lines: tuple[Line, ...]) -> None:
        """Bring the rows that some committed lines touched to their present state; a frame follows at once."""
        committed_at = time.perf_counter()
        slice_ends = committed_at + SLICE_S
        city, states, of_event = self._wiring.city, self._wiring.states, self._wiring.of_event
        touched: dict[Key, Any] = {}
        for line in lines:
            trade = of_event[type(line.event)]
            for key in trade.touched(line):
                touched[key] = trade
            if time.perf_counter() > slice_ends:
                await asyncio.sleep(0)
                slice_ends = time.perf_counter() + SLICE_S
        for (topic, name), trade in touched.items():
            for key, change in self._rows.set(topic, name, trade.row(states[trade.name], topic, name, city)):
                merge(self._pending, key, change)
            if time.perf_counter() > slice_ends:
                await asyncio.sleep(0)
                slice_ends = time.perf_counter() + SLICE_S
        self.position = lines[-1].position
        POSITION.set(self.position)
        if self._committed_at is None:
            self._committed_at = committed_at
        self._due.set()

    def show(self, picture: Picture) -> None:
        """Take lamps and vehicles from a picture."""
        self._picture = picture
        self._due.set()

    def nudge(self) -> None:
        """Make a frame now, because the picture changed."""
        self._due.set()

    async def run(self) -> None:
        """Make the frames until cancelled: at once after a commit or a nudge, and each second anyway."""
        heartbeat_at = time.monotonic()
        while True:
            try:
                async with asyncio.timeout(max(0.0, heartbeat_at - time.monotonic())):
                    await self._due.wait()
            except TimeoutError:
                pass
            beats = time.monotonic() >= heartbeat_at
            if beats:
                heartbeat_at = time.monotonic() + HEARTBEAT_S
                self.forget(time.monotonic() - RING_S)
            self._due.clear()
            self.tick(self._health() if beats else None)
            await asyncio.sleep(SHORTEST_GAP_S)

    def tick(self, health: dict[str, Any] | None = None) -> None:
        """Number what changed since the last frame, and wake the screens."""
        self.seq += 1
        made = time.monotonic()
        picture = self._picture.version if self._picture else 0
        tick = Tick(self.seq, made, self._committed_at, self._clock.now(), picture, self._pending, health)
        self._ring.append(tick)
        self._ring_changes += len(tick.changes)
        self._pending, self._committed_at = {}, None
        while self._ring[0].made_at < made - RING_S or (self._ring_changes > RING_CHANGES and len(self._ring) > 1):
            self._ring_changes -= len(self._ring.popleft().changes)
        for audience in self._audiences.values():
            audience.frames.clear()
        FEED_FRAMES.inc()
        ticked, self._ticked = self._ticked, asyncio.Event()
        ticked.set()

    async def ticked(self) -> None:
        """Return after the next frame."""
        await self._ticked.wait()

    def last_tick(self) -> Tick:
        """Return the newest frame's worth of changes."""
        return self._ring[-1]

    def audience(self, key: AudienceKey) -> Audience:
        """Return the audience of some rights, shared by all who hold them; each screen asks before each frame."""
        audience = self._audiences.setdefault(key, Audience(key))
        audience.asked_at = time.monotonic()
        return audience

    def forget(self, asked_before: float) -> None:
        """Let go of the audiences that no screen asked for since a monotonic time."""
        for key in [key for key, one in self._audiences.items() if one.asked_at < asked_before]:
            del self._audiences[key]

    def holds(self, epoch: str, after: int) -> bool:
        """Tell whether the ring still knows everything that follows a frame."""
        return epoch == self.epoch and bool(self._ring) and self._ring[0].seq - 1 <= after <= self.seq

    def delta(self, audience: Audience, after: int) -> bytes | None:
        """Return the frame from `after` to now, or nothing when a snapshot is the shorter way back."""
        known = audience.frames.get(after)
        if known is not None:
            return known
        ticks = self._since(after)
        if len(ticks) > 1 and sum(len(tick.changes) for tick in ticks) > MERGED_AT_ONCE:
            return None
        frame = self._encode(audience, after, ticks, self._picture_at(after))
        if len(ticks) > 1 and len(frame) > BEHIND_BYTES:
            return None
        audience.frames[after] = frame
        return frame

    async def snapshot(self, audience: Audience) -> tuple[int, bytes]:
        """Return (its number, the frame) that shows everything; what changes while it is made comes again after it.

        Screens of one audience that ask while it is made get the same: after a restart all ask at once.
        """
        epoch = self.epoch
        making = audience.making.get(epoch)
        if making is None:
            making = audience.making[epoch] = asyncio.create_task(self._make_snapshot(audience))
            making.add_done_callback(lambda _: audience.making.pop(epoch))
        return await asyncio.shield(making)

    async def _make_snapshot(self, audience: Audience) -> tuple[int, bytes]:
        await self.fit(audience)
        if self._pending:
            # what is shown must have a number: a row that comes and goes between two frames would never be said gone
            self.tick()
        seq, header = self.seq, self._header(after=0, upto=self.seq, snapshot=True)
        lamps, moves = self._picture_since(0)
        for topic, rows in self._rows.topics().items():
            kept = header.rows.setdefault(topic, [])
            for first in range(0, len(rows), 5_000):
                kept += [shown.raw for shown in rows[first : first + 5_000] if audience.sees(shown.scope)]
                await asyncio.sleep(0)
        header.health = _health(audience, self._health())
        return seq, encode(header, audience.filter_lamps(lamps), audience.filter_moves(moves))

    async def fit(self, audience: Audience) -> None:
        """Make sure that the audience's mask of assets follows the register."""
        topology = self._wiring.city.topology
        if self._picture is not None and not audience.fits(topology):
            lamps, moves = self._picture_since(0)
            size = 1 + max(int(lamps[0].max(initial=0)), int(moves[0].max(initial=0)))
            await audience.fit(topology, size)

    def _since(self, after: int) -> list[Tick]:
        return [self._ring[place] for place in range(after + 1 - self._ring[0].seq, len(self._ring))]

    def _picture_at(self, seq: int) -> int:
        first = self._ring[0].seq
        # what came before the ring is not known to have been seen
        return self._ring[seq - first].picture if seq >= first else 0

    def _encode(self, audience: Audience, after: int, ticks: list[Tick], picture: int) -> bytes:
        changes: dict[Key, Change] = ticks[0].changes if len(ticks) == 1 else {}
        if len(ticks) > 1:
            for tick in ticks:
                for key, change in tick.changes.items():
                    merge(changes, key, change)
        header = self._header(after=after, upto=ticks[-1].seq, snapshot=False)
        for (topic, name), change in changes.items():
            if change.now is not None and audience.sees(change.now.scope):
                header.rows.setdefault(topic, []).append(change.now.raw)
            elif change.before is not None and audience.sees(change.before):
                header.gone.setdefault(topic, []).append(name)
        health = next((tick.health for tick in reversed(ticks) if tick.health is not None), None)
        header.health = None if health is None else _health(audience, health)
        lamps, moves = self._picture_since(picture)
        return encode(header, audience.filter_lamps(lamps), audience.filter_moves(moves))

    def _picture_since(self, version: int) -> tuple[LampChanges, Moves]:
        picture = self._picture
        if picture is None or picture.version == version:
            return NO_LAMPS, NO_MOVES
        return picture.changes_since(version), picture.moves_since(version)

    def _header(self, *, after: int, upto: int, snapshot: bool) -> Header:
        return Header(
            epoch=self.epoch,
            after=after,
            upto=upto,
            at=self._ring[-1].at,
            position=self.position,
            snapshot=snapshot,
            rows={},
            gone={},
            lamps=0,
            moves=0,
        )


def _health(audience: Audience, health: dict[str, Any]) -> msgspec.Raw:
    """Return the health that an audience may see: what names a source is for those who hold the right over them."""
    if not audience.sees_sources:
        health = {name: _without_sources(value) for name, value in health.items()}
    return msgspec.Raw(msgspec.json.encode(health))


def _without_sources(value: Any) -> Any:
    return {key: item for key, item in value.items() if key not in NAMING} if isinstance(value, dict) else value
