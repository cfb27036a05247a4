"""The one committer: decides actions in order, keeps them set-wise, then answers, then publishes (house §1)."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence

import msgspec
import psycopg
import structlog

from beffroi.journal import store as journal
from beffroi.journal.types import GENESIS, Head
from beffroi.model.actor import SYSTEM, Cause
from beffroi.model.ids import Ids
from beffroi.model.time import Clock, Micros
from beffroi.server.bounds import check_numbers
from beffroi.server.group import GROUP_ACTIONS, Asked, Broken, Group, Request, Result
from beffroi.server.metrics import COMMIT_S, GROUP_LINES, QUEUE_DEPTH, REFUSED_BUSY, REJECTED, RELOADS
from beffroi.server.wiring import Wiring
from beffroi.server.writer import OURS_ENDING_S, ConnectionGone, LeadershipLost, NotKept, Writer
from beffroi.trade.action import Action
from beffroi.trade.doors import Also, Caller, Outcome, trusted
from beffroi.trade.line import Line
from beffroi.trade.rejected import Rejected

GROUP_LINES_MAX = 10_000
QUEUE_BOUND = 10_000
"""Actions waiting to be decided; beyond it they are refused with `core.busy`."""

SLICE_S = 0.008
"""How long the loop is held before others get a turn: under the 10 ms of house convention 6."""

STALLED_AFTER_S = 10.0
"""A transaction that lasts longer is no work of ours: the database hangs, and nobody should wait for it unknowingly."""

MOST_ATTEMPTS = 3
IDLE_CHECK_S = 1.0
RETRY_S = 0.2

log = structlog.get_logger("committer")

Published = Callable[[tuple[Line, ...]], Awaitable[None]]


class NotPossible(Exception):  # noqa: N818 - told to the author of an action
    """An action that the program failed to keep, through no fault of its author; surely nothing of it was kept."""


class Committer:
    """Owns the states of the trades, the head of the journal and the only writing connection.

    `publish` is awaited after each commit with its lines, before the next group is decided, so that it sees exactly
    what is committed; `reloaded` after states were thrown away for those of the rows.
    """

    def __init__(
        self,
        wiring: Wiring,
        writer: Writer,
        clock: Clock,
        ids: Ids,
        *,
        publish: Published,
        reloaded: Callable[[], Awaitable[None]],
        bound: int = QUEUE_BOUND,
    ) -> None:
        self._wiring = wiring
        self._writer = writer
        self._clock = clock
        self._ids = ids
        self._publish = publish
        self._reloaded = reloaded
        self.bound = bound
        self._prepared = frozenset(action for trade in wiring.trades for action in trade.prepared)
        self._queue: deque[Request] = deque()
        self._waiting = 0
        self._arrived = asyncio.Event()
        self._closing = False
        self.head: Head = GENESIS
        self._leading = False

    @property
    def available(self) -> bool:
        """Tell whether an action given now would be decided and kept soon: a frozen database refuses at once."""
        return self._leading and self._writer.stalled_s < STALLED_AFTER_S

    async def execute(
        self,
        action: Action,
        caller: Caller,
        *,
        happened_at: Micros | None = None,
        cause: Cause | None = None,
        also: Also | None = None,
    ) -> Outcome:
        """Return once the action is decided and committed (`beffroi.trade.doors.Executor`)."""
        (result,) = await self.execute_all([Asked(action, happened_at, cause)], caller, also=also)
        if isinstance(result, BaseException):
            raise result
        return result

    async def execute_all(self, asked: Sequence[Asked], caller: Caller, *, also: Also | None = None) -> list[Result]:
        """Decide several actions as one unit of commitment and return, for each, its outcome or why it has none.

        With a single action, `also` is run only if it is accepted; with several or none, always.
        """
        if self._closing or not self.available:
            raise Rejected("core.unavailable")
        if self._waiting + len(asked) > self.bound and self._waiting:
            REFUSED_BUSY.inc(len(asked))
            raise Rejected("core.busy", waiting=self._waiting)
        if not caller.trusted:
            for one in asked:
                check_numbers(one.action)
        told: list[Action] = []
        if any(type(one.action) in self._prepared for one in asked):
            asked, told = await self._prepare(asked, caller)
        request = Request(asked, caller, also, asyncio.get_running_loop().create_future())
        self._queue.append(request)
        self._waiting += len(asked)
        QUEUE_DEPTH.set(self._waiting)
        self._arrived.set()
        results = await request.future
        for note in told:
            await self.execute(note, trusted(SYSTEM))
        return results

    async def _prepare(self, asked: Sequence[Asked], caller: Caller) -> tuple[list[Asked], list[Action]]:
        """Let the trades do what is too slow to be decided; return also what the system must tell of it."""
        ready, told = [], []
        for one in asked:
            trade = self._wiring.of_action[type(one.action)]
            prepared = await trade.prepare(self._wiring.states[trade.name], one.action, caller)
            ready.append(msgspec.structs.replace(one, action=prepared.action))
            if prepared.tells is not None:
                told.append(prepared.tells)
        return ready, told

    async def start(self, patience_s: float | None = None) -> None:
        """Take the lead and load every state from the rows; waits while another core leads."""
        await self._lead(patience_s)
        await self._reload(None)
        self._leading = True

    async def run(self) -> None:
        """Serve until `stop`; raises LeadershipLost when the right to write is gone."""
        while not (self._closing and not self._queue):
            requests = await self._take()
            if requests:
                await self._serve(requests)

    def stop(self) -> None:
        """Refuse what comes from now on; `run` returns when what came before is committed."""
        self._closing = True
        self._arrived.set()

    async def _take(self) -> list[Request]:
        while not self._queue:
            if self._closing:
                return []
            self._arrived.clear()
            try:
                # not wait_for: on Python 3.11 it may swallow a cancellation that meets the event
                async with asyncio.timeout(IDLE_CHECK_S):
                    await self._arrived.wait()
            except TimeoutError:
                if not await self._writer.alive():
                    await self._recover(None)
        taken: list[Request] = []
        actions = 0
        while self._queue and (not taken or actions + len(self._queue[0].asked) <= GROUP_ACTIONS):
            taken.append(self._queue.popleft())
            actions += len(taken[-1].asked)
        self._waiting -= actions
        QUEUE_DEPTH.set(self._waiting)
        return taken

    async def _serve(self, requests: Sequence[Request]) -> None:
        """Commit a group; when it fails, each of its requests is tried again alone."""
        rest: deque[Request] = deque(requests)
        while rest:
            group = Group(self._wiring, self._clock, self._ids, self.head.position)
            try:
                await self._fill(group, rest)
                await self._keep(group)
            except (Broken, NotKept) as failure:
                log.error("group failed", requests=len(group.requests), error=repr(failure.reason))
                await self._reload(group.touched)
                await self._retry(group.requests, failure)

    async def _retry(self, requests: Sequence[Request], failure: Broken | NotKept) -> None:
        for request in requests:
            request.attempts += 1
            # alone, the failure is its own; a lost connection may be nobody's, hence a few tries
            lost = isinstance(failure.reason, ConnectionGone)
            if request.attempts > (MOST_ATTEMPTS if lost else 1) or (len(requests) == 1 and not lost):
                request.fail(_told(failure))
            else:
                await self._serve([request])

    async def _fill(self, group: Group, rest: deque[Request]) -> None:
        """Decide and apply requests until the group is full; the loop gets a turn between slices."""
        slice_ends = time.perf_counter() + SLICE_S
        while rest and len(group.lines) < GROUP_LINES_MAX:
            request = rest.popleft()
            if request.future.cancelled():
                continue
            group.begin(request)
            for asked in request.asked:
                for _ in group.decide(asked):
                    if time.perf_counter() > slice_ends:
                        await asyncio.sleep(0)
                        slice_ends = time.perf_counter() + SLICE_S
            REJECTED.inc(group.end())

    async def _keep(self, group: Group) -> None:
        if group.changes_nothing:
            group.answer()
            return
        began = time.perf_counter()
        try:
            self.head = await self._writer.commit(group.lines, group.by_trade(), group.also, self.head)
        except ConnectionGone as gone:
            kept = await self._recover(gone.expected)
            if not kept:
                raise NotKept(gone) from gone
            if self.head != gone.expected:
                # somebody wrote after us: states and screens came from the rows, our lines among them
                group.answer()
                return
        COMMIT_S.observe(time.perf_counter() - began)
        GROUP_LINES.observe(len(group.lines))
        group.answer()
        # those who waited hear first, then everybody else
        await asyncio.sleep(0)
        if group.lines:
            await self._publish(tuple(group.lines))

    async def _recover(self, expected: Head | None) -> bool:
        """Lead again after a lost connection and tell whether the transaction that ends with `expected` was kept."""
        log.error("the writing connection is gone", position=self.head.position)
        self._leading = False
        before = self.head
        await self._lead(OURS_ENDING_S)
        found, kept = await self._found(expected)
        stranger = found not in (before, expected)
        log.warning("leading again", kept=kept, stranger=stranger, position=found.position)
        self.head = found
        if stranger:
            # somebody led meanwhile: nothing that we remember counts
            await self._reload(None)
        self._leading = True
        return kept

    async def _found(self, expected: Head | None) -> tuple[Head, bool]:
        """Return the head as the journal holds it, and whether what we last wrote is in it."""
        while True:
            try:
                return await self._writer.run(
                    lambda connection: (
                        journal.head(connection),
                        expected is not None and journal.holds(connection, expected),
                    )
                )
            except ConnectionGone:
                await self._lead(OURS_ENDING_S)

    async def _lead(self, patience_s: float | None) -> None:
        while True:
            try:
                await self._writer.lead(patience_s)
            except psycopg.OperationalError as error:
                log.warning("database away", error=str(error).strip())
                await asyncio.sleep(RETRY_S)
            else:
                return

    async def _reload(self, trades: Iterable[str] | None) -> None:
        """Throw away the states of some trades (all for None) for those of the rows, and begin a new epoch."""
        names = None if trades is None else list(trades)
        if names == []:
            return
        while True:
            try:
                self.head, states = await self._writer.run(
                    lambda connection: (journal.head(connection), self._wiring.load(connection, names))
                )
            except ConnectionGone:
                await self._lead(OURS_ENDING_S)
            else:
                break
        self._wiring.adopt(states)
        RELOADS.inc()
        await self._reloaded()


def _told(failure: Broken | NotKept) -> BaseException:
    """Return what the author of a request that failed alone is told.

    What the database cannot do just now is a refusal, not a failure: those who must (the alarm pump) try again.
    """
    if isinstance(failure.reason, Rejected):
        return failure.reason
    if isinstance(failure.reason, psycopg.errors.DiskFull):
        return Rejected("core.disk_full")
    if isinstance(failure.reason, psycopg.OperationalError):
        return Rejected("core.unavailable")
    answer = NotPossible(repr(failure.reason))
    answer.__cause__ = failure.reason
    return answer


__all__ = ["Asked", "Committer", "LeadershipLost", "NotPossible", "Result"]
