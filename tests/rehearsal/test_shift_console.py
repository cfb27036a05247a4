"""The radio and telephone console over HTTP: what a person or a scripted operator does with it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from beffroi.model.time import MINUTE, SECOND, from_iso
from beffroi.rehearsal.shift.console import ADDRESS_FILE, Stage, serve
from beffroi.rehearsal.world.world import World
from tests.rehearsal.small_plant import small_plant

NIGHT = from_iso("2025-06-21T21:00:00Z")


@contextlib.asynccontextmanager
async def console(folder: Path, world: World) -> AsyncIterator[httpx.AsyncClient]:
    stage = Stage(world.shift, world.now, 1.0, ZoneInfo("Europe/Paris"))
    serving = asyncio.create_task(serve(lambda: stage, folder))
    try:
        while not (folder / ADDRESS_FILE).exists():
            await asyncio.sleep(0.01)
        url = json.loads((folder / ADDRESS_FILE).read_text())["url"]
        async with httpx.AsyncClient(base_url=url, timeout=10) as client:
            yield client
    finally:
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving


@pytest.fixture
def world() -> World:
    world = World(small_plant(), 7, NIGHT)
    world.step(NIGHT + SECOND)
    return world


def test_a_call_rings_is_answered_and_ends(tmp_path: Path, world: World) -> None:
    async def check() -> None:
        async with console(tmp_path, world) as client:
            assert "SIMULATION" in (await client.get("/")).text
            assert (await client.get("/console.js")).status_code == 200
            asked = await client.post("/api/dial", json={"number": "06 39 98 12 34", "text": "armoire A001"})
            assert asked.status_code == 201
            assert (await client.get("/api/state")).json()["calls"][0]["state"] == "ringing"
            world.step(NIGHT + MINUTE)
            state = (await client.get("/api/state")).json()
            assert not state["calls"]
            assert [line["direction"] for line in state["lines"]] == ["line", "heard", "spoken", "heard", "line"]
            assert state["lines"][0]["clock"] == "23:00:01"
            after = state["lines"][-1]["n"]
            assert not (await client.get("/api/state", params={"after": after})).json()["lines"]

    asyncio.run(check())
    assert not (tmp_path / ADDRESS_FILE).exists()


def test_the_radio_is_heard(tmp_path: Path, world: World) -> None:
    async def check() -> None:
        async with console(tmp_path, world) as client:
            await client.post("/api/radio", json={"to": "PM 12", "text": "essai radio"})
            world.step(NIGHT + MINUTE)
            lines = (await client.get("/api/state")).json()["lines"]
            assert [(line["who"], line["direction"]) for line in lines] == [("PM 12", "spoken"), ("PM 12", "heard")]

    asyncio.run(check())


@pytest.mark.parametrize(
    ("path", "headers", "body", "status"),
    [
        ("/api/dial", {"content-type": "text/plain"}, '{"number": "18"}', 415),
        ("/api/dial", {"host": "evil.example"}, '{"number": "18"}', 403),
        ("/api/dial", {}, '{"number": 18}', 422),
        ("/api/dial", {}, '{"number": "' + "1" * 5000 + '"}', 415),
        ("/api/say", {}, '{"call": 9, "text": "allô"}', 409),
        ("/api/elsewhere", {}, "{}", 404),
    ],
)
def test_what_is_not_ours_is_refused(
    tmp_path: Path, world: World, path: str, headers: dict[str, str], body: str, status: int
) -> None:
    async def check() -> None:
        async with console(tmp_path, world) as client:
            sent = {"content-type": "application/json", **headers}
            assert (await client.post(path, content=body, headers=sent)).status_code == status

    asyncio.run(check())
    assert not world.shift.log
