"""The whole demonstration: real sockets, real import, an order of time, a kill -9."""

import asyncio
import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from nats.errors import Error as NatsError

from beffroi.rehearsal.player.bus import ask
from beffroi.rehearsal.player.door import Door
from beffroi.rehearsal.player.where import find_where

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def demo(run_beffroi: Callable[..., AbstractContextManager[Any]], wait_until: Any) -> Iterator[Any]:
    with run_beffroi("demo", ready_within_s=120) as running:
        wait_until(lambda: (status(running) or {}).get("mqtt", {}).get("connected", 0) > 1_000, within_s=200)
        yield running


def status(product: Any, **request: Any) -> dict[str, Any] | None:
    try:
        answer = asyncio.run(ask(find_where(product.settings.data), json.dumps(request).encode(), 10))
    except (NatsError, OSError):
        return None
    found: dict[str, Any] = json.loads(answer)
    return found


def latest(product: Any, kind: str, code: str) -> dict[str, dict[str, Any]]:
    door = Door(find_where(product.settings.data))
    asset = door.get("/api/assets", kind=kind, q=code, limit=1)["items"][0]
    assert asset["simulated"]
    return {point["point"]: point for point in door.get(f"/api/telemetry/{asset['id']}/latest")}


def test_a_lamp_a_circuit_and_a_junction_are_heard(demo: Any, wait_until: Any) -> None:
    for kind, code, point in (
        ("street_light", "A045-12", "power_w"),
        ("circuit", "A045/D3", "current_a"),
        ("junction", "F001", "mode"),
    ):
        wait_until(lambda k=kind, c=code, p=point: latest(demo, k, c)[p]["value"] is not None, within_s=60, every_s=0.5)


def test_the_clock_obeys_and_survives_a_kill(demo: Any, wait_until: Any) -> None:
    assert status(demo, do="rate", rate=20)["rate"] == 20  # type: ignore[index]
    before = status(demo)
    os.kill(demo.pid("rehearsal"), signal.SIGKILL)
    wait_until(lambda: (status(demo) or {}).get("now", 0) > before["now"], within_s=60, every_s=0.5)  # type: ignore[index]
    assert status(demo)["scenario"] == "lively_evening"  # type: ignore[index]
