"""The journal, the main courante, the relève page and the compte rendu, compared event by event and line by line.

Each of the four is read as it is given to people (French, the city's clock, to the minute); the journal's fields say
what the other three must say: number, title, hours, outcome, what is still open.
"""

import re
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from beffroi.incidents.categories import find_category
from beffroi.incidents.types import CAUSES, RESULTS
from beffroi.procedures.night_report.compose import window
from beffroi.procedures.sentences import say
from tests.conftest import wait_until
from tests.fault.room import Refused, Seat
from tests.night.city import NightCity

CLOCKS = {
    "engaged": r"engagée|: joint, attendu sous",
    "on_site": r"sur place$",
    "made_safe": r": mise en sécurité$",
}
"""How the main courante says that a contract clock stopped."""

FACTS = (
    "SELECT type, happened_at, convert_from(bytes, 'UTF8')::jsonb -> 'data' FROM journal_line"
    " WHERE type LIKE 'incidents.%%' AND position > %s ORDER BY position"
)
STANDING = (
    "SELECT type, convert_from(bytes, 'UTF8')::jsonb -> 'data' ->> 'number' FROM journal_line"
    " WHERE type = ANY(%s) AND recorded_at < %s ORDER BY position"
)
ENDS = {
    "incidents.opened": True, "incidents.reopened": True, "incidents.join_undone": True,
    "incidents.closed": False, "incidents.joined": False,
}  # fmt: skip
"""Whether an event stands once the journal said this of it."""
NOTES = (
    "SELECT position, convert_from(bytes, 'UTF8')::jsonb -> 'data' FROM journal_line"
    " WHERE type IN ('logbook.noted', 'logbook.written', 'logbook.corrected') AND position > %s ORDER BY position"
)


class Said(NamedTuple):
    """One line about an event: the city's clock to the minute, and its sentence."""

    clock: str
    text: str


class Facts:
    """One event as the journal's own lines have it."""

    def __init__(self, number: str) -> None:
        self.number, self.title, self.open = number, "", True
        self.hours: dict[str, str] = {}
        self.outcome = ""

    def __str__(self) -> str:
        hours = ", ".join(f"{name} {clock}" for name, clock in self.hours.items())
        return f"{self.number} {self.title}: {hours}; {self.outcome or 'open'}"


class Night:
    """Everything said of a night by the four, since a position of the journal; `seat` is whose relève page is read."""

    def __init__(self, city: NightCity, since: int, seat: str, night: date) -> None:
        self._city, self._since = city, since
        self._until = window(night, ZoneInfo("Europe/Paris"))[1]
        hand = city.seat("chef")
        wait_until(lambda: night.isoformat() in _nights(hand), within_s=120, every_s=1.0)
        self.facts = self._read_facts()
        found = hand.get("/api/logbook", limit=1000)["items"]
        self.entries = [entry for entry in found if entry["position"] > since]
        self.names = {name: number for number, name in self._incidents().items()}
        self.report = _chapters(hand.get("/api/night_report", night=night.isoformat())["text"])
        ends = city.rows(STANDING, list(ENDS), self._until)
        self.standing = {number for number, last in {number: kind for kind, number in ends}.items() if ENDS[last]}
        self.page = {part["name"]: part["items"] for part in hand.get("/api/relief", seat=seat)["sections"]}

    def _incidents(self) -> dict[str, str]:
        rows = self._city.rows(
            "SELECT DISTINCT convert_from(bytes, 'UTF8')::jsonb -> 'data' ->> 'number',"
            " convert_from(bytes, 'UTF8')::jsonb -> 'data' ->> 'incident'"
            " FROM journal_line WHERE type = 'incidents.opened'"
        )
        return dict(rows)

    def _read_facts(self) -> dict[str, Facts]:
        found: dict[str, Facts] = {}
        marks: dict[tuple[str, str], dict[str, int]] = {}
        for kind, at, data in self._city.rows(FACTS, self._since):
            number = data.get("number", "")
            if kind == "incidents.opened":
                found[number] = Facts(number)
                found[number].title = _title(data)
            if number in found:
                self._apply(found[number], kind, at, data, marks)
        for (number, clock), times in marks.items():
            if times:
                found[number].hours[clock] = self.clock(min(times.values()))
        return found

    def _apply(self, facts: Facts, kind: str, at: int, data: Any, marks: dict[Any, dict[str, int]]) -> None:
        verb = kind.removeprefix("incidents.")
        if verb in ("opened", "taken", "closed"):
            facts.hours.setdefault(verb, self.clock(at))
        if verb == "closed":
            facts.open, facts.hours["closed"] = False, self.clock(at)
            facts.outcome = f"{CAUSES[data['cause']]['fr']}, {RESULTS[data['result']]['fr']}"
        elif verb in ("joined", "reopened"):
            facts.open, facts.outcome = verb == "reopened", ""
        elif verb == "clock_set":
            marks.setdefault((facts.number, data["clock"]), {})[data.get("corrects") or data["move"]] = (
                data.get("at") or at
            )
        elif verb == "clock_unset":
            for times in marks.values():
                times.pop(data["move"], None)

    def clock(self, at: int) -> str:
        """Return the city's clock to the minute."""
        return self._city.local(at)[:5]

    # -- what each of the others says of one event

    def log_of(self, number: str) -> dict[str, Said]:
        """Return the lines of the main courante about an event, as they are read, by their identifier."""
        mine = [entry for entry in self.entries if self.names.get(entry["incident"]) == number]
        return {entry["id"]: self.said(entry) for entry in mine}

    def said(self, entry: Any) -> Said:
        """Return a line of the main courante as it is read."""
        text = entry["text"] or say(entry["code"], entry["params"])
        return Said(self.clock(entry["happened_at"]), _tidy(text))

    def reported(self, name: str) -> bool:
        """Tell whether a line of the main courante was written before the compte rendu was made."""
        return any(entry["id"] == name and entry["recorded_at"] < self._until for entry in self.entries)

    def report_of(self, number: str) -> list[Said]:
        """List the lines of the compte rendu about an event."""
        return self.report.get(f"Événement {number}", [])

    def page_lines(self) -> dict[str, Said]:
        """Return what the relève page says was written since the relève before, by the line's identifier."""
        items = [item for item in self.page["changes"] if item["kind"] == "entry"]
        return {item["ref"]: Said(self.clock(item["at"]), _tidy(item["what"]["fr"])) for item in items}

    def left_out(self) -> int:
        """Return how many older lines the relève page says that it leaves out."""
        return sum(int(item["what"]["fr"].split()[0]) for item in self.page["changes"] if item["kind"] == "older")


def disagreements(night: Night) -> list[str]:
    """Return every point on which the four do not say the same, in words; none when they agree."""
    found = []
    for facts in night.facts.values():
        lines = night.log_of(facts.number)
        found += [f"main courante, {facts}: {what}" for what in _missing(facts, list(lines.values()))]
        written = sorted(line for name, line in lines.items() if night.reported(name))
        found += _differences("compte rendu", facts.number, written, sorted(night.report_of(facts.number)))
    return found + _open_sets(night) + _followed(night) + _twice(night) + _changes(night)


def _differences(name: str, number: str, lines: list[Said], others: list[Said]) -> list[str]:
    lacks = [f"{name} of {number} lacks {line}" for line in lines if line not in others]
    return lacks + [f"{name} of {number} adds {line}" for line in others if line not in lines]


def _open_sets(night: Night) -> list[str]:
    """Compare what the journal leaves open with the relève page, by number and title."""
    still = {f"{facts.number} · {facts.title}" for facts in night.facts.values() if facts.open}
    shown = {item["what"]["fr"] for item in night.page["events"]}
    shown = {one for one in shown if one[: one.find(" ")] in night.facts}
    return [] if still == shown else [f"still open: journal {sorted(still)}, relève {sorted(shown)}"]


def _followed(night: Night) -> list[str]:
    """Compare what the journal left open when the night ended, whenever it began, with what the report leaves to do."""
    said = [re.match(r"Événement (\S+) ", line.text) for line in night.report.get("À suivre", [])]
    shown = {found[1] for found in said if found}
    return [] if shown == night.standing else [f"to follow: journal {sorted(night.standing)}, report {sorted(shown)}"]


def _changes(night: Night) -> list[str]:
    """Compare each line of the relève page with the main courante; what it leaves out, it counts."""
    said = {entry["id"]: night.said(entry) for entry in night.entries}
    shown = night.page_lines()
    found = [f"relève says {line}, main courante {said.get(name)}" for name, line in shown.items()
             if name in said and said[name] != line]  # fmt: skip
    left = len([entry for entry in night.entries if entry["id"] not in shown and not entry["corrected_by"]])
    return found if left <= night.left_out() else [*found, f"relève leaves {left} lines out, says {night.left_out()}"]


def _missing(facts: Facts, lines: list[Said]) -> list[str]:
    """Return what the journal knows of an event and its lines do not say, at its hour."""
    wanted = {
        "opened": re.escape(f"Événement {facts.number} ouvert : {facts.title}, "),
        "taken": re.escape(f"Événement {facts.number} pris : {facts.title}, "),
        "closed": re.escape(f"Événement {facts.number} clos : {facts.outcome}"),
        **CLOCKS,
    }
    return [
        f"{name} at {clock} not said"
        for name, clock in facts.hours.items()
        if name in wanted and not any(line.clock == clock and re.search(wanted[name], line.text) for line in lines)
    ]


def _twice(night: Night) -> list[str]:
    """Return the lines of the journal that the main courante shows not once."""
    shown = [entry["position"] for entry in night.entries]
    kept = [position for position, _ in night._city.rows(NOTES, night._since)]
    return [
        f"line {position} is shown {shown.count(position)} times" for position in kept if shown.count(position) != 1
    ]


def _title(data: Any) -> str:
    named = next((link["name"]["fr"] for link in data.get("links", ()) if link.get("name")), "")
    return str(named or find_category(data["category"]).label["fr"])


def _chapters(text: str) -> dict[str, list[Said]]:
    """Return the lines of the compte rendu by the title of their chapter."""
    found: dict[str, list[Said]] = {}
    here: list[Said] = []
    for line in text.splitlines():
        if line.startswith("## "):
            here = found.setdefault(line[3:], [])
        elif " · " in line:
            clock, words = line.split(" · ", 1)
            here.append(Said(clock, _tidy(words)))
    return found


def _nights(hand: Seat) -> list[str]:
    """List the nights that have a compte rendu."""
    try:
        return list(hand.get("/api/night_report")["nights"])
    except Refused:
        return []


def _tidy(text: str) -> str:
    return " ".join(text.split())
