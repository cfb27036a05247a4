"""The room's gestures, by the characters that keys type (AZERTY or not)."""

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import City

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
