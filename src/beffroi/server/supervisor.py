"""The supervisor: starts engines and processes in order, brings back those that die, stops them in reverse order.

It imports no trade and runs in one thread: the kernel ends every child when the *thread* that forked it ends, which is
how a killed supervisor leaves nothing behind.
"""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import IO, Any

import msgspec

from beffroi.server import launcher
from beffroi.server.settings import PORT_NAMES, Settings, SettingsError

TICK_S = 0.1
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 3.0
LAST_SIGNAL_S = 1.0
HEALTHY_AFTER_S = 20.0
LOG_LIMIT_BYTES = 20_000_000
LOG_CHECK_S = 30.0

Report = Callable[..., None]
"""Told of each step as (code, **params); the command line renders it in the user's language."""


class StartError(Exception):
    """A child that did not become ready in time: its name and the last lines of its log."""

    def __init__(self, name: str, log: Path, tail: str) -> None:
        super().__init__(f"{name}: {tail}")
        self.name = name
        self.log = log
        self.tail = tail


class Child(msgspec.Struct, frozen=True, kw_only=True):
    """One process to keep alive, or (without command) an outside service to wait for.

    `user` is the `uid:gid` to run as; `death_signal` is what the kernel sends it when the supervisor dies; `then` runs
    once, after the first time it is ready. Children of one `wave` stand side by side in the list: they are started
    together, the lowest wave first, and asked to stop together, the highest first; one that stays past `stop_within_s`
    gets `last_signal`, and SIGKILL a second later.
    """

    name: str
    command: Callable[[], Sequence[str]] | None = None
    ready: Callable[[], bool] | None = None
    ready_within_s: float = 60.0
    then: Callable[[], None] | None = None
    user: str = ""
    environment: Mapping[str, str] = {}
    death_signal: int = int(signal.SIGKILL)
    stop_signal: int = int(signal.SIGTERM)
    last_signal: int = int(signal.SIGKILL)
    stop_within_s: float = 8.0
    wave: int = 0


class _Running:
    """What the supervisor knows of one child: its process, its restarts, when it may be started again."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.process: subprocess.Popen[bytes] | None = None
        self.restarts = 0
        self.pause_s = FIRST_PAUSE_S
        self.started_at = 0.0
        self.since = ""
        self.restart_at: float | None = None

    @property
    def pid(self) -> int | None:
        return None if self.process is None else self.process.pid


class Supervisor:
    """Keeps a list of children alive from `start` to `stop`; one per data folder."""

    def __init__(
        self,
        settings: Settings,
        children: Sequence[Child],
        report: Report,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._settings = settings
        self._running = [_Running(child) for child in children]
        self._report = report
        self._environment = dict(os.environ if environment is None else environment)
        self._stopping = False
        self._state = "starting"
        self._lock: IO[str] | None = None
        self._logs_checked_at = 0.0

    def run(self) -> None:
        """Start everything, keep it alive until asked to stop (SIGINT, SIGTERM, SIGHUP), stop it; raises StartError."""
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("children must be forked from the main thread")
        self._take_lock()
        previous = {number: signal.signal(number, self._ask_stop) for number in _STOP_SIGNALS}
        try:
            self.start()
            self.watch()
        finally:
            self.stop()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def start(self) -> None:
        """Start the children in order: those of one wave together, each wave once the one before is ready."""
        for _, wave in groupby(self._running, key=lambda running: running.child.wave):
            if not self._start_wave(list(wave)):
                return
        self._state = "ready"
        self._write_run_file()
        self._report("up.all_ready", url=self._settings.http_url)

    def _start_wave(self, wave: Sequence[_Running]) -> bool:
        began = time.monotonic()
        for running in wave:
            if self._stop_asked():
                return False
            self._report("up.starting", name=running.child.name)
            self._launch(running)
        for running in wave:
            self._await_ready(running)
            if self._stop_asked():
                return False
            if running.child.then is not None:
                running.child.then()
            self._report("up.ready", name=running.child.name, seconds=time.monotonic() - began)
        return True

    @contextlib.contextmanager
    def started(self) -> Iterator["Supervisor"]:
        """Keep the children for the length of a block, without bringing back those that die."""
        self._take_lock()
        try:
            self.start()
            yield self
        finally:
            self.stop()

    def watch(self) -> None:
        """Bring back every child that ends, until a stop is asked."""
        while not self._stop_asked():
            self._revive()
            self._rotate_logs()
            time.sleep(TICK_S)

    def stop(self) -> None:
        """Stop the children wave after wave, in reverse order; those that stay past their delay are killed."""
        self._state = "stopping"
        for wave in sorted({running.child.wave for running in self._running}, reverse=True):
            leaving = [running for running in reversed(self._running) if running.child.wave == wave]
            began = time.monotonic()
            for running in leaving:
                if running.process is not None and running.process.poll() is None:
                    self._report("up.stopping", name=running.child.name)
                    _signal(running.process, running.child.stop_signal)
            for running in leaving:
                if running.process is not None:
                    self._end(running, running.process, began + running.child.stop_within_s)
                    running.process = None
        self._settings.run_file.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _end(self, running: _Running, process: subprocess.Popen[bytes], deadline: float) -> None:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._report("up.killing", name=running.child.name)
            _signal(process, running.child.last_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(LAST_SIGNAL_S)
        _kill_group(process)
        process.wait()

    def _take_lock(self) -> None:
        self._settings.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (self._settings.data / "supervisor.lock").open("a+", encoding="ascii")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            raise SettingsError("up.already_running", path=str(self._settings.data)) from error
        self._lock = lock

    def _stop_asked(self) -> bool:
        return self._stopping

    def _ask_stop(self, number: int, frame: object) -> None:
        if self._stopping:
            # a second Ctrl-C means now
            for running in self._running:
                if running.process is not None:
                    _kill_group(running.process)
        self._stopping = True

    def _launch(self, running: _Running) -> None:
        child = running.child
        running.restart_at = None
        running.started_at = time.monotonic()
        running.since = datetime.now(UTC).isoformat(timespec="seconds")
        if child.command is None:
            return
        prefix = [sys.executable, "-I", "-S", launcher.__file__, "--parent", str(os.getpid())]
        prefix += ["--signal", str(child.death_signal), "--user", child.user]
        if child.user:
            prefix += ["--folder", "/"]
        with self._log_path(child.name).open("ab") as log:
            running.process = subprocess.Popen(
                [*prefix, "--", *child.command()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**self._environment, **child.environment},
                start_new_session=True,
            )
        self._write_run_file()

    def _await_ready(self, running: _Running) -> None:
        child = running.child
        deadline = time.monotonic() + child.ready_within_s
        while not self._stop_asked():
            self._revive()
            alive = running.process is not None or child.command is None
            if alive and (child.ready is None or child.ready()):
                return
            if time.monotonic() > deadline:
                raise StartError(child.name, self._log_path(child.name), _tail(self._log_path(child.name)))
            time.sleep(0.02)

    def _revive(self) -> None:
        """Reap the dead and start again those whose pause is over; the pause doubles while a child keeps dying."""
        now = time.monotonic()
        for running in self._running:
            process = running.process
            if process is not None and process.poll() is not None:
                # what it left in its group would hold its ports and files
                _kill_group(process)
                if now - running.started_at > HEALTHY_AFTER_S:
                    running.pause_s = FIRST_PAUSE_S
                running.process = None
                running.restart_at = now + running.pause_s
                running.pause_s = min(running.pause_s * 2, LONGEST_PAUSE_S)
                detail = _tail(self._log_path(running.child.name), 1)[:300]
                self._report("up.died", name=running.child.name, status=process.returncode, detail=detail)
                self._write_run_file()
            elif process is None and running.restart_at is not None and now >= running.restart_at:
                self._relaunch(running)

    def _relaunch(self, running: _Running) -> None:
        running.restarts += 1
        try:
            self._launch(running)
        except Exception as error:  # what keeps one child from starting (a full disk) must not stop the others
            running.restart_at = time.monotonic() + LONGEST_PAUSE_S
            self._report("up.died", name=running.child.name, status="-", detail=str(error))
            return
        if self._state == "ready":
            self._report("up.restarted", name=running.child.name, restarts=running.restarts)

    def _log_path(self, name: str) -> Path:
        return self._settings.logs / f"{name}.log"

    def _rotate_logs(self) -> None:
        """Keep one older generation of each log: children hold the file open for append, so it is copied, emptied."""
        now = time.monotonic()
        if now - self._logs_checked_at < LOG_CHECK_S:
            return
        self._logs_checked_at = now
        for running in self._running:
            path = self._log_path(running.child.name)
            if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
                with contextlib.suppress(OSError):  # a full disk: the emptying that follows is what helps
                    path.with_suffix(".log.1").write_bytes(path.read_bytes())
                os.truncate(path, 0)

    def _write_run_file(self) -> None:
        settings = self._settings
        content: dict[str, Any] = {
            "supervisor": os.getpid(),
            "state": self._state,
            "written_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "ports": {name: getattr(settings, name) for name in PORT_NAMES},
            "urls": {"http": settings.http_url, "mqtt": settings.mqtt_url, "nats": settings.nats_url},
            "children": {
                running.child.name: {"pid": running.pid, "restarts": running.restarts, "since": running.since}
                for running in self._running
                if running.child.command is not None
            },
        }
        partial = settings.run_file.with_suffix(".part")
        with contextlib.suppress(OSError):  # a full disk makes the file late, it must not stop the city
            partial.write_text(json.dumps(content, indent=1), encoding="utf-8")
            partial.replace(settings.run_file)


_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        process.send_signal(number)
    except ProcessLookupError:
        pass  # it ended by itself meanwhile


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass  # nothing is left of the group


def _tail(path: Path, lines: int = 15) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 8192))
            return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-lines:])
    except OSError:
        return ""
