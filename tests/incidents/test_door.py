"""Events through the HTTP door of a whole core: two takes at once, exactly once, masks everywhere, files, review."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from websockets.asyncio.client import connect

from beffroi.access.types import RoleGrant
from beffroi.incidents import TRADE, api
from beffroi.journal import store as journal
from beffroi.journal.codec import Decoder
from beffroi.model.actor import SYSTEM
from beffroi.model.scope import Grant, Rights
from beffroi.model.time import DAY
from beffroi.procedures.events.review import _links as review_links
from beffroi.server.feed.frame import decode
from beffroi.trade.doors import Caller, trusted
from tests.security.conftest import (
    Person,
    WholeCity,
    in_whole_city,  # noqa: F401 - a fixture
    quick_passwords,  # noqa: F401 - a fixture
)

InCity = Callable[..., None]
COMMUNE, ELSEWHERE = "21231", "21355"
SECRET = "zzsecretzz"
PNG = b"\x89PNG\r\n\x1a\n" + b"photo"

EARLIER = """INSERT INTO alarm SELECT (jsonb_populate_record(known,
    jsonb_build_object('id', gen_random_uuid(), 'raised_at', raised_at - 3600000000::bigint))).*
    FROM alarm known WHERE asset = %s"""


async def opened(person: Person, what: str = "lampadaire éteint", **fields: Any) -> dict[str, Any]:
    (event,) = await person.done("incidents.open", what=what, commune=COMMUNE, **fields)
    return event


async def circuit_of(chief: Person) -> dict[str, str]:
    made: dict[str, str] = {}
    for kind, code, parent in (
        ("cabinet", "A045", None), ("circuit", "A045/D3", "A045"), ("street_light", "A045-1", "A045/D3"),
    ):  # fmt: skip
        more = {"parent": made[parent]} if parent else {}
        (event,) = await chief.done("assets.create", kind=kind, code=code, lon=5.04, lat=47.32, commune=COMMUNE, **more)
        made[code] = event["asset"]
    return made


async def until(condition: Callable[[], Any]) -> Any:
    async with asyncio.timeout(10):
        while not (value := condition()):
            await asyncio.sleep(0.02)
    return value


def test_of_two_who_take_at_once_one_is_refused_with_who_has_it(in_whole_city: InCity) -> None:  # noqa: F811
    async def scenario(city: WholeCity) -> None:
        first, second = await city.person("un", RoleGrant("all")), await city.person("deux", RoleGrant("all"))
        event = await opened(first)
        answers = await asyncio.gather(
            first.act("incidents.take", incident=event["incident"]),
            second.act("incidents.take", incident=event["incident"]),
        )
        codes = sorted(answer.status_code for answer in answers)
        assert codes == [201, 409]
        refusal = next(answer.json() for answer in answers if answer.status_code == 409)
        holder = first if answers[0].status_code == 201 else second
        assert (refusal["code"], refusal["params"]["by"]) == ("incidents.already_taken", str(holder.account))

    in_whole_city(scenario)


def test_the_time_line_tells_what_happened_to_the_events_joined(in_whole_city: InCity) -> None:  # noqa: F811
    async def scenario(city: WholeCity) -> None:
        one = await city.person("un", RoleGrant("all"))
        first, into = await opened(one), await opened(one, "toute la rue est éteinte")
        await one.done("incidents.join", incident=first["incident"], into=into["incident"], why="même rue")
        lines = (await one.get(f"/api/incidents/{into['incident']}/timeline")).json()
        told = [line["params"]["number"] for line in lines if line["type"] == "incidents.opened"]
        assert told == [first["number"], into["number"]]

    in_whole_city(scenario)


def test_a_csv_that_stops_says_so(in_whole_city: InCity, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(api, "EXPORTED", 1)

    async def scenario(city: WholeCity) -> None:
        one = await city.person("un", RoleGrant("all"))
        await opened(one)
        last = await opened(one, "nid de poule")
        lines = (await one.get("/api/incidents/export.csv")).text.splitlines()
        assert [line.split(";")[0] for line in lines[1:]] == [last["number"], api.CUT.format(left=1)]

    in_whole_city(scenario)


def test_no_closure_without_cause_and_result_and_the_number_survives(in_whole_city: InCity) -> None:  # noqa: F811
    async def scenario(city: WholeCity) -> None:
        one = await city.person("un", RoleGrant("all"))
        event = await opened(one)
        bare = await one.act("incidents.close", incident=event["incident"], cause="mains")
        assert (bare.status_code, bare.json()["code"]) == (409, "incidents.needs_result")
        await one.done("incidents.close", incident=event["incident"], cause="mains", result="repaired")
        await one.done("incidents.reopen", incident=event["incident"], reason="came_back")
        again = (await one.get(f"/api/incidents/{event['incident']}")).json()
        assert (again["number"], again["state"]) == (event["number"], "new")

    in_whole_city(scenario)


def test_what_a_seat_sends_twice_is_written_once(in_whole_city: InCity) -> None:  # noqa: F811
    async def scenario(city: WholeCity) -> None:
        one = await city.person("un", RoleGrant("all"))
        local = str(uuid4())
        facts = city.core.clock.now() - 3_600_000_000
        for _ in range(3):
            answer = await one.seat.post(
                f"/api/actions/incidents.open?happened_at={facts}", json={"what": "mât couché", "local": local}
            )
            assert answer.status_code == 201
        page = (await one.get("/api/incidents")).json()
        assert (page["total"], page["items"][0]["late"], page["items"][0]["first_at"]) == (1, True, facts)
        assert (await one.get(f"/api/incidents/local/{local}")).json()["id"] == page["items"][0]["id"]

    in_whole_city(scenario)


def test_an_alarm_that_trips_opens_one_event_with_its_line_in_the_log(in_whole_city: InCity) -> None:  # noqa: F811
    async def scenario(city: WholeCity) -> None:
        chief = await city.person("chef", RoleGrant("all"))
        ids = await circuit_of(chief)
        now = city.core.clock.now()
        crossing = {"id": 1, "asset": ids["A045/D3"], "alarm_class": "tripped", "edge": "raise", "at": now}
        await city.system("alarms.judge", crossings=[crossing])
        (incident,) = await until(lambda: list(city.core.wiring.states["incidents"].open.values()))
        assert (incident.category, incident.source, str(incident.asset)) == ("circuit_tripped", "alarm", ids["A045/D3"])
        noted = city.core.wiring.states["logbook"].entries
        await until(lambda: [one for one in noted.values() if one.code == "incidents.note.opened"])
        around = (await chief.get(f"/api/around?lon=5.04&lat=47.32&incident={incident.id}")).json()
        assert (around["circuit"]["code"], around["circuit"]["darkens"]) == ("A045/D3", 1)
        assert (len(around["circuit"]["trips"]), around["circuit"]["do_not_rearm"]) == (1, False)
        timeline = (await chief.get(f"/api/incidents/{incident.id}/timeline")).json()
        assert {"alarms.raised", "incidents.opened"} <= {one["type"] for one in timeline}
        # as it would stand had it tripped an hour before
        await city.core.work(lambda connection: connection.execute(EARLIER, (ids["A045/D3"],)))
        around = (await chief.get(f"/api/around?lon=5.04&lat=47.32&incident={incident.id}")).json()
        assert (len(around["circuit"]["trips"]), around["circuit"]["do_not_rearm"]) == (2, True)

    in_whole_city(scenario)


async def snapshot_of(city: WholeCity, person: Person) -> tuple[bytes, dict[str, Any]]:
    async with connect(city.feed_url, additional_headers=person.cookie, max_size=None) as socket:
        frame = await asyncio.wait_for(socket.recv(), 10)
    assert isinstance(frame, bytes)
    header, _, _ = decode(frame)
    return msgspec.json.encode(header), header["rows"]


def test_a_masked_event_shows_the_others_that_it_is_there_and_nothing_more(in_whole_city: InCity) -> None:  # noqa: F811
    async def scenario(city: WholeCity) -> None:
        police = await city.person("police", RoleGrant("all", (COMMUNE,), ("police",)))
        lighting = await city.person("eclairage", RoleGrant("all", (COMMUNE,), ("lighting",)))
        outside = await city.person("dehors", RoleGrant("all", (ELSEWHERE,)))
        event = await opened(police, f"rixe {SECRET}", lon=5.04, lat=47.32)
        name = event["incident"]
        await police.done("incidents.take", incident=name)
        for address in (
            f"/api/incidents/{name}", "/api/incidents?state=all", "/api/incidents/near?lon=5.04&lat=47.32",
            "/api/around?lon=5.04&lat=47.32", "/api/incidents/export.csv", f"/api/incidents?q={event['number']}",
        ):  # fmt: skip
            whole, stub, nothing = [await one.get(address) for one in (police, lighting, outside)]
            assert event["number"] in whole.text, address
            assert event["number"] in stub.text, address
            assert "ne pas engager d'équipe" in stub.text, address
            assert event["number"] not in nothing.text, address
            for other in (stub, nothing):
                assert SECRET not in other.text, address
                assert "rixe" not in other.text.lower(), address
        for address in (f"/api/incidents/{name}/timeline", f"/api/review/{name}.pdf", f"/api/review/{name}.atu.pdf"):
            assert (await police.get(address)).status_code == 200, address
            assert (await lighting.get(address)).status_code == 404, address
        for words in (SECRET, "police", "rixe"):
            assert (await lighting.get(f"/api/incidents?q={words}")).json()["total"] == 0
        assert SECRET not in (await lighting.get(f"/api/search?q={SECRET}")).text.replace(f"q={SECRET}", "")
        assert event["number"] not in (await lighting.get("/api/logbook")).text
        assert event["number"] not in (await lighting.get("/api/journal")).text
        refused = await lighting.act("incidents.release", incident=name)
        assert refused.status_code == 404
        said, rows = await snapshot_of(city, lighting)
        assert SECRET.encode() not in said
        assert [one["v"]["number"] for one in rows["masked_incidents"]] == [event["number"]]
        assert not rows.get("incidents")
        _, rows = await snapshot_of(city, outside)
        assert not rows.get("masked_incidents")

    in_whole_city(scenario)


def test_an_event_joined_from_another_trade_is_only_a_number_to_who_does_not_see_it(in_whole_city: InCity) -> None:  # noqa: F811
    async def scenario(city: WholeCity) -> None:
        chief = await city.person("chef", RoleGrant("all"))
        lighting = await city.person("eclairage", RoleGrant("all", (COMMUNE,), ("lighting",)))
        holder = await opened(chief, "rue éteinte", category="lamp_out")
        mine = await opened(chief, "lampadaire éteint", category="lamp_out")
        other = await opened(chief, f"chaussée effondrée {SECRET}", category="roadway")
        await chief.done("incidents.join", incident=mine["incident"], into=holder["incident"], why="même rue")
        await chief.done("incidents.join", incident=other["incident"], into=holder["incident"], why=f"chez {SECRET}")
        said, rows = await snapshot_of(city, lighting)
        (row,) = [one["v"] for one in rows["incidents"]]
        assert [(one["number"], one["what"], one["why"]) for one in row["joined"]] == [
            (mine["number"], "lampadaire éteint", "même rue"), (other["number"], "", ""),
        ]  # fmt: skip
        assert SECRET.encode() not in said
        state = city.core.state("incidents")
        held = state.incidents[UUID(holder["incident"])]
        core: Any = city.core
        for person, numbers in ((lighting, {mine["number"]}), (chief, {mine["number"], other["number"]})):
            caller = trusted(SYSTEM) if person is chief else sees_only(COMMUNE, "lighting")
            assert {name.split()[0] for _, name, _ in review_links(core, caller, held)} == numbers
            whole = (await person.get(f"/api/incidents/{holder['incident']}")).json()
            assert {one["number"] for one in whole["joined"]} == numbers

    in_whole_city(scenario)


def sees_only(commune: str, trade: str) -> Caller:
    grant = Grant(frozenset({commune}), frozenset({trade}))
    return Caller(actor=SYSTEM, rights=Rights({"view": (grant,)}))


def test_a_file_is_known_by_its_content_and_read_by_who_sees_the_event(in_whole_city: InCity) -> None:  # noqa: F811
    async def scenario(city: WholeCity) -> None:
        one = await city.person("un", RoleGrant("all"))
        event = await opened(one)
        address = f"/api/incidents/{event['incident']}/attachments"

        async def send(content: bytes) -> tuple[int, str]:
            answer = await one.seat.post(address, files={"file": ("plaque.png", content, "image/png")})
            return answer.status_code, answer.json().get("code", "")

        assert await send(PNG) == (201, "")
        assert await send(PNG) == (409, "incidents.same_file")
        assert await send(b"<script>") == (409, "incidents.file_kind")
        assert await send(b"") == (409, "incidents.file_empty")
        assert await send(PNG + b"0" * (10 * 1024 * 1024)) == (409, "incidents.file_too_large")
        assert (await send(PNG + b"0" * (11 * 1024 * 1024)))[0] == 413
        kept = await one.get(f"{address}/1")
        assert (kept.content, kept.headers["content-type"]) == (PNG, "image/png")
        state = city.core.wiring.states["incidents"]
        (file,) = state.files
        assert state.files[file][1] > city.core.clock.now() + 360 * DAY
        await city.system("incidents.expire", attachments=[str(file)])
        assert (await one.get(f"{address}/1")).json()["code"] == "incidents.file_gone"
        rows = await city.core.reader.fetch("SELECT bytes FROM incident_file")
        assert rows == [(None,)]

    in_whole_city(scenario)


def test_the_review_file_is_a_pdf_of_the_time_line(in_whole_city: InCity) -> None:  # noqa: F811
    async def scenario(city: WholeCity) -> None:
        one = await city.person("un", RoleGrant("all"))
        event = await opened(one, "mât couché #set page(fill: red) *avenue*", source="radio")
        name = event["incident"]
        await one.done("incidents.take", incident=name)
        await one.done("incidents.step", incident=name, step="told", told="17")
        await one.done("logbook.write", text="périmètre posé", incident=name)
        timeline = (await one.get(f"/api/incidents/{name}/timeline")).json()
        assert [item["type"] for item in timeline] == [
            "incidents.opened", "incidents.taken", "incidents.stepped", "logbook.written",
        ]  # fmt: skip
        made = await one.get(f"/api/review/{name}.pdf")
        assert (made.status_code, made.headers["content-type"], made.content[:5]) == (200, "application/pdf", b"%PDF-")
        assert (await one.get(f"/api/review/{uuid4()}.pdf")).status_code == 404
        assert (await one.get("/api/review/../x.pdf")).status_code == 404

    in_whole_city(scenario)


def test_what_the_journal_erases_of_events_leaves_their_rows(in_whole_city: InCity) -> None:  # noqa: F811
    async def scenario(city: WholeCity) -> None:
        one = await city.person("un", RoleGrant("all"))
        event = await opened(one, f"mât couché chez {SECRET}", place=f"chez {SECRET}")
        before = city.core.clock.now() + 1
        await city.system("journal.erase", purpose="incident", before=before)
        incident = UUID(event["incident"])
        async with asyncio.timeout(10):
            while SECRET in str(await city.core.reader.fetch("SELECT data::text, search FROM incident")):
                await asyncio.sleep(0.02)
        assert city.core.wiring.states["incidents"].incidents[incident].what == ""
        for address in (f"/api/incidents/{incident}", "/api/incidents", f"/api/incidents/{incident}/timeline"):
            assert SECRET not in (await one.get(address)).text

    in_whole_city(scenario)


def test_rights_and_shapes_are_checked_at_the_door(in_whole_city: InCity) -> None:  # noqa: F811
    async def scenario(city: WholeCity) -> None:
        viewer = await city.person("lecteur", RoleGrant("viewer"))
        refused = await viewer.act("incidents.open", what="x")
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        one = await city.person("un", RoleGrant("all"))
        for bad in ({"what": ""}, {"what": "x" * 501}, {"what": "x", "lon": 200}, {"what": "x", "priority": 9}, {}):
            assert (await one.act("incidents.open", **bad)).status_code == 422
        assert (await one.act("incidents.attach", incident=str(uuid4()))).status_code in (404, 405)
        assert (await one.act("incidents.take", incident=str(uuid4()))).status_code == 404
        with suppress(KeyError):
            assert (await viewer.get("/api/incidents/export.csv")).json()["code"] == "forbidden"

    in_whole_city(scenario)


def test_the_journal_replayed_gives_what_the_rows_give(in_whole_city: InCity) -> None:  # noqa: F811
    async def scenario(city: WholeCity) -> None:
        one = await city.person("un", RoleGrant("all"))
        first, second = await opened(one, "mât couché", local=str(uuid4())), await opened(one)
        await one.done("incidents.step", incident=first["incident"], step="told", told="17", note="périmètre")
        await one.done("incidents.join", incident=second["incident"], into=first["incident"], why="même rue")
        await one.done("incidents.undo_join", incident=second["incident"], reason="mistake")
        await one.done("incidents.close", incident=second["incident"], cause="mains", result="repaired")
        await one.done("incidents.mask", incident=first["incident"], trade="police")
        decoder = Decoder.of(city.core.wiring.events)
        lines = await city.core.work(lambda connection: journal.read(connection, 0, 1_000_000, decoder))
        replayed = TRADE.empty()
        for line in lines:
            if isinstance(line.event, TRADE.events):
                TRADE.apply(replayed, line)
        kept = await city.core.work(TRADE.load)
        assert replayed.incidents == kept.incidents == city.core.wiring.states["incidents"].incidents
        assert (replayed.open, replayed.locals) == (kept.open, kept.locals)

    in_whole_city(scenario)


def test_who_is_called_for_an_event_follows_it_into_another_and_back(in_whole_city: InCity) -> None:  # noqa: F811
    async def scenario(city: WholeCity) -> None:
        one = await city.person("un", RoleGrant("all"))
        held, other = await opened(one), await opened(one)
        later = city.core.clock.now() + DAY // 2
        await one.done("dispatch.do_not_wake", incident=other["incident"], until=later, criteria=["no_danger"])
        calls = city.core.wiring.states["dispatch"].call_outs
        (call,) = calls

        def is_for(event: dict[str, Any]) -> bool:
            return str(calls[call].incident) == event["incident"]

        await one.done("incidents.join", incident=other["incident"], into=held["incident"], why="même rue")
        await until(lambda: is_for(held))
        await one.done("incidents.undo_join", incident=other["incident"], reason="mistake")
        await until(lambda: is_for(other))
        await one.done("incidents.close", incident=other["incident"], cause="unknown", result="repaired")
        await until(lambda: not calls[call].open)

    in_whole_city(scenario)
