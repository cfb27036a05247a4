"""State is stored in rows and never replayed to run; that it could be is proved here, for every room at once."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from beffroi.journal import Decoder
from beffroi.journal import store as journal
from beffroi.server.wiring import Wiring
from tests.security.conftest import WholeCity
from tests.security.test_visibility import everything_moves, people_and_town

InCity = Callable[..., None]
SPOKE = {"access", "assets", "telemetry", "lighting", "alarms", "orders", "work", "logbook", "house"}
"""Rooms built on them prove the same in tests of their own."""


def test_the_journal_replayed_gives_what_the_rows_give(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief, _, town = await people_and_town(city)
        await everything_moves(city, chief, town)
        await chief.done("house.set_setting", name="test.note", value="autre", seen_version=1)
        await chief.done("logbook.correct", entry=town.ids["entry"], text="rectifié")
        await still(city)
        core = city.core
        decoder = Decoder.of(core.wiring.events)
        lines = await core.work(lambda connection: journal.read(connection, 0, 1_000_000, decoder))
        replayed = Wiring(core.wiring.trades, core.kinds)
        replayed.adopt(replayed.empty())
        for line in lines:
            replayed.apply(line)
        kept = Wiring(core.wiring.trades, core.kinds)
        kept.adopt(await core.work(kept.load))
        rooms = {line.event.event_type().split(".")[0] for line in lines}
        assert rooms >= SPOKE, "every room of the spine spoke"
        assert differences(facts(replayed), facts(kept)) == []
        assert differences(facts(core.wiring), facts(kept)) == []

    in_whole_city(scenario)


async def still(city: WholeCity) -> None:
    """Wait until reactions and time have nothing more to say."""
    async with asyncio.timeout(60):
        before, calm = -1, 0
        while calm < 3:
            await asyncio.sleep(1)
            calm = calm + 1 if city.core.executor.head.position == before else 0
            before = city.core.executor.head.position


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """List what two pictures of the rooms do not say alike, by its name."""
    flat = [{**picture.pop("rows"), **picture} for picture in (dict(one), dict(other))]
    missing = object()
    return [
        f"{name}: {flat[0].get(name, missing)} / {flat[1].get(name, missing)}"
        for name in sorted(flat[0].keys() | flat[1].keys())
        if flat[0].get(name, missing) != flat[1].get(name, missing)
    ]


def facts(wiring: Wiring) -> dict[str, Any]:
    """Return all that the rooms hold, as plain values: every row of every screen, and what no screen shows."""
    rows = {
        f"{row.topic}/{row.id}": (row.scope, msgspec.to_builtins(row.data, enc_hook=str))
        for trade in wiring.trades
        for row in trade.snapshot(wiring.states[trade.name], wiring.city)
    }
    assets, orders = wiring.states["assets"], wiring.states["orders"]
    work, alarms = wiring.states["work"], wiring.states["alarms"]
    return {
        "rows": rows,
        "access": wiring.states["access"],
        "logbook": wiring.states["logbook"],
        "house": wiring.states["house"],
        "programmes": wiring.states["lighting"].programmes,
        "sources": wiring.states["telemetry"].sources,
        "assets": assets.assets,
        "series": assets.next_series,
        "locks": orders.locks,
        "overrides": orders.overrides,
        "points": {order.id: order.states.tolist() for order in orders.orders.values()},
        "work": work.open,
        "alarms": {one.id: (one.state, one.disposition, one.parent) for one in alarms.alarms.values() if one.open},
    }
