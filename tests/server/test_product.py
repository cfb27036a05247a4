"""The whole product under its supervisor, as an operator starts it: kill -9 of each process, Ctrl-C, nothing left."""

import json
import os
import signal
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from beffroi.server.settings import alive, read_run_file

pytestmark = pytest.mark.slow
CHILDREN = ("postgres", "nats", "core", "intake")


@pytest.fixture(scope="module")
def product(run_beffroi: Callable[..., AbstractContextManager[Any]]) -> Iterator[Any]:
    with run_beffroi("up", ready_within_s=90) as running:
        yield running


def _ready(product: Any) -> bool:
    try:
        with urllib.request.urlopen(product.settings.http_url + "/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.mark.parametrize("name", CHILDREN)
def test_killed_process_is_back_and_the_city_is_served(product: Any, name: str, wait_until: Any) -> None:
    before = product.pid(name)
    others = {other: product.pid(other) for other in ("postgres", "nats") if other != name}
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: _pid(product, name) not in {None, before}, within_s=5)
    wait_until(lambda: _ready(product), within_s=20)
    assert {other: product.pid(other) for other in others} == others


def _pid(product: Any, name: str) -> int | None:
    running = read_run_file(product.settings.run_file) or {}
    pid = running.get("children", {}).get(name, {}).get("pid")
    return int(pid) if pid else None


def test_run_file_tells_the_addresses(product: Any) -> None:
    told = json.loads(product.settings.run_file.read_bytes())
    assert told["urls"]["http"] == product.settings.http_url
    assert all(told["ports"].values())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_ten_seconds_after_the_supervisor(
    run_beffroi: Callable[..., AbstractContextManager[Any]], wait_until: Any, number: int
) -> None:
    with run_beffroi("up", ready_within_s=90) as running:
        pids = [running.pid(name) for name in CHILDREN]
        running.process.send_signal(number)
        wait_until(lambda: running.process.poll() is not None, within_s=15)
        wait_until(lambda: not any(alive(pid) for pid in pids), within_s=10)
