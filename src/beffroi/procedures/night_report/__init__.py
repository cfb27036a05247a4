"""The *compte rendu de nuit*: made at 06:30 by itself from the journal, corrected by hand, printed."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import psycopg
import structlog
from litestar import Response, get
from litestar.params import Parameter

from beffroi.logbook.actions import FileReport, RemakeReport
from beffroi.logbook.store import list_reports
from beffroi.logbook.types import LogbookState
from beffroi.logbook.types import Report as Kept
from beffroi.model.time import Micros
from beffroi.procedures.night_report.compose import Report, last_night, late_until, window
from beffroi.procedures.night_report.late import SETTLED, Span, hand_of, machine_of, newest_late, unchanged
from beffroi.procedures.night_report.paper import TEMPLATE, printed, sub_of
from beffroi.procedures.night_report.reading import ME, recompute
from beffroi.procedures.night_report.sections import Section, as_text, sections_of
from beffroi.procedures.night_report.seen import shown_to
from beffroi.procedures.paper import MEDIA, answer
from beffroi.trade.doors import Caller, trusted
from beffroi.trade.rejected import Rejected
from beffroi.trade.service import CoreDoor

EVERY_S = 1.0
Number = Annotated[int, Parameter(ge=0, le=100_000)]
Day = Annotated[str, Parameter(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]

log = structlog.get_logger("night_report")


class Version(msgspec.Struct):
    """Who wrote which version when; those that the machine made have no author."""

    version: int
    recorded_at: Micros
    author: UUID | None


class NightReport(msgspec.Struct):
    """The report of a night as the desk shows it: a version by sections and as text, every version's signature.

    `whole` tells of a version that somebody wrote as one text, which has no sections.
    """

    night: str
    nights: list[str]
    version: int
    summary: str
    text: str
    whole: bool
    sections: list[Section]
    versions: list[Version]


async def run(core: CoreDoor) -> None:
    """Make the report of each night once it is over, until the core ends; a night missed is made at the return.

    It is made again for the lines of that night that are entered later in the morning.
    """
    nothing: date | None = None
    done: Micros = 0
    while True:
        night = last_night(core.clock.now(), ZoneInfo(core.zone))
        state: LogbookState = core.state("logbook")
        try:
            if night.isoformat() in state.reports:
                done = await remake_report(core, night, done)
            elif night != nothing:
                nothing = None if await file_report(core, night) else night
        except (Rejected, psycopg.OperationalError) as error:
            log.warning("the report of the night waits", error=str(error).strip())
        await asyncio.sleep(EVERY_S)


async def file_report(core: CoreDoor, night: date) -> bool:
    """Make and keep the report of a night; tell whether there was anything to report on."""
    report = await recompute(core, night)
    if report is None:
        return False
    body = msgspec.json.encode(report).decode()
    await core.executor.execute(FileReport(night=report.night, body=body), trusted(ME))
    return True


async def remake_report(core: CoreDoor, night: date, done: Micros = 0) -> Micros:
    """Make the report of a night again if a line of it came late since `done`; return up to when that is settled."""
    zone, now = ZoneInfo(core.zone), core.clock.now()
    state: LogbookState = core.state("logbook")
    newest = newest_late(reversed(state.entries.values()), Span(*window(night, zone), late_until(night, zone)))
    if newest is None or newest <= done or now - newest < SETTLED:
        return done
    versions = await list_reports(core.reader, night.isoformat())
    kept = machine_of(versions)
    if kept is None or kept.recorded_at >= newest:
        return newest
    report = await recompute(core, night)
    if report is not None and not unchanged(kept, report):
        body = msgspec.json.encode(report).decode()
        action = RemakeReport(night=report.night, version=versions[0].version, body=body)
        await core.executor.execute(action, trusted(ME))
    return newest


def pages(core: CoreDoor) -> Sequence[Any]:
    """Return the handlers of the report."""

    @get("/", summary="The report of a night, the last one when none is named, in its last version or an earlier one")
    async def read(caller: Caller, night: Day = "", version: Number = 0) -> NightReport:
        _needs(caller)
        report, versions, every = await _found(core, night, version)
        made = [Version(one.version, one.recorded_at, one.author) for one in every]
        seen = await shown_to(core.reader, report, hand_of(versions), caller)
        known: LogbookState = core.state("logbook")
        return NightReport(
            night=report.night,
            nights=sorted(known.reports, reverse=True),
            version=versions[0].version,
            summary=sub_of(seen.report, caller.lang, core.zone),
            text=seen.whole or as_text(seen.report, seen.amended, caller.lang, core.zone),
            whole=seen.whole is not None,
            sections=sections_of(seen.report, seen.amended, caller.lang, core.zone),
            versions=made,
        )

    @get("/{name:str}", summary="The report of a night on paper (PDF): <date>.pdf", media_type=MEDIA)
    async def print_report(name: str, caller: Caller, version: Number = 0) -> Response[bytes]:
        _needs(caller)
        report, versions, _ = await _found(core, name.removesuffix(".pdf"), version)
        seen = await shown_to(core.reader, report, hand_of(versions), caller)
        data = printed(seen.report, caller.lang, core.zone, versions[0].version, seen.amended, seen.whole)
        return await answer(f"compte-rendu-{report.night}.pdf", TEMPLATE, data)

    return [read, print_report]


async def _found(core: CoreDoor, night: str, version: int) -> tuple[Report, list[Kept], list[Kept]]:
    """Return the machine's report of a version, the versions up to it and all of them, the newest first."""
    state: LogbookState = core.state("logbook")
    wanted = night or max(state.reports, default="")
    try:
        every = await list_reports(core.reader, wanted) if wanted else []
    except ValueError:
        every = []
    versions = [one for one in every if not version or one.version <= version]
    if not versions:
        raise Rejected("logbook.report.not_found", night=wanted)
    made = machine_of(versions)
    if made is None:
        raise Rejected("logbook.report_erased", night=wanted)
    return msgspec.json.decode(made.body, type=Report), versions, every


def _needs(caller: Caller) -> None:
    if not (caller.trusted or caller.rights.names("logbook")):
        raise Rejected("forbidden", right="logbook")


PAGES = pages
SERVICE = run
