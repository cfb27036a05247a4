"""Where the city to play is: addresses and secrets, read from the data folder that the supervisor keeps."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec


class WhereError(Exception):
    """Nothing to play against: code and params for the operator."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code, params)
        self.code, self.params = code, params


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses of the running Beffroi and the folder of the rehearsal's own files."""

    data: Path
    http: str
    mqtt: str
    nats: str
    osmand_port: int
    nats_user: str = ""
    nats_password: str = ""
    key: str = ""

    @property
    def folder(self) -> Path:
        """The rehearsal's own folder: import files, secrets of its sources, where its clock stands."""
        return self.data / "rehearsal"

    @property
    def host(self) -> str:
        """The host of the machine's doors."""
        return urlsplit(self.http).hostname or "127.0.0.1"


def find_where(data: Path, env: Mapping[str, str] | None = None) -> Where:
    """Return where the Beffroi of a data folder runs; raises WhereError while it does not."""
    env = os.environ if env is None else env
    try:
        run = json.loads((data / "run.json").read_bytes())
    except (OSError, ValueError):
        raise WhereError("rehearsal.not_running", data=str(data)) from None
    urls = run["urls"]
    password = _broker_password(data / "keys" / "broker.json") if not env.get("BEFFROI_NATS") else ""
    return Where(
        data=data,
        http=urls["http"],
        mqtt=env.get("BEFFROI_MQTT") or urls["mqtt"],
        nats=env.get("BEFFROI_NATS") or urls["nats"],
        osmand_port=int(run["ports"]["osmand_port"]),
        nats_user="rehearsal" if password else "",
        nats_password=password,
        key=env.get("BEFFROI_KEY") or _text(data / "keys" / "local-console.key"),
    )


def _broker_password(path: Path) -> str:
    try:
        return str(json.loads(path.read_bytes())["passwords"]["rehearsal"])
    except (OSError, ValueError, KeyError):
        return ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""
