"""Decisions of access: pure functions of state, action and context."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from beffroi.access import actions as ask
from beffroi.access import events as told
from beffroi.access.roles import BUILT_IN, RIGHTS, find_role, rights_of, within
from beffroi.access.types import AccessState, Account, CloseReason, RoleGrant
from beffroi.model.scope import CITY
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.rejected import Rejected


def decide(state: AccessState, action: Action, context: Context) -> Sequence[Event]:
    """Return the events that answer an action of access."""
    return _DECIDERS[type(action)](state, action, context)


def normal_login(login: str) -> str:
    """Return the one spelling under which a login is unique."""
    return login.strip().casefold()


def _create_account(state: AccessState, action: ask.CreateAccount, context: Context) -> Sequence[Event]:
    login = normal_login(action.login)
    if login in state.logins:
        raise Rejected("access.login_taken", login=login)
    _check_grants(state, action.grants)
    return [
        told.AccountCreated(
            account=context.ids.new(),
            login=login,
            name=action.name.strip() or login,
            lang=action.lang,
            grants=action.grants,
            credential=action.credential,
            must_change=action.must_change,
        )
    ]


def _correct_account(state: AccessState, action: ask.CorrectAccount, context: Context) -> Sequence[Event]:
    account = get_account(state, action.account)
    name, lang = action.name or account.name, action.lang or account.lang
    if (name, lang) == (account.name, account.lang):
        return []
    return [told.AccountCorrected(account=account.id, name=name, lang=lang)]


def _set_language(state: AccessState, action: ask.SetLanguage, context: Context) -> Sequence[Event]:
    account = get_account(state, _person(context))
    if account.lang == action.lang:
        return []
    return [told.AccountCorrected(account=account.id, name=account.name, lang=action.lang)]


def _set_grants(state: AccessState, action: ask.SetGrants, context: Context) -> Sequence[Event]:
    account = get_account(state, action.account)
    _check_grants(state, action.grants)
    if not rights_of(action.grants, state.roles).allows("accounts", CITY):
        _keep_an_administrator(state, account)
    return [] if action.grants == account.grants else [told.GrantsSet(account=account.id, grants=action.grants)]


def _disable_account(state: AccessState, action: ask.DisableAccount, context: Context) -> Sequence[Event]:
    account = get_account(state, action.account)
    if account.state == "disabled":
        return []
    _keep_an_administrator(state, account)
    return [told.AccountDisabled(account=account.id), *_close_all(state, account.id, "disabled")]


def _enable_account(state: AccessState, action: ask.EnableAccount, context: Context) -> Sequence[Event]:
    account = get_account(state, action.account)
    return [told.AccountEnabled(account=account.id)] if account.state == "disabled" else []


def _forget_account(state: AccessState, action: ask.ForgetAccount, context: Context) -> Sequence[Event]:
    account = get_account(state, action.account)
    if account.state != "disabled":
        raise Rejected("access.still_open", login=account.login)
    return _forgotten([account])


def _forget_accounts(state: AccessState, action: ask.ForgetAccounts, context: Context) -> Sequence[Event]:
    return _forgotten([one for one in state.accounts.values() if one.closed_at and one.closed_at < action.before])


def _forgotten(accounts: Iterable[Account]) -> list[Event]:
    return [
        told.AccountForgotten(account=one.id, login=f"compte-{one.id.hex[-12:]}")
        for one in accounts
        if one.state == "disabled" and one.name
    ]


def _change_password(state: AccessState, action: ask.ChangePassword, context: Context) -> Sequence[Event]:
    account = get_account(state, action.account)
    changed = told.PasswordChanged(
        account=account.id,
        credential=action.credential,
        must_change=action.must_change,
        replaces=account.credential,
    )
    return [changed, *_close_all(state, account.id, "password_changed", keep=action.keep)]


def _enrol_totp(state: AccessState, action: ask.EnrolTotp, context: Context) -> Sequence[Event]:
    account = get_account(state, action.account)
    return [told.TotpEnrolled(account=account.id, credential=action.credential, replaces=account.totp)]


def _drop_totp(state: AccessState, action: ask.DropTotp, context: Context) -> Sequence[Event]:
    account = get_account(state, action.account)
    return [told.TotpDropped(account=account.id, replaces=account.totp)] if account.totp else []


def _leave_totp(state: AccessState, action: ask.LeaveTotp, context: Context) -> Sequence[Event]:
    account = get_account(state, _person(context))
    return [told.TotpDropped(account=account.id, replaces=account.totp)] if account.totp else []


def _set_code(state: AccessState, action: ask.SetCode, context: Context) -> Sequence[Event]:
    account = get_account(state, action.account)
    return [told.CodeSet(account=account.id, credential=action.credential, replaces=account.code)]


def _drop_code(state: AccessState, action: ask.DropCode, context: Context) -> Sequence[Event]:
    account = get_account(state, action.account)
    return [told.CodeDropped(account=account.id, replaces=account.code)] if account.code else []


def _add_security_key(state: AccessState, action: ask.AddSecurityKey, context: Context) -> Sequence[Event]:
    account = get_account(state, action.account)
    if action.key in state.security_keys:
        raise Rejected("access.key_known")
    return [told.SecurityKeyAdded(account=account.id, key=action.key, name=action.name)]


def _remove_security_key(state: AccessState, action: ask.RemoveSecurityKey, context: Context) -> Sequence[Event]:
    known = state.security_keys.get(action.key)
    return [told.SecurityKeyRemoved(account=known.account, key=known.id)] if known else []


def _lock_session(state: AccessState, action: ask.LockSession, context: Context) -> Sequence[Event]:
    session = state.sessions.get(action.session)
    if session is None or session.locked:
        return []
    return [told.SessionLocked(session=session.id, account=session.account)]


def _open_session(state: AccessState, action: ask.OpenSession, context: Context) -> Sequence[Event]:
    account = get_account(state, action.account)
    if account.state == "disabled":
        raise Rejected("access.disabled")
    over = [session for session in state.sessions.values() if session.ends_at <= action.opened_at]
    return [
        *(told.SessionClosed(session=old.id, account=old.account, reason="expired") for old in over),
        told.SessionOpened(
            session=context.ids.new(),
            account=account.id,
            digest=action.digest,
            opened_at=action.opened_at,
            ends_at=action.ends_at,
            address=action.address,
            failures=action.failures,
        ),
    ]


def _close_session(state: AccessState, action: ask.CloseSession, context: Context) -> Sequence[Event]:
    session = state.sessions.get(action.session)
    if session is None:
        return []
    return [told.SessionClosed(session=session.id, account=session.account, reason=action.reason)]


def _revoke_session(state: AccessState, action: ask.RevokeSession, context: Context) -> Sequence[Event]:
    session = state.sessions.get(action.session)
    if session is None:
        raise Rejected("access.not_found", session=str(action.session))
    return [told.SessionClosed(session=session.id, account=session.account, reason="revoked")]


def _note_failures(state: AccessState, action: ask.NoteLoginFailures, context: Context) -> Sequence[Event]:
    return [told.LoginSlowed(login=action.login, address=action.address, failures=action.failures)]


def _create_key(state: AccessState, action: ask.CreateKey, context: Context) -> Sequence[Event]:
    _check_grants(state, action.grants)
    asked = rights_of(action.grants, state.roles)
    free = context.actor.kind == "system" or context.rights.allows("accounts", CITY)
    if not free and not within(asked, context.rights):
        raise Rejected("access.wider_than_yours")
    return [
        told.KeyCreated(
            key=context.ids.new(), name=action.name, digest=action.digest, grants=action.grants, ends_at=action.ends_at
        )
    ]


def _revoke_key(state: AccessState, action: ask.RevokeKey, context: Context) -> Sequence[Event]:
    key = state.keys.get(action.key)
    if key is None:
        raise Rejected("access.not_found", key=str(action.key))
    return [] if key.revoked else [told.KeyRevoked(key=key.id)]


def _define_role(state: AccessState, action: ask.DefineRole, context: Context) -> Sequence[Event]:
    if action.name in BUILT_IN:
        raise Rejected("access.built_in_role", role=action.name)
    unknown = [right for right in action.rights if right not in RIGHTS]
    if unknown:
        raise Rejected("access.unknown_right", right=unknown[0])
    return [told.RoleDefined(name=action.name, rights=tuple(sorted(set(action.rights))), label=action.label)]


def _remove_role(state: AccessState, action: ask.RemoveRole, context: Context) -> Sequence[Event]:
    if action.name not in state.roles:
        raise Rejected("access.unknown_role", role=action.name)
    holders = [account.login for account in state.accounts.values() if _holds(account.grants, action.name)]
    holders += [key.name for key in state.keys.values() if not key.revoked and _holds(key.grants, action.name)]
    if holders:
        raise Rejected("access.role_in_use", role=action.name, holders=", ".join(holders[:5]))
    return [told.RoleRemoved(name=action.name)]


def _set_purpose(state: AccessState, action: ask.SetPurpose, context: Context) -> Sequence[Event]:
    if state.purposes.get(action.purpose) == action.keep_days:
        return []
    return [told.PurposeSet(purpose=action.purpose, keep_days=action.keep_days)]


def _note_reading(state: AccessState, action: ask.NoteReading, context: Context) -> Sequence[Event]:
    return [told.PersonalDataRead(what=action.what, subject=action.subject, count=action.count)]


def _open_demo(state: AccessState, action: ask.OpenDemo, context: Context) -> Sequence[Event]:
    return [told.DemoOpened(password=action.password)]


def get_account(state: AccessState, account: UUID) -> Account:
    """Return an account; Rejected when there is none."""
    found = state.accounts.get(account)
    if found is None:
        raise Rejected("access.not_found", account=str(account))
    return found


def _person(context: Context) -> UUID:
    if context.actor.kind != "person" or context.actor.id is None:
        raise Rejected("access.persons_only")
    return context.actor.id


def _holds(grants: Iterable[RoleGrant], role: str) -> bool:
    return any(held.role == role for held in grants)


def _check_grants(state: AccessState, grants: Sequence[RoleGrant]) -> None:
    for held in grants:
        if find_role(held.role, state.roles) is None:
            raise Rejected("access.unknown_role", role=held.role)
        if not (held.communes and held.trades and held.kinds):
            raise Rejected("access.empty_grant", role=held.role)


def _keep_an_administrator(state: AccessState, leaving: Account) -> None:
    def administers(account: Account) -> bool:
        return account.state == "active" and rights_of(account.grants, state.roles).allows("accounts", CITY)

    if administers(leaving) and not any(
        administers(account) for account in state.accounts.values() if account.id != leaving.id
    ):
        raise Rejected("access.last_administrator")


def _close_all(
    state: AccessState, account: UUID, reason: CloseReason, keep: UUID | None = None
) -> list[told.SessionClosed]:
    return [
        told.SessionClosed(session=session.id, account=account, reason=reason)
        for session in state.sessions.values()
        if session.account == account and session.id != keep
    ]


_DECIDERS: dict[type[Action], Callable[[AccessState, Any, Context], Sequence[Event]]] = {
    ask.CreateAccount: _create_account,
    ask.CorrectAccount: _correct_account,
    ask.SetLanguage: _set_language,
    ask.SetGrants: _set_grants,
    ask.DisableAccount: _disable_account,
    ask.EnableAccount: _enable_account,
    ask.ForgetAccount: _forget_account,
    ask.ForgetAccounts: _forget_accounts,
    ask.ChangePassword: _change_password,
    ask.EnrolTotp: _enrol_totp,
    ask.DropTotp: _drop_totp,
    ask.LeaveTotp: _leave_totp,
    ask.SetCode: _set_code,
    ask.DropCode: _drop_code,
    ask.AddSecurityKey: _add_security_key,
    ask.RemoveSecurityKey: _remove_security_key,
    ask.LockSession: _lock_session,
    ask.OpenSession: _open_session,
    ask.CloseSession: _close_session,
    ask.RevokeSession: _revoke_session,
    ask.NoteLoginFailures: _note_failures,
    ask.CreateKey: _create_key,
    ask.RevokeKey: _revoke_key,
    ask.DefineRole: _define_role,
    ask.RemoveRole: _remove_role,
    ask.SetPurpose: _set_purpose,
    ask.NoteReading: _note_reading,
    ask.OpenDemo: _open_demo,
}
