"""The change of person, the lock and the relève through the real doors."""

import asyncio
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from beffroi.access import CSRF_HEADER
from beffroi.procedures.relief import page as page_module
from beffroi.procedures.seat_watch import LIVING_S, WATCH, machine_s
from beffroi.procedures.start import accounts as first_accounts
from tests.access.running import DEMO
from tests.seats.running import CODES, act, post


def test_a_change_of_person_keeps_the_desks_and_ends_the_session_before(database: Any) -> None:
    async def run() -> None:
        async with post(database) as room:
            chief = await room.person("chef")
            browser = await room.person("operateur")
            seat = await room.seat(browser, "Poste 1")
            desks = ["lighting", "traffic", "watch"]
            assert (await act(browser, "seats.hold", seat=seat, desks=desks)).status_code == 201
            before = dict(browser.cookies)["bf_session"]
            answer = await room.switch(browser, "chef")
            assert answer.status_code == 200, answer.text
            assert (answer.json()["login"], answer.json()["locked"]) == ("chef", False)
            assert dict(browser.cookies)["bf_session"] != before
            state = room.city.state("seats")
            assert {str(held.seat) for held in state.holdings.values()} == {seat}
            assert all(held.unheld_since is None for held in state.holdings.values())
            assert WATCH.lives(next(iter(state.seats)), machine_s())
            # who left is out for good, who sits there may act at once
            old = chief.build_request("GET", "/api/me")
            old.headers["cookie"] = f"bf_session={before}"
            assert (await chief.send(old)).status_code == 401
            assert (await act(browser, "logbook.write", text="Pris le poste")).status_code == 201

    asyncio.run(run())


def test_wrong_codes_slow_the_seat_and_tell_the_room_but_lock_nobody_out(database: Any, monkeypatch: Any) -> None:
    async def run() -> None:
        async with post(database) as room:
            browser = await room.person("operateur")
            await room.seat(browser, "Poste 1")
            answers = [(await room.switch(browser, "operateur", "000000")).status_code for _ in range(6)]
            assert answers[:5] == [401] * 5
            slowed = await room.switch(browser, "operateur")
            assert slowed.status_code == 429
            assert slowed.json()["params"]["wait_s"] <= 60
            await _until_free(room, browser)
            assert (await room.switch(browser, "operateur")).status_code == 200

    asyncio.run(run())


async def _until_free(room: Any, browser: Any) -> None:
    async with asyncio.timeout(20):
        while (await room.switch(browser, "nobody", "999999")).status_code == 429:
            await asyncio.sleep(0.05)
        while (await room.switch(browser, "operateur")).status_code == 429:
            await asyncio.sleep(0.05)


def test_a_code_opens_nothing_but_an_enrolled_seat(database: Any) -> None:
    async def run() -> None:
        async with post(database) as room:
            browser = await room.person("operateur")
            answer = await room.switch(browser, "operateur")
            assert (answer.status_code, answer.json()["code"]) == (403, "seats.not_enrolled")
            for code in ("12345", "111111", "123456", "987654", "25121990", "19901225", "abcdef"):
                refused = await browser.post("/api/access/code", json={"present": "beffroi-demo", "code": code})
                assert refused.json()["code"] in ("access.code_shape", "access.code_plain"), code
            wrong = await browser.post("/api/access/code", json={"present": "not-mine", "code": "481516"})
            assert wrong.json()["code"] == "access.wrong_password"

    asyncio.run(run())


def test_a_locked_seat_looks_and_cannot_act(database: Any) -> None:
    async def run() -> None:
        async with post(database) as room:
            browser = await room.person("operateur")
            await room.seat(browser, "Poste 1")
            assert (await browser.post("/api/seat/lock")).status_code == 204
            me = (await browser.get("/api/me")).json()
            assert (me["locked"], list(me["rights"])) == (True, ["view"])
            assert (await browser.get("/api/access/names")).json() == {}
            assert (await act(browser, "logbook.write", text="?")).status_code == 403
            assert (await browser.post("/api/seat/here")).status_code == 200
            opened = await room.switch(browser, "operateur")
            assert opened.json()["locked"] is False
            assert (await act(browser, "logbook.write", text="De retour")).status_code == 201

    asyncio.run(run())


def test_who_only_looks_keeps_no_desk_held(database: Any, monkeypatch: Any) -> None:
    demo = (*first_accounts.DEMO, ("lecteur", "Lou Lecteur", ("viewer",)))
    monkeypatch.setattr(first_accounts, "DEMO", demo)

    async def run() -> None:
        async with post(database) as room:
            browser = await room.person("operateur")
            seat = UUID(await room.seat(browser, "Poste 1"))
            assert (await act(browser, "seats.hold", seat=str(seat), desks=["lighting"])).status_code == 201
            # a locked seat stays held by who left it locked
            assert (await browser.post("/api/seat/lock")).status_code == 204
            assert await _beats(browser, seat)
            # logged out, then somebody who may not hold a desk logs in at the same browser
            entered = await browser.post("/api/login", json={"login": "lecteur", "password": DEMO})
            browser.headers[CSRF_HEADER] = entered.json()["csrf"]
            code = {"present": DEMO, "code": CODES["lecteur"]}
            assert (await browser.post("/api/access/code", json=code)).status_code == 204
            assert not await _beats(browser, seat)
            # the same by the code
            assert (await room.switch(browser, "lecteur")).status_code == 200
            assert not await _beats(browser, seat)
            assert room.city.state("seats").seats[seat].account == room.city.state("access").logins["operateur"]
            assert (await room.switch(browser, "operateur")).status_code == 200
            assert await _beats(browser, seat)

    async def _beats(browser: Any, seat: UUID) -> bool:
        WATCH.beat(seat, 0.0)
        assert (await browser.post("/api/seat/here")).status_code == 200
        return WATCH.lives(seat, machine_s())

    asyncio.run(run())


def test_a_releve_goes_on_after_the_browser_was_killed_and_its_page_is_the_journal(
    database: Any, monkeypatch: Any
) -> None:
    async def run() -> None:
        async with post(database) as room:
            await room.person("chef")
            browser = await room.person("operateur")
            seat = await room.seat(browser, "Poste 1")
            await act(browser, "seats.hold", seat=seat, desks=["lighting", "watch"])
            await act(browser, "logbook.write", text="Départ 3 : astreinte prévenue")
            begun = (await act(browser, "seats.begin_relief", seat=seat)).json()["events"][0]["relief"]
            await room.switch(browser, "chef")
            await act(browser, "seats.tick", relief=begun, item="sound")
            # another browser with the seat's secret: what was done is on the server
            again = room.city.seat()
            again.cookies.update(browser.cookies)
            again.headers.update(browser.headers)
            page = (await again.get("/api/relief", params={"seat": seat})).json()
            assert (page["relief"], page["ticks"]) == (begun, ["sound"])
            changes = next(part for part in page["sections"] if part["name"] == "changes")
            assert [item["what"]["fr"] for item in changes["items"]] == ["Départ 3 : astreinte prévenue"]
            assert _replayed(room, await room.city.lines(), page) == page["sections"]
            # what the page leaves out is counted, never only cut
            monkeypatch.setattr(page_module, "MOST_CHANGES", 1)
            await act(browser, "logbook.write", text="Astreinte sur place")
            cut = (await again.get("/api/relief", params={"seat": seat})).json()["sections"][-1]["items"]
            assert [item["what"]["fr"] for item in cut] == [
                "1 ligne(s) plus ancienne(s), dans la main courante", "Astreinte sur place"
            ]  # fmt: skip
            signed = (await again.post(f"/api/relief/{begun}/sign")).json()
            printed = await again.get(f"/api/relief/{begun}.pdf")
            assert printed.content.startswith(b"%PDF")
            (line,) = await room.city.lines("seats.relief_signed")
            assert line.event.digest == signed["digest"]  # type: ignore[attr-defined]
            with psycopg.connect(database.app) as connection:
                kept = connection.execute("SELECT count(*) FROM seats_relief_page").fetchone()
            assert kept == (1,)
            assert CODES["chef"] not in printed.text

    asyncio.run(run())


def _replayed(room: Any, lines: list[Any], page: dict[str, Any]) -> Any:
    """Return the parts of the same page made from states that the journal alone gives."""
    from beffroi.procedures.relief.page import Reader, States, sections
    from beffroi.seats import TRADE as SEATS
    from beffroi.trade.doors import Caller

    wiring = room.city.wiring
    fresh = {trade.name: trade.empty() for trade in wiring.trades}
    for line in lines:
        trade = wiring.of_event[type(line.event)]
        trade.apply(fresh[trade.name], line)
    access = room.city.state("access")
    account = access.accounts[access.logins["chef"]]
    caller = Caller(actor=room.city.gate.refreshed(_session(access, account)).actor, rights=_rights(access, account))
    states = States(**{name: fresh[name] for name in States.__struct_fields__})
    reader = Reader(caller, page["made_at"], page["since"], ("lighting", "watch"), SEATS.catalogue, wiring.city)
    return msgspec.to_builtins(sections(states, reader))


def _session(access: Any, account: Any) -> Any:
    from beffroi.model.actor import Actor
    from beffroi.trade.doors import Caller

    session = next(one for one in access.sessions.values() if one.account == account.id)
    return Caller(actor=Actor("person", account.id), rights=_rights(access, account), session=session.id)


def _rights(access: Any, account: Any) -> Any:
    from beffroi.access.session import account_rights

    return account_rights(access, account)


def test_what_nobody_holds_is_the_chiefs_and_everybodys_without_one(database: Any) -> None:
    async def run() -> None:
        async with post(database) as room:
            operator, chief = await room.person("operateur"), await room.person("chef")
            await room.seat(operator, "Poste 1")

            async def told(browser: Any) -> tuple[bool, bool]:
                answer = (await browser.post("/api/seat/here")).json()
                return answer["chief"], answer["takes"]

            # signed in somewhere is no seat of the room: the operator must hear
            assert (await told(operator), await told(chief)) == ((False, True), (False, True))
            await room.seat(chief, "Pupitre du chef")
            assert (await told(operator), await told(chief)) == ((True, False), (True, True))
            assert (await chief.post("/api/seat/lock")).status_code == 204
            assert (await told(operator), await told(chief)) == ((True, False), (True, True))
            WATCH.beat(_seat_named(room, "Pupitre du chef"), machine_s() - LIVING_S - 1)
            assert await told(operator) == (False, True)

    asyncio.run(run())


def _seat_named(room: Any, name: str) -> Any:
    return next(seat.id for seat in room.city.state("seats").seats.values() if seat.name == name)


def test_a_releve_is_not_signed_over_unread_instructions(database: Any) -> None:
    async def run() -> None:
        async with post(database) as room:
            await room.person("chef")
            browser = await room.person("operateur")
            seat = await room.seat(browser, "Poste 1")
            await act(browser, "seats.hold", seat=seat, desks=["lighting"])
            begun = (await act(browser, "seats.begin_relief", seat=seat)).json()["events"][0]["relief"]
            await room.switch(browser, "chef")
            await act(browser, "seats.tick", relief=begun, item="sound")
            end = room.city.clock.now() + 3_600_000_000
            given = []
            for text, desks in (("Ne pas réarmer le départ 3", []), ("Caméra 12 en panne", ["video"])):
                done = (await act(browser, "duties.instruct", text=text, desks=desks, end=end)).json()
                given.append(done["events"][0]["instruction"])
            refused = await browser.post(f"/api/relief/{begun}/sign")
            # another desk's instruction is not on this page
            assert (refused.status_code, refused.json()["code"]) == (409, "seats.unread")
            assert refused.json()["params"]["instructions"] == given[:1]
            assert "Ne pas réarmer le départ 3" in refused.json()["text"]
            # a tick without the receipt is no reading
            await act(browser, "seats.tick", relief=begun, item=f"instruction:{given[0]}")
            assert (await browser.post(f"/api/relief/{begun}/sign")).status_code == 409
            assert (await act(browser, "duties.read", instructions=given[:1])).status_code == 201
            assert (await browser.post(f"/api/relief/{begun}/sign")).status_code == 201

    asyncio.run(run())
