"""A person limited to one commune and one trade sees nothing else, whatever the route: every GET is tried.

A room that lands adds what it hides to `hide`; the routes find themselves.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
from tests.access.running import SmallCity

from beffroi.access.actions import CreateAccount
from beffroi.access.passwords import Passwords
from beffroi.access.store import put_credential
from beffroi.access.types import RoleGrant
from beffroi.journal.actions import NoteExport
from beffroi.model.actor import SYSTEM
from beffroi.model.reading import Crossing
from beffroi.trade.doors import trusted

InCity = Callable[..., None]
SECRET = "zzsecretzz"
OPEN = "aaopenaa"
HERE = {"commune": "21355"}
ELSEWHERE = {"commune": "21231"}
LON, LAT = 5.06, 47.30

NOT_FILTERED = re.compile(r"^/api/(schema|texts|kinds|login|me$|access/(roles|purposes)|feed)")
"""The same for everybody who is signed in, or about the caller alone."""


class Hidden:
    """Identifiers of what must not be seen, by the name of a route's parameter."""

    def __init__(self) -> None:
        self.ids: dict[str, str] = {}
        self.words: set[str] = {SECRET}

    def add(self, name: str, value: object) -> None:
        self.ids[name] = str(value)
        if not isinstance(value, int):
            self.words.add(str(value))


def test_one_commune_and_one_trade_see_nothing_else(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        everything = await account(city, "tout", RoleGrant("all"))
        limited = await account(city, "limite", RoleGrant("all", ("21355",), ("lighting",)))
        hidden = await hide(city, everything)
        leaks: list[str] = []
        shown: set[str] = set()
        for route, address in addresses(await schema(everything), hidden):
            seen, kept = await everything.get(address), await limited.get(address)
            assert seen.status_code < 500, (address, seen.text)
            assert kept.status_code < 500, (address, kept.text)
            telling = [word for word in hidden.words if word not in address]  # a refusal repeats what was asked
            shown |= {route for word in hidden.words if word.encode() in seen.content}
            leaks += [f"{address}: {word}" for word in telling if word.encode() in kept.content]
            leaks += miscounted(address, kept)
        assert leaks == []
        assert {"/api/journal", "/api/journal/{position}", "/api/logbook", "/api/assets", "/api/search"} <= shown

    in_city(scenario, whole=True)


def test_actions_on_what_is_not_seen_find_nothing(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        everything = await account(city, "tout", RoleGrant("all"))
        limited = await account(city, "limite", RoleGrant("all", ("21355",), ("lighting",)))
        hidden = await hide(city, everything)
        tried = 0
        for action in (action for trade in city.wiring.trades for action in trade.actions if action.right):
            fields = {name: hidden.ids[name] for name in action.__struct_fields__ if name in hidden.ids}
            if not fields or set(action.__struct_fields__) - set(fields) - defaults(action):
                continue
            body = {name: int(value) if name == "position" else value for name, value in fields.items()}
            answer = await limited.post(f"/api/actions/{action.action_type()}", json=body)
            assert answer.status_code in {403, 404}, (action.action_type(), answer.text)
            assert SECRET not in answer.text
            tried += 1
        assert tried >= 5

    in_city(scenario, whole=True)


async def account(city: SmallCity, login: str, grant: RoleGrant) -> httpx.AsyncClient:
    """Return the browser of a new account; the role `all` holds every right."""
    from beffroi.access.actions import DefineRole
    from beffroi.access.roles import RIGHTS

    system, credential = trusted(SYSTEM), uuid4()
    await city.executor.execute(DefineRole(name="all", rights=RIGHTS), system)
    hashed = await Passwords().hash("cloche-de-midi-77")
    await city.executor.execute(
        CreateAccount(login=login, name=login, credential=credential, grants=(grant,), must_change=False),
        system,
        also=lambda cursor: put_credential(cursor, credential, "password", hashed),
    )
    return await city.signed_in(login, "cloche-de-midi-77")


async def hide(city: SmallCity, seat: httpx.AsyncClient) -> Hidden:
    """Fill the city with things that the limited person may and may not see."""
    hidden = Hidden()
    common = {"lon": LON, "lat": LAT}
    await ask(seat, "assets.create", kind="street_light", code="L-1", name=OPEN, **HERE, **common)
    light = await ask(
        seat, "assets.create", kind="street_light", code=f"{SECRET}-1", name=SECRET, **ELSEWHERE, **common
    )
    await ask(seat, "assets.create", kind="camera", code=f"{SECRET}-2", name=SECRET, **HERE, **common)
    asset = id_of(light)
    for name in ("asset", "asset_id", "kept", "duplicate", "parent"):
        hidden.add(name, asset)
    (line,) = await ask(seat, "logbook.write", text=f"à côté du {SECRET}", asset=asset)
    hidden.add("entry", line["entry"])
    await ask(seat, "logbook.write", text=f"ville entière {SECRET}")
    note = NoteExport(first=1, last=2, lines=2, filters={"q": SECRET}, with_bodies=False)
    outcome = await city.executor.execute(note, trusted(SYSTEM))
    hidden.add("position", outcome.lines[-1].position)
    cabinet = await ask(seat, "assets.create", kind="cabinet", code=f"{SECRET}-3", name=SECRET, **ELSEWHERE, **common)
    hidden.add("alarm", await raise_alarm(city, id_of(cabinet)))
    return hidden


def id_of(events: list[dict[str, Any]]) -> str:
    """Return the identifier of an asset just created."""
    return next(event[name] for event in events for name in ("asset", "id") if isinstance(event.get(name), str))


async def raise_alarm(city: SmallCity, asset: str) -> UUID:
    """Raise an alarm on a cabinet, by the first class of its kind that raises one."""
    (name, *_) = [one.name for one in city.wiring.kinds["cabinet"].alarm_classes if one.outcome == "alarm"]
    judge: Any = city.wiring.actions["alarms.judge"]
    crossing = Crossing(1, UUID(asset), name, "raise", city.clock.now())
    outcome = await city.executor.execute(judge(crossings=(crossing,)), trusted(SYSTEM))
    event: Any = outcome.lines[0].event
    found: UUID = event.alarm
    return found


async def ask(seat: httpx.AsyncClient, action: str, **fields: Any) -> list[dict[str, Any]]:
    answer = await seat.post(f"/api/actions/{action}", json=fields)
    assert answer.status_code == 201, (action, answer.text)
    events: list[dict[str, Any]] = answer.json()["events"]
    return events


async def schema(seat: httpx.AsyncClient) -> dict[str, Any]:
    """Return the description of every route."""
    found: dict[str, Any] = (await seat.get("/api/schema/openapi.json")).json()
    return found


def addresses(described: dict[str, Any], hidden: Hidden) -> Iterator[tuple[str, str]]:
    """List addresses to try for every GET route: bare, and with each parameter that could lead to what is hidden."""
    tried = 0
    for path, methods in described["paths"].items():
        if "get" not in methods or not path.startswith("/api/") or NOT_FILTERED.match(path):
            continue
        tried += 1
        filled = re.sub(r"\{(\w+)\}", lambda name: hidden.ids.get(name[1], PLACES.get(name[1], "1")), path)
        needed = {one["name"]: one for one in methods["get"].get("parameters", ()) if one["in"] == "query"}
        bare = {name: PROBES.get(name, "1") for name, one in needed.items() if one.get("required")}
        yield path, with_query(filled, bare)
        for name in needed:
            probe = hidden.ids.get(name) or PROBES.get(name)
            if probe:
                yield path, with_query(filled, {**bare, name: probe})
    assert tried >= 15


PROBES = {
    "q": SECRET,
    "lon": str(LON),
    "lat": str(LAT),
    "radius_m": "50",
    "commune": "21231",
    "kind": "camera",
    "type": "logbook.",
    "limit": "1000",
    "from_lon": str(LON),
    "from_lat": str(LAT),
    "to_lon": str(LON),
    "to_lat": str(LAT),
    "personal": "true",
    "state": "open",
}
PLACES = {"z": "14", "x": "8422", "y": "5755", "lang": "fr", "point": "power_w"}


def with_query(path: str, values: dict[str, str]) -> str:
    return str(httpx.URL(path, params=values)) if values else path


def miscounted(address: str, answer: httpx.Response) -> list[str]:
    """Tell of a list whose total counts what it does not show."""
    if answer.headers.get("content-type", "").startswith("application/json"):
        page = answer.json()
        if isinstance(page, dict) and page.get("total") is not None and "items" in page and not page.get("next"):
            return [] if page["total"] == len(page["items"]) else [f"{address}: total {page['total']}"]
    return []


def defaults(action: Any) -> set[str]:
    """List the fields of an action that may be left out."""
    return {field.name for field in msgspec.structs.fields(action) if not field.required}
