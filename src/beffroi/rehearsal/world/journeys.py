"""Where things move: buses turn on their loops, crews go from call to call by the shortest way, on the street graph."""

from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from beffroi.model.time import MINUTE, SECOND, Micros
from beffroi.rehearsal.plant.types import Floats, Roads
from beffroi.rehearsal.world.noise import share

STOP_EVERY = 7
STOP_S = 18.0
STAY_S = (120.0, 1_500.0)
_METRES_PER_DEGREE = 111_195.0


class Fix(msgspec.Struct, frozen=True, gc=False):
    """Where a mover is: degrees, km/h, degrees from north."""

    lon: float
    lat: float
    speed_kmh: float
    heading_deg: float


class _Track(msgspec.Struct):
    """Nodes passed with the second of each, from 0."""

    seconds: Floats
    lonlat: Floats

    def at(self, second: float) -> Fix:
        """Return the place and speed at a second of the track."""
        leg = int(np.searchsorted(self.seconds, second, "right")) - 1
        leg = min(max(leg, 0), len(self.seconds) - 2)
        start, end = self.lonlat[leg], self.lonlat[leg + 1]
        span = self.seconds[leg + 1] - self.seconds[leg]
        part = min(max((second - self.seconds[leg]) / span, 0.0), 1.0) if span else 0.0
        east = (end[0] - start[0]) * np.cos(np.radians(start[1])) * _METRES_PER_DEGREE
        north = (end[1] - start[1]) * _METRES_PER_DEGREE
        metres = float(np.hypot(east, north))
        return Fix(
            float(start[0] + (end[0] - start[0]) * part),
            float(start[1] + (end[1] - start[1]) * part),
            metres / span * 3.6 if span and 0 < part < 1 else 0.0,
            float(np.degrees(np.arctan2(east, north)) % 360) if metres else 0.0,
        )


class Journeys:
    """All the ways that are driven; asked for times that never go back for a same mover."""

    def __init__(self, roads: Roads, seed: int) -> None:
        size = len(roads.nodes)
        graph = csr_matrix((roads.seconds, (roads.a, roads.b)), shape=(size, size))
        self._seed = seed
        self._roads = roads
        self._graph = graph
        self._before: dict[int, NDArray[np.int32]] = {}
        self._loops = [self._loop(loop) for loop in roads.loops]
        self._trips: dict[int, tuple[Micros, Micros, int, int, _Track]] = {}

    def on_loop(self, line: int, bus: int, at: Micros) -> Fix:
        """Return where a bus is on its loop; buses of a line keep an even distance."""
        track = self._loops[line]
        whole = track.seconds[-1]
        return track.at(float((at / SECOND + whole * ((bus * 0.618034) % 1.0)) % whole))

    def wandering(self, mover: int, at: Micros) -> Fix:
        """Return where a crew is: it drives to a call, stays, drives to the next."""
        trip = self._trips.get(mover) or self._first(mover, at)
        while at >= trip[1]:
            trip = self._next(mover, trip)
        self._trips[mover] = trip
        return trip[4].at((at - trip[0]) / SECOND)

    def _first(self, mover: int, at: Micros) -> tuple[Micros, Micros, int, int, _Track]:
        origin = int(share(self._seed, np.array([mover]), 51)[0] * len(self._roads.calls))
        start = at - at % (30 * MINUTE)
        return self._trip(mover, start, 0, origin)

    def _next(
        self, mover: int, trip: tuple[Micros, Micros, int, int, _Track]
    ) -> tuple[Micros, Micros, int, int, _Track]:
        return self._trip(mover, trip[1], trip[2] + 1, trip[3])

    def _trip(self, mover: int, start: Micros, number: int, origin: int) -> tuple[Micros, Micros, int, int, _Track]:
        """Return (start, end, number, destination, track) of one trip, its stay included."""
        draw = share(self._seed, np.array([mover * 8192 + number, mover * 8192 + number + 4096]), 52)
        calls = self._roads.calls
        goal = (origin + 1 + int(draw[0] * (len(calls) - 1))) % len(calls)
        track = self._way(calls[origin], calls[goal])
        stay = STAY_S[0] + draw[1] * (STAY_S[1] - STAY_S[0])
        end = start + int((float(track.seconds[-1]) + stay) * SECOND)
        return start, end, number, goal, track

    def _way(self, origin: int, goal: int) -> _Track:
        before = self._before.get(origin)
        if before is None:
            _, tree = dijkstra(self._graph, indices=[origin], return_predecessors=True)
            before = self._before[origin] = tree[0]
        path = [goal]
        while before[path[-1]] >= 0:
            path.append(int(before[path[-1]]))
        return self._track(path[::-1], 0.0)

    def _loop(self, nodes: tuple[int, ...]) -> _Track:
        return self._track(list(nodes), STOP_S)

    def _track(self, nodes: list[int], stop_s: float) -> _Track:
        """Return the track through nodes; with `stop_s` it halts there every STOP_EVERY nodes."""
        if len(nodes) < 2:
            nodes = nodes * 2
        places = self._roads.nodes[nodes]
        legs = np.array([self._leg(a, b) for a, b in pairwise(nodes)])
        if not stop_s:
            return _Track(np.r_[0.0, np.cumsum(legs)], places)
        halts = np.arange(0, len(nodes), STOP_EVERY)
        times = np.insert(legs, halts[halts < len(legs)], stop_s)
        seen = np.insert(places, halts[halts < len(legs)], places[halts[halts < len(legs)]], axis=0)
        return _Track(np.r_[0.0, np.cumsum(times)], seen)

    def _leg(self, a: int, b: int) -> float:
        seconds = float(self._graph[a, b])
        return seconds if seconds > 0 else 8.0
