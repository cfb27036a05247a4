"""Making an export from inside the running core: read by batches, written in a thread."""

import asyncio
from pathlib import Path

from beffroi.journal.export import ExportWriter, Manifest, Wanted
from beffroi.journal.query import Filters, checked_after, exports_everything
from beffroi.journal.render import Catalogue
from beffroi.journal.signing import load_key, signed_heads
from beffroi.journal.types import GENESIS, Head
from beffroi.model.time import Micros
from beffroi.trade.doors import Caller, Reader


async def export_for(
    reader: Reader,
    caller: Caller,
    filters: Filters,
    target: Path,
    folder: Path,
    catalogue: Catalogue,
    now: Micros,
    *,
    personal: bool,
) -> Manifest:
    """Write the lines that a caller may export and that pass the filters; return the manifest signed.

    The chain can be followed in it when nothing but time cuts it and the caller may export the whole city.
    """
    whole = exports_everything(caller) and filters == Filters(since=filters.since, until=filters.until)
    first, last = await _range(reader, filters)
    start = await _start(reader, first) if whole else None
    key = await asyncio.to_thread(load_key, folder / "keys")
    wanted = Wanted(now, str(caller.actor.id or caller.actor.kind), start, filters.named(), with_personal=personal)
    asked = Filters() if whole else filters
    with ExportWriter(target, wanted, key, catalogue) as writer:
        position = first - 1
        while lines := await checked_after(reader, caller, asked, position, last):
            await asyncio.to_thread(writer.add, lines)
            position = lines[-1].position
        return await asyncio.to_thread(lambda: writer.finish(signed_heads(folder)))


async def _range(reader: Reader, filters: Filters) -> tuple[int, int]:
    rows = await reader.fetch(
        "SELECT coalesce(min(position), 1), coalesce(max(position), 0) FROM journal_line"
        " WHERE recorded_at >= %s AND recorded_at < %s",
        (filters.since, filters.until),
    )
    return rows[0][0], rows[0][1]


async def _start(reader: Reader, first: int) -> Head:
    rows = await reader.fetch("SELECT position, hash FROM journal_line WHERE position = %s", (first - 1,))
    return Head(rows[0][0], bytes(rows[0][1])) if rows else GENESIS
