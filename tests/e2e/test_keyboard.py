"""The room's gestures, by the characters that keys type (AZERTY or not)."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from .conftest import LAT, LON, City
from .test_accessibility import SCREENS

pytestmark = pytest.mark.e2e


@pytest.fixture
def tripped(quiet: City, desk: Page) -> Page:
    """Return the desk with circuit 3 tripped, its line unacknowledged."""
    quiet.say("A045/D3", tripped=1)
    expect(desk.locator("[data-queue] [role=option]", has_text="A045/D3")).to_have_count(1, timeout=5_000)
    return desk


def test_acknowledge_take_and_undo_by_characters(tripped: Page) -> None:
    line = tripped.locator("[data-queue] [role=option]", has_text="A045/D3")
    expect(line).to_contain_text("Départ 3 déclenché")
    tripped.wait_for_timeout(800)  # a line that changed less than 700 ms ago refuses the key
    tripped.keyboard.type("j")
    expect(line).to_have_attribute("aria-selected", "true")
    tripped.keyboard.type("a")
    expect(tripped.locator(".notice-line")).to_contain_text("Acquittée")
    expect(line.locator(".outline")).to_have_count(1)
    tripped.keyboard.press("Control+z")
    expect(line.locator(".outline")).to_have_count(0)
    tripped.wait_for_timeout(800)
    tripped.keyboard.type("P")
    expect(line).to_contain_text("Camille")


PRESS_WHEN_IT_RETURNS = """() => {
    const list = document.querySelector('[data-queue]');
    new MutationObserver((_, observer) => {
        if (!document.querySelector('[aria-selected=true] .tag.ok')) return;
        observer.disconnect();
        list.dispatchEvent(new KeyboardEvent('keydown', {key: 'a', bubbles: true, cancelable: true}));
    }).observe(list, {subtree: true, childList: true, attributes: true});
}"""


def test_a_key_on_a_line_that_just_changed_is_refused(tripped: Page, city: City) -> None:
    tripped.locator("[data-queue] [role=option]", has_text="A045/D3").click()
    tripped.evaluate(PRESS_WHEN_IT_RETURNS)
    city.say("A045/D3", tripped=0)
    expect(tripped.locator(".notice-line.bad")).to_contain_text("venait de changer")


def test_letters_belong_to_the_field_when_one_types(desk: Page) -> None:
    desk.keyboard.type("m")
    expect(desk.locator("#log-text")).to_be_focused()
    desk.keyboard.type("appel pompiers")
    expect(desk.locator("#log-text")).to_have_value("appel pompiers")
    desk.reload()
    expect(desk.locator("#log-text")).to_have_value("appel pompiers", timeout=20_000)
    desk.locator("#log-text").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator(".log li", has_text="appel pompiers")).to_have_count(1)
    expect(desk.locator("[data-queue]")).to_be_focused()


def test_palette_key_sheet_and_escape(desk: Page) -> None:
    desk.keyboard.press("Control+k")
    desk.keyboard.type("A045-1")
    expect(desk.locator("#palette-0")).to_contain_text("A045-1")
    desk.keyboard.press("Enter")
    expect(desk.locator(".right h2")).to_contain_text("A045-1")
    desk.keyboard.type("?")
    expect(desk.locator(".sheet")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator(".sheet")).to_have_count(0)
    desk.keyboard.press("Escape")
    expect(desk.locator(".right h2")).to_have_text(re.compile("En main"))


def test_what_was_chosen_in_ctrl_k_stays_under_enter_when_the_search_answers(desk: Page) -> None:
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    desk.route("**/api/search*", hold)
    desk.keyboard.press("Control+k")
    with desk.expect_request("**/api/search*"):
        desk.keyboard.type("re")
    desk.keyboard.press("ArrowDown")
    chosen = desk.locator("#palette-list [aria-selected=true]")
    told = chosen.inner_text()
    street = {"type": "street", "id": None, "label": "Rue Monge, Dijon", "kind": "", "lon": LON, "lat": LAT}
    waiting[-1].fulfill(json=[street])
    expect(desk.locator("#palette-0")).to_contain_text("Rue Monge, Dijon")
    expect(chosen).to_have_count(1)
    assert chosen.inner_text() == told
    desk.unroute("**/api/search*")


def test_an_arrival_never_moves_the_selected_line(quiet: City, desk: Page) -> None:
    quiet.say("A045", door_open=1)
    door = desk.locator("[data-queue] [role=option]", has_text="Porte")
    door.wait_for(timeout=5_000)
    door.click()
    before = door.bounding_box()
    quiet.say("A045/D4", tripped=1)
    higher = desk.locator("[data-queue] [role=option]", has_text="A045/D4")
    expect(higher).to_have_count(1, timeout=5_000)
    expect(desk.locator(".fresh")).to_contain_text("1 nouveau ↑")
    after = door.bounding_box()
    assert before and after and abs(before["y"] - after["y"]) < 1
    expect(door).to_have_attribute("aria-selected", "true")
    desk.click(".fresh")
    expect(higher).to_be_in_viewport()


FOLLOW = """() => {
  window.stops = [];
  document.addEventListener('focusin', ({target}) => {
    const style = getComputedStyle(target);
    const box = target.getBoundingClientRect();
    const ringed = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
    const seen = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
    stops.push({target, ringed, seen, html: target.outerHTML.slice(0, 110)});
  });
}"""
ROUND = "stops.some((stop, at) => at > 3 && stop.target === stops[0].target)"
WRONG = """stops.filter(({ringed, seen}) => !ringed || !seen)
  .map(({ringed, html}) => `${ringed ? 'unseen' : 'no ring'}: ${html}`)"""
MOST_STOPS = 500


def walk(page: Page) -> list[str]:
    """Go through a page by Tab until the first stop comes again; return what is wrong with its stops."""
    page.evaluate("stops.length = 0; document.activeElement?.blur()")
    for _ in range(MOST_STOPS // 10):
        for _ in range(10):
            page.keyboard.press("Tab")
        if page.evaluate(ROUND):
            break
    else:
        return [f"never comes round: {page.evaluate('stops.slice(-3).map(stop => stop.html)')}"]
    wrong: list[str] = page.evaluate(WRONG)
    return sorted(set(wrong))


@pytest.mark.slow
def test_tab_walks_through_every_page_with_a_visible_focus_and_no_trap(desk: Page) -> None:
    desk.evaluate(FOLLOW)
    found = []
    for screen in SCREENS:
        desk.evaluate(f"location.hash = '#/{screen}'")
        desk.wait_for_timeout(300)
        found += [f"{screen}: {wrong}" for wrong in walk(desk)]
    assert not found, "\n".join(found)


def test_every_page_opens_by_the_keyboard_alone(desk: Page) -> None:
    for name in ("Tournée de nuit", "Relève", "Dossier de secours", "Réglages", "Référentiel", "Journal"):
        desk.keyboard.press("Control+k")
        desk.keyboard.type(name)
        desk.wait_for_selector(f"#palette-0:has-text('{name}')")
        desk.keyboard.press("Enter")
        expect(desk.locator(".centre h1")).to_contain_text(name)
