"""Shifts at accelerated time: four events at once, then a whole night; the ledger says who waited and what it cost.

`BEFFROI_NIGHT_RATE` is the fastest that the city's clock is asked to run while nothing waits; `BEFFROI_NIGHT_LEDGER`
names a file in which the ledgers are kept.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from beffroi.model.time import HOUR, SECOND, Micros, to_datetime
from beffroi.rehearsal.scenario import get_scenario
from beffroi.rehearsal.shift.scenes import Job
from tests.night.agree import Night, disagreements
from tests.night.city import NightCity, night_city, open_seat
from tests.night.heard import unanswered
from tests.night.ledger import MOST_KEYS, Clock
from tests.night.operator import Operator
from tests.night.voices import Voices

pytestmark = [pytest.mark.long, pytest.mark.timeout(5400)]
FASTEST = float(os.environ.get("BEFFROI_NIGHT_RATE", "20"))
WITHIN_S = float(os.environ.get("BEFFROI_NIGHT_WITHIN_S", "3600"))
DESKS = ("Éclairage", "Circulation", "Veille")
SLOW_MS = 60_000


@pytest.fixture(scope="module")
def city() -> Iterator[NightCity]:
    with night_city("quiet_night") as running:
        yield running


@contextmanager
def at_work(browser: Browser, city: NightCity, scenario: str) -> Iterator[Operator]:
    """Give an operator who holds three desks, alone; what the shift cost is kept whatever happens."""
    city.tidy()
    context, page = open_seat(browser, city)
    hold_desks(page, f"Poste nuit {city.count('seats.enrolled') + 1}")
    voices = Voices(browser, city)
    operator = Operator(page, voices, city, FASTEST)
    try:
        yield operator
    finally:
        keep(operator, scenario)
        city.rate(1)
        voices.close()
        context.close()


def hold_desks(page: Page, name: str) -> None:
    """Make this browser a seat of the room and hold the night's desks there; the page shown has no map."""
    page.evaluate("location.hash = '#/seats'")
    page.fill("#seat-name", name)
    page.keyboard.press("Enter")
    expect(page.locator(".seat.chip")).to_contain_text(name, timeout=SLOW_MS)
    for desk in DESKS:
        page.get_by_label(f"Choisir {desk}").check()
    page.get_by_role("button", name="Tenir ici les postes choisis").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".seat.chip")).to_contain_text("3", timeout=SLOW_MS)
    page.evaluate("location.hash = '#/duties'")
    page.locator("[data-queue]").focus()


def keep(operator: Operator, scenario: str) -> None:
    """Print the ledger, and keep it where that was asked for."""
    ledger, clock = operator.ledger, Clock()
    longest, (most, at) = ledger.longest(), ledger.most_at_once()
    told = "\n\n".join(
        [
            f"## {scenario}",
            f"{len(ledger.events)} events, {most} at once at {clock(at)}; {longest.name} waited the longest, "
            f"{longest.waited_s:.0f} s. {operator.hands.keys} keys and {operator.hands.lines_read} lines read in all.",
            operator.tempo.report(),
            ledger.table(clock),
        ]
    )
    print(f"\n{told}\n")
    for event in ledger.events:
        print(event.name, " ".join(event.story))
    if path := os.environ.get("BEFFROI_NIGHT_LEDGER"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(f"{told}\n\n")


def named_in(scenario: str) -> set[str]:
    """List the painted numbers that a scenario strikes one by one: each must be seen by the operator."""
    acts = [act for act in get_scenario(scenario).acts if not isinstance(act, Job)]
    found = (getattr(act, name, "") for act in acts for name in ("circuit", "cabinet", "lamp", "code"))
    return {str(code) for code in found if code}


def check_costs(operator: Operator, city: NightCity, since: int) -> None:
    """All were attended to, each within 12 keys beyond calls and lines typed; no desk was unheld meanwhile."""
    unheld = "SELECT count(*) FROM journal_line WHERE type = 'seats.unheld' AND position > %s"
    assert city.value(unheld, since) == 0
    events = operator.ledger.events
    assert [event.name for event in events if not event.attended_s and event.outcome != "left by itself"] == []
    assert {event.name: event.keys for event in events if event.keys > MOST_KEYS} == {}


def test_four_events_at_once(browser: Browser, city: NightCity) -> None:
    """All four are attended to, each within 12 keys beyond calls and text; one waits, and it is said how long."""
    with at_work(browser, city, "four_at_once") as operator:
        before = city.position()
        began = city.play("four_at_once", 1)
        operator.work_until((began + 2 * HOUR) / SECOND, WITHIN_S, events=4)
        assert unanswered(operator, city, before) == []
        assert named_in("four_at_once") <= {event.name for event in operator.ledger.events}
        assert operator.ledger.most_at_once()[0] >= 4
        check_costs(operator, city, before)
        assert [event.name for event in operator.ledger.events if not event.ended_s] == []
        # the compte rendu is made at 06:30, and a first relève page looks back twelve hours
        city.play("night_ends", 8)
        night = Night(city, before, seat_of(city), night_of(began))
        assert disagreements(night) == []


def test_a_whole_night(browser: Browser, city: NightCity) -> None:
    """20:45 to 06:45: nothing is lost; journal, main courante, relève page and compte rendu agree line by line."""
    with at_work(browser, city, "whole_night") as operator:
        before = city.position()
        began = city.play("whole_night", 1)
        operator.work_until((began + 10 * HOUR) / SECOND, WITHIN_S)
        night = Night(city, before, seat_of(city), night_of(began))
        for facts in night.facts.values():
            print(facts)
        assert disagreements(night) == []
        assert unanswered(operator, city, before) == []
        assert {text: city.count_text(text) for text in set(operator.typed)} == dict(Counter(operator.typed))
        assert named_in("whole_night") <= {event.name for event in operator.ledger.events}
        assert operator.ledger.most_at_once()[0] >= 4
        check_costs(operator, city, before)


def night_of(at: Micros) -> date:
    """Return the day on which the night began."""
    return (to_datetime(at).astimezone(ZoneInfo("Europe/Paris")) - timedelta(hours=12)).date()


def seat_of(city: NightCity) -> str:
    """Return the seat that holds the lighting desk."""
    return str(city.value("SELECT seat FROM seats_holding WHERE desk = 'lighting'"))
