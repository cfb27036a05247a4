"""Rows of access."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from beffroi.access import events as told
from beffroi.access.changes import keep_account, keep_key, keep_session
from beffroi.access.types import AccessState, Account, CredentialKind, MachineKey, Role, RoleGrant, SecurityKey, Session
from beffroi.trade.event import Event
from beffroi.trade.line import Line

_ACCOUNT = "id, login, name, lang, state, grants, credential, must_change, totp, created_at, closed_at, code"
_KEY = "id, name, digest, grants, created_at, created_by, ends_at, revoked"
_SESSION = "id, account, digest, opened_at, ends_at, address, locked"
_SECURITY_KEY = "id, account, name, created_at"

_STATEMENTS: dict[type[Event], str] = {
    told.AccountCreated: f"""INSERT INTO access_account ({_ACCOUNT}) VALUES (%(account)s, %(login)s, %(name)s, %(lang)s,
        'active', %(grants)s, %(credential)s, %(must_change)s, NULL, %(recorded_at)s, NULL, NULL)""",
    told.AccountCorrected: "UPDATE access_account SET name = %(name)s, lang = %(lang)s WHERE id = %(account)s",
    told.GrantsSet: "UPDATE access_account SET grants = %(grants)s WHERE id = %(account)s",
    told.AccountDisabled: """UPDATE access_account SET state = 'disabled', closed_at = %(recorded_at)s
        WHERE id = %(account)s""",
    told.AccountEnabled: "UPDATE access_account SET state = 'active', closed_at = NULL WHERE id = %(account)s",
    told.AccountForgotten: "UPDATE access_account SET login = %(login)s, name = '' WHERE id = %(account)s",
    told.PasswordChanged: """UPDATE access_account SET credential = %(credential)s, must_change = %(must_change)s
        WHERE id = %(account)s""",
    told.TotpEnrolled: "UPDATE access_account SET totp = %(credential)s WHERE id = %(account)s",
    told.TotpDropped: "UPDATE access_account SET totp = NULL WHERE id = %(account)s",
    told.CodeSet: "UPDATE access_account SET code = %(credential)s WHERE id = %(account)s",
    told.CodeDropped: "UPDATE access_account SET code = NULL WHERE id = %(account)s",
    told.SecurityKeyAdded: f"""INSERT INTO access_security_key ({_SECURITY_KEY}) VALUES (%(key)s, %(account)s, %(name)s,
        %(recorded_at)s) ON CONFLICT (id) DO NOTHING""",
    told.SecurityKeyRemoved: """WITH gone AS (DELETE FROM access_public_key WHERE id = %(key)s)
        DELETE FROM access_security_key WHERE id = %(key)s""",
    told.SessionLocked: "UPDATE access_session SET locked = true WHERE id = %(session)s",
    told.SessionOpened: f"""INSERT INTO access_session ({_SESSION}) VALUES (%(session)s, %(account)s, %(digest)s,
        %(opened_at)s, %(ends_at)s, %(address)s, false)""",
    told.SessionClosed: "DELETE FROM access_session WHERE id = %(session)s",
    told.KeyCreated: f"""INSERT INTO access_key ({_KEY}) VALUES (%(key)s, %(name)s, %(digest)s, %(grants)s,
        %(recorded_at)s, %(author)s, %(ends_at)s, false)""",
    told.KeyRevoked: "UPDATE access_key SET revoked = true WHERE id = %(key)s",
    told.RoleDefined: """INSERT INTO access_role (name, rights, label) VALUES (%(name)s, %(rights)s, %(label)s)
        ON CONFLICT (name) DO UPDATE SET rights = excluded.rights, label = excluded.label""",
    told.RoleRemoved: "DELETE FROM access_role WHERE name = %(name)s",
    told.PurposeSet: """INSERT INTO access_purpose (name, keep_days) VALUES (%(purpose)s, %(keep_days)s)
        ON CONFLICT (name) DO UPDATE SET keep_days = excluded.keep_days""",
    told.DemoOpened: """INSERT INTO access_demo (password) VALUES (%(password)s)
        ON CONFLICT (single) DO UPDATE SET password = excluded.password""",
}
FIND_USED_STEP = "SELECT step FROM access_totp_used WHERE account = %s"
_REPLACING = (told.PasswordChanged, told.TotpEnrolled, told.TotpDropped, told.CodeSet, told.CodeDropped)


def write(cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
    """Bring a batch of events into the rows, in order: they are rare, one statement each."""
    for line in lines:
        statement = _STATEMENTS.get(type(line.event))
        if statement:
            cursor.execute(statement, _params(line))
        if isinstance(line.event, _REPLACING):
            cursor.execute("DELETE FROM access_credential WHERE id = %s", (line.event.replaces,))


def _params(line: Line) -> dict[str, Any]:
    params: dict[str, Any] = msgspec.structs.asdict(line.event)
    for name in ("grants", "label"):
        if name in params:
            params[name] = Jsonb(msgspec.to_builtins(params[name]))
    if "rights" in params:
        params["rights"] = list(params["rights"])
    return {**params, "recorded_at": line.recorded_at, "author": line.actor.id}


def load(connection: psycopg.Connection[Any]) -> AccessState:
    """Return the state kept by the rows; secrets stay where they are."""
    state = AccessState()
    for row in connection.execute(f"SELECT {_ACCOUNT} FROM access_account ORDER BY id"):
        keep_account(state, _struct(Account, _ACCOUNT, row))
    for row in connection.execute(f"SELECT {_KEY} FROM access_key ORDER BY id"):
        keep_key(state, _struct(MachineKey, _KEY, row))
    for row in connection.execute(f"SELECT {_SESSION} FROM access_session ORDER BY id"):
        keep_session(state, _struct(Session, _SESSION, row))
    for row in connection.execute(f"SELECT {_SECURITY_KEY} FROM access_security_key ORDER BY created_at, id"):
        state.security_keys[row[0]] = SecurityKey(*row)
    for name, rights, label in connection.execute("SELECT name, rights, label FROM access_role ORDER BY name"):
        state.roles[name] = Role(name, tuple(rights), label)
    state.purposes = dict(connection.execute("SELECT name, keep_days FROM access_purpose").fetchall())
    row = connection.execute("SELECT password FROM access_demo").fetchone()
    state.demo_password = row[0] if row else ""
    return state


def _struct(cls: Any, columns: str, row: Sequence[Any]) -> Any:
    values = dict(zip(columns.split(", "), row, strict=True))
    if "grants" in values:
        values["grants"] = msgspec.convert(values["grants"], tuple[RoleGrant, ...])
    return cls(**values)


def put_credential(cursor: psycopg.Cursor[Any], credential: UUID, kind: CredentialKind, secret: str) -> None:
    """Keep a secret in the transaction of the action that names it; harmless when the transaction is run again."""
    cursor.execute(
        "INSERT INTO access_credential (id, kind, secret) VALUES (%s, %s, %s) ON CONFLICT (id) DO NOTHING",
        (credential, kind, secret),
    )


FIND_SECRET = "SELECT secret FROM access_credential WHERE id = %s AND kind = %s"  # noqa: S105 - a query, not a secret


def put_used_step(cursor: psycopg.Cursor[Any], account: UUID, step: int) -> None:
    """Remember the newest step of which a code was used: codes up to it are refused from now on."""
    cursor.execute(
        "INSERT INTO access_totp_used (account, step) VALUES (%s, %s) ON CONFLICT (account)"
        " DO UPDATE SET step = greatest(access_totp_used.step, excluded.step)",
        (account, step),
    )
