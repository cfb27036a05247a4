"""Readings of the main courante: the list, searched and cut by time, author, event and compartment."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import Parameter

from beffroi.logbook.store import COLUMNS, entries_from_rows
from beffroi.logbook.types import COMPARTMENTS, Compartment, Entry, EntrySource, LogbookState
from beffroi.model.time import Micros
from beffroi.trade.doors import Caller, Reader, View
from beffroi.trade.filters import scope_condition
from beffroi.trade.room import Trade

FOREVER = 2**62
MOST = 1_000


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for; times are *heures des faits*, µs UTC. `compartment` "room" is what is nobody's own."""

    q: str = ""
    since: Micros = 0
    until: Micros = FOREVER
    author: UUID | None = None
    incident: UUID | None = None
    asset: UUID | None = None
    source: EntrySource | None = None
    compartment: Compartment | str = ""
    before: int = FOREVER
    """Position of the last line already read: the next page follows it."""


class EntryPage(msgspec.Struct):
    """Lines of the main courante, newest first; `next` is the `after` of the next page."""

    items: list[Entry]
    next: int | None = None


async def search(
    reader: Reader,
    caller: Caller,
    wanted: Wanted,
    catalogue: Any,
    limit: int = MOST,
    *,
    by_position: bool = False,
    rights: tuple[str, ...] = ("view",),
) -> list[Entry]:
    """Return the lines over which a caller holds these rights, newest facts first or newest positions first."""
    condition, params = scope_condition(caller, *rights)
    terms, values = _terms(wanted, catalogue)
    order = "position DESC" if by_position else "happened_at DESC, position DESC"
    where = " AND ".join([condition, *terms])
    rows = await reader.fetch(
        f"SELECT {COLUMNS} FROM logbook_entry WHERE {where} ORDER BY {order} LIMIT %(limit)s",
        {**params, **values, "limit": limit},
    )
    return entries_from_rows(rows)


def _terms(wanted: Wanted, catalogue: Any) -> tuple[list[str], dict[str, Any]]:
    terms = ["happened_at >= %(since)s AND happened_at < %(until)s AND position < %(before)s"]
    values: dict[str, Any] = {name: getattr(wanted, name) for name in ("since", "until", "before")}
    for name in ("author", "incident", "asset", "source"):
        if (value := getattr(wanted, name)) is not None:
            terms.append(f"{name} = %({name})s")
            values[name] = value
    if wanted.compartment in COMPARTMENTS:
        terms.append("trade = %(compartment)s")
        values["compartment"] = wanted.compartment
    elif wanted.compartment:
        terms.append("NOT trade = ANY(%(compartments)s)")
        values["compartments"] = list(COMPARTMENTS)
    if wanted.q:
        terms.append("(text ILIKE %(pattern)s OR params::text ILIKE %(pattern)s OR code = ANY(%(codes)s))")
        values |= {"pattern": f"%{_escaped(wanted.q)}%", "codes": _codes(wanted.q, catalogue)}
    return terms, values


def _codes(q: str, catalogue: Any) -> list[str]:
    """List the automatic lines whose sentence says it, in either language."""
    word = q.casefold()
    said = ((code, texts) for code, texts in catalogue.items() if ".note." in code)
    return [code for code, texts in said if any(word in text.casefold() for text in texts.values())]


def _escaped(q: str) -> str:
    return q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def routes(view: View[LogbookState], room: Trade[LogbookState]) -> Sequence[Any]:
    """Return the handlers of the main courante."""

    @get("/", summary="List lines of the main courante, newest first")
    async def list_entries(
        caller: Caller,
        q: Annotated[str, Parameter(max_length=200)] = "",
        since: Annotated[Micros, Parameter(ge=0)] = 0,
        until: Annotated[Micros, Parameter(ge=0, le=FOREVER)] = FOREVER,
        author: UUID | None = None,
        incident: UUID | None = None,
        asset: UUID | None = None,
        source: EntrySource | None = None,
        compartment: Annotated[str, Parameter(max_length=20)] = "",
        after: Annotated[int | None, Parameter(ge=0, le=FOREVER)] = None,
        limit: Annotated[int, Parameter(ge=1, le=MOST)] = 200,
    ) -> EntryPage:
        wanted = Wanted(
            q=q,
            since=since,
            until=until,
            author=author,
            incident=incident,
            asset=asset,
            source=source,
            compartment=compartment,
            before=FOREVER if after is None else after,
        )
        found = await search(view.reader, caller, wanted, room.catalogue, limit, by_position=after is not None)
        return EntryPage(found, min(entry.position for entry in found) if len(found) == limit else None)

    return [list_entries]
