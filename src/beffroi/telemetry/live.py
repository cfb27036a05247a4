"""The live picture: the last value of every point, kept by arrays that the intake's differences bring up to date."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from beffroi.model.kinds import EquipmentKind
from beffroi.model.ports import City, LiveValue
from beffroi.model.reading import Quality
from beffroi.model.time import Micros

DIFF_ROW = np.dtype([("series", "<u4"), ("value", "<f8"), ("at", "<i8")])
"""One record of `bf.diff`: 20 bytes."""

LARGEST_SERIES = 1 << 26
"""A record beyond is noise: it would ask for gigabytes."""

PLACED_AT_ONCE = 500
"""Assets placed in one slice of the loop: some 2 ms."""
EVERYTHING = 1 << 30

AssetSeries = tuple[UUID, list[int], list[str]]
"""An asset, its series, and the point of each."""


class LiveArrays:
    """Source time (µs, 0 where nothing was heard) and value by series; which series is which point of which asset."""

    def __init__(self) -> None:
        self.at: NDArray[np.int64] = np.zeros(0, np.int64)
        self.value: NDArray[np.float64] = np.zeros(0, np.float64)
        self.heard: NDArray[np.int64] = np.zeros(0, np.int64)
        """When each asset last said anything, by asset index."""
        self.words: NDArray[np.int64] = np.zeros(0, np.int64)
        """How many times each asset spoke since its last value was known, whatever its clock told, by asset index."""
        self.known = 0
        """Series below are known to `learn`."""
        self._asset: NDArray[np.int32] = np.zeros(0, np.int32)
        self._waiting: list[AssetSeries] = []
        self._points: dict[str, NDArray[np.int32]] = {}
        self._columns: dict[str, NDArray[np.int32]] = {}

    def expect(self, rows: Iterable[AssetSeries]) -> None:
        """Note series whose assets will be found by `learn`."""
        self._waiting += rows

    def learn(self, index_of: Callable[[UUID], int | None], limit: int = EVERYTHING) -> bool:
        """Place some of the series noted; True when none waits any more."""
        now, self._waiting = self._waiting[:limit], self._waiting[limit:]
        placed: dict[str, tuple[list[int], list[int]]] = {}
        for asset, series, points in now:
            index = index_of(asset)
            if index is None:
                continue
            for one, point in zip(series, points, strict=True):
                indexes, places = placed.setdefault(point, ([], []))
                indexes.append(index)
                places.append(one)
        for point, (indexes, places) in placed.items():
            self._place(point, np.array(indexes, np.int32), np.array(places, np.int32))
        return not self._waiting

    def _place(self, point: str, indexes: NDArray[np.int32], series: NDArray[np.int32]) -> None:
        self._grow(int(series.max()) + 1, int(indexes.max()) + 1)
        self.known = max(self.known, int(series.max()) + 1)
        self._asset[series] = indexes
        column = self._points.setdefault(point, np.full(len(self.heard), -1, np.int32))
        column[indexes] = series
        self._columns.pop(point, None)
        np.maximum.at(self.heard, indexes, self.at[series])

    def absorb(self, diff: bytes) -> NDArray[np.int64]:
        """Bring records of `bf.diff` in and return the series that changed; older news than ours changes nothing."""
        rows = np.frombuffer(diff, DIFF_ROW, count=len(diff) // DIFF_ROW.itemsize)
        rows = rows[rows["series"] < LARGEST_SERIES]
        if not len(rows):
            return np.zeros(0, np.int64)
        series = rows["series"].astype(np.int64)
        self._grow(int(series.max()) + 1, 0)
        self._count_words(series, rows["at"])
        newer = rows["at"] > self.at[series]
        series, at = series[newer], rows["at"][newer]
        self.at[series] = at
        self.value[series] = rows["value"][newer]
        asset = self._asset[series]
        placed = asset >= 0
        np.maximum.at(self.heard, asset[placed], at[placed])
        return series

    def _count_words(self, series: NDArray[np.int64], at: NDArray[np.int64]) -> None:
        """Count what is no repeat: the whole picture told again says nothing new of anybody."""
        said = (self.at[series] > 0) & (at != self.at[series])
        asset = self._asset[series[said]]
        np.add.at(self.words, asset[asset >= 0], 1)

    def column(self, point: str) -> NDArray[np.int32]:
        """Return the series of a point by asset index, -1 where the asset has none."""
        column = self._columns.get(point)
        if column is None:
            held = self._points.get(point)
            column = np.full(len(self.heard), -1, np.int32) if held is None else held.copy()
            self._columns[point] = column
        return column

    def find(self, index: int, point: str) -> int:
        """Return the series of a point of an asset, by asset index; -1 when it has none."""
        column = self._points.get(point)
        return int(column[index]) if column is not None and index < len(column) else -1

    def _grow(self, series: int, assets: int) -> None:
        if series > len(self.at):
            more = max(series, len(self.at) * 5 // 4) - len(self.at)
            self.at = np.append(self.at, np.zeros(more, np.int64))
            self.value = np.append(self.value, np.zeros(more))
            self._asset = np.append(self._asset, np.full(more, -1, np.int32))
        if assets > len(self.heard):
            more = max(assets, len(self.heard) * 5 // 4) - len(self.heard)
            self.heard = np.append(self.heard, np.zeros(more, np.int64))
            self.words = np.append(self.words, np.zeros(more, np.int64))
            unknown = np.full(more, -1, np.int32)
            self._points = {point: np.append(column, unknown) for point, column in self._points.items()}
            self._columns.clear()


class LivePort:
    """The live picture as the other trades see it (`beffroi.model.ports.Live`)."""

    def __init__(self, live: LiveArrays, city: City, kinds: Mapping[str, EquipmentKind]) -> None:
        self._live = live
        self._city = city
        self._kinds = kinds
        self._whole = False

    def _ready(self) -> LiveArrays:
        """Place what was loaded, at once, then what came since little by little: a slice of the loop is 10 ms."""
        self._live.learn(self.index_of, PLACED_AT_ONCE if self._whole else EVERYTHING)
        self._whole = True
        return self._live

    def index_of(self, asset: UUID) -> int | None:
        """Return the place of an asset in the live arrays, or nothing."""
        facts = self._city.topology.find(asset)
        return facts.index if facts else None

    def find(self, asset: UUID, point: str) -> LiveValue | None:
        """Return the last value of a point, or nothing when it never spoke."""
        live = self._ready()
        facts = self._city.topology.find(asset)
        series = live.find(facts.index, point) if facts else -1
        if facts is None or series < 0 or not live.at[series]:
            return None
        value = float(live.value[series])
        return LiveValue(int(live.at[series]), value, quality_of(self._kinds.get(facts.kind), point, value))

    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return (source time µs, value) by series index; do not write in them."""
        live = self._ready()
        return live.at, live.value

    def series_of(self, point: str) -> NDArray[np.int32]:
        """Return the series of that point by asset index, -1 where the asset has none."""
        return self._ready().column(point)

    def words(self) -> NDArray[np.int64]:
        """Return how many times each asset spoke, by asset index; do not write in it."""
        return self._ready().words

    def last_heard(self, asset: UUID) -> Micros | None:
        """Return when the asset last said anything, or nothing."""
        live, index = self._ready(), self.index_of(asset)
        if index is None or index >= len(live.heard):
            return None
        return int(live.heard[index]) or None


def quality_of(kind: EquipmentKind | None, point: str, value: float) -> Quality:
    """Return whether a value is within the range that its point declares; an unknown point has none."""
    declared: Any = next((one for one in kind.points if one.name == point), None) if kind else None
    if declared is None or declared.low <= value <= declared.high:
        return Quality.GOOD
    return Quality.OUT_OF_RANGE
