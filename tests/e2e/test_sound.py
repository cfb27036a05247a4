"""What sounds where: at the seats that hold the desk, again each minute, at the chef de salle's after two minutes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import LON, PASSWORD, UNACKNOWLEDGED, City, open_desk
from tests.e2e.test_relief import _enrol, _free

pytestmark = pytest.mark.e2e
SLOW_MS = 30_000
OLD_S = 90
"""The alarm is that old when it comes: half a minute of waiting is enough to see it pass two minutes."""
CRITICAL_HZ = 988
COUNT = """(hz) => {
    window.criticals = [];
    const make = AudioContext.prototype.createOscillator;
    AudioContext.prototype.createOscillator = function () {
        const made = make.call(this), start = made.start;
        made.start = function (...at) {
            const last = window.criticals.at(-1) ?? -Infinity, now = performance.now();
            if (made.frequency.value === hz && now - last > 2000) window.criticals.push(now);
            return start.apply(made, at);
        };
        return made;
    };
}"""


def _operator(city: City, login: str) -> None:
    """Make an account without the rights of the chef de salle."""
    grants = [{"role": "operator", "communes": ["*"], "trades": ["*"], "kinds": ["*"]}]
    made = city.post("/api/access/accounts", {"login": login, "name": login.title(), "grants": grants})
    with httpx.Client(base_url=city.url, timeout=60) as hand:
        once = made["one_time_password"]
        csrf = hand.post("/api/login", json={"login": login, "password": once}).json()["csrf"]
        headers = {"X-Beffroi-CSRF": csrf}
        hand.post("/api/access/password", json={"present": once, "new": PASSWORD}, headers=headers).raise_for_status()


@contextmanager
def _seat(browser: Browser, city: City, login: str, name: str, *desks: str) -> Iterator[Page]:
    """Open a seat of the room that holds desks, its sound armed and its critical signals counted."""
    with browser.new_context(viewport={"width": 1366, "height": 768}, locale="fr-FR") as context:
        page = context.new_page()
        open_desk(page, city, login=login)
        _enrol(page, name, desks)
        page.goto(page.url.split("#")[0] + "#/lighting")
        page.get_by_role("button", name="Tester et armer").click()
        page.evaluate(COUNT, CRITICAL_HZ)
        yield page


def _heard(page: Page) -> int:
    return int(page.evaluate("window.criticals.length"))


def _wait_heard(page: Page, times: int, timeout_ms: int) -> None:
    page.wait_for_function(f"() => window.criticals.length >= {times}", timeout=timeout_ms)


@pytest.fixture(scope="module")
def building(city: City) -> str:
    """Return a building whose fire alarm is critical, and the accounts of two operators."""
    for login in ("alix", "bruno"):
        _operator(city, login)
    return city.create("building", "A045-BAT", LON)


@pytest.fixture
def room(city: City, building: str) -> Iterator[City]:
    """Return the city with no desk held and no fire."""
    for desk in ("building_security", "interventions"):
        city.act("seats.disarm", desk=desk)
    _free(city)
    yield city
    _put_out(city)
    for desk in ("building_security", "interventions"):
        city.act("seats.disarm", desk=desk)
    _free(city)


def _put_out(city: City) -> None:
    """End the fire and reset its alarm, which stays until somebody does."""
    city.say("A045-BAT", fire=0)
    deadline = time.monotonic() + 30
    while mine := [one for one in city.alarms() if one["code"] == "A045-BAT"]:
        assert time.monotonic() < deadline, mine
        for alarm in mine:
            if alarm["state"] in UNACKNOWLEDGED:
                city.act("alarms.acknowledge", alarm=alarm["id"])
            elif not alarm["active"]:
                city.act("alarms.reset", alarm=alarm["id"])
        time.sleep(0.2)


def _fire(city: City, ago_s: float) -> None:
    """Say that it burns since a while: an alarm that waited counts from its own time."""
    city.say("A045-BAT", at=time.time() - ago_s, fire=1)


def test_a_critical_alarm_sounds_at_its_desk_then_at_the_chef_de_salle(room: City, browser: Browser) -> None:
    with (
        _seat(browser, room, "alix", "Poste bâtiments", "Sécurité des bâtiments") as desk,
        _seat(browser, room, "bruno", "Poste éclairage", "Éclairage") as other,
        _seat(browser, room, "camille", "Pupitre du chef", "Veille") as chief,
    ):
        _fire(room, OLD_S)
        _wait_heard(desk, 1, SLOW_MS)
        line = chief.locator("[data-queue] [role=option]", has_text="A045-BAT")
        expect(line).to_have_count(1, timeout=SLOW_MS)
        assert (_heard(chief), _heard(other)) == (0, 0)
        expect(chief.locator(".bands")).not_to_contain_text("chef de salle")
        _wait_heard(chief, 1, 60_000)
        expect(chief.locator(".bands")).to_contain_text("passée au chef de salle", timeout=SLOW_MS)
        assert _heard(other) == 0
        assert _heard(desk) <= 2


@pytest.mark.long
def test_it_repeats_each_minute_and_an_unheld_desk_is_the_chefs(room: City, browser: Browser) -> None:
    with (
        _seat(browser, room, "bruno", "Poste éclairage bis", "Éclairage") as other,
        _seat(browser, room, "camille", "Pupitre bis", "Veille") as chief,
    ):
        with _seat(browser, room, "alix", "Poste bâtiments bis", "Sécurité des bâtiments") as desk:
            _fire(room, 0)
            _wait_heard(desk, 1, SLOW_MS)
            _wait_heard(desk, 2, 90_000)
            first, second = desk.evaluate("window.criticals")[:2]
            assert 59_000 <= second - first <= 63_000
            desk.locator("[data-queue] [role=option]", has_text="A045-BAT").click()
            desk.keyboard.type("a")
        before = _heard(chief)
        expect(chief.locator(".unheld")).to_contain_text("Sécurité des bâtiments", timeout=100_000)
        _wait_heard(chief, before + 1, SLOW_MS)
        assert _heard(other) == 0
