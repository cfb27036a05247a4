"""What the status line and the links' page show: each process's own figures, and ours."""

import contextlib
import time
from pathlib import Path
from typing import Any, Protocol

import msgspec

from beffroi.server.metrics import (
    OLDEST_UNACKNOWLEDGED_S,
    PROCESS_DROPPED,
    PROCESS_FAILED,
    PROCESS_HEARD,
    PROCESS_QUEUE,
    QUEUE_DEPTH,
    REACTION_LAG,
)

SILENT_S = 5.0
LAST_BACKUP = "last_backup.json"
"""What `beffroi backup` leaves in the data folder."""


class _Queue(msgspec.Struct):
    name: str
    depth: float
    policy: str = ""


class _Told(msgspec.Struct):
    queues: list[_Queue] = []
    dropped: dict[str, float] = {}
    failures: dict[str, float] = {}
    oldest_unacknowledged_s: float | None = None


class Watched(Protocol):
    """What is read of the core."""

    @property
    def bus(self) -> Any:
        """Return the bus."""

    @property
    def clock(self) -> Any:
        """Return the city's clock."""

    @property
    def executor(self) -> Any:
        """Return the committer."""

    @property
    def data(self) -> Path:
        """Return the data folder."""

    def take_loop_lag_s(self) -> float:
        """Return the worst lag of the loop since the last call."""


class Health:
    """Keeps what each process said last on `bf.health.<process>`; one silent for 5 s is shown as such."""

    def __init__(self, core: Watched) -> None:
        self._core = core
        self._said: dict[str, tuple[float, dict[str, Any]]] = {}

    def hear(self, subject: str, payload: bytes) -> None:
        """Take note of a process; raises msgspec.DecodeError on another text."""
        process = subject.rpartition(".")[2]
        self._said[process] = (time.monotonic(), msgspec.json.decode(payload, type=dict[str, Any]))
        with contextlib.suppress(msgspec.ValidationError):
            _measure(process, msgspec.json.decode(payload, type=_Told))

    def read(self) -> dict[str, Any]:
        """Return the figures of every process, `silent_s` added where one stopped telling."""
        now = time.monotonic()
        health: dict[str, Any] = {"core": self._own()}
        for name, (at, figures) in self._said.items():
            silence = now - at
            health[name] = {**figures, "silent_s": round(silence, 1)} if silence > SILENT_S else figures
        return health

    def _own(self) -> dict[str, Any]:
        core = self._core
        return {
            "loop_lag_ms": round(core.take_loop_lag_s() * 1000, 1),
            "database": core.executor.available,
            "bus": core.bus.connected,
            "rate": core.clock.rate,
            "rehearsal": hasattr(core.clock, "hear"),
            "backup_at": _written_at(core.data / LAST_BACKUP),
            "queues": [
                {"name": "actions", "depth": _value(QUEUE_DEPTH), "bound": core.executor.bound, "policy": "refuse"},
                {"name": "reactions", "depth": _value(REACTION_LAG), "bound": None, "policy": "re-read"},
            ],
        }


def _measure(process: str, told: _Told) -> None:
    """Bring what a process tells of itself into `/metrics`."""
    PROCESS_HEARD.labels(process).set(time.time())
    for queue in told.queues:
        PROCESS_QUEUE.labels(process, queue.name, queue.policy).set(queue.depth)
    for what, count in told.dropped.items():
        PROCESS_DROPPED.labels(process, what).set(count)
    for job, count in told.failures.items():
        PROCESS_FAILED.labels(process, job).set(count)
    if told.oldest_unacknowledged_s is not None:
        OLDEST_UNACKNOWLEDGED_S.labels(process).set(told.oldest_unacknowledged_s)


def _written_at(path: Path) -> int | None:
    """Return when a file was written, µs UTC, or nothing where there is none."""
    try:
        return path.stat().st_mtime_ns // 1000
    except OSError:
        return None


def _value(gauge: Any) -> int:
    return int(gauge._value.get())
