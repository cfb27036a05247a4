"""Signed heads: an Ed25519 key kept outside the database says "the journal ended there, with that hash, then"."""

import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from beffroi.journal.codec import JournalError
from beffroi.journal.types import Head
from beffroi.model.time import Micros, to_iso

KEY_FILE = "journal.ed25519"
PUBLIC_SUFFIX = ".pub"
HEADS_FOLDER = "heads"
LATEST = "latest.json"
SEED_BYTES = 32


class SignedHead(msgspec.Struct, frozen=True):
    """A head with its signature; `hash` and `signature` are hex, `signed_at` is the city's time, µs UTC."""

    position: int
    hash: str
    signed_at: Micros
    key_id: str
    signature: str

    @property
    def statement(self) -> bytes:
        """Return what the signature covers."""
        return _statement(self.position, self.hash, self.signed_at)


class PublicKey(NamedTuple):
    """A key that signatures are checked with; `id` is the start of the SHA-256 of its 32 bytes."""

    id: str
    raw: bytes

    @classmethod
    def of(cls, raw: bytes) -> "PublicKey":
        """Return the key of its 32 bytes; raises JournalError when they are not a key."""
        if len(raw) != SEED_BYTES:
            raise JournalError("journal.bad_key")
        return cls(sha256(raw).hexdigest()[:16], raw)

    def signed(self, content: bytes, signature: str) -> bool:
        """Tell whether a hex signature of this content is by this key."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(bytes.fromhex(signature), content)
        except (InvalidSignature, ValueError):
            return False
        return True


class SigningKey:
    """The city's signing key."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = PublicKey.of(self._key.public_key().public_bytes_raw())

    def sign(self, content: bytes) -> str:
        """Return the hex signature of some bytes."""
        return self._key.sign(content).hex()

    def sign_head(self, head: Head, at: Micros) -> SignedHead:
        """Return a head signed at a time."""
        text = head.hash.hex()
        return SignedHead(head.position, text, at, self.public.id, self.sign(_statement(head.position, text, at)))


def _statement(position: int, digest: str, at: Micros) -> bytes:
    return b"beffroi journal head " + msgspec.json.encode([position, digest, at])


def load_key(folder: Path) -> SigningKey:
    """Return the signing key of a folder, made once (0600) with its public half beside; raises JournalError when the
    file there is no key."""
    path = folder / KEY_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _write(path, os.urandom(SEED_BYTES).hex(), 0o600)
    try:
        key = SigningKey(bytes.fromhex(path.read_text(encoding="ascii").strip()))
    except ValueError as error:
        raise JournalError("journal.bad_key", path=str(path)) from error
    public = path.with_name(path.name + PUBLIC_SUFFIX)
    if not public.exists():
        _write(public, key.public.raw.hex(), 0o644)
    return key


def read_public_keys(folder: Path) -> list[PublicKey]:
    """List the public keys of a folder: the present one and any older one kept under another name."""
    return [read_public_key(path) for path in sorted(folder.glob("*" + PUBLIC_SUFFIX))]


def read_public_key(path: Path) -> PublicKey:
    """Return the public key of a file; raises JournalError when it is none."""
    try:
        return PublicKey.of(bytes.fromhex(path.read_text(encoding="ascii").strip()))
    except (ValueError, OSError) as error:
        raise JournalError("journal.bad_key", path=str(path)) from error


def write_head(folder: Path, head: SignedHead, *, hourly: bool) -> Path:
    """Keep a signed head outside the database: always as the latest, and under its own name when `hourly`."""
    folder.mkdir(parents=True, exist_ok=True)
    content = msgspec.json.encode(head).decode()
    _write(folder / LATEST, content, 0o644)
    if not hourly:
        return folder / LATEST
    name = f"{to_iso(head.signed_at)[:19].replace(':', '')}Z-{head.position}.json"
    _write(folder / name, content, 0o644)
    return folder / name


def read_heads(folder: Path) -> Iterator[tuple[str, SignedHead | None]]:
    """Give every head file of a folder with its name; nothing in place of one that cannot be read."""
    for path in sorted(folder.glob("*.json")):
        try:
            yield path.name, msgspec.json.decode(path.read_bytes(), type=SignedHead)
        except (msgspec.DecodeError, UnicodeDecodeError, OSError):
            yield path.name, None


def signed_heads(data: Path) -> list[SignedHead]:
    """List the heads kept in a data folder, of the files that can be read."""
    return [head for _, head in read_heads(data / HEADS_FOLDER) if head is not None]


def is_signed(head: SignedHead, keys: Iterable[PublicKey]) -> bool:
    """Tell whether a head is signed by one of these keys."""
    return any(key.id == head.key_id and key.signed(head.statement, head.signature) for key in keys)


def keep_head(connection: Any, head: SignedHead) -> None:
    """Keep a signed head beside the journal too."""
    connection.execute(
        "INSERT INTO journal_head (position, hash, signed_at, key_id, signature) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (head.position, bytes.fromhex(head.hash), head.signed_at, head.key_id, bytes.fromhex(head.signature)),
    )


def list_heads(connection: Any) -> list[SignedHead]:
    """List the signed heads kept beside the journal, oldest first."""
    rows = connection.execute(
        "SELECT position, hash, signed_at, key_id, signature FROM journal_head ORDER BY position, signed_at"
    ).fetchall()
    return [SignedHead(row[0], row[1].hex(), row[2], row[3], row[4].hex()) for row in rows]


def _write(path: Path, content: str, mode: int) -> None:
    waiting = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    waiting.replace(path)
