"""The *compte rendu de nuit* cut in sections: each is the machine's own until somebody corrects it, and may go back.

A corrected section keeps the language of who wrote it; what was changed is told line by line against the machine's.
"""

import difflib
from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from beffroi.procedures.night_report.compose import Part, Report, ReportLine
from beffroi.procedures.night_report.words import word
from beffroi.procedures.paper import local_time

SectionName = Literal["events", "on_call", "instructions", "orders", "links", "facts", "figures", "follow"]
HEADING = "## "
"""Begins a line that is a heading inside a section."""

_PARTS: dict[SectionName, tuple[str, ...]] = {
    "on_call": ("call_outs",),
    "instructions": ("routines",),
    "orders": ("orders", "lock_outs"),
    "links": ("links",),
    "facts": ("authorities", "seats", "other", "log"),
}
NAMES: tuple[SectionName, ...] = (
    "events", "on_call", "instructions", "orders", "links", "facts", "figures", "follow",
)  # fmt: skip
"""The sections in the order in which they are read."""


class Typed(msgspec.Struct, frozen=True):
    """A section as somebody wrote it, in his language."""

    text: str
    lang: Literal["fr", "en"] = "fr"


class Amended(msgspec.Struct, frozen=True):
    """What was corrected by hand: the sections changed, and no other."""

    sections: dict[SectionName, Typed]


class Change(msgspec.Struct, frozen=True):
    """One line of a corrected section: kept (empty), added (`+`) or taken away (`-`)."""

    mark: Literal["", "+", "-"]
    text: str


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One section as it is read: its text, the machine's own, and, where it was corrected, what changed."""

    name: SectionName
    title: str
    text: str
    machine: str
    lang: str
    corrected: bool = False
    changes: tuple[Change, ...] = ()


def amended_of(body: str) -> Amended | None:
    """Return the corrections of a version, or nothing for one that was written as a single text."""
    try:
        return msgspec.json.decode(body, type=Amended)
    except msgspec.DecodeError:
        return None


def sections_of(report: Report, amended: Amended | None, lang: str, zone: str) -> list[Section]:
    """Return every section of a report for a reader."""
    given = amended.sections if amended else {}
    made = []
    for name in NAMES:
        typed = given.get(name)
        written = typed.lang if typed else lang
        own = machine_text(report, name, written, zone)
        text = typed.text.strip() if typed else own
        made.append(
            Section(
                name=name,
                title=word(f"section.{name}", lang),
                text=text,
                machine=own,
                lang=written,
                corrected=text != own,
                changes=changes(own, text) if text != own else (),
            )
        )
    return made


def changes(before: str, after: str) -> tuple[Change, ...]:
    """Return what was taken away and added, line by line, in the order of reading."""
    told = difflib.ndiff(before.splitlines(), after.splitlines())
    marks: dict[str, Literal["", "+", "-"]] = {"  ": "", "+ ": "+", "- ": "-"}
    return tuple(Change(marks[line[:2]], line[2:]) for line in told if line[:2] in marks)


def machine_text(report: Report, name: SectionName, lang: str, zone: str) -> str:
    """Return a section as the machine writes it; it says so when there is nothing."""
    lines = list(_MADE.get(name, _chapters(name))(report, lang, zone))
    return "\n".join(lines) or word("none", lang)


def as_text(report: Report, amended: Amended | None, lang: str, zone: str) -> str:
    """Return the whole report as one text: a heading begins by ##."""
    found = []
    for section in sections_of(report, amended, lang, zone):
        own_headings = section.text.startswith(HEADING)
        found += [*([] if own_headings else [f"{HEADING}{section.title}"]), section.text]
    return "\n".join(found)


def _lines(lines: Iterable[ReportLine], lang: str, zone: str) -> list[str]:
    return [f"{local_time(line.at, zone)} · {line.text.get(lang, '')}" for line in lines]


def _events(report: Report, lang: str, zone: str) -> Iterable[str]:
    for part in report.events:
        yield HEADING + word("event", lang).format(number=part.number)
        yield from _lines(part.lines, lang, zone)


def _chapters(name: SectionName) -> Callable[[Report, str, str], Iterable[str]]:
    def made(report: Report, lang: str, zone: str) -> Iterable[str]:
        wanted = _PARTS[name]
        parts: list[Part] = [part for part in report.parts if part.name in wanted and part.lines]
        for part in parts:
            if len(wanted) > 1:
                yield HEADING + word(part.name, lang)
            yield from _lines(part.lines, lang, zone)

    return made


def _figures(report: Report, lang: str, zone: str) -> Iterable[str]:
    yield word("figures", lang).format(written=report.written, signed=report.signed)
    yield word("events_count", lang).format(events=len(report.events), open=len(report.follow))
    for state, count in report.calls.items():
        yield f"{word('calls', lang)}, {word(state, lang)} : {count}"
    if report.masked:
        yield word("masked", lang).format(masked=report.masked)


_MADE: dict[SectionName, Callable[[Report, str, str], Iterable[str]]] = {
    "events": _events,
    "figures": _figures,
    "follow": lambda report, lang, zone: _lines(report.follow, lang, zone),
}
