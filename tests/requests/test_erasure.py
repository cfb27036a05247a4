"""Contacts live beside the journal and leave: on their date, at a person's request, with the words of the journal."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from beffroi.journal.actions import Erase
from beffroi.model.actor import SYSTEM
from beffroi.procedures.pack.hourly import keep
from beffroi.procedures.pack.making import make_pack
from beffroi.procedures.pack.page import render
from beffroi.requests import evolve, telling
from beffroi.requests.actions import Answered, HungUp, Rang
from beffroi.trade.doors import trusted
from tests.requests.street import EVERYTHING, requests_of, until
from tests.security.conftest import WholeCity, new_code
from tests.security.test_erasure import every_byte, shown_anywhere, until_gone, verified

InCity = Callable[..., None]


def contact(word: str, **more: str) -> dict[str, Any]:
    """Return a contact in which a word is found again."""
    return {
        "name": f"Marie {word}",
        "phone": "06 39 98 77 66",
        "email": f"{word}@example.org",
        "channel": "email",
        **more,
    }


def test_a_contact_is_never_in_the_journal_and_leaves_on_request(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief = await city.person("tout", EVERYTHING)
        word, words = new_code(), new_code()
        (made,) = await chief.done("requests.record", text=f"trou devant chez {words}", contact=contact(word))
        assert word not in str(made)
        await chief.done("requests.correct", request=made["request"], text=f"deux trous chez {words}")
        journal = (await chief.get("/api/journal?limit=1000")).text + str(await shown_anywhere(city, chief, word))
        assert word not in journal
        read = (await chief.get(f"/api/requests/{made['request']}/contact")).json()
        assert (read["name"], read["email"]) == (f"Marie {word}", f"{word}@example.org")
        lines = (await chief.get("/api/journal?type=requests.contact_read")).json()["items"]
        assert len(lines) == 1
        assert word.encode() in await every_byte(city)
        await chief.done("requests.forget", request=made["request"])
        await until_gone(city, word, words, "0639987766")
        assert await shown_anywhere(city, chief, word) == []
        assert await shown_anywhere(city, chief, words) == []
        gone = await chief.get(f"/api/requests/{made['request']}/contact")
        assert gone.json()["code"] == "requests.no_contact"
        assert await verified(city, chief)

    in_whole_city(scenario)


async def met(city: WholeCity, chief: Any, *words: str) -> list[str]:
    """List where words are still met: screens, searches, exports, packs on disk, logs, every row."""
    addresses = ("/api/incidents?state=all", "/api/incidents/export.csv", "/api/requests?state=all", "/api/duties/now")
    found = []
    for word in words:
        found += [f"{word}: {place}" for place in await shown_anywhere(city, chief, word)]
        for address in (*addresses, f"/api/search?q={word}", f"/api/incidents?q={word}", f"/api/requests?q={word}"):
            if word in (await chief.get(address)).text.replace(f"q={word}", ""):
                found.append(f"{word}: {address}")
        files = [path for path in city.data.rglob("*") if path.suffix in (".html", ".log", ".json", ".part")]
        found += [f"{word}: {path.name}" for path in files if word in path.read_text(errors="replace")]
        if word.encode() in await every_byte(city):
            found.append(f"{word}: rows")
    return found


def test_the_words_of_a_call_that_opened_an_event_leave_everywhere(
    in_whole_city: InCity, capfd: pytest.CaptureFixture[str]
) -> None:
    async def scenario(city: WholeCity) -> None:
        chief = await city.person("tout", EVERYTHING)
        word, place, whom, name = (new_code() for _ in range(4))
        now = city.core.clock.now()
        (made,) = await chief.done(
            "requests.record", text=f"fils à nu chez {word}", place=f"derrière chez {place}", open=True,
            category="lamp_out", contact=contact(name, channel="sms"),
        )  # fmt: skip
        state = requests_of(city)
        await until(lambda: state.requests[UUID(made["request"])].incident)
        (event,) = city.core.state("incidents").incidents.values()
        assert (event.category, event.place) == ("bare_wires", "")
        assert event.what.startswith("Appel : Fils ou câbles à nu, ")
        (later,) = await chief.done(
            "requests.record", text=f"rappeler {word}", place=f"chez {place}", outcome="call_back",
            call_back_at=now + 3_600_000_000, contact=contact(name, channel="phone"),
        )  # fmt: skip
        await until(lambda: city.core.state("duties").reminders)
        await hourly(city)
        assert any(path.read_text().count(later["code"]) for path in (city.data / "pack").glob("*.html"))
        await chief.done("requests.outcome", request=later["request"], outcome="passed_on", passed_to=f"M. {whom}")
        answer = await chief.seat.post("/api/requests/forget", json={"request": made["request"]})
        assert answer.json() == {"requests": 2, "calls": 0, "left": 0}
        await until_gone(city, word, place, whom, name)
        assert await met(city, chief, word, place, whom, name) == []
        assert not any(one in "".join(capfd.readouterr()) for one in (word, place, whom, name))
        assert await verified(city, chief)

    in_whole_city(scenario)


async def hourly(city: WholeCity) -> None:
    """Leave the pack of the hour beside the others, as the service does."""
    pack = await make_pack(city.core, trusted(SYSTEM), "fr", city.core.clock.now(), "tout")
    keep(city.data / "pack", render(pack), pack.made_at)


def test_a_person_is_forgotten_by_number_whatever_memory_keeps(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief = await city.person("tout", EVERYTHING)
        word, other = new_code(), new_code()
        number = "0639987766"
        await city.decide(Rang(call="1.1", queue="allo", number="+33 (0)6 39 98 77 66"))
        await city.decide(Rang(call="1.2", queue="allo", number="0639980000"))
        for text in (f"trou chez {word}", f"bruit chez {word}"):
            await chief.done("requests.record", text=text, contact=contact(new_code(), channel="phone"))
        await chief.done("requests.record", text=f"trou {other}", contact=contact(other, phone="06 39 98 00 11"))
        state = requests_of(city)
        first = next(iter(state.requests.values()))
        evolve.drop(state, first)
        refused = await chief.act("requests.forget", request=str(first.id))
        assert refused.json()["code"] == "requests.not_found"
        nobody = await chief.seat.post("/api/requests/forget", json={})
        assert nobody.json()["code"] == "requests.forget_whom"
        answer = await chief.seat.post("/api/requests/forget", json={"number": "33639987766"})
        assert answer.json() == {"requests": 2, "calls": 1, "left": 0}
        await until_gone(city, word, number)
        assert other.encode() in await every_byte(city)
        assert not requests_of(city).calls["1.1"].number_known
        assert await verified(city, chief)

    in_whole_city(scenario)


def test_a_request_without_contact_nor_memory_is_forgotten(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief = await city.person("tout", EVERYTHING)
        word = new_code()
        (made,) = await chief.done("requests.record", text=f"trou chez {word}", outcome="informed")
        state = requests_of(city)
        evolve.drop(state, state.requests[UUID(made["request"])])
        answer = await chief.seat.post("/api/requests/forget", json={"request": made["request"]})
        assert answer.json() == {"requests": 1, "calls": 0, "left": 0}
        await until_gone(city, word)

    in_whole_city(scenario)


def test_who_may_not_read_callers_is_refused(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief = await city.person("tout", EVERYTHING)
        (made,) = await chief.done("requests.record", text="trou", contact=contact(new_code()))
        from beffroi.access.actions import DefineRole
        from beffroi.access.types import RoleGrant

        await city.decide(DefineRole(name="lookers", rights=("view", "requests")))
        looker = await city.person("curieux", RoleGrant("lookers"))
        refused = await looker.get(f"/api/requests/{made['request']}/contact")
        assert (refused.status_code, refused.json()["params"]["right"]) == (403, "callers")
        for asked in ({"request": made["request"]}, {"number": "0639987766"}):
            refused = await looker.seat.post("/api/requests/forget", json=asked)
            assert (refused.status_code, refused.json()["params"]["right"]) == (403, "callers")

    in_whole_city(scenario)


def test_a_contact_leaves_on_its_date(in_whole_city: InCity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "CONTACT_KEPT_AFTER", 500_000)
    monkeypatch.setattr(telling, "CONTACT_FOR_CALL", 1_500_000)

    async def scenario(city: WholeCity) -> None:
        chief = await city.person("tout", EVERYTHING)
        now, later, kept, nothing = (new_code() for _ in range(4))
        # who asked to be told nothing is kept for the call alone, whatever becomes of the request
        await chief.done("requests.record", text="trou", place="rue Monge", contact=contact(nothing, channel="none"))
        await chief.done("requests.record", text="horaires", outcome="informed", contact=contact(now))
        (second,) = await chief.done("requests.record", text="trou", contact=contact(later))
        await chief.done("requests.record", text="trou encore", contact=contact(kept))
        await chief.done("requests.close", request=second["request"], reason="repaired")
        await until_gone(city, now, later, nothing)
        assert kept.encode() in await every_byte(city)
        assert await verified(city, chief)

    in_whole_city(scenario)


def test_the_number_of_a_caller_is_kept_apart_and_leaves(
    in_whole_city: InCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beffroi.requests.calling.NUMBER_KEPT", 1_500_000)

    async def scenario(city: WholeCity) -> None:
        chief = await city.person("tout", EVERYTHING)
        number = "0639981234"
        await city.decide(Rang(call="1.1", queue="allo", number=number))
        await city.decide(Answered(call="1.1", extension="201"))
        card = (await chief.get("/api/requests/calls/1.1/card")).json()
        assert card["phone"] == number
        assert number not in (await chief.get("/api/journal?limit=1000")).text
        await city.decide(HungUp(call="1.1"))
        assert requests_of(city).calls["1.1"].state == "ended"
        await until_gone(city, number)

    in_whole_city(scenario)


def test_words_leave_with_their_purpose(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief = await city.person("tout", EVERYTHING)
        word = new_code()
        await chief.done("requests.record", text=f"bruit chez {word}")
        await city.decide(Erase(purpose="requests", before=city.core.clock.now()))
        await until_gone(city, word)
        await until(lambda: all(not one.text for one in requests_of(city).requests.values()))
        assert await shown_anywhere(city, chief, word) == []
        assert await verified(city, chief)

    in_whole_city(scenario)


def test_the_words_of_a_correction_leave_what_memory_let_go_of(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief = await city.person("tout", EVERYTHING)
        word = new_code()
        (made,) = await chief.done("requests.record", text="bruit")
        corrected = (await chief.act("requests.correct", request=made["request"], text=f"bruit chez {word}")).json()
        state = requests_of(city)
        evolve.drop(state, state.requests[UUID(made["request"])])
        assert word.encode() in await every_byte(city)
        await chief.done("journal.erase_line", position=corrected["position"], reason="demande")
        await until_gone(city, word)
        assert await verified(city, chief)

    in_whole_city(scenario)


def test_memory_equals_rows_after_a_life(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        from beffroi.requests import store

        chief = await city.person("tout", EVERYTHING)
        (first,) = await chief.done("requests.record", text="trou", contact=contact("zz", channel="phone"))
        (second,) = await chief.done("requests.record", text="trou aussi", follows=first["request"])
        await chief.done("requests.correct", request=second["request"], text="un trou", place="12 rue Monge")
        await chief.done("requests.close", request=first["request"], reason="planned")
        await city.decide(Rang(call="1.7", number="0639980000"))
        await asyncio.sleep(0.1)
        kept = await city.core.work(store.load)
        state = requests_of(city)
        assert kept.requests == state.requests
        assert kept.owed == state.owed
        assert kept.calls == state.calls
        assert kept.contacts == state.contacts
        assert kept.text_positions == state.text_positions

    in_whole_city(scenario)
