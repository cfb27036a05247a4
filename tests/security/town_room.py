"""The room of the two communes: events, crews, seats, duties, calls, directory, here and elsewhere."""

import time
from typing import Any

from tests.security.conftest import Person, WholeCity
from tests.security.town import ELSEWHERE, HERE, LAT, LON, OPEN, SECRET, Town

HOUR = 3_600_000_000


async def fill_room(city: WholeCity, chief: Person, town: Town) -> None:
    """Fill every room of the room."""
    enrolled = await city.system("seats.enrol", name="Table 1", digest="ab" * 32)
    seat: Any = enrolled.lines[0].event
    town.ids["seat"] = str(seat.seat)
    until = time.time_ns() // 1000 + 48 * HOUR
    await _incidents(chief, town)
    await _dispatch(chief, town, until)
    await _duties(chief, town, until)
    await _requests(chief, town, until)
    await _directory(chief, town, until)


async def _incidents(chief: Person, town: Town) -> None:
    masked = {"what": f"individu {SECRET}", "category": "intrusion", "lon": LON, "lat": LAT, "commune": HERE}
    for role, fields in (
        ("incident", {"what": f"mât couché {SECRET}", "asset": town.ids["light"]}),
        ("masked_incident", masked),
        ("open_incident", {"what": OPEN, "asset": town.ids["open_light"]}),
    ):
        event = first(await chief.done("incidents.open", **fields), "incidents.opened")
        town.ids[role] = str(event["incident"])
    town.hide(town.ids["incident"])
    await chief.done("incidents.mask", incident=town.ids["masked_incident"], trade="police")


async def _dispatch(chief: Person, town: Town, until: int) -> None:
    agent = {"name": f"Agent {SECRET}", "phone": "06 39 98 11 22", "ends_at": until}
    event = first(await chief.done("dispatch.set_agent", **agent), "dispatch.agent_set")
    town.ids["agent"] = town.hide(event["agent"])
    for role, crew in (
        ("crew", {"name": SECRET, "trade": "roads", "vehicle": town.ids["vehicle"], "members": [town.ids["agent"]]}),
        ("open_crew", {"name": OPEN, "trade": "lighting"}),
    ):
        event = first(await chief.done("dispatch.set_crew", **crew), "dispatch.crew_set")
        town.ids[role] = str(event["crew"])
    town.hide(town.ids["crew"])
    now = time.time_ns() // 1000
    turns = [
        {"kind": "on_call", "subject": town.ids["agent"], "start": now - HOUR, "end": until, "rank": 1},
        {"kind": "duty", "subject": town.ids["crew"], "start": now - HOUR, "end": now + HOUR},
    ]
    await chief.done("dispatch.set_roster", trade="roads", start=now - HOUR, end=until, turns=turns)
    attempt = await chief.done("dispatch.call_attempt", incident=town.ids["incident"], trade="roads")
    town.ids["call_out"] = town.hide(next(one["call_out"] for one in attempt if "call_out" in one))
    engaged = await chief.done("dispatch.engage", incident=town.ids["incident"], crew=town.ids["crew"], support=True)
    town.ids["engagement"] = town.hide(next(one["engagement"] for one in engaged if "engagement" in one))


async def _duties(chief: Person, town: Town, until: int) -> None:
    for role, fields in (
        ("instruction", {"text": f"consigne {SECRET}", "commune": ELSEWHERE}),
        ("open_instruction", {"text": OPEN, "commune": HERE}),
    ):
        (event, *_) = await chief.done("duties.instruct", end=until, **fields)
        town.ids[role] = str(event["instruction"])
    target = {"target_kind": "asset", "target": town.ids["light"], "about": SECRET}
    (event, *_) = await chief.done("duties.remind", text=f"rappeler {SECRET}", due_at=until, **target)
    town.ids["reminder"] = town.hide(event["reminder"])
    town.hide(town.ids["instruction"])


async def _requests(chief: Person, town: Town, until: int) -> None:
    contact = {"name": f"M. {SECRET}", "phone": "06 39 98 33 44", "channel": "phone"}
    for role, fields in (
        ("request", {"text": f"lampadaire éteint {SECRET}", "asset": town.ids["light"], "contact": contact}),
        ("open_request", {"text": OPEN, "asset": town.ids["open_light"]}),
    ):
        event = first(await chief.done("requests.record", **fields), "requests.recorded")
        town.ids[role] = str(event["request"])
    town.hide(town.ids["request"])
    await chief.done("requests.outcome", request=town.ids["request"], outcome="call_back", call_back_at=until)


async def _directory(chief: Person, town: Town, until: int) -> None:
    entry: dict[str, Any] = {"organisation": f"Mairie {SECRET}", "commune": ELSEWHERE, "phones": [{"number": "17"}]}
    person = {"name": f"Mme {SECRET}", "person_phones": [{"number": "06 39 98 55 66"}], "until": until}
    event = first(await chief.done("directory.set_contact", entry={**entry, **person}), "directory.contact_set")
    town.ids["contact"] = town.hide(event["contact"])
    await chief.done(
        "directory.set_contact", entry={"organisation": OPEN, "commune": HERE, "phones": [{"number": "18"}]}
    )
    roster = {"key": f"{SECRET}.elu", "label": f"Élu {SECRET}", "commune": ELSEWHERE}
    await chief.done("directory.set_roster", roster=roster)


def first(events: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """Return the first event of a type."""
    return next(event for event in events if event["type"] == kind)
