"""Migrations that cannot half-finish, on a database of their own."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from beffroi.server.engines import postgres as engine
from beffroi.server.migrations import Migration, MigrationError, find_migrations, migrate, pending
from beffroi.server.settings import Settings

FIRST = Migration("journal", 1, "line", "CREATE TABLE journal_line (position bigint PRIMARY KEY);")
SECOND = Migration("assets", 1, "asset", "CREATE TABLE asset (id int); INSERT INTO asset VALUES (1);")
BROKEN = Migration("assets", 2, "broken", "CREATE TABLE half (id int); SELECT 1/0;")


@pytest.fixture
def empty(postgres: Settings) -> Iterator[tuple[str, str]]:
    """An empty database: addresses for its owner and for the application."""
    name = f"m_{secrets.token_hex(6)}"
    with psycopg.connect(engine.dsn(postgres, engine.OWNER, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield engine.dsn(postgres, engine.OWNER, name), engine.dsn(postgres, engine.APP, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _tables(dsn: str) -> set[str]:
    with psycopg.connect(dsn) as connection:
        return {row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}


def test_applied_once_in_order(empty: tuple[str, str]) -> None:
    owner, _ = empty
    assert migrate(owner, engine.APP, [FIRST, SECOND]) == [FIRST, SECOND]
    assert migrate(owner, engine.APP, [FIRST, SECOND]) == []


def test_failed_one_leaves_nothing_and_those_before_stay(empty: tuple[str, str]) -> None:
    owner, _ = empty
    with pytest.raises(MigrationError) as failure:
        migrate(owner, engine.APP, [FIRST, SECOND, BROKEN])
    assert failure.value.code == "migration.failed"
    assert _tables(owner) == {"migration", "journal_line", "asset"}
    assert migrate(owner, engine.APP, [FIRST, SECOND, BROKEN._replace(text="CREATE TABLE whole (id int)")])


def test_newer_database_and_changed_file_are_refused(empty: tuple[str, str]) -> None:
    owner, _ = empty
    migrate(owner, engine.APP, [FIRST, SECOND])
    with pytest.raises(MigrationError) as newer:
        migrate(owner, engine.APP, [FIRST])
    assert (newer.value.code, newer.value.params["room"]) == ("migration.newer_database", "assets")
    with pytest.raises(MigrationError) as changed:
        migrate(owner, engine.APP, [FIRST, SECOND._replace(text="CREATE TABLE other (id int)")])
    assert changed.value.code == "migration.changed_file"


def test_two_at_once_apply_each_file_once(empty: tuple[str, str]) -> None:
    owner, _ = empty
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: migrate(owner, engine.APP, [FIRST, SECOND]), range(2)))
    assert sorted(len(applied) for applied in done) == [0, 2]


def test_application_may_add_to_the_journal_and_never_change_it(empty: tuple[str, str]) -> None:
    owner, app = empty
    migrate(owner, engine.APP, [FIRST, SECOND])
    with psycopg.connect(app, autocommit=True) as connection:
        connection.execute("INSERT INTO journal_line VALUES (1)")
        connection.execute("UPDATE asset SET id = 2")
        for forbidden in ("UPDATE journal_line SET position = 2", "DELETE FROM journal_line", "TRUNCATE journal_line"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forbidden)


def test_badly_named_and_doubled_files_are_refused(tmp_path: Path) -> None:
    schema = tmp_path / "assets" / "schema"
    schema.mkdir(parents=True)
    (schema / "0001_asset.sql").write_text("SELECT 1")
    assert [item.name for item in find_migrations(tmp_path)] == ["asset"]
    for wrong in ("0001_again.sql", "2_short.sql", "0003.sql"):
        (schema / wrong).write_text("SELECT 1")
        with pytest.raises(MigrationError, match=r"migration\.bad_name"):
            find_migrations(tmp_path)
        (schema / wrong).unlink()


def test_migrations_of_this_version_apply(empty: tuple[str, str]) -> None:
    owner, _ = empty
    migrate(owner, engine.APP, find_migrations())
    with psycopg.connect(owner, autocommit=True) as connection:
        assert pending(connection, find_migrations()) == []
