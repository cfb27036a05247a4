"""Signs the head of the journal every minute and keeps one an hour outside the database; tells when the chain broke."""

import asyncio
import contextlib

import psycopg
import structlog

from beffroi.journal.actions import NoteBroken
from beffroi.journal.query import Filters, checked_after
from beffroi.journal.room import TRADE
from beffroi.journal.signing import keep_head, load_key
from beffroi.journal.verify import Problem
from beffroi.journal.watch import Watch
from beffroi.model.actor import SYSTEM
from beffroi.trade.doors import trusted
from beffroi.trade.rejected import Rejected
from beffroi.trade.service import CoreDoor

EVERY_S = 60.0
LAST_S = 1.0
_HEAD = "SELECT coalesce(max(position), 0) FROM journal_line"

log = structlog.get_logger("journal")


async def run(core: CoreDoor) -> None:
    """Follow and sign until the core ends."""
    key = await asyncio.to_thread(load_key, core.data / "keys")
    TRADE.folder = core.data
    watch = await asyncio.to_thread(Watch, key, core.data)
    try:
        await _follow_for_ever(core, watch)
    finally:
        # what was written since the last minute is signed before we end
        with contextlib.suppress(psycopg.OperationalError, Rejected, TimeoutError):
            await asyncio.wait_for(follow(core, watch), LAST_S)


async def _follow_for_ever(core: CoreDoor, watch: Watch) -> None:
    while True:
        try:
            await follow(core, watch)
        except (psycopg.OperationalError, Rejected) as error:
            log.warning("head not signed: tried again in a minute", reason=str(error).strip())
        await asyncio.sleep(EVERY_S)


async def follow(core: CoreDoor, watch: Watch) -> None:
    """Verify what came since the last time, tell what is wrong, sign the head."""
    rows = await core.reader.fetch(_HEAD)
    behind = watch.behind(rows[0][0])
    if behind:
        await _tell(core, behind)
    while lines := await checked_after(core.reader, trusted(SYSTEM), Filters(), watch.head.position, rows[0][0]):
        for first in range(0, len(lines), 100):
            problems = watch.follow(lines[first : first + 100])
            if problems:
                await _tell(core, problems[0])
            await asyncio.sleep(0)
    signed = await asyncio.to_thread(watch.sign, core.clock.now())
    if signed:
        await core.work(lambda connection: keep_head(connection, signed))


async def _tell(core: CoreDoor, problem: Problem) -> None:
    log.critical("the journal's chain is broken", code=problem.code, position=problem.position)
    await core.executor.execute(NoteBroken(code=problem.code, at_position=problem.position), trusted(SYSTEM))


SERVICE = run
