"""The register as columns by asset index: what supervision and the picture compute on, rebuilt when it changes."""

from collections.abc import Mapping
from itertools import count
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from beffroi.model.kinds import EquipmentKind
from beffroi.model.ports import AssetFacts, City, Live, Topology
from beffroi.model.reading import read_newest
from beffroi.model.time import SECOND
from beffroi.procedures.live.pace import Steps, at_once

MANAGEMENT = {"none": 0, "cabinet": 1, "point": 2}
NOT_MANAGED, BY_CABINET, BY_POINT = 0, 1, 2
NOWHERE = -1
_NO_SERIES = np.empty(0, np.int32)
EACH_STEP = 250
"""Assets read between two looks at the clock."""


class Fleet(msgspec.Struct, kw_only=True):
    """Columns by asset index; a removed asset keeps its cells, with `speaks` and `alive` false.

    `silent_after` is the longest normal silence in µs, 0 where silence means nothing; `day_cut` says that the asset's
    circuit is cut by its clock; `feeder` is an asset index or -1; `lamp` is a light whose programme holds for the asset
    (itself, or one that a circuit feeds); `places` gives the indexes by identifier.
    """

    version: int
    size: int
    ids: list[UUID | None]
    alive: NDArray[np.bool_]
    speaks: NDArray[np.bool_]
    day_cut: NDArray[np.bool_]
    simulated: NDArray[np.bool_]
    management: NDArray[np.uint8]
    feeder: NDArray[np.int32]
    lamp: NDArray[np.int32]
    silent_after: NDArray[np.int64]
    of_kind: dict[str, NDArray[np.int32]]
    places: dict[UUID, int]


def build_fleet(topology: Topology, kinds: Mapping[str, EquipmentKind]) -> Fleet:
    """Return the columns of the register as it stands; those of the last version asked are remembered."""
    known = _LAST.get(topology)
    return known if known is not None else at_once(fleet_steps(topology, kinds))


def fleet_steps(topology: Topology, kinds: Mapping[str, EquipmentKind]) -> Steps[Fleet]:
    """Build the columns of the register, an asset after another; what changes meanwhile is of a later version."""
    known = _LAST.get(topology)
    if known is not None:
        return known
    version, rows = topology.version, _Rows({name: number for number, name in enumerate(kinds)})
    for index in count():
        facts = topology.find_index(index)
        if facts is None:
            break
        rows.add(facts)
        if index % EACH_STEP == 0:
            yield
    fleet = _empty(version, len(rows.ids))
    fleet.ids, fleet.places = rows.ids, {}
    for index, asset in enumerate(rows.ids):
        if asset is not None:
            fleet.places[asset] = index
        if index % EACH_STEP == 0:
            yield
    for index, parent in rows.parents:
        fleet.feeder[index] = fleet.places.get(parent, NOWHERE)
        if index % EACH_STEP == 0:
            yield
    yield from rows.fill(fleet, kinds)
    _follow_feeders(fleet)
    _LAST.keep(topology, fleet)
    return fleet


class _Rows:
    """The register read asset by asset, before its columns; assets removed or of unknown kinds are empty rows."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self._numbers = numbers
        self.ids: list[UUID | None] = []
        self.parents: list[tuple[int, UUID]] = []
        self._columns: tuple[list[int], list[bool], list[bool], list[bool], list[int]] = ([], [], [], [], [])

    def add(self, facts: AssetFacts) -> None:
        kinds, speaks, simulated, day_cut, management = self._columns
        known = facts.state != "removed" and facts.kind in self._numbers
        self.ids.append(facts.id if known else None)
        kinds.append(self._numbers[facts.kind] if known else NOWHERE)
        speaks.append(known and facts.state == "in_service" and facts.management != "none")
        simulated.append(known and facts.simulated)
        day_cut.append(known and facts.rhythm == "day_cut")
        management.append(MANAGEMENT[facts.management] if known else NOT_MANAGED)
        if known and facts.parent is not None:
            self.parents.append((facts.index, facts.parent))

    def fill(self, fleet: Fleet, kinds: Mapping[str, EquipmentKind]) -> Steps[None]:
        numbers, *columns = (np.array(column) for column in self._columns)
        yield
        fleet.alive[:] = numbers != NOWHERE
        fleet.speaks[:], fleet.simulated[:], fleet.day_cut[:], fleet.management[:] = columns
        for name, number in self._numbers.items():
            index = np.flatnonzero(numbers == number).astype(np.int32)
            fleet.of_kind[name] = index
            fleet.silent_after[index] = _silent_after(kinds[name])
        yield


class _Last:
    """The fleet built last, and for which register: supervision and picture ask the same one."""

    def __init__(self) -> None:
        self._of: Topology | None = None
        self._fleet: Fleet | None = None

    def get(self, topology: Topology) -> Fleet | None:
        current = self._of is topology and self._fleet is not None and self._fleet.version == topology.version
        return self._fleet if current else None

    def keep(self, topology: Topology, fleet: Fleet) -> None:
        self._of, self._fleet = topology, fleet


_LAST = _Last()


def _empty(version: int, size: int) -> Fleet:
    return Fleet(
        version=version,
        size=size,
        ids=[None] * size,
        alive=np.zeros(size, np.bool_),
        speaks=np.zeros(size, np.bool_),
        day_cut=np.zeros(size, np.bool_),
        simulated=np.zeros(size, np.bool_),
        management=np.zeros(size, np.uint8),
        feeder=np.full(size, NOWHERE, np.int32),
        lamp=np.arange(size, dtype=np.int32),
        silent_after=np.zeros(size, np.int64),
        of_kind={},
        places={},
    )


def no_fleet() -> Fleet:
    """Return the columns of an empty register."""
    return _empty(NOWHERE, 0)


def _silent_after(kind: EquipmentKind) -> int:
    for alarm_class in kind.alarm_classes:
        if alarm_class.test == "silent":
            return kind.point(alarm_class.point).heartbeat_s * SECOND
    return 0


def _follow_feeders(fleet: Fleet) -> None:
    lamps = fleet.of_kind.get("street_light", np.empty(0, np.int32))
    fed = lamps[fleet.feeder[lamps] != NOWHERE]
    fleet.day_cut[fed] |= fleet.day_cut[fleet.feeder[fed]]
    fleet.lamp[fleet.feeder[fed]] = fed


class Senses:
    """What was last heard, by asset index, from the live arrays; the places of the series are kept per register."""

    def __init__(self, live: Live, fleet: Fleet, kinds: Mapping[str, EquipmentKind]) -> None:
        self._fleet = fleet
        self._names = tuple(dict.fromkeys(point.name for kind in kinds.values() for point in kind.points))
        self._given: list[NDArray[np.int32]] = []
        self.refresh(live)

    def refresh(self, live: Live) -> None:
        """Take the arrays as they now stand, and the places of series that were made meanwhile."""
        self._times, self._values = live.arrays()
        given = [live.series_of(name) for name in self._names]
        if len(given) == len(self._given) and all(new is old for new, old in zip(given, self._given, strict=True)):
            return
        self._given = given
        self._series = {
            name: fit(series, self._fleet.size, NOWHERE) for name, series in zip(self._names, given, strict=True)
        }
        self._spoken = {name: np.flatnonzero(series >= 0) for name, series in self._series.items()}
        top = max((int(series.max(initial=NOWHERE)) for series in self._series.values()), default=NOWHERE)
        self._owner = np.full(top + 1, NOWHERE, np.int32)
        for name, assets in self._spoken.items():
            self._owner[self._series[name][assets]] = assets

    def heard_at(self) -> NDArray[np.int64]:
        """Return when each asset last said anything (µs), 0 for never."""
        heard = np.zeros(self._fleet.size, np.int64)
        for name, assets in self._spoken.items():
            if len(assets):
                series = self._series[name][assets]
                known = series < len(self._times)
                heard[assets[known]] = np.maximum(heard[assets[known]], self._times[series[known]])
        return heard

    def has_spoken(self, assets: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Tell of each of these assets whether any of its points was ever heard."""
        spoken = np.zeros(len(assets), np.bool_)
        for series in self._series.values():
            places = series[assets]
            known = (places >= 0) & (places < len(self._times))
            spoken[known] |= self._times[places[known]] > 0
        return spoken

    def read(self, point: str, assets: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return (time µs, value) of a point for these assets; time 0 and NaN where nothing was heard."""
        return read_newest((self._times, self._values), self._series.get(point, _NO_SERIES), assets)

    def assets_of(self, series: NDArray[np.uint32]) -> NDArray[np.int32]:
        """Return the assets to which these series belong, each once."""
        known = series[series < len(self._owner)]
        found = self._owner[known]
        return np.unique(found[found != NOWHERE])


def fit(array: NDArray[np.int32], size: int, fill: int) -> NDArray[np.int32]:
    """Return an array cut or filled to a size."""
    if len(array) >= size:
        return array[:size]
    return np.concatenate([array, np.full(size - len(array), fill, array.dtype)])


def daylight(city: City, fleet: Fleet, at: int) -> NDArray[np.bool_]:
    """Tell of every asset, by index, whether its lights are off for the day, not for the extinction of the night."""
    days = city.programme.by_day(at)
    known = np.zeros(fleet.size, np.bool_)
    size = min(len(days), fleet.size)
    known[:size] = days[:size]
    return np.asarray(known[fleet.lamp], np.bool_)


def expected_levels(city: City, fleet: Fleet, at: int) -> NDArray[np.float32]:
    """Return the level that programme and override ask of every asset, by index; NaN where nothing is known."""
    asked = city.programme.expected_levels_pct(at)
    levels = np.full(fleet.size, np.nan, np.float32)
    known = min(len(asked), fleet.size)
    levels[:known] = asked[:known]
    levels = levels[fleet.lamp]
    forced, level = city.overrides.levels()
    known_ones = forced < fleet.size
    levels[forced[known_ones]] = level[known_ones]
    return levels
