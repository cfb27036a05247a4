"""Rows of the history: batches whole or not at all, true marks after a restart, roll-ups that can be made again."""

from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
import pytest

from beffroi.model.time import DAY, HOUR, MINUTE, SECOND
from beffroi.telemetry import history
from beffroi.telemetry.curves import read_curve
from beffroi.telemetry.fold import Readings
from beffroi.telemetry.machine import Standing
from beffroi.telemetry.rollup import closed_upto, read_mark, roll_up

NOW = 1_750_535_400_000_000
PARIS = ZoneInfo("Europe/Paris")


def readings(*rows) -> Readings:
    series, at, value = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    return Readings(np.array(series, np.int64), np.array(at, np.int64), np.array(value, np.float64))


def batch(number, samples, **fields) -> history.BatchRows:
    none = np.empty(0, np.int64)
    touched = np.unique(samples.series).astype("<i4").tobytes()
    return history.BatchRows(
        **{"id": number, "samples": samples, "touched": touched, "due_series": none, "due_hour": none, **fields}
    )


@pytest.fixture
def connection(database):
    with psycopg.connect(database.app, autocommit=True) as opened:
        history.ensure_days(opened, range(NOW // DAY - 3, NOW // DAY + 2))
        yield opened


def one(connection, query):
    return connection.execute(query).fetchone()[0]


def test_a_batch_is_there_once_or_not_at_all(connection):
    samples = readings((1, NOW, 1.5), (2, NOW, -2.25))
    crossing = (UUID(int=7), "hot", "raise", NOW, 1.5, False)
    history.write_batch(connection, batch(10, samples, crossings=[crossing]))
    assert history.batch_is_there(connection, 10)
    assert not history.batch_is_there(connection, 11)
    with pytest.raises(psycopg.errors.UniqueViolation):
        history.write_batch(connection, batch(11, samples, crossings=[crossing]))
    assert one(connection, "SELECT count(*) FROM crossing") == 1
    history.write_batch(connection, batch(12, readings((1, NOW, 9.0), (3, NOW, 3.0))), staged=True)
    assert connection.execute("SELECT series, value FROM sample ORDER BY series").fetchall() == [
        (1, 1.5),
        (2, -2.25),
        (3, 3.0),
    ]


def standing_note(**columns) -> history.StandingNote:
    return history.StandingNote(
        ("cold", "hot"),
        np.array(columns["of_class"], "<i2").tobytes(),
        np.array(columns["series"], "<i4").tobytes(),
        np.array(columns["condition"], "?").tobytes(),
        np.array(columns["active"], "?").tobytes(),
        np.array(columns["since"], "<i8").tobytes(),
    )


def test_rules_stand_where_the_batches_left_them_however_old_the_checkpoint(connection):
    first = standing_note(of_class=[1, 0], series=[7, 7], condition=[True, True], active=[False, True], since=[NOW, 0])
    second = standing_note(of_class=[1], series=[7], condition=[True], active=[True], since=[0])
    history.write_batch(connection, batch(1, readings((7, NOW, 1.0)), standings=first))
    history.checkpoint_standings(connection, first.standings())
    history.forget_batches(connection, 1)
    history.write_batch(connection, batch(2, readings((7, NOW + 1, 1.0)), standings=second))
    known, unsaved = history.read_standings(connection)
    assert known == {(7, "hot"): Standing(True, True, 0), (7, "cold"): Standing(True, True, 0)}
    assert unsaved == {(7, "hot"): Standing(True, True, 0)}
    history.checkpoint_standings(connection, unsaved)
    history.forget_batches(connection, 2)
    assert history.read_standings(connection) == (known, {})


def test_marks_are_those_of_the_history_however_old_the_checkpoint(connection):
    history.write_batch(connection, batch(1, readings((0, NOW - DAY, 1.0), (1, NOW, 2.0))))
    history.checkpoint(connection, readings((0, NOW - DAY, 1.0), (1, NOW, 2.0)))
    history.forget_batches(connection, 1)
    history.write_batch(connection, batch(2, readings((0, NOW, 5.0), (2, NOW + 1, 6.0))))
    at, value, unsaved = history.read_marks(connection, 4)
    assert unsaved.tolist() == [True, False, True, False]
    assert at.tolist() == [NOW, NOW, NOW + 1, 0]
    assert value.tolist() == [5.0, 2.0, 6.0, 0.0]


def test_what_is_around_late_readings_is_read_in_order(connection):
    samples = readings(*((5, NOW + number * SECOND, float(number)) for number in range(10)))
    history.write_batch(connection, batch(1, samples))
    late = readings((5, NOW + 4 * SECOND + 1, 99.0), (6, NOW, 1.0))
    assert history.known_among(connection, readings((5, NOW, 0.0), (5, NOW + 1, 0.0))) == {(5, NOW): 0.0}
    found = dict(history.surroundings(connection, late, np.array([0, 0, 0, 0, 0, NOW + 9 * SECOND, NOW])))
    assert [sample.value for sample in found[5].known] == [float(number) for number in range(10)]
    assert found[5].whole
    assert found[6].known == []
    assert not found[6].whole


def test_late_readings_far_from_each_other_are_read_apart(connection):
    """What is held between two of them is neither read nor judged again, unless it is little."""
    start = NOW - 2 * DAY
    samples = readings(*((5, start + number * MINUTE, float(number)) for number in range(2_000)))
    history.write_batch(connection, batch(1, samples))
    first, last = start + 100 * MINUTE + 1, start + 1_900 * MINUTE + 1
    marks = np.array([0, 0, 0, 0, 0, start + 1_999 * MINUTE])
    (_, one), (_, other) = history.surroundings(connection, readings((5, last, 1.0), (5, first, 1.0)), marks)
    assert [sample.at for sample in (*one.late, *other.late)] == [first, last]
    assert len(one.known) == history.LOOK_BACK + history.LOOK_AHEAD
    assert len(other.known) == history.LOOK_BACK + 99
    assert (one.whole, other.whole) == (False, True)
    near = readings((5, first, 1.0), (5, first + 2 * HOUR, 1.0))
    ((_, both),) = history.surroundings(connection, near, marks)
    assert len(both.known) == history.LOOK_BACK + 120 + history.LOOK_AHEAD


def test_roll_ups_say_what_the_samples_say_and_follow_late_ones(connection):
    start = NOW // DAY * DAY - DAY
    rows = [(1, start + number * 600 * SECOND, float(number)) for number in range(200)]
    history.write_batch(connection, batch(1, readings(*rows)))
    mark = read_mark(connection, NOW)
    assert mark == start
    upto = closed_upto(start + 2 * DAY)
    while mark < upto:
        mark = roll_up(connection, mark, upto, PARIS)
    assert one(connection, "SELECT sum(count) FROM sample_hour") == 200
    first = connection.execute("SELECT count, min, max, sum, last FROM sample_hour ORDER BY time LIMIT 1").fetchone()
    assert first == (6, 0.0, 5.0, 15.0, 5.0)
    assert one(connection, "SELECT sum(count) FROM sample_day") == 200
    due = {"due_series": np.array([1]), "due_hour": np.array([start])}
    history.write_batch(connection, batch(2, readings((1, start + 1, 77.0)), **due))
    roll_up(connection, mark, upto, PARIS)
    assert one(connection, "SELECT max FROM sample_hour ORDER BY time LIMIT 1") == 77.0
    assert one(connection, "SELECT sum(count) FROM sample_day") == 201
    assert one(connection, "SELECT count(*) FROM rollup_due") == 0
    assert read_mark(connection, NOW) == mark


def test_days_are_the_citys_and_the_long_one_has_25_hours(connection):
    start = 1_761_429_600_000_000  # 2025-10-25T22:00Z: midnight in Paris, the clock goes back that night
    history.ensure_days(connection, range(start // DAY, start // DAY + 3))
    rows = [(1, start + number * HOUR, 1.0) for number in range(26)]
    history.write_batch(connection, batch(1, readings(*rows)))
    mark, upto = read_mark(connection, NOW), closed_upto(start + 2 * DAY)
    while mark < upto:
        mark = roll_up(connection, mark, upto, PARIS)
    days = connection.execute("SELECT time, count FROM sample_day ORDER BY time").fetchall()
    assert days == [(start, 25), (start + 25 * HOUR, 1)]


def test_a_day_is_dropped_by_the_application_and_roll_ups_stay(connection):
    before = history.days_of_partitions(connection)
    assert before == list(range(NOW // DAY - 3, NOW // DAY + 2))
    history.drop_day(connection, before[0])
    history.ensure_days(connection, before[1:2])
    assert history.days_of_partitions(connection) == before[1:]


class DirectReader:
    """The reading pool, reduced to one connection."""

    def __init__(self, connection):
        self.connection = connection

    async def fetch(self, sql, params=()):
        return self.connection.execute(sql, params).fetchall()


@pytest.mark.parametrize("width", [2, 10, 100, 1000])
def test_a_curve_has_no_more_points_than_pixels_and_keeps_its_extremes(connection, width):
    import asyncio

    start = NOW // DAY * DAY - DAY
    rows = [(1, start + number * 60 * SECOND, float((number * 37) % 101)) for number in range(900)]
    rows[444] = (1, rows[444][1], 5000.0)
    history.write_batch(connection, batch(1, readings(*rows)))
    reader = DirectReader(connection)
    curve = asyncio.run(read_curve(reader, 1, start, start + 15 * HOUR, width, NOW))
    assert len(curve.points) <= width
    assert max(point.high for point in curve.points) == 5000.0
    assert min(point.low for point in curve.points) == 0.0
    assert sum(point.count for point in curve.points) == 900
    assert curve.grain == ("raw" if width >= 900 else "bucket")


def test_a_long_curve_reads_roll_ups_and_what_they_do_not_cover_yet(connection):
    import asyncio

    start = NOW // DAY * DAY - 2 * DAY
    rows = [(1, start + number * 600 * SECOND, float(number)) for number in range(144 * 2)]
    history.write_batch(connection, batch(1, readings(*rows)))
    now = start + 2 * DAY
    mark, upto = read_mark(connection, now), closed_upto(now)
    while mark < upto:
        mark = roll_up(connection, mark, upto, PARIS)
    curve = asyncio.run(read_curve(DirectReader(connection), 1, start - 20 * DAY, now, 400, now))
    assert curve.grain == "hour"
    assert sum(point.count for point in curve.points) == len(rows)
    assert curve.points[-1].high == float(len(rows) - 1)
