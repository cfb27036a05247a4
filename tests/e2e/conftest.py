"""A small city under the whole product, and a browser in front of it."""

import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
PASSWORD = "Une-phrase-de-passe-42"
PATIENCE_MS = 30_000
"""How long a screen is looked at for what it should show: a busy machine is no defect; bars are measured apart."""
STATIC = Path(__file__).parents[2] / "src" / "beffroi" / "server" / "static" / "index.html"
LON, LAT = 5.0415, 47.3221
LAMPS = 12
QUIET = {"A045": {"door_open": 0, "mains": 1}, "A045/D3": {"tripped": 0}, "A045/D4": {"tripped": 0}}
UNACKNOWLEDGED = ("unacknowledged", "returned", "latched_unacknowledged")
ROLES = ("shift_supervisor", "electrician", "clerk", "administrator")
expect.set_options(timeout=PATIENCE_MS)


class City:
    """The product, an administrator's hand on it, and a source that speaks for every asset."""

    def __init__(self, product: Any) -> None:
        self.product = product
        self.url = product.settings.http_url
        self.client = httpx.Client(base_url=self.url, timeout=60)
        self.csrf = ""
        self.assets: dict[str, str] = {}
        self.token = secrets.token_hex(16)

    def sign_in(self, login: str, password: str) -> None:
        """Sign the hand in."""
        answer = self.client.post("/api/login", json={"login": login, "password": password})
        answer.raise_for_status()
        self.csrf = answer.json()["csrf"]

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Post and return the answer; fails on a refusal."""
        answer = self.client.post(path, json=body, headers={"X-Beffroi-CSRF": self.csrf})
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def act(self, action: str, **fields: Any) -> Any:
        """Ask an action."""
        return self.post(f"/api/actions/{action}", fields)

    def create(self, kind: str, code: str, lon: float, parent: str | None = None) -> str:
        """Create an asset and return its identifier."""
        more = {"parent": self.assets[parent]} if parent else {}
        done = self.act("assets.create", kind=kind, code=code, lon=lon, lat=LAT, street="Rue Monge", **more)
        self.assets[code] = done["events"][0]["asset"]
        return self.assets[code]

    def say(self, asset: str, at: float | None = None, **points: float) -> None:
        """Send a reading of now, or of a time (s), accepted once the intake knows source and asset."""
        row = {"a": asset, "t": round((time.time() if at is None else at) * 1_000), "p": points}
        deadline = time.monotonic() + 20
        while True:
            answer = httpx.post(
                f"{self.intake}/v1/readings", json=[row], headers={"Authorization": f"Bearer {self.token}"}, timeout=10
            )
            if answer.status_code == 200 and answer.json()["accepted"]:
                return
            assert time.monotonic() < deadline, answer.text
            time.sleep(0.1)

    def quiet(self) -> None:
        """Bring every cause back and acknowledge it: what stays listed a moment longer only settles."""
        for code, points in QUIET.items():
            self.say(code, **points)
        deadline = time.monotonic() + 20
        while busy := [one for one in self.alarms() if one["active"] or one["state"] in UNACKNOWLEDGED]:
            assert time.monotonic() < deadline, [(one["code"], one["state"]) for one in busy]
            for alarm in busy:
                if alarm["state"] in UNACKNOWLEDGED:
                    self.act("alarms.acknowledge", alarm=alarm["id"])
            time.sleep(0.1)
        self.close_events()

    def close_events(self) -> None:
        """Close every open event: what one test opened waits in nobody's queue."""
        for one in self.client.get("/api/incidents").json()["items"]:
            self.act(
                "incidents.close",
                incident=one["id"], cause="unknown", result="no_action", reason="other",
            )  # fmt: skip

    def alarms(self) -> list[dict[str, Any]]:
        """List the alarms that the queue shows."""
        items: list[dict[str, Any]] = self.client.get("/api/alarms", params={"state": "shown"}).json()["items"]
        return items

    @property
    def intake(self) -> str:
        """Return the address of the intake."""
        return f"http://127.0.0.1:{self.product.settings.intake_port}"


@pytest.fixture(scope="package")
def city(run_beffroi: Callable[..., AbstractContextManager[Any]]) -> Iterator[City]:
    """Run the product with a cabinet, a circuit of twelve lamps, one person who may do everything."""
    if not Path(CHROMIUM).exists():
        pytest.skip("needs Debian's chromium: apt-get install chromium")
    if not STATIC.exists():
        pytest.skip("needs the desk: npm run build in web/desk")
    with run_beffroi("up", ready_within_s=120) as product:
        running = City(product)
        login, password = _first_administrator(running)
        running.post("/api/access/password", {"present": password, "new": PASSWORD})
        running.sign_in(login, PASSWORD)
        everywhere = [{"role": role, "communes": ["*"], "trades": ["*"], "kinds": ["*"]} for role in ROLES]
        for name in ("camille", "dominique"):
            made = running.post("/api/access/accounts", {"login": name, "name": name.title(), "grants": everywhere})
            _first_sign_in(running.url, name, made["one_time_password"])
        running.client.close()
        running.client = httpx.Client(base_url=running.url, timeout=60)
        running.sign_in("dominique", PASSWORD)
        _furnish(running)
        yield running
        running.client.close()


def _first_administrator(city: City) -> tuple[str, str]:
    """Sign in as the first administrator: the file is written a moment before the account exists."""
    login, password = (city.product.settings.data / "keys" / "first-password.txt").read_text().split()[:2]
    deadline = time.monotonic() + 20
    while True:
        try:
            city.sign_in(login, password)
            return login, password
        except httpx.HTTPStatusError:
            assert time.monotonic() < deadline
            time.sleep(1)


def _first_sign_in(url: str, login: str, once: str) -> None:
    with httpx.Client(base_url=url, timeout=60) as client:
        csrf = client.post("/api/login", json={"login": login, "password": once}).json()["csrf"]
        body = {"present": once, "new": PASSWORD}
        client.post("/api/access/password", json=body, headers={"X-Beffroi-CSRF": csrf}).raise_for_status()


def _furnish(city: City) -> None:
    city.create("cabinet", "A045", LON)
    for number in (3, 4):
        city.create("circuit", f"A045/D{number}", LON + 0.0002 * number, "A045")
    for number in range(1, LAMPS + 1):
        city.create("street_light", f"A045-{number}", LON + 0.0003 * number, "A045/D3")
    secret = hashlib.sha256(city.token.encode()).hexdigest()
    city.act("telemetry.create_source", source={"name": "essai", "secret": secret, "assets": ["A045*"]})


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Return Debian's Chromium with software GL; gone after these tests, because its event loop stays in the way."""
    with sync_playwright() as playwright:
        yield from _launched(playwright)


def _launched(playwright: Playwright) -> Iterator[Browser]:
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield chromium
    chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Return a seat of its own, of the smaller of the two usual sizes."""
    seat = browser.new_context(viewport={"width": 1366, "height": 768}, locale="fr-FR", timezone_id="Europe/Paris")
    yield seat
    seat.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Return a page whose uncaught errors fail the test."""
    tab = context.new_page()
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    assert not errors


@pytest.fixture
def quiet(city: City) -> City:
    """Return the city once nothing waits in its queue."""
    city.quiet()
    return city


@pytest.fixture
def desk(page: Page, city: City) -> Page:
    """Return the desk, signed in, the queue holding the focus."""
    open_desk(page, city)
    return page


def open_desk(
    page: Page,
    city: City,
    *,
    theme: str = "night",
    lang: str = "fr",
    address: str = "",
    url: str = "",
    login: str = "camille",
) -> None:
    """Sign somebody in with a theme and a language; `url` where the core is reached by another way."""
    page.add_init_script(f"localStorage['beffroi.theme']='{theme}';localStorage['beffroi.lang']='{lang}'")
    page.goto(f"{url or city.url}/{address}")
    page.fill("input[autocomplete=username]", login)
    page.fill("input[type=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".frame", timeout=30_000)
    page.wait_for_selector("[data-queue]:focus", timeout=PATIENCE_MS)


def core_pid(city: City) -> int:
    """Return the core's process number."""
    return int(city.product.pid("core"))


def signal_core(city: City, number: int) -> None:
    """Send a signal to the core."""
    os.kill(core_pid(city), number)
