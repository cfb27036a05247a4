"""R4: history intake through the HTTP door, NDJSON, against COPY of the same rows in the same run.

    python bench/r4_history.py --runs 3

Each run checks that every value posted is in the history once. Peers measured: COPY 254,000 to 323,000 rows/s,
InfluxDB 51,000 to 150,000 points/s.
"""

import argparse
import http.client
import multiprocessing
import sys
import time
from typing import Any, NamedTuple

import msgspec
import psycopg

from _common import POINTS, Source, code_of, engines, fill, intake, plugin, spread
from beffroi.server.database import dsn_owner
from beffroi.server.settings import Settings
from r2_intake import LIGHTS, Plan, copy_rate, empty, points

INFLUXDB = (51_000, 150_000)


class Result(NamedTuple):
    """One run: values a second through the door, COPY's rows a second."""

    rate: float
    copy: float


def bodies(plan: Plan, start_ms: int, connection: int, lines: int) -> list[bytes]:
    """Return the bodies that one connection posts: `lines` lights each, 4 values a light."""
    encoder = msgspec.json.Encoder()
    mine = [light for light in range(LIGHTS) if light % plan.connections == connection]
    made = []
    for number in range(plan.rounds):
        items = [
            {"a": code_of(light), "t": start_ms + number * 1000, "p": points(light, number, False)} for light in mine
        ]
        made += [encoder.encode_lines(items[first : first + lines]) for first in range(0, len(items), lines)]
    return made


def post(port: int, source: Source, made: list[bytes], go: Any) -> None:
    """Post bodies one after another on one connection; ends with an error unless each is taken whole."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Authorization": f"Bearer {source.secret}"}
    go.wait()
    for body in made:
        connection.request("POST", "/v1/readings", body, headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200 or b'"refused":[]' not in content:
            raise SystemExit(content.decode())
    connection.close()


def run_once(settings: Settings, sources: list[Source], plan: Plan, lines: int) -> Result:
    """Post one plan and check it."""
    copied = copy_rate(settings, plan, 1_000_000)
    start_ms = int(time.time() * 1000) - plan.rounds * 1000
    go = multiprocessing.Event()
    senders = [
        multiprocessing.Process(
            target=post, args=(settings.intake_port, source, bodies(plan, start_ms, number, lines), go)
        )
        for number, source in enumerate(sources)
    ]
    for sender in senders:
        sender.start()
    began = time.perf_counter()
    go.set()
    for sender in senders:
        sender.join()
    elapsed = time.perf_counter() - began
    assert all(sender.exitcode == 0 for sender in senders), "a post was refused"
    with psycopg.connect(dsn_owner(settings)) as connection:
        found = connection.execute("SELECT count(*) FROM sample").fetchone()
    assert found == (plan.values,), (found, plan.values)
    return Result(plan.values / elapsed, copied)


def main() -> None:
    """Run and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5, help="136,000 values each")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--lines", type=int, default=1000, help="lights in one post")
    options = parser.parse_args()
    plan = Plan(options.rounds, 0.0, options.lines, options.connections)
    results = []
    with engines() as settings:
        plugin(settings)
        sources = fill(settings, LIGHTS, plan.connections)
        for _ in range(options.runs):
            empty(settings)
            with intake(settings):
                results.append(run_once(settings, sources, plan, options.lines))
    rates = [result.rate for result in results]
    sys.stdout.write(
        f"R4 {plan.values:,} values posted as NDJSON, {options.connections} connections × {options.lines} lines of"
        f" {len(POINTS)} values, each answered after its commit\n"
        f"  values/s         {spread(rates)}\n"
        f"  COPY, same rows  {spread([result.copy for result in results])}\n"
        f"  ratio to COPY    {spread([result.rate / result.copy for result in results])} (goal 0.3)\n"
        f"  ratio to InfluxDB {min(rates) / INFLUXDB[1]:.1f} to {max(rates) / INFLUXDB[0]:.1f} (goal 1)\n"
    )


if __name__ == "__main__":
    main()
