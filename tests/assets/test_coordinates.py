"""The system of coordinates is found by trying, on a real territory, and the axes too."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from beffroi.assets.importing.coordinates import CANDIDATES, WGS84, Reference, convert, detect, to_wgs84

DIJON = (4.93, 47.23, 5.19, 47.42)
MONTPELLIER = (3.80, 43.56, 3.95, 43.66)
PLACES = {"dijon": (DIJON, "EPSG:3947"), "montpellier": (MONTPELLIER, "EPSG:3944")}


def _points(box: tuple[float, float, float, float], count: int = 50) -> np.ndarray:
    random = np.random.default_rng(7)
    return np.column_stack([random.uniform(box[0], box[2], count), random.uniform(box[1], box[3], count)])


@pytest.mark.parametrize("city", PLACES)
@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("system", ["EPSG:4326", "EPSG:2154", "zone", "EPSG:27572", "EPSG:3857"])
def test_every_french_system_is_recognised(city: str, system: str, swapped: bool) -> None:
    box, zone = PLACES[city]
    crs = zone if system == "zone" else system
    lonlat = _points(box)
    x, y = Transformer.from_crs(WGS84, crs, always_xy=True).transform(lonlat[:, 0], lonlat[:, 1])
    given_xy = np.column_stack([y, x] if swapped else [x, y])
    found = detect(given_xy, box)
    assert found is not None
    assert (found.crs, found.swapped) == (crs, swapped)
    back = to_wgs84(given_xy[:, ::-1] if swapped else given_xy, found.crs)
    assert np.abs(back - lonlat).max() < 1e-6


def test_a_false_declaration_does_not_win() -> None:
    x, y = Transformer.from_crs(WGS84, "EPSG:2154", always_xy=True).transform(*_points(DIJON).T)
    found = detect(np.column_stack([x, y]), DIJON, "EPSG:4326")
    assert found == Reference("EPSG:2154", False, 1.0)


def test_a_few_strays_do_not_hide_the_system() -> None:
    points = _points(DIJON)
    points[:10] = (0.0, 0.0)
    found = detect(points, DIJON)
    assert found is not None
    assert (found.crs, found.swapped) == (WGS84, False)


def test_nowhere_is_nothing() -> None:
    assert detect(np.array([[151.2, -33.8]] * 5), DIJON) is None
    assert detect(np.array([[np.nan, np.nan]]), DIJON) is None


@given(st.lists(st.tuples(st.floats(), st.floats()), max_size=20))
@settings(max_examples=150, deadline=None)
def test_any_numbers_are_judged_without_a_crash(pairs: list[tuple[float, float]]) -> None:
    found = detect(np.array(pairs, np.float64).reshape(-1, 2), DIJON)
    assert found is None or found.crs in CANDIDATES


def test_shapes_are_converted_whole() -> None:
    import shapely

    line = shapely.linestrings([[47.3, 5.0], [47.31, 5.01]])
    turned = convert(np.array([line], object), Reference(WGS84, True, 1.0))
    assert shapely.get_coordinates(turned).tolist() == [[5.0, 47.3], [5.01, 47.31]]
