"""The engines Beffroi runs itself when no address is given: where their files live and as whom they run."""

import os
import pwd
import secrets
import shutil
from pathlib import Path
from typing import Any, NamedTuple

from beffroi.server.settings import Settings

SHARED = Path("/var/lib/beffroi")
"""Used by root only: engine binaries, and engine data when the data folder is out of the service user's reach."""

SOCKET_PATH_LIMIT = 100
"""Longest path of a Unix socket that every kernel accepts, in bytes, with a margin (108 on Linux)."""


class EngineError(Exception):
    """An engine that cannot be found, prepared or started: a code and its params for the operator."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params


class ServiceUser(NamedTuple):
    """The unprivileged user under which engines run when Beffroi is started by root."""

    name: str
    uid: int
    gid: int

    @property
    def ids(self) -> str:
        """The pair that the launcher takes."""
        return f"{self.uid}:{self.gid}"


def service_user(settings: Settings) -> ServiceUser | None:
    """Return whom the engines run as, or None when we are not root; EngineError when a given user is unknown."""
    if os.geteuid() != 0:
        return None
    wanted = [settings.engine_user] if settings.engine_user else ["beffroi", "postgres", "nobody"]
    for name in wanted:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServiceUser(name, entry.pw_uid, entry.pw_gid)
    raise EngineError("engine.no_user", names=", ".join(wanted))


def engine_home(settings: Settings) -> Path:
    """Return the folder of the engines' files, elsewhere when the service user cannot reach the data folder.

    A link in the data folder then leads there; it is followed here, because the service user cannot follow it.
    """
    home = settings.data / "engines"
    return home.readlink() if home.is_symlink() else home


def prepare_home(settings: Settings, user: ServiceUser | None) -> Path:
    """Make the engines' folder, reachable by the service user, and return it."""
    settings.data.mkdir(parents=True, exist_ok=True)
    home = settings.data / "engines"
    if home.exists():
        return engine_home(settings)
    if home.is_symlink():
        raise EngineError("engine.home_lost", path=str(home), target=str(home.readlink()))
    if user is None:
        home.mkdir(mode=0o700)
    elif reachable(settings.data, user):
        home.mkdir(mode=0o711)
    else:
        elsewhere = SHARED / "data" / secrets.token_hex(6)
        elsewhere.mkdir(parents=True, mode=0o755)
        (elsewhere / "owner").write_text(f"{settings.data}\n", encoding="utf-8")
        home.symlink_to(elsewhere)
    return engine_home(settings)


def reachable(folder: Path, user: ServiceUser) -> bool:
    """Tell whether the service user may cross every folder down to this one."""
    for part in [folder, *folder.parents]:
        stat = part.stat()
        if stat.st_uid == user.uid:
            allowed = stat.st_mode & 0o100
        elif stat.st_gid == user.gid:
            allowed = stat.st_mode & 0o010
        else:
            allowed = stat.st_mode & 0o001
        if not allowed:
            return False
    return True


def owned_folder(path: Path, user: ServiceUser | None, mode: int = 0o700) -> Path:
    """Make a folder that belongs to the service user and return it; one made by somebody else is refused."""
    path.mkdir(mode=mode, parents=True, exist_ok=True)
    if user is not None:
        os.chown(path, user.uid, user.gid)
    stat = path.lstat()
    if stat.st_uid != (os.geteuid() if user is None else user.uid) or path.is_symlink():
        raise EngineError("engine.folder_not_ours", path=str(path))
    path.chmod(mode)
    return path


def shared_copy(name: str, sources: list[Path], user: ServiceUser | None) -> Path | None:
    """Copy an engine's files where the service user can read them; None when we are not root and need no copy.

    `sources` are laid side by side in the copy. A copy of the same name is complete: it appears by a rename.
    """
    if user is None:
        return None
    target = SHARED / "engines" / name
    if target.is_dir():
        return target
    partial = target.with_name(f".{name}.{secrets.token_hex(4)}")
    partial.mkdir(parents=True, mode=0o755)
    SHARED.chmod(0o755)
    target.parent.chmod(0o755)
    for source in sources:
        if source.is_dir():
            shutil.copytree(
                source, partial / source.name, symlinks=True, ignore=shutil.ignore_patterns("include", "*.pyc")
            )
        else:
            shutil.copy2(source, partial / source.name)
    _open_to_all(partial)
    try:
        partial.rename(target)
    except OSError:
        # another start made the same copy first
        shutil.rmtree(partial, ignore_errors=True)
    return target


def _open_to_all(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))


def write_private(path: Path, text: str, user: ServiceUser | None) -> None:
    """Replace a file by one that only the service user (and root) can read."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    if user is not None:
        os.chown(path, user.uid, user.gid)
