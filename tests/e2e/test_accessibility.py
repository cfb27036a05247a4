"""Every screen, both languages, night and day: axe finds nothing."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from .conftest import City, open_desk

pytestmark = pytest.mark.e2e
AXE = Path(__file__).parents[2] / "web" / "desk" / "node_modules" / "axe-core" / "axe.min.js"
DESKS = Path(__file__).parents[2] / "web" / "desk" / "src" / "rooms"
BROUGHT = sorted(name for desk in DESKS.glob("*/desk.ts") for name in re.findall(r"\{ name: '(\w+)'", desk.read_text()))
"""The pages that rooms bring to the desk."""

SCREENS = (
    *("lighting", "overview", "alarms", "alarms/stats", "work", "register", "register/imports", "register/bulk"),
    *("journal", "admin/links", "admin/sources", "admin/accounts", "admin/roles", "admin/keys", "admin/sessions"),
    *("settings", *BROUGHT),
)
TAGS = '["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"]'


def violations(page: Page) -> list[str]:
    """Return what axe finds on the page, one line a rule."""
    found = page.evaluate(f"axe.run(document, {{runOnly: {TAGS}}}).then(r => r.violations)")
    return [f"{one['id']}: {[node['html'][:140] for node in one['nodes'][:3]]}" for one in found]


@pytest.fixture
def axe() -> str:
    if not AXE.exists():
        pytest.skip("needs axe-core: npm ci in web/desk")
    return AXE.read_text()


@pytest.mark.parametrize(("theme", "lang"), [("night", "fr"), ("day", "en")])
def test_every_screen(page: Page, city: City, axe: str, theme: str, lang: str) -> None:
    assert {"incidents", "dispatch", "pack"} <= set(BROUGHT)
    open_desk(page, city, theme=theme, lang=lang)
    page.evaluate(axe)
    found = []
    for screen in SCREENS:
        page.evaluate(f"location.hash = '#/{screen}'")
        page.wait_for_timeout(500)
        found += [f"{screen}: {wrong}" for wrong in violations(page)]
    assert not found, "\n".join(found)


CUT = """() => [...document.querySelectorAll('.frame *')].filter((one) => {
  const box = one.getBoundingClientRect();
  if (!box.width || box.right <= innerWidth + 1 || one.closest('.maplibregl-map, .visually-hidden')) return false;
  for (let up = one.parentElement; up; up = up.parentElement) {
    if (getComputedStyle(up).overflowX !== 'visible') return false;
  }
  return true;
}).map((one) => one.outerHTML.slice(0, 100))"""
"""What sticks out of the window and cannot be scrolled to."""


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("size", [(360, 800), (960, 1000), (1920, 1080)], ids=lambda size: f"{size[0]}px")
@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("theme", ["night", "day"])
def test_every_screen_at_every_size(
    page: Page, city: City, axe: str, theme: str, lang: str, size: tuple[int, int]
) -> None:
    open_desk(page, city, theme=theme, lang=lang)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.evaluate(axe)
    found = []
    for screen in SCREENS:
        page.evaluate(f"location.hash = '#/{screen}'")
        page.wait_for_timeout(400)
        found += [f"{screen}: {wrong}" for wrong in violations(page)]
        found += [f"{screen}: cut: {wrong}" for wrong in page.evaluate(CUT)[:3]]
        if page.evaluate("document.documentElement.scrollWidth") > size[0]:
            found.append(f"{screen}: scrolls sideways")
    assert not found, "\n".join(found)


def test_login(page: Page, city: City, axe: str) -> None:
    page.goto(city.url)
    page.wait_for_selector("input[type=password]")
    page.evaluate(axe)
    wrong = violations(page)
    assert not wrong, "\n".join(wrong)


def test_panels(desk: Page, axe: str) -> None:
    desk.evaluate(axe)
    desk.keyboard.press("Control+k")
    found = violations(desk)
    desk.keyboard.type("A045/D3")
    desk.wait_for_selector("#palette-0:has-text('A045/D3')")
    desk.keyboard.press("Enter")
    desk.wait_for_selector(".right h2:has-text('A045/D3')")
    found += violations(desk)
    desk.click(".right .btn:has-text('Ordre')")
    desk.wait_for_selector(".preview")
    found += violations(desk)
    desk.keyboard.press("Escape")
    desk.keyboard.type("?")
    found += violations(desk)
    assert not found, "\n".join(found)
