"""Readings of the alarms: the list, one alarm, what it folds, the figures of a period."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import Parameter

from beffroi.alarms.judging import CHATTERING
from beffroi.alarms.listing import Query, Sort, Which, alarms_at, select
from beffroi.alarms.rows import alarm_row
from beffroi.alarms.state import AlarmsState
from beffroi.alarms.stats import STALE_AFTER, AlarmStats, Told, report
from beffroi.alarms.store import SELECT_CHILDREN, SELECT_ONE, alarm_from_row
from beffroi.alarms.types import Alarm, AlarmRow
from beffroi.model.kinds import Outcome
from beffroi.model.scope import Scope
from beffroi.model.time import DAY, Micros
from beffroi.trade.doors import Caller, View
from beffroi.trade.rejected import Rejected

_TOLD = (
    "SELECT at, asset, kind, alarm_class, trade, priority, commune FROM alarm_annunciation WHERE at >= %s AND at < %s"
)
SEARCHED_AT_ONCE = 500
"""Labels looked at before the loop is let go: some 5 ms."""


class AlarmPage(msgspec.Struct):
    """One page of the list; `after` of the next page is `next`."""

    items: list[AlarmRow]
    total: int
    next: int | None


def routes(view: View[AlarmsState]) -> Sequence[Any]:
    """Return the handlers of the alarms."""

    @get("/", summary="List alarms: filtered, sorted, paged")
    async def list_alarms(
        caller: Caller,
        # Litestar keeps the name `state` for itself
        which: Annotated[Which, Parameter(query="state")] = "",
        outcome: Outcome = "alarm",
        commune: str = "",
        trade: str = "",
        kind: str = "",
        priority: Annotated[int, Parameter(ge=0, le=4)] = 0,
        q: Annotated[str, Parameter(max_length=200)] = "",
        sort: Sort = "urgency",
        limit: Annotated[int, Parameter(ge=1, le=1000)] = 100,
        after: Annotated[int, Parameter(ge=0)] = 0,
    ) -> AlarmPage:
        query = Query(
            which=which, outcome=outcome, commune=commune, trade=trade, kind=kind, priority=priority, sort=sort
        )
        slots = select(view.state, query, caller.sees)
        if q:
            found = await _search(view, alarms_at(view.state, slots), q)
            total, page = len(found), found[after : after + limit]
        else:
            total, page = len(slots), alarms_at(view.state, slots[after : after + limit])
        rows = [_row(view, caller, alarm) for alarm in page]
        return AlarmPage(rows, total, after + limit if after + limit < total else None)

    @get("/stats", summary="Figures of ISA-18.2 over some days")
    async def read_stats(
        caller: Caller,
        days: Annotated[int, Parameter(ge=1, le=400)] = 30,
        until: Annotated[Micros | None, Parameter(ge=0)] = None,
        trade: str = "",
    ) -> AlarmStats:
        end = until if until is not None else view.clock.now()
        return await _stats(view, caller, end - days * DAY, end, trade)

    @get("/{alarm:uuid}", summary="Read one alarm, open or over")
    async def read_alarm(caller: Caller, alarm: UUID) -> AlarmRow:
        return _row(view, caller, await _get(view, caller, alarm))

    @get("/{alarm:uuid}/children", summary="List what an alarm folds or folded")
    async def list_children(
        caller: Caller,
        alarm: UUID,
        limit: Annotated[int, Parameter(ge=1, le=1000)] = 100,
        after: Annotated[int, Parameter(ge=0)] = 0,
    ) -> AlarmPage:
        await _get(view, caller, alarm)
        rows = await view.reader.fetch(SELECT_CHILDREN, (alarm, alarm))
        children = [child for child in map(alarm_from_row, rows) if caller.sees(child.scope)]
        page = children[after : after + limit]
        following = after + limit if after + limit < len(children) else None
        return AlarmPage([_row(view, caller, child) for child in page], len(children), following)

    return [list_alarms, read_stats, read_alarm, list_children]


def _row(view: View[AlarmsState], caller: Caller, alarm: Alarm) -> AlarmRow:
    """Return the line of an alarm, silent about the cause that folds it where the caller does not see that cause."""
    row = alarm_row(view.state, alarm, view.city)
    if alarm.parent is None:
        return row
    cause = view.state.alarms.get(alarm.parent)
    if cause is not None and caller.sees(cause.scope):
        return row
    return msgspec.structs.replace(row, parent=None, reason=None)


async def _get(view: View[AlarmsState], caller: Caller, alarm: UUID) -> Alarm:
    known = view.state.alarms.get(alarm)
    if known is None:
        rows = await view.reader.fetch(SELECT_ONE, (alarm,))
        known = alarm_from_row(rows[0]) if rows else None
    if known is None or not caller.sees(known.scope):
        raise Rejected("alarms.not_found", alarm=str(alarm))
    return known


async def _search(view: View[AlarmsState], alarms: list[Alarm], q: str) -> list[Alarm]:
    words = q.casefold().split()
    found = []
    for place, alarm in enumerate(alarms):
        if place % SEARCHED_AT_ONCE == SEARCHED_AT_ONCE - 1:
            await asyncio.sleep(0)
        facts = view.city.topology.find(alarm.asset)
        text = f"{facts.code} {facts.name} {facts.street} {alarm.alarm_class}".casefold() if facts else ""
        if all(word in text for word in words):
            found.append(alarm)
    return found


async def _stats(view: View[AlarmsState], caller: Caller, since: Micros, until: Micros, trade: str) -> AlarmStats:
    rows = await view.reader.fetch(_TOLD, (since, until))
    told = [
        Told(*row[:6]) for row in rows if (not trade or row[4] == trade) and caller.sees(Scope(row[6], row[4], row[2]))
    ]
    shown = alarms_at(view.state, select(view.state, Query(trade=trade), caller.sees))
    stats = report(
        told,
        since,
        until,
        shown=len(shown),
        stale=sum(alarm.raised_at < until - STALE_AFTER for alarm in shown),
        chattering=sum(alarm.toggles > CHATTERING for alarm in shown),
    )
    for item in stats.top:
        facts = view.city.topology.find(item.asset)
        item.code = facts.code if facts else ""
    return stats
