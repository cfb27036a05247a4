"""The figures of ISA-18.2 (table 7) over a period, from what the desks were told of. Pure."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from beffroi.model.time import DAY, MINUTE, Micros

SLICE = 10 * MINUTE
FLOOD_ABOVE = 10
TOP = 10
STALE_AFTER = DAY


class Told(msgspec.Struct, frozen=True, array_like=True):
    """One annunciation."""

    at: Micros
    asset: UUID
    kind: str
    alarm_class: str
    trade: str
    priority: int


class TopClass(msgspec.Struct):
    """One of the most frequent alarms: an asset and a class, how often, which share of all."""

    asset: UUID
    kind: str
    alarm_class: str
    count: int
    share_pct: float
    code: str = ""


class AlarmStats(msgspec.Struct, kw_only=True):
    """The report of a period. A slice is ten minutes; a flood is more than ten annunciations in one slice.

    `rate_10min` is the mean and `rate_10min_p50`, `p90` the quantiles over the slices; `priority_split_pct` is to be
    read against 5/15/80 (EEMUA 191); `stale` counts the alarms shown that have stood for more than a day.
    """

    since: Micros
    until: Micros
    total: int
    rate_10min: float
    rate_10min_p50: float
    rate_10min_p90: float
    rate_day: float
    peak_10min: int
    peak_at: Micros | None
    flood_pct: float
    floods: int
    top: list[TopClass]
    top_share_pct: float
    stale: int
    shown: int
    chattering: int
    priority_split_pct: dict[str, float]
    per_day: list[int]


def report(
    told: Sequence[Told], since: Micros, until: Micros, *, stale: int = 0, shown: int = 0, chattering: int = 0
) -> AlarmStats:
    """Return the figures of [since, until) from its annunciations in any order."""
    times = np.fromiter((item.at for item in told), np.int64, len(told))
    slices = max(1, -(-(until - since) // SLICE))
    counts = np.bincount((times - since) // SLICE, minlength=slices) if len(told) else np.zeros(slices, np.int64)
    peak = int(counts.argmax())
    top = _top(told)
    return AlarmStats(
        since=since,
        until=until,
        total=len(told),
        rate_10min=round(len(told) / slices, 3),
        rate_10min_p50=float(np.percentile(counts, 50)),
        rate_10min_p90=float(np.percentile(counts, 90)),
        rate_day=round(len(told) * DAY / (until - since), 2),
        peak_10min=int(counts[peak]),
        peak_at=since + peak * SLICE if len(told) else None,
        flood_pct=round(100 * float((counts > FLOOD_ABOVE).mean()), 2),
        floods=_episodes(counts > FLOOD_ABOVE),
        top=top,
        top_share_pct=round(sum(item.share_pct for item in top), 1),
        stale=stale,
        shown=shown,
        chattering=chattering,
        priority_split_pct=_split(told),
        per_day=[int(count) for count in np.add.reduceat(counts, np.arange(0, len(counts), DAY // SLICE))],
    )


def _episodes(flooded: NDArray[np.bool_]) -> int:
    return int(flooded[0]) + int(np.count_nonzero(flooded[1:] & ~flooded[:-1]))


def _top(told: Sequence[Told]) -> list[TopClass]:
    counted: dict[tuple[UUID, str, str], int] = {}
    for item in told:
        key = (item.asset, item.kind, item.alarm_class)
        counted[key] = counted.get(key, 0) + 1
    most = sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))[:TOP]
    return [
        TopClass(asset, kind, name, count, round(100 * count / len(told), 1)) for (asset, kind, name), count in most
    ]


def _split(told: Sequence[Told]) -> dict[str, float]:
    names = {1: "critical", 2: "high", 3: "medium", 4: "low"}
    return {
        name: round(100 * sum(item.priority == place for item in told) / len(told), 1) if told else 0.0
        for place, name in names.items()
    }
