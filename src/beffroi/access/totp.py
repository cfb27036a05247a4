"""Time-based one-time codes (RFC 6238 over RFC 4226): SHA-1, 6 digits, 30 s, one step of tolerance each side."""

import base64
import hmac
import secrets
from hashlib import sha1
from urllib.parse import quote

from beffroi.model.time import SECOND, Micros

STEP_S = 30
DIGITS = 6
SECRET_BYTES = 20


def new_secret() -> str:
    """Return 160 random bits in base 32, as telephones read them."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def code_at(secret: str, step: int) -> str:
    """Return the code of a step of 30 s counted from 1970."""
    digest = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), sha1).digest()
    offset = digest[-1] & 0x0F
    value = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{value % 10**DIGITS:0{DIGITS}d}"


def matching_step(secret: str, code: str, now: Micros, after: int = -1) -> int | None:
    """Return the step whose code this is, among the present one and its neighbours, or nothing.

    Steps up to `after` are refused: a code is used once (RFC 6238 §5.2).
    """
    present = now // (STEP_S * SECOND)
    for step in (present - 1, present, present + 1):
        if step > after and hmac.compare_digest(code_at(secret, step).encode(), code.strip().encode()):
            return step
    return None


def enrolment_uri(secret: str, login: str, city: str) -> str:
    """Return the `otpauth` address that a telephone scans."""
    label = quote(f"Beffroi {city}".strip() + f":{login}")
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote('Beffroi')}&digits={DIGITS}&period={STEP_S}"
