"""Fact 9: a person limited to one commune and one trade tries every way, and sees nothing else."""

import asyncio
import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from beffroi.server.feed.frame import decode
from tests.security.bodies import BODIES, READING_POSTS
from tests.security.conftest import Person, WholeCity
from tests.security.town import ELSEWHERE, EVERYTHING, LAT, LIMITED, LON, SECRET, Town, fill, raise_alarm, tell

InCity = Callable[..., None]

SAME_FOR_ALL = re.compile(r"^/api/(schema|texts|kinds|login|access/(roles|purposes)|feed)")
"""The same for everybody who is signed in."""

BACKGROUND = {"/api/map/style": {f'"{ELSEWHERE}"'}}
"""Names of communes are on every map."""

ROOM_TOPICS = {"incidents", "masked_incidents", "requests", "instructions", "crews", "contacts"}
"""Of which the limited person has a row of his own."""
EVERYBODYS = {"desks", "seats"}
"""Whatever the commune or trade; what it takes to hold one is in tests/seats/test_scopes.py."""
OF_EVERYBODY = {"rename", "sign_out", "hold", "hand_over", "begin_relief", "tick", "cancel_relief"}

PLACES = {"z": "14", "x": "8422", "name": "5755.mvt", "lang": "fr", "point": "power_w", "position": "1"}
PROBES = {
    "q": SECRET,
    "lon": str(LON),
    "lat": str(LAT),
    "radius_m": "5000",
    "commune": ELSEWHERE,
    "type": "logbook.",
    "limit": "1000",
    "to_lon": str(LON),
    "to_lat": str(LAT),
    "personal": "true",
    "state": "all",
    "bbox": "4,46,6,48",
    "z": "12",
    "day": "2026-01-01",
    "kind": "cabinet",
    "trade": "lighting",
    "street": SECRET,
}


def test_no_reading_shows_what_is_not_seen(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief, limited, town = await people_and_town(city)
        described: dict[str, Any] = (await chief.get("/api/schema/openapi.json")).json()
        leaks: list[str] = []
        shown: set[str] = set()
        open_to_all = True
        for route, address in addresses(described, town):
            whole, kept = await chief.get(address), await limited.get(address)
            assert whole.status_code < 500, (address, whole.text)
            assert kept.status_code < 500, (address, kept.text)
            said_to_chief, said = text_of(whole), text_of(kept)
            shown |= {route for word in town.words if word.encode() in said_to_chief}
            allowed = BACKGROUND.get(route, set()) | {word for word in town.words if word.strip('"') in address}
            leaks += [f"{address}: {word}" for word in town.words - allowed if word.encode() in said]
            leaks += miscounted(address, kept)
            open_to_all = open_to_all and kept.status_code != 200
        leaked = [leak for leak in leaks if not own_feeder(leak, town)]
        assert leaked == [], "\n".join(leaked)
        assert not open_to_all
        # what proves that the words were there to be seen
        assert shown >= {
            *(
                "/api/journal",
                "/api/logbook",
                "/api/assets",
                "/api/search",
                "/api/alarms",
                "/api/work",
                "/api/telemetry/sources",
            ),
            *("/api/assets/near", "/api/assets/{asset_id}", "/api/alarms/{alarm}", "/api/orders/{order_id}/points"),
            *("/api/house/settings", "/api/lighting/programmes", "/api/journal/export", "/api/orders/of/{asset}"),
        }, sorted(shown)

    in_whole_city(scenario)


def test_what_spans_two_communes_shows_the_part_that_is_seen(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        _, limited, town = await people_and_town(city)
        order = (await limited.get(f"/api/orders/{town.ids['wide_order']}")).json()
        assert (order["points"], sum(order["counts"].values()), order["place"]) == (1, 1, "")
        points = (await limited.get(f"/api/orders/{town.ids['wide_order']}/points")).json()
        assert [one["asset"] for one in points["items"]] == [town.ids["open_light"]]
        assert (points["total"], sum(points["counts"].values())) == (1, 1)
        light = (await limited.get(f"/api/assets/{town.ids['border_light']}")).json()
        assert (light["parent"], light["ancestors"]) == (None, [])
        seen = (await limited.get("/api/orders/of/" + town.ids["open_light"])).json()
        assert {one["points"] for one in seen} == {1}
        names = (await limited.get("/api/access/names")).json()
        assert str(limited.account) in names
        assert "Nom de ailleurs" not in names.values()

    in_whole_city(scenario)


def test_the_map_holds_only_what_is_seen(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief, limited, town = await people_and_town(city)
        assert town.hidden_indexes <= positions(await chief.get("/api/map/positions"))
        assert positions(await limited.get("/api/map/positions")) == town.open_indexes
        for zoom in (8, 12, 16):
            address = f"/api/map/clusters?z={zoom}&bbox=4,46,6,48"
            whole, kept = (await chief.get(address)).json(), (await limited.get(address)).json()
            assert count(kept) == len(town.open_indexes) < count(whole)

    in_whole_city(scenario)


def test_no_action_reaches_what_is_not_seen(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        _, limited, town = await people_and_town(city)
        asked = [action for trade in city.core.wiring.trades for action in trade.actions if action.right]
        asked = [one for one in asked if one.action_type() not in {f"seats.{name}" for name in OF_EVERYBODY}]
        missing = {action.action_type() for action in asked} - BODIES.keys()
        assert not missing, "say in bodies.py how each new action names what is elsewhere"
        reached = []
        for action in asked:
            for body in BODIES[action.action_type()](town):
                answer = await limited.act(action.action_type(), **body)
                if answer.status_code not in {403, 404}:
                    reached.append(f"{action.action_type()} {body}: {answer.text}")
                no_word(town, body, answer)
        assert reached == [], "\n".join(reached)
        for address, body in READING_POSTS(town):
            answer = await limited.seat.post(address, json=body)
            assert answer.status_code in {403, 404, 409, 422}, (address, answer.text)
            no_word(town, body, answer)
        written = await city.core.reader.fetch(
            "SELECT type FROM journal_line WHERE actor = %s AND type <> 'access.session_opened'", [limited.account]
        )
        assert written == []

    in_whole_city(scenario)


def test_what_exists_elsewhere_answers_as_what_does_not_exist(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        _, limited, town = await people_and_town(city)
        for address, known in (
            ("/api/assets/{}", "light"),
            ("/api/assets/{}/history", "light"),
            ("/api/alarms/{}", "alarm"),
            ("/api/alarms/{}/children", "alarm"),
            ("/api/orders/{}", "order"),
            ("/api/telemetry/{}/latest", "camera"),
            ("/api/telemetry/{}/power_w/curve", "light"),
        ):
            there = await limited.get(address.format(town.ids[known]))
            nowhere = await limited.get(address.format(other := str(uuid4())))
            assert there.status_code == nowhere.status_code == 404, address
            assert there.text.replace(town.ids[known], "") == nowhere.text.replace(other, ""), address
        for body in BODIES["orders.request"](town):
            there = await limited.act("orders.request", **body)
            nowhere = await limited.act("orders.request", **{**body, "selection": {"assets": [str(uuid4())]}})
            assert (there.status_code, there.json()["code"]) == (nowhere.status_code, nowhere.json()["code"])

    in_whole_city(scenario)


def test_a_painted_number_reads_as_the_identifier_does(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief, limited, town = await people_and_town(city)
        rows = await city.core.reader.fetch("SELECT id::text, code FROM asset")
        codes = dict(rows)
        light, circuit = codes[town.ids["light"]], codes[town.ids["circuit"]]
        assert (await chief.get(f"/api/telemetry/{light}/latest")).json()[0]["point"] == "power_w"
        assert (await chief.get(f"/api/telemetry/{light}/power_w/curve")).status_code == 200
        assert (await chief.get(f"/api/telemetry/latest?asset={circuit}")).status_code == 200
        wrong = await chief.get(f"/api/telemetry/{light}/colour/curve")
        assert (wrong.status_code, wrong.json()["params"]) == (404, {"asset": light, "point": "colour"})
        hidden = await limited.get(f"/api/telemetry/{light}/latest")
        nowhere = await limited.get("/api/telemetry/nowhere/latest")
        assert (hidden.status_code, hidden.text) == (404, nowhere.text.replace("nowhere", light))

    in_whole_city(scenario)


def test_the_feed_sends_only_what_is_seen(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief, limited, town = await people_and_town(city)
        async with screen(city, chief) as high, screen(city, limited) as low:
            live = asyncio.create_task(everything_moves(city, chief, town))
            whole, kept = await asyncio.gather(watch(high, 10.0), watch(low, 10.0))
            await live
        assert {"alarms", "orders", "work", "logbook", "locks", "programmes", "sources", "settings"} <= whole.topics
        assert SECRET.encode() in whole.text
        assert town.hidden_indexes <= whole.indexes
        assert whole.moved
        leaked = [word for word in town.words if word.encode() in kept.text]
        assert leaked == []
        assert kept.indexes <= town.open_indexes
        assert kept.indexes
        assert not kept.moved
        assert kept.topics <= {"alarms", "orders", "logbook", "overrides", "floods", *ROOM_TOPICS, *EVERYBODYS}
        assert town.ids["open_alarm"].encode() in kept.text

    in_whole_city(scenario)


def test_rights_taken_away_take_the_rows_from_the_screen(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief, _, town = await people_and_town(city)
        wide = await city.person("bientot-limite", EVERYTHING)
        async with screen(city, wide) as opened:
            assert SECRET.encode() in (await watch(opened, 20, until=SECRET)).text
            grant = msgspec.to_builtins(LIMITED)
            await chief.done("access.set_grants", account=str(wide.account), grants=[grant])
            await asyncio.sleep(0.2)
            after = await watch(opened, 6, from_snapshot=True)
            assert after.snapshots
            assert [word for word in town.words if word.encode() in after.text] == []
            assert after.indexes <= town.open_indexes

    in_whole_city(scenario)


async def people_and_town(city: WholeCity) -> tuple[Person, Person, Town]:
    chief = await city.person("tout", EVERYTHING)
    limited = await city.person("limite", LIMITED)
    await city.person("ailleurs", msgspec.structs.replace(LIMITED, communes=(ELSEWHERE,)))
    town = await fill(city, chief)
    town.words.add("Nom de ailleurs")
    return chief, limited, town


def addresses(described: dict[str, Any], town: Town) -> Iterator[tuple[str, str]]:
    """List addresses to try for every GET route: bare, and with each parameter that could lead to what is hidden."""
    aliases = {
        "asset_id": town.ids["light"],
        "asset": town.ids["light"],
        "parent": town.ids["circuit"],
        "order_id": town.ids["wide_order"],
        "actor": town.ids["light"],
    }
    known = {**town.ids, **aliases}
    tried = 0
    for path, methods in described["paths"].items():
        if "get" not in methods or not path.startswith("/api/") or SAME_FOR_ALL.match(path):
            continue
        tried += 1
        filled = re.sub(r"\{(\w+)\}", lambda name: known.get(name[1]) or PLACES.get(name[1], str(uuid4())), path)
        needed = {one["name"]: one for one in methods["get"].get("parameters", ()) if one["in"] == "query"}
        bare = {name: PROBES.get(name, "1") for name, one in needed.items() if one.get("required")}
        yield path, with_query(filled, bare)
        for name in needed:
            probe = known.get(name) or PROBES.get(name)
            if probe:
                yield path, with_query(filled, {**bare, name: probe})
    assert tried >= 30


def with_query(path: str, values: dict[str, str]) -> str:
    return str(httpx.URL(path, params=values)) if values else path


def text_of(answer: httpx.Response) -> bytes:
    """Return what an answer says, the files of a zip unpacked."""
    if answer.headers.get("content-type", "") == "application/zip":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as pack:
            return b"\n".join(pack.read(name) for name in pack.namelist())
    return answer.content


def own_feeder(leak: str, town: Town) -> bool:
    """The proof of a light seen names what feeds it by its identifier: a line of the journal is never rewritten."""
    return leak.startswith("/api/journal") and leak.endswith(town.ids["circuit"])


def miscounted(address: str, answer: httpx.Response) -> list[str]:
    """Tell of a list whose total counts what it does not show."""
    if answer.headers.get("content-type", "").startswith("application/json"):
        page = answer.json()
        if isinstance(page, dict) and page.get("total") is not None and "items" in page and not page.get("next"):
            return [] if page["total"] == len(page["items"]) else [f"{address}: total {page['total']}"]
    return []


def no_word(town: Town, body: Any, answer: httpx.Response) -> None:
    """A refusal repeats what was asked at most."""
    asked = msgspec.json.encode(body).decode()
    told = [word for word in town.words if word in answer.text and word.strip('"') not in asked]
    assert told == [], (body, answer.text)


def positions(answer: httpx.Response) -> set[int]:
    assert answer.status_code == 200
    (number,) = struct.unpack_from("<I", answer.content)
    layout = np.dtype([("index", "<u4"), ("lon", "<f4"), ("lat", "<f4"), ("kind", "<u2"), ("commune", "<u2")])
    records = np.frombuffer(answer.content[4:], layout)
    assert len(records) == number
    return set(records["index"].tolist())


def count(clusters: list[dict[str, Any]]) -> int:
    return sum(one["count"] for one in clusters)


class Watched(msgspec.Struct):
    """What a screen was sent."""

    text: bytes = b""
    topics: set[str] = set()
    indexes: set[int] = set()
    moved: set[int] = set()
    snapshots: int = 0


def screen(city: WholeCity, person: Person) -> connect:
    return connect(city.feed_url, additional_headers=person.cookie, compression=None, max_size=None)


async def watch(opened: ClientConnection, seconds: float, *, from_snapshot: bool = False, until: str = "") -> Watched:
    """Keep what a screen gets for a while, or until it holds a text; `from_snapshot` forgets what came before one."""
    seen = Watched()
    try:
        async with asyncio.timeout(seconds):
            while True:
                frame = await opened.recv()
                assert isinstance(frame, bytes)
                header, lamps, moves = decode(frame)
                if header["snapshot"] and from_snapshot:
                    seen = Watched()
                seen.snapshots += header["snapshot"]
                seen.text += msgspec.json.encode({**header, "epoch": ""})
                seen.topics |= {topic for topic, rows in header["rows"].items() if rows}
                seen.indexes |= set(lamps["index"].tolist()) | set(moves["index"].tolist())
                seen.moved |= set(moves["index"].tolist())
                if until and until.encode() in seen.text:
                    return seen
    except (TimeoutError, ConnectionClosed):
        return seen


async def everything_moves(city: WholeCity, chief: Person, town: Town) -> None:
    """Change something in every room while screens look."""
    for number in range(3):
        await tell(city, town)
        await asyncio.sleep(0.2)
        await chief.done("logbook.write", text=f"{SECRET} {number}", asset=town.ids["light"])
    await raise_alarm(city, town, "alarm_2", "circuit", 10)
    await chief.done("alarms.acknowledge", alarm=town.ids["alarm"])
    await chief.done("alarms.acknowledge", alarm=town.ids["open_alarm"])
    await chief.done("work.close", item=town.ids["item"], result="repaired")
    await chief.done("orders.lift", asset=town.ids["circuit"], certificate=SECRET, code="123456")
    await chief.done("assets.correct", asset=town.ids["border_light"], edits={"name": "changée"})
