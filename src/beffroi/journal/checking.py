"""Verifying the journal from inside the running core: a little at a time, on the reading pool, one run at once."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from beffroi.journal.codec import JournalError
from beffroi.journal.query import Filters, checked_after
from beffroi.journal.signing import PublicKey, SignedHead, read_public_keys, signed_heads
from beffroi.journal.types import GENESIS
from beffroi.journal.verify import Report, Verifier
from beffroi.model.actor import SYSTEM
from beffroi.model.time import Micros
from beffroi.trade.doors import Reader, trusted

SLICE = 100
"""Lines verified between two turns of the loop: about 2 ms."""

EVERYBODY = trusted(SYSTEM)


class Verification(msgspec.Struct):
    """The last verification, or the one that runs."""

    state: Literal["never", "running", "done", "failed"] = "never"
    started_at: Micros | None = None
    ended_at: Micros | None = None
    done: int = 0
    total: int = 0
    sound: bool | None = None
    report: Report | None = None
    detail: str = ""


class Checking:
    """Runs one verification at a time and keeps the last; `folder` is the data folder, where keys and heads are."""

    def __init__(self, reader: Reader, folder: Callable[[], Path | None], now: Callable[[], Micros]) -> None:
        self._reader = reader
        self._folder = folder
        self._now = now
        self._task: asyncio.Task[None] | None = None
        self.last = Verification()

    def start(self) -> Verification:
        """Begin unless one runs already; return it."""
        if self._task is None or self._task.done():
            self.last = Verification(state="running", started_at=self._now())
            self._task = asyncio.create_task(self._run(self.last))
        return self.last

    async def _run(self, run: Verification) -> None:
        try:
            run.report = await self._verify(run)
            run.sound = run.report.sound
            run.state = "done"
        except (JournalError, OSError) as error:
            run.state, run.detail = "failed", str(error)
        finally:
            if run.state == "running":
                run.state = "failed"
            run.ended_at = self._now()

    async def _verify(self, run: Verification) -> Report:
        rows = await self._reader.fetch(
            "SELECT position, hash, signed_at, key_id, signature FROM journal_head ORDER BY position, signed_at"
        )
        # a head a minute is half a million signatures a year to check: in a thread, the core goes on meanwhile
        verifier = await asyncio.to_thread(_verifier, self._folder(), rows)
        top = await self._reader.fetch("SELECT coalesce(max(position), 0) FROM journal_line")
        run.total = top[0][0]
        position = 0
        while position < run.total:
            lines = await checked_after(self._reader, EVERYBODY, Filters(), position, run.total)
            if not lines:
                break
            for first in range(0, len(lines), SLICE):
                for line in lines[first : first + SLICE]:
                    verifier.line(line)
                run.done = verifier.report.lines
                await asyncio.sleep(0)
            position = lines[-1].position
        return verifier.finish()


def _verifier(folder: Path | None, rows: Sequence[tuple[Any, ...]]) -> Verifier:
    """Return the verifier of the whole chain, its heads checked: those of the rows and those kept outside."""
    keys: list[PublicKey] = []
    heads: list[SignedHead] = []
    if folder is not None:
        heads += signed_heads(folder)
        keys += read_public_keys(folder / "keys")
    heads += [SignedHead(row[0], bytes(row[1]).hex(), row[2], row[3], bytes(row[4]).hex()) for row in rows]
    return Verifier(start=GENESIS, heads=heads, keys=keys)
