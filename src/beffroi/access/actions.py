"""What may be asked of access. Those without a right come through this room's own routes, which check secrets first."""

from typing import Annotated, ClassVar
from uuid import UUID

import msgspec

from beffroi.access.types import CloseReason, Lang, RoleGrant
from beffroi.model.time import Micros
from beffroi.trade.action import Action

Login = Annotated[str, msgspec.Meta(min_length=2, max_length=100, pattern=r"^[\w.@+-]+$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
RoleName = Annotated[str, msgspec.Meta(min_length=2, max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
Days = Annotated[int, msgspec.Meta(ge=1, le=36_500)]


class CreateAccount(Action, frozen=True, tag="access.create_account"):
    """Create a person's account whose secret `credential` is committed with it."""

    login: Login
    name: Name
    credential: UUID
    lang: Lang = "fr"
    grants: tuple[RoleGrant, ...] = ()
    must_change: bool = True


class CorrectAccount(Action, frozen=True, tag="access.correct_account"):
    """Change the name or the language of an account."""

    right: ClassVar[str] = "accounts"

    account: UUID
    name: Name | None = None
    lang: Lang | None = None


class SetLanguage(Action, frozen=True, tag="access.set_language"):
    """Change the language of one's own account."""

    lang: Lang


class SetGrants(Action, frozen=True, tag="access.set_grants"):
    """Replace the grants of an account."""

    right: ClassVar[str] = "accounts"

    account: UUID
    grants: tuple[RoleGrant, ...]


class DisableAccount(Action, frozen=True, tag="access.disable_account"):
    """Close an account and every session of it."""

    right: ClassVar[str] = "accounts"

    account: UUID


class EnableAccount(Action, frozen=True, tag="access.enable_account"):
    """Open a closed account again."""

    right: ClassVar[str] = "accounts"

    account: UUID


class ForgetAccount(Action, frozen=True, tag="access.forget_account"):
    """Take the name and the login out of a closed account: what it did stays, whose it was is gone."""

    right: ClassVar[str] = "accounts"

    account: UUID


class ForgetAccounts(Action, frozen=True, tag="access.forget_accounts"):
    """Forget the accounts closed before a time; only a reaction asks for it."""

    before: Micros


class ChangePassword(Action, frozen=True, tag="access.change_password"):
    """Put another secret behind an account; `keep` is the session that asks and goes on."""

    account: UUID
    credential: UUID
    must_change: bool = False
    keep: UUID | None = None


class EnrolTotp(Action, frozen=True, tag="access.enrol_totp"):
    """Ask a time-based code beside the password from now on."""

    account: UUID
    credential: UUID


class DropTotp(Action, frozen=True, tag="access.drop_totp"):
    """Stop asking a time-based code: the telephone is lost."""

    right: ClassVar[str] = "accounts"

    account: UUID


class LeaveTotp(Action, frozen=True, tag="access.leave_totp"):
    """Stop asking oneself a time-based code, once the present password was given."""


class SetCode(Action, frozen=True, tag="access.set_code"):
    """Put another *code de prise de poste* behind an account: it opens a session at an enrolled seat only."""

    account: UUID
    credential: UUID


class DropCode(Action, frozen=True, tag="access.drop_code"):
    """Take the *code de prise de poste* of an account away."""

    right: ClassVar[str] = "accounts"

    account: UUID


class AddSecurityKey(Action, frozen=True, tag="access.add_security_key"):
    """Let a security key open a session of an account; its public half is committed with it."""

    account: UUID
    key: Annotated[str, msgspec.Meta(min_length=4, max_length=1400)]
    name: Name


class RemoveSecurityKey(Action, frozen=True, tag="access.remove_security_key"):
    """Let a security key open nothing any more: it is lost."""

    key: str


class LockSession(Action, frozen=True, tag="access.lock_session"):
    """Lock a seat: its session looks and listens until a code or a key opens another."""

    session: UUID


class OpenSession(Action, frozen=True, tag="access.open_session"):
    """Sign a person in, once secrets were checked; times are the wall's."""

    account: UUID
    digest: str
    opened_at: Micros
    ends_at: Micros
    address: str
    failures: int = 0


class CloseSession(Action, frozen=True, tag="access.close_session"):
    """Sign a session out."""

    session: UUID
    reason: CloseReason = "logout"


class RevokeSession(Action, frozen=True, tag="access.revoke_session"):
    """End somebody's session now: its screens close."""

    right: ClassVar[str] = "accounts"

    session: UUID


class NoteLoginFailures(Action, frozen=True, tag="access.note_login_failures"):
    """Record that a seat keeps failing to sign in."""

    login: str
    address: str
    failures: int


class CreateKey(Action, frozen=True, tag="access.create_key"):
    """Create a machine's key of which only the digest is known here."""

    name: Name
    digest: str
    grants: tuple[RoleGrant, ...]
    ends_at: Micros | None = None


class RevokeKey(Action, frozen=True, tag="access.revoke_key"):
    """End a machine's key now."""

    right: ClassVar[str] = "keys"

    key: UUID


class DefineRole(Action, frozen=True, tag="access.define_role"):
    """Make or change a role of the city."""

    right: ClassVar[str] = "accounts"

    name: RoleName
    rights: tuple[str, ...]
    label: dict[str, str] = {}


class RemoveRole(Action, frozen=True, tag="access.remove_role"):
    """Remove a role of the city that nobody holds."""

    right: ClassVar[str] = "accounts"

    name: RoleName


class SetPurpose(Action, frozen=True, tag="access.set_purpose"):
    """Decide how many days the texts of a purpose are kept."""

    right: ClassVar[str] = "settings"

    purpose: Annotated[str, msgspec.Meta(min_length=2, max_length=60, pattern=r"^[a-z][a-z0-9_.]*$")]
    keep_days: Days


class NoteReading(Action, frozen=True, tag="access.note_reading"):
    """Record that somebody read personal data."""

    what: str
    subject: str = ""
    count: int = 1


class OpenDemo(Action, frozen=True, tag="access.open_demo"):
    """Publish the password of the demonstration's accounts on its sign-in page."""

    password: str
