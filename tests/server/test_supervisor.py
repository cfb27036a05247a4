"""The supervisor against real processes: order, restarts, kill -9 of anything, nothing left behind."""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from beffroi.server.settings import Settings, SettingsError, alive, read_run_file
from beffroi.server.supervisor import Child, StartError, Supervisor

SCRIPT = """
import sys, time
from pathlib import Path
from beffroi.server.settings import Settings
from beffroi.server.supervisor import Child, Supervisor

WORKER = "import time; time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
# a child with a child of its own, in the same group
PARENT = "import subprocess as s, time; s.Popen(['/bin/sleep', '600']); time.sleep(600)"

def child(name, code):
    return Child(name=name, command=lambda: [sys.executable, "-c", code], stop_within_s=1.0)

def report(code, **params):
    print(code, params.get("name", ""), flush=True)

Supervisor(
    Settings(data=Path(sys.argv[1])),
    [child("first", WORKER), child("stubborn", STUBBORN), child("parent", PARENT)],
    report,
).run()
"""


class Standing:
    """A supervisor of stand-in children in a process of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.output = data / "output.txt"
        with self.output.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SCRIPT, str(data)], stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )

    def children(self) -> dict[str, Any]:
        return (read_run_file(self.data / "run.json") or {}).get("children", {})

    def pids(self) -> dict[str, int]:
        return {name: child["pid"] for name, child in self.children().items()}

    def ready(self) -> bool:
        assert self.process.poll() is None, self.output.read_text()
        return (read_run_file(self.data / "run.json") or {}).get("state") == "ready"


@pytest.fixture
def standing(tmp_path: Path, wait_until: Any) -> Iterator[Standing]:
    running = Standing(tmp_path)
    try:
        wait_until(running.ready)
        yield running
    finally:
        pids = running.pids().values()
        running.process.kill()
        running.process.wait()
        for pid in pids:
            # a grandchild outlives a killed supervisor: only the supervisor's own stop ends whole groups
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)


def _group_alive(group: int) -> bool:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            return True
    return False


def test_killed_child_is_back_within_five_seconds_and_others_go_on(standing: Standing, wait_until: Any) -> None:
    before = standing.pids()
    os.kill(before["first"], signal.SIGKILL)
    wait_until(lambda: (standing.pids()["first"] or before["first"]) != before["first"], within_s=5)
    after = standing.pids()
    assert after["stubborn"] == before["stubborn"]
    assert standing.children()["first"]["restarts"] == 1
    assert not alive(before["first"]), "the dead child was not reaped"


def test_killed_supervisor_leaves_nothing_after_ten_seconds(standing: Standing, wait_until: Any) -> None:
    pids = standing.pids()
    standing.process.kill()
    standing.process.wait()
    wait_until(lambda: not any(alive(pid) for pid in pids.values()), within_s=10)


def test_interrupt_stops_in_reverse_order_and_leaves_no_process(standing: Standing, wait_until: Any) -> None:
    pids = standing.pids()
    standing.process.send_signal(signal.SIGINT)
    assert standing.process.wait(15) == 0
    stops = [line for line in standing.output.read_text().splitlines() if line.startswith("up.stopping")]
    assert stops == ["up.stopping parent", "up.stopping stubborn", "up.stopping first"]
    assert not any(_group_alive(pid) for pid in pids.values())
    assert not (standing.data / "run.json").exists()


def test_second_supervisor_is_refused_and_the_first_goes_on(standing: Standing) -> None:
    with pytest.raises(SettingsError) as refusal:
        Supervisor(Settings(data=standing.data), [], lambda code, **params: None).run()
    assert refusal.value.code == "up.already_running"
    assert standing.ready()


def test_child_that_never_becomes_ready_is_told_with_its_last_words(tmp_path: Path) -> None:
    child = Child(
        name="broken",
        command=lambda: ["/bin/sh", "-c", "echo 'no such database' >&2; exit 1"],
        ready=lambda: False,
        ready_within_s=3.0,
    )
    with (
        pytest.raises(StartError, match="no such database"),
        Supervisor(Settings(data=tmp_path), [child], lambda code, **params: None).started(),
    ):
        pytest.fail("it cannot have started")


def test_pause_between_restarts_grows_and_stays_under_the_promise(tmp_path: Path) -> None:
    deaths: list[float] = []

    def report(code: str, **params: Any) -> None:
        if code == "up.died":
            deaths.append(time.monotonic())

    child = Child(name="dying", command=lambda: ["/bin/false"], ready=lambda: len(deaths) >= 6, ready_within_s=20.0)
    with Supervisor(Settings(data=tmp_path), [child], report).started():
        gaps = [later - earlier for earlier, later in itertools.pairwise(deaths)]
    assert gaps[0] < 1.0
    assert gaps[-1] > gaps[0] * 2
    assert max(gaps) < 5.0


def test_child_that_cannot_even_be_started_again_stops_nobody(tmp_path: Path) -> None:
    told: list[str] = []
    starts: list[int] = []

    def command() -> list[str]:
        starts.append(len(starts))
        if len(starts) == 2:
            raise OSError("no space left on device")
        return ["/bin/false"] if len(starts) == 1 else ["/bin/sleep", "600"]

    def report(code: str, **params: Any) -> None:
        if code == "up.died":
            told.append(str(params["detail"]))

    child = Child(name="unlucky", command=command, ready=lambda: len(starts) == 3, ready_within_s=20.0)
    with Supervisor(Settings(data=tmp_path), [child], report).started():
        assert "no space left on device" in told


def test_supervisor_process_imports_no_trade() -> None:
    code = (
        "import sys; sys.argv = ['beffroi', 'up', '--help']\n"
        "from beffroi.server.cli import build; build()\n"
        "from beffroi.server import city, supervisor\n"
        "print([m for m in sys.modules if m.startswith('beffroi.') and not m.startswith('beffroi.server')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
