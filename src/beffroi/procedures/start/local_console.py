"""The key by which the command line on this machine speaks to the core: who can read it owns the data folder anyway.

An administrator who revokes it ends it for good: the file stays, useless, until somebody removes it.
"""

import asyncio
import os
from pathlib import Path

from beffroi.access.actions import CreateKey
from beffroi.access.session import digest_of, new_token
from beffroi.access.types import RoleGrant
from beffroi.model.actor import Actor
from beffroi.trade.doors import trusted
from beffroi.trade.service import CoreDoor

LOCAL_KEY = "local-console.key"
ME = trusted(Actor("system", name="installation"))
EVERY_S = 60.0


async def make_known(core: CoreDoor) -> None:
    """Make the key of the file known to the core: the first command may come as soon as the core is ready."""
    secret = await asyncio.to_thread(read_or_make, core.data / "keys" / LOCAL_KEY)
    digest = digest_of(secret)
    if digest not in core.state("access").key_digests:
        name = "Console locale (ligne de commande)"
        await core.executor.execute(CreateKey(name=name, digest=digest, grants=(RoleGrant("administrator"),)), ME)


async def run(core: CoreDoor) -> None:
    """Keep the key of the file known to the core."""
    while True:
        await make_known(core)
        await asyncio.sleep(EVERY_S)


def read_or_make(path: Path) -> str:
    """Return the secret of the file, made on first use; only the owner of the data folder can read it."""
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    secret = new_token()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{secret}\n")
    return secret


BEFORE_READY = make_known
SERVICE = run
