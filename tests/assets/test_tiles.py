"""The map's bytes, read back by programs that are not ours."""

import gzip

import mapbox_vector_tile
import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.assets.columns import Columns
from beffroi.assets.places import Feature, Places
from beffroi.assets.tiles.base_map import BaseMap, to_world
from beffroi.assets.tiles.clusters import SEVERITY, Grid
from beffroi.assets.tiles.mvt import LINE, POINT, POLYGON, TileFeature, encode_tile
from beffroi.assets.tiles.positions import RECORD, encode_positions

UNIT = st.integers(-64, 4160)
POINTS = st.lists(st.tuples(UNIT, UNIT), min_size=2, max_size=9)
VALUE = st.text(max_size=5) | st.integers(-(2**40), 2**40) | st.booleans() | st.floats(allow_nan=False)


@given(
    lines=st.lists(POINTS, min_size=1, max_size=4),
    properties=st.dictionaries(st.text(min_size=1, max_size=5), VALUE, max_size=4),
)
@settings(max_examples=200, deadline=None)
def test_an_independent_decoder_reads_lines_back(lines: list[list[tuple[int, int]]], properties: dict) -> None:
    parts = [np.array(line, np.int64) for line in lines]
    data = encode_tile({"street": [TileFeature(LINE, parts, properties)]})
    layer = mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})["street"]
    feature = layer["features"][0]
    found = feature["geometry"]["coordinates"]
    found = [found] if feature["geometry"]["type"] == "LineString" else found
    assert [[tuple(point) for point in line] for line in found] == lines
    assert feature["properties"] == properties
    assert layer["extent"] == 4096


def test_points_and_a_polygon_with_a_hole() -> None:
    ring = np.array([[0, 0], [100, 0], [100, 100], [0, 100]])
    hole = np.array([[10, 10], [10, 20], [20, 20], [20, 10]])
    data = encode_tile(
        {
            "area": [TileFeature(POLYGON, [ring, hole], {"name": "parc"})],
            "dot": [TileFeature(POINT, [np.array([[5, 6]])], {})],
        }
    )
    tile = mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})
    shape = shapely.geometry.shape(tile["area"]["features"][0]["geometry"])
    assert shape.area == 100 * 100 - 10 * 10
    assert tile["dot"]["features"][0]["geometry"]["coordinates"] == [5, 6]


def _feature(layer: str, key: str, name: str, shape: object, properties: str = "{}") -> Feature:
    return Feature(layer, key, name, properties, shapely.to_wkb(shape))


def test_the_base_map_shows_each_layer_where_it_is() -> None:
    places = Places(
        [
            _feature("commune", "21231", "Dijon", shapely.box(5.0, 47.3, 5.1, 47.4)),
            _feature("green_space", "p", "Parc", shapely.box(5.04, 47.34, 5.06, 47.36)),
            _feature(
                "street", "1", "Rue Monge", shapely.linestrings([[5.0, 47.35], [5.1, 47.35]]), '{"direction":"forward"}'
            ),
        ]
    )
    base = BaseMap(places)
    z = 12
    x, y = (int(value * 2**z) for value in to_world(np.array([[5.05, 47.35]]))[0])
    content = base.tile(z, x, y)
    tile = mapbox_vector_tile.decode(gzip.decompress(content), default_options={"y_coord_down": True})
    assert set(tile) == {"commune", "green_space", "street"}
    assert tile["street"]["features"][0]["properties"] == {"name": "Rue Monge", "class": "street", "oneway": 1}
    drawn = sum(
        shapely.geometry.shape(feature["geometry"]).area
        for column in range(x - 2, x + 3)
        for row in range(y - 3, y + 4)
        for feature in _read(base, z, column, row).get("green_space", {"features": []})["features"]
    )
    expected = base.layers["green_space"].area[0] * (4096 * 2**z) ** 2
    assert abs(drawn - expected) / expected < 0.1
    assert base.tile(z, 0, 0) == b""


def _read(base: BaseMap, z: int, x: int, y: int) -> dict:
    content = base.tile(z, x, y)
    return mapbox_vector_tile.decode(gzip.decompress(content)) if content else {}


def _columns(count: int, seed: int = 3) -> Columns:
    random = np.random.default_rng(seed)
    columns = Columns()
    columns.append(
        random.uniform(4.9, 5.2, count),
        random.uniform(47.2, 47.4, count),
        random.integers(0, 14, count).astype(np.uint16),
        random.integers(0, 23, count).astype(np.uint16),
        np.full(count, -1, np.int32),
        np.ones(count, np.bool_),
    )
    return columns


def test_positions_are_sixteen_bytes_each() -> None:
    columns = _columns(1000)
    mask = np.arange(1000) % 3 == 0
    data = encode_positions(columns, mask)
    count = int.from_bytes(data[:4], "little")
    assert count == mask.sum() == (len(data) - 4) / 16
    records = np.frombuffer(data[4:], RECORD)
    assert records["index"].tolist() == np.flatnonzero(mask).tolist()
    assert np.abs(records["lon"] - columns.lon[mask]).max() < 1e-6
    assert records["kind"].tolist() == columns.kind[mask].tolist()


@given(st.integers(0, 300), st.floats(3, 16), st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_clusters_count_each_asset_once_and_keep_the_worst(count: int, zoom: float, seed: int) -> None:
    columns = _columns(count, seed)
    states = np.random.default_rng(seed).integers(0, 12, count).astype(np.uint8)
    box = (4.95, 47.25, 5.15, 47.35)
    mask = np.ones(count, np.bool_)
    clusters = Grid(columns.lon, columns.lat).clusters(zoom, box, mask, states)
    inside = [i for i in range(count) if box[0] <= columns.lon[i] <= box[2] and box[1] <= columns.lat[i] <= box[3]]
    assert sum(cluster.count for cluster in clusters) == len(inside)
    assert sum(cluster.faults for cluster in clusters) == sum(SEVERITY[states[i]] >= 3 for i in inside)
    if inside:
        worst = max(int(SEVERITY[states[i]]) for i in inside)
        assert max(int(SEVERITY[cluster.worst]) for cluster in clusters) == worst
