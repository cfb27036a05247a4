"""The OsmAnd protocol: both of its forms, its deviations, garbage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.links.osmand.codec import FixError, decode_request, encode_query
from beffroi.links.osmand.messages import Fix


def test_the_query_form_is_read_in_knots():
    fix = decode_request("id=V012&lat=47.32&lon=5.04&timestamp=1750535400&speed=10&bearing=90&accuracy=5&key=s", b"")
    assert (fix.device, fix.key, fix.t_ms, fix.heading_deg) == ("V012", "s", 1_750_535_400_000.0, 90.0)
    assert fix.speed_kmh == pytest.approx(18.52)
    assert set(fix.points()) == {"lon_deg", "lat_deg", "speed_kmh", "heading_deg"}


def test_the_json_form_is_read_in_metres_a_second():
    body = (
        b'{"location":{"timestamp":"2025-06-21T19:50:00.000Z","coords":{"latitude":47.32,"longitude":5.04,'
        b'"speed":10,"heading":-1,"accuracy":4}},"device_id":"V012~secret"}'
    )
    fix = decode_request("", body)
    assert (fix.device, fix.key, fix.heading_deg, fix.speed_kmh) == ("V012", "secret", None, 36.0)
    assert fix.t_ms == 1_750_535_400_000.0


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("lat=47&lon=5", "osmand.no_device"),
        ("id=a&lon=5", "osmand.missing"),
        ("id=a&lat=north&lon=5", "osmand.not_a_number"),
        ("id=a&lat=nan&lon=5", "osmand.not_a_number"),
        ("id=a&lat=0&lon=0", "osmand.no_fix"),
        ("id=a&lat=95&lon=5", "osmand.no_fix"),
        ("id=a&lat=47&lon=5&timestamp=yesterday", "osmand.bad_time"),
    ],
)
def test_what_is_not_a_position_is_refused_with_its_reason(query, code):
    with pytest.raises(FixError) as refused:
        decode_request(query, b"")
    assert refused.value.code == code


def test_a_form_body_and_a_spaced_time_are_forgiven():
    fix = decode_request("", b"id=V1&lat=47,32&lon=5.04&timestamp=2025-06-21 19:50:00")
    assert (fix.lat_deg, fix.t_ms) == (47.32, 1_750_535_400_000.0)


@given(
    st.builds(
        Fix,
        device=st.text(st.characters(categories=("L", "N")), min_size=1, max_size=10),
        lon_deg=st.floats(1, 179),
        lat_deg=st.floats(-89, 89),
        t_ms=st.integers(1_000_000_000_000, 2_000_000_000_000).map(float),
        speed_kmh=st.none() | st.floats(0, 200),
        heading_deg=st.none() | st.floats(0, 359),
        key=st.just("k"),
    )
)
def test_a_fix_read_back_is_the_fix_sent(fix):
    read = decode_request(encode_query(fix), b"")
    assert (read.device, read.t_ms, read.key) == (fix.device, fix.t_ms, fix.key)
    assert read.lon_deg == pytest.approx(fix.lon_deg, abs=1e-6)
    assert (read.speed_kmh is None) == (fix.speed_kmh is None)
    assert read.speed_kmh == pytest.approx(fix.speed_kmh, abs=0.01) if fix.speed_kmh is not None else True


@given(st.text(max_size=60), st.binary(max_size=80))
def test_garbage_is_refused(query, body):
    try:
        decode_request(query, body)
    except FixError:
        pass
