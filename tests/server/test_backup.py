"""Backup while running, restore elsewhere, both read back; a damaged backup is never trusted."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest

from beffroi.journal import store as journal
from beffroi.journal.database import walk
from beffroi.journal.signing import SignedHead, SigningKey, load_key, read_heads, write_head
from beffroi.journal.types import GENESIS, Head
from beffroi.journal.verify import Verifier
from beffroi.logbook.events import Noted
from beffroi.model.actor import SYSTEM
from beffroi.server.backup import BackupError, backup, database_up, last_backup, read_manifest, restore
from beffroi.server.city import with_ports
from beffroi.server.database import dsn_owner
from beffroi.server.settings import Settings, load_settings
from beffroi.trade.line import Line

NOW = datetime(2026, 1, 1, 3, tzinfo=UTC)


def _silent(code: str, done: float, total: float) -> None:
    """Hear progress and say nothing."""


@pytest.fixture
def city_data(database: Any, tmp_path: Path) -> Settings:
    """A running database with rows of every awkward kind, and a data folder with keys."""
    with psycopg.connect(database.owner) as connection:
        connection.execute("CREATE TABLE awkward (id int PRIMARY KEY, words text, raw bytea)")
        connection.execute(
            "INSERT INTO awkward SELECT n, E'ligne\\n\\\\.\\nsuite ' || n, decode('00ff', 'hex') "
            "FROM generate_series(1, 5000) n"
        )
    data = tmp_path / "data"
    (data / "keys").mkdir(parents=True)
    (data / "keys" / "journal.ed25519").write_text("5e" * 32)
    (data / "keys" / "database.json").write_text("{}")
    (data / "logs").mkdir()
    (data / "beffroi.toml").write_text('lang = "en"\n')
    return msgspec.structs.replace(database.settings, data=data)


def test_restored_city_is_the_saved_one(
    city_data: Settings, tmp_path: Path, data_folder: Path, ephemeral: dict[str, str]
) -> None:
    saved = backup(city_data, tmp_path / "copies", NOW, _silent)
    assert read_manifest(Path(saved.folder)).rows["awkward"] == 5000
    assert last_backup(city_data) == saved
    target = with_ports(load_settings({**ephemeral, "BEFFROI_UNSAFE_FAST": "true"}, data=data_folder))

    restored = restore(target, Path(saved.folder), _silent)

    assert (restored.rows, restored.tables) == (saved.rows, saved.tables)
    assert (data_folder / "keys" / "journal.ed25519").read_text() == "5e" * 32
    assert (data_folder / "keys" / "database.json").read_text() != "{}"
    assert load_settings({}, data=data_folder).lang == "en"
    with pytest.raises(BackupError, match=r"restore\.not_empty"):
        restore(target, Path(saved.folder), _silent)


def test_altered_backup_is_refused_before_anything_is_written(city_data: Settings, tmp_path: Path) -> None:
    saved = Path(backup(city_data, tmp_path / "copies", NOW, _silent).folder)
    victim = max((saved / "database").iterdir(), key=lambda path: path.stat().st_size)
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(content)
    target = Settings(data=tmp_path / "new")
    with pytest.raises(BackupError, match=r"restore\.altered_file"):
        restore(target, saved, _silent)
    assert not target.data.exists()


def test_interrupted_backup_is_not_a_backup(city_data: Settings, tmp_path: Path) -> None:
    def interrupt(code: str, done: float, total: float) -> None:
        if code == "backup.hashing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup(city_data, tmp_path / "copies", NOW, interrupt)
    assert list((tmp_path / "copies").iterdir()) == []
    assert last_backup(city_data) is None


def test_folder_without_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"restore\.not_a_backup"):
        restore(Settings(data=tmp_path / "new"), tmp_path, _silent)


def test_heads_signed_after_the_dump_are_set_aside_and_told(
    city_data: Settings, tmp_path: Path, data_folder: Path, ephemeral: dict[str, str]
) -> None:
    key = load_key(city_data.keys)
    write(city_data, 3)
    known = sign(city_data, key, 3, hourly=True)
    saved = Path(backup(city_data, tmp_path / "copies", NOW, _silent).folder)
    # the files are copied after the dump: a head of line 5 may be among them
    write_head(saved / "files" / "heads", key.sign_head(Head(5, bytes(32)), 2), hourly=True)
    manifest = read_manifest(saved)
    files = {path.relative_to(saved).as_posix(): digest(path) for path in (saved / "files" / "heads").iterdir()}
    (saved / "manifest.json").write_bytes(
        msgspec.json.encode(msgspec.structs.replace(manifest, files={**manifest.files, **files}))
    )
    target = with_ports(load_settings({**ephemeral, "BEFFROI_UNSAFE_FAST": "true"}, data=data_folder))

    restored = restore(target, saved, _silent)

    assert (restored.journal_position, restored.lost_until, restored.heads_aside) == (3, 5, 2)
    kept = [head for _, head in read_heads(data_folder / "heads") if head]
    assert kept == [known]
    assert len(list((data_folder / "heads" / "ahead-of-restore").iterdir())) == 2
    with database_up(target), psycopg.connect(dsn_owner(target)) as connection:
        report = Verifier(start=GENESIS, heads=kept, keys=[key.public]).lines(walk(connection))
    assert (report.sound, report.signed_until) == (True, 3)


def write(settings: Settings, count: int) -> None:
    """Put lines in the journal of a database."""
    lines = [
        Line(place, place, place, SYSTEM, None, Noted(entry=UUID(int=place), code="essai", params={}))
        for place in range(1, count + 1)
    ]
    with psycopg.connect(dsn_owner(settings)) as connection, connection.cursor() as cursor:
        journal.write(cursor, lines, GENESIS)


def sign(settings: Settings, key: SigningKey, at: int, *, hourly: bool) -> SignedHead:
    """Sign the head of a journal in the data folder."""
    with psycopg.connect(dsn_owner(settings)) as connection:
        signed = key.sign_head(journal.head(connection), at)
    write_head(settings.data / "heads", signed, hourly=hourly)
    (settings.data / "heads" / "latest.json").unlink()
    return signed


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
