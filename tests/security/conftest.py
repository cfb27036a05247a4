"""A whole core at work, every trade and every service, on a real database and a real broker."""

import asyncio
import secrets
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
from argon2 import PasswordHasher

from beffroi.access import COOKIE, CSRF_HEADER, passwords
from beffroi.access.actions import CreateAccount, DefineRole
from beffroi.access.passwords import Passwords
from beffroi.access.roles import RIGHTS
from beffroi.access.store import put_credential
from beffroi.access.types import RoleGrant
from beffroi.model.actor import SYSTEM
from beffroi.server.clock import SystemClock
from beffroi.server.core import Core
from beffroi.server.web import web_server
from beffroi.trade.action import Action
from beffroi.trade.doors import Outcome, trusted

HIMSELF = trusted(SYSTEM)
PASSWORD = "cloche-de-midi-77"


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make argon2 cheap: its strength is asked elsewhere."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


class Person:
    """Somebody signed in with a browser."""

    def __init__(self, city: "WholeCity", seat: httpx.AsyncClient, account: UUID) -> None:
        self.city = city
        self.seat = seat
        self.account = account

    async def get(self, address: str) -> httpx.Response:
        return await self.seat.get(address)

    async def act(self, action: str, **fields: Any) -> httpx.Response:
        return await self.seat.post(f"/api/actions/{action}", json=fields)

    async def done(self, action: str, **fields: Any) -> list[dict[str, Any]]:
        answer = await self.act(action, **fields)
        assert answer.status_code == 201, (action, answer.text)
        events: list[dict[str, Any]] = answer.json()["events"]
        return events

    @property
    def cookie(self) -> dict[str, str]:
        """Return the headers with which the browser opens its feed."""
        return {"Cookie": f"{COOKIE}={self.seat.cookies[COOKIE]}"}


class WholeCity:
    """The running core and the ways in."""

    def __init__(self, core: Core, url: str, data: Path) -> None:
        self.core = core
        self.url = url
        self.data = data
        self.feed_url = url.replace("http", "ws", 1) + "/api/feed"
        self.seats: list[httpx.AsyncClient] = []

    async def decide(self, action: Action) -> Outcome:
        return await self.core.executor.execute(action, HIMSELF)

    async def system(self, action: str, **fields: Any) -> Outcome:
        """Execute an action that only the system may ask, by its type."""
        cls = self.core.wiring.actions[action]
        return await self.decide(msgspec.convert(fields, cls))

    async def person(self, login: str, *grants: RoleGrant) -> Person:
        """Return somebody new, signed in; the role `all` holds every right."""
        await self.decide(DefineRole(name="all", rights=RIGHTS))
        credential = uuid4()
        hashed = await Passwords().hash(PASSWORD)
        outcome = await self.core.executor.execute(
            CreateAccount(login=login, name=f"Nom de {login}", credential=credential, grants=grants, must_change=False),
            HIMSELF,
            also=lambda cursor: put_credential(cursor, credential, "password", hashed),
        )
        event: Any = outcome.lines[0].event
        return await self.signs_in(login, event.account)

    async def signs_in(self, login: str, account: UUID, password: str = PASSWORD) -> Person:
        seat = httpx.AsyncClient(base_url=self.url, timeout=30)
        self.seats.append(seat)
        answer = await seat.post("/api/login", json={"login": login, "password": password})
        assert answer.status_code == 200, answer.text
        seat.headers[CSRF_HEADER] = answer.json()["csrf"]
        return Person(self, seat, account)


@asynccontextmanager
async def whole_city(database: Any, nats: Any, data: Path, *, demo: bool = False) -> AsyncIterator[WholeCity]:
    """Give a whole core in this process, its services included."""
    (data / "keys").mkdir(mode=0o700, exist_ok=True)
    shutil.copy(nats.keys / "broker.json", data / "keys" / "broker.json")
    settings = msgspec.structs.replace(
        database.settings, data=data, nats_port=nats.nats_port, nats=nats.nats, http_host="127.0.0.1", demo=demo
    )
    core = Core(settings, SystemClock())
    listener = socket.create_server(("127.0.0.1", 0))
    server = web_server(core.application(), settings)
    web = asyncio.create_task(server.serve(sockets=[listener]))
    city = WholeCity(core, f"http://127.0.0.1:{listener.getsockname()[1]}", data)
    try:
        await core.start()
        yield city
    finally:
        for seat in city.seats:
            await seat.aclose()
        server.should_exit = True
        await core.stop()
        await asyncio.wait({web}, timeout=5)


@pytest.fixture
def in_whole_city(database: Any, nats: Any, data_folder: Path) -> Callable[..., None]:
    """Run a test inside a whole city at work."""
    return _runner(database, nats, data_folder, demo=False)


@pytest.fixture
def in_demo_city(database: Any, nats: Any, data_folder: Path) -> Callable[..., None]:
    """Run a test inside a demonstration, with its public accounts."""
    return _runner(database, nats, data_folder, demo=True)


def _runner(database: Any, nats: Any, data: Path, *, demo: bool) -> Callable[..., None]:
    def run(scenario: Callable[[WholeCity], Awaitable[None]]) -> None:
        async def main() -> None:
            async with whole_city(database, nats, data, demo=demo) as city:
                await scenario(city)

        asyncio.run(asyncio.wait_for(main(), 100))

    return run


def new_code() -> str:
    """Return a word found nowhere else."""
    return f"zz{secrets.token_hex(4)}"
