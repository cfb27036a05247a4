"""A whole small city with the doors of its seats: committer, reactions apart, HTTP and feed in this loop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from beffroi.access import CSRF_HEADER
from beffroi.model.actor import Actor
from beffroi.procedures import relief, seat
from beffroi.server.http.app import Parts, build_app
from beffroi.server.http.system import Readiness
from beffroi.server.wiring import RoomView
from beffroi.trade.doors import trusted
from tests.access.running import DEMO, SmallCity, small_city

CODES = {"operateur": "481516", "chef": "719283", "astreinte": "602214", "lecteur": "350917"}
SYSTEM = trusted(Actor("system", name="test"))


class Post:
    """The city, its seats' doors and what a test does with them."""

    def __init__(self, city: SmallCity) -> None:
        self.city = city
        city.steady_since = city.clock.monotonic()  # type: ignore[attr-defined]
        city.city = city.wiring.city  # type: ignore[attr-defined]
        self.door: Any = city
        city.app = build_app(
            Parts(
                wiring=city.wiring,
                view=lambda trade: RoomView(city.wiring, trade, city.executor, city.reader, city.clock),
                pages={"seat": seat.pages(self.door), "relief": relief.pages(self.door)},
                hub=city.hub,
                gate=city.gate,
                readiness=lambda: Readiness(ready=True, step="serving"),
                catalogue=city.catalogue,
            )
        )

    async def person(self, login: str) -> httpx.AsyncClient:
        """Return a browser where somebody signed in and chose a code."""
        browser = await self.city.signed_in(login)
        body = {"present": DEMO, "code": CODES[login]}
        answer = await browser.post("/api/access/code", json=body)
        assert answer.status_code == 204, answer.text
        return browser

    async def seat(self, browser: httpx.AsyncClient, name: str) -> str:
        """Make a browser a seat of the room and return its identifier."""
        answer = await browser.post("/api/seat/enrol", json={"name": name})
        assert answer.status_code == 201, answer.text
        found: str = answer.json()["seat"]
        return found

    async def switch(self, browser: httpx.AsyncClient, login: str, code: str = "") -> httpx.Response:
        """Change person at a seat; the browser keeps the new session when it worked."""
        body = {"login": login, "code": code or CODES[login]}
        answer = await browser.post("/api/seat/switch", json=body)
        if answer.status_code == 200:
            browser.headers[CSRF_HEADER] = answer.json()["csrf"]
        return answer


async def act(browser: httpx.AsyncClient, action: str, **fields: Any) -> httpx.Response:
    """Ask an action."""
    return await browser.post(f"/api/actions/{action}", json=fields)


@asynccontextmanager
async def post(database: Any) -> AsyncIterator[Post]:
    """Give a whole city and the doors of its seats."""
    async with small_city(database, whole=True) as city:
        yield Post(city)
