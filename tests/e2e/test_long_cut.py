"""Twenty minutes without network at one seat (room.md, moment 5): nothing is lost or doubled, here or elsewhere."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .conftest import City
from .test_standby import BACK_MS, LOST_MS, lines, shown, standing, wire, write
from .wire import Wire

__all__ = ["standing", "wire"]
pytestmark = [pytest.mark.long, pytest.mark.timeout(2400)]
CUT_S = float(os.environ.get("BEFFROI_CUT_S", "1200"))
TURNS = 20
NEW_EVENT = "plaque de regard déplacée, événement hors ligne"


def incidents(city: City, text: str) -> int:
    """Return how many open events say this."""
    items = city.client.get("/api/incidents", params={"state": "open", "limit": 500}).json()["items"]
    return sum(item["what"] == text for item in items)


def open_event(page: Page, text: str) -> None:
    """Open an event as an operator does: N, the words, saved at once."""
    page.locator("[data-queue]").focus()
    page.keyboard.press("n")
    page.keyboard.type(text)
    page.keyboard.press("Control+Enter")


def test_twenty_minutes_without_network_lose_and_double_nothing(
    quiet: City, standing: Page, wire: Wire, city: City, wait_until: Callable[..., Any]
) -> None:
    wire.cut()
    expect(standing.locator(".bands")).to_contain_text("Liaison perdue", timeout=LOST_MS)
    for turn in range(TURNS):
        write(standing, f"écrit sans réseau {turn}")
        city.act("logbook.write", text=f"écrit ailleurs {turn}")
        standing.wait_for_timeout(CUT_S / TURNS * 1_000)
        if turn == TURNS // 2:
            open_event(standing, NEW_EVENT)
            city.say("A045/D4", tripped=1)
    wait_until(lambda: "A045/D4" in shown(city), within_s=60)
    expect(standing.locator(".bands")).to_contain_text("20 min" if CUT_S >= 1_200 else "Liaison perdue")
    wire.mend()
    expect(standing.locator(".bands")).to_contain_text("Rétabli", timeout=BACK_MS)
    expect(standing.locator(".log .unsent")).to_have_count(0, timeout=BACK_MS)
    assert standing.locator("input[autocomplete=username]").count() == 0
    assert [lines(city, f"écrit sans réseau {turn}") for turn in range(TURNS)] == [1] * TURNS
    assert [lines(city, f"écrit ailleurs {turn}") for turn in range(TURNS)] == [1] * TURNS
    assert incidents(city, NEW_EVENT) == 1
    written = city.client.get("/api/logbook", params={"q": "écrit sans réseau", "limit": 100}).json()["items"]
    assert all(line["typed_at"] for line in written), "what waited says so"
    expect(standing.locator("[data-queue]")).to_contain_text("Départ 4 déclenché")
    standing.click(".bands .btn:has-text('Voir')")
    for turn in (0, TURNS - 1):
        expect(standing.locator(".missed")).to_contain_text(f"écrit ailleurs {turn}")
    expect(standing.locator(".missed")).to_contain_text("Départ 4 déclenché")
