"""Signing in: secrets checked off the loop, failures slowed by seat, a session opened through the committer."""

import math
from collections import OrderedDict
from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
import structlog

from beffroi.access import actions as ask
from beffroi.access.logic import normal_login
from beffroi.access.passwords import Passwords
from beffroi.access.sealing import Seal
from beffroi.access.session import SHIFT, Unauthenticated, digest_of, new_token
from beffroi.access.store import FIND_SECRET, FIND_USED_STEP, put_used_step
from beffroi.access.throttle import Throttle
from beffroi.access.totp import matching_step
from beffroi.access.types import AccessState, Account, CredentialKind
from beffroi.model.actor import SYSTEM, Actor
from beffroi.model.time import Micros
from beffroi.trade.doors import View, trusted
from beffroi.trade.rejected import Rejected, TooSoon

ADDRESS_FREE = 30
"""Failures of one address, whatever the logins, before it is slowed: several people may sit behind one address."""
ADDRESS_WAIT_S = 5.0
ADDRESS_ALERT_AT = 40
MOST_KNOWN = 10_000

log = structlog.get_logger("access")


class Credentials(msgspec.Struct, frozen=True):
    """What somebody types to sign in; `code` where the account asks a time-based one."""

    login: str
    password: str
    code: str = ""


class SignIn:
    """The door of the room. `seal` opens the seeds of second factors, `wall` is the wall's clock (µs UTC), `monotonic`
    seconds for waiting."""

    def __init__(
        self,
        view: View[AccessState],
        passwords: Passwords,
        seal: Callable[[], Seal],
        wall: Callable[[], Micros],
        monotonic: Callable[[], float],
    ) -> None:
        self._view = view
        self._passwords = passwords
        self._seal = seal
        self._wall = wall
        self._monotonic = monotonic
        self._throttle = Throttle()
        self._addresses = Throttle(ADDRESS_FREE, ADDRESS_WAIT_S, ADDRESS_ALERT_AT)
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._used_steps: dict[UUID, int] = {}

    async def open(self, given: Credentials, address: str) -> str:
        """Return the token of a new session; raises Unauthenticated, or TooSoon while the seat must wait."""
        login = normal_login(given.login)[:100]
        now = self._monotonic()
        wait = max(self._throttle.wait_s(login, address, now), self._address_wait_s(login, address, now))
        if wait > 0:
            raise TooSoon("access.slow_down", wait_s=math.ceil(wait))
        # counted before it is known, so that attempts sent together slow each other
        failures = self._throttle.failed(login, address, now), self._addresses.failed("", address, now)
        account = await self._recognised(login, given)
        if account is None:
            await self._refuse(login, address, *failures)
            raise Unauthenticated("access.bad_credentials")
        if account.totp and not given.code:
            self._throttle.forgive(login, address)
            self._addresses.forgive("", address)
            raise Unauthenticated("access.code_needed")
        if account.totp and not await self._right_code(account, given.code):
            await self._refuse(login, address, *failures)
            raise Unauthenticated("access.bad_credentials")
        self._addresses.forgive("", address)
        self._remember(login, address)
        return await self._open(account, address, self._throttle.succeeded(login, address) - 1)

    def _address_wait_s(self, login: str, address: str, now: float) -> float:
        """Return how long an address must wait for what others tried from it: never who signed in there before."""
        state = self._view.state
        account = state.logins.get(login)
        known = (login, address) in self._known or any(
            one.account == account and one.address == address for one in state.sessions.values()
        )
        return 0.0 if known else self._addresses.wait_s("", address, now)

    def _remember(self, login: str, address: str) -> None:
        self._known[login, address] = None
        self._known.move_to_end((login, address))
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)

    async def check_own(self, account: Account, password: str, address: str) -> None:
        """Check the present password of somebody already in; raises Rejected or TooSoon."""
        wait = self._throttle.wait_s(account.login, address, self._monotonic())
        if wait > 0:
            raise TooSoon("access.slow_down", wait_s=math.ceil(wait))
        failures = self._throttle.failed(account.login, address, self._monotonic())
        if not await self._passwords.check(password, await self.secret(account.credential, "password")):
            await self._refuse(account.login, address, failures)
            # not a 401: who asks is known, and stays in
            raise Rejected("access.wrong_password")
        self._throttle.succeeded(account.login, address)

    async def secret(self, credential: UUID | None, kind: CredentialKind) -> str | None:
        """Return a stored secret, or nothing."""
        if credential is None:
            return None
        rows: list[tuple[Any, ...]] = await self._view.reader.fetch(FIND_SECRET, (credential, kind))
        return str(rows[0][0]) if rows else None

    async def _recognised(self, login: str, given: Credentials) -> Account | None:
        state = self._view.state
        account = state.accounts.get(state.logins[login]) if login in state.logins else None
        if account is not None and account.state != "active":
            account = None
        stored = await self.secret(account.credential, "password") if account else None
        return account if await self._passwords.check(given.password, stored) else None

    async def _right_code(self, account: Account, code: str) -> bool:
        kept = await self.secret(account.totp, "totp")
        secret = self._seal().open(kept, account.totp) if kept and account.totp else None
        rows = await self._view.reader.fetch(FIND_USED_STEP, (account.id,))
        # from here on nothing waits: the same code sent twice at once is used once
        used = max(self._used_steps.get(account.id, -1), int(rows[0][0]) if rows else -1)
        step = matching_step(secret, code, self._wall(), used) if secret else None
        if step is None:
            return False
        self._used_steps[account.id] = step
        return True

    async def _refuse(self, login: str, address: str, failures: int, of_address: int = 0) -> None:
        log.warning("sign-in refused", login=login, address=address, failures=failures, of_address=of_address)
        told = failures if self._throttle.alerts(failures) else 0
        if self._addresses.alerts(of_address):
            told = max(told, of_address)
        if told:
            action = ask.NoteLoginFailures(login=login, address=address, failures=told)
            await self._view.executor.execute(action, trusted(SYSTEM))

    async def _open(self, account: Account, address: str, failures: int) -> str:
        token, now = new_token(), self._wall()
        action = ask.OpenSession(
            account=account.id,
            digest=digest_of(token),
            opened_at=now,
            ends_at=now + SHIFT,
            address=address,
            failures=max(0, failures),
        )
        step = self._used_steps.get(account.id) if account.totp else None
        await self._view.executor.execute(
            action,
            trusted(Actor("person", account.id)),
            also=None if step is None else lambda cursor: put_used_step(cursor, account.id, step),
        )
        return token
