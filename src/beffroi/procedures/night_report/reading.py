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
from beffroi.procedures.night_report.compose import (
    CLOSING,
    CONSIGNED,
    LIFTED,
    OPENING,
    TYPES,
    WRITTEN,
    Earlier,
    NightLine,
    Report,
    compose,
    late_until,
    window,
)
from beffroi.procedures.sentences import say
from beffroi.trade.service import CoreDoor

BATCH = 2_000
MOST = 100_000
"""Bound: a night beyond it is a storm that the report names by its first lines."""
ME = Actor("system", name="night_report")

# what is entered late, when the night is over, belongs to it by its facts
_LINES = (
    f"SELECT {LINE_COLUMNS} FROM journal_line WHERE recorded_at >= %(since)s AND recorded_at < %(late)s"
    " AND (recorded_at < %(until)s"
    " OR (happened_at >= %(since)s AND happened_at < %(until)s AND type = ANY(%(written)s)))"
    " AND type = ANY(%(types)s) AND position > %(after)s ORDER BY position LIMIT %(batch)s"
)
_AT = f"SELECT {LINE_COLUMNS} FROM journal_line WHERE position = ANY(%s) ORDER BY position"
# the last word of before the night on each event, and on each lock-out
_STANDING = """SELECT position FROM (
        SELECT DISTINCT ON (incident) position, code FROM logbook_entry
        WHERE code = ANY(%(events)s) AND incident IS NOT NULL AND recorded_at < %(since)s
        ORDER BY incident, position DESC) AS event WHERE code = ANY(%(opening)s)
    UNION ALL SELECT position FROM (
        SELECT DISTINCT ON (asset) position, code FROM logbook_entry
        WHERE code = ANY(%(locks)s) AND asset IS NOT NULL AND recorded_at < %(since)s
        ORDER BY asset, position DESC) AS lock WHERE code = %(consigned)s"""
_NUMBERS = """SELECT DISTINCT incident, params ->> 'number' FROM logbook_entry
    WHERE incident = ANY(%s) AND code LIKE 'incidents.note.%%'"""


async def recompute(core: CoreDoor, night: date) -> Report | None:
    """Return the report of a night from the journal, or nothing when nothing was journalled then."""
    zone = ZoneInfo(core.zone)
    since, until = window(night, zone)
    span = {"since": since, "until": until, "late": max(until, late_until(night, zone))}
    lines: list[NightLine] = []
    after = 0
    while len(lines) < MOST:
        asked = {**span, "types": list(TYPES), "written": list(WRITTEN), "after": after, "batch": BATCH}
        rows = [stored(row) for row in await core.reader.fetch(_LINES, asked)]
        if not rows:
            break
        after = rows[-1].position
        lines += [_line(one, core.city) for one in await shown(core.reader, rows, personal=False)]
    if not lines and not await _anything(core, since, until):
        return None
    earlier = await _earlier(core, since, lines)
    return compose(night, lines, zone, silent_classes(core.kinds), say, earlier)


async def _earlier(core: CoreDoor, since: int, lines: list[NightLine]) -> Earlier:
    """Return what stood when the night began, and the number of every event that it writes about."""
    asked = {
        "since": since, "events": [*OPENING, *CLOSING], "opening": list(OPENING),
        "locks": [CONSIGNED, LIFTED], "consigned": CONSIGNED,
    }  # fmt: skip
    positions = [row[0] for row in await core.reader.fetch(_STANDING, asked)]
    rows = [stored(row) for row in await core.reader.fetch(_AT, (positions,))]
    standing = [_line(one, core.city) for one in await shown(core.reader, rows, personal=False)]
    events = {UUID(str(line.data["incident"])) for line in lines if line.data.get("incident")}
    numbers = await core.reader.fetch(_NUMBERS, (sorted(events),))
    return Earlier(tuple(standing), {str(event): str(number) for event, number in numbers if number})


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
