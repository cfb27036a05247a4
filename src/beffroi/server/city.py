"""The children of a whole Beffroi, in their order: engines, migrations, core, intake, and the rehearsal city."""

import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable

import msgspec

from beffroi.server.engines import EngineError, nats, postgres, service_user
from beffroi.server.settings import PORT_NAMES, PREFIX, Settings, SettingsError, is_loopback
from beffroi.server.supervisor import Child

PORT_WAIT_S = 10.0
"""A supervisor killed just before leaves its children up to this long to end."""

OURS_STOP_S, BROKER_STOP_S, DATABASE_STOP_S = 3.5, 1.5, 3.0
"""How long each wave of a stop may take: with what follows a refusal, everything ends within 10 s."""


def with_ports(settings: Settings) -> Settings:
    """Return the settings with a free port in the place of each 0; SettingsError when a wanted port is taken."""
    chosen = {}
    held = []
    for name in PORT_NAMES:
        if not _listens(settings, name):
            continue
        port = getattr(settings, name)
        holder = _bind(_host(settings, name), port, name)
        held.append(holder)
        chosen[name] = holder.getsockname()[1]
    for holder in held:
        holder.close()
    return msgspec.structs.replace(settings, **chosen)


def _listens(settings: Settings, name: str) -> bool:
    return settings.embeds_broker or name not in {"mqtt_port", "nats_port", "nats_monitor_port"}


def _host(settings: Settings, name: str) -> str:
    if name == "mqtt_port":
        return settings.mqtt_host
    return "127.0.0.1" if name.startswith("nats") else settings.http_host


def _bind(host: str, port: int, name: str) -> socket.socket:
    deadline = time.monotonic() + PORT_WAIT_S
    while True:
        try:
            return _try_bind(host, port)
        except OSError as error:
            if time.monotonic() > deadline:
                raise SettingsError("up.port_taken", name=name, host=host, port=port, detail=error.strerror) from error
            time.sleep(0.1)


def _try_bind(host: str, port: int) -> socket.socket:
    holder = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((host, port))
        if port:
            # a bind alone succeeds beside a listener bound with the same option
            holder.listen(1)
    except OSError:
        holder.close()
        raise
    return holder


def can_listen(settings: Settings, name: str) -> bool:
    """Tell whether the door of that name can be opened now: its port is free, chosen at start, or not ours."""
    if not _listens(settings, name):
        return True
    try:
        _try_bind(_host(settings, name), getattr(settings, name)).close()
    except OSError:
        return False
    return True


def with_certificate(settings: Settings) -> Settings:
    """Return the settings with a certificate of our own authority when HTTPS is due and none is given."""
    if not settings.secure or settings.tls_cert:
        return settings
    from beffroi.server.tls import ensure_certificate

    certificate, key = ensure_certificate(settings)
    return msgspec.structs.replace(settings, tls_cert=str(certificate), tls_key=str(key))


def child_environment(settings: Settings) -> dict[str, str]:
    """Return what the supervisor decided, as the variables that its children read."""
    decided = {name: str(getattr(settings, name)) for name in PORT_NAMES}
    decided |= {"data": str(settings.data), "tls_cert": settings.tls_cert, "tls_key": settings.tls_key}
    decided["demo"] = "true" if settings.demo else ""
    return {PREFIX + name.upper(): value for name, value in decided.items() if value}


def city(settings: Settings) -> list[Child]:
    """Return every child of this machine's Beffroi in starting order."""
    environment = child_environment(settings)
    children = [
        database_child(settings),
        broker_child(settings),
        _python("core", "beffroi.server.core", environment, lambda: _answers(settings)),
        _python("intake", "beffroi.server.intake", environment, lambda: _listening(settings)),
    ]
    if settings.demo:
        children.append(_python("rehearsal", "beffroi.rehearsal", environment, None))
    return children


def database_child(settings: Settings, then: Callable[[], None] | None = None) -> Child:
    """Return PostgreSQL: our own process, or the outside server to wait for; `then` (migrations) follows its start."""
    then = then or (lambda: prepare_database(settings))
    if not settings.embeds_database:
        return Child(name="postgres", ready=lambda: _database_answers(settings), then=then)
    user = service_user(settings)
    return Child(
        name="postgres",
        command=lambda: postgres.prepare(settings, user),
        ready=lambda: postgres.accepts(settings),
        then=then,
        user="" if user is None else user.ids,
        environment={"LC_ALL": "C.UTF-8", "HOME": "/"},
        # at once, without a last checkpoint: nobody is left to wait for it, and the next start replays the log
        death_signal=int(signal.SIGQUIT),
        stop_signal=int(signal.SIGINT),
        stop_within_s=DATABASE_STOP_S,
        last_signal=int(signal.SIGQUIT),
    )


def prepare_database(settings: Settings) -> None:
    """Create role and database when they are ours to create, bring the schema to this version, mark a demonstration."""
    from beffroi.server.migrations import migrate_settings

    if settings.embeds_database:
        postgres.ensure_database(settings)
    migrate_settings(settings)
    if settings.demo and not _marked_rehearsal(settings):
        _mark_rehearsal(settings)


def _marked_rehearsal(settings: Settings) -> bool:
    from beffroi.server.database import connect, dsn_owner

    with connect(dsn_owner(settings), autocommit=True) as connection:
        row = connection.execute("SELECT value = 'true' FROM city_setting WHERE name = 'rehearsal'").fetchone()
    return bool(row and row[0])


def _mark_rehearsal(settings: Settings) -> None:
    """Mark in a process of its own: the room that owns the setting is not for the supervisor to import."""
    command = [sys.executable, "-m", "beffroi.server.demo", "--data", str(settings.data)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise EngineError("up.demo_refused", detail=(done.stderr or done.stdout).strip()[-2000:])


def _database_answers(settings: Settings) -> bool:
    import psycopg

    from beffroi.server.database import dsn_owner

    try:
        psycopg.connect(dsn_owner(settings), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def broker_child(settings: Settings) -> Child:
    """Return the broker: our own process, or the outside one to wait for."""
    if not settings.embeds_broker:
        host, port = _address(settings.nats)
        return Child(name="nats", ready=lambda: _open(host, port))
    user = service_user(settings)
    return Child(
        name="nats",
        command=lambda: nats.prepare(settings, user),
        ready=lambda: nats.healthy(settings),
        user="" if user is None else user.ids,
        environment={"HOME": "/"},
        stop_within_s=BROKER_STOP_S,
        wave=1,
    )


def _python(name: str, module: str, environment: dict[str, str], ready: Callable[[], bool] | None) -> Child:
    command = [sys.executable, "-m", module]
    return Child(
        name=name, command=lambda: command, ready=ready, environment=environment, stop_within_s=OURS_STOP_S, wave=2
    )


def _answers(settings: Settings) -> bool:
    context = ssl.create_default_context()
    # our own process on our own machine: what is asked is "are you ready", not "who are you"
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with urllib.request.urlopen(settings.http_url + "/readyz", timeout=3, context=context) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False


def _listening(settings: Settings) -> bool:
    return _open("127.0.0.1" if not is_loopback(settings.http_host) else settings.http_host, settings.intake_port)


def _open(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=2).close()
    except OSError:
        return False
    return True


def _address(url: str) -> tuple[str, int]:
    from urllib.parse import urlsplit

    parts = urlsplit(url.split(",", maxsplit=1)[0])
    return parts.hostname or "127.0.0.1", parts.port or 4222
