"""R2: intake + rule + alarm condition + durable history, arrays over MQTT QoS 1, against COPY in the same run.

    python bench/r2_intake.py --fire 1 --runs 3
    python bench/r2_intake.py --fire 10 --seconds 600

Every run checks that each value is in the history once and that each alarm condition was raised and cleared exactly as
often as it should. Peers measured on the same machine: Zabbix 6, 14,000 to 29,000 values/s.
"""

import argparse
import asyncio
import multiprocessing
import sys
import time
from typing import NamedTuple

import msgspec
import numpy as np
import psycopg

from _common import (
    COOL_C,
    HOT_C,
    POINTS,
    Source,
    code_of,
    cpu_s,
    engines,
    fill,
    intake,
    memory_mb,
    plugin,
    publish,
    spread,
    wait_until,
)
from beffroi.server.database import dsn_owner
from beffroi.server.settings import Settings
from beffroi.telemetry.fold import Readings
from beffroi.telemetry.history import encode_samples

LIGHTS = 34_000
ZABBIX = (14_000, 29_000)


class Plan(NamedTuple):
    """What is sent: rounds over all lights, `fire` % of the values of a round raising an alarm."""

    rounds: int
    fire: float
    array: int
    connections: int

    @property
    def values(self) -> int:
        """Return how many values are sent."""
        return self.rounds * LIGHTS * len(POINTS)

    @property
    def firing(self) -> int:
        """Return how many lights are hot in a round; the next round heats others."""
        return round(LIGHTS * len(POINTS) * self.fire / 100)


def payloads(plan: Plan, start_ms: int, connection: int) -> list[bytes]:
    """Return the arrays that one connection sends, round after round."""
    encoder = msgspec.json.Encoder()
    mine = [light for light in range(LIGHTS) if light % plan.connections == connection]
    made = []
    for number in range(plan.rounds):
        hot = hot_lights(plan, number)
        at = start_ms + number * 1000
        items = [{"a": code_of(light), "t": at, "p": points(light, number, light in hot)} for light in mine]
        made += [encoder.encode(items[first : first + plan.array]) for first in range(0, len(items), plan.array)]
    return made


def points(light: int, number: int, hot: bool) -> dict[str, float]:
    """Return the values of one light in one round."""
    level = (light + number) % 100
    return {"power_w": level * 0.81, "level_pct": level, "voltage_v": 231.4, "temperature_c": HOT_C if hot else COOL_C}


def hot_lights(plan: Plan, number: int) -> range:
    """Return the lights that are hot in a round: never the same in two rounds that follow each other."""
    first = (number % 2) * (LIGHTS // 2)
    return range(first, first + min(plan.firing, LIGHTS // 2))


def expected(plan: Plan) -> tuple[int, int]:
    """Return how many times alarm conditions must be raised and cleared."""
    fired = len(hot_lights(plan, 0))
    return plan.rounds * fired, (plan.rounds - 1) * fired


def send(port: int, sources: list[Source], plan: Plan, start_ms: int, go: "multiprocessing.synchronize.Event") -> None:
    """Publish everything; each connection is the gateway of the lights it sends."""
    made = [payloads(plan, start_ms, connection) for connection in range(plan.connections)]

    async def run() -> None:
        go.wait()
        await asyncio.gather(
            *(publish(port, source, mine, window=256) for source, mine in zip(sources, made, strict=True))
        )

    asyncio.run(run())


def copy_rate(settings: Settings, plan: Plan, start_ms: int) -> float:
    """Return the rows a second of a bare COPY of the same rows into a table with the same key."""
    series = np.tile(np.arange(LIGHTS * len(POINTS)), plan.rounds)
    at = np.repeat(np.arange(plan.rounds) * 1_000_000 + start_ms * 1000, LIGHTS * len(POINTS))
    data = encode_samples(Readings(series, at, np.full(len(series), 81.2)))
    with psycopg.connect(dsn_owner(settings), autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute(
            "CREATE TABLE bare (series int, time bigint, value double precision, PRIMARY KEY (series, time))"
        )
        began = time.perf_counter()
        with connection.cursor().copy("COPY bare FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(data)
        elapsed = time.perf_counter() - began
        connection.execute("DROP TABLE bare")
        connection.execute("CHECKPOINT")
    return len(series) / elapsed


class Result(NamedTuple):
    """One run: values a second through the intake, COPY's rows a second, processor seconds and memory of the intake."""

    rate: float
    copy: float
    cpu_s: float
    memory_mb: float


def run_once(settings: Settings, sources: list[Source], plan: Plan, pid: int) -> Result:
    """Send one plan, wait for the last value, check everything."""
    copied = copy_rate(settings, plan, 1_000_000)
    start_ms = int(time.time() * 1000) - plan.rounds * 1000
    go = multiprocessing.Event()
    sender = multiprocessing.Process(target=send, args=(settings.mqtt_port, sources, plan, start_ms, go))
    with psycopg.connect(dsn_owner(settings), autocommit=True) as connection:
        sender.start()
        time.sleep(2 + plan.values / 1_000_000)  # the payloads are made meanwhile; the timed part starts with `go`
        before = cpu_s(pid)
        last_at = (start_ms + (plan.rounds - 1) * 1000) * 1000
        began = time.perf_counter()
        go.set()
        for light in range(LIGHTS - plan.connections, LIGHTS):
            wait_until(lambda series=light * 4: there(connection, series, last_at), 600, sender_lives(sender))
        elapsed = time.perf_counter() - began
        used = cpu_s(pid) - before
        sender.join()
        check(connection, plan)
    return Result(plan.values / elapsed, copied, used, memory_mb(pid))


def empty(settings: Settings) -> None:
    """Forget the run before; the intake must not be running, or its marks would know better."""
    with psycopg.connect(dsn_owner(settings), autocommit=True) as connection:
        connection.execute("TRUNCATE sample, crossing, rule_state, latest, intake_batch")


def sender_lives(sender: multiprocessing.Process) -> "object":
    """Return what tells whether the sender has not failed."""
    return lambda: sender.exitcode in {None, 0}


def there(connection: "psycopg.Connection[object]", series: int, at: int) -> bool:
    """Tell whether a value is in the history."""
    found = connection.execute("SELECT 1 FROM sample WHERE series = %s AND time = %s", [series, at]).fetchone()
    return found is not None


def check(connection: "psycopg.Connection[object]", plan: Plan) -> None:
    """Raise AssertionError unless the history and the alarm conditions are exact."""
    wait_until(lambda: _one(connection, "SELECT count(*) FROM sample") == plan.values, 60)
    raised = _one(connection, "SELECT count(*) FROM crossing WHERE edge = 'raise'")
    cleared = _one(connection, "SELECT count(*) FROM crossing WHERE edge = 'clear'")
    assert (raised, cleared) == expected(plan), (raised, cleared, expected(plan))


def _one(connection: "psycopg.Connection[object]", query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0])  # type: ignore[index]


def main() -> None:
    """Run and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fire", type=float, default=1.0, help="percentage of the values that raise an alarm")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=10, help="136,000 values each")
    parser.add_argument("--array", type=int, default=12, help="lights in one message (4 values each)")
    parser.add_argument("--connections", type=int, default=8)
    options = parser.parse_args()
    plan = Plan(options.rounds, options.fire, options.array, options.connections)
    results = []
    with engines() as settings:
        plugin(settings)
        sources = fill(settings, LIGHTS, plan.connections)
        for _ in range(options.runs):
            empty(settings)
            with intake(settings) as process:
                results.append(run_once(settings, sources, plan, process.pid))
    rates = [result.rate for result in results]
    ratio = [result.rate / result.copy for result in results]
    sys.stdout.write(
        f"R2 {plan.values:,} values in arrays of {plan.array * 4}, {plan.fire:g} % firing, exact\n"
        f"  values/s         {spread(rates)}\n"
        f"  COPY, same rows  {spread([result.copy for result in results])}\n"
        f"  ratio to COPY    {spread(ratio)} (goal 0.3)\n"
        f"  ratio to Zabbix  {min(rates) / ZABBIX[1]:.1f} to {max(rates) / ZABBIX[0]:.1f} (goal 4, then 10)\n"
        f"  intake: {spread([result.cpu_s for result in results], ' s')} CPU, "
        f"{spread([result.memory_mb for result in results], ' MB')}\n"
    )


if __name__ == "__main__":
    main()
