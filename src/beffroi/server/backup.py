"""Backup while running and restore into an empty folder, both verified by reading back and timed.

The database is dumped logically (`pg_dump`, directory format), not copied file by file: the dump opens on any later
PostgreSQL (it is also the way from one major version to the next), works with an outside server where we are not
superuser, and is taken under one exported snapshot, in which the rows are counted too. What a physical copy would give
more, point-in-time recovery, is the work of a standby or of an archive of the log.
"""

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict

import beffroi
from beffroi.journal.signing import HEADS_FOLDER, read_heads
from beffroi.server import city
from beffroi.server.database import connect, dsn_owner
from beffroi.server.engines import postgres
from beffroi.server.settings import RUN_FILE, Settings
from beffroi.server.supervisor import Supervisor

MANIFEST = "manifest.json"
LAST = "last_backup.json"
NOT_KEPT = {"engines", "logs", RUN_FILE, "supervisor.lock", LAST}
"""Engines are dumped or rebuilt, logs are the machine's own."""

AHEAD = "ahead-of-restore"
"""Folder of the signed heads that a restore set aside."""

NOT_KEPT_KEYS = {"database.json"}
"""A new cluster makes its own passwords."""

Report = Callable[[str, float, float], None]
"""Told of progress as (code of the phase, done, total); a total of 0 is unknown."""


class BackupError(Exception):
    """A backup or restore that did not hold: a code and its params."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params


class Head(msgspec.Struct, frozen=True):
    """The last line of the journal: its position and hash in hexadecimal."""

    position: int
    hash: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds, written last: a folder without it is not a backup."""

    version: str
    made_at: str
    postgres: str
    rows: dict[str, int]
    journal_head: Head | None
    files: dict[str, str]
    bytes: int


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What was done, for the operator and for `doctor`: duration in seconds, size in bytes."""

    folder: str
    seconds: float
    rows: int
    tables: int
    bytes: int
    journal_position: int | None
    made_at: str
    heads_aside: int = 0
    """Signed heads newer than what a restore brought back, set aside: the lines up to `lost_until` are lost."""
    lost_until: int | None = None


def backup(settings: Settings, into: Path, now: datetime, report: Report) -> Outcome:
    """Write a complete, verified backup into a dated folder of `into`; BackupError when reading it back differs."""
    began = time.monotonic()
    target = into / f"beffroi-{now:%Y%m%dT%H%M%SZ}"
    partial = into / f".{target.name}.partial"
    if target.exists() or partial.exists():
        raise BackupError("backup.exists", path=str(target))
    partial.mkdir(mode=0o700, parents=True)
    try:
        with database_up(settings), connect(dsn_owner(settings), name="beffroi-backup") as connection:
            rows, head = _dump(settings, connection, partial / "database", report)
            served = str(connection.info.server_version // 10000)
        _verify_dump(settings, partial / "database", rows, report)
        _copy_files(settings.data, partial / "files")
        manifest = Manifest(
            version=beffroi.__version__,
            made_at=now.isoformat(timespec="seconds"),
            postgres=served,
            rows=rows,
            journal_head=head,
            files=_digests(partial, report),
            bytes=_size(partial),
        )
        (partial / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
        partial.rename(target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    outcome = _outcome(target, manifest, time.monotonic() - began)
    (settings.data / LAST).write_bytes(msgspec.json.encode(outcome))
    return outcome


def restore(settings: Settings, source: Path, report: Report) -> Outcome:
    """Fill an empty data folder (or an empty outside database) from a backup and read everything back.

    Raises BackupError: not a backup, an altered file, a folder in use, or rows that differ after the restore.
    """
    began = time.monotonic()
    manifest = read_manifest(source)
    _check_files(source, manifest, report)
    _check_empty(settings)
    settings.data.mkdir(parents=True, exist_ok=True)
    _put_back(source / "files", settings.data)
    with database_up(settings):
        _refuse_filled(settings)
        _load(settings, source / "database", report)
        report("restore.reading", 0, 0)
        with connect(dsn_owner(settings), autocommit=True, name="beffroi-restore") as connection:
            rows, head = _count(connection), _journal_head(connection)
            _compare(manifest.rows, rows)
            if head != manifest.journal_head:
                raise BackupError("restore.head_differs", expected=str(manifest.journal_head), found=str(head))
            connection.execute("ANALYZE")
    aside = _set_heads_aside(settings.data / HEADS_FOLDER, head.position if head else 0)
    outcome = _outcome(source, manifest, time.monotonic() - began)
    return msgspec.structs.replace(outcome, heads_aside=len(aside), lost_until=max(aside, default=None))


def read_manifest(source: Path) -> Manifest:
    """Return what a backup says of itself; BackupError when the folder is not a complete backup."""
    try:
        return msgspec.json.decode((source / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise BackupError("restore.not_a_backup", path=str(source)) from error


def last_backup(settings: Settings) -> Outcome | None:
    """Return the last backup made from this data folder, or None when there was none."""
    try:
        return msgspec.json.decode((settings.data / LAST).read_bytes(), type=Outcome)
    except (OSError, msgspec.DecodeError):
        return None


@contextmanager
def database_up(settings: Settings) -> Iterator[None]:
    """Use the running database, or run the embedded one for the length of the block."""
    if not settings.embeds_database or (postgres.recorded_major(settings) and postgres.accepts(settings)):
        yield
        return
    child = city.database_child(settings, then=lambda: postgres.ensure_database(settings))
    with Supervisor(settings, [child], lambda code, **params: None).started():
        yield


def _dump(
    settings: Settings, connection: Connection, folder: Path, report: Report
) -> tuple[dict[str, int], Head | None]:
    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    snapshot = _one(connection, "SELECT pg_export_snapshot()")
    size = float(_one(connection, "SELECT pg_database_size(current_database())"))
    command = [
        *[_tool(settings, "pg_dump"), "--format=directory", "--jobs=2", "--compress=1"],
        *[f"--snapshot={snapshot}", "--no-sync", f"--file={folder}"],
    ]
    with subprocess.Popen(command, env=_environment(settings), stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            # a dump takes about a third of the database: indexes are not in it and texts compress well
            report("backup.dumping", float(_size(folder)), size / 3)
            time.sleep(0.1)
        detail = process.stderr.read() if process.stderr else ""
    if process.returncode != 0:
        raise BackupError("backup.tool_failed", tool="pg_dump", detail=detail.strip()[-2000:])
    report("backup.counting", 0, 0)
    return _count(connection), _journal_head(connection)


def _one(connection: Connection, query: str) -> Any:
    row = connection.execute(sql.SQL(query)).fetchone()
    return row[0] if row else None


def _count(connection: Connection) -> dict[str, int]:
    tables = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname"
    ).fetchall()
    counted = {}
    for (table,) in tables:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        counted[table] = int(row[0]) if row else 0
    return counted


def _journal_head(connection: Connection) -> Head | None:
    if _one(connection, "SELECT to_regclass('public.journal_line')") is None:
        return None
    row = connection.execute(
        "SELECT position, encode(hash, 'hex') FROM journal_line ORDER BY position DESC LIMIT 1"
    ).fetchone()
    return Head(row[0], row[1]) if row else None


def _verify_dump(settings: Settings, folder: Path, rows: dict[str, int], report: Report) -> None:
    """Read the whole dump back and count the rows of each table in it: a dump that lists well may still be cut."""
    total = float(sum(rows.values()))
    counted: dict[str, int] = {}
    command = [_tool(settings, "pg_restore"), "--data-only", "--file=-", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={"LC_ALL": "C"}) as process:
        for table, count in _copied(process.stdout or ()):
            counted[table] = count
            report("backup.reading", sum(counted.values()), total)
        detail = process.stderr.read().decode("utf-8", "replace") if process.stderr else ""
    if process.returncode != 0:
        raise BackupError("backup.tool_failed", tool="pg_restore", detail=detail.strip()[-2000:])
    _compare(rows, counted)


def _copied(lines: Iterable[bytes]) -> Iterator[tuple[str, int]]:
    """Yield each table of a dump in text with the rows between its COPY and its end mark."""
    table = ""
    start = 0
    for number, line in enumerate(lines):
        if table:
            if line == b"\\.\n":
                yield table, number - start
                table = ""
        elif line.startswith(b"COPY public."):
            table = line.split(b" ", 2)[1].decode().partition(".")[2].strip('"')
            start = number + 1


def _compare(expected: dict[str, int], found: dict[str, int]) -> None:
    for table, count in expected.items():
        if found.get(table, 0) != count:
            raise BackupError("restore.rows_differ", table=table, expected=count, found=found.get(table, 0))


def _copy_files(data: Path, target: Path) -> None:
    target.mkdir(mode=0o700)
    for path in sorted(data.iterdir()) if data.is_dir() else []:
        if path.name in NOT_KEPT or path.name.startswith("."):
            continue
        if path.is_dir():
            shutil.copytree(path, target / path.name, ignore=_ignored)
        elif path.is_file():
            shutil.copy2(path, target / path.name)


def _ignored(folder: str, names: list[str]) -> set[str]:
    return NOT_KEPT_KEYS & set(names) if Path(folder).name == "keys" else set()


def _digests(folder: Path, report: Report) -> dict[str, str]:
    files = {}
    size = _size(folder)
    done = 0
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        files[path.relative_to(folder).as_posix()] = _digest(path)
        done += path.stat().st_size
        report("backup.hashing", done, size)
    return files


def _check_files(source: Path, manifest: Manifest, report: Report) -> None:
    for number, (name, digest) in enumerate(manifest.files.items()):
        path = source / name
        if not path.is_file() or _digest(path) != digest:
            raise BackupError("restore.altered_file", path=str(path))
        report("restore.checking", number + 1, len(manifest.files))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.exists() else 0


def _check_empty(settings: Settings) -> None:
    if settings.data.exists() and any(not path.name.startswith(".") for path in settings.data.iterdir()):
        raise BackupError("restore.not_empty", path=str(settings.data))


def _refuse_filled(settings: Settings) -> None:
    with connect(dsn_owner(settings), autocommit=True) as connection:
        if _count(connection):
            raise BackupError("restore.database_not_empty")


def _put_back(files: Path, data: Path) -> None:
    for path in sorted(files.iterdir()):
        if path.is_dir():
            shutil.copytree(path, data / path.name, dirs_exist_ok=True)
        else:
            shutil.copy2(path, data / path.name)


def _load(settings: Settings, folder: Path, report: Report) -> None:
    report("restore.loading", 0, 0)
    database = conninfo_to_dict(dsn_owner(settings))["dbname"]
    done = subprocess.run(
        [_tool(settings, "pg_restore"), "--exit-on-error", "--jobs=2", f"--dbname={database}", str(folder)],
        env=_environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BackupError("backup.tool_failed", tool="pg_restore", detail=done.stderr.strip()[-2000:])


def _set_heads_aside(folder: Path, position: int) -> list[int]:
    """Move the signed heads that tell of lines not restored: evidence to keep, not what `verify` is held against.

    Files are copied after the database is dumped, hence a head may be newer than the journal beside it.
    """
    newer = [(name, head) for name, head in read_heads(folder) if head is not None and head.position > position]
    for name, _ in newer:
        (folder / AHEAD).mkdir(exist_ok=True)
        (folder / name).replace(folder / AHEAD / name)
    return [head.position for _, head in newer]


def _tool(settings: Settings, name: str) -> str:
    """Return the newest `pg_dump` or `pg_restore` found: they read servers older than themselves, never newer."""
    if settings.embeds_database and postgres.recorded_major(settings):
        return str(postgres.find_binaries(settings).bin / name)
    newest = sorted(postgres.installed(settings), key=lambda found: -found.major)
    for found in newest:
        if (found.bin / name).exists():
            return str(found.bin / name)
    raise BackupError("backup.no_tool", tool=name)


def _environment(settings: Settings) -> dict[str, str]:
    """Hand the address over in variables: arguments can be read by everybody on the machine."""
    parts = conninfo_to_dict(dsn_owner(settings))
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    names |= {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
    given = {names[key]: str(value) for key, value in parts.items() if key in names}
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", **given}


def _outcome(folder: Path, manifest: Manifest, seconds: float) -> Outcome:
    return Outcome(
        folder=str(folder),
        seconds=round(seconds, 2),
        rows=sum(manifest.rows.values()),
        tables=len(manifest.rows),
        bytes=manifest.bytes,
        journal_position=manifest.journal_head.position if manifest.journal_head else None,
        made_at=manifest.made_at,
    )
