"""What the other processes tell of themselves is read on `/metrics` of the core."""

from typing import Any

import msgspec

from beffroi.server.early import Early
from beffroi.server.health import Health
from beffroi.server.metrics import EARLY_DROPPED, exposition


def test_the_intake_s_queues_and_oldest_unacknowledged_are_metrics() -> None:
    health = Health(None)  # type: ignore[arg-type]
    told: dict[str, Any] = {
        "queues": [{"name": "posts", "depth": 3, "bound": 256, "policy": "refuse"}],
        "dropped": {"answers": 2},
        "failures": {"roll_up": 4},
        "oldest_unacknowledged_s": 1.5,
    }
    health.hear("bf.health.intake", msgspec.json.encode(told))
    health.hear("bf.health.stranger", b'{"queues": "none"}')
    text = exposition().decode()
    assert 'beffroi_process_queue_depth{policy="refuse",process="intake",queue="posts"} 3.0' in text
    assert 'beffroi_process_dropped{process="intake",what="answers"} 2.0' in text
    assert 'beffroi_process_job_failures{job="roll_up",process="intake"} 4.0' in text
    assert 'beffroi_oldest_unacknowledged_seconds{process="intake"} 1.5' in text
    assert 'beffroi_process_heard_timestamp_seconds{process="intake"}' in text


def test_what_comes_too_long_before_the_states_is_counted_when_it_is_lost() -> None:
    early = Early()
    heard: list[bytes] = []
    receive = early.hold(lambda _subject, payload: heard.append(payload))
    before = EARLY_DROPPED._value.get()
    for number in range(4_100):
        receive("bf.ack", b"%d" % number)
    early.release()
    assert EARLY_DROPPED._value.get() - before == 4
    assert heard[0] == b"4"
