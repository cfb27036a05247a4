"""A small town in memory: a substation, its cabinets, circuits and lamps; and a desk that lives through time."""

from collections.abc import Iterable, Sequence
from random import Random
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from beffroi.alarms import TRADE
from beffroi.alarms.actions import Judge
from beffroi.alarms.room import Alarms
from beffroi.alarms.state import AlarmsState
from beffroi.alarms.types import Alarm
from beffroi.equipment import registry
from beffroi.model.actor import SYSTEM, Actor
from beffroi.model.ids import ClockIds
from beffroi.model.ports import AssetFacts, City, LiveValue, Lock, Overrides
from beffroi.model.reading import Crossing, Quality
from beffroi.model.scope import Rights
from beffroi.model.time import SECOND, Micros
from beffroi.server.absent import NoIncidents, NoPresence, NoRows, NoStreets
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.line import Line

START = 1_750_536_000 * SECOND


class Topology:
    """Who feeds whom, in dictionaries."""

    version = 1

    def __init__(self) -> None:
        self.facts: dict[UUID, AssetFacts] = {}
        self.listed: list[AssetFacts] = []
        self.codes: dict[str, UUID] = {}
        self.fed: dict[UUID, list[UUID]] = {}
        self._ids = ClockIds(lambda: START, Random(7).getrandbits)

    def add(self, kind: str, code: str, parent: UUID | None = None, **fields: object) -> AssetFacts:
        fields = {"trade": "lighting", "commune": "21231", "street": "rue Monge", **fields}
        facts = AssetFacts(id=self._ids.new(), index=len(self.facts), kind=kind, code=code, parent=parent, **fields)
        self.facts[facts.id] = facts
        self.listed.append(facts)
        self.codes[code] = facts.id
        if parent is not None:
            self.fed.setdefault(parent, []).append(facts.id)
        return facts

    def find(self, asset: UUID) -> AssetFacts | None:
        return self.facts.get(asset)

    def find_index(self, index: int) -> AssetFacts | None:
        return self.listed[index] if index < len(self.listed) else None

    def find_code(self, code: str) -> AssetFacts | None:
        found = self.codes.get(code)
        return self.facts[found] if found else None

    def children(self, asset: UUID) -> Sequence[UUID]:
        return self.fed.get(asset, ())

    def ancestors(self, asset: UUID) -> Sequence[UUID]:
        found = []
        parent = self.facts[asset].parent
        while parent is not None:
            found.append(parent)
            parent = self.facts[parent].parent
        return found

    def descendants(self, asset: UUID, kind: str = "") -> Sequence[UUID]:
        found = []
        for child in self.children(asset):
            if not kind or self.facts[child].kind == kind:
                found.append(child)
            found += self.descendants(child, kind)
        return found

    def list_kind(self, kind: str) -> Sequence[AssetFacts]:
        return [facts for facts in self.facts.values() if facts.kind == kind]

    def place_label(self, asset: UUID) -> str:
        facts = self.facts[asset]
        return f"{facts.street}, Dijon · {facts.code}"


class Live:
    """Last values, as a test sets them."""

    def __init__(self, topology: Topology) -> None:
        self.heard: dict[UUID, Micros] = {}
        self.said: dict[UUID, int] = {}
        self.values: dict[tuple[UUID, str], tuple[Micros, float]] = {}
        self._topology = topology
        self._size = 0
        self._places: dict[tuple[UUID, str], int] = {}
        self._columns: dict[str, NDArray[np.int32]] = {}
        self._times = np.zeros(0, np.int64)
        self._kept = np.zeros(0)

    def hear(self, asset: UUID, at: Micros, **values: float) -> None:
        self._grow()
        if asset in self.heard:
            self.said[asset] = self.said.get(asset, 0) + 1
            if at < self.heard[asset]:
                return
        self.heard[asset] = at
        known = {point: value for point, value in values.items() if (asset, point) in self._places}
        for point, value in known.items():
            self.values[asset, point] = (at, value)
            self._times[self._places[asset, point]] = at
            self._kept[self._places[asset, point]] = value

    def find(self, asset: UUID, point: str) -> LiveValue | None:
        found = self.values.get((asset, point))
        return LiveValue(found[0], found[1], Quality.GOOD) if found else None

    def words(self) -> NDArray[np.int64]:
        return np.array([self.said.get(asset, 0) for asset in self._topology.facts], np.int64)

    def last_heard(self, asset: UUID) -> Micros | None:
        return self.heard.get(asset)

    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        self._grow()
        return self._times, self._kept

    def series_of(self, point: str) -> NDArray[np.int32]:
        self._grow()
        if point not in self._columns:
            places = [self._places.get((asset, point), -1) for asset in self._topology.facts]
            self._columns[point] = np.array(places, np.int32)
        return self._columns[point]

    def _grow(self) -> None:
        if self._size == len(self._topology.facts):
            return
        kinds = registry()
        for facts in list(self._topology.facts.values())[self._size :]:
            for point in kinds[facts.kind].points:
                self._places[facts.id, point.name] = len(self._places)
        self._size = len(self._topology.facts)
        self._columns.clear()
        more = len(self._places) - len(self._times)
        self._times = np.append(self._times, np.zeros(more, np.int64))
        self._kept = np.append(self._kept, np.zeros(more))


class Programme:
    """One level for the whole town."""

    def __init__(self, topology: Topology) -> None:
        self.level: float | None = 100.0
        self.extinction = False
        self._topology = topology

    def expected_level_pct(self, asset: UUID, at: Micros) -> float | None:
        return self.level

    def expected_levels_pct(self, at: Micros):
        return np.full(len(self._topology.facts), np.nan if self.level is None else self.level, np.float32)

    def by_day(self, at: Micros):
        return np.full(len(self._topology.facts), self.level == 0 and not self.extinction)


class Nothing:
    """No lock-out and no override."""

    def find(self, asset: UUID) -> None:
        return None

    def list_roots(self) -> Sequence[Lock]:
        return ()

    def list_active(self) -> Sequence[tuple[UUID, float, Micros]]:
        return ()

    def levels(self) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        return np.empty(0, np.int32), np.empty(0, np.float32)

    def spans(self) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
        return np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.int64)


class Town:
    """A substation G1 of `cabinets` cabinets, each of `circuits` circuits of `lamps` lamps; codes A001/D1-001."""

    def __init__(self, cabinets: int = 3, circuits: int = 3, lamps: int = 80, **lamp_fields: object) -> None:
        self.topology = Topology()
        self.live = Live(self.topology)
        self.programme = Programme(self.topology)
        nothing: Overrides = Nothing()
        ports = (self.topology, self.live, self.programme, Nothing(), nothing)
        self.city = City(*ports, NoStreets(), NoIncidents(), NoRows(), NoPresence())
        self.group = self.topology.add("cabinet_group", "G1")
        for place in range(1, cabinets + 1):
            cabinet = self.topology.add("cabinet", f"A{place:03}", self.group.id)
            for number in range(1, circuits + 1):
                circuit = self.topology.add("circuit", f"A{place:03}/D{number}", cabinet.id, **lamp_fields)
                for lamp in range(1, lamps + 1):
                    code = f"A{place:03}/D{number}-{lamp:03}"
                    self.topology.add("street_light", code, circuit.id, **lamp_fields)

    def get(self, code: str) -> AssetFacts:
        found = self.topology.find_code(code)
        assert found is not None, code
        return found

    def lamps(self, code: str) -> list[AssetFacts]:
        return [self.topology.facts[lamp] for lamp in self.topology.descendants(self.get(code).id, "street_light")]


PERSON = Actor(kind="person", id=UUID(int=1))
COLLEAGUE = Actor(kind="person", id=UUID(int=2))


class Desk:
    """The alarms of a town over time: what the committer and the scheduler do, without a database."""

    def __init__(self, town: Town, trade: Alarms | None = None) -> None:
        self.town = town
        self.trade = trade or Alarms()
        self.trade.kinds = registry()
        self.state: AlarmsState = self.trade.empty()
        self.now = START
        self.lines: list[Line] = []
        self._random = Random(11)
        self.ids = ClockIds(lambda: self.now, self._random.getrandbits)
        self._crossings = 0

    def do(self, action: Action, actor: Actor = PERSON) -> list[Event]:
        context = Context(
            now=self.now, happened_at=self.now, actor=actor, rights=Rights(), ids=self.ids, city=self.town.city
        )
        events = list(self.trade.decide(self.state, action, context))
        for event in events:
            line = Line(len(self.lines) + 1, self.now, self.now, actor, None, event)
            self.lines.append(line)
            self.trade.apply(self.state, line)
        return events

    def cross(
        self, assets: Iterable[AssetFacts], alarm_class: str, edge: str = "raise", **fields: object
    ) -> list[Event]:
        crossings = []
        for facts in assets:
            self._crossings += 1
            at = fields.get("at", self.now)
            late = bool(fields.get("late", False))
            crossings.append(Crossing(self._crossings, facts.id, alarm_class, edge, at, None, late))
        return self.do(Judge(crossings=crossings), SYSTEM)

    def advance(self, seconds: float) -> None:
        end = self.now + int(seconds * SECOND)
        while (due := self.trade.next_due(self.state)) is not None and due <= end:
            self.now = max(self.now, due)
            for action in self.trade.due(self.state, self.now):
                self.do(action, SYSTEM)
        self.now = end

    def shown(self) -> list[Alarm]:
        return [alarm for alarm in self.state.alarms.values() if alarm.shown]

    def find(self, code: str, alarm_class: str) -> Alarm:
        return self.state.keys[self.town.get(code).id, alarm_class]

    def of(self, kind: type[Event]) -> list[Event]:
        return [line.event for line in self.lines if isinstance(line.event, kind)]

    def label(self, alarm: Alarm) -> str:
        from beffroi.alarms.rows import alarm_row

        row = alarm_row(self.state, alarm, self.town.city)
        return row.label["fr"] + (" (supposé)" if row.supposed else "")


def replayed(desk: Desk) -> AlarmsState:
    """Return the state that the journal alone brings."""
    state = desk.trade.empty()
    for line in desk.lines:
        desk.trade.apply(state, line)
    return state


assert TRADE.name == "alarms"
