"""What happened to accounts, sessions, keys and roles. No secret is ever here: digests are of 256 random bits."""

from typing import ClassVar
from uuid import UUID

from beffroi.access.types import CloseReason, Lang, RoleGrant
from beffroi.model.time import Micros
from beffroi.trade.event import Event

ACCOUNT = "personal.account"
LOGIN = "personal.login"


class AccountCreated(Event, frozen=True, tag="access.account_created"):
    """An account was created."""

    erasable: ClassVar[dict[str, str]] = {"login": ACCOUNT, "name": ACCOUNT}

    account: UUID
    login: str
    name: str
    lang: Lang
    grants: tuple[RoleGrant, ...]
    credential: UUID
    must_change: bool


class AccountCorrected(Event, frozen=True, tag="access.account_corrected"):
    """The name or the language of an account changed."""

    erasable: ClassVar[dict[str, str]] = {"name": ACCOUNT}

    account: UUID
    name: str
    lang: Lang


class GrantsSet(Event, frozen=True, tag="access.grants_set"):
    """The grants of an account were replaced."""

    account: UUID
    grants: tuple[RoleGrant, ...]


class AccountDisabled(Event, frozen=True, tag="access.account_disabled"):
    """An account was closed."""

    account: UUID


class AccountEnabled(Event, frozen=True, tag="access.account_enabled"):
    """An account was opened again."""

    account: UUID


class AccountForgotten(Event, frozen=True, tag="access.account_forgotten"):
    """The name and the login left a closed account; `login` is a number without meaning."""

    account: UUID
    login: str


class PasswordChanged(Event, frozen=True, tag="access.password_changed"):
    """Another secret stands behind an account."""

    account: UUID
    credential: UUID
    must_change: bool
    replaces: UUID | None


class TotpEnrolled(Event, frozen=True, tag="access.totp_enrolled"):
    """A time-based code is asked beside the password."""

    account: UUID
    credential: UUID
    replaces: UUID | None


class TotpDropped(Event, frozen=True, tag="access.totp_dropped"):
    """A time-based code is no longer asked."""

    account: UUID
    replaces: UUID


class CodeSet(Event, frozen=True, tag="access.code_set"):
    """Another *code de prise de poste* stands behind an account."""

    account: UUID
    credential: UUID
    replaces: UUID | None


class CodeDropped(Event, frozen=True, tag="access.code_dropped"):
    """An account has no *code de prise de poste* any more."""

    account: UUID
    replaces: UUID


class SecurityKeyAdded(Event, frozen=True, tag="access.security_key_added"):
    """A security key opens sessions of an account."""

    account: UUID
    key: str
    name: str


class SecurityKeyRemoved(Event, frozen=True, tag="access.security_key_removed"):
    """A security key opens nothing any more."""

    account: UUID
    key: str


class SessionLocked(Event, frozen=True, tag="access.session_locked"):
    """A seat was locked."""

    session: UUID
    account: UUID


class SessionOpened(Event, frozen=True, tag="access.session_opened"):
    """A person signed in; `failures` were counted at that seat just before."""

    erasable: ClassVar[dict[str, str]] = {"address": LOGIN}

    session: UUID
    account: UUID
    digest: str
    opened_at: Micros
    ends_at: Micros
    address: str
    failures: int


class SessionClosed(Event, frozen=True, tag="access.session_closed"):
    """A session ended."""

    session: UUID
    account: UUID
    reason: CloseReason


class LoginSlowed(Event, frozen=True, tag="access.login_slowed"):
    """A seat failed to sign in many times: it waits longer and longer, and somebody should look."""

    erasable: ClassVar[dict[str, str]] = {"login": LOGIN, "address": LOGIN}

    login: str
    address: str
    failures: int


class KeyCreated(Event, frozen=True, tag="access.key_created"):
    """A machine's key was created."""

    key: UUID
    name: str
    digest: str
    grants: tuple[RoleGrant, ...]
    ends_at: Micros | None


class KeyRevoked(Event, frozen=True, tag="access.key_revoked"):
    """A machine's key ended."""

    key: UUID


class RoleDefined(Event, frozen=True, tag="access.role_defined"):
    """A role of the city was made or changed."""

    name: str
    rights: tuple[str, ...]
    label: dict[str, str]


class RoleRemoved(Event, frozen=True, tag="access.role_removed"):
    """A role of the city was removed."""

    name: str


class PurposeSet(Event, frozen=True, tag="access.purpose_set"):
    """The texts of a purpose are kept for another time from now on."""

    purpose: str
    keep_days: int


class PersonalDataRead(Event, frozen=True, tag="access.personal_data_read"):
    """Somebody read personal data: who is the line's author."""

    what: str
    subject: str
    count: int


class DemoOpened(Event, frozen=True, tag="access.demo_opened"):
    """The demonstration's accounts share a public password."""

    password: str
