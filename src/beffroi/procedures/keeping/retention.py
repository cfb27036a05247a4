"""Erases the texts whose purpose has reached the end of its time, every hour of the city; each erasure is a line."""

import asyncio

import psycopg
import structlog

from beffroi.access.purposes import find_purpose
from beffroi.journal.actions import Erase
from beffroi.model.actor import Actor
from beffroi.model.time import DAY
from beffroi.trade.doors import trusted
from beffroi.trade.rejected import Rejected
from beffroi.trade.service import CoreDoor

EVERY_S = 3600.0
RETENTION = Actor("system", name="retention")
log = structlog.get_logger("retention")
_LIVING = "SELECT purpose, min(recorded_at) FROM journal_body WHERE erased_at IS NULL GROUP BY purpose"


async def run(core: CoreDoor) -> None:
    """Erase what is due until the core ends."""
    while True:
        try:
            await erase_due(core)
        except (psycopg.OperationalError, Rejected) as error:
            log.warning("retention: tried again in an hour", reason=str(error).strip())
        await asyncio.sleep(EVERY_S)


async def erase_due(core: CoreDoor) -> None:
    """Erase, purpose by purpose, the texts recorded before their limit; says nothing where nothing is due."""
    for purpose, oldest in await core.reader.fetch(_LIVING):
        before = core.clock.now() - find_purpose(core.state("access"), purpose).keep_days * DAY
        if oldest < before:
            await core.executor.execute(Erase(purpose=purpose, before=before), trusted(RETENTION))


SERVICE = run
