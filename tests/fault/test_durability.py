"""What was acknowledged is in the history once, whatever was killed meanwhile; `beffroi bench soak` lasts longer.

The run is the one of `bench/soak.py`, shortened: real publishers, the product under its supervisor, kill -9 of each
process in turn and of all at once.
"""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 60
DUE_RATE = 3_600

pytestmark = [pytest.mark.slow, pytest.mark.timeout(960)]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("soak") / "report.json"
    command = [sys.executable, "bench/soak.py", "--seconds", str(SECONDS), "--pace", "6", "--json", str(path)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        output, _ = process.communicate(timeout=900)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=15)
        pytest.fail(output[-3000:])
    assert path.exists(), output[-3000:]
    sys.stdout.write(output)
    return dict(json.loads(path.read_bytes()))


def test_every_process_was_killed_and_came_back_alone(report: dict[str, Any]) -> None:
    killed = " + ".join(kill["killed"] for kill in report["kills"]).split(" + ")
    assert set(killed) == {"core", "intake", "postgres", "nats"}
    assert report["restarts"] == {name: killed.count(name) for name in report["restarts"]}


@pytest.mark.parametrize("door", ["mqtt", "http"])
def test_devices_had_every_message_acknowledged(report: dict[str, Any], door: str) -> None:
    tally = report[door]
    assert tally["messages"] >= 0.98 * DUE_RATE * SECONDS
    assert tally["acknowledged"] == tally["messages"]
    assert tally["refused"] == 0
    assert tally["again"] > 0, "no kill ever interrupted this door: nothing was tried"


def test_history_holds_each_reading_once_with_its_value(report: dict[str, Any]) -> None:
    assert report["values"] > 800_000
    found = {name: report[name] for name in ("missing", "twice", "wrong", "stray")}
    assert found == {"missing": 0, "twice": 0, "wrong": 0, "stray": 0}


def test_alarms_are_exactly_those_due(report: dict[str, Any]) -> None:
    assert report["alarms_due"] > 0
    assert (report["alarms_wrong"], report["alarms_false"]) == (0, 0), report["examples"]


def test_journal_is_whole(report: dict[str, Any]) -> None:
    assert report["journal_whole"]
