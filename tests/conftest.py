"""Real engines for every test: one PostgreSQL and one broker per test process, a fresh migrated database per test.

`BEFFROI_TEST_POSTGRES_BIN=/usr/lib/postgresql/15/bin` runs the same tests on another PostgreSQL.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from psycopg import sql

from beffroi.server import city, launcher
from beffroi.server.engines import postgres as engine
from beffroi.server.migrations import find_migrations, migrate
from beffroi.server.settings import Settings, load_settings, read_run_file
from beffroi.server.supervisor import Supervisor

EPHEMERAL = {f"BEFFROI_{name}_PORT": "0" for name in ("HTTP", "INTAKE", "OSMAND", "MQTT", "NATS", "NATS_MONITOR")}
TEMPLATE = "template_beffroi"

# A pause of a shared machine is no defect of the code under test. What a change is judged by is drawn alike at each
# run; elsewhere each run looks at other examples.
hypothesis_settings.register_profile(
    "house",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile("house")


def _silent(code: str, **params: Any) -> None:
    """Hear the supervisor and say nothing."""


@contextmanager
def temporary_data() -> Iterator[Path]:
    """Give a data folder that the engines' service user can reach (pytest's own folders are closed), then remove it."""
    folder = Path(tempfile.mkdtemp(prefix="bf-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settings(folder: Path) -> Settings:
    given = {**EPHEMERAL, "BEFFROI_SHARED_BUFFERS": "64MB", "BEFFROI_UNSAFE_FAST": "true"}
    given["BEFFROI_POSTGRES_BIN"] = os.environ.get("BEFFROI_TEST_POSTGRES_BIN", "")
    return city.with_ports(load_settings(given, data=folder))


def wait_until(condition: Callable[[], object], within_s: float = 30.0, every_s: float = 0.02) -> Any:
    """Return the first true value of a condition; AssertionError when it stays false."""
    deadline = time.monotonic() + within_s
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"still false after {within_s} s"
        time.sleep(every_s)


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """An empty data folder that the engines can reach, removed after the test."""
    with temporary_data() as folder:
        yield folder


@pytest.fixture(scope="session")
def ephemeral() -> dict[str, str]:
    """Environment of a process under test: every port chosen free, little memory."""
    return {**EPHEMERAL, "BEFFROI_SHARED_BUFFERS": "64MB"}


@pytest.fixture(scope="session", name="wait_until")
def _wait_until() -> Callable[..., Any]:
    return wait_until


@pytest.fixture(scope="session")
def postgres() -> Iterator[Settings]:
    """A running PostgreSQL of this test process; its settings give `beffroi.server.database` the addresses."""
    with temporary_data() as folder:
        settings = _settings(folder)
        child = city.database_child(settings, then=lambda: engine.ensure_database(settings))
        with Supervisor(settings, [child], _silent).started():
            yield settings


@pytest.fixture(scope="session")
def _template(postgres: Settings) -> Settings:
    with _admin(postgres) as connection:
        connection.execute(f"CREATE DATABASE {TEMPLATE}")
    migrate(engine.dsn(postgres, engine.OWNER, TEMPLATE), engine.APP, find_migrations())
    return postgres


class Database(NamedTuple):
    """One fresh migrated database: addresses for both roles, and settings that lead there."""

    name: str
    app: str
    owner: str
    settings: Settings


@pytest.fixture
def database(_template: Settings) -> Iterator[Database]:
    """A fresh migrated database for one test."""
    with new_database(_template) as made:
        yield made


@pytest.fixture(scope="module")
def module_database(_template: Settings) -> Iterator[Database]:
    """A fresh migrated database shared by the tests of a module."""
    with new_database(_template) as made:
        yield made


@contextmanager
def new_database(server: Settings) -> Iterator[Database]:
    """Make a database from the migrated template and drop it, with whoever is still connected, at the end."""
    name = f"t_{secrets.token_hex(6)}"
    with _admin(server) as connection:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
        connection.execute(made)
    app, owner = (engine.dsn(server, role, name) for role in (engine.APP, engine.OWNER))
    try:
        yield Database(name, app, owner, msgspec.structs.replace(server, database=app, database_owner=owner))
    finally:
        with _admin(server) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _admin(server: Settings) -> psycopg.Connection[Any]:
    return psycopg.connect(engine.dsn(server, engine.OWNER, "postgres"), autocommit=True, connect_timeout=10)


@pytest.fixture(scope="session")
def nats() -> Iterator[Settings]:
    """A running broker of this test process on free ports: `settings.nats_url`, `settings.mqtt_url`."""
    with temporary_data() as folder:
        settings = _settings(folder)
        with Supervisor(settings, [city.broker_child(settings)], _silent).started():
            yield settings


class Product(NamedTuple):
    """A whole Beffroi running in a folder of its own."""

    settings: Settings
    process: subprocess.Popen[str]
    output: Path

    def pid(self, child: str) -> int:
        """Return the process number of a child of the supervisor; KeyError when it is not running."""
        running = read_run_file(self.settings.run_file)
        return int((running or {})["children"][child]["pid"])


@contextmanager
def run_beffroi(
    *arguments: str, environment: dict[str, str] | None = None, ready_within_s: float = 60.0, folder: Path | None = None
) -> Iterator[Product]:
    """Run `beffroi up` (or the arguments given) in a folder of its own with free ports; nothing of it survives."""
    with temporary_data() as fresh:
        data = folder or fresh
        output = data / "output.txt"
        with output.open("w") as out:
            process = subprocess.Popen(
                [
                    *_dying_with_us(),
                    sys.executable,
                    "-m",
                    "beffroi.server.cli",
                    "--data",
                    str(data),
                    *(arguments or ("up",)),
                ],
                stdout=out,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
                env={**_clean_environment(), **EPHEMERAL, "BEFFROI_SHARED_BUFFERS": "64MB", **(environment or {})},
            )
        try:
            wait_until(lambda: _ready(data, process, output), ready_within_s)
            yield Product(load_settings({}, data=data), process, output)
        finally:
            _end(process, data)


@pytest.fixture(scope="session", name="run_beffroi")
def _run_beffroi() -> Callable[..., Any]:
    return run_beffroi


def _dying_with_us() -> list[str]:
    """Return how to start a program that ends with these tests, even when they are killed."""
    parent, ask = str(os.getpid()), str(int(signal.SIGTERM))
    return [sys.executable, "-I", "-S", launcher.__file__, "--parent", parent, "--signal", ask, "--"]


def _clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("BEFFROI_")}


def _ready(data: Path, process: subprocess.Popen[str], output: Path) -> bool:
    assert process.poll() is None, output.read_text()
    return (read_run_file(data / "run.json") or {}).get("state") == "ready"


def _end(process: subprocess.Popen[str], data: Path) -> None:
    children = (read_run_file(data / "run.json") or {}).get("children", {})
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for child in children.values():
        try:
            os.killpg(int(child["pid"]), signal.SIGKILL)
        except (ProcessLookupError, TypeError):
            continue


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests are slow ones: `scripts/test` runs those one at a time, or two loads would measure each other.

    So are the long ones, which `scripts/test` leaves to `scripts/test-long`.
    """
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.slow)
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.slow)
            if not item.get_closest_marker("timeout"):
                # the first of them waits for a whole product to start
                item.add_marker(pytest.mark.timeout(300))
