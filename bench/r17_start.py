"""R17: cold start with 34,000 lights and 2,000 open alarms: time until ready, and not one false alarm.

    python bench/r17_start.py --runs 5

The rehearsal's town enters by the import door, a source raises the alarms by the ordinary HTTP door, then the whole
product is stopped and started again: from the command to `/readyz` and the intake's door. Beside it, in the same run,
the time in which COPY carries the register's and the alarms' rows out of the same database.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from _common import EPHEMERAL, listening, memory_mb, spread, wait_until
from beffroi.rehearsal.player.door import Door as RehearsalDoor
from beffroi.rehearsal.player.where import find_where
from beffroi.rehearsal.prepare import import_town, prepare
from beffroi.server.cli.door import LOCAL_KEY, Door
from beffroi.server.database import dsn_owner
from beffroi.server.settings import Settings, load_settings, read_run_file

GOAL_S = 10.0


@contextmanager
def product(folder: Path) -> Iterator[tuple[Settings, float]]:
    """Run `beffroi up` on a folder; yields its settings and how long it took to be ready."""
    (folder / "run.json").unlink(missing_ok=True)
    began = time.perf_counter()
    command = [sys.executable, "-m", "beffroi.server.cli", "--data", str(folder), "up"]
    process = subprocess.Popen(command, env={**os.environ, **EPHEMERAL}, stdout=subprocess.DEVNULL)
    try:
        settings = wait_until(lambda: _ready(folder), 120, lambda: process.poll() is None)
        yield settings, time.perf_counter() - began
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def _ready(folder: Path) -> Settings | None:
    if read_run_file(folder / "run.json") is None:
        return None
    settings = load_settings(dict(os.environ), data=folder)
    try:
        with urllib.request.urlopen(f"{settings.http_url}/readyz", timeout=2) as answer:
            known = (settings.keys / LOCAL_KEY).exists()
            return settings if answer.status == 200 and known and listening(settings.intake_port) else None
    except (OSError, urllib.error.URLError):
        return None


def raise_alarms(settings: Settings, door: Door) -> int:
    """Trip circuits, open doors, put junctions on flashing: each told by its own gateway; return the alarms open."""
    wanted = {"circuit": {"tripped": 1}, "cabinet": {"door_open": 1}, "junction": {"mode": 2}}
    told: dict[str, list[dict[str, Any]]] = {}
    for kind, points in wanted.items():
        for row in _assets(door, kind):
            gateway = row["characteristics"].get("gateway")
            if gateway:
                told.setdefault(gateway, []).append({"a": row["code"], "p": points})
    sources = [_source(gateway) for gateway in told]
    door.post("/api/actions/telemetry.create_sources", {"sources": sources})
    for gateway, readings in told.items():
        _post(settings, gateway, readings)
    return open_alarms(door)


def _secret(gateway: str) -> str:
    return sha256(f"r17 {gateway}".encode()).hexdigest()[:32]


def _source(gateway: str) -> dict[str, Any]:
    digest = sha256(_secret(gateway).encode()).hexdigest()
    return {"name": gateway, "secret": digest, "rate": 1e6, "burst": 1e6}


def _assets(door: Door, kind: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    after = None
    while True:
        page = door.get("/api/assets", kind=kind, limit=1000, **({"after": after} if after is not None else {}))
        rows += page["items"]
        after = page["next"]
        if after is None:
            return rows


def _post(settings: Settings, gateway: str, readings: list[dict[str, Any]]) -> None:
    at = time.time_ns() // 1_000_000
    body = msgspec.json.encode([{**reading, "t": at} for reading in readings])
    url = f"http://127.0.0.1:{settings.intake_port}/v1/readings"
    request = urllib.request.Request(url, body, {"Authorization": f"Bearer {_secret(gateway)}"})

    def sent() -> bool:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return not json.loads(answer.read())["refused"]
        except urllib.error.HTTPError as error:
            # the intake learns of new sources and assets within seconds
            if error.code != 401:
                raise
            return False

    wait_until(sent, 60)


def open_alarms(door: Door) -> int:
    """Return the number of open alarms once it stands still for three seconds."""
    seen, since = -1, time.monotonic()
    while time.monotonic() - since < 3:
        total = int(door.get("/api/alarms", limit=1)["total"])
        if total != seen:
            seen, since = total, time.monotonic()
        time.sleep(0.2)
    return seen


def copy_s(settings: Settings) -> float:
    """Return the time in which COPY carries the same rows out of the database, seconds."""
    with psycopg.connect(dsn_owner(settings)) as connection:
        began = time.perf_counter()
        for table in ("asset", "alarm", "series"):
            with connection.cursor().copy(f"COPY {table} TO STDOUT (FORMAT binary)") as copy:
                for _ in copy:
                    pass
        return time.perf_counter() - began


def main() -> int:
    """Run and print the figures; 1 when an alarm appeared or vanished by starting."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bf-r17-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        with product(folder) as (settings, _):
            door = Door(settings)
            import_town(RehearsalDoor(find_where(folder)), prepare(folder))
            before = raise_alarms(settings, door)
        starts, copies, false, megabytes = [], [], 0, {}
        for _ in range(options.runs):
            with product(folder) as (settings, took):
                starts.append(took)
                copies.append(copy_s(settings))
                false += abs(open_alarms(Door(settings)) - before)
                children = (read_run_file(folder / "run.json") or {})["children"]
                megabytes = {name: memory_mb(child["pid"]) for name, child in children.items()}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    ratio = spread([start / copied for start, copied in zip(starts, copies, strict=True)])
    sys.stdout.write(
        f"R17 cold start, 34,000 lights and their equipment, {before:,} open alarms\n"
        f"  ready in     {spread(starts, ' s')}; goal {GOAL_S:.0f} s\n"
        f"  COPY out     {spread(copies, ' s')}: ready in {ratio} times that\n"
        f"  false alarms {false} (alarms that appeared or vanished by starting)\n"
        f"  memory       {', '.join(f'{name} {size:.0f} MB' for name, size in megabytes.items())}\n"
    )
    return 1 if false else 0


if __name__ == "__main__":
    sys.exit(main())
