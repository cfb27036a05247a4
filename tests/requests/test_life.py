"""A call from the field to the honest reason, in a whole core."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from beffroi.model.time import DAY, MINUTE
from beffroi.requests import store
from beffroi.requests.actions import HungUp, Rang
from tests.requests.street import EMAIL, EVERYTHING, LAT, LON, NAME, PHONE, requests_of, street, until
from tests.security.conftest import WholeCity

InCity = Callable[..., None]


def test_a_call_opens_an_event_and_the_next_one_joins_it(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief = await city.person("agent", EVERYTHING)
        assets = await street(chief)
        (made,) = await chief.done(
            "requests.record", text="toute la rue est dans le noir", category="lamps_area_out", open=True,
            asset=assets["A045/D3"], contact={"name": NAME, "phone": PHONE, "channel": "phone"},
        )  # fmt: skip
        state = requests_of(city)
        await until(lambda: state.requests and next(iter(state.requests.values())).incident)
        incident = next(iter(state.requests.values())).incident
        found = (await chief.get("/api/understand?q=lampadaire eteint A045-2")).json()
        assert [one["code"] for one in found["assets"]] == ["A045-2"]
        assert found["categories"][0]["name"] == "lamp_out"
        (event,) = found["events"]
        assert (event["id"], event["same"], event["feeder"]) == (str(incident), "feeder", "A045/D3")
        assert event["say"] == "C'est déjà signalé."
        (joined,) = await chief.done(
            "requests.record", text="lampadaire éteint", asset=assets["A045-2"], incident=str(incident)
        )
        assert joined["state"] == "attached"
        row = (await chief.get(f"/api/requests/{made['request']}")).json()
        assert (row["state"], row["has_contact"]) == ("attached", True)
        held = city.core.state("incidents").incidents[incident]
        await until(lambda: len(held.links) == 2)
        await chief.done("incidents.take", incident=str(incident))
        await until(lambda: all(one.step == "in_progress" for one in state.requests.values()))
        await chief.done(
            "incidents.close", incident=str(incident), cause="protection", result="repaired", skipped="not_needed"
        )
        await until(lambda: all(one.state == "closed" for one in state.requests.values()))
        followed = (await chief.get(f"/api/follow/{made['code'].lower().replace('-', ' ')}")).json()
        assert (followed["step"], followed["reason"]) == ("closed", "Réparé.")
        assert "Zzdupont" not in str(followed)
        # told by voice: one message for each step, by phone
        owed = [one for one in state.owed.values() if str(one.request) == made["request"]]
        assert [one.step for one in owed] == ["in_progress", "closed"]
        assert {one.state for one in owed} == {"by_phone"}

    in_whole_city(scenario)


def test_the_same_local_identity_writes_once(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        agent = await city.person("agent", EVERYTHING)
        local = str(uuid4())
        first = await agent.done("requests.record", text="trou rue Monge", lon=LON, lat=LAT, local=local)
        assert first[0]["request"] == local
        assert await agent.done("requests.record", text="trou rue Monge", lon=LON, lat=LAT, local=local) == []
        assert len(requests_of(city).requests) == 1

    in_whole_city(scenario)


def test_a_duplicate_follows_and_hears_the_same(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        agent = await city.person("agent", EVERYTHING)
        (first,) = await agent.done("requests.record", text="dépôt sauvage", category="waste_dump", lon=LON, lat=LAT)
        near = (await agent.get(f"/api/requests/near?lon={LON + 0.0003}&lat={LAT}")).json()
        assert [one["request"]["id"] for one in near] == [first["request"]]
        (second,) = await agent.done(
            "requests.record", text="matelas abandonné", follows=first["request"],
            contact={"email": EMAIL, "channel": "email"},
        )  # fmt: skip
        await agent.done("requests.close", request=first["request"], reason="repaired")
        state = requests_of(city)
        assert {one.reason for one in state.requests.values()} == {"repaired"}
        owed = [one.step for one in state.owed.values() if str(one.request) == second["request"]]
        assert owed == ["recorded", "closed"]

    in_whole_city(scenario)


def test_outcomes_and_calling_back(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        agent = await city.person("agent", EVERYTHING)
        now = city.core.clock.now()
        (informed,) = await agent.done("requests.record", text="horaires", outcome="informed", sheet="waste_centre")
        assert informed["state"] == "informed"
        refused = await agent.act("requests.record", text="à rappeler", outcome="call_back")
        assert refused.json()["code"] == "requests.call_back_when"
        (later,) = await agent.done(
            "requests.record", text="à rappeler", outcome="call_back", call_back_at=now + 3_600_000_000
        )
        await until(lambda: city.core.state("duties").reminders)
        assert (await agent.get("/api/requests?state=call_back")).json()["items"][0]["id"] == later["request"]
        reminders = city.core.state("duties").reminders
        await agent.done("requests.call_back", request=later["request"], reached=False, again_at=now + 7_200_000_000)
        await until(lambda: [one.due_at for one in reminders.values()] == [now + 7_200_000_000])
        await agent.done("requests.call_back", request=later["request"], reached=True)
        # nobody is reminded of whom he reached, nor of what was closed
        await until(lambda: not reminders)
        (last,) = await agent.done(
            "requests.record", text="à rappeler", outcome="call_back", call_back_at=now + 3_600_000_000,
            contact={"phone": PHONE},
        )  # fmt: skip
        assert last["contact_until"] - now > 7 * DAY
        await until(lambda: reminders)
        await agent.done("requests.close", request=last["request"], reason="unclear")
        await until(lambda: not reminders)
        assert (await agent.get("/api/requests?state=open")).json()["items"] == []

    in_whole_city(scenario)


def test_following_is_limited_by_address(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        import httpx

        async with httpx.AsyncClient(base_url=city.url) as public:
            answers = [await public.get("/api/follow/AAAAA-BBBBB-CCCCC") for _ in range(11)]
        assert [one.status_code for one in answers] == [404] * 10 + [429]
        assert int(answers[-1].headers["retry-after"]) >= 1

    in_whole_city(scenario)


def test_what_joins_an_event_under_way_hears_where_it_is_and_begins_again_once_over(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief = await city.person("agent", EVERYTHING)
        by_phone = {"name": NAME, "phone": PHONE, "channel": "phone"}
        state = requests_of(city)
        opened = [
            (await chief.done("incidents.open", what=what, place="rue Monge"))[0]["incident"]
            for what in ("trou", "eau")
        ]
        for one in opened:
            await chief.done("incidents.take", incident=one)
        (made,) = await chief.done("requests.record", text="trou", incident=opened[0], contact=by_phone)
        request = state.requests[UUID(made["request"])]
        await until(lambda: request.step == "in_progress")

        def owed() -> list[Any]:
            return [one for one in state.owed.values() if one.request == request.id]

        # the hour that is known later: not told twice while the first message waits, told once it has left
        await city.system("requests.progress", incident=opened[0], step="in_progress", expected_at=111)
        assert (request.expected_at, [one.step for one in owed()]) == (111, ["in_progress"])
        request.expected_at = None
        await chief.done("requests.tell", message=str(owed()[0].id), result="sent")
        await city.system("requests.progress", incident=opened[0], step="in_progress", expected_at=222)
        await city.system("requests.progress", incident=opened[0], step="in_progress", expected_at=333)
        assert (request.expected_at, [one.step for one in owed()]) == (333, ["in_progress", "in_progress"])

        kept = request.contact_until
        await chief.done(
            "incidents.close", incident=opened[0], cause="equipment", result="repaired", skipped="not_needed"
        )
        await until(lambda: request.state == "closed")
        assert request.contact_until < kept
        refused = await chief.done("requests.record", text="encore un trou", follows=made["request"])
        assert (refused[0]["state"], refused[0]["follows"]) == ("recorded", None)
        follow = await chief.act("requests.follow", request=refused[0]["request"], follows=made["request"])
        assert follow.json()["code"] == "requests.over"

        await chief.done("requests.attach", request=made["request"], incident=opened[1])
        await until(lambda: request.step == "in_progress")
        assert (request.state, request.reason, request.round, request.ended_at) == ("attached", "", 1, None)
        assert request.contact_until > kept
        assert owed()[-1].round == 1
        # memory is a moment ahead of the rows
        await asyncio.sleep(0.5)
        loaded = await city.core.work(store.load)
        assert (loaded.requests, loaded.contacts) == (state.requests, state.contacts)

    in_whole_city(scenario)


def test_what_was_written_while_the_core_was_away_is_heard_and_judged_at_its_hour(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief = await city.person("agent", EVERYTHING)
        assets = await street(chief)
        state = requests_of(city)
        now = city.core.clock.now()

        async def late(**fields: Any) -> Any:
            answer = await chief.seat.post(
                f"/api/actions/requests.record?happened_at={now - 20 * MINUTE}", json={"local": str(uuid4()), **fields}
            )
            assert answer.status_code == 201, answer.text
            return state.requests[UUID(answer.json()["events"][0]["request"])]

        again = await late(text="à rappeler", outcome="call_back", call_back_at=now - 10 * MINUTE)
        assert again.state == "call_back"
        await until(lambda: city.core.state("duties").reminders)
        wires = await late(text="fils à nu au pied du A045-2")
        await until(lambda: wires.incident)
        assert str(wires.asset) == assets["A045-2"]
        event = city.core.state("incidents").incidents[wires.incident]
        assert (event.category, str(event.asset), event.first_at) == ("bare_wires", assets["A045-2"], now - 20 * MINUTE)
        lamp = await late(text="lampadaire éteint A045-3")
        await until(lambda: lamp.category)
        assert (lamp.category, str(lamp.asset), lamp.incident) == ("lamp_out", assets["A045-3"], None)

    in_whole_city(scenario)


def test_what_an_abandoned_caller_says_when_called_back_ends_his_wait(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        agent = await city.person("agent", EVERYTHING)
        await city.decide(Rang(call="1.1", queue="allo", number="0639981234"))
        await city.decide(HungUp(call="1.1"))
        assert requests_of(city).calls["1.1"].owed
        events = await agent.done("requests.record", text="trou rue Monge", call="1.1")
        assert [one["type"] for one in events] == ["requests.recorded", "requests.recalled"]
        assert not requests_of(city).calls["1.1"].owed

    in_whole_city(scenario)
