"""Reading a night in the journal for its report."""

from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from beffroi.journal.query import JournalLine, shown, stored
from beffroi.journal.store import LINE_COLUMNS
from beffroi.model.actor import Actor
from beffroi.model.kinds import EquipmentKind
from beffroi.model.ports import City
from beffroi.procedures.night_report.compose import TYPES, NightLine, Report, compose, window
from beffroi.procedures.sentences import say
from beffroi.trade.service import CoreDoor

BATCH = 2_000
MOST = 100_000
"""Bound: a night beyond it is a storm that the report names by its first lines."""
ME = Actor("system", name="night_report")

_LINES = (
    f"SELECT {LINE_COLUMNS} FROM journal_line WHERE recorded_at >= %(since)s AND recorded_at < %(until)s"
    " AND type = ANY(%(types)s) AND position > %(after)s ORDER BY position LIMIT %(batch)s"
)


async def recompute(core: CoreDoor, night: date) -> Report | None:
    """Return the report of a night from the journal, or nothing when nothing was journalled then."""
    zone = ZoneInfo(core.zone)
    since, until = window(night, zone)
    lines: list[NightLine] = []
    after = 0
    while len(lines) < MOST:
        asked = {"since": since, "until": until, "types": list(TYPES), "after": after, "batch": BATCH}
        rows = [stored(row) for row in await core.reader.fetch(_LINES, asked)]
        if not rows:
            break
        after = rows[-1].position
        lines += [_line(one, core.city) for one in await shown(core.reader, rows, personal=False)]
    if not lines and not await _anything(core, since, until):
        return None
    return compose(night, lines, zone, silent_classes(core.kinds), say)


async def _anything(core: CoreDoor, since: int, until: int) -> bool:
    sql = "SELECT 1 FROM journal_line WHERE recorded_at >= %s AND recorded_at < %s LIMIT 1"
    return bool(await core.reader.fetch(sql, (since, until)))


def _line(line: JournalLine, city: City) -> NightLine:
    data: dict[str, Any] = line.data
    known = city.topology.find(line.asset) if line.asset and line.type.startswith("alarms.") else None
    # masked since, with what was written before
    told = city.incidents.find(UUID(str(data["incident"]))) if data.get("incident") else None
    return NightLine(
        position=line.position,
        happened_at=line.happened_at,
        recorded_at=line.recorded_at,
        type=line.type,
        trade=told.scope.trade if told is not None and told.masked else line.scope.trade,
        data=data,
        place=city.topology.place_label(known.id) if known else "",
    )


def silent_classes(kinds: dict[str, EquipmentKind]) -> frozenset[tuple[str, str]]:
    """Return the alarm classes that tell of a link down, as (kind, class)."""
    return frozenset(
        (kind.name, one.name) for kind in kinds.values() for one in kind.alarm_classes if one.test == "silent"
    )
