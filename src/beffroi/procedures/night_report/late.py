"""A line of the night entered later that morning has the report made again: facts of 06:20 are the night's."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from beffroi.logbook.types import Entry
from beffroi.logbook.types import Report as Kept
from beffroi.model.time import MINUTE, Micros
from beffroi.procedures.night_report.compose import Report

SETTLED = MINUTE
"""Lines that follow each other make one version: the last one is this old before the report is made again."""


class Span(NamedTuple):
    """A night, and until when a line entered late still changes its report."""

    since: Micros
    until: Micros
    late: Micros


def newest_late(entries: Iterable[Entry], span: Span) -> Micros | None:
    """Return when the last line of the night that came after it was entered; `entries` are the newest first."""
    newest: Micros | None = None
    for entry in entries:
        if entry.recorded_at < span.until:
            break
        if entry.recorded_at < span.late and span.since <= entry.happened_at < span.until:
            newest = max(newest or 0, entry.recorded_at)
    return newest


def machine_of(versions: Sequence[Kept]) -> Kept | None:
    """Return the newest version that the machine made, of versions the newest first."""
    return next((one for one in versions if one.author is None and one.body), None)


def hand_of(versions: Sequence[Kept]) -> Kept | None:
    """Return the newest version that somebody wrote: its corrections stay when the machine makes the report again."""
    return next((one for one in versions if one.author is not None), None)


def unchanged(kept: Kept, report: Report) -> bool:
    """Tell whether making the report again brought nothing."""
    return kept.body == msgspec.json.encode(report).decode()
