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
LATE_UNTIL = clock(12)
"""A line of the night's facts that is entered by then has the report made again."""

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


class Answered(msgspec.Struct, frozen=True):
    """One call by its last outcome, with the position of the line that recorded it."""

    position: int
    state: str


class Earlier(msgspec.Struct, frozen=True):
    """What the night found: lines of before of what still stood, numbers of the events that it writes about."""

    standing: tuple[NightLine, ...] = ()
    numbers: dict[str, str] = {}


NOTHING = Earlier()


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
    entries: tuple[int, ...] = ()
    """Positions of the lines that `written` counts: each reader's figures are of those that he reads."""
    visas: tuple[int, ...] = ()
    """Positions among them of those that `signed` counts."""
    answers: tuple[Answered, ...] = ()
    """The calls that `calls` counts."""


def window(night: date, zone: ZoneInfo) -> tuple[Micros, Micros]:
    """Return the first µs of the night that begins on a local day, and its end."""
    return _instant(night, BEGINS, zone), _instant(night + timedelta(days=1), ENDS, zone)


def late_until(night: date, zone: ZoneInfo) -> Micros:
    """Return the µs from which a line entered late no longer changes the report of a night."""
    return _instant(night + timedelta(days=1), LATE_UNTIL, zone)


def _instant(day: date, hour: clock, zone: ZoneInfo) -> Micros:
    return from_datetime(datetime.combine(day, hour, zone).astimezone(ZoneInfo("UTC")))


def last_night(now: Micros, zone: ZoneInfo) -> date:
    """Return the day on which the last night that is over began."""
    local = to_datetime(now).astimezone(zone)
    morning = local.date() if local.time() >= ENDS else local.date() - timedelta(days=1)
    return morning - timedelta(days=1)


def compose(
    night: date,
    lines: Sequence[NightLine],
    zone: ZoneInfo,
    silent: frozenset[tuple[str, str]],
    say: Say,
    earlier: Earlier = NOTHING,
) -> Report:
    """Return the report of a night from its lines in the order of the journal, and from what stood before it.

    `silent` names the alarm classes (kind, class) that tell of a link down; `say` renders codes.
    """
    since, until = window(night, zone)
    own = [line for line in lines if line.type in WRITTEN]
    seen = [line for line in own if line.trade not in COMPARTMENTS]
    corrected = {line.data.get("corrects") for line in seen if line.type == "logbook.corrected"}
    kept = [line for line in seen if line.data.get("entry") not in corrected]
    standing = [line for line in earlier.standing if line.trade not in COMPARTMENTS]
    told = {line.position: _told(line, say) for line in (*standing, *kept)}
    answers = tuple(_answers(lines))
    visas = tuple(_under_visa(seen, lines))
    return Report(
        night=night.isoformat(),
        since=since,
        until=until,
        events=tuple(_events(kept, told, earlier.numbers)),
        parts=tuple(_parts(kept, told, lines, silent)),
        calls=counted(answers),
        written=len(seen),
        signed=len(visas),
        masked=len(own) - len(seen),
        follow=tuple(_follow((*standing, *kept), told)),
        entries=tuple(line.position for line in seen),
        visas=visas,
        answers=answers,
    )


def _under_visa(seen: Iterable[NightLine], lines: Iterable[NightLine]) -> Iterable[int]:
    """List the lines of the night under a visa: the relève of the evening signs the day's lines too."""
    signed = [line.data for line in lines if line.type == "logbook.signed" and not line.data.get("compartment")]
    ranges = [(int(data.get("first", 0)), int(data.get("last", 0))) for data in signed]
    return (line.position for line in seen if any(first <= line.position <= last for first, last in ranges))


def _told(line: NightLine, say: Say) -> ReportLine:
    text = str(line.data.get("text") or "")
    if line.type == "logbook.noted":
        params = line.data.get("params") or {}
        both = {lang: say(str(line.data.get("code", "")), params, lang) for lang in ("fr", "en")}
    else:
        both = {"fr": text, "en": text}
    return ReportLine(at=line.happened_at, text=both, position=line.position)


def _events(kept: Iterable[NightLine], told: Mapping[int, ReportLine], numbers: Mapping[str, str]) -> Iterable[Part]:
    by_event: dict[str, list[NightLine]] = {}
    for line in kept:
        if line.data.get("incident"):
            by_event.setdefault(str(line.data["incident"]), []).append(line)
    for lines in sorted(by_event.values(), key=lambda found: min(one.happened_at for one in found)):
        incident = str(lines[0].data["incident"])
        params = [line.data.get("params") or {} for line in lines]
        # one of before may have nothing but typed lines that night
        number = next((str(one["number"]) for one in params if "number" in one), numbers.get(incident, ""))
        yield Part(name="event", number=number, incident=incident, lines=_sorted(lines, told))


OPENING = ("incidents.note.opened", "incidents.note.reopened", "incidents.note.join_undone")
CLOSING = ("incidents.note.closed", "incidents.note.joined")
CONSIGNED, LIFTED = "orders.note.consigned", "orders.note.lifted"


def _follow(kept: Iterable[NightLine], told: Mapping[int, ReportLine]) -> Iterable[ReportLine]:
    """List what is left to the day: the events still open, then the lock-outs not lifted, whenever they began."""
    events: dict[str, NightLine] = {}
    locks: dict[str, NightLine] = {}
    for line in kept:
        code = str(line.data.get("code", ""))
        if code in OPENING:
            events.setdefault(str(line.data.get("incident")), line)
        elif code in CLOSING:
            events.pop(str(line.data.get("incident")), None)
        elif code == CONSIGNED:
            locks[str(line.data.get("asset"))] = line
        elif code == LIFTED:
            locks.pop(str(line.data.get("asset")), None)
    return [told[line.position] for line in (*events.values(), *locks.values())]


def _sorted(lines: Iterable[NightLine], told: Mapping[int, ReportLine]) -> tuple[ReportLine, ...]:
    return tuple(sorted((told[line.position] for line in lines), key=lambda one: (one.at, one.position)))


CHAPTERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("call_outs", ("dispatch.",)),
    ("lock_outs", (CONSIGNED, LIFTED)),
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


def _answers(lines: Iterable[NightLine]) -> Iterable[Answered]:
    """List the calls of the night with their last outcome."""
    outcome: dict[str, Answered] = {}
    for line in lines:
        data, request = line.data, str(line.data.get("request"))
        if line.type == "requests.recorded" and data.get("source") == "phone":
            outcome[request] = Answered(line.position, str(data.get("state", "")))
        elif request in outcome and line.type == "requests.answered":
            outcome[request] = Answered(outcome[request].position, str(data.get("outcome", "")))
        elif request in outcome and line.type == "requests.attached":
            state = "attached" if data.get("incident") else "recorded"
            outcome[request] = Answered(outcome[request].position, state)
    return outcome.values()


def counted(answers: Iterable[Answered]) -> dict[str, int]:
    """Count calls by their outcome."""
    found: dict[str, int] = {}
    for state in sorted(answer.state for answer in answers):
        found[state] = found.get(state, 0) + 1
    return found
