"""Passwords: argon2id, always in a thread and few at once, so that neither the loop nor the memory suffers."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from beffroi.trade.rejected import Rejected, TooSoon

SHORTEST = 12
"""Characters (ANSSI-PG-078: 9 to 11 is weak, 12 to 14 is medium and asks a second factor)."""
LONGEST = 500
AT_ONCE = 2
MOST_WAITING = 40
"""Bound: beyond it a sign-in is refused for a moment rather than kept waiting for ever (some 3 s of work)."""
BUSY_S = 3
HASHER = PasswordHasher()
"""RFC 9106 second recommended option: 3 passes, 64 MiB, 4 lanes."""
_ONE_TIME_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_ONE_TIME_GROUPS = 4


def one_time_password() -> str:
    """Return a password of about 99 bits, in groups that can be read aloud (no 0, 1, i, l, o)."""
    return "-".join("".join(secrets.choice(_ONE_TIME_ALPHABET) for _ in range(5)) for _ in range(_ONE_TIME_GROUPS))


def check_strength(password: str, login: str) -> None:
    """Raise Rejected when a new password is too short, too long, or says the login."""
    if len(password) < SHORTEST:
        raise Rejected("access.password_short", shortest=SHORTEST)
    if len(password) > LONGEST:
        raise Rejected("access.password_long", longest=LONGEST)
    if login and login.casefold() in password.casefold():
        raise Rejected("access.password_says_login")
    if len(set(password)) < SHORTEST // 3:
        raise Rejected("access.password_repeats")


class Passwords:
    """Hashes and checks, at most two at once (64 MiB and a core each); raises TooSoon when too many wait."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or HASHER
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobody = ""

    async def hash(self, password: str) -> str:
        """Return the argon2id hash of a password."""
        async with self._place():
            return await asyncio.to_thread(self._hasher.hash, password)

    async def check(self, password: str, stored: str | None) -> bool:
        """Tell whether a password is the one stored; as slow for an account that does not exist."""
        if stored is None:
            if not self._nobody:
                self._nobody = await self.hash(one_time_password())
            await self.check(password, self._nobody)
            return False
        async with self._place():
            return await asyncio.to_thread(self._verify, stored, password)

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        if self._waiting >= MOST_WAITING:
            raise TooSoon("access.busy", wait_s=BUSY_S)
        self._waiting += 1
        try:
            async with self._turn:
                yield
        finally:
            self._waiting -= 1

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
