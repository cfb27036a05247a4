"""Reading outside the committer: a pool for routes, and threads for machine-scale work of the services."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import psycopg
from psycopg_pool import AsyncConnectionPool

from beffroi.server.database import CONNECT_TIMEOUT_S, connect
from beffroi.trade.rejected import Rejected

T = TypeVar("T")

SMALLEST, LARGEST = 2, 8
OWN_LARGEST = 4
"""Connections of what must not wait for people's searches: the services (alarms first) and signing in."""

WAIT_S = 5.0
STATEMENT_TIMEOUT_MS = 30_000
WORKERS = 4


class PoolReader:
    """Rows for routes (`beffroi.trade.doors.Reader`): read-only connections, a statement ends after 30 s."""

    def __init__(self, dsn: str, largest: int = LARGEST, name: str = "beffroi read") -> None:
        options = f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_TIMEOUT_MS}"
        self._pool = AsyncConnectionPool(
            dsn,
            min_size=SMALLEST,
            max_size=largest,
            timeout=WAIT_S,
            open=False,
            kwargs={
                "autocommit": True,
                "connect_timeout": CONNECT_TIMEOUT_S,
                "application_name": name,
                "options": options,
            },
        )

    async def open(self) -> None:
        """Open the first connections in the background."""
        await self._pool.open()

    async def fetch(self, sql: str, params: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query; raises Rejected `core.unavailable` while the database is away."""
        try:
            async with self._pool.connection() as connection:
                cursor = await connection.execute(sql.encode(), params)
                return await cursor.fetchall()
        except (psycopg.OperationalError, TimeoutError) as error:
            if isinstance(error, psycopg.errors.QueryCanceled):
                raise
            raise Rejected("core.unavailable") from error

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close(timeout=2)


class Workers:
    """Threads with a connection for each job, in one transaction."""

    def __init__(self, app: str, owner: str) -> None:
        self._app = app
        self._owner = owner
        self._threads = ThreadPoolExecutor(max_workers=WORKERS, thread_name_prefix="work")

    async def run(self, job: Callable[[psycopg.Connection[Any]], T], *, owner: bool = False) -> T:
        """Return what a job returns once its transaction is committed."""
        dsn = self._owner if owner else self._app

        def work() -> T:
            with connect(dsn, name="beffroi work") as connection:
                return job(connection)

        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def close(self) -> None:
        """Take no more job."""
        self._threads.shutdown(wait=False, cancel_futures=True)
