"""Readings of the main courante: the list, searched and cut by time."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import Parameter

from beffroi.logbook.store import COLUMNS, entries_from_rows
from beffroi.logbook.types import Entry, LogbookState
from beffroi.model.time import Micros
from beffroi.trade.doors import Caller, View
from beffroi.trade.filters import scope_condition

_FOUND = "happened_at >= %(since)s AND happened_at < %(until)s AND (%(q)s = '' OR text ILIKE %(pattern)s)"
_ORDER = "ORDER BY happened_at DESC, position DESC LIMIT %(limit)s"
FOREVER = 2**62


class EntryPage(msgspec.Struct):
    """Lines of the main courante, newest first."""

    items: list[Entry]


def routes(view: View[LogbookState]) -> Sequence[Any]:
    """Return the handlers of the main courante."""

    @get("/", summary="List lines of the main courante, newest first")
    async def list_entries(
        caller: Caller,
        q: Annotated[str, Parameter(max_length=200)] = "",
        since: Annotated[Micros, Parameter(ge=0)] = 0,
        until: Annotated[Micros, Parameter(ge=0, le=FOREVER)] = FOREVER,
        limit: Annotated[int, Parameter(ge=1, le=1000)] = 200,
    ) -> EntryPage:
        escaped = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        condition, params = scope_condition(caller, "view")
        rows = await view.reader.fetch(
            f"SELECT {COLUMNS} FROM logbook_entry WHERE {_FOUND} AND {condition} {_ORDER}",
            {**params, "since": since, "until": until, "q": q, "pattern": f"%{escaped}%", "limit": limit},
        )
        return EntryPage(entries_from_rows(rows))

    return [list_entries]
