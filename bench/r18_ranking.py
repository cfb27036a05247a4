"""R18: the nearest of 205 crews by travel time, skills and load, on Montpellier's real streets.

The whole ranking is measured: positions read from the live arrays, travel by road, skills, authorisations, load, shift,
order and reasons. No peer has it. In the same run an exhaustive search by other means (every street measured for each
vehicle, then one forward search per vehicle over a graph built anew) must give the same crews in the same order.
"""

import argparse
import gzip
import random
import statistics
import sys
import time
from pathlib import Path
from uuid import UUID

import msgspec
import numpy as np
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from _common import spread
from beffroi.assets.importing.mapping import builtin_mappings, read_mapping
from beffroi.assets.importing.plan import Draw, plan_import
from beffroi.assets.port import StreetsPort
from beffroi.assets.state import AssetsState
from beffroi.assets.streets.graph import AT_CROSSING_M, SNAP_LIMIT_M, StreetGraph
from beffroi.assets.types import Asset
from beffroi.dispatch.candidates import rank_for
from beffroi.dispatch.ranking import LATE_MIN, LOAD_MIN, WORK_MIN, Ranking
from beffroi.dispatch.types import Agent, Authorisation, Crew, DispatchState, Engagement, Move, Turn
from beffroi.equipment import registry
from beffroi.model.ids import ClockIds
from beffroi.model.ports import City, IncidentFacts
from beffroi.model.scope import Scope
from beffroi.model.time import DAY, HOUR, MINUTE, SECOND
from beffroi.server.absent import empty_city
from beffroi.telemetry.live import LiveArrays, LivePort

STREETS = Path("../shared/data/montpellier-ville/streets.geojson.gz")
CREWS = 205
LIGHTING = 60
GOAL_MS = 10.0
NOW = 1_750_536_000 * SECOND


def streets(file: Path) -> AssetsState:
    """Return a register that holds the streets of the file."""
    state = AssetsState(registry())
    mapping = read_mapping(builtin_mappings()["montpellier"])
    layers = [layer for layer in mapping.layers if layer.layer == "street"]
    draw = Draw(
        state=state,
        mapping=msgspec.structs.replace(mapping, layers=layers),
        files={"streets.geojson": gzip.decompress(file.read_bytes())},
        features={},
        ids=ClockIds(lambda: NOW),
        progress=lambda stage, share: None,
    )
    places = plan_import(draw).places
    assert places is not None
    state.places = places
    return state


def spots(graph: StreetGraph, rng: np.random.Generator, count: int) -> np.ndarray:
    """Return places a few metres beside streets."""
    arcs = graph.reachable[rng.integers(len(graph.reachable), size=count)]
    points = shapely.line_interpolate_point(graph.lines[arcs], rng.random(count), normalized=True)
    return shapely.get_coordinates(points) + rng.normal(0, 1e-4, (count, 2))


def crews(state: AssetsState, rng: np.random.Generator) -> tuple[DispatchState, City, np.ndarray]:
    """Return 205 crews on duty with their vehicles in the live arrays, a part of them with the skills asked."""
    graph = state.places.streets
    lonlat = spots(graph, rng, CREWS)
    dispatch, live = DispatchState(), LiveArrays()
    rows = []
    for number in range(CREWS):
        vehicle, agent, crew = (UUID(int=base + number) for base in (10_000, 20_000, 30_000))
        asset = Asset(id=vehicle, index=number, kind="vehicle", code=f"V{number:03d}", first_series=number * 5)
        state.put_many([asset])
        rows.append((vehicle, [number * 5, number * 5 + 1], ["lon_deg", "lat_deg"]))
        fit = number < LIGHTING
        papers = (Authorisation("electrical", NOW + (DAY if number % 7 else -DAY)),) if fit else ()
        dispatch.agents[agent] = Agent(id=agent, ends_at=NOW + 900 * DAY, authorisations=papers)
        skills = ("lighting",) if fit else ("roads",)
        dispatch.crews[crew] = Crew(
            id=crew, name=f"E{number}", trade="lighting", members=(agent,), skills=skills, vehicle=vehicle
        )
        for held in range(int(rng.integers(0, 3)) if number % 2 else 0):
            engage(dispatch, crew, number * 10 + held)
    turns = [
        Turn(kind="duty", subject=crew, start=NOW + day * DAY - 4 * HOUR, end=NOW + day * DAY + 4 * HOUR)
        for crew in dispatch.crews
        for day in range(-14, 15)
    ]
    dispatch.turns["lighting"] = tuple(sorted(turns, key=lambda turn: turn.start))
    live.expect(rows)
    live.learn(lambda asset: state.by_id[asset])
    city = empty_city()
    city.topology, city.live, city.streets = state, LivePort(live, city, registry()), StreetsPort(state)
    ages = np.where(rng.random(CREWS) < 0.1, rng.integers(121, 1500, CREWS), rng.integers(0, 60, CREWS))
    for number in range(CREWS):
        series = [number * 5, number * 5 + 1]
        live.at[series] = NOW - int(ages[number]) * SECOND
        live.value[series] = lonlat[number]
    return dispatch, city, np.column_stack([lonlat, ages])


def engage(dispatch: DispatchState, crew: UUID, number: int) -> None:
    """Give a crew an open engagement."""
    identity = UUID(int=50_000 + number)
    move = Move(id=identity, state="engaged", happened_at=NOW, recorded_at=NOW, channel="radio")
    dispatch.engagements[identity] = Engagement(
        id=identity, incident=UUID(int=1), crew=crew, started_at=NOW, moves=(move,)
    )


class Exhaustive:
    """The same question answered the long way: nothing is shared with the product but the arcs themselves."""

    def __init__(self, graph: StreetGraph, vehicles: np.ndarray) -> None:
        self.graph = graph
        self.rows: list[int] = []
        self.columns: list[int] = []
        self.costs: list[float] = []
        self.size = len(graph.nodes)
        for arc in range(len(graph.keys)):
            for open_, a, b in ((graph.forward, graph.start, graph.end), (graph.backward, graph.end, graph.start)):
                if open_[arc]:
                    self.join(int(a[arc]), int(b[arc]), float(graph.seconds[arc]))
        self.snaps = [self.snap(lon, lat) for lon, lat in vehicles[:, :2]]
        self.far = [snap[2] > SNAP_LIMIT_M for snap in self.snaps]
        self.vehicles = [self.place(snap, leaves=True) for snap in self.snaps]

    def join(self, a: int, b: int, seconds: float) -> None:
        """Add an arc."""
        self.rows.append(a)
        self.columns.append(b)
        self.costs.append(max(seconds, 1e-9))

    def snap(self, lon: float, lat: float) -> tuple[int, float, float]:
        """Return the nearest drivable arc after measuring all of them, the share of it, the metres."""
        point = shapely.points(self.graph.ground.to_metres(np.array([lon, lat])))
        metres = shapely.distance(self.graph.metres[self.graph.reachable], point)
        arc = int(self.graph.reachable[int(np.argmin(metres))])
        return (
            arc,
            float(shapely.line_locate_point(self.graph.metres[arc], point, normalized=True)),
            float(metres.min()),
        )

    def place(self, snap: tuple[int, float, float], *, leaves: bool) -> int:
        """Add a node where something stands and join it to the ends of its arc."""
        graph, (arc, share, _) = self.graph, snap
        node, self.size = self.size, self.size + 1
        start, end, seconds = int(graph.start[arc]), int(graph.end[arc]), float(graph.seconds[arc])
        length = float(graph.length_m[arc])
        if share * length < AT_CROSSING_M or (1 - share) * length < AT_CROSSING_M:
            here = start if share * length < AT_CROSSING_M else end
            self.join(node, here, 0.0) if leaves else self.join(here, node, 0.0)
            return node
        for open_, behind, ahead, part in (
            (graph.forward[arc], start, end, share),
            (graph.backward[arc], end, start, 1 - share),
        ):
            if open_:
                self.join(node, ahead, (1 - part) * seconds) if leaves else self.join(behind, node, part * seconds)
        return node

    def seconds(self, lon: float, lat: float) -> np.ndarray:
        """Return the seconds from each vehicle to one place: one forward search per vehicle."""
        kept = len(self.costs), self.size
        goal = self.snap(lon, lat)
        node = self.place(goal, leaves=False)
        for vehicle, snap in zip(self.vehicles, self.snaps, strict=True):
            if snap[0] == goal[0]:
                ahead = goal[1] - snap[1]
                if (self.graph.forward if ahead >= 0 else self.graph.backward)[goal[0]]:
                    self.join(vehicle, node, abs(ahead) * float(self.graph.seconds[goal[0]]))
        order = np.argsort(-np.array(self.costs), kind="stable")
        best = {(self.rows[i], self.columns[i]): self.costs[i] for i in order}
        pairs = np.array(list(best), np.int64)
        matrix = csr_matrix((list(best.values()), (pairs[:, 0], pairs[:, 1])), shape=(self.size, self.size))
        found = np.array([dijkstra(matrix, indices=vehicle)[node] for vehicle in self.vehicles])
        del self.rows[kept[0] :], self.columns[kept[0] :], self.costs[kept[0] :]
        self.size = kept[1]
        found[self.far] = np.inf
        return found


def expected(dispatch: DispatchState, seconds: np.ndarray, ages: np.ndarray) -> list[tuple[UUID, int]]:
    """Return (crew, minutes of road) in the order that the published rule gives, written again from its text."""
    rows = []
    for number, crew in enumerate(dispatch.crews.values()):
        papers = dispatch.agents[crew.members[0]].authorisations
        if "lighting" not in crew.skills or not any(paper.until > NOW for paper in papers):
            continue
        load = sum(one.crew == crew.id for one in dispatch.engagements.values())
        minutes = int(np.ceil(seconds[number] / 60))
        late = LATE_MIN if NOW + (minutes + WORK_MIN) * MINUTE > NOW + 4 * HOUR else 0
        doubt = int(np.ceil(ages[number] / 60)) if ages[number] > 120 else 0
        rows.append((minutes + doubt + LOAD_MIN * load + late, load, crew.id, minutes))
    return [(crew, minutes) for _, _, crew, minutes in sorted(rows)]


def main() -> int:
    """Run and print the figures; 1 when the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=400, help="places ranked for")
    parser.add_argument("--checked", type=int, default=25, help="of them, answered by the exhaustive search too")
    options = parser.parse_args()
    if not STREETS.exists():
        sys.exit(f"R18 needs {STREETS}: run it from the project's folder")
    rng = np.random.default_rng(18)
    state = streets(STREETS)
    dispatch, city, vehicles = crews(state, rng)
    graph = state.places.streets
    long_way = Exhaustive(graph, vehicles)
    places = spots(graph, rng, options.events)
    ours, worked, theirs, differences = [], [], [], 0
    rank_for(dispatch, city, facts_at(places[0], 0), NOW)
    for number, place in enumerate(places):
        facts = facts_at(place, number + 1)
        began, busy = time.perf_counter(), time.thread_time()
        ranking: Ranking = rank_for(dispatch, city, facts, NOW)
        ours.append((time.perf_counter() - began) * 1000)
        worked.append((time.thread_time() - busy) * 1000)
        if number < options.checked:
            began = time.perf_counter()
            wanted = expected(dispatch, long_way.seconds(*place), vehicles[:, 2])
            theirs.append((time.perf_counter() - began) * 1000)
            differences += wanted != [(one.crew, one.travel_min) for one in ranking.ranked]
    assert not differences, f"{differences} rankings differ from the exhaustive search"
    p95, own = (statistics.quantiles(figures, n=20)[-1] for figures in (ours, worked))
    ratio = statistics.median(theirs) / statistics.median(ours)
    sys.stdout.write(
        f"R18 ranking of {CREWS} crews on {len(graph.keys):,} arcs of Montpellier, {options.events} events\n"
        f"  whole ranking  {spread(ours, ' ms')}   p95 {p95:.2f} ms (goal {GOAL_MS:.0f})\n"
        f"  of which on the processor {spread(worked, ' ms')}   p95 {own:.2f} ms\n"
        f"  equal to the exhaustive search in {options.checked} of {options.checked}:"
        f" {spread(theirs, ' ms')}, {ratio:.0f} times slower\n"
    )
    return int(p95 > GOAL_MS)


def facts_at(place: np.ndarray, number: int) -> IncidentFacts:
    """Return a lighting event at a place."""
    return IncidentFacts(
        id=UUID(int=900_000 + number),
        number="",
        label="",
        lon=float(place[0]),
        lat=float(place[1]),
        scope=Scope("34172", "lighting", "circuit"),
    )


if __name__ == "__main__":
    random.seed(18)
    sys.exit(main())
