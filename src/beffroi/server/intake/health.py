"""What the intake tells of itself each second on `bf.health.intake`."""

import asyncio
import time
from typing import Any, Protocol

import msgspec

from beffroi.links.mqtt.link import UNDECODED_LIMIT, MqttLink
from beffroi.server.intake.counts import Counts
from beffroi.server.intake.downlink import Downlink
from beffroi.server.intake.guests import Guest
from beffroi.server.intake.keeping import Keeper
from beffroi.server.intake.pipeline import POSTS_WAITING, Pipeline
from beffroi.server.intake.writer import IN_FLIGHT, HistoryWriter

PERIOD_S = 1.0


class Reported(Protocol):
    """The parts of the process that are told."""

    bus: Any
    pipeline: Pipeline
    writer: HistoryWriter
    links: list[MqttLink]
    guests: list[Guest]
    counts: Counts
    keeper: Keeper
    downlink: Downlink | None


class Reporter:
    """Turns counters into figures: queues with depth, bound and policy; rates; what was refused and why."""

    def __init__(self, intake: Reported) -> None:
        self._intake = intake
        self._before = (time.monotonic(), 0, 0)

    async def run(self) -> None:
        """Tell for ever."""
        while True:
            await self._intake.bus.publish("bf.health.intake", msgspec.json.encode(self.figures()))
            await asyncio.sleep(PERIOD_S)

    def figures(self) -> dict[str, Any]:
        """Return what is told now."""
        intake, pipeline = self._intake, self._intake.pipeline
        now = time.monotonic()
        at, messages, stored = self._before
        elapsed = max(now - at, 1e-3)
        self._before = (now, pipeline.messages, pipeline.stored)
        return {
            "database": intake.writer.available,
            "messages_s": round((pipeline.messages - messages) / elapsed, 1),
            "values_s": round((pipeline.stored - stored) / elapsed, 1),
            "commit_ms": round(intake.writer.commit_s * 1000, 1),
            "stored": pipeline.stored,
            "late": pipeline.late,
            "repeated": pipeline.repeated,
            "conflicts": pipeline.conflicts,
            "refused": {name: count for name, count in intake.counts.totals.items() if name != "received"},
            "oldest_unacknowledged_s": round(pipeline.oldest_unacknowledged_s, 1),
            "dropped": {
                "bus": intake.bus.dropped,
                "answers": pipeline.answers_dropped,
                "retained": intake.counts.totals.get("retained", 0),
                "orders_down": intake.downlink.dropped if intake.downlink else 0,
            },
            "failures": intake.keeper.failures,
            "over_quota": {name: episode.refused for name, episode in pipeline.episodes.running.items()},
            "links": [
                *({"name": f"mqtt {one.name}", "state": one.state, "problem": one.problem} for one in intake.links),
                *({"name": one.name, "state": one.state, "problem": one.problem} for one in intake.guests),
            ],
            "queues": self._queues(),
        }

    def _queues(self) -> list[dict[str, Any]]:
        """Return each queue with its depth, bound and policy."""
        intake, pipeline = self._intake, self._intake.pipeline
        return [
            *(
                {"name": f"mqtt {link.name}", "depth": link.pending, "bound": UNDECODED_LIMIT, "policy": "block"}
                for link in intake.links
            ),
            {"name": "posts", "depth": len(pipeline.posts), "bound": POSTS_WAITING, "policy": "refuse"},
            {"name": "batches", "depth": intake.writer.waiting, "bound": IN_FLIGHT, "policy": "block"},
            {
                "name": "checkpoint",
                "depth": int(pipeline.marks.unsaved.sum()),
                "bound": len(pipeline.marks.unsaved),
                "policy": "coalesce",
            },
        ]
