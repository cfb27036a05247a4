"""Nothing outlives its supervisor: not a process that hangs, nor one that is busy, nor one that its loop deserted."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from beffroi.server.settings import alive
from tests.fault.small import Small, family

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(180)]
CHILDREN = ("postgres", "nats", "core", "intake")
Run = Callable[..., AbstractContextManager[Any]]


@contextmanager
def under_load(run_beffroi: Run, wait_until: Any) -> Iterator[tuple[Any, list[int]]]:
    with run_beffroi("up", ready_within_s=120, environment={"BEFFROI_UNSAFE_FAST": ""}) as product:
        wait_until((product.settings.keys / "local-console.key").exists, within_s=30)
        small = Small(product)
        with small.sending() as sender:
            wait_until(lambda: len(sender.acknowledged) > 20, within_s=60)
            yield product, [one for name in CHILDREN for one in family(product.pid(name))]


def test_a_killed_supervisor_leaves_nothing_even_hung_or_busy(run_beffroi: Run, wait_until: Any) -> None:
    with under_load(run_beffroi, wait_until) as (product, pids):
        assert len(pids) > len(CHILDREN), "the backends of the database are not among those watched"
        os.kill(product.pid("intake"), signal.SIGSTOP)
        product.process.kill()
        product.process.wait()
        began = time.monotonic()
        wait_until(lambda: not any(alive(pid) for pid in pids), within_s=10)
        print(f"nothing left after {time.monotonic() - began:.1f} s")


@pytest.mark.parametrize("hung", ["", "core"])
def test_a_stop_ends_everything_within_ten_seconds_under_load(run_beffroi: Run, wait_until: Any, hung: str) -> None:
    with under_load(run_beffroi, wait_until) as (product, pids):
        if hung:
            os.kill(product.pid(hung), signal.SIGSTOP)
        product.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert product.process.wait(10) == 0
        print(f"stopped in {time.monotonic() - began:.1f} s, {hung or 'nothing'} hung")
        wait_until(lambda: not any(alive(pid) for pid in pids), within_s=max(0.1, 10 - (time.monotonic() - began)))
