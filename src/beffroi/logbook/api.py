"""Readings of the main courante: the list, searched and cut by time, author, event and compartment."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import Parameter

from beffroi.logbook.store import COLUMNS, entries_from_rows, list_visas
from beffroi.logbook.types import COMPARTMENTS, Compartment, Entry, EntrySource, LogbookState, Visa
from beffroi.logbook.wording import said_condition
from beffroi.model.time import DAY, Micros
from beffroi.trade.doors import Caller, Reader, View
from beffroi.trade.filters import scope_condition
from beffroi.trade.room import Trade

FOREVER = 2**62
MOST = 1_000
SEARCHED = 400 * DAY
"""Bound: words are looked for in the facts of this long before the end that is asked, now when there is none."""


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
    before: tuple[Micros, int] = (FOREVER, FOREVER)
    """Facts and position of the last line already read: the next page follows it."""


class EntryPage(msgspec.Struct):
    """Lines of the main courante, newest facts first, and the visas under them; `next` is the next page's `after`."""

    items: list[Entry]
    next: str | None = None
    visas: list[Visa] = []


async def search(
    reader: Reader,
    caller: Caller,
    wanted: Wanted,
    catalogue: Any,
    limit: int = MOST,
    *,
    rights: tuple[str, ...] = ("view",),
) -> list[Entry]:
    """Return the lines over which a caller holds these rights, newest facts first, then newest positions."""
    condition, params = scope_condition(caller, *rights)
    terms, values = _terms(wanted, catalogue)
    where = " AND ".join([condition, *terms])
    rows = await reader.fetch(
        f"SELECT {COLUMNS} FROM logbook_entry WHERE {where}  ORDER BY happened_at DESC, position DESC LIMIT %(limit)s",
        {**params, **values, "limit": limit},
    )
    return entries_from_rows(rows)


def _terms(wanted: Wanted, catalogue: Any) -> tuple[list[str], dict[str, Any]]:
    terms = [
        "happened_at >= %(since)s AND happened_at < %(until)s",
        "(happened_at, position) < (%(before_at)s, %(before)s)",
    ]
    values: dict[str, Any] = {"since": wanted.since, "until": wanted.until}
    values["before_at"], values["before"] = wanted.before
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
        said, params = said_condition(wanted.q, catalogue)
        terms.append(said)
        values |= params
    return terms, values


def _bounded(wanted: Wanted, now: Micros) -> Wanted:
    """Return what is looked for with its words bounded in time."""
    if not wanted.q:
        return wanted
    end = min(wanted.until, wanted.before[0], now)
    return msgspec.structs.replace(wanted, since=max(wanted.since, end - SEARCHED))


def _cursor(after: str) -> tuple[Micros, int]:
    at, position = after.split(".")
    return int(at), int(position)


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
        after: Annotated[str, Parameter(pattern=r"^(\d{1,18}\.\d{1,18})?$")] = "",
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
            before=_cursor(after) if after else (FOREVER, FOREVER),
        )
        found = await search(view.reader, caller, _bounded(wanted, view.clock.now()), room.catalogue, limit)
        follows = f"{found[-1].happened_at}.{found[-1].position}" if len(found) == limit else None
        return EntryPage(found, follows, await list_visas(view.reader, found))

    return [list_entries]
