"""What the street says is on the screen; what the screen asks reaches the street; the post falls and comes back."""

import signal
import time

import pytest
from playwright.sync_api import Page, expect

from .conftest import City, core_pid, signal_core

pytestmark = pytest.mark.e2e
ON_SCREEN_MS = 2_000


def test_a_lamp_changes_on_the_map_within_two_seconds(desk: Page, city: City) -> None:
    desk.click(".legend .head")
    lit = desk.locator(".legend li", has_text="allumé").first.locator("b")
    city.say("A045-1", power_w=0, level_pct=0)
    expect(lit).to_have_text("0", timeout=10_000)
    city.say("A045-1", power_w=80, level_pct=100)
    expect(desk.locator(".legend li").filter(has_text="allumé").first).to_contain_text(
        "1", timeout=ON_SCREEN_MS + 1_000
    )


def test_consignation_and_its_refusals(desk: Page, city: City) -> None:
    desk.keyboard.press("Control+k")
    desk.keyboard.type("A045/D4")
    desk.wait_for_selector("#palette-0:has-text('A045/D4')")
    desk.keyboard.press("Enter")
    desk.click(".right .btn:has-text('Consigner')")
    desk.fill(".right form input >> nth=0", "Sacha Électricien")
    desk.fill(".right form input >> nth=1", "C-2026-118")
    desk.fill(".right form input[type=password]", "4711")
    desk.click(".right form .btn.main")
    expect(desk.locator(".right .locked")).to_contain_text("CONSIGNÉ")
    expect(desk.locator(".abnormal")).to_contain_text("Consigné")
    desk.click(".right .btn:has-text('Lever')")
    desk.fill(".right form input >> nth=0", "C-2026-118")
    desk.fill(".right form input[type=password]", "0000")
    desk.click(".right form .btn.main")
    expect(desk.locator(".notice-line.bad")).to_contain_text("Sacha")
    desk.fill(".right form input[type=password]", "4711")
    desk.click(".right form .btn.main")
    expect(desk.locator(".right .locked")).to_have_count(0)


def test_an_order_says_what_it_does_before_it_leaves(desk: Page, city: City) -> None:
    desk.keyboard.press("Control+k")
    desk.keyboard.type("A045/D3")
    desk.wait_for_selector("#palette-0:has-text('A045/D3')")
    desk.keyboard.press("Enter")
    desk.click(".right .btn:has-text('Ordre')")
    expect(desk.locator(".preview")).to_contain_text("point")
    expect(desk.locator(".right .btn.main")).to_contain_text("Allumer à 100 % jusqu'à 06:30")
    desk.click(".right .btn:has-text('Éteindre')")
    expect(desk.locator(".right .btn.main")).to_contain_text("Éteindre jusqu'à")


def test_a_frozen_core_greys_the_picture_and_loses_no_line(desk: Page, city: City) -> None:
    signal_core(city, signal.SIGSTOP)
    frozen = time.monotonic()
    try:
        expect(desk.locator(".bands")).to_contain_text("Liaison perdue", timeout=5_000)
        assert time.monotonic() - frozen < 4.5
        desk.locator("#log-text").fill("mât couché avenue du Drapeau")
        desk.keyboard.press("Enter")
        expect(desk.locator(".log .unsent")).to_contain_text("non transmis")
        desk.click("#log-text")
    finally:
        signal_core(city, signal.SIGCONT)
    expect(desk.locator(".bands")).not_to_contain_text("Liaison perdue", timeout=15_000)
    expect(desk.locator(".log .unsent")).to_have_count(0, timeout=15_000)
    expect(desk.locator(".log li", has_text="mât couché avenue du Drapeau")).to_have_count(1)


def test_a_killed_core_is_found_again(desk: Page, city: City, wait_until: object) -> None:
    before = core_pid(city)
    signal_core(city, signal.SIGKILL)
    expect(desk.locator(".bands")).to_contain_text("Liaison perdue", timeout=5_000)
    expect(desk.locator(".bands")).to_contain_text("Rétabli", timeout=40_000)
    assert core_pid(city) != before


@pytest.mark.parametrize(("width", "height"), [(960, 900), (360, 800)])
def test_small_screens_stay_readable(desk: Page, width: int, height: int) -> None:
    desk.set_viewport_size({"width": width, "height": height})
    desk.wait_for_timeout(300)
    assert desk.evaluate("document.documentElement.scrollWidth") <= width
    expect(desk.locator(".queue h2")).to_be_visible()
