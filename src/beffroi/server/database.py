"""Connections to the system of record: which address for which role, with limits that never hang a process."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import psycopg
from psycopg import AsyncConnection, Connection

from beffroi.server.engines import postgres
from beffroi.server.settings import Settings

CONNECT_TIMEOUT_S = 10


def dsn_app(settings: Settings) -> str:
    """Return the address for the running application: it may only add to the journal."""
    return settings.database or postgres.dsn(settings, postgres.APP)


def dsn_owner(settings: Settings) -> str:
    """Return the address for migrations, backup and restore: the owner of every table.

    With an outside database and no `database_owner`, both roles are one and the journal's protection rests on its
    hash chain alone; `doctor` says so.
    """
    return settings.database_owner or settings.database or postgres.dsn(settings, postgres.OWNER)


@contextmanager
def connect(dsn: str, *, autocommit: bool = False, name: str = "beffroi", **options: Any) -> Iterator[Connection]:
    """Open a connection, closed at the end of the block, its transaction committed unless an exception leaves it."""
    with psycopg.connect(
        dsn, autocommit=autocommit, connect_timeout=CONNECT_TIMEOUT_S, application_name=name, **options
    ) as connection:
        yield connection


@asynccontextmanager
async def connect_async(
    dsn: str, *, autocommit: bool = False, name: str = "beffroi", **options: Any
) -> AsyncIterator[AsyncConnection]:
    """Open a connection for asyncio, with the same promise as `connect`."""
    connection = await AsyncConnection.connect(
        dsn, autocommit=autocommit, connect_timeout=CONNECT_TIMEOUT_S, application_name=name, **options
    )
    async with connection:
        yield connection
