"""The demonstration city under a night: its rehearsal's clock and scenes, its desk, its radio and telephone console."""

import contextlib
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

import beffroi
from beffroi.model.time import SECOND, from_datetime, to_datetime
from beffroi.server.settings import load_settings, read_run_file
from tests.conftest import Product, run_beffroi, wait_until
from tests.fault.room import PASSWORD, Refused, Room, Seat

CHROMIUM = "/usr/bin/chromium"
STATIC = Path(beffroi.__file__).parent / "server" / "static" / "index.html"
WIDE = {"width": 1366, "height": 768}


class NightCity(Room):
    """A running demonstration that plays shifts."""

    def __init__(self, product: Any) -> None:
        super().__init__(product)
        wait_until(self._people, within_s=60, every_s=0.5)

    @property
    def url(self) -> str:
        """Return the desk's address."""
        return str(self.settings.http_url)

    @property
    def console(self) -> str:
        """Return the address of the simulated radio and telephone console."""
        path = self.settings.data / "rehearsal" / "console.json"
        return str(json.loads(path.read_text(encoding="utf-8"))["url"])

    def _people(self) -> bool:
        """Tell whether the crews and on-call lists of the demonstration are there."""
        return bool(self.value("SELECT count(*) FROM journal_line WHERE type = 'dispatch.roster_set'"))

    def rehearse(self, **request: Any) -> dict[str, Any]:
        """Ask the rehearsal's control; Playwright's loop owns this thread, so another one asks."""
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(super().rehearse, **request).result(60)

    def play(self, scenario: str, rate: float = 1.0) -> int:
        """Begin a scenario at its hour; returns the city's time at its beginning, µs."""
        return int(self.rehearse(do="scenario", name=scenario, rate=rate)["began"])

    def tidy(self) -> None:
        """Leave nothing in the queue: what stands is acknowledged, what is open is closed as without fault."""
        hand = self.seat("chef")
        for desk in ("lighting", "traffic", "watch"):
            self.free_desk(desk)
        self.play("quiet_night", 30)
        wait_until(lambda: not self._tidied(hand), within_s=120, every_s=1.0)
        self.rate(1)

    @staticmethod
    def _tidied(hand: Seat) -> int:
        for row in hand.get("/api/alarms", state="shown", limit=1000)["items"]:
            if "unacknowledged" in row["state"] or row["state"] == "returned":
                with contextlib.suppress(Refused):
                    hand.act("alarms.acknowledge", alarm=row["id"])
        for row in hand.get("/api/incidents", state="open", limit=1000)["items"]:
            with contextlib.suppress(Refused):
                hand.act("incidents.close", incident=row["id"], cause="unknown", result="nothing_found", reason="other")
        shown = hand.get("/api/alarms", state="shown", limit=1000)["items"]
        # what only still counts what came back asks nothing of anybody
        return len([row for row in shown if row["state"] != "normal"]) + int(
            hand.get("/api/incidents", limit=1)["total"]
        )

    def count(self, kind: str) -> int:
        """Return how many lines of the journal are of a type."""
        return int(self.value("SELECT count(*) FROM journal_line WHERE type = %s", kind))

    def count_text(self, text: str) -> int:
        """Return how many lines of the main courante hold a text, as a seat finds them."""
        items = self.seat("chef").get("/api/logbook", q=text)["items"]
        return sum(text in item["text"] for item in items)

    def free_desk(self, desk: str) -> None:
        """Leave a desk to nobody."""
        with contextlib.suppress(Refused):
            self.seat("chef").act("seats.disarm", desk=desk)

    def last_incident(self, code: str) -> dict[str, Any]:
        """Return the newest event about a painted number, open or closed."""
        items = self.seat("chef").get("/api/incidents", state="all", q=code, limit=1)["items"]
        return dict(items[0])

    def local(self, at: int) -> str:
        """Return the city's local clock at a time."""
        return to_datetime(at).astimezone(ZoneInfo("Europe/Paris")).strftime("%H:%M:%S")

    def product_pid(self, child: str) -> int:
        """Return the process number of a child of the supervisor."""
        running = read_run_file(self.settings.run_file) or {}
        return int(running["children"][child]["pid"])

    def signal_core(self, number: int) -> None:
        """Send a signal to the core."""
        os.kill(self.product_pid("core"), number)

    def until(self, at: int, within_s: float = 120.0) -> None:
        """Return once the city's clock shows a time (µs)."""
        wait_until(lambda: self.city_now() >= at, within_s=within_s, every_s=0.2)

    def at(self, hour: str) -> int:
        """Return the next time (µs) of the city at which its local clock shows "HH:MM" or "HH:MM:SS"."""
        parts = [int(part) for part in hour.split(":")]
        local = to_datetime(self.city_now() - 5 * SECOND).astimezone(ZoneInfo("Europe/Paris"))
        when = local.replace(hour=parts[0], minute=parts[1], second=parts[2] if len(parts) > 2 else 0, microsecond=0)
        return from_datetime(when if when >= local else when + timedelta(days=1))


def browser_or_skip() -> None:
    """Skip where there is no browser or no desk."""
    if not Path(CHROMIUM).exists():
        pytest.skip("needs Debian's chromium: apt-get install chromium")
    if not STATIC.exists():
        pytest.skip("needs the desk: npm run build in web/desk")


@contextmanager
def night_city(scenario: str, rate: float = 1.0, folder: Path | None = None) -> Iterator[NightCity]:
    """Run a demonstration that plays a scenario; nothing of it survives."""
    browser_or_skip()
    if running := os.environ.get("BEFFROI_NIGHT"):
        # the data folder of a demonstration that already runs: whoever writes these tests does not wait each time
        yield NightCity(Product(load_settings({}, data=running), None, Path(running)))  # type: ignore[arg-type]
        return
    environment = {
        "BEFFROI_REHEARSAL_SCENARIO": scenario,
        "BEFFROI_REHEARSAL_RATE": f"{rate:g}",
        "BEFFROI_SHARED_BUFFERS": "128MB",
    }
    with run_beffroi("demo", environment=environment, ready_within_s=180, folder=folder) as product:
        wait_until((product.settings.keys / "local-console.key").exists, within_s=60)
        wait_until((product.settings.data / "rehearsal" / "console.json").exists, within_s=120)
        yield NightCity(product)


def open_seat(
    browser: Browser, city: NightCity, login: str = "operateur", size: dict[str, int] | None = None, script: str = "",
    errors: list[str] | None = None,
) -> tuple[BrowserContext, Page]:  # fmt: skip
    """Return a seat of its own with somebody signed in, the queue holding the focus."""
    seat = browser.new_context(viewport=size or WIDE, locale="fr-FR", timezone_id="Europe/Paris")  # type: ignore[arg-type]
    page = seat.new_page()
    if script:
        page.add_init_script(script)
    if errors is not None:
        page.on("pageerror", lambda error: errors.append(str(error)))
    sign_in(page, city, login)
    return seat, page


def sign_in(page: Page, city: NightCity, login: str = "operateur") -> None:
    """Sign somebody in with the demonstration's public password, and wait for the queue."""
    page.goto(city.url)
    page.fill("input[autocomplete=username]", login)
    page.fill("input[type=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".frame", timeout=30_000)
    page.locator("[data-queue]").focus(timeout=60_000)
