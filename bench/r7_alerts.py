"""R7: alert intake with durable de-duplication, from the outbox to committed alarms and journal lines.

Every fifth crossing is a new alarm, the others repeat it. Checked: each alarm once in the rows, the outbox empty. In
the same run, COPY of the same rows into one table. Peers (`stack.md`): Alerta 40–70/s, Keep 10–30/s, Alertmanager
(memory only) 18–28 k/s.
"""

import argparse
import asyncio
import sys
import time
from typing import Any

import psycopg

from _alarms import INSERT, START, Town, put, room
from _common import engines, spread
from beffroi.procedures.live.alarm_pump import pump
from beffroi.server.database import dsn_app

REPEATS = 5


async def once(dsn: str, town: Town, count: int, shift: int) -> tuple[float, float]:
    """Return (ours, COPY) in crossings a second, after checking the alarms."""
    lamps = town.lamps("G1")[: count // REPEATS]
    rows: list[tuple[Any, ...]] = [
        (lamp.id, "lamp_fault", "raise", START + shift + turn, 1.0, False) for turn in range(REPEATS) for lamp in lamps
    ]
    with psycopg.connect(dsn) as connection:
        began = time.perf_counter()
        with connection.cursor() as cursor, cursor.copy(INSERT) as copy:
            for row in rows:
                copy.write_row(row)
        connection.execute("DELETE FROM crossing")
        connection.commit()
        copied = time.perf_counter() - began
    async with room(dsn, town) as made:
        put(dsn, rows)
        began = time.perf_counter()
        while await pump(made):  # type: ignore[arg-type]
            continue
        took = time.perf_counter() - began
        raised = sum(line.event.event_type() == "alarms.raised" for line in made.lines)
    with psycopg.connect(dsn) as connection:
        left = connection.execute("SELECT count(*) FROM crossing").fetchone()
        kept = connection.execute("SELECT count(*), count(DISTINCT asset) FROM alarm").fetchone()
        connection.execute("DELETE FROM alarm")
    assert left == (0,) and kept == (len(lamps), len(lamps)) and raised == len(lamps), (left, kept, raised)
    return len(rows) / took, len(rows) / copied


def main() -> None:
    """Run and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--count", type=int, default=30_000)
    options = parser.parse_args()
    town = Town(cabinets=100, circuits=3, lamps=30)
    with engines() as settings:
        results = [asyncio.run(once(dsn_app(settings), town, options.count, run)) for run in range(options.runs)]
    ours, copied = [result[0] for result in results], [result[1] for result in results]
    ratio = sorted(ours)[len(ours) // 2] / sorted(copied)[len(copied) // 2]
    sys.stdout.write(
        f"R7 {options.count:,} crossings, one in {REPEATS} a new alarm; every alarm once, outbox empty\n"
        f"   ours {spread(ours)} crossings/s · COPY {spread(copied)} rows/s · {ratio:.2f}x COPY\n"
        f"   peers: Alerta 40-70/s, Keep 10-30/s, Alertmanager in memory 18-28 k/s\n"
    )


if __name__ == "__main__":
    main()
