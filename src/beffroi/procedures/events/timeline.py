"""The time line of an event: the journal filtered by it, by the alarms that it holds and by what its lines caused."""

import importlib
import pkgutil
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from litestar import get

import beffroi
from beffroi.incidents.api import get_whole
from beffroi.incidents.holding import tree_of
from beffroi.incidents.types import Incident, IncidentsState
from beffroi.journal.query import FOREVER, JournalLine, shown, stored
from beffroi.journal.store import LINE_COLUMNS
from beffroi.model.actor import Actor
from beffroi.model.ports import City
from beffroi.model.time import DAY, HOUR, Clock, Micros
from beffroi.trade.doors import AT_ROOT, Caller, Executor, Reader
from beffroi.trade.filters import scope_condition
from beffroi.trade.service import CoreDoor

MOST = 1_000
EARLIER = HOUR
"""How long before the first facts an alarm that was joined may have begun."""
LATER = 30 * DAY
"""How long after its closure a line may still be about an event: corrections, files, late entries."""

LISTS = frozenset({"steps", "changed", "skipped"})
"""The lists that a sentence may name; others (the points of an order) may be tens of thousands long."""

_OWN = (
    f"SELECT {LINE_COLUMNS} FROM journal_line WHERE type = ANY(%(types)s) AND position >= %(opening)s"
    " AND recorded_at <= %(until)s"
    " AND convert_from(bytes, 'UTF8') LIKE ANY(%(incidents)s) AND {scope} ORDER BY position LIMIT %(most)s"
)
_ALARMS = (
    f"SELECT {LINE_COLUMNS} FROM journal_line WHERE asset = ANY(%(assets)s) AND type LIKE 'alarms.%%'"
    " AND recorded_at >= %(since)s AND convert_from(bytes, 'UTF8') LIKE ANY(%(alarms)s) AND {scope}"
    " ORDER BY position LIMIT %(most)s"
)
_CAUSED = (
    f"SELECT {LINE_COLUMNS} FROM journal_line WHERE cause = ANY(%(positions)s) AND {{scope}}"
    " ORDER BY position LIMIT %(most)s"
)


class TimelineItem(msgspec.Struct, kw_only=True):
    """One line: both its times, who, and its sentence as code and params; `type` is that of the journal's line."""

    position: int
    happened_at: Micros
    recorded_at: Micros
    type: str
    actor: Actor
    code: str
    params: dict[str, Any]


class IncidentView:
    """The events as their own readings see them, for pages of this row."""

    def __init__(self, core: CoreDoor) -> None:
        self._core = core

    @property
    def state(self) -> IncidentsState:
        """Return the events as last applied."""
        found: IncidentsState = self._core.state("incidents")
        return found

    @property
    def city(self) -> City:
        """Return the other trades as ports."""
        return self._core.city

    @property
    def executor(self) -> Executor:
        """Return the committer's door."""
        return self._core.executor

    @property
    def reader(self) -> Reader:
        """Return the reading pool."""
        return self._core.reader

    @property
    def clock(self) -> Clock:
        """Return the city's clock."""
        return self._core.clock


@cache
def types_of_incidents() -> tuple[str, ...]:
    """Return the types of lines that name an event, of whatever room."""
    rooms = (
        importlib.import_module(f"beffroi.{item.name}")
        for item in pkgutil.iter_modules(beffroi.__path__)
        if item.ispkg and item.name not in ("server", "procedures", "rehearsal")
    )
    trades = [room.TRADE for room in rooms if hasattr(room, "TRADE")]
    return tuple(
        event.event_type() for trade in trades for event in trade.events if "incident" in event.__struct_fields__
    )


async def read_timeline(
    reader: Reader, caller: Caller, state: IncidentsState, incident: Incident
) -> list[TimelineItem]:
    """Return the lines of an event and of those joined to it that a caller may see, in the order of the facts."""
    condition, params = scope_condition(caller, "view")
    held = [incident, *(one for one in tree_of(state, incident) if one.id != incident.id and caller.sees(one.scope))]
    alarms = [link for one in held for link in one.links if link.kind == "alarm"]
    params |= {
        "types": list(types_of_incidents()),
        "incidents": [f"%{one.id}%" for one in held],
        "opening": min(one.opening for one in held),
        "since": min(min(one.first_at, one.opened_at) for one in held) - EARLIER,
        "until": FOREVER if incident.closed_at is None else incident.closed_at + LATER,
        "assets": [link.subject for link in alarms if link.subject],
        "alarms": [f"%{link.id}%" for link in alarms],
        "most": MOST,
    }
    queries = [_OWN, *([_ALARMS] if alarms else [])]
    rows = {row[0]: row for query in queries for row in await reader.fetch(query.format(scope=condition), params)}
    caused = await reader.fetch(_CAUSED.format(scope=condition), {**params, "positions": list(rows)})
    found = {**rows, **{row[0]: row for row in caused}}
    lines = await shown(reader, [stored(found[position]) for position in sorted(found)], personal=False)
    return sorted(_items(lines), key=lambda item: (item.happened_at, item.position))


def _items(lines: Sequence[JournalLine]) -> Iterable[TimelineItem]:
    """Give each line the sentence of the automatic line that it caused, which is not told again."""
    notes = {line.cause: line for line in lines if line.type == "logbook.noted" and line.cause is not None}
    told = {line.position for line in lines}
    linked = {line.data["link"]["id"] for line in lines if line.type == "incidents.linked"}
    for line in lines:
        if line.type == "logbook.noted" and line.cause in told:
            continue
        if line.type == "orders.requested" and line.data.get("order") in linked:
            # the link that it caused says what was ordered
            continue
        note = line if line.type == "logbook.noted" else notes.get(line.position)
        if note is not None and not line.type.startswith("incidents."):
            code, params = str(note.data.get("code", "")), note.data.get("params") or {}
        else:
            code, params = line.type, _readable(line)
        yield TimelineItem(
            position=line.position,
            happened_at=line.happened_at,
            recorded_at=line.recorded_at,
            type=line.type,
            actor=line.actor,
            code=code,
            params=params,
        )


def _readable(line: JournalLine) -> dict[str, Any]:
    """Return the fields that a sentence may name; a link brings its own sentence with it."""
    fields: dict[str, Any] = {
        name: value for name, value in line.data.items() if isinstance(value, str | int | float | bool) or name in LISTS
    }
    link = line.data.get("link")
    if isinstance(link, dict):
        fields |= {"reason": link.get("reason", ""), "reason_params": link.get("reason_params") or {}}
        fields |= {"link_kind": link.get("kind", ""), "name": link.get("name") or {}}
    for name in ("reason_params", "closing"):
        if isinstance(line.data.get(name), dict):
            fields[name] = line.data[name]
    return fields


def pages(core: CoreDoor) -> Sequence[Any]:
    """Return the handler of the time line."""
    view = IncidentView(core)

    @get("/incidents/{incident:uuid}/timeline", opt=AT_ROOT, summary="Read the time line of an event")
    async def get_timeline(caller: Caller, incident: UUID) -> list[TimelineItem]:
        return await read_timeline(core.reader, caller, view.state, await get_whole(view, caller, incident))

    return [get_timeline]


PAGES = pages
