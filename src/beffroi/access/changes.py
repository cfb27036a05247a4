"""How each event of access changes the state: the other half of the decisions."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from beffroi.access import events as told
from beffroi.access.types import AccessState, Account, MachineKey, Role, SecurityKey, Session
from beffroi.trade.event import Event
from beffroi.trade.line import Line


def apply(state: AccessState, line: Line) -> None:
    """Bring one line into the state; lines that only tell something change nothing."""
    change = _CHANGES.get(type(line.event))
    if change is not None:
        change(state, line.event, line)


def keep_account(state: AccessState, account: Account) -> None:
    """Put an account in the state under its login."""
    state.accounts[account.id] = account
    state.logins[account.login] = account.id


def keep_session(state: AccessState, session: Session) -> None:
    """Put a session in the state under its digest."""
    state.sessions[session.id] = session
    state.session_digests[session.digest] = session.id


def keep_key(state: AccessState, key: MachineKey) -> None:
    """Put a machine's key in the state under its digest."""
    state.keys[key.id] = key
    state.key_digests[key.digest] = key.id


def _account_created(state: AccessState, event: told.AccountCreated, line: Line) -> None:
    keep_account(
        state,
        Account(
            id=event.account,
            login=event.login,
            name=event.name,
            lang=event.lang,
            grants=event.grants,
            credential=event.credential,
            must_change=event.must_change,
            created_at=line.recorded_at,
        ),
    )


def _account_disabled(state: AccessState, event: told.AccountDisabled, line: Line) -> None:
    before = state.accounts[event.account]
    state.accounts[event.account] = replace(before, state="disabled", closed_at=line.recorded_at)


def _account_forgotten(state: AccessState, event: told.AccountForgotten, line: Line) -> None:
    before = state.accounts[event.account]
    state.logins.pop(before.login, None)
    keep_account(state, replace(before, login=event.login, name=""))


def _edit(**fields: Callable[[Any], Any]) -> Callable[[AccessState, Any, Line], None]:
    def change(state: AccessState, event: Any, line: Line) -> None:
        before = state.accounts[event.account]
        state.accounts[event.account] = replace(before, **{name: read(event) for name, read in fields.items()})

    return change


def _session_opened(state: AccessState, event: told.SessionOpened, line: Line) -> None:
    keep_session(
        state, Session(event.session, event.account, event.digest, event.opened_at, event.ends_at, event.address)
    )


def _session_closed(state: AccessState, event: told.SessionClosed, line: Line) -> None:
    session = state.sessions.pop(event.session, None)
    if session:
        state.session_digests.pop(session.digest, None)


def _session_locked(state: AccessState, event: told.SessionLocked, line: Line) -> None:
    session = state.sessions.get(event.session)
    if session:
        keep_session(state, replace(session, locked=True))


def _security_key_added(state: AccessState, event: told.SecurityKeyAdded, line: Line) -> None:
    state.security_keys[event.key] = SecurityKey(event.key, event.account, event.name, line.recorded_at)


def _security_key_removed(state: AccessState, event: told.SecurityKeyRemoved, line: Line) -> None:
    state.security_keys.pop(event.key, None)


def _key_created(state: AccessState, event: told.KeyCreated, line: Line) -> None:
    keep_key(
        state,
        MachineKey(
            id=event.key,
            name=event.name,
            digest=event.digest,
            grants=event.grants,
            created_at=line.recorded_at,
            created_by=line.actor.id,
            ends_at=event.ends_at,
        ),
    )


def _key_revoked(state: AccessState, event: told.KeyRevoked, line: Line) -> None:
    state.keys[event.key] = replace(state.keys[event.key], revoked=True)


def _role_defined(state: AccessState, event: told.RoleDefined, line: Line) -> None:
    state.roles[event.name] = Role(event.name, event.rights, event.label)


def _role_removed(state: AccessState, event: told.RoleRemoved, line: Line) -> None:
    state.roles.pop(event.name, None)


def _purpose_set(state: AccessState, event: told.PurposeSet, line: Line) -> None:
    state.purposes[event.purpose] = event.keep_days


def _demo_opened(state: AccessState, event: told.DemoOpened, line: Line) -> None:
    state.demo_password = event.password


_CHANGES: dict[type[Event], Callable[[AccessState, Any, Line], None]] = {
    told.AccountCreated: _account_created,
    told.AccountCorrected: _edit(name=lambda event: event.name, lang=lambda event: event.lang),
    told.GrantsSet: _edit(grants=lambda event: event.grants),
    told.AccountDisabled: _account_disabled,
    told.AccountEnabled: _edit(state=lambda event: "active", closed_at=lambda event: None),
    told.AccountForgotten: _account_forgotten,
    told.PasswordChanged: _edit(credential=lambda event: event.credential, must_change=lambda event: event.must_change),
    told.TotpEnrolled: _edit(totp=lambda event: event.credential),
    told.TotpDropped: _edit(totp=lambda event: None),
    told.CodeSet: _edit(code=lambda event: event.credential),
    told.CodeDropped: _edit(code=lambda event: None),
    told.SecurityKeyAdded: _security_key_added,
    told.SecurityKeyRemoved: _security_key_removed,
    told.SessionLocked: _session_locked,
    told.SessionOpened: _session_opened,
    told.SessionClosed: _session_closed,
    told.KeyCreated: _key_created,
    told.KeyRevoked: _key_revoked,
    told.RoleDefined: _role_defined,
    told.RoleRemoved: _role_removed,
    told.PurposeSet: _purpose_set,
    told.DemoOpened: _demo_opened,
}
