"""A batch gathered from every door: messages of the broker and posts, decoded into columns, checked, within quota."""

import asyncio
from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from beffroi.links.http.messages import Accepted, RefusedLine
from beffroi.links.mqtt.link import MqttLink
from beffroi.links.mqtt.mapping import TopicMap, Unknown, decode_frames
from beffroi.links.readings import Columns, Item, Refused, Route, add_items
from beffroi.model.time import MILLISECOND, MINUTE, Micros
from beffroi.server.intake.counts import UNKNOWN, Counts
from beffroi.server.intake.registry import Registry
from beffroi.server.intake.skim import skim
from beffroi.telemetry.fold import Readings
from beffroi.telemetry.rules import Bools, Floats, Ints

FUTURE = 2 * MINUTE
"""How far ahead of the city's clock a reading may be: beyond, its clock lies."""

LARGEST_VALUE = 1e30
"""Beyond on either side no instrument measured it, and the sum of a few would overflow the roll-ups."""

BATCH_BYTES = 1_500_000
"""About 20,000 values in arrays of 80 bytes an asset."""

BATCH_POSTS = 64
SAMPLES_A_BATCH = 20

Acknowledge = Callable[[list[int]], None]


class Post(msgspec.Struct):
    """One post of a machine, until its answer: `lines` are the numbers of `items` in the body."""

    source: str
    items: Sequence[Item]
    lines: Sequence[int]
    refused: list[RefusedLine]
    answer: "asyncio.Future[Accepted]"
    first_message: int = 0

    def finish(self) -> None:
        """Answer the machine: what is not refused is committed."""
        if not self.answer.done():
            left_out = {line.line for line in self.refused}
            accepted = sum(line not in left_out for line in self.lines)
            refused = sorted(self.refused, key=lambda line: line.line)
            self.answer.set_result(Accepted(accepted, refused))


def cost_of(items: Sequence[Item]) -> int:
    """Return what items take of a quota: a token a value, and one for an item without any, as by the broker."""
    return sum([len(item.p) or 1 for item in items])


class Gathered(msgspec.Struct):
    """What came in, decoded: messages up to `posted_from` came by the broker, the rest by posts."""

    columns: Columns
    acknowledgements: list[tuple[Acknowledge, list[int]]]
    posts: list[Post]
    strangers: list[Unknown]
    posted_from: int = 0
    messages: int = 0
    aside: dict[int, int] = {}
    """Values set aside before they were decoded, by source: over quota."""

    @property
    def empty(self) -> bool:
        """Tell whether nothing at all came."""
        return not self.acknowledgements and not self.posts


class Checked(msgspec.Struct, frozen=True):
    """A batch ready to fold: readings to keep, readings over quota (shown, not stored), and who was over."""

    within: Readings
    over: Readings
    over_by_source: dict[str, int]


def gather(
    links: Sequence[MqttLink], posts: list[Post], registry: Registry, topics: TopicMap, arrival: Micros
) -> Gathered:
    """Take what the doors hold, up to a batch, and decode it; `arrival` stamps readings that came without a time.

    The buckets of the sources are full up to now.
    """
    gathered = Gathered(Columns(arrival), [], posts, [])
    for link in links:
        budget = BATCH_BYTES // len(links)
        frames, acknowledge = link.take(budget)
        if frames:
            kept, aside = skim(frames, topics, registry.sources.buckets, budget)
            gathered.strangers += decode_frames(kept, gathered.columns, topics, registry)
            gathered.aside = {one: gathered.aside.get(one, 0) + aside.get(one, 0) for one in gathered.aside | aside}
            gathered.acknowledgements.append((acknowledge, [packet_id for _, packet_id, _ in frames if packet_id]))
            gathered.messages += len(frames)
        _refuse_retained(link, gathered, topics)
    gathered.posted_from = len(gathered.columns.source)
    for post in posts:
        _add_post(post, gathered.columns, registry)
        gathered.messages += len(post.items)
    return gathered


def _refuse_retained(link: MqttLink, gathered: Gathered, topics: TopicMap) -> None:
    """Set aside what a broker replays at each connection: stamped now, it would be a false reading of somebody gone."""
    frames, acknowledge = link.take_retained()
    if frames:
        for topic, _, payload in frames:
            route = topics.route(topic)
            gathered.columns.refuse(route.source, "retained", route.where, payload)
        gathered.acknowledgements.append((acknowledge, [packet_id for _, packet_id, _ in frames if packet_id]))
        gathered.messages += len(frames)


def _add_post(post: Post, columns: Columns, registry: Registry) -> None:
    source = registry.source(post.source)
    post.first_message = len(columns.source)
    route = Route(1, source, "http")
    for item, line in zip(post.items, post.lines, strict=True):
        before = len(columns.refused)
        if source < 0:
            columns.begin(source)
            columns.refuse(source, "unknown_source", "http", post.source.encode())
        else:
            add_items(route, (item,), columns, registry)
        if len(columns.refused) > before:
            post.refused += [RefusedLine(line, refused.reason) for refused in columns.refused[before:]]


def check(gathered: Gathered, registry: Registry, counts: Counts, now: Micros, monotonic: float) -> Checked:
    """Set aside what cannot be, count it, and part what is over quota."""
    columns = gathered.columns
    series = np.array(columns.series, np.int64)
    value = np.array(columns.value, np.float64)
    message = np.array(columns.message, np.int64)
    time_ms = np.array(columns.time_ms, np.float64)
    sane = _sane(gathered, registry, (series, time_ms, value), message, now)
    within = _within_quota(gathered, registry, message, monotonic)
    at = np.rint(np.where(sane, time_ms, 0.0) * MILLISECOND).astype(np.int64)
    readings = Readings(series, at, value)
    inside = within[message] if len(message) else np.empty(0, np.bool_)
    over = sane & ~inside
    over_by_source = _over_by_source(gathered, registry, message[over])
    _count(gathered, registry, counts, now, message[sane & inside])
    for name, count in over_by_source.items():
        counts.add(name, "over_quota", now, count, where="mqtt")
    return Checked(readings.pick(sane & inside), readings.pick(over), over_by_source)


def _over_by_source(gathered: Gathered, registry: Registry, message: Ints) -> dict[str, int]:
    """Return how many values each source sent over its quota, by name; `message` is that of each value decoded."""
    facts = registry.sources.facts
    found = np.bincount(np.array(gathered.columns.source, np.int64)[message], minlength=len(facts))
    for source, count in gathered.aside.items():
        found[source] += count
    return {facts[index].name: int(found[index]) for index in np.flatnonzero(found).tolist()}


def _sane(
    gathered: Gathered,
    registry: Registry,
    told: tuple[Ints, Floats, Floats],
    message: Ints,
    now: Micros,
) -> Bools:
    """Tell which readings, series, time in ms and value, can be; the others are refused with a sample."""
    series, time_ms, value = told
    # what is no number is beyond every bound
    future = ~(time_ms <= (now + FUTURE) / MILLISECOND)
    oldest = (now - registry.assets.window[series]) / MILLISECOND
    too_old = time_ms < oldest
    absurd = ~(future | too_old) & ~(np.abs(value) <= LARGEST_VALUE)
    columns = gathered.columns
    for reason, bad in (("future", future), ("too_old", too_old), ("absurd", absurd)):
        for row in np.flatnonzero(bad).tolist():
            number = int(message[row])
            source = columns.source[number]
            sample = f"t={time_ms[row]:.0f} v={columns.value[row]}" if len(columns.refused) < SAMPLES_A_BATCH else ""
            columns.refuse(source, reason, f"series {series[row]}", sample.encode())
            _refuse_line(gathered, number, reason)
    return ~(future | too_old | absurd)


def _refuse_line(gathered: Gathered, number: int, reason: str) -> None:
    for post in gathered.posts:
        place = number - post.first_message
        if number >= gathered.posted_from and 0 <= place < len(post.lines):
            post.refused.append(RefusedLine(post.lines[place], reason))


def _within_quota(gathered: Gathered, registry: Registry, message: Ints, monotonic: float) -> Bools:
    """Tell which messages are within their source's quota; a post paid at its door."""
    total = len(gathered.columns.source)
    within = np.ones(total, np.bool_)
    broker = gathered.posted_from
    buckets = registry.sources.buckets
    buckets.refill(monotonic)
    if broker:
        cost = np.maximum(np.bincount(message, minlength=total)[:broker], 1)
        within[:broker] = buckets.spend(np.array(gathered.columns.source[:broker], np.int64), cost)
    return within


def _count(gathered: Gathered, registry: Registry, counts: Counts, now: Micros, message: Ints) -> None:
    """Count what came: a value is received or refused, never both; `message` is that of each value received."""
    facts = registry.sources.facts
    columns = gathered.columns
    source_of = np.array(columns.source, np.int64)
    received = np.bincount(source_of[message], minlength=len(facts)) if len(message) else np.zeros(len(facts), np.int64)
    for index in np.flatnonzero(received).tolist():
        counts.add(facts[index].name, "received", now, int(received[index]))
    for index, count in zip(*np.unique(np.array(columns.undated, np.int64), return_counts=True), strict=True):
        counts.add(facts[index].name, "undated", now, int(count))
    # a batch of thousands has one sample to show for each reason
    tally: dict[tuple[int, str], tuple[int, Refused]] = {}
    for refused in columns.refused:
        key = refused.source, refused.reason
        tally[key] = (tally[key][0] + 1 if key in tally else 1, refused)
    for (source, reason), (count, last) in tally.items():
        name = facts[source].name if source >= 0 else UNKNOWN
        counts.add(name, reason, now, count, last.sample, last.where)
    for stranger in gathered.strangers:
        counts.hear_stranger(stranger.client, stranger.payload, now)
