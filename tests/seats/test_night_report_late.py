"""Facts of the night entered later that morning: the report is made again, what was corrected by hand stays."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest

from beffroi.logbook.actions import AmendReport, Write
from beffroi.logbook.store import list_reports
from beffroi.logbook.types import Entry
from beffroi.model.actor import Actor
from beffroi.model.time import HOUR, MINUTE, Micros
from beffroi.procedures import night_report
from beffroi.procedures.night_report import file_report, reading, remake_report
from beffroi.procedures.night_report.compose import Report
from beffroi.procedures.night_report.late import Span, hand_of, machine_of, newest_late
from beffroi.procedures.night_report.seen import shown_to
from beffroi.trade.doors import trusted
from tests.access.running import small_city

NIGHT = date(2025, 10, 25)
CAMILLE = trusted(Actor("person", UUID(int=1)))


def test_only_facts_of_the_night_entered_that_morning_have_it_made_again() -> None:
    span = Span(since=0, until=10 * HOUR, late=16 * HOUR)

    def entry(facts: Micros, entered: Micros) -> Entry:
        return Entry(id=UUID(int=entered), happened_at=facts, recorded_at=entered, source="typed")

    told = [entry(9 * HOUR, 9 * HOUR), entry(9 * HOUR, 11 * HOUR), entry(12 * HOUR, 12 * HOUR)]
    assert newest_late(reversed(told), span) == 11 * HOUR
    assert newest_late(reversed(told[:1]), span) is None
    assert newest_late(reversed([*told, entry(9 * HOUR, 15 * HOUR)]), span) == 15 * HOUR
    assert newest_late(reversed([*told[:1], entry(9 * HOUR, 16 * HOUR)]), span) is None
    # facts of the day before, typed in the morning, are no more the night's
    assert newest_late(reversed([entry(-MINUTE, 11 * HOUR)]), span) is None


def test_a_line_entered_late_makes_a_version_that_keeps_the_corrections(
    database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        async with small_city(database, whole=True) as city:
            door: Any = city
            door.kinds, door.city = city.wiring.kinds, city.wiring.city
            until = city.clock.now()
            for module in (night_report, reading):
                monkeypatch.setattr(module, "window", lambda night, zone: (until - 9 * HOUR, until))
                monkeypatch.setattr(module, "late_until", lambda night, zone: until + HOUR)
            monkeypatch.setattr(night_report, "SETTLED", 0)
            assert await file_report(door, NIGHT)
            assert await remake_report(door, NIGHT) == 0
            done = await late(door, "Mât couché, avenue du Drapeau", until)
            assert city.state("logbook").reports == {NIGHT.isoformat(): 2}
            body = msgspec.json.encode({"sections": {"links": {"text": "corrigé", "lang": "fr"}}}).decode()
            await city.executor.execute(AmendReport(night=NIGHT.isoformat(), version=2, body=body), CAMILLE)
            await late(door, "Câbles à nu", until)
            # nothing came since: a core that starts again makes none
            assert await remake_report(door, NIGHT) > done
            versions = await list_reports(city.reader, NIGHT.isoformat())
            assert [(one.version, one.author is None) for one in versions] == [
                (4, True),
                (3, False),
                (2, True),
                (1, True),
            ]
            made = machine_of(versions)
            assert made is not None
            seen = await shown_to(city.reader, msgspec.json.decode(made.body, type=Report), hand_of(versions), CAMILLE)
            said = [line.text["fr"] for part in seen.report.parts for line in part.lines]
            assert {"Mât couché, avenue du Drapeau", "Câbles à nu"} <= set(said)
            assert seen.amended is not None
            assert seen.amended.sections["links"].text == "corrigé"
            # each version is read as it was
            first = msgspec.json.decode(versions[-1].body, type=Report)
            assert "Mât couché" not in str(first)

    async def late(door: Any, text: str, until: Micros) -> Micros:
        await door.executor.execute(Write(text=text), CAMILLE, happened_at=until - 10 * MINUTE)
        return await remake_report(door, NIGHT)

    asyncio.run(run())
