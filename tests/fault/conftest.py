"""One demonstration city for all the tests that only look at it; those that break a process run their own."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.fault.room import Room


@pytest.fixture(scope="package")
def room(run_beffroi: Callable[..., AbstractContextManager[Any]], wait_until: Callable[..., Any]) -> Iterator[Room]:
    """The rehearsal city on a quiet night at 1×, every source connected and every lamp heard once."""
    environment = {"BEFFROI_REHEARSAL_SCENARIO": "quiet_night", "BEFFROI_SHARED_BUFFERS": "128MB"}
    with run_beffroi("demo", environment=environment, ready_within_s=120) as product:
        wait_until((product.settings.keys / "local-console.key").exists, within_s=30)
        room = Room(product)
        wait_until(lambda: _played(room), within_s=180, every_s=1.0)
        yield room


def _played(room: Room) -> bool:
    """Tell whether the city is there, connected, and has spoken."""
    try:
        status = room.rehearse(do="status")
    except Exception:  # not answering yet, in whichever way
        return False
    return bool(status["mqtt"]["connected"] > 900 and status["messages"] > 3_000)
