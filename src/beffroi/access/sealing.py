"""Seeds of second factors, sealed by a key kept outside the database: a stolen dump makes no code."""

import os
from base64 import b64decode, b64encode
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from beffroi.trade.rejected import Rejected

KEY_FILE = "totp.key"
KEY_BYTES = 32
NONCE_BYTES = 12
FORM = "v1:"


class Seal:
    """AES-256-GCM; each seed is bound to the credential that it belongs to, so that rows cannot be exchanged."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, seed: str, credential: UUID) -> str:
        """Return a seed as the database keeps it."""
        nonce = os.urandom(NONCE_BYTES)
        return FORM + b64encode(nonce + self._cipher.encrypt(nonce, seed.encode(), credential.bytes)).decode()

    def open(self, kept: str, credential: UUID) -> str:
        """Return the seed; raises Rejected when it was not sealed by this key for this credential."""
        try:
            if not kept.startswith(FORM):
                raise ValueError(FORM)
            content = b64decode(kept.removeprefix(FORM), validate=True)
            nonce, sealed = content[:NONCE_BYTES], content[NONCE_BYTES:]
            return self._cipher.decrypt(nonce, sealed, credential.bytes).decode()
        except (InvalidTag, ValueError) as error:
            raise Rejected("access.seal_broken", file=KEY_FILE) from error


def load_seal(folder: Path | None) -> Seal:
    """Return the seal whose key is in a folder; raises Rejected without a folder or a sound key."""
    if folder is None:
        raise Rejected("access.seal_broken", file=KEY_FILE)
    try:
        key = bytes.fromhex((folder / KEY_FILE).read_text(encoding="ascii"))
        if len(key) != KEY_BYTES:
            raise ValueError(KEY_FILE)
    except (OSError, ValueError) as error:
        raise Rejected("access.seal_broken", file=KEY_FILE) from error
    return Seal(key)


def make_seal(folder: Path | None) -> Seal:
    """Return the seal of a folder, its key made once (0600); raises as `load_seal` does."""
    if folder is not None:
        _make_once(folder / KEY_FILE)
    return load_seal(folder)


def _make_once(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(os.urandom(KEY_BYTES).hex())
        file.flush()
        os.fsync(file.fileno())
