"""Who is calling: a session's cookie or a machine's key turned into a Caller, from memory alone."""

import hmac
import secrets
from collections.abc import Callable
from hashlib import sha256
from uuid import UUID

from beffroi.access.roles import rights_of
from beffroi.access.types import AccessState, Account, MachineKey
from beffroi.model.actor import Actor
from beffroi.model.scope import Rights
from beffroi.model.time import HOUR, Micros
from beffroi.trade.doors import Caller
from beffroi.trade.rejected import Rejected

COOKIE = "bf_session"
CSRF_HEADER = "X-Beffroi-CSRF"
SHIFT = 12 * HOUR
TOKEN_BYTES = 32
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Unauthenticated(Rejected):
    """Nobody is recognised: HTTP 401."""

    status = 401


class Forged(Rejected):
    """A change asked without the session's own proof: HTTP 403."""

    status = 403


def new_token() -> str:
    """Return 256 random bits for a cookie or a key."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest_of(token: str) -> str:
    """Return what is kept of a token."""
    return sha256(token.encode()).hexdigest()


def csrf_of(token: str) -> str:
    """Return the proof that a page of ours, which may read it, sends back with each change."""
    return sha256(b"beffroi csrf:" + token.encode()).hexdigest()[:40]


class Gate:
    """Recognises callers.

    `state` is asked at each call because a failed commit replaces it; `wall` is the wall's clock.
    """

    def __init__(self, state: Callable[[], AccessState], wall: Callable[[], Micros]) -> None:
        self._state = state
        self._wall = wall

    def caller(self, *, method: str, cookie: str | None, authorization: str | None, csrf: str | None) -> Caller:
        """Return who asks; raises Unauthenticated when nobody is recognised, Forged when a change lacks its proof."""
        if authorization:
            return self._machine(authorization)
        if not cookie:
            raise Unauthenticated("access.sign_in")
        caller = self._person(cookie)
        if method.upper() not in SAFE_METHODS and not hmac.compare_digest(
            (csrf or "").encode(), csrf_of(cookie).encode()
        ):
            raise Forged("access.csrf")
        return caller

    def refreshed(self, caller: Caller) -> Caller | None:
        """Return the same caller with the rights of now, or nothing once the session or the key is over.

        The feed asks it at each frame: nothing closes the socket, other rights ask for a new snapshot.
        """
        state = self._state()
        if caller.trusted:
            return caller
        if caller.session is not None:
            return self._of_session(state, caller.session)
        key = state.keys.get(caller.actor.id) if caller.actor.id else None
        return self._of_key(state, key) if key else None

    def _person(self, token: str) -> Caller:
        state = self._state()
        session = state.session_digests.get(digest_of(token))
        caller = self._of_session(state, session) if session else None
        if caller is None:
            raise Unauthenticated("access.session_over")
        return caller

    def _of_session(self, state: AccessState, session_id: UUID) -> Caller | None:
        session = state.sessions.get(session_id)
        if session is None or session.ends_at <= self._wall():
            return None
        account = state.accounts.get(session.account)
        if account is None or account.state != "active":
            return None
        return Caller(
            actor=Actor("person", account.id),
            rights=locked_rights(state, account) if session.locked else account_rights(state, account),
            lang=account.lang,
            session=session.id,
        )

    def _machine(self, authorization: str) -> Caller:
        scheme, _, token = authorization.partition(" ")
        state = self._state()
        key_id = state.key_digests.get(digest_of(token.strip())) if scheme.lower() == "bearer" else None
        caller = self._of_key(state, state.keys[key_id]) if key_id else None
        if caller is None:
            raise Unauthenticated("access.unknown_key")
        return caller

    def _of_key(self, state: AccessState, key: MachineKey) -> Caller | None:
        if key.revoked or (key.ends_at is not None and key.ends_at <= self._wall()):
            return None
        return Caller(actor=Actor("machine", key.id), rights=rights_of(key.grants, state.roles))


def account_rights(state: AccessState, account: Account) -> Rights:
    """Return what an account may do: nothing before a one-time password is changed."""
    return Rights() if account.must_change else rights_of(account.grants, state.roles)


def locked_rights(state: AccessState, account: Account) -> Rights:
    """Return what is left to a locked seat: the picture and the sound."""
    seen = account_rights(state, account).grants.get("view")
    return Rights({"view": seen} if seen else {})


def is_locked(state: AccessState, caller: Caller) -> bool:
    """Tell whether a caller's seat is locked."""
    session = state.sessions.get(caller.session) if caller.session else None
    return session is not None and session.locked
