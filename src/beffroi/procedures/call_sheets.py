"""Answer sheets: what an agent answers to what is no street fault, as data; a city's own lie in `<data>/sheets`."""

import tomllib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import structlog
from litestar import get

from beffroi.model.kinds import Text
from beffroi.requests.glossary import fold
from beffroi.trade.doors import AT_ROOT, Caller
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
        texts += [(str(path), path.read_text("utf-8")) for path in sorted(own.glob("*.toml"))]
    found: dict[str, Sheet] = {}
    for name, text in texts:
        try:
            found |= {sheet.name: sheet for sheet in msgspec.convert(tomllib.loads(text), SheetFile).sheet}
        except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            log.warning("sheets left out", file=name, problem=str(error))
    return list(found.values())


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

    @get("/sheets", summary="List the answer sheets, those that some words name first", opt=AT_ROOT)
    async def list_sheets(caller: Caller, q: str = "") -> list[Sheet]:
        # read each time: a sheet corrected in its folder is in force at the next call
        return find_sheets(read_sheets(core.data / "sheets"), q)

    return [list_sheets]


PAGES = pages
