"""Machine settings: a TOML file in the data folder, then the environment; each value remembers where it came from."""

import json
import os
import tomllib
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, Literal, get_type_hints
from zoneinfo import ZoneInfo

import msgspec

PREFIX = "BEFFROI_"
FILE_NAME = "beffroi.toml"
RUN_FILE = "run.json"

PORT_NAMES = ("http_port", "intake_port", "osmand_port", "mqtt_port", "nats_port", "nats_monitor_port")

Origin = Literal["default", "file", "environment", "running"]


class SettingsError(Exception):
    """A setting that cannot be used: a code and its params, rendered by the command line in the user's language."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What this machine needs to know before anything else runs.

    A port of 0 lets the supervisor choose a free one and write it to `run.json`. An address left empty (`database`,
    `nats`, `mqtt`) means that the engine is embedded. `http_proxies` names, with commas between, the addresses or
    networks whose word about who asks (`X-Forwarded-For`) is taken. `plugins_off` names folders of `plugins`, with
    commas between, that are left out. `unsafe_fast` gives up durability: tests only. `origins` says of each value where
    it was read.
    """

    data: Path
    http_host: str = "127.0.0.1"
    http_port: int = 8080
    http_proxies: str = "127.0.0.1,::1"
    intake_port: int = 8081
    osmand_port: int = 5055
    mqtt_host: str = "127.0.0.1"
    mqtt_port: int = 1883
    nats_port: int = 4222
    nats_monitor_port: int = 8222
    database: str = ""
    database_owner: str = ""
    nats: str = ""
    mqtt: str = ""
    zone: str = "Europe/Paris"
    lang: Literal["fr", "en"] = "fr"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    tls: Literal["auto", "off"] = "auto"
    tls_cert: str = ""
    tls_key: str = ""
    tls_names: str = ""
    engine_user: str = ""
    nats_sync_interval: str = "1s"
    shared_buffers: str = "256MB"
    postgres_bin: str = ""
    unsafe_fast: bool = False
    demo: bool = False
    plugins_off: str = ""
    origins: dict[str, Origin] = {}

    @property
    def keys(self) -> Path:
        """The folder of secrets: signing key, authority, engine passwords; readable by its owner only."""
        return self.data / "keys"

    @property
    def logs(self) -> Path:
        """The folder where each process writes its log."""
        return self.data / "logs"

    @property
    def plugins(self) -> Path:
        """The folder where a city adds equipment and protocol folders of its own."""
        return self.data / "plugins"

    @property
    def without(self) -> frozenset[str]:
        """The names of the plugins that are left out."""
        return frozenset(name.strip() for name in self.plugins_off.split(",") if name.strip())

    @property
    def proxies(self) -> list[str]:
        """The addresses and networks of the reverse proxies in front of the desk."""
        return [one.strip() for one in self.http_proxies.split(",") if one.strip()]

    @property
    def run_file(self) -> Path:
        """The file where the supervisor tells the ports, addresses and processes of the moment."""
        return self.data / RUN_FILE

    @property
    def embeds_database(self) -> bool:
        """Tell whether PostgreSQL is ours to run."""
        return not self.database

    @property
    def embeds_broker(self) -> bool:
        """Tell whether the broker is ours to run: it serves the bus and MQTT, so both addresses must be absent."""
        return not self.nats

    @property
    def secure(self) -> bool:
        """Tell whether the application speaks HTTPS: a certificate is given, or it listens off loopback."""
        return bool(self.tls_cert) or (self.tls == "auto" and not is_loopback(self.http_host))

    @property
    def http_url(self) -> str:
        """The address at which this machine reaches its own application."""
        host = "127.0.0.1" if self.http_host in {"0.0.0.0", "::"} else self.http_host  # noqa: S104 - compared, not bound
        return f"{'https' if self.secure else 'http'}://{host}:{self.http_port}"

    @property
    def nats_url(self) -> str:
        """The address of the bus between processes."""
        return self.nats or f"nats://127.0.0.1:{self.nats_port}"

    @property
    def mqtt_secure(self) -> bool:
        """Tell whether the embedded broker's MQTT door asks for TLS."""
        return self.tls == "auto" and not is_loopback(self.mqtt_host)

    @property
    def mqtt_url(self) -> str:
        """The address of the MQTT broker, `mqtt://` or `mqtts://`."""
        if self.mqtt:
            return self.mqtt
        host = "127.0.0.1" if self.mqtt_host in {"0.0.0.0", "::"} else self.mqtt_host  # noqa: S104 - compared
        return f"{'mqtts' if self.mqtt_secure else 'mqtt'}://{host}:{self.mqtt_port}"


def is_loopback(host: str) -> bool:
    """Tell whether an address listens on this machine only; a name other than `localhost` does not count."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def load_settings(env: Mapping[str, str] | None = None, data: Path | str | None = None) -> Settings:
    """Return the settings of a data folder: defaults, then its file, then its running supervisor, then `env`.

    `data` wins over `BEFFROI_DATA`, which wins over `./data`. Raises SettingsError naming the value at fault.
    """
    env = os.environ if env is None else env
    folder = Path(data or env.get(PREFIX + "DATA") or "data").expanduser().absolute()
    layers: list[tuple[Origin, dict[str, Any]]] = [
        ("file", _from_file(folder / FILE_NAME)),
        ("running", _from_running(folder / RUN_FILE)),
        ("environment", _from_environment(env)),
    ]
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = dict.fromkeys(_fields(), "default")
    for origin, layer in layers:
        for name, value in layer.items():
            values[name], origins[name] = value, origin
    if data is not None or env.get(PREFIX + "DATA"):
        origins["data"] = "environment"
    return _checked({**values, "data": folder, "origins": origins})


def _fields() -> dict[str, Any]:
    hints = get_type_hints(Settings)
    return {name: hints[name] for name in Settings.__struct_fields__ if name != "origins"}


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError("settings.file_unreadable", path=str(path), detail=str(error)) from error
    unknown = sorted(set(values) - (set(_fields()) - {"data"}))
    if unknown:
        raise SettingsError("settings.unknown", path=str(path), name=unknown[0])
    return values


def _from_environment(env: Mapping[str, str]) -> dict[str, Any]:
    values = {}
    for name in _fields():
        text = env.get(PREFIX + name.upper())
        if text is not None and text != "" and name != "data":
            values[name] = text
    return values


def _from_running(path: Path) -> dict[str, Any]:
    """Read the ports that a living supervisor chose; a file left by a dead one says nothing."""
    running = read_run_file(path)
    if running is None or not alive(int(running["supervisor"])):
        return {}
    return {name: port for name, port in running.get("ports", {}).items() if name in _fields()}


def read_run_file(path: Path) -> dict[str, Any] | None:
    """Return what the supervisor wrote last, or None when there is nothing readable."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and "supervisor" in content else None


def alive(pid: int) -> bool:
    """Tell whether a process exists and is not a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def _checked(values: dict[str, Any]) -> Settings:
    hints = _fields()
    for name, value in list(values.items()):
        if name in {"data", "origins"}:
            continue
        try:
            values[name] = msgspec.convert(value, hints[name], strict=False)
        except msgspec.ValidationError as error:
            raise SettingsError("settings.bad_value", name=name, value=str(value), detail=str(error)) from error
    settings = Settings(**values)
    _check_ranges(settings)
    return settings


def _check_ranges(settings: Settings) -> None:
    for name in PORT_NAMES:
        port = getattr(settings, name)
        if not 0 <= port <= 65535:
            raise SettingsError("settings.bad_port", name=name, value=port)
    for proxy in settings.proxies:
        try:
            ip_network(proxy)
        except ValueError as error:
            raise SettingsError("settings.bad_proxy", value=proxy) from error
    try:
        ZoneInfo(settings.zone)
    except (KeyError, ValueError, OSError) as error:
        raise SettingsError("settings.bad_zone", value=settings.zone) from error
    if bool(settings.tls_cert) != bool(settings.tls_key):
        raise SettingsError("settings.half_certificate")
    if bool(settings.nats) != bool(settings.mqtt):
        raise SettingsError("settings.half_broker")
