"""Settings: what wins over what, what is refused, what each value says of its origin."""

import json
import os
from pathlib import Path

import pytest

from beffroi.server.settings import Settings, SettingsError, is_loopback, load_settings


def test_environment_wins_over_file_over_default_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "beffroi.toml").write_text('http_port = 9000\nmqtt_port = 9001\nlang = "en"\n')
    settings = load_settings({"BEFFROI_HTTP_PORT": "9100"}, data=tmp_path)
    assert (settings.http_port, settings.mqtt_port, settings.nats_port, settings.lang) == (9100, 9001, 4222, "en")
    assert settings.origins["http_port"] == "environment"
    assert settings.origins["mqtt_port"] == "file"
    assert settings.origins["nats_port"] == "default"


def test_ports_of_a_living_supervisor_are_found_and_those_of_a_dead_one_are_not(tmp_path: Path) -> None:
    run = tmp_path / "run.json"
    run.write_text(json.dumps({"supervisor": os.getpid(), "ports": {"http_port": 45001}}))
    settings = load_settings({}, data=tmp_path)
    assert (settings.http_port, settings.origins["http_port"]) == (45001, "running")
    run.write_text(json.dumps({"supervisor": 2**22 + 1, "ports": {"http_port": 45001}}))
    assert load_settings({}, data=tmp_path).http_port == 8080


@pytest.mark.parametrize("content", ["", "{", "[]", '{"ports": 3}', "\x00"])
def test_unreadable_run_file_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content)
    assert load_settings({}, data=tmp_path).http_port == 8080


@pytest.mark.parametrize(
    ("file", "environment", "code"),
    [
        ("htp_port = 80", {}, "settings.unknown"),
        ("http_port = ", {}, "settings.file_unreadable"),
        ("", {"BEFFROI_HTTP_PORT": "eighty"}, "settings.bad_value"),
        ("", {"BEFFROI_HTTP_PORT": "70000"}, "settings.bad_port"),
        ("", {"BEFFROI_LANG": "de"}, "settings.bad_value"),
        ("", {"BEFFROI_ZONE": "Europe/Dijon"}, "settings.bad_zone"),
        ("", {"BEFFROI_ZONE": "../../etc/passwd"}, "settings.bad_zone"),
        ("", {"BEFFROI_TLS_CERT": "/x.pem"}, "settings.half_certificate"),
        ("", {"BEFFROI_NATS": "nats://broker:4222"}, "settings.half_broker"),
    ],
)
def test_wrong_setting_is_refused_by_name(tmp_path: Path, file: str, environment: dict[str, str], code: str) -> None:
    (tmp_path / "beffroi.toml").write_text(file)
    with pytest.raises(SettingsError) as refusal:
        load_settings(environment, data=tmp_path)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("host", "secure"),
    [("127.0.0.1", False), ("localhost", False), ("::1", False), ("0.0.0.0", True), ("beffroi", True)],
)
def test_https_is_the_rule_off_loopback(host: str, secure: bool) -> None:
    assert is_loopback(host) is not secure
    assert Settings(data=Path("/x"), http_host=host).secure is secure


def test_addresses_given_embed_nothing(tmp_path: Path) -> None:
    given = {"BEFFROI_DATABASE": "postgresql://db/x", "BEFFROI_NATS": "nats://b:4222", "BEFFROI_MQTT": "mqtt://b:1883"}
    settings = load_settings(given, data=tmp_path)
    assert not settings.embeds_database
    assert not settings.embeds_broker
    assert (settings.nats_url, settings.mqtt_url) == ("nats://b:4222", "mqtt://b:1883")
