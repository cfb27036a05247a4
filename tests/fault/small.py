"""A small Beffroi of one's own to break: a few lights, some sources, a sender that counts what was acknowledged."""

import asyncio
import contextlib
import http.client
import json
import os
import secrets
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.fault.room import Room

LIGHTS = 40


class Sender(threading.Thread):
    """Posts one reading after another until told to stop; each is repeated, unchanged, until answered 200."""

    def __init__(self, port: int, secret: str, lights: list[str], pace_s: float = 0.02, offset_ms: int = 0) -> None:
        super().__init__(daemon=True)
        self._offset_ms = offset_ms
        self._port, self._secret, self._lights, self._pace_s = port, secret, lights, pace_s
        self._stopping = threading.Event()
        self.acknowledged: list[tuple[str, int]] = []
        self.waits_s: list[float] = []
        self.start()

    def run(self) -> None:
        number = 0
        while not self._stopping.is_set():
            light, at_ms = self._lights[number % len(self._lights)], int(time.time() * 1000) + self._offset_ms
            body = json.dumps([{"a": light, "t": at_ms, "p": {"voltage_v": 230.0}}])
            began = time.monotonic()
            while not self._post(body) and not self._stopping.is_set():
                time.sleep(0.1)
            if not self._stopping.is_set():
                self.acknowledged.append((light, at_ms))
                self.waits_s.append(time.monotonic() - began)
            number += 1
            self._stopping.wait(self._pace_s)

    def _post(self, body: str) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request("POST", "/v1/readings", body, {"Authorization": f"Bearer {self._secret}"})
            answer = connection.getresponse()
            return answer.status == 200 and not json.loads(answer.read())["refused"]
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        self._stopping.set()
        self.join(70)


class Small(Room):
    """A running `beffroi up` with a few lights and one source that speaks for all of them."""

    def __init__(self, product: Any) -> None:
        super().__init__(product)
        self.secret = secrets.token_hex(16)
        self.lights = [f"Z001-{number}" for number in range(LIGHTS)]
        self.source("trial", self.secret)
        for number, code in enumerate(self.lights):
            self.light(code, "trial", number)

    @contextlib.contextmanager
    def sending(self) -> Iterator[Sender]:
        sender = Sender(self.settings.intake_port, self.secret, self.lights)
        try:
            yield sender
        finally:
            sender.stop()

    def stored(self) -> set[tuple[str, int]]:
        rows = self.rows(
            "SELECT code, time / 1000 FROM sample JOIN series ON series.index = sample.series"
            " JOIN asset ON asset.id = series.asset WHERE point = 'voltage_v'"
        )
        assert len(rows) == len(set(rows)), "a reading is there twice"
        return set(rows)

    def ready(self) -> bool:
        try:
            self.machine.get("/readyz")
        except Exception:  # not answering, or answering no
            return False
        return True


def family(pid: int) -> list[int]:
    """List a process and its children: the engines' backends are sessions of their own."""
    found = [pid]
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[1]) in found:
                found.append(int(stat.parent.name))
    return found


@contextlib.contextmanager
def frozen(pid: int) -> Iterator[None]:
    """Stop a process and its children from running for the length of a block, as a hung disk or machine would."""
    pids = family(pid)
    try:
        for one in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGSTOP)
        yield
    finally:
        for one in reversed(pids):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGCONT)


def run(work: Any) -> Any:
    """Run a coroutine with a limit."""
    return asyncio.run(asyncio.wait_for(work, 120))
