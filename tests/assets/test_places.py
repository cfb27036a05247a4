"""Streets, addresses and outlines: routes against a second solver, the geocoder against what people type."""

import heapq
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.assets.places import Feature, Places
from beffroi.assets.port import StreetsPort
from beffroi.assets.state import AssetsState
from beffroi.assets.streets.gazetteer import parse
from beffroi.assets.streets.graph import Arc, StreetGraph
from beffroi.assets.streets.ground import Ground
from beffroi.assets.streets.names import street_key
from beffroi.assets.streets.travel import Travel

STREETS = [
    "Rue Monge",
    "Rue Berbisey",
    "Avenue du Maréchal Foch",
    "Boulevard de Strasbourg",
    "Place Saint-Bénigne",
    "Rue du 8 Mai 1945",
    "Rue de l'Hôpital",
    "Impasse Œillets",
    "Rue Jean-Jacques Rousseau",
]


def _grid(size: int, seed: int) -> list[Arc]:
    """A town in squares of 0.001 degree, some streets one-way, some closed."""
    random = np.random.default_rng(seed)
    arcs = []
    for row in range(size):
        for column in range(size):
            here = (5 + column / 1000, 47 + row / 1000)
            for to in ((here[0] + 0.001, here[1]), (here[0], here[1] + 0.001)):
                direction = random.choice(["both", "both", "forward", "backward", "closed"])
                arcs.append(
                    Arc(str(len(arcs)), f"Rue {len(arcs)}", "", "street", str(direction), 0.0, np.array([here, to]))
                )
    return arcs


def _quickest(graph: StreetGraph, start: int, goal: int) -> float:
    """A plain Dijkstra over nodes, written apart from the product's."""
    near: dict[int, list[tuple[int, float]]] = {}
    for arc in range(len(graph.keys)):
        a, b, seconds = int(graph.start[arc]), int(graph.end[arc]), float(graph.seconds[arc])
        if graph.forward[arc]:
            near.setdefault(a, []).append((b, seconds))
        if graph.backward[arc]:
            near.setdefault(b, []).append((a, seconds))
    best, heap = {start: 0.0}, [(0.0, start)]
    while heap:
        time, node = heapq.heappop(heap)
        if node == goal:
            return time
        for other, seconds in near.get(node, ()):
            if time + seconds < best.get(other, np.inf):
                best[other] = time + seconds
                heapq.heappush(heap, (time + seconds, other))
    return float("inf")


@given(seed=st.integers(0, 10_000), a=st.integers(0, 35), b=st.integers(0, 35))
@settings(max_examples=80, deadline=None)
def test_routes_are_the_quickest_and_obey_one_ways(seed: int, a: int, b: int) -> None:
    graph = StreetGraph(_grid(6, seed), Ground(5, 47))
    if len(graph.reachable) < 4:
        return
    nodes = np.unique(np.concatenate([graph.start[graph.reachable], graph.end[graph.reachable]]))
    start, goal = int(nodes[a % len(nodes)]), int(nodes[b % len(nodes)])
    route = graph.route(tuple(graph.nodes[start]), tuple(graph.nodes[goal]))
    expected = _quickest(graph, start, goal)
    assert route is not None
    assert route.seconds == pytest.approx(expected, rel=1e-6, abs=1e-3)
    seconds = Travel(graph).seconds(np.array([graph.nodes[start]]), *graph.nodes[goal])
    assert seconds[0] == pytest.approx(expected, rel=1e-6, abs=1e-3)


def test_no_streets_no_route() -> None:
    places = Places(())
    assert places.streets.route((5, 47), (5.1, 47)) is None
    assert places.locate(5, 47).street == ""
    assert places.gazetteer.find("rue monge") == []


@pytest.fixture(scope="module")
def town() -> Places:
    features = [Feature("commune", "21231", "Dijon", "{}", shapely.to_wkb(shapely.box(4.9, 46.9, 5.2, 47.2)))]
    for i, name in enumerate(STREETS):
        line = shapely.linestrings([[5 + i / 500, 47.0], [5 + i / 500, 47.01]])
        features.append(Feature("street", str(i), name, '{"direction":"both"}', shapely.to_wkb(line)))
        for number, suffix in ((2, ""), (12, ""), (12, "bis"), (45, "b")):
            point = shapely.points(5 + i / 500 + 1e-5, 47.0 + number / 10_000 + (0.0002 if suffix else 0))
            said = f'{{"number":{number},"suffix":"{suffix}"}}'
            features.append(Feature("address", f"{i}-{number}{suffix}", name, said, shapely.to_wkb(point)))
    crossing = [[5 + i / 500, 47.0] for i in range(len(STREETS))]
    for a, b in pairwise(crossing):
        features.append(
            Feature("street", f"q{a}", "Quai des Cordeliers", "{}", shapely.to_wkb(shapely.linestrings([a, b])))
        )
    return Places(features)


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("12 rue monge", "12 Rue Monge, Dijon"),
        ("12 bis rue monge", "12 bis Rue Monge, Dijon"),
        ("12bis monge", "12 bis Rue Monge, Dijon"),
        ("12b rue monge", "12 bis Rue Monge, Dijon"),
        ("45 b rue monge", "45 b Rue Monge, Dijon"),
        ("rue monge 12", "12 Rue Monge, Dijon"),
        ("r. monge", "Rue Monge, Dijon"),
        ("rue mogne", "Rue Monge, Dijon"),
        ("12 berbisey", "12 Rue Berbisey, Dijon"),
        ("lampadaire éteint devant 12 berbisey", "12 Rue Berbisey, Dijon"),
        ("av mal foch", "Avenue du Maréchal Foch, Dijon"),
        ("bd strasbourg 12", "12 Boulevard de Strasbourg, Dijon"),
        ("bvd de strasbourgg", "Boulevard de Strasbourg, Dijon"),
        ("pl st benigne", "Place Saint-Bénigne, Dijon"),
        ("8 mai", "Rue du 8 Mai 1945, Dijon"),
        ("rue du 8 mai 1945", "Rue du 8 Mai 1945, Dijon"),
        ("2 rue du 8 mai 1945", "2 Rue du 8 Mai 1945, Dijon"),
        ("hopital", "Rue de l'Hôpital, Dijon"),
        ("oeillets", "Impasse Œillets, Dijon"),
        ("rouseau", "Rue Jean-Jacques Rousseau, Dijon"),
        ("jean jac", "Rue Jean-Jacques Rousseau, Dijon"),
        ("berb", "Rue Berbisey, Dijon"),
        ("rue monge / quai des cordeliers", "Rue Monge / Quai des Cordeliers, Dijon"),
        ("monge x cordelliers", "Rue Monge / Quai des Cordeliers, Dijon"),
        ("angle berbisey et quai cordeliers", "Rue Berbisey / Quai des Cordeliers, Dijon"),
    ],
)
def test_what_people_type(town: Places, query: str, label: str) -> None:
    hits = town.gazetteer.find(query)
    assert hits, query
    assert hits[0].label == label


@given(st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_the_geocoder_answers_anything(query: str) -> None:
    parse(street_key(query))


@pytest.mark.parametrize("query", ["", " ", "/", "12", "x", "12 bis", "°°°", "a" * 200, "/ / /", "8 8 8"])
def test_the_geocoder_outlives_odd_queries(town: Places, query: str) -> None:
    assert all(0 <= hit.score <= 100 for hit in town.gazetteer.find(query))


def test_the_commune_of_a_place_is_told_or_left_unknown(town: Places) -> None:
    state = AssetsState({})
    state.places = town
    streets = StreetsPort(state)
    assert streets.commune_at(5.0, 47.0) == "21231"
    # a hundred metres outside the outline is still ours, another country is nobody's
    assert streets.commune_at(4.899, 47.0) == "21231"
    assert streets.commune_at(2.35, 48.85) == ""
    assert streets.commune_of("Rue Monge") == "21231"
    assert streets.commune_of("n'importe où, Dijon") == "21231"
    assert streets.commune_of("zzz inconnu") == ""
    assert streets.commune_of("") == ""


def test_a_point_finds_its_street_number_and_commune(town: Places) -> None:
    place = town.locate(5.002, 47.0012)
    assert (place.commune, place.street, place.number) == ("21231", "Rue Berbisey", "12")
    assert town.locate(5.1, 47.1).street == ""


def test_metres_outside(town: Places) -> None:
    inside_and_out: Any = town.metres_outside(np.array([[5.0, 47.0], [4.89, 47.0]]))
    assert inside_and_out[0] == 0
    assert inside_and_out[1] == pytest.approx(759, rel=0.02)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_travel_from_many_places_is_each_one_s_own_route(seed: int) -> None:
    graph = StreetGraph(_grid(6, seed), Ground(5, 47))
    if len(graph.reachable) < 4:
        return
    rng = np.random.default_rng(seed)
    low, high = graph.nodes.min(axis=0), graph.nodes.max(axis=0)
    places = low + rng.random((8, 2)) * (high - low)
    travel = Travel(graph)
    for goal in places[:3]:
        found = travel.seconds(places, *goal)
        for origin, seconds in zip(places, found.tolist(), strict=True):
            route = graph.route(tuple(origin), tuple(goal))
            assert route is not None
            assert seconds == pytest.approx(route.seconds, rel=1e-6, abs=1e-3)
        assert np.array_equal(found, travel.seconds(places, *goal)), "a goal kept answers the same"


def test_far_from_every_street_there_is_no_travel() -> None:
    graph = StreetGraph(_grid(6, 1), Ground(5, 47))
    here = graph.nodes[int(graph.start[graph.reachable[0]])]
    assert np.isinf(Travel(graph).seconds(np.array([[6.0, 48.0]]), *here)).all()
    assert np.isinf(Travel(graph).seconds(np.array([here]), 6.0, 48.0)).all()
    assert np.isinf(Travel(StreetGraph([], Ground(5, 47))).seconds(np.array([here]), *here)).all()
