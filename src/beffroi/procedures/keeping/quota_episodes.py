"""One line of the journal for each episode of a source over its quota, whatever its length."""

import asyncio

import psycopg
import structlog

from beffroi.model.actor import Actor
from beffroi.telemetry.actions import NoteQuotaEpisode
from beffroi.trade.doors import trusted
from beffroi.trade.rejected import Rejected
from beffroi.trade.service import CoreDoor

LOOK_EVERY_S = 2.0
_READ = "SELECT id, source, started_at FROM quota_episode WHERE NOT journalled ORDER BY id LIMIT 100"
_MARK = "UPDATE quota_episode SET journalled = true WHERE id = %s"
_ME = trusted(Actor(kind="system", name="quota_episodes"))

log = structlog.get_logger(__name__)


async def run(core: CoreDoor) -> None:
    """Journal episodes until the process ends."""
    while True:
        try:
            for number, source, started_at in await core.reader.fetch(_READ):
                await _journal(core, number, source, started_at)
        except (Rejected, psycopg.OperationalError) as error:
            log.warning("episodes wait", error=str(error).strip())
        await asyncio.sleep(LOOK_EVERY_S)


async def _journal(core: CoreDoor, number: int, source: str, started_at: int) -> None:
    def mark(cursor: psycopg.Cursor[object]) -> None:
        cursor.execute(_MARK, [number])

    action = NoteQuotaEpisode(name=source, started_at=started_at)
    await core.executor.execute(action, _ME, happened_at=started_at, also=mark)


SERVICE = run
