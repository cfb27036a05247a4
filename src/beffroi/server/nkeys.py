"""NKeys: how NATS writes Ed25519 keys, and the tokens signed with them (JWT with the algorithm `ed25519-nkey`)."""

import base64
from binascii import crc_hqx
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ACCOUNT = 0
"""The letter A, for an account that signs."""

_HEADER = b'{"typ":"JWT","alg":"ed25519-nkey"}'


class TokenError(ValueError):
    """A token that cannot be believed."""


def public_key(kind: int, seed: bytes) -> str:
    """Return the text of the public key of a seed of 32 bytes."""
    raw = bytes((kind << 3,)) + Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    # CRC-16/XMODEM, little endian
    return base64.b32encode(raw + crc_hqx(raw, 0).to_bytes(2, "little")).decode().rstrip("=")


def _raw_public(text: str) -> bytes:
    raw = base64.b32decode(text + "=" * (-len(text) % 8))
    if len(raw) != 35 or crc_hqx(raw[:-2], 0) != int.from_bytes(raw[-2:], "little"):
        raise TokenError("not a key")
    return raw[1:-2]


def sign(claims: dict[str, Any], seed: bytes) -> str:
    """Return the token that says `claims`."""
    body = _text(_HEADER) + "." + _text(msgspec.json.encode(claims))
    return body + "." + _text(Ed25519PrivateKey.from_private_bytes(seed).sign(body.encode()))


def read(token: str) -> dict[str, Any]:
    """Return the claims of a token signed by the key that it names as its issuer; raises TokenError."""
    try:
        body, _, signature = token.rpartition(".")
        claims: dict[str, Any] = msgspec.json.decode(_bytes(body.split(".")[1]), type=dict)
        Ed25519PublicKey.from_public_bytes(_raw_public(claims["iss"])).verify(_bytes(signature), body.encode())
    except (ValueError, IndexError, KeyError, InvalidSignature) as error:
        raise TokenError("not a token") from error
    return claims


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
