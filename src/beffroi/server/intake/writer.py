"""The one connection that writes history: batches are committed in the order given, or the process ends."""

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
import structlog

from beffroi.telemetry.history import (
    WRITER_LOCK,
    BatchRows,
    batch_is_there,
    days_of,
    ensure_days,
    write_batch,
)

IN_FLIGHT = 2
"""Batches on their way to the database: one commits while the next is decoded (299 k/s against 219, intake.md §1)."""

FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 1.0
T = TypeVar("T")

log = structlog.get_logger("intake.writer")


class HistoryWriter:
    """A thread with a connection. A lost database is waited for and asked whether the last batch is there."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._connection: psycopg.Connection[Any] | None = None
        self._days: set[int] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)
        self.available = False
        self.waiting = 0
        """Batches given and not committed yet."""
        self.commit_s = 0.0
        """How long the last transaction took."""
        self.retries = 0

    def start(self) -> None:
        """Begin to take batches."""
        self._thread.start()

    async def write(self, rows: BatchRows) -> None:
        """Return once a batch is committed, exactly once whatever happens to the database meanwhile."""
        self.waiting += 1
        try:
            await self._ask(lambda: self._write(rows))
        finally:
            self.waiting -= 1

    async def barrier(self) -> None:
        """Return once every batch given before is committed."""
        await self._ask(lambda: None)

    async def read(self, job: Callable[[psycopg.Connection[Any]], T]) -> T:
        """Return what a query of the writing connection says once every batch given before is committed."""
        return await self._ask(lambda: self._again(job))

    async def _ask(self, job: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def run() -> None:
            try:
                result = job()
            except BaseException as error:
                loop.call_soon_threadsafe(_fail, done, error)
            else:
                loop.call_soon_threadsafe(_answer, done, result)

        self._jobs.put(run)
        return await done

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
        if self._connection is not None:
            self._connection.close()

    async def stop(self) -> None:
        """Finish the batches given, as long as the database answers, and close."""
        self._stopping.set()
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join, 5.0)

    def _write(self, rows: BatchRows) -> None:
        began = time.perf_counter()
        unsure, staged = False, False
        while True:
            try:
                connection = self._connect()
                if unsure and batch_is_there(connection, rows.id):
                    break
                self._make_days(connection, rows)
                write_batch(connection, rows, staged=staged)
                break
            except psycopg.errors.UniqueViolation:
                # our marks were wrong: never twice, never stuck
                log.error("samples already there", batch=rows.id)
                staged = True
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                self._wait(error)
                unsure = True
        self.available = True
        self.retries = 0
        self.commit_s = time.perf_counter() - began

    def _make_days(self, connection: psycopg.Connection[Any], rows: BatchRows) -> None:
        missing = [day for day in days_of(rows.samples.at) if day not in self._days]
        if missing:
            ensure_days(connection, missing)
            self._days.update(missing)

    def _again(self, job: Callable[[psycopg.Connection[Any]], T]) -> T:
        while True:
            try:
                return job(self._connect())
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                self._wait(error)

    def _connect(self) -> psycopg.Connection[Any]:
        if self._connection is not None and not self._connection.closed:
            return self._connection
        connection = psycopg.connect(
            self._dsn, autocommit=True, connect_timeout=5, application_name="beffroi intake", prepare_threshold=3
        )
        held = connection.execute("SELECT pg_try_advisory_lock(%s)", [WRITER_LOCK]).fetchone()
        if not held or not held[0]:
            connection.close()
            raise psycopg.OperationalError("another intake is writing")
        self._days.clear()
        self._connection, self.available = connection, True
        return connection

    def _wait(self, error: Exception) -> None:
        """Give the database time to come back; raises the error when we are asked to stop."""
        if self._stopping.is_set():
            raise error
        if self.available:
            log.warning("database away", error=str(error).strip())
        self.available = False
        self.retries += 1
        if self._connection is not None and (self._connection.broken or isinstance(error, psycopg.InterfaceError)):
            self._connection.close()
        self._stopping.wait(min(FIRST_PAUSE_S * 2 ** min(self.retries, 5), LONGEST_PAUSE_S))


def _answer(done: "asyncio.Future[T]", result: T) -> None:
    if not done.done():
        done.set_result(result)


def _fail(done: "asyncio.Future[Any]", error: BaseException) -> None:
    if not done.done():
        done.set_exception(error)
