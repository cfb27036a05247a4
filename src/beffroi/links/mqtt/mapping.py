"""Topics of the convention (docs/architecture.md "Readings") to messages of readings."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from beffroi.links.mqtt.messages import Frame
from beffroi.links.readings import Columns, Message, Resolver, Route, decode_arrays, decode_points, decode_singles

ROOT = "bf1"
ONBOARDING = "new"
"""The source name under which unknown devices speak: bf1/new/<client>."""

ARRAY_FILTERS = (f"{ROOT}/+",)
SINGLE_FILTERS = (f"{ROOT}/+/+", f"{ROOT}/+/+/+")
TOPICS_REMEMBERED = 300_000


LARGEST_BYTES = 256 << 10
"""Bytes of a message, some 4,000 assets in an array: beyond it is refused whole, 4 MB would hold everybody's batch."""


class SourceResolver(Resolver, Protocol):
    """Who may speak for what, sources included."""

    def source(self, name: str) -> int:
        """Return the index of a source, -1 when it is unknown or disabled."""


class Unknown(NamedTuple):
    """A message of a device that is not adopted yet."""

    client: str
    payload: bytes


class TopicMap:
    """Remembers what each topic means until the register changes."""

    def __init__(self, resolver: SourceResolver) -> None:
        self._resolver = resolver
        self._known: dict[bytes, Route] = {}

    def forget(self) -> None:
        """Read every topic anew: sources or series changed."""
        self._known.clear()

    def route(self, topic: bytes) -> Route:
        """Return what a topic means."""
        known = self._known.get(topic)
        if known is None:
            if len(self._known) >= TOPICS_REMEMBERED:
                self._known.clear()
            known = self._known[topic] = self._read(topic)
        return known

    def _read(self, topic: bytes) -> Route:
        where = topic.decode("utf-8", "replace")
        root, _, path = where.partition("/")
        name, *rest = path.split("/")
        if root != ROOT or not name or len(rest) > 2:
            return Route(0, -1, where, reason="bad_topic")
        if name == ONBOARDING and rest:
            return Route(0, -1, where, client=rest[0])
        source = self._resolver.source(name)
        if source < 0:
            return Route(0, -1, where, reason="unknown_source")
        if len(rest) < 2:
            return Route(1 + len(rest), source, where, asset=rest[0] if rest else "")
        return self._single(source, where, rest[0], rest[1])

    def _single(self, source: int, where: str, asset: str, point: str) -> Route:
        points = self._resolver.points(source, asset)
        if isinstance(points, str):
            return Route(0, source, where, asset, reason=points)
        series = points.get(point, -1)
        return Route(3 if series >= 0 else 0, source, where, asset, series, reason="unknown_point")


def decode_frames(frames: Sequence[Frame], columns: Columns, topics: TopicMap, resolver: Resolver) -> list[Unknown]:
    """Bring published messages into the columns; returns those of devices not adopted yet."""
    arrays: list[Message] = []
    points: list[Message] = []
    singles: list[Message] = []
    unknown: list[Unknown] = []
    for topic, _, payload in frames:
        route = topics.route(topic)
        if len(payload) > LARGEST_BYTES:
            columns.refuse(route.source, "too_large", f"{route.where} {len(payload) >> 10} kB", payload)
        elif route.depth == 1:
            arrays.append((route, payload))
        elif route.depth == 3:
            singles.append((route, payload))
        elif route.depth == 2:
            points.append((route, payload))
        elif route.client:
            unknown.append(Unknown(route.client, payload))
        else:
            columns.refuse(route.source, route.reason, route.where, payload)
    decode_arrays(arrays, columns, resolver)
    decode_points(points, columns, resolver)
    decode_singles(singles, columns)
    return unknown
