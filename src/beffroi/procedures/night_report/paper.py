"""The *compte rendu de nuit* on paper: its sections, what was corrected by hand beside what the machine wrote."""

from typing import Any

from beffroi.procedures.night_report.compose import Report
from beffroi.procedures.night_report.sections import HEADING, Amended, Section, sections_of
from beffroi.procedures.night_report.words import word
from beffroi.procedures.paper import local_time

TEMPLATE = """
#document-title(data.heading, data.sub)
#let said(line) = if line.heading { text(weight: "bold")[#line.text] } else { [#line.text] }
#let told(line) = {
  if line.mark == "-" { text(fill: soft)[#strike(said(line))] }
  else if line.mark == "+" { [#text(weight: "bold")[\\+ ] #underline(said(line))] }
  else { said(line) }
}
#for part in data.sections {
  section(part.title)
  if part.note != "" { text(size: 8.5pt, fill: soft)[#part.note]; parbreak() }
  for line in part.lines { told(line); parbreak() }
}
"""


def sub_of(report: Report, lang: str, zone: str) -> str:
    """Return the line under the title: which night, how much was written."""
    said = [
        word("night", lang).format(
            night=_day(report.since, zone), since=local_time(report.since, zone), until=local_time(report.until, zone)
        ),
        word("figures", lang).format(written=report.written, signed=report.signed),
    ]
    if report.masked:
        said.append(word("masked", lang).format(masked=report.masked))
    return " · ".join(said)


def printed(
    report: Report, lang: str, zone: str, version: int, amended: Amended | None = None, whole: str | None = None
) -> dict[str, Any]:
    """Return what the template prints; `whole` is a version that somebody wrote as one text."""
    title = f"{word('title', lang)} · {_day(report.since, zone)}"
    sub = sub_of(report, lang, zone)
    if version > 1:
        sub = f"{sub} · {word('version', lang).format(version=version)}"
    if whole is not None or (amended is not None and amended.sections):
        sub = f"{sub}, {word('corrected', lang)}"
    if whole is not None:
        parts = [{"title": "", "note": "", "lines": _plain(whole)}]
    else:
        parts = [_part(one, lang) for one in sections_of(report, amended, lang, zone)]
    return {
        "title": title,
        "heading": title,
        "sub": sub,
        "footer": f"Beffroi · {title}",
        "lang": lang,
        "sections": parts,
    }


def _part(section: Section, lang: str) -> dict[str, Any]:
    if not section.corrected:
        return {"title": section.title, "note": "", "lines": _plain(section.text)}
    lines = [_line(one.text, one.mark) for one in section.changes if one.text.strip()]
    return {"title": section.title, "note": word("corrected_here", lang), "lines": lines}


def _plain(text: str) -> list[dict[str, Any]]:
    return [_line(line, "") for line in text.splitlines() if line.strip()]


def _line(text: str, mark: str) -> dict[str, Any]:
    heading = text.startswith(HEADING)
    return {"text": text.removeprefix(HEADING), "mark": mark, "heading": heading}


def _day(at: int, zone: str) -> str:
    return local_time(at, zone, day=True).split(" ", maxsplit=1)[0]
