"""HTTPS off loopback: an authority of our own and a certificate for this machine, renewed before they expire.

Phones give no camera, no push and no offline without HTTPS. The authority (`keys/authority.pem`) is the one file to
install on the seats; its key never leaves the data folder. A certificate given by `tls_cert` and `tls_key` is used as
it is.
"""

import os
import socket
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from beffroi.server.settings import Settings

AUTHORITY_DAYS = 3650
CERTIFICATE_DAYS = 397
"""Browsers refuse longer ones (CA/Browser Forum, 2020)."""

RENEW_BEFORE_DAYS = 30


def ensure_certificate(settings: Settings, now: datetime | None = None) -> tuple[Path, Path]:
    """Return certificate and key of this machine, made or renewed when missing, near their end, or for other names."""
    if settings.tls_cert:
        return Path(settings.tls_cert), Path(settings.tls_key)
    now = now or datetime.now(UTC)
    settings.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = machine_names(settings)
    certificate, key = settings.keys / "server.pem", settings.keys / "server.key"
    if not _serves(certificate, names, now) or not key.exists():
        authority, authority_key = _ensure_authority(settings.keys, now)
        _issue(certificate, key, names, authority, authority_key, now)
    return certificate, key


def machine_names(settings: Settings) -> list[str]:
    """Return the names and addresses under which this machine is reached, those of the settings first."""
    given = [name.strip() for name in settings.tls_names.split(",") if name.strip()]
    host = [settings.http_host] if settings.http_host not in {"0.0.0.0", "::"} else []  # noqa: S104 - compared
    known = [*given, *host, "localhost", "127.0.0.1", socket.gethostname(), *_addresses()]
    return list(dict.fromkeys(known))


def _addresses() -> list[str]:
    # connecting a datagram socket sends nothing: it only asks which of our addresses leads outside
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return [probe.getsockname()[0]]
        except OSError:
            return []


def _serves(path: Path, names: list[str], now: datetime) -> bool:
    if not path.exists():
        return False
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    present = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    told = {str(address) for address in present.get_values_for_type(x509.IPAddress)}
    told |= set(present.get_values_for_type(x509.DNSName))
    return set(names) <= told and certificate.not_valid_after_utc - now > timedelta(days=RENEW_BEFORE_DAYS)


def _ensure_authority(folder: Path, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    path, key_path = folder / "authority.pem", folder / "authority.key"
    if path.exists() and key_path.exists():
        present = x509.load_pem_x509_certificate(path.read_bytes())
        key = serialization.load_pem_private_key(key_path.read_bytes(), None)
        if present.not_valid_after_utc - now > timedelta(days=CERTIFICATE_DAYS):
            assert isinstance(key, ec.EllipticCurvePrivateKey)
            return present, key
    made = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Beffroi {socket.gethostname()}"[:64])])
    authority = (
        _builder(name, name, made.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(made.public_key()), critical=False)
        .sign(made, hashes.SHA256())
    )
    _write_key(key_path, made)
    path.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    return authority, made


def _issue(
    path: Path,
    key_path: Path,
    names: list[str],
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    certificate = (
        _builder(subject, authority.subject, key.public_key(), now, CERTIFICATE_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    _write_key(key_path, key)
    chain = (certificate, authority)
    path.write_bytes(b"".join(part.public_bytes(serialization.Encoding.PEM) for part in chain))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    # a seat whose clock is a little behind must not refuse a certificate made this minute
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
