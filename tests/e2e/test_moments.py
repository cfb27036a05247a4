"""The five moments of truth of room.md §2, one night, in their order: gestures, keys, seconds and checks as written.

`BEFFROI_MOMENTS=docs/moments` writes the picture of each step.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.stage import Seat, Stage, phone_of
from tests.night.city import night_city

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
TRIP = "A045/D3"


@pytest.fixture(scope="module")
def stage(browser: Browser) -> Iterator[Stage]:
    """One demonstration for the whole night; each moment jumps forward to its hour."""
    with night_city("whole_night") as city:
        yield Stage(browser, city)


@pytest.fixture
def night(stage: Stage) -> Iterator[Stage]:
    """The night, with no seat taken yet."""
    stage.city.tidy()
    yield stage
    stage.clear()


def test_2_the_circuit_trips(night: Stage) -> None:
    """21:37: one line, one sound, the map does not jump; ≤ 12 keys beyond the call attempts."""
    one, two = night.seat("operateur"), night.seat("chef")
    for seat in (one, two):
        seat.arm()
    night.city.play("shift_trip")
    quiet_since = one.now_ms()
    looked = one.map_view()
    said = night.voices.last()

    line = one.line(TRIP)
    expect(line).to_have_count(1, timeout=90_000)
    expect(line).to_contain_text("Départ 3 déclenché, 80 points éteints")
    expect(line).to_contain_text("Rue Monge, Dijon")
    expect(line).to_contain_text("Appeler l'astreinte")
    assert one.map_view() == looked
    one.page.wait_for_timeout(2_500)
    assert one.sounds(quiet_since) == 1
    one.picture("2-1-une-ligne")

    hands = one.hands
    hands.press("ArrowDown")
    expect(line).to_have_attribute("aria-selected", "true")
    two.page.evaluate(WHEN_OUTLINED, TRIP)
    one.page.evaluate("document.addEventListener('keydown', () => (window.pressedAt = Date.now()), {once: true})")
    hands.press("a")
    expect(two.line(TRIP).locator(".outline")).to_have_count(1)
    silent_ms = two.page.evaluate("window.outlinedAt") - one.page.evaluate("window.pressedAt")
    print(f"acknowledged on the other seat after {silent_ms} ms")
    assert silent_ms <= 200
    one.page.wait_for_timeout(800)

    hands.press("p")
    expect(line).to_contain_text("Camille")
    facts = hands.until(one.right(), r"voisins.*allumé|Voisins.*allumé")
    print(facts)
    one.picture("2-2-pris")

    call_keys = 0
    hands.press("e")
    panel = hands.until(one.right(), r"D.astreinte.*45 min, tél")
    print(panel)
    one.picture("2-3-engager")
    call_keys += choose(one, "Astreinte")
    hands.press("Enter")
    hands.until(one.right(), "appel 1|appelé")
    first = phone_of(hands.until(one.right(), "06 39 98"))
    print("numbers", first)
    assert not night.voices.call(first, f"Départ {TRIP} déclenché rue Monge, 80 points éteints.")
    hands.press("s")
    print(hands.until(one.right(), "À appeler maintenant.*appel 2"))
    one.picture("2-4-appel-2")


def choose(seat: Seat, text: str) -> int:
    """Go down the list that has the focus to the first option that holds a text; returns the keys it took."""
    for pressed in range(12):
        chosen = seat.right().locator("[role=option][aria-selected=true]")
        if text in chosen.inner_text():
            return pressed
        seat.hands.press("ArrowDown")
    raise AssertionError(text)


WHEN_OUTLINED = """(text) => {
  const seen = () => [...document.querySelectorAll('[data-queue] [role=option]')]
    .some((line) => line.innerText.includes(text) && line.querySelector('.outline'));
  const watch = new MutationObserver(() => {
    if (!seen()) return;
    watch.disconnect();
    window.outlinedAt = Date.now();
  });
  watch.observe(document.querySelector('[data-queue]'), {subtree: true, childList: true, attributes: true});
}"""
