"""Routes of the journal: the list, one line, its verification, a signed export."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import Parameter
from litestar.response import Stream

from beffroi.journal import actions as ask
from beffroi.journal.checking import Checking, Verification
from beffroi.journal.exporting import export_for
from beffroi.journal.query import FOREVER, Filters, JournalLine, JournalPage, find, is_city, search, shown
from beffroi.journal.render import Catalogue
from beffroi.model.time import Micros, to_iso
from beffroi.trade.doors import Caller, View, acting_for
from beffroi.trade.rejected import Rejected

Type = Annotated[str, Parameter(max_length=80)]
Words = Annotated[str, Parameter(max_length=200)]
Time = Annotated[Micros, Parameter(ge=-FOREVER, le=FOREVER)]
Position = Annotated[int, Parameter(ge=0, le=FOREVER)]
Limit = Annotated[int, Parameter(ge=1, le=1000)]
BLOCK = 1 << 18


class Kept(msgspec.Struct, frozen=True):
    """What the server gives the journal besides its view: the data folder and the sentences, each asked when needed."""

    folder: Callable[[], Path | None]
    catalogue: Callable[[], Catalogue]


def routes(view: View[Any], kept: Kept) -> Sequence[Any]:
    """Return the handlers of the journal."""
    checking = Checking(view.reader, kept.folder, view.clock.now)
    return [*_readings(view), *_verification(checking), _export(view, kept)]


def _readings(view: View[Any]) -> list[Any]:
    @get("/", summary="List lines of the journal, newest first")
    async def list_lines(
        caller: Caller,
        type_: Annotated[str, Parameter(query="type", max_length=80)] = "",
        asset: UUID | None = None,
        actor: UUID | None = None,
        cause: int | None = None,
        since: Time = -FOREVER,
        until: Time = FOREVER,
        q: Words = "",
        before: Position = FOREVER,
        limit: Limit = 200,
    ) -> JournalPage:
        _needs(caller, "journal")
        return await search(view.reader, caller, Filters(type_, asset, actor, cause, since, until, q), before, limit)

    @get("/{position:int}", summary="Read one line whole; reading personal data is itself journalled")
    async def get_line(position: int, caller: Caller) -> JournalLine:
        _needs(caller, "journal")
        line = await find(view.reader, caller, position)
        if line is None:
            raise Rejected("journal.not_found", position=position)
        (masked,) = await shown(view.reader, [line], personal=False)
        if not masked.hidden:
            return masked
        note = ask.NoteReading(position=position, fields=tuple(sorted(masked.hidden)))
        await view.executor.execute(note, acting_for(caller))
        return (await shown(view.reader, [line], personal=True))[0]

    return [list_lines, get_line]


def _verification(checking: Checking) -> list[Any]:
    @get("/verification", summary="Report of the last verification, or of the one that runs")
    async def get_verification(caller: Caller) -> Verification:
        _needs_city(caller)
        return checking.last

    @post("/verification", summary="Verify the whole journal", status_code=202)
    async def start_verification(caller: Caller) -> Verification:
        _needs_city(caller)
        return checking.start()

    return [get_verification, start_verification]


def _export(view: View[Any], kept: Kept) -> Any:
    @get("/export", summary="Signed export: zip of JSON lines, CSV, manifest, signature", media_type="application/zip")
    async def export(
        caller: Caller,
        type_: Annotated[str, Parameter(query="type", max_length=80)] = "",
        asset: UUID | None = None,
        actor: UUID | None = None,
        cause: int | None = None,
        since: Time = -FOREVER,
        until: Time = FOREVER,
        q: Words = "",
        personal: bool = False,
    ) -> Stream:
        _needs(caller, "journal")
        _needs(caller, "export")
        filters = Filters(type_, asset, actor, cause, since, until, q)
        return await _download(view, kept, caller, filters, personal=personal)

    return export


async def _download(view: View[Any], kept: Kept, caller: Caller, filters: Filters, *, personal: bool) -> Stream:
    """Return the export as it will be sent; that it left is a line of the journal."""
    folder = kept.folder()
    if folder is None:
        raise Rejected("journal.no_key")
    made = tempfile.TemporaryDirectory(prefix="bf-export-", ignore_cleanup_errors=True)
    target = Path(made.name) / "export.zip"
    try:
        manifest = await export_for(
            view.reader, caller, filters, target, folder, kept.catalogue(), view.clock.now(), personal=personal
        )
        first, last = manifest.first, manifest.last
        note = ask.NoteExport(
            first=first, last=last, lines=manifest.lines, filters=filters.named(), with_bodies=personal
        )
        await view.executor.execute(note, acting_for(caller))
    except BaseException:
        made.cleanup()
        raise
    headers = {
        "Content-Disposition": f'attachment; filename="journal-{to_iso(manifest.made_at)[:10]}-{first}-{last}.zip"',
        "Content-Length": str(target.stat().st_size),
    }
    return Stream(_blocks(target, made), media_type="application/zip", headers=headers)


async def _blocks(path: Path, made: tempfile.TemporaryDirectory[str]) -> AsyncIterator[bytes]:
    with made, path.open("rb") as file:
        while block := await asyncio.to_thread(file.read, BLOCK):
            yield block


def _needs(caller: Caller, right: str) -> None:
    if not (caller.trusted or caller.rights.names(right)):
        raise Rejected("forbidden", right=right)


def _needs_city(caller: Caller) -> None:
    if not is_city(caller):
        raise Rejected("forbidden", right="journal")
