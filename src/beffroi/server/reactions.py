"""Runs the reactions: they read the journal from a saved position, and never lose or answer a line twice (house §3)."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import psycopg
import structlog

from beffroi.journal import store as journal
from beffroi.journal.codec import Decoder
from beffroi.model.actor import MAX_CAUSE_DEPTH, Actor, Cause
from beffroi.server.committer import Committer, NotPossible
from beffroi.server.group import GROUP_ACTIONS, Asked
from beffroi.server.metrics import REACTION_FAILED, REACTION_LAG, REACTION_STOPPED
from beffroi.server.wiring import Wiring
from beffroi.server.writer import ConnectionGone
from beffroi.trade.doors import Also, Caller, trusted
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction
from beffroi.trade.rejected import Rejected

READ_LINES = 1_000
MEMORY_LINES = 50_000
"""Committed lines kept for the reactions; beyond it they read the journal again (policy: re-read)."""

CHECKPOINT_LINES = 10_000
UNSAVED = -1
PAUSE_AFTER_FAILURE_S = 1.0

_MOVE = """INSERT INTO reaction_position (name, position) VALUES (%(name)s, %(to)s)
    ON CONFLICT (name) DO UPDATE SET position = excluded.position WHERE reaction_position.position = %(from)s"""

log = structlog.get_logger("reactions")


Read = Callable[[Callable[[psycopg.Connection[Any]], Any]], Awaitable[Any]]
"""Runs a job on a reading connection."""


class Moved(Exception):  # noqa: N818 - an outcome: our own memory of the position was wrong
    """The saved position of a reaction is not the one that we answered from."""


class Reactions:
    """All the reactions, each at its own position; one task serves them in order of name."""

    def __init__(
        self, reactions: Sequence[Reaction], wiring: Wiring, committer: Committer, read: Read, decoder: Decoder
    ) -> None:
        self._runners = [Runner(reaction, wiring, committer) for reaction in reactions]
        self._read = read
        self._decoder = decoder
        self._lines: deque[Line] = deque(maxlen=MEMORY_LINES)
        self._wake = asyncio.Event()
        self._seen = 0

    async def load(self) -> None:
        """Take each reaction up where it was left; a new one starts at the present end of the journal."""
        saved, end = await self._read(_positions)
        self._seen = max(self._seen, end)
        for runner in self._runners:
            await runner.restart(saved.get(runner.name), end)

    def on_commit(self, lines: tuple[Line, ...]) -> None:
        """Hear the lines just committed."""
        if self._lines and lines[0].position != self._lines[-1].position + 1:
            # another core led meanwhile: what it wrote is in the journal only
            self._lines.clear()
        self._lines.extend(lines)
        self._seen = max(self._seen, lines[-1].position)
        self._wake.set()

    async def run(self) -> None:
        """Serve until cancelled."""
        while True:
            self._wake.clear()
            REACTION_LAG.set(self.lag)
            if not await self._step():
                await self._wake.wait()

    @property
    def lag(self) -> int:
        """How many lines the slowest reaction has not been offered yet."""
        return max((self._seen - runner.position for runner in self._runners), default=0)

    async def _step(self) -> bool:
        """Offer each reaction what follows its position; tell whether any may have more to do."""
        more = False
        for runner in self._runners:
            if runner.position >= self._seen:
                continue
            try:
                await self._offer(runner)
            except Rejected as refusal:
                log.warning("nothing can be decided now", code=refusal.code)
                await asyncio.sleep(PAUSE_AFTER_FAILURE_S)
            except Exception:
                # its position stays: it is offered the same lines again, and the other reactions go on
                log.exception("reaction waits", reaction=runner.name, after=runner.position)
                REACTION_FAILED.labels(runner.name).inc()
                await asyncio.sleep(PAUSE_AFTER_FAILURE_S)
            more = True
        return more

    async def _offer(self, runner: "Runner") -> None:
        lines = await self._after(runner.position)
        try:
            await runner.answer(lines)
        except Moved:
            saved, end = await self._read(_positions)
            await runner.restart(saved.get(runner.name), end)

    async def _after(self, position: int) -> Sequence[Line]:
        if self._lines and self._lines[0].position <= position + 1:
            skip = position + 1 - self._lines[0].position
            return [self._lines[place] for place in range(skip, min(skip + READ_LINES, len(self._lines)))]
        found: list[Line] = await self._read(
            lambda connection: journal.read(connection, position, READ_LINES, self._decoder)
        )
        return found


class Runner:
    """One reaction and the position it reached."""

    def __init__(self, reaction: Reaction, wiring: Wiring, committer: Committer) -> None:
        self._reaction = reaction
        self._wiring = wiring
        self._committer = committer
        self._caller: Caller = trusted(Actor(kind="reaction", name=reaction.name))
        self._saved = UNSAVED
        self.name = reaction.name
        self.position = 0

    async def restart(self, saved: int | None, end: int) -> None:
        """Go on from the saved position, or the first time from the end of the journal, kept at once."""
        self._saved = UNSAVED if saved is None else saved
        self.position = end if saved is None else saved
        if saved is None:
            await self._keep([], end)

    async def answer(self, lines: Sequence[Line]) -> None:
        """Answer some lines: their actions and the position after them commit together; raises Moved or Rejected."""
        asked: list[Asked] = []
        reached = self.position
        for line in lines:
            if len(asked) >= GROUP_ACTIONS:
                break
            asked += self._asked(line)
            reached = line.position
        if asked or reached - self._saved >= CHECKPOINT_LINES:
            await self._keep(asked, reached)
        self.position = reached

    async def _keep(self, asked: list[Asked], reached: int) -> None:
        try:
            results = await self._committer.execute_all(asked, self._caller, also=self._move(self._saved, reached))
        except NotPossible as failure:
            await self._keep_by_halves(asked, reached, failure)
            return
        self._saved = reached
        for one, result in zip(asked, results, strict=True):
            if isinstance(result, BaseException) and not isinstance(result, Rejected):
                REACTION_FAILED.labels(self.name).inc()
                log.error("reaction failed", reaction=self.name, action=one.action.action_type(), error=repr(result))

    async def _keep_by_halves(self, asked: list[Asked], reached: int, failure: NotPossible) -> None:
        """Keep all but the answer to the one line that fails whenever it is tried; that one must be heard."""
        if isinstance(failure.__cause__, Moved):
            raise failure.__cause__ from failure
        if isinstance(failure.__cause__, ConnectionGone):
            raise Rejected("core.unavailable") from failure
        if not asked:
            raise failure
        lines = sorted({_line_of(one) for one in asked})
        if len(lines) == 1:
            log.error("reaction given up", reaction=self.name, position=lines[0], error=repr(failure))
            REACTION_FAILED.labels(self.name).inc()
            await self._keep([], reached)
            return
        middle = lines[len(lines) // 2 - 1]
        await self._keep([one for one in asked if _line_of(one) <= middle], middle)
        self.position = middle
        await self._keep([one for one in asked if _line_of(one) > middle], reached)

    def _asked(self, line: Line) -> list[Asked]:
        if type(line.event) not in self._reaction.listens:
            return []
        depth = 1 + (line.cause.depth if line.cause else 0)
        if depth > MAX_CAUSE_DEPTH:
            REACTION_STOPPED.inc()
            log.error("chain of reactions stopped", reaction=self.name, position=line.position)
            return []
        cause = Cause(line.position, depth)
        try:
            return [Asked(action, line.happened_at, cause) for action in self._reaction.react(line, self._wiring.city)]
        except Exception:
            REACTION_FAILED.labels(self.name).inc()
            log.exception("reaction failed", reaction=self.name, position=line.position)
            return []

    def _move(self, before: int, to: int) -> Also:
        def move(cursor: psycopg.Cursor[Any]) -> None:
            cursor.execute(_MOVE, {"name": self.name, "from": before, "to": to})
            if cursor.rowcount != 1:
                raise Moved(self.name)

        return move


def _line_of(asked: Asked) -> int:
    assert asked.cause is not None
    return asked.cause.position


def _positions(connection: psycopg.Connection[Any]) -> tuple[dict[str, int], int]:
    rows = connection.execute("SELECT name, position FROM reaction_position").fetchall()
    return dict(rows), journal.head(connection).position
