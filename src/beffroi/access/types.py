"""Words of access: accounts, roles, grants, sessions, machines' keys, purposes."""

from typing import Literal
from uuid import UUID

import msgspec

from beffroi.model.scope import ANY, Grant
from beffroi.model.time import Micros

AccountState = Literal["active", "disabled"]
CredentialKind = Literal["password", "totp", "code"]
CloseReason = Literal["logout", "revoked", "expired", "password_changed", "disabled", "replaced"]
Lang = Literal["fr", "en"]


class RoleGrant(msgspec.Struct, frozen=True):
    """A role held over communes (INSEE codes) × trades × kinds of equipment; `*` alone means all of an axis."""

    role: str
    communes: tuple[str, ...] = (ANY,)
    trades: tuple[str, ...] = (ANY,)
    kinds: tuple[str, ...] = (ANY,)

    @property
    def grant(self) -> Grant:
        """Return the scopes of this grant as the predicate that filters rows."""
        return Grant(frozenset(self.communes), frozenset(self.trades), frozenset(self.kinds))


class Role(msgspec.Struct, frozen=True):
    """A named set of rights made by the city, beside the built-in ones."""

    name: str
    rights: tuple[str, ...]
    label: dict[str, str] = {}


class Account(msgspec.Struct, frozen=True):
    """A person's account. `credential`, `totp` and `code` (*code de prise de poste*) name secrets kept apart, never in
    memory nor in the journal."""

    id: UUID
    login: str
    name: str
    lang: Lang = "fr"
    state: AccountState = "active"
    grants: tuple[RoleGrant, ...] = ()
    credential: UUID | None = None
    must_change: bool = True
    totp: UUID | None = None
    created_at: Micros = 0
    closed_at: Micros | None = None
    code: UUID | None = None


class MachineKey(msgspec.Struct, frozen=True):
    """A key for a machine: only the SHA-256 of its 256 random bits is kept. `ends_at` is wall time, µs UTC."""

    id: UUID
    name: str
    digest: str
    grants: tuple[RoleGrant, ...]
    created_at: Micros
    created_by: UUID | None = None
    ends_at: Micros | None = None
    revoked: bool = False


class Session(msgspec.Struct, frozen=True):
    """A person signed in at a seat until the end of the shift.

    Times are the wall's, µs UTC: a rehearsal city's clock may run fast, a shift does not.
    """

    id: UUID
    account: UUID
    digest: str
    opened_at: Micros
    ends_at: Micros
    address: str = ""
    locked: bool = False
    """A locked seat looks and listens: no right but the view, no name, until a code or a key opens it."""


class SecurityKey(msgspec.Struct, frozen=True):
    """A security key (WebAuthn) of a person: its public half is kept apart, with its counter."""

    id: str
    """The credential's identifier, base64url as browsers write it."""
    account: UUID
    name: str
    created_at: Micros


class AccessState(msgspec.Struct):
    """Everything that a request's caller is made from."""

    accounts: dict[UUID, Account] = {}
    roles: dict[str, Role] = {}
    keys: dict[UUID, MachineKey] = {}
    sessions: dict[UUID, Session] = {}
    security_keys: dict[str, SecurityKey] = {}
    purposes: dict[str, int] = {}
    """Days that each purpose is kept, where the city decided otherwise than `purposes.DEFAULTS`."""
    demo_password: str = ""
    """Public on the sign-in page of a demonstration, empty everywhere else."""
    logins: dict[str, UUID] = {}
    session_digests: dict[str, UUID] = {}
    key_digests: dict[str, UUID] = {}
