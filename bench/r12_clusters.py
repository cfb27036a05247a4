"""R12: the clustered view of 34,000 assets with fault counts, against the same question asked to PostgreSQL.

The goal is 1/20 of PostGIS, measured at 193 to 264 ms by others on such a machine (`stack.md`); PostGIS is not among
the engines that we ship, so the peer of this run is a grid by GROUP BY over the same table, and the published figure
stands beside it. The result is checked against that query, cell by cell.
"""

import argparse
import sys
import time

import numpy as np
import psycopg

from _common import engines, spread
from _register import BOX, COUNT, drawn, synthetic
from beffroi.assets.tiles.clusters import SEVERITY, Grid
from beffroi.server.database import dsn_owner

POSTGIS_MS = (193.0, 264.0)
QUERY = """SELECT floor(x * %(cells)s)::int, floor(y * %(cells)s)::int, count(*), max(severity),
        count(*) FILTER (WHERE severity >= 3)
    FROM bench_point WHERE lon BETWEEN %(w)s AND %(e)s AND lat BETWEEN %(s)s AND %(n)s GROUP BY 1, 2"""


def fill(owner: str, grid: Grid, states: np.ndarray) -> None:
    """Put the same points in a table."""
    with psycopg.connect(owner) as connection, connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_point (lon double precision, lat double precision, x double precision,"
            " y double precision, severity int)"
        )
        with cursor.copy("COPY bench_point FROM STDIN") as copy:
            for row in zip(grid.lon, grid.lat, grid.x, grid.y, SEVERITY[states], strict=True):
                copy.write_row([value.item() for value in row])
        cursor.execute("CREATE INDEX ON bench_point (lon, lat)")


def main() -> None:
    """Run and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=25)
    options = parser.parse_args()
    state = synthetic()
    states = np.random.default_rng(2).choice([1, 2, 3, 4, 11], COUNT, p=[0.6, 0.37, 0.01, 0.01, 0.01]).astype(np.uint8)
    grid = Grid(state.columns.lon.copy(), state.columns.lat.copy())
    mask = np.ones(COUNT, np.bool_)
    lines = []
    with engines() as settings:
        fill(dsn_owner(settings), grid, states)
        with psycopg.connect(dsn_owner(settings), autocommit=True) as connection:
            connection.execute("ANALYZE bench_point")
            for zoom in (10, 12, 14):
                ours, theirs = [], []
                west, south, east, north = BOX
                params = {"cells": 2**zoom * 8, "w": west, "s": south, "e": east, "n": north}
                for _ in range(options.runs):
                    began = time.perf_counter()
                    found = grid.clusters(zoom, BOX, mask, states)
                    ours.append(time.perf_counter() - began)
                    began = time.perf_counter()
                    rows = connection.execute(QUERY, params).fetchall()
                    theirs.append(time.perf_counter() - began)
                mine = sorted((one.count, int(SEVERITY[one.worst]), one.faults) for one in found)
                assert mine == sorted(row[2:] for row in rows)
                ratio = np.median(theirs) / np.median(ours)
                lines.append(
                    f"  zoom {zoom}: {len(found):>5} clusters  {spread(drawn(ours), ' ms')}"
                    f"   SQL grid {spread(drawn(theirs), ' ms')}   {ratio:.1f} times faster\n"
                )
                worst = max(np.median(drawn(ours)), 1e-9)
                lines.append(f"           PostGIS (published) {POSTGIS_MS[0] / worst:.0f} times slower (goal 20)\n")
    sys.stdout.write(f"R12 clusters of {COUNT:,} assets with fault counts, equal to SQL's\n" + "".join(lines))


if __name__ == "__main__":
    main()
