"""The supervisor with its real engines: what kill -9 of each leaves, and what is durable."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from beffroi.server.engines import nats, postgres
from beffroi.server.settings import Settings, alive, load_settings, read_run_file

SCRIPT = """
import sys
from beffroi.server import city
from beffroi.server.settings import load_settings
from beffroi.server.supervisor import Supervisor
from beffroi.server.engines import postgres

settings = city.with_ports(load_settings(data=sys.argv[1]))
database = city.database_child(settings, then=lambda: postgres.ensure_database(settings))
report = lambda code, **params: print(code, params, flush=True)
Supervisor(settings, [database, city.broker_child(settings)], report).run()
"""


class Engines:
    """A supervisor of the two engines, in a process of its own."""

    def __init__(self, data: Path, environment: dict[str, str]) -> None:
        self.data = data
        self.output = data / "output.txt"
        with self.output.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SCRIPT, str(data)],
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
                start_new_session=True,
            )

    def state(self) -> dict[str, Any]:
        return read_run_file(self.data / "run.json") or {}

    def pid(self, name: str) -> int:
        return self.state()["children"][name]["pid"]

    def ready(self) -> bool:
        assert self.process.poll() is None, self.output.read_text()
        return self.state().get("state") == "ready"

    def settings(self) -> Settings:
        return load_settings({}, data=self.data)


@pytest.fixture
def engines(wait_until: Any, data_folder: Path, ephemeral: dict[str, str]) -> Iterator[Engines]:
    running = Engines(data_folder, ephemeral)
    try:
        wait_until(running.ready, within_s=30)
        yield running
    finally:
        pids = [child["pid"] for child in running.state().get("children", {}).values()]
        running.process.kill()
        running.process.wait()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, TypeError):
                os.killpg(pid, signal.SIGKILL)


def _write(settings: Settings, number: int) -> None:
    with psycopg.connect(postgres.dsn(settings, postgres.OWNER), connect_timeout=5) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS proof (number int)")
        connection.execute("INSERT INTO proof VALUES (%s)", [number])


def _count(settings: Settings) -> int:
    with psycopg.connect(postgres.dsn(settings, postgres.OWNER), connect_timeout=5) as connection:
        row = connection.execute("SELECT count(*) FROM proof").fetchone()
        assert row is not None
        return int(row[0])


def test_killed_database_is_back_with_what_was_committed(engines: Engines, wait_until: Any) -> None:
    settings = engines.settings()
    _write(settings, 1)
    before, broker = engines.pid("postgres"), engines.pid("nats")
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: engines.pid("postgres") not in {before, None} and postgres.accepts(settings), within_s=30)
    assert _count(settings) == 1
    assert engines.pid("nats") == broker


def test_killed_broker_is_back_on_the_same_port(engines: Engines, wait_until: Any) -> None:
    settings, before = engines.settings(), engines.pid("nats")
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: engines.pid("nats") not in {before, None} and nats.healthy(settings), within_s=30)


def test_killed_supervisor_takes_engines_down_and_next_start_finds_everything(
    engines: Engines, wait_until: Any, ephemeral: dict[str, str]
) -> None:
    _write(engines.settings(), 1)
    pids = [engines.pid("postgres"), engines.pid("nats")]
    engines.process.kill()
    engines.process.wait()
    again = Engines(engines.data, ephemeral)
    try:
        # started at once, while the engines of the first are still ending
        wait_until(lambda: engines.state().get("supervisor") == again.process.pid and again.ready(), within_s=20)
        assert not any(alive(pid) for pid in pids)
        assert _count(again.settings()) == 1
    finally:
        again.process.send_signal(signal.SIGINT)
        assert again.process.wait(20) == 0


def test_interrupt_stops_engines_cleanly(engines: Engines) -> None:
    pids = [engines.pid("postgres"), engines.pid("nats")]
    engines.process.send_signal(signal.SIGINT)
    assert engines.process.wait(20) == 0
    assert not any(alive(pid) for pid in pids)
    assert not (engines.data / "engines" / "postgres" / "postmaster.pid").exists()


def test_engines_are_not_root_and_their_files_closed(engines: Engines) -> None:
    if os.geteuid() != 0:
        pytest.skip("the engines change user only when started by root")
    for name in ("postgres", "nats"):
        assert Path(f"/proc/{engines.pid(name)}").stat().st_uid != 0
    assert (engines.data / "engines" / "postgres").stat().st_mode & 0o077 == 0
    assert (engines.data / "keys" / "database.json").stat().st_mode & 0o077 == 0


def test_data_folder_out_of_the_service_users_reach_works_all_the_same(
    data_folder: Path, wait_until: Any, ephemeral: dict[str, str]
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root has folders that its service user cannot reach")
    closed = data_folder / "closed"
    closed.mkdir(mode=0o700)
    data = closed / "data"
    data.mkdir()
    running = Engines(data, ephemeral)
    try:
        wait_until(running.ready, within_s=30)
        _write(running.settings(), 1)
        assert _count(running.settings()) == 1
    finally:
        running.process.send_signal(signal.SIGINT)
        running.process.wait(20)
        shutil.rmtree((data / "engines").resolve())
