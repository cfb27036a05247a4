"""Security keys at a seat (WebAuthn level 2): registered by a person, touched to sit down. Challenges serve once."""

import secrets
import time
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

from beffroi.access.session import Unauthenticated
from beffroi.access.types import AccessState, Account
from beffroi.trade.doors import Also
from beffroi.trade.rejected import Rejected
from beffroi.trade.service import CoreDoor

LASTS_S = 120.0
CHALLENGE_BYTES = 32
MOST_WAITING = 500
"""Bound: the oldest challenge is forgotten first."""

_FIND = "SELECT public_key, counter FROM access_public_key WHERE id = %s"
_KEEP = """INSERT INTO access_public_key (id, public_key, counter) VALUES (%s, %s, %s)
    ON CONFLICT (id) DO NOTHING"""
_COUNT = "UPDATE access_public_key SET counter = %s WHERE id = %s"


class Place(msgspec.Struct, frozen=True):
    """Where a page was served from, as the browser signs it."""

    host: str
    """With its port."""

    @property
    def rp_id(self) -> str:
        """Return the name that keys are bound to."""
        return self.host.rsplit(":", 1)[0] if not self.host.endswith("]") else self.host

    @property
    def origins(self) -> list[str]:
        """List what a page of ours may call itself: TLS may end before us."""
        return [f"https://{self.host}", f"http://{self.host}"]


class Touched(msgspec.Struct, frozen=True):
    """A key that signed its challenge: whose it is, and the work that keeps its counter."""

    account: UUID
    keep: Also


class Made(msgspec.Struct, frozen=True):
    """A key just made, and the work that keeps its public half."""

    id: str
    keep: Also


class SecurityKeys:
    """The challenges that wait, and what is checked of the answers."""

    def __init__(self, core: CoreDoor) -> None:
        self._core = core
        self._waiting: dict[UUID, tuple[bytes, float]] = {}

    def ask(self, seat: UUID, place: Place) -> dict[str, Any]:
        """Return what the browser of a seat hands to the key: every key of the room may answer."""
        state: AccessState = self._core.state("access")
        allowed = [PublicKeyCredentialDescriptor(id=base64url_to_bytes(known)) for known in state.security_keys]
        options = generate_authentication_options(
            rp_id=place.rp_id,
            challenge=self._challenge(seat),
            allow_credentials=allowed,
            user_verification=UserVerificationRequirement.DISCOURAGED,
        )
        found: dict[str, Any] = msgspec.json.decode(options_to_json(options))
        return found

    async def check(self, seat: UUID, place: Place, answer: dict[str, Any]) -> Touched:
        """Return whose key answered; raises Unauthenticated."""
        challenge = self._taken(seat)
        state: AccessState = self._core.state("access")
        known = state.security_keys.get(str(answer.get("id")))
        rows = await self._core.reader.fetch(_FIND, (known.id,)) if known else []
        if challenge is None or known is None or not rows:
            raise Unauthenticated("access.bad_key")
        public_key, counter = rows[0]
        try:
            done = verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=place.rp_id,
                expected_origin=place.origins,
                credential_public_key=bytes(public_key),
                credential_current_sign_count=counter,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise Unauthenticated("access.bad_key") from error
        return Touched(known.account, _statement(_COUNT, done.new_sign_count, known.id))

    def ask_new(self, account: Account, place: Place) -> dict[str, Any]:
        """Return what the browser hands to a key that a person registers."""
        state: AccessState = self._core.state("access")
        own = [key.id for key in state.security_keys.values() if key.account == account.id]
        options = generate_registration_options(
            rp_id=place.rp_id,
            rp_name="Beffroi",
            user_id=account.id.bytes,
            user_name=account.login,
            user_display_name=account.name or account.login,
            challenge=self._challenge(account.id),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(known)) for known in own],
        )
        found: dict[str, Any] = msgspec.json.decode(options_to_json(options))
        return found

    def check_new(self, account: Account, place: Place, answer: dict[str, Any]) -> Made:
        """Return the key that a person made; raises Rejected."""
        challenge = self._taken(account.id)
        if challenge is None:
            raise Rejected("access.bad_key")
        try:
            done = verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=place.rp_id,
                expected_origin=place.origins,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise Rejected("access.bad_key") from error
        key = bytes_to_base64url(done.credential_id)
        return Made(key, _statement(_KEEP, key, done.credential_public_key, done.sign_count))

    def _challenge(self, whose: UUID) -> bytes:
        made = secrets.token_bytes(CHALLENGE_BYTES)
        self._waiting.pop(whose, None)
        self._waiting[whose] = (made, time.monotonic())
        if len(self._waiting) > MOST_WAITING:
            del self._waiting[next(iter(self._waiting))]
        return made

    def _taken(self, whose: UUID) -> bytes | None:
        """Return the challenge that waits, once, while it lasts."""
        made, at = self._waiting.pop(whose, (None, 0.0))
        return made if time.monotonic() - at <= LASTS_S else None


def _statement(statement: str, *params: object) -> Also:
    def keep(cursor: psycopg.Cursor[Any]) -> None:
        cursor.execute(statement.encode(), params)

    return keep
