"""Each crossing exactly once: its row leaves the outbox in the commit of its alarm, whatever dies in between."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
import pytest
import structlog

from beffroi.alarms.room import Alarms
from beffroi.equipment import registry
from beffroi.procedures.live.alarm_pump import JUDGED_AT_ONCE, pump
from beffroi.work.room import Work
from tests.alarms.town import START, Town
from tests.server.conftest import Bench, at_work


class Door:
    """What the pump uses of the core."""

    def __init__(self, bench: Bench, dsn: str) -> None:
        self.executor = bench.committer
        self.reader = self
        self._dsn = dsn

    async def fetch(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        def read() -> list[tuple[Any, ...]]:
            with psycopg.connect(self._dsn) as connection:
                return connection.execute(sql.encode(), params).fetchall()

        return await asyncio.to_thread(read)


def put(dsn: str, rows: Sequence[tuple[Any, ...]]) -> None:
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO crossing (asset, alarm_class, edge, at, value, late) VALUES (%s, %s, %s, %s, %s, %s)", rows
        )


def count(dsn: str, table: str) -> int:
    with psycopg.connect(dsn) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()[0]  # type: ignore[index]


@pytest.fixture(autouse=True)
def _few_words() -> Iterator[None]:
    """The committer tells its failures with every local variable, here a whole town."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="module")
def town() -> Town:
    return Town(cabinets=12, circuits=2, lamps=20)


def trades() -> tuple[Alarms, Work]:
    alarms, work = Alarms(), Work()
    return alarms, work


def at(bench: Bench, town: Town) -> None:
    """Give the bench a town: in the core the register does."""
    for port in ("topology", "live", "programme", "locks", "overrides"):
        setattr(bench.wiring.city, port, getattr(town.city, port))


async def with_kinds(bench: Bench) -> None:
    for trade in bench.wiring.trades:
        trade.kinds = registry()
        bench.wiring.states[trade.name] = trade.empty()


def test_every_crossing_once(database: Any, town: Town) -> None:
    lamps = town.lamps("G1")
    crossings = [(lamp.id, "lamp_fault", "raise", START + place, 1.0, False) for place, lamp in enumerate(lamps)]
    crossings += [(lamp.id, "lamp_fault", "clear", START + 10**6, 0.0, False) for lamp in lamps[:100]]

    async def main() -> None:
        async with at_work(database.app, *trades()) as bench:
            await with_kinds(bench)
            at(bench, town)
            put(database.app, crossings)
            door: Any = Door(bench, database.app)
            assert await pump(door) == len(crossings) > JUDGED_AT_ONCE
            assert count(database.app, "crossing") == 0
            assert await pump(door) == 0
            state = bench.wiring.states["alarms"]
            assert len(state.classes["lamp_fault"]) == len(lamps) - 100
            assert [line.event.event_type() for line in bench.published].count("alarms.raised") == len(lamps)

    asyncio.run(asyncio.wait_for(main(), 60))
    assert count(database.app, "alarm") == len(lamps)


def test_a_writer_that_dies_leaves_the_outbox_as_it_was(database: Any, town: Town) -> None:
    lamps = town.lamps("A001")
    put(database.app, [(lamp.id, "lamp_fault", "raise", START, 1.0, False) for lamp in lamps])

    async def first() -> None:
        async with at_work(database.app, *trades()) as bench:
            await with_kinds(bench)
            at(bench, town)
            door: Any = Door(bench, database.app)
            with psycopg.connect(database.owner, autocommit=True) as owner:
                owner.execute("ALTER TABLE alarm RENAME TO alarm_away")
                pumped = asyncio.create_task(pump(door))
                await asyncio.wait([pumped], timeout=5)
                assert count(database.app, "crossing") == len(lamps)
                pumped.cancel()
                owner.execute("ALTER TABLE alarm_away RENAME TO alarm")

    async def second() -> None:
        async with at_work(database.app, *trades()) as bench:
            await with_kinds(bench)
            at(bench, town)
            door: Any = Door(bench, database.app)
            await pump(door)

    asyncio.run(asyncio.wait_for(first(), 60))
    asyncio.run(asyncio.wait_for(second(), 60))
    assert count(database.app, "alarm") == len(lamps)
    assert count(database.app, "crossing") == 0


def test_a_crossing_nobody_can_judge_holds_nobody(database: Any, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    lamps = town.lamps("A001")
    put(database.app, [(lamp.id, "lamp_fault", "raise", START, 1.0, False) for lamp in lamps[:5]])
    find = town.topology.find

    def broken(asset: Any) -> Any:
        if asset == lamps[2].id:
            raise ZeroDivisionError
        return find(asset)

    async def main() -> None:
        async with at_work(database.app, *trades()) as bench:
            await with_kinds(bench)
            at(bench, town)
            with monkeypatch.context() as patch:
                patch.setattr(town.topology, "find", broken)
                door: Any = Door(bench, database.app)
                await pump(door)
            assert len(bench.wiring.states["alarms"].classes["lamp_fault"]) == 4

    asyncio.run(asyncio.wait_for(main(), 60))
    assert count(database.app, "crossing") == 0
