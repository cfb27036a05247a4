"""Endurance: 3,600 messages/s over MQTT QoS 1 and as many over HTTP; core, intake, database and broker are killed.

    python bench/soak.py --seconds 600            # or: beffroi bench soak
    python bench/soak.py --seconds 60 --json report.json

The product runs as an operator starts it (`beffroi up`), in a folder of its own. At the end every message acknowledged
to its sender is in the history exactly once, with its value, and the alarms are exactly those due; else status 1.
"""

import argparse
import hashlib
import itertools
import json
import multiprocessing
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import psycopg

from _common import EPHEMERAL, memory_mb, wait_until
from _load import BRIEF, STANDS, Gateway, Load, Tally, code_of, expected, run
from beffroi.server.cli.door import Door
from beffroi.server.engines import postgres as engine
from beffroi.server.settings import PREFIX, Settings, load_settings, read_run_file

CHILDREN = ("postgres", "nats", "core", "intake")
KILLS = ("core", "intake", "postgres", "nats")
LIGHTS_A_GATEWAY = 25
MQTT_GATEWAYS, HTTP_GATEWAYS = 36, 12
ARRAY_EVERY = 6
"""One MQTT gateway in six sends arrays of five lights, the others one light a message."""

SETTLED_WITHIN_S = 120.0
PLUGIN = """
from beffroi.model.kinds import AlarmClass, EquipmentKind, Point

def both(text):
    return {"fr": text, "en": text}

KIND = EquipmentKind(
    name="soak_light", trade="lighting", label=both("endurance"), label_plural=both("endurance"),
    points=tuple(Point(name=n, kind="measure", unit="", low=-1e9, high=1e9, label=both(n))
                 for n in ("power_w", "temperature_c")),
    alarm_classes=(AlarmClass(name="hot", point="temperature_c", test="above", limit=100, hysteresis=5,
                              outcome="alarm", label=both("chaud"), action=both("regarder")),),
)
"""


class Product:
    """A Beffroi of this run's own: its folder, its supervisor, its door."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.settings: Settings = load_settings({}, data=folder)
        self.door = Door(self.settings)

    def child(self, name: str) -> dict[str, Any]:
        """Return what the supervisor tells of a child."""
        return dict((read_run_file(self.settings.run_file) or {})["children"][name])

    def kill(self, name: str) -> bool:
        """Kill a child as a crash would; False when it is not back yet from the kill before."""
        pid = self.child(name)["pid"]
        try:
            if pid:
                os.kill(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            return False
        return bool(pid)

    def connect(self) -> psycopg.Connection[Any]:
        """Open the database with the owner's rights, to check."""
        return psycopg.connect(engine.dsn(self.settings, engine.OWNER), autocommit=True)


@contextmanager
def product() -> Iterator[Product]:
    """Run `beffroi up`, durable, with the kind of light of this run; nothing of it survives."""
    folder = Path(tempfile.mkdtemp(prefix="bf-soak-", dir="/tmp"))
    folder.chmod(0o711)
    plugin = folder / "plugins" / "soak_light"
    plugin.mkdir(parents=True)
    (plugin / "__init__.py").write_text(PLUGIN, encoding="utf-8")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "beffroi.server.cli", "--data", str(folder), "up"],
            env={**clean, **EPHEMERAL}, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    try:
        ready = folder / "keys" / "local-console.key"
        run_file = folder / "run.json"
        wait_until(lambda: (read_run_file(run_file) or {}).get("state") == "ready" and ready.exists(), 120,
                   lambda: process.poll() is None)  # fmt: skip
        yield Product(folder, process)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def gateways_of(rate: float, seconds: float, doors: list[str]) -> list[Gateway]:
    """Return the sources of the run; each door carries `rate` messages a second."""
    made = []
    counts = {"mqtt": MQTT_GATEWAYS, "http": HTTP_GATEWAYS}
    for door in doors:
        for number in range(counts[door]):
            period_ms = max(1, round(1000 * counts[door] / rate))
            items = 5 if door == "mqtt" and number % ARRAY_EVERY == 0 else 1
            first = len(made) * LIGHTS_A_GATEWAY
            messages = int(seconds * 1000 / period_ms)
            name = f"soak-{door}-{number}"
            made.append(Gateway(name, secrets.token_hex(16), door, first, LIGHTS_A_GATEWAY, period_ms, messages, items))
    return made


def register(product: Product, gateways: list[Gateway]) -> None:
    """Enter lights and sources by the ordinary actions."""
    sources = [
        {
            "name": gateway.name,
            "secret": hashlib.sha256(gateway.secret.encode()).hexdigest(),
            "rate": 1e6,
            "burst": 1e6,
        }
        for gateway in gateways
    ]
    product.door.post("/api/actions/telemetry.create_sources", {"sources": sources})

    def enter(light: tuple[int, str]) -> None:
        number, gateway = light
        product.door.post(
            "/api/actions/assets.create",
            {
                "kind": "soak_light", "code": code_of(number), "lon": 5.03 + number % 50 / 1e4,
                "lat": 47.32 + number // 50 / 1e4, "commune": "21231",
                "characteristics": {"gateway": gateway},
            },
        )  # fmt: skip

    lights = [(gateway.first + rank, gateway.name) for gateway in gateways for rank in range(gateway.lights)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(enter, lights))


def series_of(product: Product) -> dict[tuple[str, str], int]:
    """Return the number of each series by (painted number, point)."""
    with product.connect() as connection:
        rows = connection.execute("SELECT code, point, s.index FROM series s JOIN asset ON asset.id = s.asset")
        return {(code, point): index for code, point, index in rows}


def kill_in_turn(product: Product, load: Load, pace_s: float) -> list[dict[str, Any]]:
    """Kill a process every `pace_s` seconds until five seconds before the end of the run; every fifth time all."""
    told = []
    for number, names in enumerate(itertools.cycle([(name,) for name in KILLS] + [KILLS])):
        at_s = (number + 1) * pace_s
        if at_s > load.seconds - 5:
            return told
        time.sleep(max(0.0, load.start_ms / 1000 + at_s - time.time()))
        killed = [name for name in names if product.kill(name)]
        if killed:
            told.append({"at_s": round(time.time() - load.start_ms / 1000, 1), "killed": " + ".join(killed)})
            say(f"{told[-1]['at_s']:7.1f} s  kill -9 {told[-1]['killed']}")


def check(product: Product, load: Load) -> dict[str, Any]:
    """Compare the history and the alarms with what was sent; waits for the last of it to settle."""
    series, at, value = expected(load, series_of(product))
    began = time.monotonic()
    with product.connect() as connection:

        def counted(query: str) -> int:
            row = connection.execute(query).fetchone()
            return int(row[0]) if row else 0

        try:
            wait_until(lambda: counted("SELECT count(*) FROM sample") >= len(series), SETTLED_WITHIN_S)
            wait_until(lambda: counted("SELECT count(*) FROM crossing") == 0, SETTLED_WITHIN_S)
            wait_until(lambda: counted("SELECT count(*) FROM alarm WHERE pending_until IS NOT NULL") == 0, 30)
        except TimeoutError:
            say("the history is not complete: comparing what there is")
        settled_s = time.monotonic() - began
        rows = connection.cursor(binary=True).execute("SELECT series, time, value FROM sample").fetchall()
        found = np.array(rows, np.float64).reshape(-1, 3)
        alarms = _alarms(connection, load)
    return {**_compare(found, series, at, value), **alarms, "settled_s": round(settled_s, 1)}


def _compare(found: Any, series: Any, at: Any, value: Any) -> dict[str, int]:
    sent = {(int(s), int(t)): v for s, t, v in zip(series.tolist(), at.tolist(), value.tolist(), strict=True)}
    seen: dict[tuple[int, int], float] = {}
    twice = wrong = stray = 0
    for number, time_us, held in found.tolist():
        key = (int(number), int(time_us))
        twice += key in seen
        seen[key] = held
        if key not in sent:
            stray += 1
        elif sent[key] != held:
            wrong += 1
    missing = sum(key not in seen for key in sent)
    return {"values": len(sent), "missing": missing, "twice": twice, "wrong": wrong, "stray": stray}


def _alarms(connection: psycopg.Connection[Any], load: Load) -> dict[str, Any]:
    """Return how the alarms differ from those due: one for each light that stays hot, one for each brief heat.

    A brief heat of which nobody learned before it was over is a line « learned late », no alarm.
    """
    lights = [gateway.first + rank for gateway in load.gateways for rank in range(gateway.lights)]
    standing = {code_of(light) for light in lights if light % 3 == STANDS}
    brief = {code_of(light) for light in lights if light % 3 == BRIEF}
    rows = connection.execute(
        "SELECT code, returned_at IS NULL, toggles FROM alarm JOIN asset ON asset.id = alarm.asset"
    ).fetchall()
    held: dict[str, list[tuple[bool, int]]] = {}
    for code, active, toggles in rows:
        held.setdefault(code, []).append((active, toggles))
    lines = "SELECT code, count(*) FROM journal_line JOIN asset ON asset.id = journal_line.asset WHERE type = %s"
    raised = dict(connection.execute(f"{lines} GROUP BY code", ["alarms.raised"]).fetchall())
    late = dict(connection.execute(f"{lines} GROUP BY code", ["alarms.learned_late"]).fetchall())
    wrong = [code for code in standing if held.get(code) != [(True, 1)] or raised.get(code) != 1 or code in late]
    for code in brief:
        once = held.get(code, []) in ([], [(False, 1)]) and raised.get(code, 0) <= 1 and late.get(code, 0) <= 1
        if not once or not (code in raised or code in late):
            wrong.append(code)
    false = sorted((set(held) | set(raised) | set(late)) - standing - brief)
    examples = [(code, held.get(code), raised.get(code), late.get(code)) for code in (wrong + false)[:5]]
    return {
        "alarms_due": len(standing) + len(brief),
        "alarms_raised": sum(raised.values()),
        "learned_late": sum(late.values()),
        "alarms_wrong": len(wrong),
        "alarms_false": len(false),
        "examples": [str(example) for example in examples],
    }


def verify_journal(product: Product) -> bool:
    """Tell whether the chain of the journal is whole."""
    command = [sys.executable, "-m", "beffroi.server.cli", "--data", str(product.settings.data), "journal", "verify"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        say(done.stdout + done.stderr)
    return done.returncode == 0


def endure(product: Product, options: argparse.Namespace) -> dict[str, Any]:
    """Run everything once and return the report."""
    doors = options.door or ["mqtt", "http"]
    gateways = gateways_of(options.rate, options.seconds, doors)
    register(product, gateways)
    say(f"{len(gateways)} sources, {sum(g.lights for g in gateways)} lights entered")
    # the intake reads the register within a second; a reading before would be refused, not lost
    wait_until(lambda: _known(product, gateways[-1]), 30)
    settings = product.settings
    load = Load(gateways, settings.mqtt_port, settings.intake_port, int(time.time() * 1000) + 1500, options.seconds)
    packed = msgspec.json.encode(load)
    results = {door: settings.data / f"tally-{door}.json" for door in doors}
    context = multiprocessing.get_context("spawn")
    senders = [context.Process(target=run, args=(packed, door, str(path))) for door, path in results.items()]
    for sender in senders:
        sender.start()
    kills = [] if options.no_kill else kill_in_turn(product, load, options.pace)
    for sender in senders:
        sender.join(options.seconds + 120)
        sender.kill()
    tallies = {door: msgspec.json.decode(path.read_bytes(), type=Tally) for door, path in results.items()}
    report = {"seconds": options.seconds, "rate": options.rate, "kills": kills}
    report |= {door: msgspec.to_builtins(tally) for door, tally in tallies.items()}
    report |= check(product, load)
    report["memory_mb"] = {name: round(memory_mb(int(product.child(name)["pid"]))) for name in ("core", "intake")}
    report["restarts"] = {name: product.child(name)["restarts"] for name in CHILDREN}
    report["journal_whole"] = verify_journal(product)
    return report


def _known(product: Product, gateway: Gateway) -> bool:
    import urllib.request

    body = json.dumps([{"a": code_of(gateway.first), "t": 1, "p": {"power_w": 1}}]).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{product.settings.intake_port}/v1/readings", body,
        {"Authorization": f"Bearer {gateway.secret}"},
    )  # fmt: skip
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            refused = json.loads(answer.read())["refused"]
    except OSError:
        return False
    # the time is absurd on purpose: known assets are refused for it, unknown ones for being unknown
    return bool(refused and refused[0]["reason"] == "too_old")


def whole(report: dict[str, Any]) -> bool:
    """Tell whether the promise held."""
    nothing = ("missing", "twice", "wrong", "stray", "alarms_wrong", "alarms_false")
    doors = [report[door] for door in ("mqtt", "http") if door in report]
    acknowledged = all(door["acknowledged"] == door["messages"] and not door["refused"] for door in doors)
    killed = Counter(name for kill in report["kills"] for name in kill["killed"].split(" + "))
    # a process that gave up by itself is a defect even when nothing was lost
    nobody_else = all(report["restarts"][name] == killed[name] for name in CHILDREN)
    return acknowledged and nobody_else and not any(report[name] for name in nothing) and bool(report["journal_whole"])


def say(text: str) -> None:
    """Tell the progress."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def main() -> int:
    """Run and print the report; 1 when the promise did not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--rate", type=float, default=3_600, help="messages a second at each door")
    parser.add_argument("--door", choices=("mqtt", "http"), action="append", help="default: both at once")
    parser.add_argument("--pace", type=float, default=12.0, help="seconds between two kills")
    parser.add_argument("--no-kill", action="store_true")
    parser.add_argument("--json", type=Path, help="write the report there too")
    parser.add_argument("--keep", action="store_true", help="print the logs' errors at the end")
    options = parser.parse_args()
    with product() as running:
        report = endure(running, options)
        if options.keep:
            for log in sorted(running.settings.logs.glob("*.log")):
                say(f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-60:]))
    text = json.dumps(report, indent=1, ensure_ascii=False)
    print(text)
    if options.json:
        options.json.write_text(text, encoding="utf-8")
    return 0 if whole(report) else 1


if __name__ == "__main__":
    sys.exit(main())
