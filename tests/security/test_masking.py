"""An event masked after it was opened: what was already written about it leaves the screens of the other trades."""

import asyncio
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from beffroi.model.scope import Scope
from tests.security.conftest import Person, WholeCity
from tests.security.test_replay import still
from tests.security.test_rescope import rows_and_memory_agree
from tests.security.test_visibility import addresses, people_and_town, screen, text_of, watch
from tests.security.town import LIMITED, Town
from tests.security.town_room import HOUR, first

InCity = Callable[..., None]
WORD = "qqmaskedqq"
ROWS = ("engagement_m", "call_out_m", "reminder_m", "request_m", "entry_m")


def test_what_was_written_before_the_masking_is_masked_too_and_comes_back(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief, limited, town = await people_and_town(city)
        incident = await _event(chief, town)
        await still(city)
        about = {WORD, *(town.ids[role] for role in ROWS), *await _lines(chief, incident)}
        assert len(about) >= len(ROWS) + 4
        before = await _seen(city, limited, town, about)
        assert before == about, about - before
        await chief.done("incidents.mask", incident=incident, trade="police")
        await still(city)
        assert await _seen(city, limited, town, about) == set()
        stub = (await limited.get(f"/api/incidents/{incident}")).json()
        assert stub["text"]["fr"] == "Intervention en cours, ne pas engager d'équipe"
        assert (await limited.get("/api/logbook")).status_code == 200
        assert await _seen(city, chief, town, about) == about
        await rows_and_memory_agree(city)
        await chief.done("incidents.mask", incident=incident, trade="")
        await still(city)
        assert await _seen(city, limited, town, about) == about
        await rows_and_memory_agree(city)

    in_whole_city(scenario)


def test_nobody_masks_an_event_from_himself(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        _, limited, town = await people_and_town(city)
        refused = await limited.act("incidents.mask", incident=town.ids["open_incident"], trade="police")
        assert (refused.status_code, refused.json()["code"]) == (409, "incidents.cannot_mask")
        police = await city.person("policier", LIMITED, LIMITED.__class__("all", LIMITED.communes, ("police",)))
        await police.done("incidents.mask", incident=town.ids["open_incident"], trade="police")
        assert (await police.get(f"/api/incidents/{town.ids['open_incident']}")).json()["masked"] is True

    in_whole_city(scenario)


def test_a_call_about_a_masked_event_stays_hidden_when_its_place_is_corrected(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief, limited, town = await people_and_town(city)
        incident = await _event(chief, town)
        await chief.done("incidents.mask", incident=incident, trade="police")
        await still(city)
        request, elsewhere = town.ids["request_m"], town.ids["light"]
        place = city.core.city.topology.find(UUID(elsewhere))
        assert place is not None
        await chief.done("requests.correct", request=request, text=f"agression {WORD}", asset=elsewhere)
        await chief.done("requests.correct", request=request, asset=town.ids["open_light"])
        await still(city)
        assert await _seen(city, limited, town, {request, WORD}) == set()
        await rows_and_memory_agree(city)
        await chief.done("requests.correct", request=request, asset=elsewhere)
        await chief.done("incidents.mask", incident=incident, trade="")
        await still(city)
        assert city.core.state("requests").requests[UUID(request)].scope == Scope(place.commune, place.trade)
        await rows_and_memory_agree(city)

    in_whole_city(scenario)


async def _event(chief: Person, town: Town) -> str:
    """Open an event that the limited person sees, and everything that can hang on one."""
    fields: dict[str, Any] = {"what": f"mât {WORD}", "category": "lamp_out", "asset": town.ids["open_light"]}
    opened = await chief.done("incidents.open", **fields)
    incident = str(first(opened, "incidents.opened")["incident"])
    await chief.done("incidents.take", incident=incident)
    (written,) = await chief.done("logbook.write", text=f"vu {WORD}", incident=incident)
    town.ids["entry_m"] = str(written["entry"])
    due = time.time_ns() // 1000 + HOUR
    about = {"target_kind": "incident", "target": incident, "about": WORD}
    (reminded, *_) = await chief.done("duties.remind", text=f"rappel {WORD}", due_at=due, **about)
    town.ids["reminder_m"] = str(reminded["reminder"])
    asked = await chief.done("requests.record", text=f"appel {WORD}", asset=town.ids["open_light"], incident=incident)
    town.ids["request_m"] = str(first(asked, "requests.recorded")["request"])
    engaged = await chief.done("dispatch.engage", incident=incident, crew=town.ids["crew"], support=True)
    town.ids["engagement_m"] = str(first(engaged, "dispatch.engaged")["engagement"])
    called = await chief.done("dispatch.call_attempt", incident=incident, trade="roads")
    town.ids["call_out_m"] = str(first(called, "dispatch.call_attempted")["call_out"])
    return incident


async def _lines(chief: Person, incident: str) -> set[str]:
    page = (await chief.get(f"/api/logbook?incident={incident}")).json()
    return {one["id"] for one in page["items"]}


async def _seen(city: WholeCity, person: Person, town: Town, words: set[str]) -> set[str]:
    """List what of some words a person reads: on every route, by a search, in the exports, on the feed.

    The journal is left out: it is the proof, and its lines keep the scope under which they were written.
    """
    described: dict[str, Any] = (await person.get("/api/schema/openapi.json")).json()
    bare: dict[str, str] = {}
    for route, address in addresses(described, town):
        bare.setdefault(route, address)
    tried = {address for route, address in bare.items() if not route.startswith("/api/journal")}
    asked = {f"/api/{room}?q={WORD}" for room in ("logbook", "requests", "incidents", "search")}
    said = b""
    for address in sorted(tried | asked):
        mine = text_of(await person.get(address))
        # an address may hold an identifier, and a refusal repeat it
        said += b"\n".join(line for line in [mine] if not any(word in address for word in words))
    async with screen(city, person) as opened:
        seen = asyncio.create_task(watch(opened, 1.5))
        said += (await seen).text
    return {word for word in words if word.encode() in said}
