"""A street for the intake: durable engines, lights, gateways, and an intake that can be killed."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import psycopg
import pytest

BENCH = Path(__file__).parents[3] / "bench" / "_common.py"
LIGHTS, GATEWAYS = 400, 8


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_common", BENCH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_common"] = module
    spec.loader.exec_module(module)
    return module


bench = _load()


class Street:
    """The engines, the register and the intake of one test module."""

    def __init__(self, settings: Any, sources: list[Any], environment: dict[str, str] | None = None) -> None:
        self.settings = settings
        self.environment = environment or {}
        self.sources = sources
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the intake and wait for its doors."""
        self.settings.logs.mkdir(exist_ok=True)
        with (self.settings.logs / "intake.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "beffroi.server.intake"],
                env={**bench.environment_of(self.settings), **self.environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        bench.wait_until(lambda: bench.listening(self.settings.intake_port), 60, self.alive)

    def alive(self) -> bool:
        """Tell whether the intake runs."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def log(self) -> str:
        """Return what the intake wrote."""
        return (self.settings.logs / "intake.log").read_text()

    def fetch(self, query: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query as the owner; waits for a database that comes back."""
        with bench.wait_until(self.connect, 30) as connection:
            return connection.execute(query, parameters).fetchall()

    def connect(self) -> Any:
        """Return a connection as the owner, or nothing while the database is away."""
        try:
            return psycopg.connect(bench.dsn_owner(self.settings), connect_timeout=5)
        except psycopg.OperationalError:
            return None

    def count(self, reason: str, source: str) -> int:
        """Return how many of a kind were counted for a source, as written so far."""
        rows = self.fetch("SELECT count FROM source_count WHERE source = %s AND reason = %s", [source, reason])
        return int(rows[0][0]) if rows else 0

    def now_ms(self) -> int:
        """Return the time of the machine in ms."""
        return time.time_ns() // 1_000_000

    def mine(self, gateway: int) -> list[int]:
        """List the lights of a gateway."""
        return list(range(gateway, LIGHTS, GATEWAYS))

    def array(self, lights: list[int], at_ms: int, **points: float) -> bytes:
        """Return a gateway's array of the same points for some lights."""
        return msgspec.json.encode([{"a": bench.code_of(light), "t": at_ms, "p": points} for light in lights])


@contextmanager
def running_street(lights: int = LIGHTS, gateways: int = GATEWAYS, **quota: float) -> Iterator[Street]:
    """Run engines and an intake over a small register."""
    with bench.engines({"BEFFROI_SHARED_BUFFERS": "64MB"}) as settings:
        bench.plugin(settings)
        street = Street(settings, bench.fill(settings, lights, gateways, **quota))
        try:
            street.start()
            yield street
        finally:
            street.kill()


@pytest.fixture(scope="module")
def street() -> Iterator[Street]:
    """A street shared by the tests of a module: each takes its own lights and times."""
    with running_street() as running:
        yield running


@pytest.fixture(name="bench", scope="session")
def _bench() -> ModuleType:
    return bench


@pytest.fixture
def own_street() -> Iterator[Any]:
    """A maker of streets for tests that break engines."""
    yield running_street


def pid_of(settings: Any, name: str) -> int:
    """Return the process number of an engine of this folder."""
    if name == "postgres":
        return int((settings.data / "engines" / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if command[0].endswith(b"nats-server") and str(settings.data).encode() in b" ".join(command):
                return int(entry.name)
    raise LookupError(name)


@pytest.fixture(scope="session")
def kill_engine() -> Any:
    """kill -9 of an engine; its supervisor brings it back."""

    def kill(settings: Any, name: str) -> None:
        pid = pid_of(settings, name)
        if name == "postgres":
            # the postmaster alone: its children follow, as in a crash
            os.kill(pid, signal.SIGKILL)
        else:
            os.killpg(pid, signal.SIGKILL)

    return kill
