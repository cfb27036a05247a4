"""Turns the intake's crossings into alarms, each exactly once: its row leaves the outbox with the alarm's own commit.

Crossings are judged in the order of the outbox. The actions of one reading of it are queued together, so that the
committer never waits for us; its queue keeps their order.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import structlog

from beffroi.alarms.actions import Judge
from beffroi.model.actor import Actor
from beffroi.model.reading import Crossing
from beffroi.trade.doors import trusted
from beffroi.trade.rejected import Rejected
from beffroi.trade.service import CoreDoor

log = structlog.get_logger(__name__)

SUBJECT = "bf.crossing"
LOOK_EVERY_S = 1.0
READ_AT_ONCE = 3_000
JUDGED_AT_ONCE = 300
"""Some 10 ms of the core's loop."""

_READ = "SELECT id, asset, alarm_class, edge, at, value, late FROM crossing ORDER BY id LIMIT %s"
_CONSUME = "DELETE FROM crossing WHERE id = ANY(%s)"
_ME = trusted(Actor(kind="system", name="alarm_pump"))


async def run(core: CoreDoor) -> None:
    """Pump until the process ends."""
    news = asyncio.Event()
    await core.bus.subscribe(SUBJECT, lambda _subject, _payload: news.set())
    while True:
        news.clear()
        try:
            while await pump(core) == READ_AT_ONCE:
                continue
        except (Rejected, psycopg.OperationalError) as error:
            log.warning("crossings wait in the outbox", error=str(error))
            await asyncio.sleep(LOOK_EVERY_S)
            continue
        try:
            await asyncio.wait_for(news.wait(), LOOK_EVERY_S)
        except TimeoutError:
            continue


async def pump(core: CoreDoor) -> int:
    """Judge what the outbox holds, oldest first; return how many crossings were read."""
    rows = await core.reader.fetch(_READ, (READ_AT_ONCE,))
    chunks = [rows[first : first + JUDGED_AT_ONCE] for first in range(0, len(rows), JUDGED_AT_ONCE)]
    results = await asyncio.gather(*(_judge(core, chunk) for chunk in chunks), return_exceptions=True)
    for chunk, result in zip(chunks, results, strict=True):
        if isinstance(result, Rejected | psycopg.OperationalError | asyncio.CancelledError):
            raise result
        if isinstance(result, BaseException):
            log.error("a batch of crossings cannot be judged, trying them one by one", error=repr(result))
            await _judge_one_by_one(core, chunk)
    return len(rows)


async def _judge(core: CoreDoor, rows: Sequence[tuple[Any, ...]]) -> None:
    crossings = [Crossing(*row) for row in rows]
    await core.executor.execute(Judge(crossings=crossings), _ME, also=consume([row[0] for row in rows]))


async def _judge_one_by_one(core: CoreDoor, rows: Sequence[tuple[Any, ...]]) -> None:
    """One crossing that nobody can judge must not hold the others for ever: it is logged and let go."""
    for row in rows:
        try:
            await _judge(core, [row])
        except (Rejected, psycopg.OperationalError):
            raise
        except Exception as error:
            log.error("crossing dropped", crossing=[str(field) for field in row], error=repr(error))
            await core.executor.execute(Judge(crossings=[]), _ME, also=consume([row[0]]))


def consume(ids: Sequence[int]) -> Callable[[psycopg.Cursor[Any]], None]:
    """Return the work that takes these rows out of the outbox, in the transaction of their alarms."""

    def take(cursor: psycopg.Cursor[Any]) -> None:
        cursor.execute(_CONSUME, (list(ids),))

    return take


SERVICE = run
