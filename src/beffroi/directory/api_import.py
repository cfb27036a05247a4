"""Directory files by HTTP: what one would change, bringing it in, taking it back."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, post

from beffroi.directory import actions as ask
from beffroi.directory import former
from beffroi.directory.files import bad_lines, read_csv, read_toml
from beffroi.directory.importing import UNDO, Preview, planned, preview, refusal, take_back
from beffroi.directory.types import DirectoryState
from beffroi.model.ids import ClockIds
from beffroi.model.scope import CITY
from beffroi.model.time import Micros
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import Caller, View
from beffroi.trade.line import Line
from beffroi.trade.rejected import Rejected

FILE_BYTES = 8_000_000
AT_ONCE = 100
"""Corrections asked of the core together when an import is taken back."""
Form = Literal["toml", "csv"]
AnyRequest = Request[Any, Any, Any]


class Imported(msgspec.Struct):
    """What an import changed, of how many contacts it names; `undo` takes it back until `until`."""

    contacts: int
    rosters: int
    duties: int
    read: int
    undo: UUID | None = None
    until: Micros | None = None


class Undone(msgspec.Struct):
    """How many things are as before; the others were changed since, or no longer can be."""

    restored: int
    left: int


class Imports:
    """Directory files: read and weighed in a thread, so that a large one stops nobody."""

    def __init__(self, view: View[DirectoryState], zone: str) -> None:
        self._view = view
        self._zone = zone
        self._ids = ClockIds(view.clock.now)

    async def read(self, request: AnyRequest, form: Form) -> tuple[str, list[ask.Import]]:
        """Return a file and what it asks; raises Rejected with the first line that cannot be read."""
        try:
            text = (await request.body()).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Rejected("directory.file_unreadable", line=0, detail=str(error)) from error
        return text, await asyncio.to_thread(self._asked, text, form)

    def _asked(self, text: str, form: Form) -> list[ask.Import]:
        return list(
            read_csv(text, self._zone) if form == "csv" else read_toml(text, self._view.clock.now(), self._zone)
        )

    def context(self, caller: Caller) -> Context:
        """Return what a decision leans on: nothing is kept of it."""
        now = self._view.clock.now()
        return Context(now, now, caller.actor, caller.rights, self._ids, self._view.city)

    async def preview(self, request: AnyRequest, form: Form, caller: Caller) -> Preview:
        """Return what a file would change, every refused line with its reason."""
        try:
            text, asked = await self.read(request, form)
        except Rejected as error:
            text = (await request.body()).decode("utf-8-sig", "replace")
            wrong = await asyncio.to_thread(bad_lines, text, form, self._zone) or [error]
            return preview(self._view.state, [], [refusal(one) for one in wrong], 0)
        events, refused = await asyncio.to_thread(planned, self._view.state, asked, self.context(caller))
        read = sum(len(one.contacts) + len(one.rosters) + len(one.duties) for one in asked)
        return preview(self._view.state, events, refused, read - len(refused))

    async def bring_in(self, request: AnyRequest, form: Form, caller: Caller) -> Imported:
        """Bring a file in whole and keep how to take it back."""
        # read whole before anything is kept: a bad line refuses the file
        _, asked = await self.read(request, form)
        _, refused = await asyncio.to_thread(planned, self._view.state, asked, self.context(caller))
        if refused:
            raise Rejected(refused[0].code, **refused[0].params)
        lines: list[Line] = []
        for action in asked:
            lines += (await self._view.executor.execute(action, caller)).lines
        counts = Counter(line.event.event_type() for line in lines)
        made = Imported(
            counts["directory.contact_set"],
            counts["directory.roster_set"],
            counts["directory.duty_set"],
            sum(len(action.contacts) for action in asked),
        )
        if lines:
            made.undo = former.name_of(lines[0].position, lines[-1].position)
            made.until = lines[0].recorded_at + UNDO
        return made

    async def take_back(self, name: UUID, caller: Caller) -> Undone:
        """Restore what stood before an import, but for what was changed since."""
        span = former.positions_of(name)
        rows = await former.lines_until(self._view.reader, span[1]) if span else []
        known = await asyncio.to_thread(former.undo_of, rows, *span) if span else None
        if known is None or known.until < self._view.clock.now():
            raise Rejected("directory.too_late_to_undo")
        restored = 0
        asked = list(take_back(self._view.state, known))
        for first in range(0, len(asked), AT_ONCE):
            restored += await self._restore(asked[first : first + AT_ONCE], caller)
        return Undone(restored, len(known.made) - restored)

    async def _restore(self, asked: Sequence[Action], caller: Caller) -> int:
        """Ask some corrections in order; return how many were kept."""
        every = (self._view.executor.execute(action, caller) for action in asked)
        answers = await asyncio.gather(*every, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and (not isinstance(answer, Rejected) or answer.code == "forbidden"):
                raise answer
        return sum(not isinstance(answer, BaseException) for answer in answers)


def _only_clerks(caller: Caller) -> None:
    """Refuse who may not write the whole directory: a preview tells who is in it elsewhere."""
    if not caller.may("directory", CITY):
        raise Rejected("forbidden", right="directory")


def routes(view: View[DirectoryState], zone: str) -> Sequence[Any]:
    """Return the handlers of directory files; `zone` is where days of files begin."""
    imports = Imports(view, zone)

    @post("/import", summary="Bring a directory file in: TOML, or CSV of contacts", request_max_body_size=FILE_BYTES)
    async def import_(caller: Caller, request: AnyRequest, form: Form = "toml") -> Imported:
        return await imports.bring_in(request, form, caller)

    @post(
        "/import/preview",
        summary="Say what a directory file would add, change and refuse; keeps nothing",
        request_max_body_size=FILE_BYTES,
        status_code=200,
    )
    async def preview_(caller: Caller, request: AnyRequest, form: Form = "toml") -> Preview:
        _only_clerks(caller)
        return await imports.preview(request, form, caller)

    @post("/import/{taken:uuid}/undo", summary="Take an import back, within the day", status_code=200)
    async def undo(caller: Caller, taken: UUID) -> Undone:
        _only_clerks(caller)
        return await imports.take_back(taken, caller)

    return [import_, preview_, undo]
