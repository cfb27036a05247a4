"""The *compte rendu de nuit* as words and on paper."""

from collections.abc import Mapping
from typing import Any

from beffroi.model.time import Micros
from beffroi.procedures.night_report.compose import Report
from beffroi.procedures.paper import local_time

WORDS: dict[str, dict[str, str]] = {
    "title": {"fr": "Compte rendu de nuit", "en": "Night report"},
    "night": {"fr": "Nuit du {night}, de {since} à {until}", "en": "Night of {night}, from {since} to {until}"},
    "event": {"fr": "Événement {number}", "en": "Event {number}"},
    "events": {"fr": "Événements", "en": "Events"},
    "call_outs": {"fr": "Astreintes et équipes", "en": "Call-outs and crews"},
    "orders": {"fr": "Ordres exceptionnels", "en": "Exceptional orders"},
    "lock_outs": {"fr": "Consignations", "en": "Lock-outs"},
    "links": {"fr": "Liaisons", "en": "Links"},
    "routines": {"fr": "Consignes et routines", "en": "Instructions and routines"},
    "authorities": {"fr": "Appels passés", "en": "Calls made"},
    "seats": {"fr": "Armement des postes", "en": "Desks"},
    "other": {"fr": "Autres faits", "en": "Other facts"},
    "log": {"fr": "Écritures", "en": "Lines written"},
    "calls": {"fr": "Appels reçus", "en": "Calls received"},
    "none": {"fr": "Rien à signaler.", "en": "Nothing to report."},
    "figures": {
        "fr": "{written} écritures, dont {signed} visées",
        "en": "{written} lines, {signed} of them signed",
    },
    "masked": {
        "fr": "{masked} écritures des mains courantes de la police et de la vidéo n'y figurent pas.",
        "en": "{masked} lines of the police's and video's own logs are not in it.",
    },
    "recorded": {"fr": "enregistrés", "en": "recorded"},
    "attached": {"fr": "rattachés à un événement", "en": "attached to an event"},
    "informed": {"fr": "renseignés", "en": "answered"},
    "passed_on": {"fr": "transférés", "en": "passed on"},
    "call_back": {"fr": "à rappeler", "en": "to call back"},
    "version": {"fr": "version {version}", "en": "version {version}"},
    "corrected": {"fr": "corrigé à la main", "en": "corrected by hand"},
}

TEMPLATE = """
#document-title(data.heading, data.sub)
#for line in data.at("text", default: ()) {
  if line.starts-with("## ") { section(line.slice(3)) } else { [#line]; parbreak() }
}
#for part in data.at("parts", default: ()) {
  section(part.title)
  if part.rows.len() == 0 { none-said(data.none) } else { rows((auto, 1fr), ("", ""), part.rows) }
}
"""


def word(name: str, lang: str) -> str:
    """Return one of the words of the report; a name that it has not reads as itself."""
    return WORDS.get(name, {}).get(lang if lang in ("fr", "en") else "fr", name)


def _chapters(report: Report, lang: str, zone: str) -> list[dict[str, Any]]:
    named = [(word("event", lang).format(number=part.number), part.lines) for part in report.events]
    if not named:
        named = [(word("events", lang), ())]
    named += [(word(part.name, lang), part.lines) for part in report.parts if part.lines or part.name != "other"]
    chapters = [
        {"title": title, "rows": [[local_time(line.at, zone), line.text.get(lang, "")] for line in lines]}
        for title, lines in named
    ]
    calls = [[str(count), word(state, lang)] for state, count in report.calls.items()]
    return [*chapters, {"title": word("calls", lang), "rows": calls}]


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


def as_text(report: Report, lang: str, zone: str) -> str:
    """Return the report as the text that a person corrects: a chapter begins by ##."""
    made = []
    for chapter in _chapters(report, lang, zone):
        made.append(f"## {chapter['title']}")
        made += [f"{at} · {text}" for at, text in chapter["rows"]] or [word("none", lang)]
    return "\n".join(made)


def printed(report: Report, lang: str, zone: str, version: int, text: str | None = None) -> dict[str, Any]:
    """Return what the template prints: the report itself, or the text that somebody corrected."""
    title = f"{word('title', lang)} · {_day(report.since, zone)}"
    sub = sub_of(report, lang, zone)
    if text is not None:
        sub = f"{sub} · {word('version', lang).format(version=version)}, {word('corrected', lang)}"
    shared: Mapping[str, Any] = {
        "title": title,
        "heading": title,
        "sub": sub,
        "footer": f"Beffroi · {title}",
        "lang": lang,
        "none": word("none", lang),
    }
    if text is not None:
        return {**shared, "text": [line for line in text.splitlines() if line.strip()]}
    return {**shared, "parts": _chapters(report, lang, zone)}


def _day(at: Micros, zone: str) -> str:
    return local_time(at, zone, day=True).split(" ", maxsplit=1)[0]
