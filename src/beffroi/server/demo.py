"""A demonstration's own first step: its database is marked as a rehearsal, for ever, before the core starts.

`python -m beffroi.server.demo` is run by the supervisor, which imports no trade, between migrations and core.
"""

import argparse
import sys
from typing import Any

import psycopg

from beffroi.server.cli.words import say, set_language
from beffroi.server.database import connect, dsn_owner
from beffroi.server.house import REHEARSAL, mark_rehearsal
from beffroi.server.settings import SettingsError, load_settings


class DemoError(Exception):
    """A demonstration that must not start: a code and its params."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params


def mark(connection: psycopg.Connection[Any], folder: str) -> None:
    """Mark an empty database as a rehearsal; DemoError in one where a real city already lives."""
    marked = connection.execute("SELECT value FROM city_setting WHERE name = %s", (REHEARSAL,)).fetchone()
    if marked is not None and marked[0] is True:
        return
    if connection.execute("SELECT 1 FROM journal_line LIMIT 1").fetchone() is not None:
        raise DemoError("demo.real_city", path=folder)
    mark_rehearsal(connection)


def main(argv: list[str] | None = None) -> int:
    """Mark the database of the data folder; returns 1 with the reason when it is a real city's."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data", default=None)
    options = parser.parse_args(argv)
    try:
        settings = load_settings(data=options.data)
        set_language(settings.lang)
        with connect(dsn_owner(settings), name="beffroi-demo") as connection:
            mark(connection, str(settings.data))
    except (DemoError, SettingsError) as error:
        sys.stderr.write(say(error.code, **error.params) + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
