"""What is erased is gone from everywhere: the journal, the rooms' own copies, screens, searches, exports."""

import asyncio
import io
import zipfile
from collections.abc import Callable
from typing import Any

import psycopg

from beffroi.journal.actions import Erase
from tests.security.conftest import Person, WholeCity, new_code
from tests.security.test_visibility import screen, watch
from tests.security.town import EVERYTHING, HERE, LAT, LON

InCity = Callable[..., None]


async def every_byte(city: WholeCity) -> bytes:
    """Return everything that the database holds, as text."""

    def read(connection: psycopg.Connection[Any]) -> bytes:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        ).fetchall()
        found = b""
        for (table,) in tables:
            with connection.cursor().copy(f"COPY (SELECT * FROM {table}) TO STDOUT") as copy:
                found += b"".join(bytes(part) for part in copy)
        return found + b"".join(row[0] for row in connection.execute("SELECT bytes FROM journal_line"))

    return await city.core.work(read, owner=True)


async def shown_anywhere(city: WholeCity, person: Person, word: str) -> list[str]:
    """List the places where somebody with every right still meets a word."""
    found = []
    for address in (f"/api/logbook?q={word}", "/api/logbook", f"/api/journal?q={word}", "/api/journal?limit=1000"):
        if word in (await person.get(address)).text.replace(f"q={word}", ""):
            found.append(address)
    pack = await person.get("/api/journal/export?personal=true")
    with zipfile.ZipFile(io.BytesIO(pack.content)) as files:
        found += [name for name in files.namelist() if word.encode() in files.read(name)]
    async with screen(city, person) as opened:
        if word.encode() in (await watch(opened, 1.5)).text:
            found.append("feed")
    return found


async def until_gone(city: WholeCity, *words: str) -> None:
    """Wait until the database holds none of some words."""
    async with asyncio.timeout(20):
        while True:
            held = await every_byte(city)
            if not any(word.encode() in held for word in words):
                return
            await asyncio.sleep(0.1)


def test_texts_of_the_main_courante_leave_with_their_purpose(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief = await city.person("tout", EVERYTHING)
        old, later = new_code(), new_code()
        (entry,) = await chief.done("logbook.write", text=f"appel de {old}")
        await chief.done("logbook.correct", entry=entry["entry"], text=f"non, de {old}")
        assert set(await shown_anywhere(city, chief, old)) >= {"/api/logbook", "feed", "journal.jsonl"}
        before = city.core.clock.now()
        await chief.done("logbook.write", text=f"appel de {later}")
        async with screen(city, chief) as opened:
            await city.decide(Erase(purpose="logbook", before=before))
            await until_gone(city, old)
            # the screen that showed the line is sent the line without its text
            frames = (await watch(opened, 1.5, from_snapshot=False)).text
            assert entry["entry"].encode() in frames
        assert await shown_anywhere(city, chief, old) == []
        assert "/api/logbook" in await shown_anywhere(city, chief, later)
        assert await verified(city, chief)

    in_whole_city(scenario)


def test_the_text_of_one_line_leaves_everywhere(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief = await city.person("tout", EVERYTHING)
        word, why = new_code(), new_code()
        answer = await chief.act("logbook.write", text=f"M. {word}")
        position = answer.json()["position"]
        await chief.done("journal.erase_line", position=position, reason=f"demande {why}")
        await until_gone(city, word)
        assert await shown_anywhere(city, chief, word) == []
        # the reason of an erasure is a text as well, with a purpose of its own
        await city.decide(Erase(purpose="journal", before=city.core.clock.now()))
        await until_gone(city, why)
        assert await verified(city, chief)

    in_whole_city(scenario)


def test_a_lifted_lock_out_forgets_its_holder_and_his_code(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief = await city.person("tout", EVERYTHING)
        holder = new_code()
        place = {"kind": "cabinet", "code": "A1", "lon": LON, "lat": LAT, "commune": HERE}
        (made,) = await chief.done("assets.create", **place)
        answer = await chief.act("orders.consign", asset=made["asset"], holder=holder, certificate="77", code="4821")
        (event,) = answer.json()["events"]
        line = (await chief.get(f"/api/journal/{answer.json()['position']}")).json()
        assert line["data"]["holder"] == holder
        assert event["code_hash"] not in line["data"].values()
        assert await shown_anywhere(city, chief, event["code_hash"]) == []
        refused = await chief.act("orders.lift", asset=made["asset"], certificate="77", code="0000")
        assert refused.json()["code"] == "orders.not_the_holder"
        await chief.done("orders.lift", asset=made["asset"], certificate="77", code="4821")
        now = city.core.clock.now()
        for purpose in ("consignation", "secret.lock"):
            await city.decide(Erase(purpose=purpose, before=now))
        await until_gone(city, holder, event["code_hash"])
        assert await verified(city, chief)

    in_whole_city(scenario)


def test_a_closed_account_is_forgotten(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief = await city.person("tout", EVERYTHING)
        login = new_code()
        leaver = await city.person(login, EVERYTHING)
        open_still = await chief.act("access.forget_account", account=str(leaver.account))
        assert (open_still.status_code, open_still.json()["code"]) == (409, "access.still_open")
        await chief.done("access.disable_account", account=str(leaver.account))
        await city.decide(Erase(purpose="personal.account", before=city.core.clock.now()))
        await until_gone(city, login)
        assert login not in (await chief.get("/api/access/accounts")).text
        assert await shown_anywhere(city, chief, login) == []
        again = await city.person(login, EVERYTHING)
        assert again.account != leaver.account
        assert await verified(city, chief)

    in_whole_city(scenario)


async def verified(city: WholeCity, person: Person) -> bool:
    """Tell whether the whole journal is sound."""
    await person.seat.post("/api/journal/verification")
    async with asyncio.timeout(20):
        while (report := (await person.get("/api/journal/verification")).json())["state"] == "running":
            await asyncio.sleep(0.05)
    assert report["sound"], report
    return True
