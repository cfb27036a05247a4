"""House section 5: rows carry the scope of their asset, and follow it when the register puts it in another commune."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection

from beffroi.server.feed.frame import decode
from beffroi.server.wiring import Wiring
from tests.security.conftest import Person, WholeCity
from tests.security.test_replay import facts, still
from tests.security.test_visibility import people_and_town, screen
from tests.security.town import ELSEWHERE, HERE, LIMITED, Town

InCity = Callable[..., None]
FOLLOW = {
    "alarms": "alarm",
    "work": "item",
    "orders": "order",
    "locks": "circuit",
    "logbook": "entry",
    "incidents": "incident",
    "engagements": "engagement",
    "callouts": "call_out",
    "requests": "request",
    "reminders": "reminder",
}
"""What the fixtures keep about the assets of elsewhere, by topic: what must change hands."""


class Seat:
    """The rows that one screen holds, frame after frame."""

    def __init__(self, opened: ClientConnection) -> None:
        self._opened = opened
        self.rows: set[tuple[str, str]] = set()

    async def follow(self) -> None:
        async for frame in self._opened:
            assert isinstance(frame, bytes)
            header, _, _ = decode(frame)
            if header["snapshot"]:
                self.rows.clear()
            self.rows |= {(topic, str(row["id"])) for topic, rows in header["rows"].items() for row in rows}
            self.rows -= {(topic, str(gone)) for topic, ids in header["gone"].items() for gone in ids}


def test_a_corrected_commune_takes_the_rows_from_one_screen_and_gives_them_to_the_other(in_whole_city: InCity) -> None:
    async def correct(chief: Person, town: Town) -> None:
        for role in ("cabinet", "circuit", "light"):
            await chief.done("assets.correct", asset=town.ids[role], edits={"commune": HERE})

    in_whole_city(lambda city: _hands_change(city, correct))


def test_a_bulk_edit_does_the_same(in_whole_city: InCity) -> None:
    async def edit(chief: Person, town: Town) -> None:
        ids = [town.ids[role] for role in ("cabinet", "circuit", "light")]
        await chief.done("assets.bulk_edit", where={"ids": ids}, edits={"commune": HERE})

    in_whole_city(lambda city: _hands_change(city, edit))


async def _hands_change(city: WholeCity, move: Callable[[Person, Town], Any]) -> None:
    chief, here, town = await people_and_town(city)
    there = await city.person("de-la-bas", msgspec.structs.replace(LIMITED, communes=(ELSEWHERE,)))
    wanted = {(topic, town.ids[role]) for topic, role in FOLLOW.items()}
    async with screen(city, here) as first, screen(city, there) as second:
        gains, loses = Seat(first), Seat(second)
        following = asyncio.gather(gains.follow(), loses.follow())
        try:
            await until(lambda: wanted <= loses.rows)
            assert not wanted & gains.rows
            await move(chief, town)
            await until(lambda: wanted <= gains.rows and not wanted & loses.rows)
        finally:
            following.cancel()
    assert await alarm_ids(here) >= {town.ids["alarm"]}
    assert not await alarm_ids(there) & {town.ids["alarm"]}
    await still(city)
    await rows_and_memory_agree(city)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.05)


async def alarm_ids(person: Person) -> set[str]:
    page = (await person.get("/api/alarms?state=all&limit=1000")).json()
    return {row["id"] for row in page["items"]}


async def rows_and_memory_agree(city: WholeCity) -> None:
    core = city.core
    kept = Wiring(core.wiring.trades, core.kinds)
    kept.adopt(await core.work(kept.load))
    assert facts(core.wiring) == facts(kept)
