"""Two communes filled in every room: what a person of the first may see, and what nobody but the second's may."""

import asyncio
import time
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from beffroi.access.types import RoleGrant
from tests.security.conftest import Person, WholeCity

SECRET = "zzsecretzz"
OPEN = "aaopenaa"
HERE, ELSEWHERE = "21355", "21231"
LON, LAT = 5.06, 47.30
LIMITED = RoleGrant("all", (HERE,), ("lighting",))
EVERYTHING = RoleGrant("all")
DIFF = np.dtype([("series", "<u4"), ("value", "<f8"), ("at", "<i8")])


class Town(msgspec.Struct):
    """What was made: identifiers by role, and every word that must never reach the limited person."""

    ids: dict[str, str] = {}
    words: set[str] = msgspec.field(default_factory=lambda: {SECRET})
    hidden_indexes: set[int] = set()
    open_indexes: set[int] = set()

    def hide(self, value: object) -> str:
        self.words.add(str(value))
        return str(value)


async def fill(city: WholeCity, chief: Person) -> Town:
    """Fill every room, here and elsewhere."""
    from tests.security.town_room import fill_room

    town = Town()
    await _register(chief, town)
    await _sources(chief, town)
    await tell(city, town)
    await _alarms(city, chief, town)
    await _orders(chief, town)
    await _words(chief, town)
    await fill_room(city, chief, town)
    return town


async def _asset(chief: Person, town: Town, role: str, kind: str, code: str, commune: str, **more: Any) -> str:
    hidden = code.startswith(SECRET)
    (event,) = await chief.done(
        "assets.create", kind=kind, code=code, name=code, commune=commune, lon=LON, lat=LAT, **more
    )
    town.ids[role] = event["asset"]
    (town.hidden_indexes if hidden else town.open_indexes).add(event["index"])
    if hidden:
        town.hide(event["asset"])
    return str(event["asset"])


async def _register(chief: Person, town: Town) -> None:
    here = await _asset(chief, town, "open_cabinet", "cabinet", "A001", HERE)
    circuit = await _asset(chief, town, "open_circuit", "circuit", "A001/D1", HERE, parent=here)
    await _asset(chief, town, "open_light", "street_light", f"{OPEN}-1", HERE, parent=circuit)
    there = await _asset(chief, town, "cabinet", "cabinet", f"{SECRET}-A2", ELSEWHERE)
    circuit = await _asset(chief, town, "circuit", "circuit", f"{SECRET}-D1", ELSEWHERE, parent=there)
    await _asset(chief, town, "light", "street_light", f"{SECRET}-L1", ELSEWHERE, parent=circuit)
    await _asset(chief, town, "camera", "camera", f"{SECRET}-C1", HERE)
    await _asset(chief, town, "vehicle", "vehicle", f"{SECRET}-V1", ELSEWHERE)
    # a light of here on a circuit of elsewhere: towns do not stop where communes do
    await _asset(chief, town, "border_light", "street_light", f"{OPEN}-2", HERE, parent=circuit)


async def _sources(chief: Person, town: Town) -> None:
    source = {"name": f"{SECRET}-gw", "secret": "ab" * 32, "label": SECRET}
    await chief.done("telemetry.create_source", source=source)
    await chief.done("house.set_setting", name="test.note", value=SECRET, seen_version=0)
    await chief.done("lighting.set_programme", programme={"commune": ELSEWHERE, "lon": LON, "lat": LAT})
    town.hide(f'"{ELSEWHERE}"')


async def tell(city: WholeCity, town: Town) -> None:
    """Send a new value of every point of every asset through the bus, as the intake does."""
    at = time.time_ns() // 1000
    while min(records := _points(city, town))[0] < 0:
        await asyncio.sleep(0.05)
    values = {"lon_deg": LON + at % 97 / 1e4, "lat_deg": LAT}
    rows = [(series, values.get(point, float(at % 89)), at) for series, point in records]
    await city.core.bus.publish("bf.diff", np.array(rows, DIFF).tobytes())


def _points(city: WholeCity, town: Town) -> list[tuple[int, str]]:
    """List (series, point) of every asset; -1 while the live picture has not learnt it."""
    core = city.core
    found = []
    for facts in map(core.city.topology.find, map(UUID, town.ids.values())):
        for point in core.kinds[facts.kind].points if facts else ():
            column = core.city.live.series_of(point.name)
            known = facts is not None and facts.index < len(column)
            found.append((int(column[facts.index]) if facts and known else -1, point.name))
    return found


async def _alarms(city: WholeCity, chief: Person, town: Town) -> None:
    await raise_alarm(city, town, "alarm", "cabinet", 1)
    await raise_alarm(city, town, "open_alarm", "open_cabinet", 2)
    fault = {"asset": town.ids["light"], "fault": "lamp_fault"}
    outcome = await city.system("work.open", faults=[fault])
    event: Any = outcome.lines[0].event
    town.ids["item"] = town.hide(event.item)
    await chief.done("work.assign", item=town.ids["item"], crew=SECRET)


async def raise_alarm(city: WholeCity, town: Town, role: str, asset: str, number: int) -> None:
    """Raise the first alarm that the kind of an asset declares."""
    facts = city.core.city.topology.find(UUID(town.ids[asset]))
    assert facts is not None
    name = next(one.name for one in city.core.kinds[facts.kind].alarm_classes if one.outcome == "alarm")
    crossing = {
        "id": number,
        "asset": town.ids[asset],
        "alarm_class": name,
        "edge": "raise",
        "at": city.core.clock.now(),
    }
    outcome = await city.system("alarms.judge", crossings=[crossing])
    event: Any = outcome.lines[0].event
    town.ids[role] = str(event.alarm)
    if asset not in ("open_cabinet", "open_light"):
        town.hide(event.alarm)


async def _orders(chief: Person, town: Town) -> None:
    until = time.time_ns() // 1000 + 3_600_000_000
    for role, selection in (
        ("order", {"assets": [town.ids["light"]]}),
        ("wide_order", {"assets": [town.ids["light"], town.ids["open_light"]]}),
        ("open_order", {"assets": [town.ids["open_light"]]}),
    ):
        (event, *_) = await chief.done(
            "orders.request", selection=selection, command="level_pct", value=100, until=until
        )
        town.ids[role] = event["order"]
    town.hide(town.ids["order"])
    await chief.done(
        "orders.consign", asset=town.ids["circuit"], holder=f"M. {SECRET}", certificate=SECRET, code="123456"
    )


async def _words(chief: Person, town: Town) -> None:
    (event,) = await chief.done("logbook.write", text=f"à côté du {SECRET}", asset=town.ids["light"])
    town.ids["entry"] = town.hide(event["entry"])
    await chief.done("logbook.write", text=f"ville entière {SECRET}")
    await chief.done("logbook.write", text=OPEN, asset=town.ids["open_light"])
