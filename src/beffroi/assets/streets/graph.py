"""The routable street graph: arcs with one-ways, nearest arc, travel times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from beffroi.assets.streets.ground import Ground
from beffroi.assets.streets.names import street_key

Direction = Literal["both", "forward", "backward", "closed"]
SPEEDS_KMH = {"motorway": 90.0, "primary": 45.0, "secondary": 38.0, "street": 26.0, "path": 8.0}
"""Mean speeds in a French city by class of street, stops included; a feature's own `speed_kmh` wins."""
SNAP_LIMIT_M = 2_000.0
AT_CROSSING_M = 1.0


class Arc(msgspec.Struct, frozen=True, gc=False):
    """One stretch of street between two crossings; `line` is (n, 2) degrees."""

    key: str
    name: str
    code: str
    road_class: str
    direction: Direction
    speed_kmh: float
    line: Any


class Snap(msgspec.Struct, frozen=True):
    """The nearest arc of a point: how far it is and where along the arc, 0 at its start to 1 at its end."""

    arc: int
    distance_m: float
    fraction: float


class Route(msgspec.Struct, frozen=True):
    """The quickest way by road: seconds, metres and its line as (lon, lat) degrees."""

    seconds: float
    metres: float
    line: list[tuple[float, float]]


class StreetGraph:
    """Arcs in compact arrays; built once per version of the streets, never changed."""

    def __init__(self, arcs: Sequence[Arc], ground: Ground) -> None:
        self.ground = ground
        self.keys = [arc.key for arc in arcs]
        self.names: list[str] = list(dict.fromkeys(arc.name for arc in arcs))
        numbers = {name: number for number, name in enumerate(self.names)}
        self.name_of = np.array([numbers[arc.name] for arc in arcs], np.int32)
        self.classes = [arc.road_class for arc in arcs]
        self.lines = shapely.linestrings(
            np.concatenate([arc.line for arc in arcs]) if arcs else np.zeros((0, 2)),
            indices=np.repeat(np.arange(len(arcs)), [len(arc.line) for arc in arcs]) if arcs else np.zeros(0, int),
        )
        metres = shapely.transform(self.lines, ground.to_metres)
        self.metres = metres
        self.tree = shapely.STRtree(metres)
        self.length_m: NDArray[np.float64] = shapely.length(metres)
        speed = np.array([arc.speed_kmh or SPEEDS_KMH.get(arc.road_class, 26.0) for arc in arcs], np.float64)
        self.seconds = self.length_m / np.maximum(speed, 1.0) * 3.6
        self.start, self.end, self.nodes = _number_nodes(arcs)
        self.forward = np.array([arc.direction in ("both", "forward") for arc in arcs], np.bool_)
        self.backward = np.array([arc.direction in ("both", "backward") for arc in arcs], np.bool_)
        self._matrix, self._matrix_arc = self._build_matrix()
        self.reachable = self._find_reachable()
        self._reachable_tree = shapely.STRtree(metres[self.reachable])
        self._nodes_by_street: dict[str, NDArray[np.int32]] | None = None

    def _build_matrix(self) -> tuple[csr_matrix, dict[tuple[int, int], int]]:
        """Keep the quickest of parallel arcs, which a sparse matrix would otherwise add up."""
        numbers = np.arange(len(self.keys))
        rows = np.concatenate([self.start[self.forward], self.end[self.backward]])
        columns = np.concatenate([self.end[self.forward], self.start[self.backward]])
        arcs = np.concatenate([numbers[self.forward], numbers[self.backward]])
        seconds = np.maximum(self.seconds[arcs], 1e-3) if len(arcs) else np.zeros(0)
        order = np.argsort(-seconds, kind="stable")
        best = {(int(rows[i]), int(columns[i])): int(arcs[i]) for i in order}
        pairs = np.array(list(best), np.int32).reshape(-1, 2)
        weights = np.maximum(self.seconds[list(best.values())], 1e-3) if best else np.zeros(0)
        size = len(self.nodes)
        return csr_matrix((weights, (pairs[:, 0], pairs[:, 1])), shape=(size, size)), best

    def backwards(self) -> csr_matrix:
        """Return the arcs as driven towards a goal: rows are ends, columns starts, seconds."""
        return self._matrix.T.tocsr()

    def _find_reachable(self) -> NDArray[np.int64]:
        """List the arcs from and to which the rest of the city can be driven: a snap elsewhere would lead nowhere."""
        if not self.keys:
            return np.zeros(0, np.int64)
        _, label = connected_components(self._matrix, directed=True, connection="strong")
        main = np.argmax(np.bincount(label))
        open_ = self.forward | self.backward
        return np.flatnonzero(open_ & (label[self.start] == main) & (label[self.end] == main))

    def nearest(self, lonlat: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the nearest arc of each (lon, lat) and its distance in metres; -1 and infinity without streets."""
        if not self.keys:
            return np.full(len(lonlat), -1), np.full(len(lonlat), np.inf)
        points = shapely.points(self.ground.to_metres(lonlat))
        arcs = self.tree.nearest(points)
        return arcs, shapely.distance(points, self.metres[arcs])

    def nearest_arc(self, lon: float, lat: float) -> Snap | None:
        """Return the nearest arc that can be driven from a point, or nothing beyond SNAP_LIMIT_M."""
        if not len(self.reachable):
            return None
        point = shapely.points(self.ground.to_metres(np.array([lon, lat])))
        arc = int(self.reachable[self._reachable_tree.nearest(point)])
        distance = float(shapely.distance(point, self.metres[arc]))
        if distance > SNAP_LIMIT_M:
            return None
        return Snap(arc, distance, float(shapely.line_locate_point(self.metres[arc], point, normalized=True)))

    def route(self, origin: tuple[float, float], target: tuple[float, float]) -> Route | None:
        """Return the quickest way between two (lon, lat) by road, one-ways obeyed, or nothing when there is none."""
        start, goal = self.nearest_arc(*origin), self.nearest_arc(*target)
        if start is None or goal is None:
            return None
        exits, entries = self._exits(start), self._entries(goal)
        direct = self._along(start, goal)
        best = (direct, -1, -1) if direct is not None else (np.inf, -1, -1)
        before = None
        if exits and entries:
            times, before = dijkstra(self._matrix, indices=list(exits), return_predecessors=True)
            for row, left in enumerate(exits.values()):
                for node, right in entries.items():
                    total = left + float(times[row, node]) + right
                    if total < best[0]:
                        best = (total, row, node)
        if not np.isfinite(best[0]):
            return None
        arcs = [] if before is None or best[1] < 0 else self._walk(before[best[1]], list(exits)[best[1]], best[2])
        return self._describe(best[0], start, goal, arcs)

    def _crossing_at(self, snap: Snap) -> int | None:
        """Return the crossing where a snap stands: there every street is open, not only the one it fell on."""
        length = float(self.length_m[snap.arc])
        if snap.fraction * length < AT_CROSSING_M:
            return int(self.start[snap.arc])
        if (1 - snap.fraction) * length < AT_CROSSING_M:
            return int(self.end[snap.arc])
        return None

    def _exits(self, snap: Snap) -> dict[int, float]:
        if (node := self._crossing_at(snap)) is not None:
            return {node: 0.0}
        seconds = float(self.seconds[snap.arc])
        found: dict[int, float] = {}
        if self.forward[snap.arc]:
            found[int(self.end[snap.arc])] = (1 - snap.fraction) * seconds
        if self.backward[snap.arc]:
            found[int(self.start[snap.arc])] = snap.fraction * seconds
        return found

    def _entries(self, snap: Snap) -> dict[int, float]:
        if (node := self._crossing_at(snap)) is not None:
            return {node: 0.0}
        seconds = float(self.seconds[snap.arc])
        found: dict[int, float] = {}
        if self.forward[snap.arc]:
            found[int(self.start[snap.arc])] = snap.fraction * seconds
        if self.backward[snap.arc]:
            found[int(self.end[snap.arc])] = (1 - snap.fraction) * seconds
        return found

    def _along(self, start: Snap, goal: Snap) -> float | None:
        if start.arc != goal.arc:
            return None
        ahead = goal.fraction - start.fraction
        allowed = self.forward[start.arc] if ahead >= 0 else self.backward[start.arc]
        return abs(ahead) * float(self.seconds[start.arc]) if allowed else None

    def _walk(self, before: NDArray[Any], first: int, last: int) -> list[tuple[int, bool]]:
        """List (arc, driven forward) from one node to another."""
        found: list[tuple[int, bool]] = []
        node = last
        while node != first:
            previous = int(before[node])
            arc = self._matrix_arc[(previous, node)]
            found.append((arc, int(self.start[arc]) == previous))
            node = previous
        return found[::-1]

    def _describe(self, seconds: float, start: Snap, goal: Snap, arcs: list[tuple[int, bool]]) -> Route:
        line: list[tuple[float, float]] = [self._point(start)]
        for arc, forward in arcs:
            cells = shapely.get_coordinates(self.lines[arc])
            line.extend((float(x), float(y)) for x, y in (cells if forward else cells[::-1]))
        line.append(self._point(goal))
        steps = np.diff(self.ground.to_metres(np.array(line)), axis=0)
        return Route(float(seconds), float(np.hypot(steps[:, 0], steps[:, 1]).sum()), line)

    def _point(self, snap: Snap) -> tuple[float, float]:
        point = shapely.line_interpolate_point(self.lines[snap.arc], snap.fraction, normalized=True)
        return float(shapely.get_x(point)), float(shapely.get_y(point))

    def crossing(self, first: str, second: str) -> tuple[float, float] | None:
        """Return where two streets (by compared names) meet, or nothing; the first crossing when they meet twice."""
        if self._nodes_by_street is None:
            self._nodes_by_street = self._index_nodes()
        left, right = self._nodes_by_street.get(first), self._nodes_by_street.get(second)
        if left is None or right is None:
            return None
        shared = np.intersect1d(left, right)
        if not len(shared):
            return None
        lon, lat = self.nodes[int(shared[0])]
        return float(lon), float(lat)

    def _index_nodes(self) -> dict[str, NDArray[np.int32]]:
        found: dict[str, set[int]] = {}
        for arc, name in enumerate(self.name_of):
            nodes = found.setdefault(street_key(self.names[name]), set())
            nodes.update((int(self.start[arc]), int(self.end[arc])))
        return {name: np.array(sorted(nodes), np.int32) for name, nodes in found.items() if name}


def _number_nodes(arcs: Sequence[Arc]) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    """Number the end points of arcs; ends closer than 0.1 m are one crossing."""
    if not arcs:
        return np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros((0, 2))
    ends = np.array([arc.line[0] for arc in arcs] + [arc.line[-1] for arc in arcs], np.float64)
    cells, numbers = np.unique(np.round(ends * 1e6).astype(np.int64), axis=0, return_inverse=True)
    flat = numbers.reshape(-1).astype(np.int32)
    return flat[: len(arcs)], flat[len(arcs) :], cells / 1e6
