"""What the core tells of itself: `/metrics` in Prometheus text, and the figures of the status line."""

import asyncio
import gc
import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()
_MILLISECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

COMMIT_S = Histogram("beffroi_commit_seconds", "Time of one transaction", registry=REGISTRY, buckets=_MILLISECONDS)
GROUP_LINES = Histogram(
    "beffroi_commit_lines", "Journal lines of one transaction", registry=REGISTRY, buckets=(1, 5, 50, 500, 5000, 50000)
)
QUEUE_DEPTH = Gauge("beffroi_queue_depth", "Actions waiting to be decided (policy: refuse)", registry=REGISTRY)
REFUSED_BUSY = Counter("beffroi_refused_busy_total", "Actions refused because the queue was full", registry=REGISTRY)
REJECTED = Counter("beffroi_rejected_total", "Actions refused by their trade or for a right", registry=REGISTRY)
RELOADS = Counter("beffroi_reloads_total", "States thrown away for those of the rows", registry=REGISTRY)
POSITION = Gauge("beffroi_journal_position", "Last position of the journal", registry=REGISTRY)
LOOP_LAG_S = Histogram(
    "beffroi_loop_lag_seconds", "How late the loop serves a timer", registry=REGISTRY, buckets=_MILLISECONDS
)
FEED_CLIENTS = Gauge("beffroi_feed_clients", "Screens connected to the feed", registry=REGISTRY)
FEED_FAILED = Counter("beffroi_feed_failed_total", "Screens cut because a frame could not be made", registry=REGISTRY)
FEED_LAG_S = Histogram(
    "beffroi_feed_lag_seconds", "From commit to the frame handed over", registry=REGISTRY, buckets=_MILLISECONDS
)
FEED_FRAMES = Counter("beffroi_feed_frames_total", "Frames sent", registry=REGISTRY)
FEED_BYTES = Counter("beffroi_feed_bytes_total", "Bytes sent in frames", registry=REGISTRY)
FEED_SNAPSHOTS = Counter("beffroi_feed_snapshots_total", "Snapshots sent", registry=REGISTRY)
REACTION_LAG = Gauge("beffroi_reaction_lag_lines", "Journal lines not yet offered to the reactions", registry=REGISTRY)
REACTION_STOPPED = Counter(
    "beffroi_reactions_stopped_total", "Reactions stopped because their chain was too deep", registry=REGISTRY
)
REACTION_FAILED = Counter(
    "beffroi_reactions_failed_total", "Reactions that failed on a line", ["name"], registry=REGISTRY
)
DUE_FAILED = Counter("beffroi_due_failed_total", "Actions of time that failed, tried again later", registry=REGISTRY)
SERVICE_FAILED = Counter(
    "beffroi_services_failed_total", "Services that failed and were started again", ["name"], registry=REGISTRY
)
LISTENER_FAILED = Counter("beffroi_listeners_failed_total", "Listeners that failed on a commit", registry=REGISTRY)

EARLY_DROPPED = Counter(
    "beffroi_early_dropped_total",
    "Messages of the bus lost because they came too long before the states",
    registry=REGISTRY,
)
PROCESS_HEARD = Gauge(
    "beffroi_process_heard_timestamp_seconds", "When a process last told its figures", ["process"], registry=REGISTRY
)
PROCESS_QUEUE = Gauge(
    "beffroi_process_queue_depth", "What waits in a process", ["process", "queue", "policy"], registry=REGISTRY
)
PROCESS_DROPPED = Gauge(
    "beffroi_process_dropped", "What a process lost since its start", ["process", "what"], registry=REGISTRY
)
PROCESS_FAILED = Gauge(
    "beffroi_process_job_failures", "Failures of a periodic job since the start", ["process", "job"], registry=REGISTRY
)
OLDEST_UNACKNOWLEDGED_S = Gauge(
    "beffroi_oldest_unacknowledged_seconds",
    "Age of the oldest readings taken and not yet acknowledged",
    ["process"],
    registry=REGISTRY,
)

LAG_EVERY_S = 0.05


def exposition() -> bytes:
    """Return every metric in Prometheus text."""
    return generate_latest(REGISTRY)


class LoopLag:
    """Measures how late the loop is; `worst_s` is the worst since it was last read."""

    def __init__(self) -> None:
        self._worst_s = 0.0

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            due = time.perf_counter() + LAG_EVERY_S
            await asyncio.sleep(LAG_EVERY_S)
            lag_s = max(0.0, time.perf_counter() - due)
            LOOP_LAG_S.observe(lag_s)
            self._worst_s = max(self._worst_s, lag_s)

    def take_worst_s(self) -> float:
        """Return the worst lag since the last call."""
        worst_s, self._worst_s = self._worst_s, 0.0
        return worst_s


def load_fast() -> None:
    """Let the collector rest until `settle_memory`: what is being loaded stays, looking through it only costs time."""
    gc.disable()


def settle_memory() -> None:
    """Take what is loaded for good out of the collector's sight: a full collection would hold the loop for its size."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()
