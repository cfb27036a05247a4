"""Answer sheets: what an agent answers to what is no street fault, as data; a city's own lie in `<data>/sheets`."""

import asyncio
import tomllib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import msgspec
import structlog
from litestar import get
from litestar.params import Parameter

from beffroi.model.kinds import Text
from beffroi.requests.glossary import fold
from beffroi.trade.doors import AT_ROOT, Caller
from beffroi.trade.files import FileError, read_text
from beffroi.trade.service import CoreDoor

log = structlog.get_logger("calls")


class Transfer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To whom the call is passed on, and by which number."""

    label: Text
    number: str = ""


class Sheet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer: its title, words that find it, the sentence to read, and whom to pass the caller to."""

    name: str
    title: Text
    answer: Text
    words: tuple[str, ...] = ()
    transfer: Transfer | None = None
    review: str = ""
    """Date (ISO) by which somebody must read it again; empty: none."""


class SheetFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of sheets."""

    sheet: tuple[Sheet, ...] = ()


def read_sheets(own: Path | None = None) -> list[Sheet]:
    """Return the sheets that ship, with a city's own over them; a file that cannot be read is told and left out."""
    ours = files("beffroi.requests") / "sheets"
    texts = [(entry.name, entry.read_text("utf-8")) for entry in sorted(ours.iterdir(), key=lambda one: one.name)]
    if own is not None and own.is_dir():
        texts += list(_own_texts(own))
    found: dict[str, Sheet] = {}
    for name, text in texts:
        try:
            found |= {sheet.name: sheet for sheet in msgspec.convert(tomllib.loads(text), SheetFile).sheet}
        except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            log.error("sheets left out", file=name, problem=str(error))
    return list(found.values())


def _own_texts(own: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(own.glob("*.toml")):
        try:
            yield str(path), read_text(path)
        except FileError as error:
            log.error("sheets left out", file=error.file, line=error.line, problem=error.problem)


class SheetShelf:
    """The sheets in force: read again, in a thread, when a file of the city's folder came, left or changed."""

    def __init__(self, own: Path) -> None:
        self._own = own
        self._seen: tuple[tuple[str, int, int], ...] | None = None
        self._sheets: list[Sheet] = []

    async def current(self) -> list[Sheet]:
        """Return the sheets as their files now are."""
        return await asyncio.to_thread(self._read)

    def _read(self) -> list[Sheet]:
        seen = tuple(_marks(self._own))
        if seen != self._seen:
            self._sheets, self._seen = read_sheets(self._own), seen
        return self._sheets


def _marks(own: Path) -> Iterator[tuple[str, int, int]]:
    """Give what tells that a file changed: its name, its time and its size."""
    for path in sorted(own.glob("*.toml")) if own.is_dir() else []:
        try:
            found = path.stat()
        except OSError:
            continue  # gone between the list and the look
        yield path.name, found.st_mtime_ns, found.st_size


def find_sheets(sheets: Sequence[Sheet], q: str) -> list[Sheet]:
    """Return the sheets that some words name, the best first; all of them without words."""
    words = [word for word in fold(q).split() if len(word) > 2]
    if not words:
        return list(sheets)

    def score(sheet: Sheet) -> int:
        text = fold(" ".join((*sheet.title.values(), *sheet.words)))
        return sum(word in text for word in words)

    return sorted((sheet for sheet in sheets if score(sheet)), key=lambda sheet: -score(sheet))


def pages(core: CoreDoor) -> Sequence[Any]:
    """Return the handler of the answer sheets."""
    shelf = SheetShelf(core.data / "sheets")

    @get("/sheets", summary="List the answer sheets, those that some words name first", opt=AT_ROOT)
    async def list_sheets(caller: Caller, q: Annotated[str, Parameter(max_length=2000)] = "") -> list[Sheet]:
        # a sheet corrected in its folder is in force at the next call
        return find_sheets(await shelf.current(), q)

    return [list_sheets]


PAGES = pages
