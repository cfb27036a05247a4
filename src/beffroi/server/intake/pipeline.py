"""The batch loop: gather, fold, commit, acknowledge, tell. No timer: the commit in progress is the window.

Two rules for whoever edits it. Nothing is acknowledged before its commit. An exception ends the process: the broker
repeats what was not acknowledged, and the marks are read anew from the rows.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence

import msgspec
import numpy as np
import structlog

from beffroi.links.mqtt.link import MqttLink
from beffroi.links.mqtt.mapping import TopicMap
from beffroi.model.time import HOUR, SECOND, Clock, Micros
from beffroi.server.bus import NatsBus
from beffroi.server.intake.counts import Counts
from beffroi.server.intake.episodes import Episodes
from beffroi.server.intake.gather import BATCH_POSTS, Checked, Gathered, Post, check, gather
from beffroi.server.intake.marks import Marks, diff_messages, newest_of, sorted_rows
from beffroi.server.intake.registry import Registry
from beffroi.server.intake.writer import IN_FLIGHT, HistoryWriter
from beffroi.telemetry.fold import Readings
from beffroi.telemetry.history import BatchRows, CrossingRow, known_among, note_standings, surroundings
from beffroi.telemetry.late import Surroundings, judge_late
from beffroi.telemetry.rules import Edges

TICK_S = 0.5
POSTS_WAITING = 256
"""Posts that may wait for a batch; beyond, the door answers 503 (policy: refuse)."""

JUDGED_AT_ONCE = 1_000
"""Readings around late ones judged in one slice of the loop."""

ANSWERS_WAITING = 1_024
"""Messages of answers to orders kept while the bus is away; the oldest leave (policy: drop oldest)."""

log = structlog.get_logger("intake")


class Work(msgspec.Struct):
    """A batch on its way: what to write, then what to acknowledge and to tell."""

    rows: BatchRows
    gathered: Gathered | None
    newest: Readings
    news: Readings


class Pipeline:
    """Takes readings from the doors to the history. `reload` is awaited between batches when the register changed."""

    def __init__(
        self, writer: HistoryWriter, bus: NatsBus, clock: Clock, counts: Counts, registry: Registry, marks: Marks
    ) -> None:
        self.registry = registry
        self.marks = marks
        self.episodes = Episodes()
        self.rolled_upto: Micros = 0
        """Hours below are rolled up already: a reading there leaves a note."""
        self.posts: list[Post] = []
        self.links: Sequence[MqttLink] = ()
        self.stored = 0
        self.late = 0
        self.repeated = 0
        self.conflicts = 0
        self.messages = 0
        self.last_batch: int = 0
        """The last batch committed: batches below or equal are in the history."""
        self.answers_dropped = 0
        """Answers of devices to orders that found the bus away for too long."""
        self._answers: deque[bytes] = deque(maxlen=ANSWERS_WAITING)
        self._taken: dict[int, float] = {}
        """When what is not acknowledged yet was taken, by the identity of its batch."""
        self._topics = TopicMap(registry)
        self._writer = writer
        self._bus = bus
        self._clock = clock
        self._counts = counts
        self._woken = asyncio.Event()
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._changes: list[Callable[[], None]] = []
        self._next_batch = clock.now()
        self._arrival: Micros = 0
        self._finishing: set[asyncio.Task[None]] = set()
        self._ticked_at = 0.0
        self._turning = asyncio.Lock()

    def wake(self) -> None:
        """Say that something waits at a door."""
        self._woken.set()

    def offer(self, post: Post) -> bool:
        """Give a post to the next batch; False when too many wait."""
        if len(self.posts) >= POSTS_WAITING:
            return False
        self.posts.append(post)
        self.wake()
        return True

    def between_batches(self, change: Callable[[], None]) -> None:
        """Run something when no batch is being folded."""
        self._changes.append(change)
        self.wake()

    def number_from(self, batch: int) -> None:
        """Number batches above one that the database holds."""
        self._next_batch = max(self._next_batch, batch)

    def follow(self, registry: Registry) -> None:
        """Use another register from the next batch on; to be called between batches."""
        self.registry = registry
        self._topics = TopicMap(registry)

    async def run(self) -> None:
        """Take batches until cancelled; raises what went wrong with one."""
        while True:
            if not self._something_waits():
                self._woken.clear()
                if not self._something_waits():
                    await self._sleep()
            await self._slots.acquire()
            try:
                self._raise_failures()
                async with self._turning:
                    kept = await self._turn()
            except BaseException:
                self._slots.release()
                raise
            if not kept:
                self._slots.release()
                await asyncio.sleep(0)

    async def _sleep(self) -> None:
        try:
            await asyncio.wait_for(self._woken.wait(), TICK_S)
        except TimeoutError:
            pass

    def _something_waits(self) -> bool:
        return bool(self.posts or self._changes or any(link.waiting for link in self.links))

    async def _turn(self) -> bool:
        """Take one batch; True when it keeps its slot until its commit."""
        changes, self._changes = self._changes, []
        for change in changes:
            change()
        now = self._clock.now()
        posts, self.posts = self.posts[:BATCH_POSTS], self.posts[BATCH_POSTS:]
        monotonic = self._clock.monotonic()
        self.registry.sources.buckets.refill(monotonic)
        gathered = gather(self.links, posts, self.registry, self._topics, max(now, self._arrival))
        # each reading without a time gets its own microsecond, from one batch to the next as well
        self._arrival = max(now, self._arrival) + len(gathered.columns.undated) + 1
        edges = self._tick(now)
        if gathered.empty and not edges:
            return False
        self._taken[id(gathered)] = monotonic
        self.messages += gathered.messages
        checked = check(gathered, self.registry, self._counts, now, monotonic)
        started = self.episodes.note(checked.over_by_source, now)
        folded = self.marks.fold.fold(checked.within)
        self.repeated += folded.repeated
        self.conflicts += folded.conflicts
        edges += folded.edges
        if len(folded.late):
            await self._commit(self._work(folded.fresh, edges, started, None, checked))
            late, more = await self._judge_late(folded.late, now)
            # even what is known already proves that somebody speaks
            work = msgspec.structs.replace(self._work(late, more, [], gathered, None), news=newest_of(folded.late))
        else:
            work = self._work(folded.fresh, edges, started, gathered, checked)
        task = asyncio.create_task(self._commit_and_release(work))
        self._finishing.add(task)
        return True

    def _tick(self, now: Micros) -> list[Edges]:
        monotonic = asyncio.get_running_loop().time()
        if monotonic - self._ticked_at < TICK_S:
            return []
        self._ticked_at = monotonic
        return self.marks.fold.tick(now)

    async def _judge_late(self, late: Readings, now: Micros) -> tuple[Readings, list[Edges]]:
        """Return the late readings that the history lacks, with the edges that they make known.

        What is not stored cannot be late: it only serves the present.
        """
        late = late.pick(self.registry.assets.kept[late.series])
        if not len(late):
            return late, []
        known = await self._writer.read(lambda connection: known_among(connection, late))
        held = [known.get(key) for key in zip(late.series.tolist(), late.at.tolist(), strict=True)]
        missing = np.array([value is None for value in held], np.bool_)
        self.repeated += int(np.count_nonzero(~missing))
        self.conflicts += sum(
            value is not None and value != mine for value, mine in zip(held, late.value.tolist(), strict=True)
        )
        late = late.pick(missing)
        self.late += len(late)
        ruled = late.pick(self.marks.fold.rules.count[late.series] > 0)
        if not len(ruled):
            return late, []
        marks = self.marks.fold.at
        around = await self._writer.read(lambda connection: surroundings(connection, ruled, marks))
        edges = self.marks.fold.tick(now)
        for some in _slices(around):
            edges += judge_late(self.marks.fold.rules, some, now)
            # the doors must answer meanwhile; nothing but a turn touches the rules, and this is one
            await asyncio.sleep(0)
        return late, edges

    def _work(
        self,
        readings: Readings,
        edges: list[Edges],
        episodes: list[tuple[str, Micros]],
        gathered: Gathered | None,
        checked: Checked | None,
    ) -> Work:
        kept = readings.pick(self.registry.assets.kept[readings.series])
        newest = newest_of(kept)
        due = _hours(kept.pick(kept.at < self.rolled_upto))
        self._next_batch = max(self._next_batch + 1, self._clock.now())
        rules = self.marks.fold.rules
        rows = BatchRows(
            id=self._next_batch,
            samples=kept,
            touched=newest.series.astype("<i4").tobytes(),
            crossings=self._crossings(Edges.join(edges)),
            standings=note_standings(rules, rules.take_moved()),
            due_series=due.series,
            due_hour=due.at,
            episodes=episodes,
        )
        if checked is None:
            return Work(rows, gathered, Readings.none(), Readings.none())
        over = newest_of(sorted_rows(checked.over))
        return Work(rows, gathered, newest, _joined(newest_of(readings), over))

    def _crossings(self, edges: Edges) -> list[CrossingRow]:
        rules, assets = self.marks.fold.rules, self.registry.assets
        return [
            (
                assets.asset_of_series(int(rules.series[number])),
                rules.classes[int(rules.of_class[number])].name,
                "raise" if active else "clear",
                at,
                value,
                late,
            )
            for number, active, at, value, late in zip(*(column.tolist() for column in edges), strict=True)
        ]

    async def _commit_and_release(self, work: Work) -> None:
        try:
            await self._commit(work)
        finally:
            self._slots.release()

    async def _commit(self, work: Work) -> None:
        rows = work.rows
        if len(rows.samples) or rows.crossings or rows.standings or rows.episodes:
            await self._writer.write(rows)
            self.last_batch = rows.id
            self.stored += len(rows.samples)
            self.marks.store(work.newest, rows.standings)
        else:
            # a repeat of what is still on its way is not answered before it
            await self._writer.barrier()
        if work.gathered is not None:
            for acknowledge, packet_ids in work.gathered.acknowledgements:
                acknowledge(packet_ids)
            for post in work.gathered.posts:
                post.finish()
            self._taken.pop(id(work.gathered), None)
        await self._tell(work)

    async def _tell(self, work: Work) -> None:
        for message in diff_messages(self.marks.show(work.news)):
            await self._bus.publish("bf.diff", message)
        if work.rows.crossings:
            await self._bus.publish("bf.crossing")
        answers = work.gathered.columns.answers if work.gathered else []
        if answers:
            told = [[one.order, one.asset, one.answer, one.at // 1000] for one in answers]
            if len(self._answers) == self._answers.maxlen:
                self.answers_dropped += 1
            self._answers.append(msgspec.json.encode(told))
        await self._tell_answers()

    async def _tell_answers(self) -> None:
        while self._answers and self._bus.connected:
            await self._bus.publish("bf.ack", self._answers.popleft())

    async def tell_all(self) -> None:
        """Tell the whole picture again: a core has just started, or the bus was away."""
        for message in diff_messages(self.marks.shown()):
            await self._bus.publish("bf.diff", message)
        await self._tell_answers()

    @property
    def oldest_unacknowledged_s(self) -> float:
        """Return for how long the oldest readings taken have waited for their commit, in seconds; 0 without any."""
        return self._clock.monotonic() - min(self._taken.values()) if self._taken else 0.0

    def _raise_failures(self) -> None:
        for task in [task for task in self._finishing if task.done()]:
            self._finishing.discard(task)
            task.result()

    async def drained(self) -> None:
        """Return once every batch folded so far is committed."""
        async with self._turning:
            finishing = tuple(self._finishing)
        await asyncio.gather(*finishing)

    @property
    def age_s(self) -> float:
        """Return how old the newest stored reading is, in seconds of city time (0 before the first)."""
        newest = int(self.marks.stored_at.max(initial=0))
        return (self._clock.now() - newest) / SECOND if newest else 0.0


def _slices(around: list[tuple[int, Surroundings]]) -> Iterator[list[tuple[int, Surroundings]]]:
    """Part what is to be judged into pieces of some milliseconds, in order."""
    piece: list[tuple[int, Surroundings]] = []
    size = 0
    for one in around:
        piece.append(one)
        size += len(one[1].known) + len(one[1].late)
        if size >= JUDGED_AT_ONCE:
            yield piece
            piece, size = [], 0
    yield piece


def _hours(readings: Readings) -> Readings:
    """Return each (series, hour) of rows sorted by (series, time), once."""
    return newest_of(Readings(readings.series, readings.at // HOUR * HOUR, readings.value), per_time=True)


def _joined(one: Readings, other: Readings) -> Readings:
    """Return two lists of readings, at most one a series each, as one: the newer where both know a series."""
    if not len(other):
        return one
    both = Readings(np.append(one.series, other.series), np.append(one.at, other.at), np.append(one.value, other.value))
    return newest_of(sorted_rows(both))
