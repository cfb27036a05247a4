"""The one writing connection of the trades: a thread of its own, the leadership lock, all or nothing."""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import psycopg
import structlog

from beffroi.journal import store as journal
from beffroi.journal.types import Head
from beffroi.server.database import CONNECT_TIMEOUT_S
from beffroi.trade.doors import Also
from beffroi.trade.line import Line
from beffroi.trade.room import Trade

T = TypeVar("T")

LEADERSHIP = 0x62_66_72_6F_6C
"""The advisory lock of the one core that decides: "bfrol" in ASCII."""

OURS_ENDING_S = 10.0
"""How long the server may take to notice that our own lost connection is dead, and free its lock."""

LOCK_EVERY_S = 0.2

log = structlog.get_logger("writer")


class NotKept(Exception):  # noqa: N818 - an outcome, not a failure of the program
    """A transaction that surely left nothing behind; `reason` is why."""

    def __init__(self, reason: BaseException) -> None:
        super().__init__(str(reason))
        self.reason = reason


class ConnectionGone(Exception):  # noqa: N818 - an outcome, not a failure of the program
    """The connection died: the transaction is kept if, and only if, `expected` is in the journal."""

    def __init__(self, expected: Head | None) -> None:
        super().__init__("the writing connection is gone")
        self.expected = expected


class LeadershipLost(Exception):  # noqa: N818 - an outcome, not a failure of the program
    """Another core holds the lock: this process has no right to write and must end."""


class Writer:
    """Runs everything of the writing connection in one thread; the loop awaits it."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        self._connection: psycopg.Connection[Any] | None = None
        self._closing = threading.Event()
        self._began: float | None = None

    @property
    def stalled_s(self) -> float:
        """Return for how long the database has not answered, in seconds; 0 while nothing is asked of it."""
        began = self._began
        return 0.0 if began is None else time.monotonic() - began

    async def run(self, job: Callable[[psycopg.Connection[Any]], T]) -> T:
        """Return what a job of the writer's thread returns, in a transaction of its own."""
        return await self._in_thread(lambda: self._transact(job))

    async def lead(self, patience_s: float | None = None) -> None:
        """Connect and take the leadership lock, waiting for ever or raising LeadershipLost after `patience_s`.

        Raises psycopg.OperationalError while the database is away.
        """
        await self._in_thread(lambda: self._lead(patience_s))

    async def commit(
        self,
        lines: Sequence[Line],
        by_trade: Mapping[Trade[Any], Sequence[Line]],
        also: Sequence[Also],
        head: Head,
    ) -> Head:
        """Write a group after a head and return the new one; raises NotKept or ConnectionGone."""
        return await self._in_thread(lambda: self._commit(lines, by_trade, also, head))

    async def alive(self) -> bool:
        """Tell whether the connection, and so the lock, is still ours."""
        try:
            await self.run(lambda connection: connection.execute("SELECT 1"))
        except (NotKept, ConnectionGone):
            return False
        return True

    async def close(self) -> None:
        """Let go of the lock and end the thread."""
        self._closing.set()
        if self._connection is not None:
            await self._in_thread(self._connection.close)
        self._thread.shutdown(wait=False)

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    def _lead(self, patience_s: float | None) -> None:
        if self._connection is not None:
            self._connection.close()
        connection = psycopg.connect(self._dsn, connect_timeout=CONNECT_TIMEOUT_S, application_name="beffroi core")
        deadline = None if patience_s is None else time.monotonic() + patience_s
        told = False
        while connection.execute("SELECT pg_try_advisory_lock(%s)", (LEADERSHIP,)).fetchone() != (True,):
            connection.rollback()
            if self._closing.is_set() or (deadline is not None and time.monotonic() > deadline):
                connection.close()
                raise LeadershipLost
            if not told:
                log.warning("waiting for leadership: another core leads, or a dead one is not yet noticed")
                told = True
            self._closing.wait(LOCK_EVERY_S)
        connection.commit()
        self._connection = connection

    def _commit(
        self,
        lines: Sequence[Line],
        by_trade: Mapping[Trade[Any], Sequence[Line]],
        also: Sequence[Also],
        head: Head,
    ) -> Head:
        new_head = head

        def job(connection: psycopg.Connection[Any]) -> None:
            nonlocal new_head
            with connection.cursor() as cursor:
                if lines:
                    new_head = journal.write(cursor, lines, head)
                for trade, its_lines in by_trade.items():
                    trade.write(cursor, its_lines)
                for extra in also:
                    extra(cursor)

        try:
            self._transact(job)
        except ConnectionGone:
            raise ConnectionGone(new_head if new_head is not head else None) from None
        return new_head

    def _transact(self, job: Callable[[psycopg.Connection[Any]], T]) -> T:
        connection = self._connection
        if connection is None or connection.closed:
            raise ConnectionGone(None)
        self._began = time.monotonic()
        try:
            result = job(connection)
            connection.commit()
        except Exception as error:
            if not _rolled_back(connection):
                raise ConnectionGone(None) from error
            raise NotKept(error) from error
        finally:
            self._began = None
        return result


def _rolled_back(connection: psycopg.Connection[Any]) -> bool:
    try:
        connection.rollback()
    except psycopg.Error:
        connection.close()
        return False
    return True
