"""Backup while running, restore elsewhere, both read back; a damaged backup is never trusted."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from beffroi.server.backup import BackupError, backup, last_backup, read_manifest, restore
from beffroi.server.city import with_ports
from beffroi.server.settings import Settings, load_settings

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
    (data / "keys" / "journal.ed25519").write_text("secret")
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
    assert (data_folder / "keys" / "journal.ed25519").read_text() == "secret"
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
