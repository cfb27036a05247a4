"""Our own authority: a browser that trusts it accepts the certificate, under every name of the machine."""

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from beffroi.server.settings import Settings
from beffroi.server.tls import CERTIFICATE_DAYS, ensure_certificate

NOW = datetime.now(UTC)


def _shake_hands(settings: Settings, name: str) -> None:
    certificate, key = ensure_certificate(settings, NOW)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    client = ssl.create_default_context(cafile=settings.keys / "authority.pem")
    left, right = socket.socketpair()

    def serve() -> None:
        try:
            server.wrap_socket(left, server_side=True).close()
        except ssl.SSLError:
            left.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with client.wrap_socket(right, server_hostname=name):
            pass
    finally:
        right.close()
        thread.join(5)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "beffroi.dijon.example", "2001:db8::1"])
def test_client_trusting_the_authority_accepts_every_name(tmp_path: Path, name: str) -> None:
    _shake_hands(Settings(data=tmp_path, http_host="0.0.0.0", tls_names="beffroi.dijon.example, 2001:db8::1"), name)


def test_other_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        _shake_hands(Settings(data=tmp_path, http_host="0.0.0.0"), "elsewhere.example")


def test_certificate_is_kept_then_renewed_under_the_same_authority(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, http_host="0.0.0.0")
    first = ensure_certificate(settings, NOW)[0].read_bytes()
    authority = (settings.keys / "authority.pem").read_bytes()
    assert ensure_certificate(settings, NOW + timedelta(days=300))[0].read_bytes() == first
    assert ensure_certificate(settings, NOW + timedelta(days=CERTIFICATE_DAYS - 10))[0].read_bytes() != first
    assert (settings.keys / "authority.pem").read_bytes() == authority


def test_new_name_asks_for_a_new_certificate(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, http_host="0.0.0.0")
    first = ensure_certificate(settings, NOW)[0].read_bytes()
    named = Settings(data=tmp_path, http_host="0.0.0.0", tls_names="poste.example")
    assert ensure_certificate(named, NOW)[0].read_bytes() != first


def test_keys_are_closed_to_others(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, http_host="0.0.0.0")
    ensure_certificate(settings, NOW)
    assert settings.keys.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in settings.keys.glob("*.key"))
