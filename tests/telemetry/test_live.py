"""The live arrays: news in any order, series learned after their values, quotas source by source."""

from types import SimpleNamespace
from uuid import UUID

import numpy as np
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.equipment import registry
from beffroi.model.reading import Quality
from beffroi.telemetry.live import DIFF_ROW, LiveArrays, LivePort
from beffroi.telemetry.quota import Buckets
from beffroi.telemetry.store import read_latest

LAMP, OTHER = UUID(int=1), UUID(int=2)


def diff(*rows) -> bytes:
    return np.array(list(rows), DIFF_ROW).tobytes()


def port(live) -> LivePort:
    facts = {LAMP: SimpleNamespace(index=0, kind="street_light"), OTHER: SimpleNamespace(index=3, kind="street_light")}
    city = SimpleNamespace(topology=SimpleNamespace(find=facts.get))
    live.expect([(LAMP, [0, 1], ["power_w", "level_pct"]), (OTHER, [2, 3], ["power_w", "level_pct"])])
    return LivePort(live, city, registry())


def test_values_heard_before_their_series_are_known_are_placed():
    live = LiveArrays()
    assert live.absorb(diff((2, 80.0, 500))).tolist() == [2]
    served = port(live)
    assert served.last_heard(OTHER) == 500
    assert served.find(OTHER, "power_w").value == 80.0
    assert served.find(OTHER, "level_pct") is None
    assert served.find(LAMP, "colour") is None
    assert served.last_heard(LAMP) is None
    assert served.series_of("level_pct").tolist()[:4] == [1, -1, -1, 3]


def test_older_news_changes_nothing():
    live = LiveArrays()
    served = port(live)
    live.absorb(diff((0, 80.0, 500)))
    assert live.absorb(diff((0, 10.0, 400), (0, 11.0, 500))).tolist() == []
    assert served.find(LAMP, "power_w").value == 80.0


def test_every_word_counts_but_not_what_is_told_again():
    live = LiveArrays()
    served = port(live)
    live.absorb(diff((0, 80.0, 500), (2, 1.0, 500)))
    assert served.words().tolist()[:4] == [0, 0, 0, 0], "a first word is known by its own time"
    live.absorb(diff((0, 80.0, 500)))
    live.absorb(diff((0, 79.0, 100)))
    live.absorb(diff((0, 81.0, 600)))
    assert served.words().tolist()[:4] == [2, 0, 0, 0]
    assert served.find(LAMP, "power_w").value == 81.0


def test_a_value_out_of_its_range_says_so():
    live = LiveArrays()
    served = port(live)
    live.absorb(diff((1, 250.0, 1), (0, 50.0, 1)))
    assert served.find(LAMP, "level_pct").quality is Quality.OUT_OF_RANGE
    assert served.find(LAMP, "power_w").quality is Quality.GOOD


def test_noise_on_the_bus_is_ignored():
    live = LiveArrays()
    assert live.absorb(b"").tolist() == []
    assert live.absorb(b"x" * 19).tolist() == []
    assert live.absorb(diff((4_000_000_000, 1.0, 1))).tolist() == []
    assert len(live.at) == 0


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 9)), max_size=40), st.integers(0, 30))
def test_no_source_spends_the_tokens_of_another(messages, burst):
    source = np.array([one for one, _ in messages], np.int64)
    cost = np.array([one for _, one in messages], np.int64)
    buckets = Buckets(np.ones(3), np.full(3, float(burst)), 0.0)
    within = buckets.spend(source, cost)
    for index in range(3):
        spent = int(cost[(source == index) & within].sum())
        assert spent <= burst
        if int(cost[source == index].sum()) <= burst:
            assert within[source == index].all()
        assert buckets.tokens[index] == burst - spent
    buckets.refill(1000.0)
    assert (buckets.tokens == burst).all()


def test_the_wait_is_the_time_that_the_missing_tokens_take():
    buckets = Buckets(np.array([10.0]), np.array([100.0]), 0.0)
    assert buckets.wait_s(0, 100) == 0
    buckets.spend(np.array([0]), np.array([100]))
    assert buckets.wait_s(0, 50) == 5


@pytest.mark.parametrize("known", [0, 1, 70_000])
def test_the_newest_values_are_read_whole(database, known):
    with psycopg.connect(database.owner, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO latest (series, time, value) SELECT n, n * 1000000::bigint + 7, n / 4.0 - 3"
            " FROM generate_series(1, %s) AS n",
            [known],
        )
        found = read_latest(connection)
    found.sort(order="series")
    number = np.arange(1, known + 1)
    assert found["series"].tolist() == number.tolist()
    assert found["at"].tolist() == (number * 1_000_000 + 7).tolist()
    assert found["value"].tolist() == (number / 4 - 3).tolist()
