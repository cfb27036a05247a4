"""Payloads to columns: the shapes, forgiveness, and no message that passes for its neighbour."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.links.forgiving import forgive
from beffroi.links.http.codec import BodyError, decode_body, encode_lines
from beffroi.links.mqtt.mapping import TopicMap, decode_frames
from beffroi.links.readings import Columns, Item

NOW = 1_750_535_400_000_000
T = NOW / 1000
POINTS = {"power_w": 1, "level_pct": 2}


class Register:
    """Two sources; each speaks for its own asset."""

    def source(self, name):
        return {"alpha": 0, "beta": 1}.get(name, -1)

    def remembered(self, source):
        return {}

    def points(self, source, asset):
        if asset not in {"A", "B"}:
            return "unknown_asset"
        return POINTS if (asset == "A") == (source == 0) else "not_its_asset"


def read(*messages):
    columns = Columns(NOW)
    frames = [(topic.encode(), number, payload) for number, (topic, payload) in enumerate(messages, 1)]
    unknown = decode_frames(frames, columns, TopicMap(Register()), Register())
    return columns, unknown


def values(columns):
    return [
        (columns.source[message], series, at, value)
        for message, series, at, value in zip(
            columns.message, columns.series, columns.time_ms, columns.value, strict=True
        )
    ]


def reasons(columns):
    return [refused.reason for refused in columns.refused]


def test_each_shape_means_the_same():
    columns, _ = read(
        ("bf1/alpha/A/power_w", b'{"t": %d, "v": 1.5}' % T),
        ("bf1/alpha/A", b'{"t": %d, "p": {"power_w": 1.5}}' % T),
        ("bf1/alpha", b'[{"a": "A", "t": %d, "p": {"power_w": 1.5, "level_pct": true}}]' % T),
    )
    assert sorted(values(columns)) == [(0, 1, T, 1.5), (0, 1, T, 1.5), (0, 1, T, 1.5), (0, 2, T, 1.0)]
    assert columns.refused == []


def test_readings_without_a_time_are_stamped_apart():
    columns, _ = read(("bf1/alpha/A/power_w", b"1"), ("bf1/alpha/A/power_w", b"2"))
    assert len(set(columns.time_ms)) == 2
    assert columns.undated == [0, 0]


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("bf1/gamma", b"[]", "unknown_source"),
        ("bf1/alpha/A/power_w/more", b"1", "bad_topic"),
        ("elsewhere/alpha", b"[]", "bad_topic"),
        ("bf1", b"[]", "bad_topic"),
        ("bf1/alpha/Z/power_w", b"1", "unknown_asset"),
        ("bf1/alpha/B/power_w", b"1", "not_its_asset"),
        ("bf1/alpha/A/colour", b"1", "unknown_point"),
        ("bf1/alpha/A", b'{"p": {"colour": 1}}', "unknown_point"),
        ("bf1/alpha", b'[{"a": "B", "p": {"power_w": 1}}]', "not_its_asset"),
        ("bf1/alpha", b"nonsense", "malformed"),
        ("bf1/alpha", b"\xff\xff", "malformed"),
        ("bf1/alpha/A/power_w", b'"abc"', "malformed"),
        ("bf1/alpha/A/power_w", b"NaN", "malformed"),
        ("bf1/alpha", b'[{"a": "A", "o": "x", "r": "perhaps"}]', "malformed"),
        ("bf1/alpha", b'[{"a": "A", "o": "x", "r": "late", "t": 1e308}]', "malformed"),
        ("bf1/alpha", b'[{"a": "A", "t": [], "p": {"power_w": 1}}]', "malformed"),
    ],
)
def test_what_means_nothing_is_set_aside_with_its_reason(topic, payload, reason):
    columns, _ = read((topic, payload))
    assert reasons(columns) == [reason]
    assert columns.series == []


def test_a_device_not_adopted_is_heard_apart():
    columns, unknown = read(("bf1/new/box-7", b"anything"))
    assert [(one.client, one.payload) for one in unknown] == [("box-7", b"anything")]
    assert columns.series == []


@pytest.mark.parametrize(
    "forged",
    [
        [b'[{"a":"A","p":{"power_w":1}}],[{"a":"B","p":{"power_w":666}}]', None, b"[", b"]"],
        [b'[],"x",[{"a":"B","p":{"power_w":666}}]', None, b'[{"a":"A"', b"}]"],
        [b'[{"a":"A","p":{"power_w":1}}] [{"a":"B","p":{"power_w":666}}]', None, b"", b""],
    ],
)
def test_no_payload_passes_a_part_of_itself_off_as_its_neighbours(forged):
    """The source alpha sends broken arrays around one of beta's: what beta said is all that beta said."""
    honest = ("bf1/beta", b'[{"a":"B","t":%d,"p":{"power_w":2}}]' % T)
    columns, _ = read(*(honest if payload is None else ("bf1/alpha", payload) for payload in forged))
    assert [row for row in values(columns) if row[0] == 1] == [(1, 1, T, 2.0)]
    assert all(value != 666 for value in columns.value)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b'[{"a":"A","t":"2025-06-21T19:50:00Z","p":{"power_w":"81,2"}}]', 81.2),
        (b'[{"a":"A","t":"1750535400000","p":{"power_w":"81.2"}}]', 81.2),
        (b'[{"a":"A","t":1750535400,"p":{"power_w":81.2,"level_pct":null}}]', 81.2),
        (b'{"a":"A","t":1750535400000,"p":{"power_w":81.2}}', 81.2),
        (b'\xef\xbb\xbf[{"a":"A","t":1750535400000,"p":{"power_w":"on"}}]', 1.0),
    ],
)
def test_real_deviations_are_forgiven(payload, expected):
    columns, _ = read(("bf1/alpha", payload))
    assert values(columns) == [(0, 1, 1_750_535_400_000.0, expected)]


def test_a_bad_message_costs_only_itself():
    good = b'[{"a":"A","t":%d,"p":{"power_w":1}}]' % T
    columns, _ = read(*[("bf1/alpha", good)] * 5, ("bf1/alpha", b"]["), *[("bf1/alpha", good)] * 5)
    assert len(columns.series) == 10
    assert reasons(columns) == ["malformed"]


def test_answers_to_orders_are_kept_apart():
    columns, _ = read(("bf1/alpha", b'[{"a":"A","t":%d,"o":"o-1","r":"late"}]' % T))
    assert [(one.order, one.asset, one.answer, one.at) for one in columns.answers] == [("o-1", "A", "late", NOW)]


shapes = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "t", "p", "v", "o", "r"]), inner),
    max_leaves=12,
)


@given(st.lists(st.tuples(st.sampled_from(["", "/A", "/A/power_w", "/x/y/z"]), st.binary(max_size=60)), max_size=6))
def test_garbage_never_breaks_the_batch(messages):
    read(*((f"bf1/alpha{path}", payload) for path, payload in messages))


@given(st.lists(st.tuples(st.sampled_from(["", "/A", "/A/power_w"]), shapes.map(msgspec.json.encode)), max_size=6))
def test_well_formed_nonsense_never_breaks_the_batch(messages):
    columns, _ = read(*((f"bf1/alpha{path}", payload) for path, payload in messages))
    assert len(columns.series) == len(columns.value) == len(columns.time_ms)


@given(st.binary(max_size=80))
def test_forgiveness_has_limits(payload):
    try:
        forgive(payload)
    except (ValueError, ArithmeticError, RecursionError):
        pass


def test_bodies_are_read_as_an_array_or_as_lines():
    items = [Item("A", 1.0, {"power_w": 1.0}), Item("B", 2.0, {"power_w": 2.0})]
    assert decode_body(msgspec.json.encode(items))[:2] == (items, [1, 2])
    assert decode_body(encode_lines(items))[:2] == (items, [1, 2])
    found, lines, refused = decode_body(encode_lines(items[:1]) + b"oops\n\n" + encode_lines(items[1:]))
    assert (found, lines, [line.line for line in refused]) == (items, [1, 4], [2])
    found, lines, refused = decode_body(b'[{"a":"A","t":1,"p":{"power_w":1}}, 5]')
    assert (lines, [line.line for line in refused]) == ([1], [2])
    with pytest.raises(BodyError):
        decode_body(b"[1, ")


@given(st.binary(max_size=120))
def test_bodies_of_garbage_are_refused(body):
    try:
        items, lines, _ = decode_body(body)
    except BodyError:
        return
    assert len(items) == len(lines)
