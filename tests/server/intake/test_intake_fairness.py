"""One mad gateway in the session that all share: it alone pays, and its owner is told what was not kept."""

import asyncio
import threading
import time
from statistics import median

import msgspec
import numpy as np
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.server.intake.conftest import running_street

from beffroi.links.mqtt.mapping import LARGEST_BYTES, TopicMap
from beffroi.server.intake.skim import skim, values_in
from beffroi.telemetry.quota import Buckets

RATE, BURST = 10.0, 2_000.0
MAD, OTHERS = 0, (1, 2, 3)
ITEMS, ARRAYS = 200, 300


class Known:
    """Three sources by name."""

    def source(self, name):
        return ("a", "b", "c").index(name) if name in ("a", "b", "c") else -1

    def points(self, source, asset):
        return {"p": source}

    def remembered(self, source):
        return {}


def array(count, points=1):
    told = {f"p{number}": 1.5 for number in range(points)}
    return msgspec.json.encode([{"a": f"L{n}", "t": 1_700_000_000_000, "p": told} for n in range(count)])


@given(count=st.integers(1, 30), points=st.integers(1, 5))
def test_values_are_counted_without_decoding(count, points):
    assert values_in(1, array(count, points)) == count * points
    assert values_in(2, b'{"t": 17, "p": {"x": 1, "y": 2}}') == 2
    assert values_in(3, b"81.2") == values_in(1, b"garbage") == 1


@given(
    st.lists(st.tuples(st.sampled_from("abcz"), st.integers(1, 40)), max_size=40),
    st.lists(st.integers(0, 400), min_size=3, max_size=3),
)
def test_skimming_keeps_what_the_quota_keeps_and_the_newest_of_each_topic(sent, tokens):
    frames = [(f"bf1/{name}".encode(), number, array(values)) for number, (name, values) in enumerate(sent)]
    buckets = Buckets(np.zeros(3), np.array(tokens, float), 0.0)
    kept, aside = skim(frames, TopicMap(Known()), buckets, 750_000)
    for index, name in enumerate("abc"):
        mine = [(number, values) for number, (one, values) in enumerate(sent) if one == name]
        fits = np.cumsum([values for _, values in mine]) <= tokens[index]
        within = [number for (number, _), good in zip(mine, fits, strict=True) if good]
        over = [pair for pair, good in zip(mine, fits, strict=True) if not good]
        assert [one[1] for one in kept if one[0] == f"bf1/{name}".encode()] == within + [n for n, _ in over[-1:]]
        assert aside.get(index, 0) == sum(values for _, values in over[:-1])
    assert [frame for frame in kept if frame[0] == b"bf1/z"] == [frame for frame in frames if frame[0] == b"bf1/z"]


@pytest.fixture(scope="module")
def limited():
    """A street whose first gateway has a small quota."""
    with running_street(rate=1e6, burst=1e6) as street:
        with psycopg.connect(bench_dsn(street)) as connection:
            connection.execute("UPDATE source SET rate = %s, burst = %s WHERE name = 'gw0000'", [RATE, BURST])
        street.kill()
        street.start()
        yield street


def bench_dsn(street):
    from tests.server.intake.conftest import bench

    return bench.dsn_owner(street.settings)


def flood(street, bench, start_ms):
    mine = street.mine(MAD)
    payloads = [
        msgspec.json.encode(
            [
                {
                    "a": bench.code_of(mine[n % len(mine)]),
                    "t": start_ms + number * 10 + n // len(mine),
                    "p": {"power_w": 1},
                }
                for n in range(ITEMS)
            ]
        )
        for number in range(ARRAYS)
    ]
    asyncio.run(bench.publish(street.settings.mqtt_port, street.sources[MAD], payloads, window=200))


def others_wait(street, bench, seconds):
    """Return how long each array of the others took to be in the history, seconds."""
    waits = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        at = street.now_ms()
        began = time.monotonic()
        for gateway in OTHERS:
            payload = street.array(street.mine(gateway)[:2], at, power_w=2)
            asyncio.run(bench.publish(street.settings.mqtt_port, street.sources[gateway], [payload]))
        while street.fetch("SELECT count(*) FROM sample WHERE time = %s", [at * 1000])[0][0] < 2 * len(OTHERS):
            time.sleep(0.005)
        waits.append(time.monotonic() - began)
    return waits


def test_the_others_do_not_wait_behind_one_mad_gateway(limited, bench, wait_until):
    before = median(others_wait(limited, bench, 3.0))
    start_ms = limited.now_ms() - ARRAYS * 10
    mad = threading.Thread(target=flood, args=(limited, bench, start_ms))
    mad.start()
    during = others_wait(limited, bench, 3.0)
    mad.join(60)
    over = lambda: limited.count("over_quota", "gw0000")  # noqa: E731 - asked again and again
    received = lambda: limited.count("received", "gw0000")  # noqa: E731
    wait_until(lambda: over() + received() == ITEMS * ARRAYS, 30)
    print(f"wait of the others: {before * 1000:.0f} ms alone, {median(during) * 1000:.0f} ms beside the mad one")
    assert BURST - ITEMS <= received() <= BURST + RATE * 60
    assert median(during) < max(4 * before, 2.0)
    assert [limited.count("over_quota", f"gw000{gateway}") for gateway in OTHERS] == [0, 0, 0]
    newest = (start_ms + (ARRAYS - 1) * 10) * 1000
    assert not limited.fetch("SELECT 1 FROM sample WHERE time >= %s AND value = 1", [newest])


def test_an_array_too_large_is_refused_whole_and_its_owner_told(street, bench, wait_until):
    gateway = 6
    mine = street.mine(gateway)
    at = street.now_ms()
    many = [{"a": bench.code_of(mine[n % len(mine)]), "t": at - n, "p": {"power_w": 3}} for n in range(8_000)]
    large = msgspec.json.encode(many)
    assert len(large) > LARGEST_BYTES
    good = street.array(mine[:1], at, power_w=4)
    asyncio.run(bench.publish(street.settings.mqtt_port, street.sources[gateway], [large, good]))
    kept = lambda: street.fetch(  # noqa: E731 - asked again and again
        "SELECT count(*), max(value) FROM sample WHERE time > %s AND value IN (3, 4)", [at * 1000 - 10**10]
    )
    # counted on one connection, stored on another: both, in whichever order
    wait_until(lambda: street.count("too_large", "gw0006") == 1 and kept() == [(1, 4.0)], 30)
    (sample,) = street.fetch("SELECT sample FROM source_count WHERE source = 'gw0006' AND reason = 'too_large'")[0]
    assert "kB" in sample
