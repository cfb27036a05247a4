"""The report of the night: made once from the journal, the same when made again, hours told apart in October."""

import asyncio
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zlib import crc32
from zoneinfo import ZoneInfo

import msgspec
import psycopg

from beffroi.journal import store as journal
from beffroi.journal.types import GENESIS
from beffroi.logbook import store as logbook
from beffroi.logbook.events import Corrected, Noted, Signed, Written
from beffroi.model.actor import Actor
from beffroi.model.scope import Scope
from beffroi.model.time import SECOND, Micros, from_datetime
from beffroi.procedures.night_report import file_report
from beffroi.procedures.night_report.compose import last_night, window
from beffroi.procedures.night_report.paper import TEMPLATE, printed
from beffroi.procedures.night_report.reading import recompute
from beffroi.procedures.night_report.sections import Amended, Typed, as_text, sections_of
from beffroi.procedures.paper import pdf
from beffroi.server.reading import PoolReader
from beffroi.trade.line import Line
from tests.access.running import small_city

PARIS = ZoneInfo("Europe/Paris")
CAMILLE = Actor("person", UUID(int=1))
REACTION = Actor("reaction", name="test")
INCIDENT = UUID(int=9)
OLD, ENDED = UUID(int=7), UUID(int=8)
"""Events opened before the night."""
LOCKED, FREED = UUID(int=41), UUID(int=42)
NIGHT = date(2025, 10, 25)
"""The night when the clocks of Europe go back: 02:30 comes twice."""


def _at(text: str, fold: int = 0) -> Micros:
    day = NIGHT if text >= "12" else date(2025, 10, 26)
    local = datetime.fromisoformat(f"{day}T{text}").replace(tzinfo=PARIS, fold=fold)
    return from_datetime(local.astimezone(ZoneInfo("UTC")))


def _note(code: str, incident: UUID | None = None, asset: UUID | None = None, **params: str) -> Noted:
    entry = UUID(int=crc32(f"{code}{incident}{asset}".encode()) + 50)
    return Noted(entry=entry, code=code, params=params, incident=incident, asset=asset)


def _night() -> list[tuple[Micros, Actor, Any]]:
    """Return what was journalled in and around one night."""
    first, second = UUID(int=20), UUID(int=21)
    return [
        (_at("20:40"), CAMILLE, Written(entry=UUID(int=10), text="Avant la nuit")),
        (_at("20:50"), REACTION, _note("incidents.note.opened", INCIDENT, number="2025-14", place="rue Monge")),
        (_at("21:05"), CAMILLE, Written(entry=first, text="Astreinte jointe", incident=INCIDENT)),
        (_at("21:06"), CAMILLE, Corrected(entry=second, corrects=first, text="Astreinte prévenue", incident=INCIDENT)),
        (_at("02:30"), CAMILLE, Written(entry=UUID(int=22), text="Essai radio, heure d'été")),
        (_at("02:30", fold=1), CAMILLE, Written(entry=UUID(int=23), text="Essai radio, heure d'hiver")),
        (_at("02:50", fold=1), CAMILLE, Written(entry=UUID(int=24), text="Suspect", scope=Scope("", "police"))),
        (_at("03:00"), REACTION, _note("orders.note.consigned", certificate="C-12", place="A045")),
        (_at("05:00"), REACTION, Signed(visa=UUID(int=30), first=1, last=3, lines=3, signer=CAMILLE.id)),
        (_at("06:31"), CAMILLE, Written(entry=UUID(int=25), text="Après la nuit")),
    ]


def _day_before() -> list[tuple[Micros, Actor, Any]]:
    """Return a night that finds two events and two lock-outs, ends one of each, and writes only words of the other."""
    return [
        (_at("17:00"), REACTION, _note("orders.note.consigned", asset=LOCKED, certificate="C-9", place="A045/D3")),
        (_at("17:05"), REACTION, _note("orders.note.consigned", asset=FREED, certificate="C-8", place="A046")),
        (_at("18:00"), REACTION, _note("incidents.note.opened", OLD, number="2025-12", place="rue Monge")),
        (_at("18:10"), REACTION, _note("incidents.note.opened", ENDED, number="2025-13", place="rue Berbisey")),
        (_at("20:50"), CAMILLE, Written(entry=UUID(int=61), text="Toujours rien", incident=OLD)),
        (_at("20:55"), REACTION, Signed(visa=UUID(int=62), first=1, last=5, lines=5, signer=CAMILLE.id)),
        (_at("22:00"), REACTION, _note("incidents.note.closed", ENDED, number="2025-13")),
        (_at("22:10"), REACTION, _note("orders.note.lifted", asset=FREED, place="A046")),
    ]


def _journal(database: Any, facts: list[tuple[Micros, Actor, Any]] | None = None) -> None:
    lines = [Line(place, at, at, actor, None, event) for place, (at, actor, event) in enumerate(facts or _night(), 1)]
    with psycopg.connect(database.app) as connection, connection.cursor() as cursor:
        journal.write(cursor, lines, GENESIS)
        logbook.write(cursor, lines)


class _Door:
    """What the report asks of the core."""

    def __init__(self, database: Any, city: Any) -> None:
        self.reader = PoolReader(database.app)
        self.zone = "Europe/Paris"
        self.kinds: dict[str, Any] = {}
        self.city = city


def _recomputed(database: Any) -> Any:
    async def run() -> Any:
        from beffroi.server.absent import empty_city

        door: Any = _Door(database, empty_city())
        await door.reader.open()
        try:
            return [await recompute(door, NIGHT), await recompute(door, NIGHT), await recompute(door, date(2024, 1, 1))]
        finally:
            await door.reader.close()

    return asyncio.run(run())


def test_the_same_journal_gives_the_same_report(database: Any) -> None:
    _journal(database)
    report, again, nothing = _recomputed(database)
    assert nothing is None
    assert msgspec.json.encode(report) == msgspec.json.encode(again)
    assert (report.written, report.signed, report.masked) == (6, 2, 1)
    (event,) = report.events
    assert event.number == "2025-14"
    assert [line.text["fr"] for line in event.lines][1:] == ["Astreinte prévenue"]
    parts = {part.name: part.lines for part in report.parts}
    assert len(parts["lock_outs"]) == 1
    assert str(CAMILLE.id) not in msgspec.json.encode(report).decode()


def test_what_began_before_the_night_and_still_stands_is_left_to_the_day(database: Any) -> None:
    _journal(database, _day_before())
    report = _recomputed(database)[0]
    told = {"17:00": "C-9", "18:00": "2025-12"}
    follow = as_text(report, None, "fr", "Europe/Paris").split("## À suivre\n")[1].splitlines()
    assert {line[:5] for line in follow} == set(told)
    assert all(told[line[:5]] in line for line in follow)


def test_an_older_event_keeps_its_number_and_only_lines_of_the_night_count_as_signed(database: Any) -> None:
    _journal(database, _day_before())
    report = _recomputed(database)[0]
    assert {part.number for part in report.events} == {"2025-12", "2025-13"}
    # the relève of the evening signed five lines: four of them are the day's
    assert (report.written, report.signed) == (3, 1)


def test_the_two_same_hours_of_october_are_told_apart_in_their_order(database: Any) -> None:
    _journal(database)
    report = _recomputed(database)[0]
    log = next(part.lines for part in report.parts if part.name == "log")
    assert [line.text["fr"] for line in log] == ["Essai radio, heure d'été", "Essai radio, heure d'hiver"]
    assert log[1].at - log[0].at == 3_600 * SECOND
    text = as_text(report, None, "fr", "Europe/Paris")
    assert "02:30 (été) · Essai radio, heure d'été\n02:30 (hiver) · Essai radio, heure d'hiver" in text
    assert "Avant la nuit" not in text
    assert "Après la nuit" not in text


def test_it_prints_in_both_languages_and_as_corrected(database: Any) -> None:
    _journal(database)
    report = _recomputed(database)[0]
    for lang in ("fr", "en"):
        assert pdf(TEMPLATE, printed(report, lang, "Europe/Paris", 1)).startswith(b"%PDF")
    amended = Amended({"events": Typed("## Événement 2025-14\n21:05 · corrigé")})
    assert pdf(TEMPLATE, printed(report, "fr", "Europe/Paris", 2, amended)).startswith(b"%PDF")
    whole = printed(report, "fr", "Europe/Paris", 2, whole="## Nuit\nécrite d'un seul texte")
    assert pdf(TEMPLATE, whole).startswith(b"%PDF")


def test_a_section_is_corrected_alone_says_what_changed_and_goes_back(database: Any) -> None:
    _journal(database)
    report = _recomputed(database)[0]
    own = {one.name: one for one in sections_of(report, None, "fr", "Europe/Paris")}
    assert not any(one.corrected for one in own.values())
    assert own["events"].text.splitlines()[0] == "## Événement 2025-14"
    # nobody closed the event, nor lifted the lock-out
    assert len(own["follow"].text.splitlines()) == 2
    assert own["on_call"].text == "Rien à signaler."
    text = own["events"].text.replace("Astreinte prévenue", "Astreinte prévenue deux fois")
    amended = Amended({"events": Typed(text), "links": Typed(own["links"].text)})
    again = {one.name: one for one in sections_of(report, amended, "en", "Europe/Paris")}
    assert [name for name, one in again.items() if one.corrected] == ["events"]
    assert [one.text for one in again["events"].changes if one.mark == "-"] == ["21:06 · Astreinte prévenue"]
    assert [one.text for one in again["events"].changes if one.mark == "+"] == ["21:06 · Astreinte prévenue deux fois"]
    # what was not touched reads in the language of the reader, and what was goes back to the machine's
    assert again["on_call"].text == "Nothing to report."
    assert again["events"].machine == own["events"].text


def test_a_night_is_between_a_quarter_to_nine_and_half_past_six() -> None:
    since, until = window(date(2026, 1, 10), PARIS)
    assert until - since == (9 * 60 + 45) * 60 * SECOND
    assert window(NIGHT, PARIS)[1] - window(NIGHT, PARIS)[0] == (10 * 60 + 45) * 60 * SECOND
    assert last_night(_at("06:29"), PARIS) == date(2025, 10, 24)
    assert last_night(_at("06:30"), PARIS) == NIGHT


def test_a_night_is_reported_on_once_whoever_restarts(database: Any) -> None:
    _journal(database)

    async def run() -> list[Any]:
        async with small_city(database, whole=True) as city:
            door: Any = city
            door.kinds, door.city = city.wiring.kinds, city.wiring.city
            assert await file_report(door, date(2020, 1, 1)) is False
            assert await file_report(door, NIGHT) is True
            assert city.state("logbook").reports == {"2025-10-25": 1}
            return await city.lines("logbook.report_filed")

    first = asyncio.run(run())
    again = asyncio.run(run())
    assert len(first) == len(again) == 1
    assert msgspec.json.decode(first[0].event.body)["events"][0]["number"] == "2025-14"
