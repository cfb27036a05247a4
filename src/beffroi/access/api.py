"""Routes of access: signing in and out, one's own account, the administration of accounts, keys and sessions."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
import psycopg
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie

from beffroi.access import actions as ask
from beffroi.access.administration import SessionList, admin_routes, list_open
from beffroi.access.codes import check_code
from beffroi.access.logic import get_account
from beffroi.access.passwords import Passwords, check_strength
from beffroi.access.qr import Qr, draw
from beffroi.access.roles import find_role, rights_of
from beffroi.access.sealing import Seal, load_seal, make_seal
from beffroi.access.session import COOKIE, SHIFT, Gate, Unauthenticated, csrf_of, is_locked
from beffroi.access.signin import Credentials, SignIn
from beffroi.access.store import put_credential, put_used_step
from beffroi.access.totp import enrolment_uri, matching_step, new_secret
from beffroi.access.types import AccessState, Account, Lang, RoleGrant, Session
from beffroi.model.ids import uuid7
from beffroi.model.scope import Grant
from beffroi.model.time import MINUTE, SECOND, Micros
from beffroi.trade.doors import AT_ROOT, PUBLIC, Caller, View, acting_for
from beffroi.trade.rejected import Rejected

AnyRequest = Request[Any, Any, Any]
Secret = Annotated[str, msgspec.Meta(max_length=500)]
ENROLMENT_LASTS = 10 * MINUTE


class DemoAccount(msgspec.Struct):
    """An account of the demonstration, shown on the sign-in page."""

    login: str
    name: str


class SignInPage(msgspec.Struct):
    """What the sign-in page may say before anybody is known: nothing, except in a demonstration."""

    demo: bool
    accounts: list[DemoAccount] = []
    password: str = ""


class Me(msgspec.Struct):
    """Who is signed in and what that person may do; `csrf` goes back in X-Beffroi-CSRF with each change."""

    account: UUID | None
    login: str
    name: str
    lang: str
    csrf: str
    ends_at: Micros | None
    must_change_password: bool
    second_factor: bool
    has_code: bool
    security_keys: int
    locked: bool
    rights: dict[str, tuple[Grant, ...]]
    communes: list[str]
    trades: list[str]
    roles: list[str]
    role_labels: list[dict[str, str]]
    """How the roles are called, in both languages, in the same order."""
    grants: tuple[RoleGrant, ...]
    """Each role with the communes, trades and kinds that it is held over."""


class PasswordForm(msgspec.Struct, forbid_unknown_fields=True):
    """One's present password and the one to come."""

    present: Secret
    new: Secret


class SeatCodeForm(msgspec.Struct, forbid_unknown_fields=True):
    """One's present password and the code of the seat to come."""

    present: Secret
    code: Secret


class LanguageForm(msgspec.Struct, forbid_unknown_fields=True):
    """The language to speak from now on."""

    lang: Lang


class FactorForm(msgspec.Struct, forbid_unknown_fields=True):
    """One's present password: who finds a seat open or locked does not take the second factor of its person."""

    present: Secret


class CodeForm(msgspec.Struct, forbid_unknown_fields=True):
    """The code that the telephone shows."""

    code: str


class SessionForm(msgspec.Struct, forbid_unknown_fields=True):
    """One of one's own sessions."""

    session: UUID


class Enrolment(msgspec.Struct):
    """What a telephone needs to make codes: shown once."""

    secret: str
    uri: str
    qr: Qr


def wall_now() -> Micros:
    """Return the wall's time, µs UTC: sessions last a real shift even where the city's clock runs fast."""
    return time.time_ns() // 1000


def new_credential() -> UUID:
    """Return an identifier for a secret."""
    import secrets

    return uuid7(wall_now(), secrets.randbits)


def routes(view: View[AccessState], keys: Callable[[], Path | None]) -> Sequence[Any]:
    """Return the handlers of access; those marked AT_ROOT stand at the root of /api. `keys` is the folder of keys."""
    passwords = Passwords()
    signin = SignIn(view, passwords, lambda: load_seal(keys()), wall_now, time.monotonic)
    gate = Gate(lambda: view.state, wall_now)
    own = [*_session_routes(view, signin, gate), *_own_routes(view, signin, passwords)]
    return [
        *own,
        *_totp_routes(view, signin, lambda: make_seal(keys())),
        *_own_session_routes(view),
        *admin_routes(view, passwords, new_credential),
    ]


def _session_routes(view: View[AccessState], signin: SignIn, gate: Gate) -> list[Any]:
    @get("/login", opt=AT_ROOT | PUBLIC, summary="What the sign-in page may show")
    async def show_sign_in() -> SignInPage:
        state = view.state
        if not state.demo_password:
            return SignInPage(demo=False)
        shown = [DemoAccount(one.login, one.name) for one in state.accounts.values() if one.state == "active"]
        return SignInPage(demo=True, accounts=shown, password=state.demo_password)

    @post("/login", opt=AT_ROOT | PUBLIC, summary="Sign in", status_code=200)
    async def sign_in(data: Credentials, request: AnyRequest) -> Response[Me]:
        token = await signin.open(data, address_of(request))
        caller = gate.caller(method="GET", cookie=token, authorization=None, csrf=None)
        return Response(me_of(view.state, caller, token), cookies=[session_cookie(token, request)])

    @post("/logout", opt=AT_ROOT, summary="Sign out", status_code=204)
    async def sign_out(caller: Caller) -> Response[None]:
        if caller.session:
            await view.executor.execute(ask.CloseSession(session=caller.session), acting_for(caller))
        return Response(None, status_code=204, cookies=[Cookie(COOKIE, path="/", max_age=0)])

    @get("/me", opt=AT_ROOT, summary="Who is signed in")
    async def who_am_i(caller: Caller, request: AnyRequest) -> Me:
        return me_of(view.state, caller, request.cookies.get(COOKIE, ""))

    return [show_sign_in, sign_in, sign_out, who_am_i]


def _own_routes(view: View[AccessState], signin: SignIn, passwords: Passwords) -> list[Any]:
    @post("/password", summary="Change one's own password", status_code=204)
    async def change_password(data: PasswordForm, caller: Caller, request: AnyRequest) -> None:
        account = own_account(view.state, caller)
        await signin.check_own(account, data.present, address_of(request))
        check_strength(data.new, account.login)
        if data.new == data.present:
            raise Rejected("access.password_same")
        credential, hashed = new_credential(), await passwords.hash(data.new)
        await view.executor.execute(
            ask.ChangePassword(account=account.id, credential=credential, keep=caller.session),
            acting_for(caller),
            also=lambda cursor: put_credential(cursor, credential, "password", hashed),
        )

    @post("/code", summary="Choose one's own code of the seat", status_code=204)
    async def change_code(data: SeatCodeForm, caller: Caller, request: AnyRequest) -> None:
        account = own_account(view.state, caller)
        await signin.check_own(account, data.present, address_of(request))
        check_code(data.code)
        credential, hashed = new_credential(), await passwords.hash(data.code)
        await view.executor.execute(
            ask.SetCode(account=account.id, credential=credential),
            acting_for(caller),
            also=lambda cursor: put_credential(cursor, credential, "code", hashed),
        )

    @post("/language", summary="Change one's own language", status_code=204)
    async def change_language(data: LanguageForm, caller: Caller) -> None:
        own_account(view.state, caller)
        await view.executor.execute(ask.SetLanguage(lang=data.lang), acting_for(caller))

    return [change_password, change_code, change_language]


def _totp_routes(view: View[AccessState], signin: SignIn, seal: Callable[[], Seal]) -> list[Any]:
    waiting = _Waiting()

    @post("/totp", summary="Begin a second factor: the secret is shown once", status_code=200)
    async def begin_totp(data: FactorForm, caller: Caller, request: AnyRequest) -> Enrolment:
        account = own_account(view.state, caller)
        await signin.check_own(account, data.present, address_of(request))
        secret = new_secret()
        waiting.keep(account.id, secret, wall_now())
        uri = enrolment_uri(secret, account.login, "")
        return Enrolment(secret, uri, draw(uri))

    @post("/totp/confirm", summary="Confirm the second factor by a first code", status_code=204)
    async def confirm_totp(data: CodeForm, caller: Caller) -> None:
        account = own_account(view.state, caller)
        secret = waiting.find(account.id, wall_now())
        if secret is None:
            raise Rejected("access.enrolment_over")
        step = matching_step(secret, data.code, wall_now())
        if step is None:
            raise Rejected("access.bad_code")
        credential = new_credential()
        kept = seal().close(secret, credential)

        def keep(cursor: psycopg.Cursor[Any]) -> None:
            put_credential(cursor, credential, "totp", kept)
            put_used_step(cursor, account.id, step)

        enrolled = ask.EnrolTotp(account=account.id, credential=credential)
        await view.executor.execute(enrolled, acting_for(caller), also=keep)
        waiting.forget(account.id)

    @post("/totp/remove", summary="Remove one's own second factor", status_code=204)
    async def remove_totp(data: FactorForm, caller: Caller, request: AnyRequest) -> None:
        account = own_account(view.state, caller)
        await signin.check_own(account, data.present, address_of(request))
        waiting.forget(account.id)
        await view.executor.execute(ask.LeaveTotp(), acting_for(caller))

    return [begin_totp, confirm_totp, remove_totp]


class _Waiting:
    """Secrets shown and not confirmed yet: in memory only, for some minutes."""

    def __init__(self) -> None:
        self._shown: dict[UUID, tuple[str, Micros]] = {}

    def keep(self, account: UUID, secret: str, now: Micros) -> None:
        """Wait for the first code of a secret, in place of the one before."""
        self._shown[account] = (secret, now + ENROLMENT_LASTS)

    def find(self, account: UUID, now: Micros) -> str | None:
        """Return the secret that waits, while it lasts."""
        secret, until = self._shown.get(account, ("", now))
        return secret if now < until else None

    def forget(self, account: UUID) -> None:
        """Wait no more."""
        self._shown.pop(account, None)


def _own_session_routes(view: View[AccessState]) -> list[Any]:
    def own_open(caller: Caller) -> list[Session]:
        account = own_account(view.state, caller)
        if is_locked(view.state, caller):
            raise Rejected("access.locked")
        now = wall_now()
        return [one for one in view.state.sessions.values() if one.account == account.id and one.ends_at > now]

    @get("/sessions/own", summary="Where oneself is signed in")
    async def list_own_sessions(caller: Caller) -> SessionList:
        return list_open(view.state, own_open(caller), caller)

    @post("/sessions/close", summary="Close another session of one's own", status_code=204)
    async def close_own_session(data: SessionForm, caller: Caller) -> None:
        if data.session not in {one.id for one in own_open(caller)}:
            raise Rejected("access.not_found", session=str(data.session))
        await view.executor.execute(ask.CloseSession(session=data.session, reason="revoked"), acting_for(caller))

    return [list_own_sessions, close_own_session]


def session_cookie(token: str, request: AnyRequest) -> Cookie:
    """Return the cookie of a session, which lasts the shift."""
    return Cookie(
        COOKIE,
        path="/",
        value=token,
        httponly=True,
        secure=request.url.scheme == "https",
        samesite="strict",
        max_age=SHIFT // SECOND,
    )


def own_account(state: AccessState, caller: Caller) -> Account:
    """Return the account of a signed-in person; Unauthenticated for a machine's key."""
    if caller.session is None or caller.actor.id is None:
        raise Unauthenticated("access.persons_only")
    return get_account(state, caller.actor.id)


def _label_of(role: str, state: AccessState) -> dict[str, str]:
    found = find_role(role, state.roles)
    return (found.label if found else {}) or {"fr": role, "en": role}


def me_of(state: AccessState, caller: Caller, token: str) -> Me:
    """Return what a caller is told of itself."""
    account = state.accounts.get(caller.actor.id) if caller.actor.id else None
    session = state.sessions.get(caller.session) if caller.session else None
    key = state.keys.get(caller.actor.id) if caller.actor.id else None
    held = account.grants if account else key.grants if key else ()
    rights = caller.rights if account else rights_of(held, state.roles)
    return Me(
        account=account.id if account else None,
        login=account.login if account else "",
        name=account.name if account else key.name if key else "",
        lang=caller.lang,
        csrf=csrf_of(token) if session else "",
        ends_at=session.ends_at if session else None,
        must_change_password=bool(account and account.must_change),
        second_factor=bool(account and account.totp),
        has_code=bool(account and account.code),
        security_keys=sum(key.account == caller.actor.id for key in state.security_keys.values()),
        locked=is_locked(state, caller),
        rights=rights.grants,
        communes=sorted({commune for grant in held for commune in grant.communes}),
        trades=sorted({trade for grant in held for trade in grant.trades}),
        roles=sorted({grant.role for grant in held}),
        role_labels=[_label_of(role, state) for role in sorted({grant.role for grant in held})],
        grants=held,
    )


def address_of(request: AnyRequest) -> str:
    """Return the address of the seat, as the socket knows it."""
    return request.client.host if request.client else ""
