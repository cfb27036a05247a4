"""What the benchmarks of the intake share: durable engines in a folder of their own, a city of lights, a publisher.

Nothing here is tuned for speed beyond what the product does: fsync and synchronous_commit are on.
"""

import asyncio
import os
import secrets
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from beffroi.links.mqtt.simulator import GatewayClient
from beffroi.server import city
from beffroi.server.database import dsn_app, dsn_owner
from beffroi.server.engines import postgres as engine
from beffroi.server.migrations import migrate_settings
from beffroi.server.settings import PREFIX, Settings, load_settings, read_run_file
from beffroi.server.supervisor import Supervisor

EPHEMERAL = {f"BEFFROI_{name}_PORT": "0" for name in ("HTTP", "INTAKE", "OSMAND", "MQTT", "NATS", "NATS_MONITOR")}
POINTS = ("power_w", "level_pct", "voltage_v", "temperature_c")
HOT_C, COOL_C = 150.0, 20.0
"""Beyond and below the limit of `hot_fast`, the class that the benchmarks' lights have."""


def silent(code: str, **params: Any) -> None:
    """Hear the supervisor and say nothing."""


def _leave(number: int, frame: object) -> None:
    raise SystemExit(128 + number)


@contextmanager
def engines(environment: dict[str, str] | None = None) -> Iterator[Settings]:
    """Run PostgreSQL and the broker, durable, in a folder removed at the end; the database is migrated."""
    if threading.current_thread() is threading.main_thread():
        # a bench told to end still ends its engines
        signal.signal(signal.SIGTERM, _leave)
    folder = Path(tempfile.mkdtemp(prefix="bf-bench-", dir="/tmp"))
    folder.chmod(0o711)
    given = {**EPHEMERAL, **(environment or {})}
    settings = city.with_ports(load_settings(given, data=folder))
    host = subprocess.Popen(
        [sys.executable, __file__], env={**environment_of(settings), **(environment or {})}, start_new_session=True
    )
    try:
        wait_until(
            lambda: (read_run_file(settings.run_file) or {}).get("state") == "ready", 60, lambda: host.poll() is None
        )
        yield settings
    finally:
        host.send_signal(signal.SIGTERM)
        host.wait(70)
        shutil.rmtree(folder, ignore_errors=True)


def host_engines() -> None:
    """Run the engines of the environment under their supervisor, which brings back what is killed; ends on SIGTERM."""
    settings = load_settings()

    def ready() -> None:
        engine.ensure_database(settings)
        migrate_settings(settings)

    children = [city.database_child(settings, then=ready), city.broker_child(settings)]
    Supervisor(settings, children, silent).run()


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the variables by which a process finds these engines."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return {**clean, **city.child_environment(settings)}


@contextmanager
def process(settings: Settings, module: str, ready: Callable[[], bool]) -> Iterator[subprocess.Popen[bytes]]:
    """Run one of our processes until the end of the block; its log goes to the data folder."""
    settings.logs.mkdir(exist_ok=True)
    with (settings.logs / f"{module.rpartition('.')[2]}.log").open("ab") as log:
        started = subprocess.Popen(
            [sys.executable, "-m", module], env=environment_of(settings), stdout=log, stderr=log, start_new_session=True
        )
    try:
        wait_until(ready, 60, lambda: started.poll() is None)
        yield started
    finally:
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(10)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def intake(settings: Settings) -> Any:
    """Run the intake."""
    return process(settings, "beffroi.server.intake", lambda: listening(settings.intake_port))


def listening(port: int) -> bool:
    """Tell whether something accepts connections on a port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def wait_until(condition: Callable[[], object], within_s: float, alive: Callable[[], bool] = lambda: True) -> Any:
    """Return the first true value of a condition; raises TimeoutError, or RuntimeError when `alive` turns false."""
    deadline = time.monotonic() + within_s
    while not (value := condition()):
        if not alive():
            raise RuntimeError("the process ended")
        if time.monotonic() > deadline:
            raise TimeoutError(f"still false after {within_s} s")
        time.sleep(0.01)
    return value


class Source(msgspec.Struct):
    """One gateway of the benchmark: its name and token."""

    name: str
    secret: str


def fill(
    settings: Settings, lights: int, gateways: int, *, burst: float = 1e9, rate: float = 1e9, kind: str = "bench_light"
) -> list[Source]:
    """Put lights of `POINTS` and the gateways that speak for them into the register; light i has series 4i to 4i+3."""
    sources = [Source(f"gw{number:04d}", secrets.token_hex(16)) for number in range(gateways)]
    with psycopg.connect(dsn_owner(settings)) as connection, connection.cursor() as cursor:
        columns = "id, index, kind, code, name, commune, street, number, lon, lat, owner, contract, installed_on,"
        columns += " management, rhythm, state, characteristics, source, source_hash, simulated, revision, first_series"
        with cursor.copy(f"COPY asset ({columns}) FROM STDIN") as copy:
            for number in range(lights):
                gateway = f'{{"gateway": "{sources[number % gateways].name}"}}'
                place = ("", "", "", "", 5.0, 47.3, "", "", "", "point", "permanent", "in_service", gateway)
                identity = (UUID(int=number + 1), number, kind, code_of(number))
                copy.write_row((*identity, *place, f"bench/{number}", 0, True, 1, number * len(POINTS)))
        with cursor.copy("COPY series (index, asset, point) FROM STDIN") as copy:
            for number in range(lights):
                for place, point in enumerate(POINTS):
                    copy.write_row((number * len(POINTS) + place, UUID(int=number + 1), point))
        add_sources(cursor, sources, rate, burst)
    return sources


def add_sources(cursor: psycopg.Cursor[Any], sources: Sequence[Source], rate: float, burst: float) -> None:
    """Put sources into the register as the action would."""
    cursor.executemany(
        "INSERT INTO source (name, label, kind, state, secret, assets, rate, burst, created_at, changed_at)"
        " VALUES (%s, '', 'gateway', 'active', %s, '{}', %s, %s, 0, 0)",
        [(source.name, sha256(source.secret.encode()).digest(), rate, burst) for source in sources],
    )


def code_of(number: int) -> str:
    """Return the painted number of a light."""
    return f"A{number // 100:03d}-{number % 100:02d}"


def plugin(settings: Settings) -> None:
    """Add the benchmark's kind of light: four points, one alarm at once above 100 °C, kept for 62 days."""
    folder = settings.plugins / "bench_light"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").write_text(PLUGIN, encoding="utf-8")


PLUGIN = """
from beffroi.model.kinds import AlarmClass, EquipmentKind, Point

def both(text):
    return {"fr": text, "en": text}

POINTS = ("power_w", "level_pct", "voltage_v", "temperature_c")
KIND = EquipmentKind(
    name="bench_light", trade="lighting", label=both("banc"), label_plural=both("banc"),
    points=tuple(Point(name=n, kind="measure", unit="", low=-1e9, high=1e9, label=both(n)) for n in POINTS),
    alarm_classes=(
        AlarmClass(name="hot_fast", point="temperature_c", test="above", limit=100, hysteresis=5, outcome="alarm",
                   label=both("chaud"), action=both("regarder")),
        AlarmClass(name="overload", point="power_w", test="above", limit=1e6, outcome="alarm",
                   label=both("surcharge"), action=both("regarder")),
    ),
)
"""


async def publish(port: int, source: Source, payloads: Sequence[bytes], window: int = 64, path: str = "") -> None:
    """Publish at QoS 1 on one connection, `window` unacknowledged at most; returns once all are acknowledged."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    client = GatewayClient(source.name, source.secret)
    writer.write(client.connect())
    while not client.accepted:
        answer, _ = client.receive(await reader.read(1 << 16))
        writer.write(answer)
    sent = 0
    while sent < len(payloads) or client.unacknowledged:
        room = min(window - len(client.unacknowledged), len(payloads) - sent)
        writer.write(b"".join(client.publish(payload, path) for payload in payloads[sent : sent + room]))
        sent += max(room, 0)
        data = await reader.read(1 << 16)
        if not data:
            raise ConnectionError("the broker closed")
        client.receive(data)
    writer.close()


def count(settings: Settings, table: str) -> int:
    """Return the rows of a table."""
    with psycopg.connect(dsn_app(settings)) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def cpu_s(pid: int) -> float:
    """Return the processor time that a process has used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    """Return the resident memory of a process, MB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def spread(values: Sequence[float], unit: str = "") -> str:
    """Return "median [min–max]" of some figures."""
    return f"{statistics.median(values):,.3g}{unit} [{min(values):,.3g}–{max(values):,.3g}]".replace(",", " ")


if __name__ == "__main__":
    host_engines()
