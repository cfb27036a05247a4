"""Migrations: numbered SQL files of each room, applied forward only, one transaction each, under one advisory lock.

`python -m beffroi.server.migrations` runs them as the owner of the tables; the application's role gets its grants.
"""

import argparse
import hashlib
import sys
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict

import beffroi
from beffroi.server.cli.words import say, set_language
from beffroi.server.database import connect, dsn_app, dsn_owner
from beffroi.server.settings import Settings, SettingsError, load_settings

ROOMS = (
    "journal",
    "access",
    "assets",
    "telemetry",
    "lighting",
    "alarms",
    "orders",
    "work",
    "logbook",
    "incidents",
    "dispatch",
    "seats",
    "duties",
    "requests",
    "directory",
    "procedures",
    "publish",
    "server",
)
LOCK = 0x62_66_72_6F_69
"""The advisory lock of migrations: "bfroi" in ASCII."""


class MigrationError(Exception):
    """A database that this version must not touch: a code and its params."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params


class Migration(NamedTuple):
    """One file: its room, number, name and SQL."""

    room: str
    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """The SHA-256 of the file: a file applied once never changes."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def find_migrations(package: Path | None = None) -> list[Migration]:
    """Return every migration of the code in order of application; MigrationError on a badly named or doubled file."""
    root = package or Path(beffroi.__file__).parent
    found = []
    for room in ROOMS:
        seen: set[int] = set()
        for path in sorted((root / room / "schema").glob("*.sql")):
            number, _, name = path.stem.partition("_")
            if not (number.isdigit() and len(number) == 4 and name) or int(number) in seen:
                raise MigrationError("migration.bad_name", path=str(path))
            seen.add(int(number))
            found.append(Migration(room, int(number), name, path.read_text(encoding="utf-8")))
    return found


def migrate(owner: str, app_role: str, migrations: list[Migration]) -> list[Migration]:
    """Apply what is missing and return it; a database newer than the code, or a changed file, is refused untouched."""
    with connect(owner, autocommit=True, name="beffroi-migrations") as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        _prepare(connection)
        missing = pending(connection, migrations)
        for item in missing:
            _apply(connection, item)
        # always: a grant taken back by mistake is given again at the next start
        _grant(connection, app_role)
        return missing


def pending(connection: Connection, migrations: list[Migration]) -> list[Migration]:
    """Return what `migrate` would apply; MigrationError when it would refuse."""
    known: dict[tuple[str, int], str] = {}
    if connection.execute("SELECT to_regclass('public.migration')").fetchone() != (None,):
        known = _applied(connection)
    _refuse_strangers(known, migrations)
    return [item for item in migrations if (item.room, item.number) not in known]


def refuse_newer(connection: Connection) -> None:
    """Raise MigrationError when a newer program already changed this database: the core would misread its rows."""
    pending(connection, find_migrations())


def _prepare(connection: Connection) -> None:
    connection.execute(
        """
        CREATE TABLE IF NOT EXISTS migration (
            room text NOT NULL,
            number int NOT NULL,
            name text NOT NULL,
            checksum text NOT NULL,
            version text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (room, number)
        )
        """
    )


def _applied(connection: Connection) -> dict[tuple[str, int], str]:
    rows = connection.execute("SELECT room, number, checksum FROM migration").fetchall()
    return {(room, number): checksum for room, number, checksum in rows}


def _refuse_strangers(known: dict[tuple[str, int], str], migrations: list[Migration]) -> None:
    ours = {(item.room, item.number): item for item in migrations}
    for key, checksum in sorted(known.items()):
        if key not in ours:
            raise MigrationError("migration.newer_database", room=key[0], number=key[1], version=beffroi.__version__)
        if ours[key].checksum != checksum:
            raise MigrationError("migration.changed_file", room=key[0], number=key[1], name=ours[key].name)


def _apply(connection: Connection, item: Migration) -> None:
    try:
        with connection.transaction():
            # the text is our own package's file
            connection.execute(sql.SQL(item.text))
            connection.execute(
                "INSERT INTO migration (room, number, name, checksum, version) VALUES (%s, %s, %s, %s, %s)",
                [item.room, item.number, item.name, item.checksum, beffroi.__version__],
            )
    except psycopg.Error as error:
        raise MigrationError(
            "migration.failed", room=item.room, number=item.number, name=item.name, detail=str(error)
        ) from error


def _grant(connection: Connection, app_role: str) -> None:
    """Give the application every table, but the journal for reading and adding only.

    What the law lets forget (erasable bodies) goes through a function of the owner, written by the journal's schema.
    """
    role = sql.Identifier(app_role)
    owner = connection.info.user
    if owner == app_role:
        return  # one role only: nothing to separate
    with connection.transaction():
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {}",
            "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO {}",
            "REVOKE INSERT, UPDATE, DELETE ON migration FROM {}",
        ):
            connection.execute(sql.SQL(statement).format(role))
        for (table,) in connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename ~ '^journal(_|$)'"
        ).fetchall():
            connection.execute(
                sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(sql.Identifier(table), role)
            )


def migrate_settings(settings: Settings) -> list[Migration]:
    """Bring the database of these settings to this version; returns what was applied."""
    app = conninfo_to_dict(dsn_app(settings)).get("user")
    return migrate(dsn_owner(settings), str(app), find_migrations())


def main(argv: list[str] | None = None) -> int:
    """Apply the migrations of this version and print each; returns 1 with the reason when refused."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data", default=None)
    options = parser.parse_args(argv)
    try:
        settings = load_settings(data=options.data)
        set_language(settings.lang)
        for item in migrate_settings(settings):
            sys.stdout.write(f"{item.room}/{item.number:04d}_{item.name}\n")
    except (MigrationError, SettingsError) as error:
        sys.stderr.write(say(error.code, **error.params) + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
