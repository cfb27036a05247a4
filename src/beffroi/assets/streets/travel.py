"""Travel times by road from many places to one: one search backwards from the goal, every origin read from it."""

from collections import OrderedDict
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from beffroi.assets.streets.graph import AT_CROSSING_M, SNAP_LIMIT_M, Snap, StreetGraph

KEPT_GOALS = 32
"""Goals whose search is kept: the event ranked a moment ago is the one engaged now."""


class Snaps:
    """Where each of many points falls on the graph: arc (-1 beyond SNAP_LIMIT_M) and seconds to reach its two ends."""

    def __init__(self, graph: StreetGraph, tree: shapely.STRtree, lonlat: NDArray[Any]) -> None:
        points = shapely.points(graph.ground.to_metres(np.asarray(lonlat, np.float64).reshape(-1, 2)))
        self.arc: NDArray[np.int64] = graph.reachable[tree.nearest(points)]
        lines = graph.metres[self.arc]
        self.near = shapely.distance(points, lines) <= SNAP_LIMIT_M
        self.fraction: NDArray[np.float64] = shapely.line_locate_point(lines, points, normalized=True)
        self._ends(graph)

    def _ends(self, graph: StreetGraph) -> None:
        """Standing at a crossing, every street is open: its other end is then no way out."""
        length, seconds = graph.length_m[self.arc], graph.seconds[self.arc]
        at_start = self.fraction * length < AT_CROSSING_M
        at_end = ((1 - self.fraction) * length < AT_CROSSING_M) & ~at_start
        between = ~at_start & ~at_end
        forward, backward = graph.forward[self.arc], graph.backward[self.arc]
        # driven forward, an arc leads to its end and is entered at its start
        self.to_end = np.where(at_end, 0.0, np.where(between & forward, (1 - self.fraction) * seconds, np.inf))
        self.to_start = np.where(at_start, 0.0, np.where(between & backward, self.fraction * seconds, np.inf))
        self.from_start = np.where(at_start, 0.0, np.where(between & forward, self.fraction * seconds, np.inf))
        self.from_end = np.where(at_end, 0.0, np.where(between & backward, (1 - self.fraction) * seconds, np.inf))


class Travel:
    """Answers for one version of the street graph; not to be shared between threads."""

    def __init__(self, graph: StreetGraph) -> None:
        self._graph = graph
        self._tree = shapely.STRtree(graph.metres[graph.reachable])
        self._backwards = _with_a_goal(graph)
        self._kept: OrderedDict[tuple[float, float], tuple[Snap, NDArray[np.float64]]] = OrderedDict()

    def seconds(self, origins: NDArray[Any], lon: float, lat: float) -> NDArray[np.float64]:
        """Return the seconds from each (lon, lat) to one place, infinity where no way leads there."""
        result = np.full(len(origins), np.inf)
        if not len(origins) or not len(self._graph.reachable):
            return result
        found = self._to_goal(lon, lat)
        if found is None:
            return result
        goal, to_goal = found
        snaps = Snaps(self._graph, self._tree, origins)
        start, end = self._graph.start[snaps.arc], self._graph.end[snaps.arc]
        result = np.minimum(snaps.to_end + to_goal[end], snaps.to_start + to_goal[start])
        self._same_arc(result, snaps, goal)
        result[~snaps.near] = np.inf
        return result

    def _same_arc(self, result: NDArray[np.float64], snaps: Snaps, goal: Snap) -> None:
        same = np.flatnonzero(snaps.arc == goal.arc)
        if not len(same):
            return
        ahead = goal.fraction - snaps.fraction[same]
        allowed = np.where(ahead >= 0, self._graph.forward[goal.arc], self._graph.backward[goal.arc])
        direct = np.where(allowed, np.abs(ahead) * self._graph.seconds[goal.arc], np.inf)
        result[same] = np.minimum(result[same], direct)

    def _to_goal(self, lon: float, lat: float) -> tuple[Snap, NDArray[np.float64]] | None:
        """Return where the goal falls and the seconds from every crossing to it."""
        key = (lon, lat)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        snaps = Snaps(self._graph, self._tree, np.array([[lon, lat]]))
        if not snaps.near[0]:
            return None
        arc = int(snaps.arc[0])
        ends = ((int(self._graph.start[arc]), snaps.from_start[0]), (int(self._graph.end[arc]), snaps.from_end[0]))
        self._point_goal(ends)
        size = len(self._graph.nodes)
        to_goal = dijkstra(self._backwards, indices=size)[:size]
        self._kept[key] = (Snap(arc, 0.0, float(snaps.fraction[0])), to_goal)
        while len(self._kept) > KEPT_GOALS:
            self._kept.popitem(last=False)
        return self._kept[key]

    def _point_goal(self, ends: tuple[tuple[int, float], ...]) -> None:
        """Join the goal, the last node, to the ends of its arc; what cannot be driven costs infinity."""
        for place, (node, seconds) in enumerate(ends):
            self._backwards.indices[-2 + place] = node
            # a stored zero would be read as "no arc"
            self._backwards.data[-2 + place] = max(float(seconds), 1e-9)


def _with_a_goal(graph: StreetGraph) -> csr_matrix:
    """Return the arcs driven backwards, with one node more whose two arcs are set for each goal."""
    arcs = graph.backwards()
    size = arcs.shape[0]
    data = np.append(arcs.data, [np.inf, np.inf])
    indices = np.append(arcs.indices, [0, 0]).astype(arcs.indices.dtype)
    indptr = np.append(arcs.indptr, arcs.indptr[-1] + 2).astype(arcs.indptr.dtype)
    return csr_matrix((data, indices, indptr), shape=(size + 1, size + 1))
