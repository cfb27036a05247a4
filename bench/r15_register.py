"""R15: 34,000 assets from a CSV file, read, checked, compared, committed with one change record, against COPY.

The peer is COPY of the same rows (assets, their series, their change records) into tables of the same shape, indexes
included, in the same run. The result is checked: the register loaded afresh from the rows equals the one in memory, the
same file again changes nothing, undo removes all.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence

import msgspec
import numpy as np
import psycopg

from _common import engines, spread
from _register import BOX, COUNT, Register, register
from beffroi.assets.actions import Import, UndoImport
from beffroi.model.actor import SYSTEM
from beffroi.server.database import dsn_app, dsn_owner
from beffroi.trade.doors import trusted

TABLES = ("asset", "series", "asset_change")
MAPPING = """
name = "bench{run}"
title = "R15"
[[layer]]
file = "lights.csv"
kind = "street_light"
key = "{{num}}"
fields.code = "{{num}}"
fields.street = "{{voie}}"
fields.installed_on = "{{pose}}"
fields.characteristics.watts = "{{watts}}"
"""


class Figures(msgspec.Struct):
    """Seconds of one run."""

    prepare: float
    commit: float
    again: float
    copy: float

    @property
    def whole(self) -> float:
        """Return the seconds from the file to the commit."""
        return self.prepare + self.commit


def lights_csv(run: int, count: int) -> bytes:
    """Return a French CSV file of lights: semicolons and decimal commas."""
    random = np.random.default_rng(run)
    west, south, east, north = BOX
    lon, lat = random.uniform(west, east, count), random.uniform(south, north, count)
    rows = [
        f"R{run}-{i:05d};Rue {i // 30};{1 + i % 28:02d}/{1 + i % 12:02d}/{2005 + i % 18};{35 + i % 4 * 15};"
        f"{lon[i]:.6f};{lat[i]:.6f}".replace(".", ",")
        for i in range(count)
    ]
    return ("num;voie;pose;watts;lon;lat\n" + "\n".join(rows) + "\n").encode()


async def run_once(made: Register, run: int, count: int, owner: str) -> Figures:
    """Import, check, import again, compare with COPY, undo; return the seconds."""
    content, mapping = {"lights.csv": lights_csv(run, count)}, MAPPING.format(run=run)
    system = trusted(SYSTEM)
    began = time.perf_counter()
    job = await made.prepared(content, mapping)
    prepared = time.perf_counter()
    await made.committer.execute(Import(import_id=job.id), system)
    committed = time.perf_counter()
    again = await made.prepared(content, mapping)
    assert again.summary is not None
    repeated = time.perf_counter() - committed
    assert again.summary.changes == 0, again.summary.counts
    fresh = await made.writer.run(made.trade.load)
    assert fresh.assets == made.state.assets
    assert len(fresh.list_kind("street_light")) == count
    copied = await asyncio.to_thread(copy_same_rows, owner)
    undo = made.jobs.start_undo(job.id)
    while undo.state == "reading":
        await asyncio.sleep(0.01)
    await made.committer.execute(UndoImport(import_id=job.id), system)
    assert not made.state.list_kind("street_light")
    return Figures(prepared - began, committed - prepared, repeated, copied)


def copy_same_rows(owner: str) -> float:
    """Return the seconds that COPY needs for the living assets' rows, their series and their change records."""
    with psycopg.connect(owner) as connection:
        dumps = {name: dump(connection, name) for name in TABLES}
        for name in TABLES:
            connection.execute(f"DROP TABLE IF EXISTS bench_{name}")
            connection.execute(f"CREATE TABLE bench_{name} (LIKE {name} INCLUDING ALL)")
        connection.commit()
        began = time.perf_counter()
        with connection.cursor() as cursor:
            for name in TABLES:
                with cursor.copy(f"COPY bench_{name} FROM STDIN (FORMAT binary)") as copy:
                    copy.write(dumps[name])
        connection.commit()
        return time.perf_counter() - began


def dump(connection: "psycopg.Connection[object]", table: str) -> bytes:
    """Return the rows of the last import in binary."""
    alive = "SELECT id FROM asset WHERE state <> 'removed'"
    query = {
        "asset": "SELECT * FROM asset WHERE state <> 'removed'",
        "series": f"SELECT s.* FROM series s JOIN ({alive}) a ON a.id = s.asset",
        "asset_change": f"SELECT c.* FROM asset_change c JOIN ({alive}) a ON a.id = c.asset",
    }[table]
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT binary)") as copy:
        return b"".join(bytes(part) for part in copy)


async def measure(runs: int, count: int) -> list[Figures]:
    """Return the figures of some runs on one database."""
    with engines() as settings:
        async with register(dsn_app(settings)) as made:
            return [await run_once(made, run, count, dsn_owner(settings)) for run in range(runs)]


def tell(results: Sequence[Figures], count: int) -> str:
    """Return the report."""
    ratio = [result.whole / result.copy for result in results]
    return (
        f"R15 {count:,} street lights from CSV, one change record; reloaded equal, again = 0 changes, undo = 0 left\n"
        f"  file to commit    {spread([result.whole for result in results], ' s')}\n"
        f"    read and check  {spread([result.prepare for result in results], ' s')}\n"
        f"    commit          {spread([result.commit for result in results], ' s')}\n"
        f"  second time       {spread([result.again for result in results], ' s')}\n"
        f"  COPY, same rows   {spread([result.copy for result in results], ' s')}\n"
        f"  times COPY        {spread(ratio)} (goal 10 at most)\n"
    )


def main() -> None:
    """Run and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--count", type=int, default=COUNT)
    options = parser.parse_args()
    sys.stdout.write(tell(asyncio.run(measure(options.runs, options.count)), options.count))


if __name__ == "__main__":
    main()
