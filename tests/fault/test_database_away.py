"""The database hangs, then comes back: what was acknowledged is kept, what is asked meanwhile is refused clearly."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.fault.room import Refused
from tests.fault.small import Small, frozen

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(300)]
AWAY_S = float(os.environ.get("BEFFROI_TEST_AWAY_S", "16"))
"""`BEFFROI_TEST_AWAY_S=60` for the long version."""


@pytest.fixture(scope="module")
def small(run_beffroi: Callable[..., AbstractContextManager[Any]], wait_until: Any) -> Iterator[Small]:
    with run_beffroi("up", ready_within_s=120, environment={"BEFFROI_UNSAFE_FAST": ""}) as product:
        wait_until((product.settings.keys / "local-console.key").exists, within_s=30)
        yield Small(product)


def _write_line(small: Small, told: list[Any]) -> None:
    try:
        told.append(small.machine.act("logbook.write", text="posée pendant la panne"))
    except Refused as refusal:
        told.append(refusal)


def test_a_hung_database_is_told_loses_nothing_and_recovers(small: Small, wait_until: Any) -> None:
    pids = {name: small.product.pid(name) for name in ("core", "intake", "nats")}
    told: list[Any] = []
    with small.sending() as sender:
        wait_until(lambda: len(sender.acknowledged) > 50, within_s=30)
        with frozen(small.product.pid("postgres")):
            began = time.monotonic()
            waiting = threading.Thread(target=_write_line, args=(small, told))
            waiting.start()
            time.sleep(1.0)
            heard = len(sender.acknowledged)
            wait_until(lambda: not small.ready(), within_s=14)
            asked = time.monotonic()
            with pytest.raises(Refused) as refusal:
                small.machine.act("logbook.write", text="refusée")
            assert refusal.value.code == "core.unavailable" and time.monotonic() - asked < 1
            assert small.machine.get("/healthz") == {"status": "ok"}
            time.sleep(max(0.0, AWAY_S - (time.monotonic() - began)))
            assert len(sender.acknowledged) <= heard + 1, "acknowledged while nothing could be kept"
        back = time.monotonic()
        wait_until(small.ready, within_s=20)
        count = len(sender.acknowledged)
        wait_until(lambda: len(sender.acknowledged) > count + 50, within_s=30)
        print(f"away {AWAY_S:.0f} s, ready {time.monotonic() - back:.1f} s after its return")
        waiting.join(30)
    assert len(told) == 1
    texts = [row["text"] for row in small.machine.get("/api/logbook")["items"]]
    kept = not isinstance(told[0], Refused)
    assert texts.count("posée pendant la panne") == int(kept), "what its author was told is not what was kept"
    assert "refusée" not in texts
    assert set(sender.acknowledged) <= small.stored()
    assert {name: small.product.pid(name) for name in pids} == pids, "a process gave up instead of waiting"
    assert small.value("SELECT count(*) FROM alarm") == 0
