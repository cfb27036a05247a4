"""Connections to the system of record: which address for which role, with limits that never hang a process."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from beffroi.server.engines import postgres
from beffroi.server.settings import Settings

CONNECT_TIMEOUT_S = 10
NOTICED = {
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "4",
    "tcp_user_timeout": "30000",
}
"""A cut that says nothing is noticed within 30 s, not after the two hours of the system; a Unix socket ignores it."""


def dsn_app(settings: Settings) -> str:
    """Return the address for the running application: it may only add to the journal."""
    return noticing(settings.database) or postgres.dsn(settings, postgres.APP)


def dsn_owner(settings: Settings) -> str:
    """Return the address for migrations, backup and restore: the owner of every table.

    With an outside database and no `database_owner`, both roles are one and the journal's protection rests on its
    hash chain alone; `doctor` says so.
    """
    return noticing(settings.database_owner or settings.database) or postgres.dsn(settings, postgres.OWNER)


def noticing(address: str) -> str:
    """Return the address of an outside database with what notices a silent cut, unless it says otherwise itself."""
    if not address:
        return ""
    try:
        said = conninfo_to_dict(address)
    except psycopg.ProgrammingError:
        # whoever connects tells what is wrong with it
        return address
    return make_conninfo(address, **{name: value for name, value in NOTICED.items() if name not in said})


@contextmanager
def connect(dsn: str, *, autocommit: bool = False, name: str = "beffroi", **options: Any) -> Iterator[Connection]:
    """Open a connection, closed at the end of the block, its transaction committed unless an exception leaves it."""
    with psycopg.connect(
        dsn, autocommit=autocommit, connect_timeout=CONNECT_TIMEOUT_S, application_name=name, **options
    ) as connection:
        yield connection
