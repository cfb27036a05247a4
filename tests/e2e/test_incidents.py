"""Events at the desk: `N` by keyboard alone, `P` in two browsers, the checklist, closure in keys, reopening, drafts."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import City, open_desk
from .test_accessibility import axe, violations

__all__ = ["axe"]
pytestmark = pytest.mark.e2e
SLOW_MS = 20_000
"""What a machine busy with other tests may take; no promise of the desk."""

FRESH_MS = 800
"""A line that changed less than 700 ms ago refuses the key."""


@pytest.fixture
def room(desk: Page, city: City) -> Iterator[Page]:
    """Return the desk with no event open, and leave none."""
    city.close_events()
    yield desk
    city.close_events()


def line(page: Page, words: str) -> Any:
    return page.locator("[data-queue] [role=option]", has_text=words)


def opens(page: Page, words: str) -> None:
    page.keyboard.press("n")
    expect(page.locator("#new-what")).to_be_focused()
    page.keyboard.type(words)
    expect(page.locator("#new-offers [role=option]").first).to_contain_text("A045-3", timeout=SLOW_MS)
    page.keyboard.press("Enter")
    expect(line(page, words)).to_have_count(1, timeout=SLOW_MS)
    expect(page.locator("[data-queue]")).to_be_focused()


def test_n_opens_an_event_by_keyboard_alone_from_any_screen(room: Page, city: City) -> None:
    room.evaluate("location.hash = '#/work'")
    room.keyboard.press("n")
    room.keyboard.type("mât couché A045-3, câbles à nu, radio PM")
    expect(room.locator(".new select").first).to_have_value("mast_down")
    expect(room.locator(".new select").nth(1)).to_have_value("radio")
    expect(room.locator("#new-offer-0")).to_contain_text("A045-3")
    room.keyboard.press("Enter")
    expect(room.locator(".right h2")).to_contain_text("mât couché A045-3", timeout=SLOW_MS)
    expect(room.locator(".right")).to_contain_text("mise en sécurité")
    expect(room.locator(".right")).to_contain_text("couper ce départ éteint 12 points")
    (one,) = city.client.get("/api/incidents").json()["items"]
    assert (one["category"], one["source"], one["code"]) == ("mast_down", "radio", "A045-3")


def test_a_draft_survives_a_crash_of_the_browser(room: Page) -> None:
    room.keyboard.press("n")
    room.keyboard.type("feu rouge bloqué carrefour")
    expect(room.locator("#new-what")).to_have_value("feu rouge bloqué carrefour")
    room.reload()
    room.wait_for_selector("[data-queue]", timeout=20_000)
    room.locator("[data-queue]").focus()
    room.keyboard.press("n")
    expect(room.locator("#new-what")).to_have_value("feu rouge bloqué carrefour")
    room.locator("#new-what").fill("")
    room.keyboard.press("Escape")
    expect(room.locator("#new-what")).to_have_count(0)


def test_the_same_event_nearby_is_offered_first(room: Page, city: City) -> None:
    opens(room, "lampadaire éteint A045-3")
    number = city.client.get("/api/incidents").json()["items"][0]["number"]
    room.wait_for_timeout(FRESH_MS)
    room.keyboard.press("n")
    room.keyboard.type("lampadaire clignote A045-4")
    expect(room.locator("#new-offer-0")).to_contain_text(f"Même événement {number}")
    room.keyboard.press("Enter")
    expect(room.locator(".log li", has_text="lampadaire clignote A045-4")).to_have_count(1)
    assert city.client.get("/api/incidents").json()["total"] == 1


def test_two_people_take_at_once_one_is_told_who_has_it(room: Page, city: City, browser: Browser) -> None:
    opens(room, "lampadaire éteint A045-3")
    incident = city.client.get("/api/incidents").json()["items"][0]["id"]
    beside = browser.new_context(viewport={"width": 1366, "height": 768}, locale="fr-FR")
    try:
        other = beside.new_page()
        open_desk(other, city)
        line(other, "lampadaire éteint").click()
        other.wait_for_timeout(FRESH_MS)
        # the other seat's screen is slow: it has not heard yet that somebody took it
        city.act("incidents.take", incident=incident)
        room.wait_for_timeout(FRESH_MS)
        room.keyboard.press("p")
        expect(room.locator(".held[role=status]")).to_contain_text("Dominique l'a depuis")
        expect(line(other, "lampadaire éteint")).to_contain_text("Dominique")
    finally:
        beside.close()


def test_take_is_undone_within_five_seconds(room: Page) -> None:
    opens(room, "lampadaire éteint A045-3")
    room.wait_for_timeout(FRESH_MS)
    room.keyboard.press("p")
    expect(line(room, "lampadaire éteint")).to_contain_text("Camille")
    room.keyboard.press("Control+z")
    expect(line(room, "lampadaire éteint")).not_to_contain_text("Camille")


def test_steps_closure_and_reopening_by_keys(room: Page, city: City) -> None:
    opens(room, "mât couché A045-3")
    room.wait_for_timeout(FRESH_MS)
    room.keyboard.press("l")
    room.keyboard.press("1")
    expect(room.locator("[data-incident-checklist]")).to_contain_text(
        re.compile(r"Police et pompiers prévenus 17 · \d\d:\d\d")
    )
    room.keyboard.press("Escape")
    expect(room.locator("[data-queue]")).to_be_focused()
    room.keyboard.press("x")
    closing = room.locator(".closing")
    expect(closing).to_contain_text("Quelle cause")
    room.keyboard.press("5")
    expect(closing).to_contain_text("Quel résultat")
    room.keyboard.press("1")
    expect(closing).to_contain_text("étapes obligatoires")
    room.keyboard.press("5")
    expect(line(room, "mât couché")).to_have_count(0)
    (one,) = city.client.get("/api/incidents?state=closed&q=mât").json()["items"][:1]
    assert (one["cause"], one["result"], one["skip_reason"]) == ("crash", "repaired", "another_did")
    expect(room.locator(".right")).to_contain_text("Choc de véhicule")
    room.get_by_role("button", name="Rouvrir").click()
    room.get_by_role("button", name="pas réparé").click()
    expect(line(room, one["number"])).to_have_count(1)


def test_what_the_core_does_not_answer_is_kept_and_sent_once(room: Page, city: City) -> None:
    room.route("**/api/actions/**", lambda route: route.abort())
    room.keyboard.press("n")
    room.keyboard.type("nid de poule A045-3")
    room.keyboard.press("Enter")
    expect(room.locator(".frame")).to_contain_text("1 saisie non transmise")
    room.reload()
    expect(room.locator(".frame")).to_contain_text("1 saisie non transmise", timeout=20_000)
    room.unroute("**/api/actions/**")
    expect(line(room, "nid de poule")).to_have_count(1, timeout=10_000)
    expect(room.locator(".frame")).not_to_contain_text("non transmise")
    assert city.client.get("/api/incidents").json()["total"] == 1


def test_what_the_core_refuses_afterwards_stays_with_its_reason(room: Page, city: City) -> None:
    room.route("**/api/actions/**", lambda route: route.abort())
    room.keyboard.press("n")
    room.keyboard.type("affaissement A045-3")
    room.keyboard.press("Enter")
    expect(room.locator(".notice-line")).to_contain_text("gardé sur ce poste")
    refusal = {"code": "incidents.unknown_place", "params": {}, "text": "lieu inconnu ce soir"}
    room.route("**/api/actions/incidents.open*", lambda route: route.fulfill(status=409, json=refusal))
    expect(room.locator(".bands")).to_contain_text("1 saisie refusée", timeout=20_000)
    expect(room.locator(".bands")).to_contain_text("lieu inconnu ce soir")
    room.reload()
    expect(room.locator(".bands")).to_contain_text("lieu inconnu ce soir", timeout=20_000)
    room.unroute("**/api/actions/incidents.open*")
    room.unroute("**/api/actions/**")
    room.get_by_role("button", name="Réessayer").click()
    expect(line(room, "affaissement")).to_have_count(1, timeout=10_000)
    expect(room.locator(".bands")).not_to_contain_text("refusée")
    assert city.client.get("/api/incidents").json()["total"] == 1


def test_the_list_finds_filters_and_says_when_it_is_empty(room: Page, axe: str) -> None:
    opens(room, "mât couché A045-3")
    room.evaluate("location.hash = '#/incidents'")
    expect(room.locator(".list-page [role=option]")).to_have_count(1)
    room.evaluate(axe)
    assert violations(room) == []
    room.get_by_placeholder("Numéro, mots").fill("introuvable")
    expect(room.locator(".list-page")).to_contain_text("Aucun événement ne correspond")
    room.get_by_role("button", name="Enlever les filtres").click()
    expect(room.locator(".list-page [role=option]")).to_have_count(1)
    room.keyboard.press("n") if room.locator("[data-queue]:focus").count() else room.get_by_role(
        "button", name="Nouvel événement"
    ).click()
    expect(room.locator("#new-what")).to_be_focused()
    assert violations(room) == []
    room.keyboard.press("Escape")
