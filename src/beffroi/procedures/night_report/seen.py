"""What one reader reads of the report of a night: the lines that he reads in the main courante, and no other."""

from collections.abc import Iterable, Set
from typing import Any

import msgspec

from beffroi.logbook.types import COMPARTMENTS
from beffroi.logbook.types import Report as Kept
from beffroi.procedures.night_report.compose import Part, Report, ReportLine, counted
from beffroi.procedures.night_report.sections import Amended, SectionName, amended_of, machine_text
from beffroi.trade.doors import Caller, Reader
from beffroi.trade.filters import scope_condition

# the rows of the main courante follow events masked and assets moved since, for ever; the journal's alarms and calls
# do not move
_SEEN = """SELECT position, {seen}, trade = ANY(%(own)s) FROM logbook_entry WHERE position = ANY(%(positions)s)
    UNION ALL SELECT position, {seen}, false FROM journal_line
    WHERE position = ANY(%(positions)s) AND (type LIKE 'alarms.%%' OR type LIKE 'requests.%%')"""


class Seen(msgspec.Struct, frozen=True):
    """What one reader may read of a report: the machine's own, what was corrected by sections, or as one text."""

    report: Report
    amended: Amended | None
    whole: str | None


async def shown_to(reader: Reader, report: Report, hand: Kept | None, caller: Caller) -> Seen:
    """Return a report without the lines that this reader does not see, nor what was typed in their sections.

    `hand` is the last version that somebody wrote, if any.
    """
    body = hand.body if hand else ""
    amended = amended_of(body) if body else None
    whole = body if body and amended is None else None
    positions = _positions(report)
    seen, masked = await _read(reader, caller, positions)
    if seen >= positions:
        return Seen(report, amended, whole)
    kept = msgspec.structs.replace(
        report,
        events=tuple(part for part in _cut(report.events, seen) if part.lines),
        parts=tuple(_cut(report.parts, seen)),
        follow=_of(report.follow, seen),
        masked=report.masked + len(masked),
        **_figures(report, seen),
    )
    sections = amended.sections if amended else {}
    # what was typed over lines that he does not see may repeat them
    typed = {name: text for name, text in sections.items() if _machine(report, name) == _machine(kept, name)}
    return Seen(kept, Amended(typed) if amended else None, None)


def _machine(report: Report, name: SectionName) -> str:
    return machine_text(report, name, "fr", "UTC")


def _positions(report: Report) -> set[int]:
    lines = [line for part in (*report.events, *report.parts) for line in part.lines]
    found = {line.position for line in (*lines, *report.follow)}
    return found | set(report.entries) | {answer.position for answer in report.answers}


def _figures(report: Report, seen: Set[int]) -> dict[str, Any]:
    """Return the figures of a report for who sees these lines only: his own, never the whole room's."""
    # one made before its lines were kept tells how many are read in it, and of no visa
    lines = [line.position for part in (*report.events, *report.parts) for line in part.lines]
    entries = tuple(position for position in report.entries or sorted(set(lines)) if position in seen)
    visas = tuple(position for position in report.visas if position in seen)
    answers = tuple(answer for answer in report.answers if answer.position in seen)
    return {
        "entries": entries, "written": len(entries), "visas": visas, "signed": len(visas),
        "answers": answers, "calls": counted(answers),
    }  # fmt: skip


def _cut(parts: Iterable[Part], seen: Set[int]) -> Iterable[Part]:
    return (msgspec.structs.replace(part, lines=_of(part.lines, seen)) for part in parts)


def _of(lines: Iterable[ReportLine], seen: Set[int]) -> tuple[ReportLine, ...]:
    return tuple(line for line in lines if line.position in seen)


async def _read(reader: Reader, caller: Caller, positions: Set[int]) -> tuple[set[int], set[int]]:
    """Return the positions that a reader sees, and those hidden in a compartment; what is there no more is not seen."""
    condition, params = scope_condition(caller, "view")
    values = {**params, "positions": sorted(positions), "own": list(COMPARTMENTS)}
    rows = await reader.fetch(_SEEN.format(seen=condition), values)
    return {row[0] for row in rows if row[1]}, {row[0] for row in rows if row[2] and not row[1]}
