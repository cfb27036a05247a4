"""Crews and call-outs at the desk: E, the on-call list, 1 to 5 by voice, two seats at once, rosters."""

import hashlib
import time
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import City, open_desk
from .test_accessibility import AXE, violations

pytestmark = pytest.mark.e2e
HOUR = 3_600_000_000
DAY = 24 * HOUR
"""A loaded machine answers late; what is checked is what is shown, not how fast."""
LIST = "[role=listbox][aria-label^='Équipes et astreintes']"


class Post:
    """Two lighting crews in service, one whose paper expired, three people on call."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.now = time.time_ns() // 1000
        self.crews: dict[str, str] = {}
        valid, expired = self.now + 200 * DAY, self.now - 30 * DAY
        for number, (name, until) in enumerate(
            (("Éclairage 1", valid), ("Éclairage 2", valid), ("Éclairage 3", expired))
        ):
            code = f"V{number + 1:03d}"
            van = city.create("vehicle", code, 5.04 + 0.003 * number)
            agent = self.person(f"Agent {number + 1}", [{"code": "electrical", "until": until}])
            made = city.act(
                "dispatch.set_crew", name=name, trade="lighting", members=[agent], skills=["lighting"], vehicle=van
            )
            self.crews[name] = made["events"][0]["crew"]
        secret = hashlib.sha256(b"fourgons").hexdigest()
        city.act("telemetry.create_source", source={"name": "flotte", "secret": secret, "assets": ["V0*"]})
        paper = [{"code": "electrical", "until": self.now + 90 * DAY}]
        self.people = [self.person(name, paper) for name in ("Inès Courtois", "Samir Quillot", "Théa Maréchal")]
        self.roster("", self.watch(self.people[2], 3))

    def person(self, name: str, papers: list[dict[str, Any]] | None = None) -> str:
        made = self.city.act(
            "dispatch.set_agent",
            name=name,
            phone="06 39 98 01 01",
            ends_at=self.now + 300 * DAY,
            authorisations=papers or [],
        )
        agent: str = made["events"][0]["agent"]
        return agent

    def watch(self, agent: str, rank: int) -> dict[str, Any]:
        start, end = self.now - 2 * DAY, self.now + 4 * DAY
        return {"kind": "on_call", "subject": agent, "start": start, "end": end, "rank": rank, "delay_min": 45}

    def roster(self, trade: str, *turns: dict[str, Any]) -> None:
        window = {"start": self.now - 3 * DAY, "end": self.now + 7 * DAY}
        self.city.act("dispatch.set_roster", trade=trade, turns=list(turns), **window)

    def by_day(self) -> None:
        duty = [
            {"kind": "duty", "subject": crew, "start": self.now - 2 * HOUR, "end": self.now + 8 * HOUR}
            for crew in self.crews.values()
        ]
        self.roster("lighting", *duty, self.watch(self.people[0], 1), self.watch(self.people[1], 2))

    def by_night(self) -> None:
        self.roster("lighting", self.watch(self.people[0], 1), self.watch(self.people[1], 2))

    def event(self, what: str) -> dict[str, Any]:
        made = self.city.act("incidents.open", what=what, asset=self.city.assets["A045/D3"], category="circuit_tripped")
        opened: dict[str, Any] = made["events"][0]
        return opened


@pytest.fixture
def axe() -> str:
    """Return axe-core's script."""
    if not AXE.exists():
        pytest.skip("needs axe-core: npm ci in web/desk")
    return AXE.read_text()


@pytest.fixture(scope="module")
def post(city: City) -> Post:
    """Return the post, its crews in service by day."""
    return Post(city)


def choose(page: Page, number: str) -> None:
    """Select an event in the queue, which keeps the focus."""
    page.locator("[data-queue] [role=option]", has_text=number).click()
    expect(page.locator(".right h2")).to_contain_text(number)
    page.locator("[data-queue]").focus()


def crews(page: Page) -> Any:
    return page.locator(".right .crews")


def test_on_call_by_night_attempt_no_answer_reached_then_states_by_voice(post: Post, desk: Page) -> None:
    post.by_night()
    event = post.event("départ 3 déclenché, nuit")
    choose(desk, event["number"])
    desk.keyboard.press("e")
    desk.wait_for_selector(f"{LIST}:focus")
    expect(desk.locator(LIST)).to_contain_text("Astreinte éclairage")
    expect(desk.locator(LIST)).to_contain_text("45 min, tél.")
    desk.keyboard.press("Enter")
    expect(desk.locator(".notice-line")).to_contain_text("Appel noté : Inès Courtois")
    expect(desk.locator(".call")).to_contain_text("suivant dans")
    desk.keyboard.press("s")
    expect(desk.locator(".call li")).to_contain_text("sans réponse")
    desk.keyboard.press("Enter")
    expect(desk.locator(".call li")).to_have_count(2)
    desk.keyboard.press("j")
    expect(crews(desk)).to_contain_text("Inès Courtois")
    expect(desk.locator("[data-queue]")).to_be_focused()
    expect(crews(desk)).to_contain_text("attendue vers")
    tell(desk, "2", "0:01")
    expect(crews(desk)).to_contain_text("en route 00:01")
    tell(desk, "3", "0:02t")
    expect(crews(desk)).to_contain_text("sur place 00:02")
    expect(crews(desk)).to_contain_text("téléphone")
    desk.keyboard.press("5")
    desk.keyboard.press("Escape")
    expect(crews(desk)).not_to_contain_text("disponible")
    # left alone it notes itself, and the hands are back on the queue
    desk.keyboard.press("5")
    desk.wait_for_selector("#tell-at:focus")
    expect(desk.locator("#tell-at")).to_have_count(0, timeout=10_000)
    expect(desk.locator("[data-queue]")).to_be_focused()
    expect(crews(desk)).to_contain_text("disponible")
    listed = post.city.client.get("/api/dispatch/on_call", params={"trade": "lighting"}).json()
    assert [line["name"] for line in listed] == ["Samir Quillot", "Théa Maréchal"], "11 h of rest: not shown"
    expect(desk.locator(".log")).to_contain_text(f"{event['number']} · astreinte éclairage sur place")


def tell(page: Page, key: str, hour: str) -> None:
    page.keyboard.press(key)
    page.wait_for_selector("#tell-at:focus")
    page.keyboard.type(hour)
    page.keyboard.press("Enter")
    expect(page.locator("#tell-at")).to_have_count(0)


def test_two_seats_engage_the_same_crew_at_once(post: Post, desk: Page, browser: Browser) -> None:
    post.by_day()
    event = post.event("départ 3, deux postes")
    seat = browser.new_context(viewport={"width": 960, "height": 720}, locale="fr-FR", timezone_id="Europe/Paris")
    other = seat.new_page()
    open_desk(other, post.city)
    for page in (desk, other):
        choose(page, event["number"])
        page.keyboard.press("e")
        page.wait_for_selector(f"{LIST}:focus")
        expect(page.locator("[role=option][aria-selected=true]", has_text="Éclairage 1")).to_have_count(1)
    assert "Éclairage 3" not in desk.locator(LIST).inner_text()
    desk.locator(".right summary").click()
    expect(desk.locator(".right details")).to_contain_text("habilitation expirée")
    desk.locator(LIST).focus()
    # the other seat presses a moment later, on the picture it still has
    body = {"incident": event["incident"], "crew": post.crews["Éclairage 1"], "seen_load": 0}
    first = post.city.client.post("/api/actions/dispatch.engage", json=body, headers={"X-Beffroi-CSRF": post.city.csrf})
    second = post.city.client.post(
        "/api/actions/dispatch.engage", json=body, headers={"X-Beffroi-CSRF": post.city.csrf}
    )
    assert first.status_code == 201
    assert (second.status_code, second.json()["code"]) == (409, "dispatch.already_engaged")
    expect(other.locator(".right .busy")).to_contain_text("Éclairage 1", timeout=10_000)
    other.locator(LIST).focus()
    other.keyboard.press("Home")
    other.keyboard.press("Enter")
    expect(crews(other)).to_contain_text("Éclairage 2")
    expect(crews(other)).to_contain_text("Éclairage 1")
    other.locator("[data-queue]").focus()
    other.keyboard.press("2")
    expect(other.locator("form.tell")).to_contain_text("Qui ?")
    other.keyboard.press("Escape")
    other.locator(".crews input[type=radio]").nth(1).check()
    other.locator("[data-queue]").focus()
    tell(other, "3", "")
    expect(crews(other)).to_contain_text("hors de l’ordre habituel")
    other.keyboard.press("Control+z")
    expect(crews(other)).not_to_contain_text("hors de l’ordre habituel")
    # whoever speaks is named in the field: nothing has to be selected
    tell(other, "2", "éclairage 1 0:05t")
    expect(crews(other)).to_contain_text("en route 00:05")
    other.keyboard.press("0")
    expect(other.locator(".refuse")).to_contain_text("Éclairage 2 refuse")
    other.keyboard.press("2")
    expect(other.locator(".notice-line")).to_contain_text("véhicule indisponible")
    expect(other.locator("[data-queue]")).to_be_focused()
    other.keyboard.press("e")
    other.wait_for_selector(f"{LIST}:focus")
    expect(other.locator(LIST)).not_to_contain_text("Éclairage 2")
    seat.close()


def go(page: Page, address: str) -> None:
    page.evaluate(f"location.hash = '#/{address}'")


def test_pages_are_clean_and_a_week_is_pasted(post: Post, desk: Page, axe: str) -> None:
    post.by_day()
    desk.evaluate(axe)
    go(desk, "dispatch")
    expect(desk.locator("table").first).to_contain_text("Théa Maréchal")
    assert violations(desk) == []
    go(desk, "dispatch/rosters")
    expect(desk.locator(".page")).to_contain_text("Trou appel 1")
    desk.get_by_role("button", name="Copier la semaine").click()
    for _ in range(2):
        with desk.expect_response("**/api/dispatch/rosters*"):
            desk.get_by_role("button", name="Semaine suivante").click()
    desk.get_by_role("button", name="Coller ici").click()
    desk.get_by_role("button", name="Enregistrer la semaine").click()
    expect(desk.locator(".notice-line")).to_contain_text("Tableau enregistré")
    assert violations(desk) == []
    go(desk, "dispatch/people")
    expect(desk.locator(".page")).to_contain_text("expirée")
    assert violations(desk) == []


def test_the_panel_is_clean(post: Post, desk: Page, axe: str) -> None:
    post.by_day()
    event = post.event("départ 3, panneau")
    desk.evaluate(axe)
    choose(desk, event["number"])
    desk.keyboard.press("e")
    desk.wait_for_selector(f"{LIST}:focus")
    desk.get_by_role("button", name="Ne pas réveiller…").click()
    assert violations(desk) == []
    desk.locator(".right fieldset input").first.check()
    desk.get_by_role("button", name="Décider").click()
    expect(desk.locator(".notice-line")).to_contain_text("Ne pas réveiller, reprise 07:30")
    expect(crews(desk)).to_contain_text("aucun danger")
    assert violations(desk) == []
