"""Who may connect to the embedded broker: our own processes by password, every device by the callout of the intake.

The supervisor writes `authorization` into the broker's configuration; the processes read their passwords from the same
file of the data folder. No trade is imported here.
"""

import json
import os
import secrets
from pathlib import Path
from typing import Literal

import msgspec

from beffroi.server.nkeys import ACCOUNT, public_key
from beffroi.server.settings import Settings

FILE_NAME = "broker.json"
ACCOUNT_NAME = "BEFFROI"
KICK = "$SYS.REQ.SERVER.*.KICK"
"""The broker's own command that ends a connection, by server: the only one of its account that ours may ask."""

REHEARSAL_MAY_PUBLISH = ("bf.clock", "bf.rehearsal.>", "_INBOX.>")
REHEARSAL_MAY_SUBSCRIBE = ("bf.rehearsal.>", "_INBOX.>")

Process = Literal["core", "intake", "rehearsal"]


class BrokerKeys(msgspec.Struct, frozen=True, kw_only=True):
    """Secrets of the broker: passwords of our processes, the seed that signs permissions, the intake's client ids.

    A session belongs to whoever presents its client id, hence 128 random bits. `onboarding` is the password that a new
    device is given until it is adopted.
    """

    passwords: dict[Process, str]
    issuer_seed: str
    client_ids: dict[str, str]
    onboarding: str


def broker_keys(settings: Settings) -> BrokerKeys:
    """Return the broker's secrets, made at the first call and kept in `keys/broker.json`, mode 0600."""
    path = settings.keys / FILE_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=BrokerKeys)
    except FileNotFoundError:
        pass
    settings.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = BrokerKeys(
        passwords={
            "core": secrets.token_urlsafe(24),
            "intake": secrets.token_urlsafe(24),
            "rehearsal": secrets.token_urlsafe(24),
        },
        issuer_seed=secrets.token_hex(32),
        client_ids={"arrays": f"bf-{secrets.token_hex(16)}", "singles": f"bf-{secrets.token_hex(16)}"},
        onboarding=secrets.token_urlsafe(16),
    )
    return (
        made
        if _write_once(path, msgspec.json.encode(made))
        else msgspec.json.decode(path.read_bytes(), type=BrokerKeys)
    )


def _write_once(path: Path, content: bytes) -> bool:
    """Write a private file whole; False when another process was first."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    try:
        os.link(partial, path)
    except FileExistsError:
        return False
    finally:
        partial.unlink()
    return True


def bus_options(settings: Settings, process: Process) -> dict[str, str]:
    """Return the arguments with which `nats.connect` opens the bus; an outside bus has them in its address."""
    if settings.nats:
        return {}
    return {"user": process, "password": broker_keys(settings).passwords[process]}


def authorization(settings: Settings) -> str:
    """Return the block of the broker's configuration that says who may connect."""
    keys = broker_keys(settings)
    users = "\n".join(_user(name, password) for name, password in sorted(keys.passwords.items()))
    names = ", ".join(sorted(keys.passwords))
    issuer = public_key(ACCOUNT, bytes.fromhex(keys.issuer_seed))
    return f"""\
accounts {{
  {ACCOUNT_NAME} {{
    jetstream: enabled
    users: [
{users}
    ]
    imports: [ {{ service: {{ account: SYS, subject: "{KICK}" }} }} ]
  }}
  SYS {{
    exports: [ {{ service: "{KICK}", accounts: [ {ACCOUNT_NAME} ] }} ]
  }}
}}
system_account: SYS
authorization {{
  timeout: 5
  auth_callout {{
    issuer: {issuer}
    account: {ACCOUNT_NAME}
    auth_users: [ {names} ]
  }}
}}
"""


def _user(name: str, password: str) -> str:
    user = f"user: {json.dumps(name)}, password: {json.dumps(password)}"
    if name != "rehearsal":
        return f"      {{ {user} }}"
    publish, subscribe = json.dumps(REHEARSAL_MAY_PUBLISH), json.dumps(REHEARSAL_MAY_SUBSCRIBE)
    return f"      {{ {user}, permissions: {{ publish: {publish}, subscribe: {subscribe} }} }}"
