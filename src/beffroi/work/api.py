"""Readings of the work items: the open ones, and those of one asset."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import Parameter

from beffroi.trade.doors import Caller, View
from beffroi.work.store import COLUMNS, item_from_row
from beffroi.work.types import WorkItem, WorkRow, WorkState

ToRow = Callable[[WorkItem], WorkRow]


class WorkPage(msgspec.Struct):
    """One page of open items, the most urgent and oldest first."""

    items: list[WorkRow]
    total: int
    next: int | None


def routes(view: View[WorkState], to_row: ToRow) -> Sequence[Any]:
    """Return the handlers of the work items."""

    @get("/", summary="List open work items")
    async def list_items(
        caller: Caller,
        commune: str = "",
        kind: str = "",
        fault: str = "",
        limit: Annotated[int, Parameter(ge=1, le=1000)] = 100,
        after: Annotated[int, Parameter(ge=0)] = 0,
    ) -> WorkPage:
        found = [
            item
            for item in view.state.open.values()
            if (not commune or item.scope.commune == commune)
            and (not kind or item.kind == kind)
            and (not fault or item.fault == fault)
            and caller.sees(item.scope)
        ]
        found.sort(key=lambda item: (item.priority, item.opened_at))
        page = [to_row(item) for item in found[after : after + limit]]
        return WorkPage(page, len(found), after + limit if after + limit < len(found) else None)

    @get("/of/{asset:uuid}", summary="List the work items of one asset, closed ones included")
    async def list_of_asset(caller: Caller, asset: UUID) -> list[WorkItem]:
        rows = await view.reader.fetch(
            f"SELECT {COLUMNS} FROM work_item WHERE asset = %s ORDER BY opened_at DESC LIMIT 200", (asset,)
        )
        return [item for item in map(item_from_row, rows) if caller.sees(item.scope)]

    return [list_items, list_of_asset]
