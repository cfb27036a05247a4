"""Whether the plugins of a city can be used, asked before anything starts.

A bad folder would end core and intake at each start: it is told once, with its file, its line and what to do. The
question is put to a process of its own (`plugins_check.py`): nothing of a plugin runs in the supervisor.
"""

import subprocess
import sys
from pathlib import Path

import msgspec

from beffroi.server.settings import Settings

CHECK = "beffroi.server.plugins_check"
PATIENCE_S = 60.0


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with a folder: the rule's code, where, what, and the line of the file where Python stopped."""

    code: str
    where: str
    detail: str
    line: str = ""


class PluginError(Exception):
    """A plugin that cannot be used: its folder's name, and what is wrong with it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.code}: {problem.where}: {problem.detail}")
        self.problem = problem
        self.name = Path(problem.where).name


def ensure_usable(settings: Settings) -> None:
    """Raise PluginError when a folder of `plugins` would keep core or intake from starting."""
    if not any(settings.plugins.glob("*/__init__.py")):
        return
    command = [sys.executable, "-m", CHECK, "--data", str(settings.data)]
    command += ["--off", settings.plugins_off] if settings.plugins_off else []
    try:
        # what a plugin prints or holds open is not ours: only the last line is read
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=False)
    except subprocess.TimeoutExpired as error:
        detail = f"import > {PATIENCE_S:.0f} s"
        raise PluginError(Problem("equipment.unreadable", str(settings.plugins), detail)) from error
    if done.returncode:
        raise PluginError(_problem_of(settings, done))


def _problem_of(settings: Settings, done: "subprocess.CompletedProcess[bytes]") -> Problem:
    lines = done.stdout.splitlines()
    try:
        return msgspec.json.decode(lines[-1], type=Problem)
    except (IndexError, msgspec.DecodeError):
        tail = done.stderr.decode("utf-8", "replace").strip().splitlines()
        detail = tail[-1] if tail else f"status {done.returncode}"
        return Problem("equipment.unreadable", str(settings.plugins), detail)
