"""Sessions over real sockets: what ends them closes their screens at once; what is not theirs is refused."""

import asyncio
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from beffroi.access import COOKIE, CSRF_HEADER
from beffroi.access.passwords import MOST_WAITING, Passwords
from beffroi.trade.rejected import TooSoon
from tests.security.conftest import PASSWORD, Person, WholeCity
from tests.security.test_visibility import screen
from tests.security.town import EVERYTHING

InCity = Callable[..., None]


async def closed_with(opened: Any) -> int:
    """Return the close code of a screen that the server closes."""
    with pytest.raises(ConnectionClosed) as told:
        async with asyncio.timeout(10):
            while True:
                await opened.recv()
    assert told.value.rcvd is not None
    return told.value.rcvd.code


async def ended_by(city: WholeCity, chief: Person, someone: Person, how: str) -> None:
    """End the session of somebody, one way or another."""
    session = str(city.core.state("access").session_digests[digest(someone)])
    match how:
        case "revoked":
            await chief.done("access.revoke_session", session=session)
        case "disabled":
            await chief.done("access.disable_account", account=str(someone.account))
        case "logout":
            assert (await someone.seat.post("/api/logout")).status_code == 204
        case "elsewhere":
            other = await city.signs_in("quelqu-un", someone.account)
            form = {"present": PASSWORD, "new": "autre-cloche-du-soir-12"}
            assert (await other.seat.post("/api/access/password", json=form)).status_code == 204
            assert (await other.get("/api/me")).status_code == 200, "who changes it goes on"
        case "reset":
            assert (await chief.seat.post(f"/api/access/accounts/{someone.account}/password")).status_code == 201


def digest(someone: Person) -> str:
    from beffroi.access.session import digest_of

    return digest_of(someone.seat.cookies[COOKIE])


@pytest.mark.parametrize("how", ["revoked", "disabled", "logout", "elsewhere", "reset"])
def test_what_ends_a_session_closes_its_screens_at_once(in_whole_city: InCity, how: str) -> None:
    async def scenario(city: WholeCity) -> None:
        chief = await city.person("tout", EVERYTHING)
        someone = await city.person("quelqu-un", EVERYTHING)
        cookie = someone.cookie
        async with screen(city, someone) as first, screen(city, someone) as second, screen(city, chief) as other:
            for opened in (first, second, other):
                await opened.recv()
            watching = asyncio.gather(closed_with(first), closed_with(second))
            await ended_by(city, chief, someone, how)
            assert await watching == [4401, 4401]
            assert await asyncio.wait_for(other.recv(), 10)
        # the cookie itself is worth nothing any more, on either door
        async with httpx.AsyncClient(base_url=city.url, headers=cookie) as thief:
            assert (await thief.get("/api/me")).status_code == 401
        async with connect(city.feed_url, additional_headers=cookie) as thief:
            assert await closed_with(thief) == 4401

    in_whole_city(scenario)


PUBLIC = {
    *("/api/login", "/healthz", "/readyz", "/metrics", "/api/texts/{lang}", "/api/follow/{code}"),
    *("/api/seat", "/api/seat/switch", "/api/seat/key", "/api/seat/key/options"),
}
"""Open without a session: a seat's own routes ask its secret and somebody's code or key."""


def test_a_change_asks_for_the_proof_of_our_own_page(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        someone = await city.person("quelqu-un", EVERYTHING)
        proof = someone.seat.headers.pop(CSRF_HEADER)
        other = (await city.person("autre", EVERYTHING)).seat.headers[CSRF_HEADER]
        for header in ({}, {CSRF_HEADER: ""}, {CSRF_HEADER: other}, {CSRF_HEADER: proof[:-1]}):
            answer = await someone.seat.post("/api/actions/logbook.write", json={"text": "x"}, headers=header)
            assert (answer.status_code, answer.json()["code"]) == (403, "access.csrf")
        # a form of another site sends the cookie without the proof, in a type that asks no leave
        forged = await someone.seat.post(
            "/api/actions/logbook.write", content=b'{"text": "x"}', headers={"Content-Type": "text/plain"}
        )
        assert forged.status_code == 403
        good = await someone.seat.post("/api/actions/logbook.write", json={"text": "x"}, headers={CSRF_HEADER: proof})
        assert good.status_code == 201

    in_whole_city(scenario)


def test_the_proof_is_asked_on_every_route_that_changes(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        someone = await city.person("quelqu-un", EVERYTHING)
        described = (await someone.get("/api/schema/openapi.json")).json()
        del someone.seat.headers[CSRF_HEADER]
        tried = 0
        for path, methods in described["paths"].items():
            for method in set(methods) - {"get", "head", "options"}:
                if path in PUBLIC:
                    continue
                answer = await someone.seat.request(method, address := filled(path), json={})
                assert (answer.status_code, answer.json()["code"]) == (403, "access.csrf"), (method, address)
                tried += 1
        assert tried > 60

    in_whole_city(scenario)


def test_no_route_but_the_public_ones_answers_to_nobody(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        someone = await city.person("quelqu-un", EVERYTHING)
        described = (await someone.get("/api/schema/openapi.json")).json()
        async with httpx.AsyncClient(base_url=city.url) as nobody:
            for path, methods in described["paths"].items():
                for method in set(methods) - {"options"}:
                    if path not in PUBLIC:
                        answer = await nobody.request(method, filled(path))
                        assert answer.status_code == 401, (method, path, answer.text)

    in_whole_city(scenario)


def test_a_seat_opens_to_nobody_without_its_own_secret(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        await city.person("quelqu-un", EVERYTHING)
        async with httpx.AsyncClient(base_url=city.url) as nobody:
            for path, form in (
                ("/api/seat/switch", {"login": "quelqu-un", "code": "123456"}),
                ("/api/seat/key/options", {}),
                ("/api/seat/key", {"credential": {}}),
            ):
                answer = await nobody.post(path, json=form)
                assert 400 <= answer.status_code < 500, (path, answer.text)
                assert COOKIE not in nobody.cookies, path

    in_whole_city(scenario)


def filled(path: str) -> str:
    """Return the address of a route with something in each of its places."""
    places = {"z": "1", "x": "1", "position": "1", "n": "1", "name": "1.mvt", "point": "power_w"}
    return re.sub(r"\{(\w+)\}", lambda name: places.get(name[1], str(uuid4())), path)


def test_too_many_sign_ins_at_once_are_asked_to_wait() -> None:
    async def scenario() -> None:
        passwords = Passwords()
        waiting = [asyncio.create_task(passwords.hash("cloche-de-midi-77")) for _ in range(MOST_WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(TooSoon):
            await passwords.hash("une-de-trop-cloche")
        await asyncio.gather(*waiting)
        assert await passwords.check("cloche-de-midi-77", waiting[0].result())

    asyncio.run(scenario())
