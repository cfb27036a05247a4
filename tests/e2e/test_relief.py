"""Moment of truth 1 in a browser: the relève by keys alone, the change of person, the lock, a browser killed midway."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.conftest import PASSWORD, City, open_desk

pytestmark = pytest.mark.e2e
CODES = {"camille": "481516", "dominique": "719283"}
DAY_US = 86_400_000_000
SHORT_MS = 30_000


def _set_codes(city: City) -> None:
    for login, code in CODES.items():
        with httpx.Client(base_url=city.url, timeout=60) as hand:
            csrf = hand.post("/api/login", json={"login": login, "password": PASSWORD}).json()["csrf"]
            body = {"present": PASSWORD, "code": code}
            hand.post("/api/access/code", json=body, headers={"X-Beffroi-CSRF": csrf}).raise_for_status()


def _enrol(page: Page, name: str, desks: tuple[str, ...] = ()) -> None:
    page.goto(page.url.split("#")[0] + "#/seats")
    page.fill("#seat-name", name)
    page.keyboard.press("Enter")
    expect(page.locator(".seat.chip")).to_contain_text(name)
    for desk in desks:
        page.get_by_label(f"Choisir {desk}").check()
    if desks:
        page.get_by_role("button", name="Tenir ici les postes choisis").click()
        expect(page.locator(".seat.chip")).to_contain_text(f"· {len(desks)} ")


def _free(city: City) -> None:
    """Close what other tests left held, and give the seats no relève."""
    for desk in ("lighting", "traffic", "video", "watch"):
        city.act("seats.disarm", desk=desk)


@pytest.fixture
def room(city: City) -> Iterator[City]:
    """Return the city with codes for both persons and no desk held."""
    _set_codes(city)
    _free(city)
    yield city
    _free(city)


def _held(city: City) -> dict[str, Any]:
    found = city.client.get("/api/journal", params={"type": "seats.unheld", "limit": 5}).json()["items"]
    return {"unheld": found}


def _palette(page: Page, words: str) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type(words)
    page.keyboard.press("Enter")


def test_the_releve_is_signed_by_keys_alone(room: City, page: Page) -> None:
    until = int(time.time() * 1e6) + DAY_US
    room.act("duties.instruct", text="Ne pas réarmer le départ 3", end=until)
    open_desk(page, room)
    _enrol(page, "Poste relève", ("Éclairage", "Circulation", "Veille"))
    unheld_before = len(_held(room)["unheld"])
    page.keyboard.press("Escape")
    started = time.monotonic()
    _palette(page, "relève")
    expect(page.get_by_role("heading", name="Relève · Éclairage")).to_be_visible(timeout=SHORT_MS)
    shown_in = time.monotonic() - started
    expect(page.locator("[data-step=begin]")).to_be_focused(timeout=SHORT_MS)
    page.keyboard.press("Enter")
    expect(page.locator("#relief-login")).to_be_focused(timeout=SHORT_MS)
    page.keyboard.type("dominique")
    page.keyboard.press("Tab")
    page.keyboard.type(CODES["dominique"])
    switching = time.monotonic()
    page.keyboard.press("Enter")
    expect(page.locator("[data-step^=read-]").first).to_be_focused(timeout=SHORT_MS)
    switched_in = time.monotonic() - switching
    expect(page.locator(".me")).to_have_text("Dominique")
    expect(page.locator(".steps")).to_contain_text("Dominique + Camille")
    for place in range(page.locator("[data-step^=read-]").count()):
        focused = page.locator("[data-step^=read-]:focus")
        step = page.locator(f'[data-step="{focused.get_attribute("data-step")}"]')
        page.keyboard.press("Space")
        expect(step, f"instruction {place}").not_to_be_focused(timeout=SHORT_MS)
        expect(step).to_be_checked()
    expect(page.locator("[data-step=sound]")).to_be_focused(timeout=SHORT_MS)
    page.keyboard.press("Enter")
    expect(page.locator("[data-step=sign]")).to_be_focused(timeout=SHORT_MS)
    page.keyboard.press("Enter")
    expect(page.locator("[data-step=print]")).to_be_focused(timeout=SHORT_MS)
    keys_s = time.monotonic() - started
    print(f"page {shown_in:.2f} s, change of person {switched_in:.2f} s, whole relève {keys_s:.1f} s of keys")
    assert keys_s < 90
    assert page.locator("input[autocomplete=username]").count() == 0
    assert not page.locator(".frame.lost").count()
    assert len(_held(room)["unheld"]) == unheld_before
    href = page.locator("[data-step=print]").get_attribute("href")
    printed = page.request.get(room.url + str(href))
    assert printed.body().startswith(b"%PDF")
    (signed,) = room.client.get("/api/journal", params={"type": "seats.relief_signed", "limit": 1}).json()["items"]
    assert signed["data"]["desks"] == ["lighting", "traffic", "watch"]
    expect(page.locator(".log")).to_contain_text("Relève signée à Poste relève")


def test_a_browser_killed_midway_loses_nothing(room: City, browser: Browser) -> None:
    with browser.new_context(viewport={"width": 1366, "height": 768}, locale="fr-FR") as seat:
        first = seat.new_page()
        open_desk(first, room)
        _enrol(first, "Poste tué", ("Éclairage",))
        first.goto(first.url.split("#")[0] + "#/relief")
        expect(first.locator("[data-step=begin]")).to_be_focused(timeout=SHORT_MS)
        first.keyboard.press("Enter")
        expect(first.locator("#relief-login")).to_be_focused(timeout=SHORT_MS)
        first.close(run_before_unload=False)
        again = seat.new_page()
        again.goto(f"{room.url}/#/relief")
        expect(again.locator(".steps")).to_contain_text("Quitte le poste Camille", timeout=30_000)
        assert again.locator("input[autocomplete=username]").count() == 0
        again.get_by_role("button", name="Abandonner").click()
        expect(again.locator("[data-step=begin]")).to_be_visible(timeout=SHORT_MS)


def test_lock_hides_names_and_a_code_opens(room: City, page: Page) -> None:
    open_desk(page, room)
    _enrol(page, "Poste verrou")
    page.keyboard.press("Control+l")
    expect(page.locator(".seat-lock")).to_be_visible(timeout=SHORT_MS)
    expect(page.locator("#unlock-code")).to_be_focused()
    assert page.locator(".me").evaluate("element => getComputedStyle(element).visibility") == "hidden"
    assert page.locator("canvas").first.is_visible()
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    expect(page.locator(".seat-lock .error")).to_be_visible(timeout=SHORT_MS)
    page.keyboard.type(CODES["camille"])
    page.keyboard.press("Enter")
    expect(page.locator(".seat-lock")).to_have_count(0, timeout=SHORT_MS)
    expect(page.locator(".me")).to_have_text("Camille")


def test_a_locked_seat_shows_no_caller_and_the_next_person_finds_no_draft(room: City, page: Page) -> None:
    open_desk(page, room)
    _enrol(page, "Poste appels")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    expect(page.locator("#call-text")).to_be_focused(timeout=SHORT_MS)
    page.keyboard.type("madame Untel, lampadaire éteint 12 rue Monge")
    page.keyboard.press("Control+l")
    expect(page.locator(".seat-lock")).to_be_visible(timeout=SHORT_MS)
    assert not page.locator("#call-text").is_visible()
    assert not page.locator(".log li").first.is_visible()
    _unlock(page, "dominique")
    expect(page.locator(".me")).to_have_text("Dominique")
    page.keyboard.press("t")
    expect(page.locator("#call-text")).to_have_value("", timeout=SHORT_MS)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+l")
    _unlock(page, "camille")
    page.keyboard.press("t")
    expect(page.locator("#call-text")).to_have_value("madame Untel, lampadaire éteint 12 rue Monge", timeout=SHORT_MS)
    page.keyboard.press("Escape")
    page.keyboard.press("Delete")


def _unlock(page: Page, login: str) -> None:
    """Open a locked seat as a person, whoever sat there."""
    page.locator("#unlock-login").fill(login)
    page.locator("#unlock-code").fill(CODES[login])
    page.keyboard.press("Enter")
    expect(page.locator(".seat-lock")).to_have_count(0, timeout=SHORT_MS)


def test_a_touched_key_changes_person(room: City, context: BrowserContext, page: Page) -> None:
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "hasResidentKey": False, "hasUserVerification": False}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "automaticPresenceSimulation": True}})
    local = City(room.product)
    local.url = room.url.replace("127.0.0.1", "localhost")
    open_desk(page, local)
    _enrol(page, "Poste clé")
    page.evaluate("location.hash = '#/account'")
    own = page.locator("section", has=page.get_by_role("heading", name="Mon code et mes clés"))
    own.get_by_label("Mot de passe actuel").fill(PASSWORD)
    page.get_by_label("Nom de la clé").fill("Clé bleue")
    page.get_by_role("button", name="Ajouter une clé de sécurité").click()
    expect(page.get_by_text("1 clé enregistrée.")).to_be_visible(timeout=SHORT_MS)
    page.keyboard.press("Control+l")
    expect(page.locator(".seat-lock")).to_be_visible(timeout=SHORT_MS)
    page.locator(".seat-lock").get_by_role("button", name="Clé de sécurité").click()
    expect(page.locator(".seat-lock")).to_have_count(0, timeout=SHORT_MS)
    expect(page.locator(".me")).to_have_text("Camille")
