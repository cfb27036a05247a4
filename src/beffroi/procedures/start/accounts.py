"""The first administrator, made once with a one-time password; the public accounts of a demonstration."""

import asyncio
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import structlog

from beffroi.access.actions import CreateAccount, OpenDemo, SetCode
from beffroi.access.passwords import Passwords, one_time_password
from beffroi.access.room import TRADE
from beffroi.access.store import put_credential
from beffroi.access.types import CredentialKind, RoleGrant
from beffroi.model.actor import Actor
from beffroi.model.ids import uuid7
from beffroi.trade.doors import Also, trusted
from beffroi.trade.rejected import Rejected
from beffroi.trade.service import CoreDoor

DEMO_CODE = "274913"
"""The *code de prise de poste* of everybody in a demonstration: as public as the password."""

FIRST_PASSWORD = "first-password.txt"  # noqa: S105 - a file name
DEMO_PASSWORD = "beffroi-demo"  # noqa: S105 - public on purpose, in a demonstration only
INSTALLER = Actor("system", name="installation")

EVERY_S = 5.0

Person = tuple[str, str, tuple[str, ...]]
FIRST: Sequence[Person] = (("admin", "Administrateur", ("administrator",)),)
DEMO: Sequence[Person] = (
    ("operateur", "Camille Opératrice", ("operator",)),
    ("chef", "Dominique Chef de salle", ("shift_supervisor",)),
    ("astreinte", "Claude Cadre d'astreinte", ("duty_manager",)),
    ("electricien", "Sacha Électricien", ("electrician",)),
    ("admin", "Alix Administratrice", ("administrator",)),
)

log = structlog.get_logger("access")


async def run(core: CoreDoor) -> None:
    """Make what is missing, then take the one-time password away once it was changed."""
    TRADE.folder = core.data
    while True:
        try:
            if not core.state("access").accounts:
                await (_open_demo(core) if core.demo else _make_first(core))
        except Rejected as refusal:
            log.warning("first accounts: tried again soon", code=refusal.code)
        _forget_first(core)
        await asyncio.sleep(EVERY_S)


async def _open_demo(core: CoreDoor) -> None:
    await _create(core, DEMO, DEMO_PASSWORD, must_change=False)
    await _give_codes(core)
    await core.executor.execute(OpenDemo(password=DEMO_PASSWORD), trusted(INSTALLER))


async def _make_first(core: CoreDoor) -> None:
    password = one_time_password()
    path = core.data / "keys" / FIRST_PASSWORD
    # written first: an account whose password nobody could read would lock the city out
    await asyncio.to_thread(_write, path, f"{FIRST[0][0]} {password}\n")
    await _create(core, FIRST, password, must_change=True)
    log.info("first administrator created: its one-time password is in a file", login=FIRST[0][0], path=str(path))


async def _create(core: CoreDoor, people: Sequence[Person], password: str, *, must_change: bool) -> None:
    hashed = await Passwords().hash(password)
    for login, name, roles in people:
        credential = uuid7(core.clock.now(), secrets.randbits)
        action = CreateAccount(
            login=login,
            name=name,
            credential=credential,
            grants=tuple(RoleGrant(role) for role in roles),
            must_change=must_change,
        )
        await core.executor.execute(
            action,
            trusted(INSTALLER),
            also=_keep(credential, hashed),
        )


async def _give_codes(core: CoreDoor) -> None:
    hashed = await Passwords().hash(DEMO_CODE)
    for account in list(core.state("access").accounts):
        credential = uuid7(core.clock.now(), secrets.randbits)
        action = SetCode(account=account, credential=credential)
        await core.executor.execute(action, trusted(INSTALLER), also=_keep(credential, hashed, "code"))


def _keep(credential: UUID, hashed: str, kind: CredentialKind = "password") -> Also:
    return lambda cursor: put_credential(cursor, credential, kind, hashed)


def _forget_first(core: CoreDoor) -> None:
    path = core.data / "keys" / FIRST_PASSWORD
    accounts = core.state("access").accounts.values()
    if path.exists() and not any(account.login == FIRST[0][0] and account.must_change for account in accounts):
        path.unlink()


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)


SERVICE = run
