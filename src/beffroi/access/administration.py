"""Routes of the administration: accounts, roles, keys, sessions, purposes. Secrets made here are shown once."""

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get, post

from beffroi.access import actions as ask
from beffroi.access import events as told
from beffroi.access.logic import get_account
from beffroi.access.passwords import Passwords, one_time_password
from beffroi.access.purposes import Purpose, list_purposes
from beffroi.access.roles import BUILT_IN, RIGHTS, meet, rights_of
from beffroi.access.session import digest_of, is_locked, new_token
from beffroi.access.store import put_credential
from beffroi.access.types import AccessState, Account, Lang, MachineKey, Role, RoleGrant, Session
from beffroi.model.scope import CITY
from beffroi.model.time import Micros
from beffroi.trade.doors import Caller, View, acting_for
from beffroi.trade.rejected import Rejected

READING_S = 3600.0

NewCredential = Callable[[], UUID]


class AccountForm(msgspec.Struct, forbid_unknown_fields=True):
    """A person to let in."""

    login: ask.Login
    name: ask.Name
    lang: Lang = "fr"
    grants: tuple[RoleGrant, ...] = ()


class KeyForm(msgspec.Struct, forbid_unknown_fields=True):
    """A machine to let in, until a wall time (µs UTC) or revocation."""

    name: ask.Name
    grants: Annotated[tuple[RoleGrant, ...], msgspec.Meta(min_length=1)]
    ends_at: Micros | None = None


class AccountView(msgspec.Struct):
    """An account as its administrator sees it."""

    id: UUID
    login: str
    name: str
    lang: str
    state: str
    grants: tuple[RoleGrant, ...]
    must_change: bool
    second_factor: bool
    signed_in: int
    created_at: Micros


class KeyView(msgspec.Struct):
    """A machine's key as its administrator sees it."""

    id: UUID
    name: str
    grants: tuple[RoleGrant, ...]
    created_at: Micros
    created_by: UUID | None
    ends_at: Micros | None
    revoked: bool


class SessionView(msgspec.Struct):
    """Somebody signed in."""

    id: UUID
    account: UUID
    login: str
    opened_at: Micros
    ends_at: Micros
    address: str
    own: bool


class NewAccount(msgspec.Struct):
    """A new account, or a new secret for one: the password is shown once and must be changed at the first sign-in."""

    account: UUID
    one_time_password: str


class NewKey(msgspec.Struct):
    """A new key: the secret is shown once."""

    key: UUID
    secret: str


class AccountList(msgspec.Struct):
    """Accounts, by login."""

    items: list[AccountView]
    total: int


class KeyList(msgspec.Struct):
    """Machines' keys, newest first."""

    items: list[KeyView]
    total: int


class SessionList(msgspec.Struct):
    """Sessions, newest first."""

    items: list[SessionView]
    total: int


class RoleList(msgspec.Struct):
    """Roles, and every right that one may hold."""

    items: list[Role]
    built_in: list[str]
    rights: tuple[str, ...]


def admin_routes(view: View[AccessState], passwords: Passwords, new_credential: NewCredential) -> Sequence[Any]:
    """Return the handlers of the administration."""
    return [*_lists(view), *_account_doors(view, passwords, new_credential), _key_door(view)]


class _Readings:
    """Has the reading of personal data journalled, once an hour for one reader and one list."""

    def __init__(self, view: View[AccessState]) -> None:
        self._view = view
        self._told: dict[tuple[UUID | None, str], float] = {}

    async def note(self, caller: Caller, what: str, count: int) -> None:
        """Record that a caller reads a list."""
        now = self._view.clock.monotonic()
        reader = (caller.actor.id, what)
        if now - self._told.get(reader, -READING_S) >= READING_S:
            self._told[reader] = now
            await self._view.executor.execute(ask.NoteReading(what=what, count=count), acting_for(caller))


def _lists(view: View[AccessState]) -> list[Any]:
    readings = _Readings(view)

    @get("/accounts", summary="List accounts")
    async def list_accounts(caller: Caller) -> AccountList:
        need(caller, "accounts")
        accounts = sorted(view.state.accounts.values(), key=lambda account: account.login)
        await readings.note(caller, "accounts", len(accounts))
        return AccountList([_account_view(view.state, account) for account in accounts], len(accounts))

    @get("/roles", summary="List roles and rights")
    async def list_roles(caller: Caller) -> RoleList:
        need(caller, "accounts", "keys")
        return RoleList([*BUILT_IN.values(), *view.state.roles.values()], list(BUILT_IN), RIGHTS)

    @get("/keys", summary="List the keys of machines")
    async def list_keys(caller: Caller) -> KeyList:
        need(caller, "keys")
        keys = sorted(view.state.keys.values(), key=lambda key: key.created_at, reverse=True)
        return KeyList([_key_view(key) for key in keys], len(keys))

    @get("/purposes", summary="List purposes and how long their texts are kept")
    async def purposes(caller: Caller) -> list[Purpose]:
        need(caller, "settings", "accounts")
        return list_purposes(view.state)

    return [list_accounts, list_roles, list_keys, purposes, _sessions(view, readings), _names(view)]


def _sessions(view: View[AccessState], readings: _Readings) -> Any:
    @get("/sessions", summary="List who is signed in")
    async def list_sessions(caller: Caller) -> SessionList:
        need(caller, "accounts")
        await readings.note(caller, "sessions", len(view.state.sessions))
        return list_open(view.state, view.state.sessions.values(), caller)

    return list_sessions


def list_open(state: AccessState, sessions: Iterable[Session], caller: Caller) -> SessionList:
    """Return sessions as they are shown, newest first, the caller's own marked."""
    shown = [
        SessionView(
            id=one.id,
            account=one.account,
            login=state.accounts[one.account].login,
            opened_at=one.opened_at,
            ends_at=one.ends_at,
            address=one.address,
            own=one.id == caller.session,
        )
        for one in sorted(sessions, key=lambda session: session.opened_at, reverse=True)
    ]
    return SessionList(shown, len(shown))


def _names(view: View[AccessState]) -> Any:
    @get("/names", summary="Names of the people and machines that lines are signed with, by identifier")
    async def list_names(caller: Caller) -> dict[str, str]:
        if not caller.rights.names("view"):
            raise Rejected("forbidden", right="view")
        state = view.state
        if is_locked(state, caller):
            return {}
        named: list[Account | MachineKey] = [*state.accounts.values(), *state.keys.values()]
        return {str(one.id): one.name for one in named if one.id == caller.actor.id or _works_where(caller, one, state)}

    return list_names


def _works_where(caller: Caller, one: Account | MachineKey, state: AccessState) -> bool:
    """Tell whether somebody may have signed a line that the caller sees: their perimeters meet."""
    theirs = rights_of(one.grants, state.roles).grants.get("view", ())
    mine = caller.rights.grants.get("view", ())
    return caller.trusted or any(meet(grant, other) for grant in mine for other in theirs)


def _account_doors(view: View[AccessState], passwords: Passwords, new_credential: NewCredential) -> list[Any]:
    @post("/accounts", summary="Create an account; its one-time password is shown once")
    async def create_account(data: AccountForm, caller: Caller) -> NewAccount:
        need(caller, "accounts")
        password, credential = one_time_password(), new_credential()
        hashed = await passwords.hash(password)
        outcome = await view.executor.execute(
            ask.CreateAccount(
                login=data.login, name=data.name, credential=credential, lang=data.lang, grants=data.grants
            ),
            acting_for(caller),
            also=lambda cursor: put_credential(cursor, credential, "password", hashed),
        )
        created = outcome.lines[0].event
        assert isinstance(created, told.AccountCreated)
        return NewAccount(created.account, password)

    @post("/accounts/{account:uuid}/password", summary="Give an account a new one-time password, shown once")
    async def reset_password(account: UUID, caller: Caller) -> NewAccount:
        need(caller, "accounts")
        found = get_account(view.state, account)
        password, credential = one_time_password(), new_credential()
        hashed = await passwords.hash(password)
        await view.executor.execute(
            ask.ChangePassword(account=found.id, credential=credential, must_change=True),
            acting_for(caller),
            also=lambda cursor: put_credential(cursor, credential, "password", hashed),
        )
        return NewAccount(found.id, password)

    return [create_account, reset_password]


def _key_door(view: View[AccessState]) -> Any:
    @post("/keys", summary="Create a machine's key; its secret is shown once")
    async def create_key(data: KeyForm, caller: Caller) -> NewKey:
        need(caller, "keys")
        secret = new_token()
        outcome = await view.executor.execute(
            ask.CreateKey(name=data.name, digest=digest_of(secret), grants=data.grants, ends_at=data.ends_at),
            acting_for(caller),
        )
        created = outcome.lines[0].event
        assert isinstance(created, told.KeyCreated)
        return NewKey(created.key, secret)

    return create_key


def need(caller: Caller, *rights: str) -> None:
    """Raise Rejected unless one of these rights is held over the whole city."""
    if not any(caller.may(right, CITY) for right in rights):
        raise Rejected("forbidden", right=rights[0])


def _account_view(state: AccessState, account: Account) -> AccountView:
    return AccountView(
        id=account.id,
        login=account.login,
        name=account.name,
        lang=account.lang,
        state=account.state,
        grants=account.grants,
        must_change=account.must_change,
        second_factor=account.totp is not None,
        signed_in=sum(session.account == account.id for session in state.sessions.values()),
        created_at=account.created_at,
    )


def _key_view(key: MachineKey) -> KeyView:
    return KeyView(key.id, key.name, key.grants, key.created_at, key.created_by, key.ends_at, key.revoked)
