"""The *compte rendu de nuit* as a pure function of the lines of the journal: the same lines, the same report.

It counts nothing by person: no line of it bears an author.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from datetime import time as clock
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from beffroi.logbook.types import COMPARTMENTS
from beffroi.model.kinds import Text
from beffroi.model.time import Micros, from_datetime, to_datetime

BEGINS = clock(20, 45)
ENDS = clock(6, 30)

Say = Callable[[str, Mapping[str, Any], str], str]
"""Render a code with its params in a language."""

WRITTEN = ("logbook.written", "logbook.corrected", "logbook.noted")
ALARMS = ("alarms.raised", "alarms.returned")
TYPES = (*WRITTEN, *ALARMS, "logbook.signed", "requests.recorded", "requests.answered", "requests.attached")
"""The lines of the journal that the report reads."""


class NightLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the journal as the report reads it."""

    position: int
    happened_at: Micros
    recorded_at: Micros
    type: str
    trade: str
    data: dict[str, Any]
    place: str = ""
    """Of the asset that the line is about."""


class ReportLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the report, with the position of the journal that proves it."""

    at: Micros
    text: Text
    position: int


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part: an event by its number, or a chapter by its name."""

    name: str
    lines: tuple[ReportLine, ...]
    number: str = ""
    incident: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The report of one night. `calls` counts the calls by outcome; `signed` the lines under a visa."""

    night: str
    since: Micros
    until: Micros
    events: tuple[Part, ...]
    parts: tuple[Part, ...]
    calls: dict[str, int]
    written: int
    signed: int
    masked: int
    """Lines of the compartments of police and video, which keep their own main courante."""
    follow: tuple[ReportLine, ...] = ()
    """What the day takes over: events left open, lock-outs in force."""


def window(night: date, zone: ZoneInfo) -> tuple[Micros, Micros]:
    """Return the first µs of the night that begins on a local day, and its end."""
    begin = datetime.combine(night, BEGINS, zone)
    end = datetime.combine(night + timedelta(days=1), ENDS, zone)
    return from_datetime(begin.astimezone(ZoneInfo("UTC"))), from_datetime(end.astimezone(ZoneInfo("UTC")))


def last_night(now: Micros, zone: ZoneInfo) -> date:
    """Return the day on which the last night that is over began."""
    local = to_datetime(now).astimezone(zone)
    morning = local.date() if local.time() >= ENDS else local.date() - timedelta(days=1)
    return morning - timedelta(days=1)


def compose(
    night: date, lines: Sequence[NightLine], zone: ZoneInfo, silent: frozenset[tuple[str, str]], say: Say
) -> Report:
    """Return the report of a night from its lines in the order of the journal.

    `silent` names the alarm classes (kind, class) that tell of a link down; `say` renders codes.
    """
    since, until = window(night, zone)
    own = [line for line in lines if line.type in WRITTEN]
    seen = [line for line in own if line.trade not in COMPARTMENTS]
    corrected = {line.data.get("corrects") for line in seen if line.type == "logbook.corrected"}
    kept = [line for line in seen if line.data.get("entry") not in corrected]
    told = {line.position: _told(line, say) for line in kept}
    return Report(
        night=night.isoformat(),
        since=since,
        until=until,
        events=tuple(_events(kept, told)),
        parts=tuple(_parts(kept, told, lines, silent)),
        calls=_calls(lines),
        written=len(seen),
        signed=sum(int(line.data.get("lines", 0)) for line in lines if line.type == "logbook.signed"),
        masked=len(own) - len(seen),
        follow=tuple(_follow(kept, told)),
    )


def _told(line: NightLine, say: Say) -> ReportLine:
    text = str(line.data.get("text") or "")
    if line.type == "logbook.noted":
        params = line.data.get("params") or {}
        both = {lang: say(str(line.data.get("code", "")), params, lang) for lang in ("fr", "en")}
    else:
        both = {"fr": text, "en": text}
    return ReportLine(at=line.happened_at, text=both, position=line.position)


def _events(kept: Iterable[NightLine], told: Mapping[int, ReportLine]) -> Iterable[Part]:
    by_event: dict[str, list[NightLine]] = {}
    for line in kept:
        if line.data.get("incident"):
            by_event.setdefault(str(line.data["incident"]), []).append(line)
    for lines in sorted(by_event.values(), key=lambda found: min(one.happened_at for one in found)):
        params = [line.data.get("params") or {} for line in lines]
        number = next((str(one["number"]) for one in params if "number" in one), "")
        incident = str(lines[0].data["incident"])
        yield Part(name="event", number=number, incident=incident, lines=_sorted(lines, told))


OPENING = ("incidents.note.opened", "incidents.note.reopened", "incidents.note.join_undone")
CLOSING = ("incidents.note.closed", "incidents.note.joined")


def _follow(kept: Iterable[NightLine], told: Mapping[int, ReportLine]) -> Iterable[ReportLine]:
    """List what the night leaves to the day: its events still open, then its lock-outs not lifted."""
    events: dict[str, NightLine] = {}
    locks: dict[str, NightLine] = {}
    for line in kept:
        code, params = str(line.data.get("code", "")), line.data.get("params") or {}
        if code in OPENING:
            events.setdefault(str(line.data.get("incident")), line)
        elif code in CLOSING:
            events.pop(str(line.data.get("incident")), None)
        elif code == "orders.note.consigned":
            locks[f"{params.get('certificate')} {params.get('place')}"] = line
        elif code == "orders.note.lifted":
            locks.pop(f"{params.get('certificate')} {params.get('place')}", None)
    return [told[line.position] for line in (*events.values(), *locks.values())]


def _sorted(lines: Iterable[NightLine], told: Mapping[int, ReportLine]) -> tuple[ReportLine, ...]:
    return tuple(sorted((told[line.position] for line in lines), key=lambda one: (one.at, one.position)))


CHAPTERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("call_outs", ("dispatch.",)),
    ("lock_outs", ("orders.note.consigned", "orders.note.lifted")),
    ("orders", ("orders.",)),
    ("routines", ("duties.",)),
    ("authorities", ("directory.",)),
    ("seats", ("seats.",)),
)
"""Chapters of the automatic lines that belong to no event, by the beginning of their code; the first that fits."""


def _parts(
    kept: Iterable[NightLine],
    told: Mapping[int, ReportLine],
    lines: Sequence[NightLine],
    silent: frozenset[tuple[str, str]],
) -> Iterable[Part]:
    chapters: dict[str, list[NightLine]] = {name: [] for name in (*dict(CHAPTERS), "other", "log")}
    for line in kept:
        if line.data.get("incident"):
            continue
        chapters[_chapter(line)].append(line)
    for name in ("call_outs", "orders", "lock_outs"):
        yield Part(name=name, lines=_sorted(chapters[name], told))
    yield Part(name="links", lines=tuple(_links(lines, silent)))
    for name in ("routines", "authorities", "seats", "other", "log"):
        yield Part(name=name, lines=_sorted(chapters[name], told))


def _chapter(line: NightLine) -> str:
    if line.type != "logbook.noted":
        return "log"
    code = str(line.data.get("code", ""))
    return next((name for name, begins in CHAPTERS if code.startswith(begins)), "other")


def _links(lines: Iterable[NightLine], silent: frozenset[tuple[str, str]]) -> Iterable[ReportLine]:
    """List the links that went down and came back, with both their times."""
    down: set[str] = set()
    for line in lines:
        data = line.data
        if line.type == "alarms.raised" and (data.get("kind"), data.get("alarm_class")) in silent:
            if data.get("parent") is None and data.get("outcome", "alarm") == "alarm":
                down.add(str(data["alarm"]))
                yield _link(line, {"fr": "sans nouvelles", "en": "silent"})
        elif line.type == "alarms.returned" and str(data.get("alarm")) in down:
            down.discard(str(data["alarm"]))
            yield _link(line, {"fr": "de retour", "en": "back"})


def _link(line: NightLine, word: Text) -> ReportLine:
    at = int(line.data.get("at", line.happened_at))
    return ReportLine(
        at=at, text={lang: f"{line.place} : {text}" for lang, text in word.items()}, position=line.position
    )


def _calls(lines: Iterable[NightLine]) -> dict[str, int]:
    """Count the calls of the night by their last outcome."""
    outcome: dict[str, str] = {}
    for line in lines:
        data = line.data
        if line.type == "requests.recorded" and data.get("source") == "phone":
            outcome[str(data.get("request"))] = str(data.get("state", ""))
        elif str(data.get("request")) in outcome and line.type == "requests.answered":
            outcome[str(data["request"])] = str(data.get("outcome", ""))
        elif str(data.get("request")) in outcome and line.type == "requests.attached":
            outcome[str(data["request"])] = "attached" if data.get("incident") else "recorded"
    counted: dict[str, int] = {}
    for state in sorted(outcome.values()):
        counted[state] = counted.get(state, 0) + 1
    return counted
