"""Two persons (house convention 7.10) through the doors that people use, with the accounts of the demonstration."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from beffroi.model.time import HOUR
from beffroi.procedures.start.accounts import DEMO_PASSWORD
from beffroi.server.texts import Catalogue
from tests.security.conftest import Person, WholeCity
from tests.security.test_visibility import screen, watch
from tests.security.town import HERE, LAT, LON

InCity = Callable[..., None]


class Crew:
    """The people of the demonstration, each at a seat, and one circuit of lights."""

    def __init__(self, city: WholeCity, people: dict[str, Person], circuit: str, lights: list[str]) -> None:
        self.city = city
        self.people = people
        self.circuit = circuit
        self.lights = lights

    def __getitem__(self, login: str) -> Person:
        return self.people[login]

    async def request(self, login: str, level: float, **selection: Any) -> str:
        (event, *_) = await self[login].done("orders.request", **self.order(level, **selection))
        return str(event["order"])

    def order(self, level: float, **selection: Any) -> dict[str, Any]:
        until = self.city.core.clock.now() + HOUR
        chosen = selection or {"parents": [self.circuit]}
        return {"selection": chosen, "command": "level_pct", "value": level, "until": until}

    async def refused(self, login: str, action: str, **fields: Any) -> tuple[int, str, str]:
        """Return (status, code, sentence) of a refusal, and make sure that it is a sentence in French."""
        answer = await self[login].act(action, **fields)
        body = answer.json()
        assert answer.status_code >= 400, body
        assert not set("{}") & set(body["text"]), body
        assert french(self.city, body), body
        return answer.status_code, body["code"], body["text"]


def french(city: WholeCity, body: dict[str, Any]) -> bool:
    """Tell whether the sentence is the French one of the catalogue."""
    text = Catalogue.of(city.core.wiring.trades).render(body["code"], body["params"], "fr")
    return bool(text == body["text"] and text != body["code"])


async def crew(city: WholeCity, lights: int = 3) -> Crew:
    async with asyncio.timeout(20):
        while not city.core.state("access").demo_password:
            await asyncio.sleep(0.02)
    people = {
        login: await city.signs_in(login, account, DEMO_PASSWORD)
        for login, account in city.core.state("access").logins.items()
    }
    place = {"lon": LON, "lat": LAT, "commune": HERE}
    admin = people["admin"]
    (cabinet,) = await admin.done("assets.create", kind="cabinet", code="A1", **place)
    (circuit,) = await admin.done("assets.create", kind="circuit", code="A1/D1", parent=cabinet["asset"], **place)
    made = await asyncio.gather(
        *(
            admin.done(
                "assets.create",
                kind="street_light",
                code=f"A1-{number}",
                parent=circuit["asset"],
                characteristics={"gateway": "gw-1"},
                **place,
            )
            for number in range(lights)
        )
    )
    return Crew(city, people, circuit["asset"], [event["asset"] for (event,) in made])


def test_what_is_shown_is_what_is_approved(in_demo_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        room = await crew(city)
        preview = (await room["operateur"].seat.post("/api/orders/preview", json=room.order(0))).json()
        assert (preview["points"], preview["needs_second"]) == (3, True)
        order = await room.request("operateur", 0)
        async with screen(city, room["astreinte"]) as opened:
            on_screen = (await watch(opened, 20, until=order)).text.decode()
        shown = (await room["astreinte"].get(f"/api/orders/{order}")).json()
        assert (shown["state"], shown["points"], shown["value"]) == ("waiting", 3, 0)
        assert shown["digest"] in on_screen
        for login in ("operateur", "chef", "electricien", "admin"):
            status, code, text = await room.refused(login, "orders.approve", order=order, digest=shown["digest"])
            assert (status, code) == (403, "forbidden"), login
            assert "astreinte" not in text
        other = await room.refused("astreinte", "orders.approve", order=order, digest="0" * 64)
        assert other[:2] == (409, "orders.other_order")
        await room["astreinte"].done("orders.approve", order=order, digest=shown["digest"])
        after = (await room["chef"].get(f"/api/orders/{order}")).json()
        assert after["approved_by"] == str(room["astreinte"].account)
        again = await room.refused("astreinte", "orders.approve", order=order, digest=shown["digest"])
        assert again[1] == "orders.not_waiting"

    in_demo_city(scenario)


def test_nobody_approves_alone_nor_what_has_changed(in_demo_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        room = await crew(city, lights=100)
        order = await room.request("astreinte", 0)
        shown = (await room["astreinte"].get(f"/api/orders/{order}")).json()
        assert shown["state"] == "waiting", "from 100 points on, even the duty manager needs somebody"
        own = await room.refused("astreinte", "orders.approve", order=order, digest=shown["digest"])
        assert own == (409, "orders.same_person", "La seconde personne doit être quelqu'un d'autre.")
        second = await room.request("operateur", 0)
        digest = (await room["astreinte"].get(f"/api/orders/{second}")).json()["digest"]
        assert digest != shown["digest"], "the same words twice are two orders"
        swapped = await room.refused("astreinte", "orders.approve", order=second, digest=shown["digest"])
        assert swapped[1] == "orders.other_order"
        await room["admin"].done("assets.retire", asset=room.lights[7])
        changed = await room.refused("astreinte", "orders.approve", order=second, digest=digest)
        assert changed[1] == "orders.targets_changed"

    in_demo_city(scenario)


def test_the_glass_is_broken_with_a_mark_and_a_reason(in_demo_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        room = await crew(city)
        order = await room.request("chef", 30)
        assert (await room["chef"].act("orders.break_glass", order=order, reason="")).status_code == 422
        await room["chef"].done("orders.break_glass", order=order, reason="astreinte injoignable")
        own = await room.refused("chef", "orders.countersign", order=order)
        assert own[:2] == (403, "forbidden")
        async with asyncio.timeout(10):
            while "orders.note.glass_broken" not in (lines := (await room["chef"].get("/api/logbook")).text):
                await asyncio.sleep(0.05)
        assert "injoignable" not in lines, "the reason stays where it can be erased"
        await room["astreinte"].done("orders.countersign", order=order)
        done = (await room["chef"].get(f"/api/orders/{order}")).json()
        assert done["countersigned_by"] == str(room["astreinte"].account)
        nothing = await room.refused("astreinte", "orders.countersign", order=order)
        assert nothing[1] == "orders.nothing_to_countersign"

    in_demo_city(scenario)


def test_the_safe_direction_needs_nobody_except_under_a_lock_out(in_demo_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        room = await crew(city)
        bright = await room.request("operateur", 100)
        assert (await room["operateur"].get(f"/api/orders/{bright}")).json()["state"] != "waiting"
        certificate = {"asset": room.circuit, "certificate": "2026-114"}
        denied = await room.refused("operateur", "orders.consign", **certificate, holder="S. É.", code="4821")
        assert denied[:2] == (403, "forbidden")
        await room["electricien"].done("orders.consign", **certificate, holder="S. É.", code="4821")
        twice = await room.refused("electricien", "orders.consign", **certificate, holder="moi", code="1234")
        assert twice[1] == "orders.already_locked"
        preview = (await room["operateur"].seat.post("/api/orders/preview", json=room.order(100))).json()
        assert (preview["receives"], preview["excluded"]) == (0, {"locked": 3})
        dark = await room.request("operateur", 100)
        points = (await room["operateur"].get(f"/api/orders/{dark}/points")).json()
        assert {one["state"] for one in points["items"]} == {"locked"}
        wrong = await room.refused("electricien", "orders.lift", **certificate, code="0000")
        assert wrong[1] == "orders.not_the_holder"
        other = await room.refused("electricien", "orders.lift", asset=room.circuit, certificate="1", code="4821")
        assert other[1] == "orders.wrong_certificate"
        await room["electricien"].done("orders.lift", **certificate, code="4821")
        preview = (await room["operateur"].seat.post("/api/orders/preview", json=room.order(100))).json()
        assert preview["receives"] == 3

    in_demo_city(scenario)


def test_codes_tried_one_after_the_other_are_slowed_and_told_to_the_room(in_demo_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        room = await crew(city)
        certificate = {"asset": room.circuit, "certificate": "2026-114"}
        await room["electricien"].done("orders.consign", **certificate, holder="S. É.", code="4821")
        said: list[tuple[int, str, str]] = []
        async with asyncio.timeout(40):
            while len([code for _, code, _ in said if code == "orders.not_the_holder"]) < 5:
                said.append(await room.refused("electricien", "orders.lift", **certificate, code="0000"))
                await asyncio.sleep(0.3)
        status, _, text = next(one for one in said if one[1] == "orders.lift_slowed")
        assert status == 429 and "réessayez dans" in text
        async with asyncio.timeout(10):
            while "orders.note.codes_refused" not in (await room["operateur"].get("/api/logbook")).text:
                await asyncio.sleep(0.1)

    in_demo_city(scenario)


def test_every_refusal_says_why_in_french(in_demo_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        room = await crew(city)
        now = city.core.clock.now()
        light = {"assets": [room.lights[0]]}
        refusals = [
            ("admin", {**room.order(100)}, "forbidden"),
            ("electricien", {**room.order(100)}, "forbidden"),
            ("operateur", {**room.order(100), "until": None}, "orders.until_missing"),
            ("operateur", {**room.order(100), "until": now - 1}, "orders.until_past"),
            ("operateur", {**room.order(100), "until": now + 25 * HOUR}, "orders.until_far"),
            ("operateur", {**room.order(100), "selection": {}}, "orders.one_selection"),
            ("operateur", room.order(100, **light, commune=HERE), "orders.one_selection"),
            ("operateur", room.order(100, commune="21000"), "orders.no_target"),
            ("operateur", room.order(100, assets=[room.circuit]), "orders.not_a_light"),
            ("operateur", room.order(100, parents=[room.lights[0]]), "orders.not_a_feeder"),
            ("operateur", room.order(100, parents=[str(uuid4())]), "orders.not_a_feeder"),
        ]
        for login, body, code in refusals:
            assert (await room.refused(login, "orders.request", **body))[1] == code, (login, code)
        for action in ("orders.cancel", "orders.break_glass"):
            more = {"reason": "parce que"} if action.endswith("glass") else {}
            assert (await room.refused("operateur", action, order=str(uuid4()), **more))[1] == "orders.not_found"

    in_demo_city(scenario)
