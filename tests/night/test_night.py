"""Shifts at accelerated time: four events at once, then a whole night; the ledger says who waited and what it cost.

`BEFFROI_NIGHT_RATE` is the largest rate that this machine holds with a desk open: the rehearsal slows down honestly.
"""

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.night.city import NightCity, night_city, open_seat
from tests.night.operator import Operator
from tests.night.voices import Voices

pytestmark = [pytest.mark.long, pytest.mark.timeout(7200)]
RATE = float(os.environ.get("BEFFROI_NIGHT_RATE", "30"))
MOST_KEYS = 12
HOUR_US = 3_600_000_000


@pytest.fixture(scope="module")
def city() -> Iterator[NightCity]:
    with night_city("quiet_night") as running:
        yield running


def play(browser: Browser, city: NightCity, scenario: str, hours: float) -> Operator:
    """Let the operator work through a scenario; returns him with his ledger."""
    context, page = open_seat(browser, city)
    page.evaluate("location.hash = '#/duties'")
    voices = Voices(browser, city)
    operator = Operator(page, voices, city)
    began = city.play(scenario, RATE)
    operator.work_until((began + hours * HOUR_US) / 1e6, 7_000)
    print(operator.ledger())
    city.rate(1)
    voices.close()
    context.close()
    return operator


def test_four_events_at_once(browser: Browser, city: NightCity) -> None:
    """All four are attended to, each within 12 keys beyond the call attempts; one waits, and it is said how long."""
    city.tidy()
    operator = play(browser, city, "four_at_once", 1.6)
    attended = [event for event in operator.events.values() if event.attended_s]
    assert len(attended) >= 4
    assert all(event.keys - 2 * event.calls <= MOST_KEYS for event in attended), operator.ledger()
    longest = max(attended, key=lambda event: event.waited_s)
    print(f"{longest.name} waited the longest: {longest.waited_s:.0f} s of the city")


def test_a_whole_night(browser: Browser, city: NightCity) -> None:
    """20:45 to 06:45: nothing is lost, and the relève page, the report of the night and the journal agree."""
    city.tidy()
    before = city.position()
    operator = play(browser, city, "whole_night", 9.9)
    assert all(e.keys - 2 * e.calls <= MOST_KEYS for e in operator.events.values()), operator.ledger()
    agree(city, before)


def agree(city: NightCity, before: int) -> None:
    """Compare line by line: events of the journal and of the report, typed lines, what the relève page holds open."""
    hand = city.seat("chef")
    opened = {
        number
        for (number,) in city.rows(
            "SELECT convert_from(bytes, 'UTF8')::jsonb -> 'data' ->> 'number' FROM journal_line"
            " WHERE type = 'incidents.opened' AND position > %s",
            before,
        )
    }
    report = hand.get("/api/night_report")["text"]
    assert opened <= set(re.findall(r"\d{4}-\d{4}", report)), opened
    written = city.value("SELECT count(*) FROM journal_line WHERE type = 'logbook.written' AND position > %s", before)
    shown = hand.get("/api/logbook", limit=1000)["items"]
    assert written == sum(item["position"] > before for item in shown if not item.get("corrects"))
    still = {row["number"] for row in hand.get("/api/incidents", state="open", limit=1000)["items"]}
    seats = hand.get("/api/seats")
    if seats:
        page = hand.get("/api/relief", seat=seats[0]["id"])
        events = next(one for one in page["sections"] if one["name"] == "events")["items"]
        assert still == {number for item in events for number in re.findall(r"\d{4}-\d{4}", item["what"]["fr"])}
