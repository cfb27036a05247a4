"""What a source sends beyond its quota is set aside before it is decoded: decoding it would make the others wait.

The quota of a source is known before its messages are read, and a look at the bytes tells how many values they hold.
What exceeds is counted; of each topic the last message goes on, so that the picture keeps the latest value.
"""

from collections.abc import Sequence

import numpy as np

from beffroi.links.mqtt.mapping import TopicMap
from beffroi.links.mqtt.messages import Frame
from beffroi.telemetry.quota import Buckets

BYTES_A_VALUE = 64
"""About what a value takes in a payload: a source with quota left for a whole batch needs no second look."""


def skim(
    frames: Sequence[Frame], topics: TopicMap, buckets: Buckets, budget: int
) -> tuple[Sequence[Frame], dict[int, int]]:
    """Return the frames to decode, and how many values were set aside by source; `buckets` are full up to now."""
    low = set(np.flatnonzero(buckets.tokens < budget / BYTES_A_VALUE).tolist())
    if not low:
        return frames, {}
    left = {source: float(buckets.tokens[source]) for source in low}
    aside: dict[int, int] = {}
    last: dict[bytes, tuple[int, int]] = {}
    kept: list[Frame | None] = []
    for frame in frames:
        route = topics.route(frame[0])
        kept.append(frame)
        if route.source not in low:
            continue
        values = values_in(route.depth, frame[2])
        left[route.source] -= values
        if left[route.source] < 0:
            aside[route.source] = aside.get(route.source, 0) + values
            _replace_last(kept, last, frame[0], values, aside, route.source)
    return [frame for frame in kept if frame is not None], aside


def _replace_last(
    kept: list[Frame | None],
    last: dict[bytes, tuple[int, int]],
    topic: bytes,
    values: int,
    aside: dict[int, int],
    source: int,
) -> None:
    """Let the newest of a topic go on in the place of the one before; what goes on is counted once decoded."""
    aside[source] -= values
    if topic in last:
        place, former = last[topic]
        kept[place] = None
        aside[source] += former
    last[topic] = (len(kept) - 1, values)


def values_in(depth: int, payload: bytes) -> int:
    """Return about how many values a payload holds, without decoding it: at least one, exactly for what is documented.

    An array holds `a`, `t` and `p` for each asset beside its points, an object of points `t` and `p`.
    """
    if depth == 1:
        return max(1, payload.count(b'":') - 3 * payload.count(b'"a"'))
    if depth == 2:
        return max(1, payload.count(b'":') - 2)
    return 1
