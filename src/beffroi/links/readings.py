"""Readings as every transport carries them: JSON payloads decoded once, many at a time, into columns.

A message is one of three shapes (docs/architecture.md "Readings"): one value, an object of points, an array of assets.
The fast path decodes a group of messages in one typed call; a group that fails is decoded message by message, and a
message that fails is read again with forgiveness before it is refused.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from beffroi.links.forgiving import forgive
from beffroi.model.time import MILLISECOND, Micros

GROUP = 200
"""Messages decoded in one call: a bad one slows down only its group."""

SAMPLE_BYTES = 512
ANSWERS = frozenset({"accepted", "refused", "late"})
LATEST_MS = 1e14
"""Year 5138: a time beyond is no time."""


class Item(msgspec.Struct, gc=False):
    """One asset of an array: its painted number or id, its time in ms, its points; or an answer to an order."""

    a: str
    t: float | None = None
    p: dict[str, float | bool] = {}
    o: str | None = None
    r: str | None = None


class Points(msgspec.Struct, gc=False):
    """The points of the asset that the topic names."""

    p: dict[str, float | bool]
    t: float | None = None


class Single(msgspec.Struct, gc=False):
    """One value of the point that the topic names."""

    v: float | bool
    t: float | None = None


class Refused(NamedTuple):
    """A message or a part of one that was set aside: who sent it, why, and its first bytes."""

    source: int
    reason: str
    where: str
    sample: bytes


class OrderAnswer(NamedTuple):
    """What a device said of an order: its id, the asset's code, the answer, the device's time in µs."""

    order: str
    asset: str
    answer: str
    at: Micros


class Resolver(Protocol):
    """Who may speak for what."""

    def points(self, source: int, asset: str) -> Mapping[str, int] | str:
        """Return the series of an asset by point, or the reason why this source may not speak for it."""

    def remembered(self, source: int) -> Mapping[str, Mapping[str, int] | str]:
        """Return what `points` answered for a source so far, by asset."""


class Columns:
    """Readings of one batch, column by column; `message` numbers the message that brought each value.

    A reading without a time gets one that this object makes, different for each: its identity dies with it.
    """

    def __init__(self, now: Micros) -> None:
        self.series: list[int] = []
        self.time_ms: list[float] = []
        self.value: list[float | bool] = []
        self.message: list[int] = []
        self.source: list[int] = []
        """Source index by message number."""
        self.refused: list[Refused] = []
        self.answers: list[OrderAnswer] = []
        self.undated: list[int] = []
        """Source index of each reading that came without a time."""
        self._now_ms = now / MILLISECOND

    def begin(self, source: int) -> int:
        """Open the next message and return its number."""
        self.source.append(source)
        return len(self.source) - 1

    def stamp(self, source: int) -> float:
        """Return a time of arrival, in ms, different from every other of this batch."""
        self.undated.append(source)
        return self._now_ms + len(self.undated) / MILLISECOND

    def refuse(self, source: int, reason: str, where: str, sample: bytes) -> None:
        """Set something aside."""
        self.refused.append(Refused(source, reason, where, sample[:SAMPLE_BYTES]))


class Route(NamedTuple):
    """What the place of a message means: its depth (1 array, 2 points, 3 single), or the reason why it means nothing.

    `where` is told to people; `asset` is the asset that the topic names, `series` the point's, `client` a stranger's.
    """

    depth: int
    source: int
    where: str = ""
    asset: str = ""
    series: int = -1
    reason: str = ""
    client: str = ""


Message = tuple[Route, bytes]
"""A payload on its way: a bare tuple because a batch holds tens of thousands."""

_items = msgspec.json.Decoder(list[Item] | str)
_points = msgspec.json.Decoder(Points | str)
_single = msgspec.json.Decoder(float | bool | Single | str)
_groups: dict[msgspec.json.Decoder[Any], msgspec.json.Decoder[Any]] = {
    _items: msgspec.json.Decoder(list[list[Item] | str]),
    _points: msgspec.json.Decoder(list[Points | str]),
    _single: msgspec.json.Decoder(list[float | bool | Single | str]),
}

_SEAL = secrets.token_hex(8)
_JOINT = f',"{_SEAL}",'.encode()


def decode_arrays(messages: Sequence[Message], columns: Columns, resolver: Resolver) -> None:
    """Bring arrays of assets into the columns."""
    for route, items in _decode(messages, _items, columns):
        add_items(route, items, columns, resolver)


def decode_points(messages: Sequence[Message], columns: Columns, resolver: Resolver) -> None:
    """Bring objects of points into the columns."""
    for route, doc in _decode(messages, _points, columns):
        _add_points(route, doc, columns, resolver)


def decode_singles(messages: Sequence[Message], columns: Columns) -> None:
    """Bring single values into the columns; their series are already known from their topics."""
    series, times, values, numbers = columns.series, columns.time_ms, columns.value, columns.message
    for route, doc in _decode(messages, _single, columns):
        source = route.source
        dated = type(doc) is Single
        time_ms = doc.t if dated else None
        series.append(route.series)
        times.append(columns.stamp(source) if time_ms is None else time_ms)
        values.append(doc.v if dated else doc)
        numbers.append(len(columns.source))
        columns.source.append(source)


def _decode(
    messages: Sequence[Message], decoder: msgspec.json.Decoder[Any], columns: Columns
) -> Iterator[tuple[Route, Any]]:
    for start in range(0, len(messages), GROUP):
        group = messages[start : start + GROUP]
        docs = _decode_together([payload for _, payload in group], _groups[decoder])
        if docs is None:
            yield from _decode_apart(group, decoder, columns)
        else:
            yield from zip([route for route, _ in group], docs, strict=True)


def _decode_together(payloads: list[bytes], decoder: msgspec.json.Decoder[Any]) -> list[Any] | None:
    """Decode payloads as one array, sealed between each other; None when any of it is wrong.

    The seal is a secret of this process: no payload can pass a part of itself off as its neighbour's.
    """
    try:
        docs = decoder.decode(b"[" + _JOINT.join(payloads) + b"]")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    count = len(payloads)
    if len(docs) != 2 * count - 1 or docs[1::2] != [_SEAL] * (count - 1):
        return None
    found: list[Any] = docs[0::2]
    return None if str in set(map(type, found)) else found


def _decode_apart(
    group: Sequence[Message], decoder: msgspec.json.Decoder[Any], columns: Columns
) -> Iterator[tuple[Route, Any]]:
    for route, payload in group:
        try:
            doc = decoder.decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            doc = ""
        if isinstance(doc, str):
            try:
                doc = msgspec.convert(forgive(payload), decoder.type)
            except (ValueError, ArithmeticError, RecursionError):
                columns.refuse(route.source, "malformed", route.where, payload)
                continue
        yield route, doc


def add_items(route: Route, items: Sequence[Item], columns: Columns, resolver: Resolver) -> None:
    """Bring the items of one message into the columns."""
    source = route.source
    number = columns.begin(source)
    series, times, values, numbers = columns.series, columns.time_ms, columns.value, columns.message
    remembered = resolver.remembered(source)
    for item in items:
        points = remembered.get(item.a) or resolver.points(source, item.a)
        if isinstance(points, str):
            columns.refuse(source, points, route.where, item.a.encode())
            continue
        time_ms = item.t
        if item.o is not None:
            _add_answer(route, item, columns)
        for name, value in item.p.items():
            index = points.get(name)
            if index is None:
                columns.refuse(source, "unknown_point", f"{route.where} {item.a}", name.encode())
                continue
            series.append(index)
            times.append(columns.stamp(source) if time_ms is None else time_ms)
            values.append(value)
            numbers.append(number)


def _add_answer(route: Route, item: Item, columns: Columns) -> None:
    if item.o is None or item.r not in ANSWERS or not 0 <= (item.t or 0) < LATEST_MS:
        columns.refuse(route.source, "malformed", route.where, msgspec.json.encode(item))
        return
    at = int((columns.stamp(route.source) if item.t is None else item.t) * MILLISECOND)
    columns.answers.append(OrderAnswer(item.o, item.a, item.r, at))


def _add_points(route: Route, doc: Points, columns: Columns, resolver: Resolver) -> None:
    number = columns.begin(route.source)
    points = resolver.points(route.source, route.asset)
    if isinstance(points, str):
        columns.refuse(route.source, points, route.where, route.asset.encode())
        return
    for name, value in doc.p.items():
        index = points.get(name)
        if index is None:
            columns.refuse(route.source, "unknown_point", route.where, name.encode())
            continue
        columns.series.append(index)
        columns.time_ms.append(columns.stamp(route.source) if doc.t is None else doc.t)
        columns.value.append(value)
        columns.message.append(number)
