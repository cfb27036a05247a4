"""*Mon compte* in a browser: a second factor from its first code to its end, one's sessions, every size."""

import re
import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from beffroi.access.totp import STEP_S, code_at
from tests.e2e.conftest import PASSWORD, City, _first_sign_in, open_desk
from tests.e2e.test_accessibility import AXE, CUT, violations

pytestmark = pytest.mark.e2e
LOGIN = "noa"
SHORT_MS = 30_000
SIZES = ((360, 800), (768, 1024), (1366, 768), (1920, 1080))
GRANT = {"role": "operator", "communes": ["*"], "trades": ["lighting"], "kinds": ["*"]}


@pytest.fixture(scope="module")
def person(city: City) -> City:
    """Return the city with somebody whose account no other test uses."""
    made = city.post("/api/access/accounts", {"login": LOGIN, "name": "Noa Roy", "grants": [GRANT]})
    _first_sign_in(city.url, LOGIN, made["one_time_password"])
    return city


@pytest.fixture
def elsewhere(person: City) -> Iterator[httpx.Client]:
    """Return another browser of the same person, left open."""
    with httpx.Client(base_url=person.url, timeout=60) as hand:
        hand.post("/api/login", json={"login": LOGIN, "password": PASSWORD}).raise_for_status()
        yield hand


def _open_account(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("mon compte")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Mon compte", level=1)).to_be_visible()


def _factor(page: Page) -> Locator:
    return page.get_by_role("region", name=re.compile("Second facteur|Second factor"))


def _secret(page: Page) -> str:
    return _factor(page).locator("code").inner_text(timeout=SHORT_MS).replace(" ", "")


def _sign_in(page: Page, code: str = "") -> None:
    page.fill("input[autocomplete=username]", LOGIN)
    page.fill("input[type=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.fill("input[autocomplete=one-time-code]", code, timeout=SHORT_MS)
    page.keyboard.press("Enter")


def test_a_second_factor_lives_and_ends_by_keys_alone(person: City, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_desk(page, person, login=LOGIN)
    _open_account(page)
    _factor(page).get_by_label("Mot de passe actuel").focus()
    page.keyboard.type("pas-le-mien")
    page.keyboard.press("Enter")
    expect(_factor(page).get_by_role("alert")).to_contain_text("mot de passe actuel", timeout=SHORT_MS)
    page.keyboard.press("Control+a")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    secret = _secret(page)
    expect(_factor(page).get_by_role("img", name="QR code à lire avec le téléphone")).to_be_visible()
    assert f"secret={secret}&" in (_factor(page).get_by_role("link").get_attribute("href") or "")
    expect(page.get_by_label("Code affiché (6 chiffres)")).to_be_focused()
    step = int(time.time()) // STEP_S
    good = code_at(secret, step)
    page.keyboard.type("000000" if good != "000000" else "111111")
    page.keyboard.press("Enter")
    expect(_factor(page).get_by_role("alert")).to_contain_text("Code incorrect", timeout=SHORT_MS)
    page.keyboard.press("Control+a")
    page.keyboard.type(f"{good[:3]} {good[3:]}")
    page.keyboard.press("Enter")
    expect(_factor(page)).to_contain_text("Actif", timeout=SHORT_MS)
    stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.body.innerHTML])")
    assert secret not in stored.replace(" ", "")
    assert not [url for url in asked if secret in url]
    page.get_by_role("button", name="Quitter le poste").focus()
    page.keyboard.press("Enter")
    _sign_in(page, "123" + good[3:])
    expect(page.get_by_role("alert")).to_contain_text("incorrect", timeout=SHORT_MS)
    page.fill("input[autocomplete=one-time-code]", code_at(secret, step + 1))
    page.keyboard.press("Enter")
    page.wait_for_selector(".frame", timeout=SHORT_MS)
    _open_account(page)
    _factor(page).get_by_label("Mot de passe actuel").focus()
    page.keyboard.type(PASSWORD)
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Retirer le second facteur")).to_be_focused()
    page.keyboard.press("Enter")
    expect(_factor(page)).to_contain_text("Inactif", timeout=SHORT_MS)


def test_a_session_left_open_elsewhere_is_closed(person: City, page: Page, elsewhere: httpx.Client) -> None:
    assert elsewhere.get("/api/me").status_code == 200
    open_desk(page, person, login=LOGIN, address="#/lighting")
    page.locator(".me").click()
    mine = page.get_by_role("region", name="Mes sessions ouvertes")
    expect(mine.get_by_role("listitem")).not_to_have_count(0, timeout=SHORT_MS)
    expect(mine.get_by_text("cette session")).to_have_count(1)
    before = mine.get_by_role("listitem").count()
    mine.get_by_role("button", name="Fermer").first.focus()
    page.keyboard.press("Enter")
    expect(mine.get_by_role("listitem")).to_have_count(before - 1, timeout=SHORT_MS)
    assert elsewhere.get("/api/me").status_code == 401
    expect(page.get_by_role("region", name="Ce que je peux faire")).to_contain_text("toutes les communes · Éclairage")


def test_a_security_key_is_added_and_removed_and_never_at_a_locked_seat(person: City, page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "hasResidentKey": False, "hasUserVerification": False}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "automaticPresenceSimulation": True}})
    open_desk(page, person, login=LOGIN, url=person.url.replace("127.0.0.1", "localhost"))
    _open_account(page)
    own = page.locator("section", has=page.get_by_role("heading", name="Mon code et mes clés"))
    own.get_by_label("Mot de passe actuel").fill(PASSWORD)
    own.get_by_label("Nom de la clé").fill("Clé verte")
    own.get_by_role("button", name="Ajouter une clé de sécurité").press("Enter")
    expect(own.get_by_role("listitem")).to_contain_text("Clé verte", timeout=SHORT_MS)
    with httpx.Client(base_url=person.url, timeout=60) as hand:
        csrf = hand.post("/api/login", json={"login": LOGIN, "password": PASSWORD}).json()["csrf"]
        hand.headers["X-Beffroi-CSRF"] = csrf
        (key,) = hand.get("/api/seat/keys").json()
        hand.post("/api/seat/lock").raise_for_status()
        assert hand.post("/api/seat/key/remove", json={"key": key["id"]}).json()["code"] == "access.locked"
        assert hand.get("/api/seat/keys").json()["code"] == "access.locked"
    own.get_by_role("button", name="Retirer").press("Enter")
    expect(own.get_by_role("listitem")).to_have_count(0, timeout=SHORT_MS)


@pytest.mark.parametrize(("theme", "lang"), [("night", "fr"), ("day", "en")])
def test_the_page_is_whole_at_every_size(person: City, page: Page, theme: str, lang: str) -> None:
    if not AXE.exists():
        pytest.skip("needs axe-core: npm ci in web/desk")
    open_desk(page, person, login=LOGIN, theme=theme, lang=lang)
    page.evaluate("location.hash = '#/account'")
    _factor(page).locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    _secret(page)
    expect(_factor(page).get_by_role("img")).to_be_in_viewport(ratio=0.99)
    expect(_factor(page).locator("button.main")).to_be_in_viewport(ratio=0.99)
    assert page.locator(".frame").evaluate("frame => frame.getBoundingClientRect().top") == 0
    page.evaluate(AXE.read_text())
    found: list[str] = []
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(400)
        found += [f"{width}: {wrong}" for wrong in violations(page)]
        found += [f"{width}: cut: {wrong}" for wrong in page.evaluate(CUT)[:3]]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{width}: scrolls sideways")
    assert not found, "\n".join(found)
