"""Each point's own number of days is kept, no more; roll-ups stay."""

from uuid import UUID

import numpy as np
import psycopg
import pytest

from beffroi.model.kinds import EquipmentKind, Point
from beffroi.model.time import DAY
from beffroi.procedures.keeping.history import Retention
from beffroi.telemetry import history
from beffroi.telemetry.fold import Readings

TODAY = 20_260
TEXT = {"fr": "x", "en": "x"}


def kind() -> EquipmentKind:
    points = [("short", 2), ("long", 5)]
    made = tuple(
        Point(name=name, kind="measure", unit="", low=0, high=1, label=TEXT, keep_days=days) for name, days in points
    )
    return EquipmentKind(name="thing", trade="lighting", label=TEXT, label_plural=TEXT, points=made)


def test_samples_leave_on_their_own_day(database):
    with psycopg.connect(database.owner, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO asset (id, index, kind, code, name, commune, street, number, lon, lat, owner, contract,"
            " installed_on, management, rhythm, state, characteristics, source, source_hash, simulated, revision,"
            " first_series) VALUES (%s, 0, 'thing', 'T', '', '', '', '', 5, 47, '', '', '', 'point', 'permanent',"
            " 'in_service', '{}', '', 0, false, 1, 0)",
            [UUID(int=1)],
        )
        connection.execute("INSERT INTO series VALUES (0, %s, 'short'), (1, %s, 'long')", [UUID(int=1), UUID(int=1)])
        days = list(range(TODAY - 7, TODAY + 1))
        history.ensure_days(connection, days)
        series = np.repeat([0, 1], len(days))
        at = np.tile(np.array(days) * DAY + 1, 2)
        none = np.empty(0, np.int64)
        rows = history.BatchRows(
            id=1, samples=Readings(series, at, np.ones(len(series))), touched=b"", due_series=none, due_hour=none
        )
        history.write_batch(connection, rows)
        retention = Retention({"thing": kind()})
        present = history.days_of_partitions(connection)
        turns = retention.turns(present, TODAY * DAY + 2)
        assert [turn.day for turn in turns if turn.kept is None] == [TODAY - 7, TODAY - 6]
        for turn in turns:
            with connection.transaction():
                retention.apply(connection, turn)
        assert history.days_of_partitions(connection) == list(range(TODAY - 5, TODAY + 1))
        kept = connection.execute("SELECT series, time / %s FROM sample ORDER BY 1, 2", [DAY]).fetchall()
        assert kept == [(0, TODAY - 2), (0, TODAY - 1), (0, TODAY), *((1, TODAY - 5 + n) for n in range(6))]
        assert retention.turns(history.days_of_partitions(connection), TODAY * DAY + 3) == []
        (later,) = retention.turns([*range(TODAY - 4, TODAY + 1)], (TODAY + 1) * DAY)
        assert later == (TODAY - 2, 2)


def test_a_day_that_is_being_read_is_left_for_the_next_turn(database):
    with psycopg.connect(database.owner, autocommit=True) as connection, psycopg.connect(database.app) as reader:
        history.ensure_days(connection, [TODAY - 7, TODAY])
        reader.execute("SELECT count(*) FROM sample")
        retention = Retention({"thing": kind()})
        (turn,) = retention.turns(history.days_of_partitions(connection), TODAY * DAY)
        with pytest.raises(psycopg.errors.LockNotAvailable), connection.transaction():
            retention.apply(connection, turn)
        reader.rollback()
        with connection.transaction():
            retention.apply(connection, turn)
        assert history.days_of_partitions(connection) == [TODAY]
