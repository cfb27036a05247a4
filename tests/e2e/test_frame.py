"""The frame at every width: a bar of one line, a menu by keys, nothing cut, a telephone one part at a time."""

import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .conftest import City, open_desk

pytestmark = pytest.mark.e2e
WIDTHS = (360, 480, 600, 820, 960, 1150, 1366, 1560, 1920, 2560)
PHONE = {"width": 360, "height": 800}

BAR = """() => {
  const bar = document.querySelector('.bar');
  const links = [...bar.querySelectorAll('nav > a')];
  const boxes = [...bar.querySelectorAll('a, button')].map(one => one.getBoundingClientRect());
  const seen = boxes.filter(box => box.width > 2);
  return {window: innerWidth, height: bar.offsetHeight,
    wide: document.documentElement.scrollWidth, within: bar.scrollWidth,
    cut: seen.filter(box => box.right > innerWidth + 1 || box.bottom > bar.offsetHeight + 1).length,
    over: seen.some((a, i) => seen.some((b, j) => j > i && a.left < b.right - 1 && b.left < a.right - 1)),
    current: links.filter(one => one.getAttribute('aria-current')).map(one => one.textContent),
    lines: new Set(links.map(one => one.offsetTop)).size};
}"""


def bar_at(page: Page, width: int) -> dict[str, Any]:
    """Return what the bar is like at a width, once the frame after the resize has chosen its pages."""
    page.set_viewport_size({"width": width, "height": 800})
    deadline = time.monotonic() + 10
    while True:
        found: dict[str, Any] = page.evaluate(BAR)
        if (found["window"] == width and found["within"] <= width) or time.monotonic() > deadline:
            return found
        page.wait_for_timeout(50)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_bar_keeps_one_line_and_the_page_looked_at(page: Page, city: City, lang: str) -> None:
    open_desk(page, city, lang=lang)
    for name, title in (
        ("lighting", {"fr": "Éclairage", "en": "Lighting"}),
        ("relief", {"fr": "Relève", "en": "Shift handover"}),
    ):
        page.evaluate(f"location.hash = '#/{name}'")
        for width in WIDTHS:
            bar = bar_at(page, width)
            assert bar["height"] <= 48, (width, bar)
            assert bar["lines"] == 1, (width, bar)
            assert max(bar["wide"], bar["within"]) <= width, (width, bar)
            assert not bar["cut"], (width, bar)
            assert not bar["over"], (width, bar)
            assert bar["current"] == [title[lang]], (width, bar)


def test_the_menu_of_pages_by_keys(desk: Page) -> None:
    desk.set_viewport_size({"width": 960, "height": 800})
    opener = desk.locator("nav [aria-haspopup=menu]")
    opener.focus()
    desk.keyboard.press("Enter")
    menu = desk.get_by_role("menu")
    first = menu.get_by_role("menuitem").first
    expect(first).to_be_focused()
    desk.keyboard.press("ArrowUp")
    expect(menu.get_by_role("menuitem").last).to_be_focused()
    desk.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
    desk.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(opener).to_be_focused()
    desk.keyboard.press("Space")
    # a letter is the menu's, not the room's: J is no arrow of the queue, R no reminder
    desk.keyboard.press("j")
    expect(menu.get_by_role("menuitem", name="Journal")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator(".page h1")).to_have_text("Journal")
    expect(desk.locator("nav > a[aria-current]")).to_be_focused()
    desk.locator("nav [aria-haspopup=menu]").focus()
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("Tab")
    expect(menu).to_have_count(0)


def test_every_page_is_in_the_bar_or_in_its_menu(desk: Page) -> None:
    desk.set_viewport_size(PHONE)
    desk.locator("nav [aria-haspopup=menu]").click()
    shown = {*desk.locator("nav > a").all_inner_texts(), *desk.get_by_role("menuitem").all_inner_texts()}
    assert {"Éclairage", "Appels", "Relève", "Tournée de nuit", "Dossier de secours", "Réglages"} <= shown


def test_a_telephone_shows_one_part_at_a_time(quiet: City, desk: Page) -> None:
    quiet.say("A045", door_open=1)
    line = desk.locator("[data-queue] [role=option]", has_text="Porte")
    expect(line).to_have_count(1, timeout=5_000)
    desk.set_viewport_size(PHONE)
    desk.get_by_role("button", name="File").click()
    line.click()
    expect(desk.locator(".right h2").first).to_be_visible()
    expect(line).to_be_hidden()
    desk.keyboard.press("Escape")
    expect(desk.locator("[data-queue]")).to_be_focused()
    desk.keyboard.press("m")
    expect(desk.locator("#log-text")).to_be_focused()
    desk.evaluate("location.hash = '#/directory'")
    expect(desk.locator(".page h1")).to_be_visible()
    assert desk.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
