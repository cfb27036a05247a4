"""The live picture: one byte of state, one of level and two of flags for each asset, and where vehicles are.

Readings move only the assets that they concern; what time, programmes and register move is looked at every two
seconds for the whole city. Nothing here is kept: it is computed from the live arrays and the trades' states.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from beffroi.alarms.events import AlarmEvent
from beffroi.alarms.state import AlarmsState
from beffroi.model.kinds import EquipmentKind
from beffroi.model.ports import City
from beffroi.model.time import Micros
from beffroi.procedures.live.fleet import (
    BY_CABINET,
    BY_POINT,
    NOT_MANAGED,
    Fleet,
    Senses,
    expected_levels,
    fleet_steps,
    no_fleet,
)
from beffroi.procedures.live.looks import LOOK_OF_RANK, RING_SHIFT, Look, Mark, marks_of, rank_of, ring_left
from beffroi.procedures.live.pace import Steps, at_once
from beffroi.procedures.live.supervision import LIT_W
from beffroi.telemetry.live import DIFF_ROW
from beffroi.trade.line import Line
from beffroi.trade.service import LampChanges, Moves
from beffroi.work.events import WorkEvent
from beffroi.work.types import WorkState

UNKNOWN_LEVEL = 255
LAMPS = "street_light"
REFRESHED_AT_ONCE, LEARNED_AT_ONCE = 4_000, 100
"""Assets computed between two looks at the clock."""


class Trades(msgspec.Struct, frozen=True):
    """What the picture reads: the city's ports, the alarms, the work items."""

    city: City
    alarms: AlarmsState
    work: WorkState


class Cells(msgspec.Struct):
    """One cell per asset index: what is shown, since which version, and what the shown follows from."""

    look: NDArray[np.uint8]
    level: NDArray[np.uint8]
    flags: NDArray[np.uint16]
    changed: NDArray[np.int64]
    place: NDArray[np.float64]
    moved: NDArray[np.int64]
    rank: NDArray[np.uint8]
    marks: NDArray[np.uint16]
    alarmed: NDArray[np.bool_]
    unfed: NDArray[np.bool_]
    locked: NDArray[np.bool_]
    ring: NDArray[np.uint8]
    """What is left of the override in force, in thirty-firsts; 0 without one."""

    cut: NDArray[np.bool_]


_FILLS: dict[str, tuple[type, float]] = {
    "look": (np.uint8, 0),
    "level": (np.uint8, UNKNOWN_LEVEL),
    "flags": (np.uint16, 0),
    "changed": (np.int64, 0),
    "place": (np.float64, np.nan),
    "moved": (np.int64, 0),
    "rank": (np.uint8, 0),
    "marks": (np.uint16, 0),
    "alarmed": (np.bool_, 0),
    "unfed": (np.bool_, 0),
    "locked": (np.bool_, 0),
    "ring": (np.uint8, 0),
    "cut": (np.bool_, 0),
}


def _cells(size: int, old: Cells | None = None) -> Cells:
    made = {}
    for name, (dtype, fill) in _FILLS.items():
        array: NDArray[Any] = np.full((size, 4) if name == "place" else size, fill, dtype)
        if old is not None:
            kept = getattr(old, name)[:size]
            array[: len(kept)] = kept
        made[name] = array
    return Cells(**made)


class LivePicture:
    """The arrays that the feed sends, with the version at which each cell last changed."""

    def __init__(self, trades: Trades, kinds: Mapping[str, EquipmentKind]) -> None:
        self._kinds = kinds
        self._version = 0
        self._cells = _cells(0)
        self._learned: AlarmsState | None = None
        self._roots: frozenset[UUID] = frozenset()
        self._take_register(trades, no_fleet())

    @property
    def version(self) -> int:
        """Return a number that grows by each change; 0 is before the first."""
        return self._version

    @property
    def looks(self) -> NDArray[np.uint8]:
        """Return what is shown of each asset, by index; do not write in it."""
        return self._cells.look

    def changes_since(self, version: int) -> LampChanges:
        """Return the lamps whose state is newer than a version, each once; everything for 0."""
        cells = np.flatnonzero(self._cells.changed > version)
        held = self._cells
        return cells.astype(np.uint32), held.look[cells], held.level[cells], held.flags[cells]

    def moves_since(self, version: int) -> Moves:
        """Return the vehicles whose place is newer than a version, each once; everything for 0."""
        cells = np.flatnonzero(self._cells.moved > version)
        place = self._cells.place[cells]
        speed, heading = (np.nan_to_num(place[:, column]).clip(0, 65_535).astype(np.uint16) for column in (2, 3))
        return cells.astype(np.uint32), place[:, 0].astype(np.float32), place[:, 1].astype(np.float32), heading, speed

    def _take_register(self, trades: Trades, fleet: Fleet) -> None:
        self._fleet = fleet
        self._senses = Senses(trades.city.live, self._fleet, self._kinds)
        self._cells = _cells(self._fleet.size, self._cells)
        self._is_lamp = np.zeros(self._fleet.size, np.bool_)
        self._is_lamp[self._fleet.of_kind.get(LAMPS, np.empty(0, np.int32))] = True
        self._places = self._fleet.places

    def look_around(self, trades: Trades, now: Micros) -> bool:
        """Compute the whole city again; return whether anything changed."""
        return at_once(self.look_steps(lambda: trades, now))

    def look_steps(self, trades_of: Callable[[], Trades], now: Micros) -> Steps[bool]:
        """Compute the whole city again, in steps between which readings and commits are drawn as usual."""
        trades = trades_of()
        city = trades.city
        fresh = self._fleet.version != city.topology.version
        if fresh:
            fleet = yield from fleet_steps(city.topology, self._kinds)
            self._take_register(trades, fleet)
            yield
        cells, fleet = self._cells, self._fleet
        asked = expected_levels(city, fleet, now)
        yield
        cells.cut = fleet.day_cut & (asked == 0)
        self._time_overrides(city, now)
        cells.locked = self._below(city, (lock.asset for lock in city.locks.list_roots()))
        if self._learned is not trades_of().alarms or fresh:
            yield from self._learn_everything(trades_of())
        changed = False
        alive = np.flatnonzero(fleet.alive).astype(np.int32)
        for first in range(0, len(alive), REFRESHED_AT_ONCE):
            changed |= self.refresh(trades_of(), alive[first : first + REFRESHED_AT_ONCE])
            yield
        return changed

    def _time_overrides(self, city: City, now: Micros) -> None:
        forced, begin, until = city.overrides.spans()
        known = forced < self._fleet.size
        self._cells.ring[:] = 0
        self._cells.ring[forced[known]] = ring_left(begin[known], until[known], now)

    def _known(self, assets: Iterable[UUID]) -> list[int]:
        return [self._places[asset] for asset in assets if asset in self._places]

    def _below(self, city: City, roots: Iterable[UUID]) -> NDArray[np.bool_]:
        marks = np.zeros(self._fleet.size, np.bool_)
        for root in roots:
            marks[self._known((root, *city.topology.descendants(root)))] = True
        return marks

    def _learn_everything(self, trades: Trades) -> Steps[None]:
        """Learn each asset again: those that show something, and those of which something is known."""
        cells = self._cells
        shown = np.flatnonzero((cells.rank > 0) | (cells.marks > 0) | cells.alarmed).tolist()
        ids = (self._fleet.ids[place] for place in shown)
        assets = {*filter(None, ids), *trades.alarms.by_asset, *trades.work.by_asset}
        for number, asset in enumerate(assets):
            self._learn(trades, asset)
            if number % LEARNED_AT_ONCE == 0:
                yield
        self._roots = _unfed_roots(trades.alarms)
        cells.unfed = self._below(trades.city, self._roots)
        self._learned = trades.alarms

    def learn(self, trades: Trades, lines: Iterable[Line]) -> NDArray[np.int32]:
        """Take what a commit changed; return the assets concerned."""
        events = [line.event for line in lines if isinstance(line.event, AlarmEvent | WorkEvent)]
        assets = {event.asset for event in events}
        for asset in assets:
            self._learn(trades, asset)
        mine = np.array(self._known(assets), np.int32)
        roots = _unfed_roots(trades.alarms)
        if roots == self._roots:
            return mine
        before, self._roots = self._cells.unfed, roots
        self._cells.unfed = self._below(trades.city, roots)
        return np.union1d(mine, np.flatnonzero(before != self._cells.unfed)).astype(np.int32)

    def _learn(self, trades: Trades, asset: UUID) -> None:
        place = self._places.get(asset)
        if place is None:
            return
        held = trades.alarms.by_asset.get(asset, {}).values()
        self._cells.rank[place] = rank_of(held)
        self._cells.alarmed[place] = any(alarm.shown for alarm in held)
        self._cells.marks[place] = marks_of(held) | (Mark.WORK_OPEN if asset in trades.work.by_asset else 0)

    def hear(self, payload: bytes) -> NDArray[np.int32]:
        """Return the assets of a `bf.diff` message."""
        return self._senses.assets_of(np.frombuffer(payload, DIFF_ROW)["series"])

    def refresh(self, trades: Trades, assets: NDArray[np.int32]) -> bool:
        """Compute these assets again from the live arrays; return whether anything changed."""
        if not len(assets):
            return False
        self._senses.refresh(trades.city.live)
        cells, is_lamp = self._cells, self._is_lamp[assets]
        look, level = self._equipment(assets), np.full(len(assets), UNKNOWN_LEVEL, np.uint8)
        if is_lamp.any():
            look[is_lamp], level[is_lamp] = self._lights(assets[is_lamp])
        flags = self._flags_of(assets)
        different = (look != cells.look[assets]) | (level != cells.level[assets]) | (flags != cells.flags[assets])
        different |= cells.changed[assets] == 0
        moved = self._moves(assets[~is_lamp])
        if not different.any() and not len(moved):
            return False
        self._version += 1
        changed = assets[different]
        cells.look[changed], cells.level[changed], cells.flags[changed] = (
            look[different],
            level[different],
            flags[different],
        )
        cells.changed[changed] = self._version
        cells.moved[moved] = self._version
        return True

    def _lights(self, lamps: NDArray[np.int32]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        cells, management = self._cells, self._fleet.management[lamps]
        _, power = self._senses.read("power_w", lamps)
        _, told = self._senses.read("level_pct", lamps)
        look = np.where(np.isnan(power), Look.UNKNOWN, np.where(power >= LIT_W, Look.LIT, Look.OFF))
        by_cabinet = (management == BY_CABINET) & (self._fleet.feeder[lamps] >= 0)
        if by_cabinet.any():
            _, live = self._senses.read("energised", self._fleet.feeder[lamps].clip(0))
            by_circuit = np.where(np.isnan(live), Look.UNKNOWN, np.where(live == 0, Look.OFF, Look.LIT))
            look = np.where(by_cabinet, by_circuit, look)
        shown = LOOK_OF_RANK[cells.rank[lamps]]
        look = np.where(shown > 0, shown, look)
        look = np.where(cells.unfed[lamps], Look.NO_MAINS, look)
        look = np.where(cells.cut[lamps] & ((look == Look.STALE) | (look == Look.NO_MAINS)), Look.OFF, look)
        look = np.where(management == NOT_MANAGED, Look.NOT_MANAGED, look)
        look = np.where(cells.locked[lamps], Look.LOCKED, look)
        level = np.where(np.isnan(told), UNKNOWN_LEVEL, np.nan_to_num(told).clip(0, 100))
        level = np.where(
            look == Look.OFF, 0, np.where((look == Look.LIT) & (management == BY_POINT), level, UNKNOWN_LEVEL)
        )
        return look.astype(np.uint8), level.astype(np.uint8)

    def _equipment(self, assets: NDArray[np.int32]) -> NDArray[np.uint8]:
        cells = self._cells
        shown = LOOK_OF_RANK[cells.rank[assets]]
        look = np.where(self._senses.has_spoken(assets), Look.OK, Look.UNKNOWN)
        look = np.where(cells.alarmed[assets], Look.ALARM, look)
        look = np.where(shown > 0, shown, look)
        look = np.where(cells.unfed[assets], Look.NO_MAINS, look)
        return np.where(cells.locked[assets], Look.LOCKED, look).astype(np.uint8)

    def _flags_of(self, assets: NDArray[np.int32]) -> NDArray[np.uint16]:
        cells = self._cells
        flags = cells.marks[assets].astype(np.int64)
        ring = cells.ring[assets].astype(np.int64)
        flags |= np.where(ring > 0, Mark.FORCED, 0) | ring << RING_SHIFT
        flags |= np.where(cells.locked[assets], Mark.CONSIGNED, 0)
        flags |= np.where(self._fleet.simulated[assets], Mark.SIMULATED, 0)
        flags |= np.where(cells.cut[assets], Mark.CUT_BY_CLOCK, 0)
        return flags.astype(np.uint16)

    def _moves(self, assets: NDArray[np.int32]) -> NDArray[np.int32]:
        _, lon = self._senses.read("lon_deg", assets)
        moving = assets[~np.isnan(lon)]
        if not len(moving):
            return moving
        names = ("lon_deg", "lat_deg", "speed_kmh", "heading_deg")
        place = np.stack([self._senses.read(name, moving)[1] for name in names], axis=1)
        held = self._cells.place[moving]
        changed = ~np.isnan(place[:, 1]) & ((place != held) & ~(np.isnan(place) & np.isnan(held))).any(axis=1)
        self._cells.place[moving[changed]] = place[changed]
        return np.asarray(moving[changed], np.int32)


def _unfed_roots(alarms: AlarmsState) -> frozenset[UUID]:
    """List the assets whose standing alarm says that what they feed has no supply."""
    return frozenset(
        asset
        for asset, causes in alarms.causes.items()
        if any(cause.active and "no_supply" in cause.explains and cause.kind != LAMPS for cause in causes.values())
    )
