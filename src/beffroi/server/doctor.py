"""`beffroi doctor`: each thing that may go wrong on a machine, looked at, with what to do about it."""

import ctypes
import platform
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec
import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict

from beffroi.server import engines
from beffroi.server.backup import last_backup
from beffroi.server.city import can_listen
from beffroi.server.database import connect, dsn_app, dsn_owner
from beffroi.server.engines import EngineError, nats, postgres
from beffroi.server.migrations import MigrationError, find_migrations, pending
from beffroi.server.settings import PORT_NAMES, Settings, alive, is_loopback, read_run_file

LOW_DISK_SHARE = 0.10
LOW_DISK_BYTES = 5_000_000_000
BACKUP_EVERY = timedelta(hours=26)
"""A daily backup with two hours of grace."""

TIME_ERROR = 5
"""What adjtimex(2) returns when no time server disciplines the clock."""

Level = Literal["ok", "info", "warning", "error"]


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at: how it stands, and the code and params of its sentence."""

    level: Level
    code: str
    params: dict[str, Any] = {}


class SettingLine(msgspec.Struct, frozen=True):
    """One setting as shown: passwords hidden."""

    name: str
    value: str
    origin: str


def setting_lines(settings: Settings) -> list[SettingLine]:
    """Return every setting with where it came from."""
    lines = []
    for name in settings.__struct_fields__:
        if name != "origins":
            value = re.sub(r"(://[^:/@]*):[^@]*@", r"\1:•••@", str(getattr(settings, name)))
            lines.append(SettingLine(name, value, settings.origins.get(name, "default")))
    return lines


def examine(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Yield one finding after another; a check that itself breaks is a finding, never an end."""
    checks: list[Callable[[Settings], Iterator[Finding]]] = [
        _python,
        _engines,
        _running,
        _disk,
        _keys,
        _database,
        _broker,
        _doors,
        lambda known: _backup(known, now),
        _clock,
        _orphans,
    ]
    for check in checks:
        try:
            yield from check(settings)
        except (EngineError, MigrationError) as error:
            yield Finding("error", error.code, error.params)
        except (OSError, psycopg.Error) as error:
            yield Finding("error", "doctor.check_failed", {"detail": str(error).strip()})


def _python(settings: Settings) -> Iterator[Finding]:
    yield Finding("ok", "doctor.python", {"version": platform.python_version(), "system": platform.platform()})


def _engines(settings: Settings) -> Iterator[Finding]:
    if settings.embeds_database:
        found = postgres.find_binaries(settings)
        yield Finding("ok", "doctor.postgres", {"version": found.version, "origin": found.origin, "path": found.bin})
    else:
        yield Finding("info", "doctor.outside", {"name": "PostgreSQL"})
    if settings.embeds_broker:
        binary = nats.find_binary()
        yield Finding("ok", "doctor.nats", {"version": nats.version(binary), "path": binary})
    else:
        yield Finding("info", "doctor.outside", {"name": "NATS, MQTT"})


def _running(settings: Settings) -> Iterator[Finding]:
    running = read_run_file(settings.run_file)
    if running is not None and alive(int(running["supervisor"])):
        down = [name for name, child in running["children"].items() if not child["pid"]]
        yield Finding("error" if down else "ok", "doctor.down" if down else "doctor.up", {"names": ", ".join(down)})
        for name, child in running["children"].items():
            if child["restarts"]:
                log = settings.logs / f"{name}.log"
                yield Finding("warning", "doctor.restarts", {"name": name, "count": child["restarts"], "log": log})
        return
    yield Finding("info", "doctor.stopped")
    for name in PORT_NAMES:
        port = getattr(settings, name)
        if not can_listen(settings, name):
            yield Finding("error", "doctor.port_taken", {"name": name, "port": port})


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = next(part for part in [settings.data, *settings.data.parents] if part.exists())
    usage = shutil.disk_usage(folder)
    low = usage.free < LOW_DISK_BYTES or usage.free / usage.total < LOW_DISK_SHARE
    params = {"free": usage.free / 1e9, "total": usage.total / 1e9, "path": folder}
    yield Finding("warning" if low else "ok", "doctor.disk_low" if low else "doctor.disk", params)


def _keys(settings: Settings) -> Iterator[Finding]:
    if not settings.keys.exists():
        return
    for path in [settings.keys, *settings.keys.iterdir()]:
        secret = path.suffix not in {".pem", ".pub"}
        if secret and path.stat().st_mode & 0o077:
            yield Finding("error", "doctor.open_key", {"path": path})


def _database(settings: Settings) -> Iterator[Finding]:
    if settings.embeds_database and postgres.recorded_major(settings) is None:
        yield Finding("info", "doctor.no_database")
        return
    if settings.embeds_database and not postgres.accepts(settings):
        yield Finding("info", "doctor.database_stopped")
        return
    with connect(dsn_owner(settings), autocommit=True, name="beffroi-doctor") as connection:
        version = connection.info.server_version // 10000
        if version < postgres.OLDEST_MAJOR:
            yield Finding("error", "postgres.too_old", {"have": version, "oldest": postgres.OLDEST_MAJOR})
        yield from _durability(connection)
        missing = pending(connection, find_migrations())
        code = "doctor.migrations_missing" if missing else "doctor.migrations"
        yield Finding("warning" if missing else "ok", code, {"count": len(missing)})
        yield from _roles(settings, connection)


def _durability(connection: Connection) -> Iterator[Finding]:
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
        if row is not None and row[0] == "off":
            yield Finding("error", "doctor.not_durable", {"name": name})


def _roles(settings: Settings, connection: Connection) -> Iterator[Finding]:
    app = str(conninfo_to_dict(dsn_app(settings)).get("user"))
    if app == connection.info.user:
        yield Finding("warning", "doctor.one_role")
        return
    row = connection.execute(
        "SELECT bool_or(has_table_privilege(%s, oid, 'UPDATE') OR has_table_privilege(%s, oid, 'DELETE')) "
        "FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname ~ '^journal(_|$)'",
        [app, app],
    ).fetchone()
    if row is not None and row[0]:
        yield Finding("error", "doctor.journal_writable", {"role": app})
    else:
        yield Finding("ok", "doctor.journal_protected", {"role": app})


def _broker(settings: Settings) -> Iterator[Finding]:
    if settings.embeds_broker:
        yield Finding("info", "doctor.sync_interval", {"interval": settings.nats_sync_interval})


def _doors(settings: Settings) -> Iterator[Finding]:
    if not is_loopback(settings.http_host):
        code = "doctor.https" if settings.secure else "doctor.no_https"
        authority = settings.keys / "authority.pem"
        yield Finding("ok" if settings.secure else "error", code, {"host": settings.http_host, "path": authority})
    if not is_loopback(settings.mqtt_host) and not settings.mqtt_secure:
        yield Finding("error", "doctor.mqtt_clear", {"host": settings.mqtt_host})


def _backup(settings: Settings, now: datetime) -> Iterator[Finding]:
    last = last_backup(settings)
    if last is None:
        yield Finding("warning", "doctor.no_backup")
        return
    made = datetime.fromisoformat(last.made_at).astimezone(UTC)
    params = {"at": last.made_at, "path": last.folder, "seconds": last.seconds}
    if not Path(last.folder).exists():
        yield Finding("warning", "doctor.backup_gone", params)
    elif now - made > BACKUP_EVERY:
        yield Finding("warning", "doctor.backup_old", params)
    else:
        yield Finding("ok", "doctor.backup", params)


def _clock(settings: Settings) -> Iterator[Finding]:
    # struct timex is 208 bytes on 64-bit Linux; `modes` = 0 only reads
    buffer = ctypes.create_string_buffer(512)
    if ctypes.CDLL(None).adjtimex(buffer) == TIME_ERROR:
        yield Finding("warning", "doctor.clock_free")
    else:
        yield Finding("ok", "doctor.clock")


def _orphans(settings: Settings) -> Iterator[Finding]:
    """Tell of engine data kept outside a data folder that was since removed."""
    for owner in sorted((engines.SHARED / "data").glob("*/owner")):
        folder = Path(owner.read_text(encoding="utf-8").strip()) / "engines"
        if not folder.is_symlink() or folder.resolve() != owner.parent.resolve():
            yield Finding("warning", "doctor.orphan", {"path": owner.parent, "owner": folder.parent})
