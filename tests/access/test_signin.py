from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.access.running import DEMO, SmallCity

from beffroi.access import COOKIE, Gate, api
from beffroi.access.actions import LockSession, RevokeSession
from beffroi.access.api import ENROLMENT_LASTS
from beffroi.access.passwords import Passwords
from beffroi.access.qr import draw
from beffroi.access.sealing import KEY_FILE, Seal, load_seal
from beffroi.access.session import Unauthenticated
from beffroi.access.signin import ADDRESS_ALERT_AT, ADDRESS_FREE, Credentials, SignIn
from beffroi.access.totp import code_at
from beffroi.model.actor import SYSTEM
from beffroi.model.time import HOUR, SECOND
from beffroi.procedures.start.accounts import FIRST_PASSWORD
from beffroi.server.wiring import RoomView
from beffroi.trade.doors import trusted
from beffroi.trade.rejected import Rejected, TooSoon

InCity = Callable[..., None]


def test_a_demonstration_shows_its_accounts_and_a_real_city_none(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        page = (await city.seat().get("/api/login")).json()
        assert page["password"] == DEMO
        assert {shown["login"] for shown in page["accounts"]} == {
            "operateur",
            "chef",
            "astreinte",
            "electricien",
            "admin",
        }

    in_city(scenario)


def test_the_first_administrator_must_change_a_password_that_is_nowhere_else(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        assert (await city.seat().get("/api/login")).json() == {"demo": False, "accounts": [], "password": ""}
        kept = city.data / "keys" / FIRST_PASSWORD
        assert kept.stat().st_mode & 0o777 == 0o600
        login, password = kept.read_text().split()
        seat = await city.signed_in(login, password)
        assert (await seat.get("/api/me")).json()["must_change_password"] is True
        assert (await seat.get("/api/access/accounts")).status_code == 403
        form = {"present": "not-this-one", "new": "tocsin-beffroi-2026"}
        wrong = await seat.post("/api/access/password", json=form)
        assert (wrong.status_code, wrong.json()["code"]) == (409, "access.wrong_password")
        changed = await seat.post("/api/access/password", json={**form, "present": password})
        assert changed.status_code == 204
        assert (await seat.get("/api/access/accounts")).json()["total"] == 1
        again = await city.seat().post("/api/login", json={"login": login, "password": password})
        assert again.status_code == 401
        await city.signed_in(login.upper(), "tocsin-beffroi-2026")
        assert not any(password.encode() in row for row in await _all_bytes(city))

    in_city(scenario, demo=False)


def test_the_cookie_is_kept_from_pages_and_other_sites(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        seat = city.seat()
        answer = await seat.post("/api/login", json={"login": "chef", "password": DEMO})
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        me = answer.json()
        assert me["name"] == "Dominique Chef de salle"
        assert me["roles"] == ["shift_supervisor"]
        assert me["communes"] == ["*"]
        everywhere = {"communes": ["*"], "trades": ["*"], "kinds": ["*"]}
        assert me["grants"] == [{"role": "shift_supervisor", **everywhere}]
        assert "order_wide" in me["rights"]
        assert 11.9 * HOUR < me["ends_at"] - city.clock.now() <= 12 * HOUR
        without = await seat.post("/api/actions/logbook.write", json={"text": "ligne"})
        assert (without.status_code, without.json()["code"]) == (403, "access.csrf")
        seat.headers["X-Beffroi-CSRF"] = me["csrf"]
        assert (await seat.post("/api/actions/logbook.write", json={"text": "ligne"})).status_code == 201
        (opened,) = await city.lines("access.session_opened")
        token = seat.cookies[COOKIE]
        assert not any(token.encode() in row for row in await _all_bytes(city))
        assert opened.actor.kind == "person"

    in_city(scenario)


def test_signing_out_and_revocation_end_a_session_at_once(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        seat, other = await city.signed_in("operateur"), await city.signed_in("operateur")
        caller = city.gate.caller(method="GET", cookie=other.cookies[COOKIE], authorization=None, csrf=None)
        assert (await seat.post("/api/logout")).status_code == 204
        assert (await seat.get("/api/me")).status_code == 401
        assert (await other.get("/api/me")).status_code == 200
        assert city.gate.refreshed(caller) == caller
        assert caller.session is not None
        await city.executor.execute(RevokeSession(session=caller.session), trusted(SYSTEM))
        assert city.gate.refreshed(caller) is None
        assert (await other.get("/api/me")).json()["code"] == "access.session_over"
        assert [line.event.reason for line in await city.lines("access.session_closed")] == ["logout", "revoked"]  # type: ignore[attr-defined]

    in_city(scenario)


def test_failures_slow_the_seat_tell_the_journal_and_lock_nobody_out(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        attacker = city.seat("203.0.113.9")
        statuses = [
            (await attacker.post("/api/login", json={"login": "chef", "password": f"essai-{rank}"})).status_code
            for rank in range(8)
        ]
        assert statuses == [401] * 5 + [429] * 3
        waiting = await attacker.post("/api/login", json={"login": "chef", "password": DEMO})
        assert waiting.status_code == 429
        assert int(waiting.headers["retry-after"]) >= 1
        assert "n'est pas bloqué" in waiting.json()["text"]
        assert (await (await city.signed_in("chef")).get("/api/me")).status_code == 200

    in_city(scenario)


def test_one_address_that_tries_every_name_is_slowed_and_who_sat_there_before_is_not(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        view = RoomView(city.wiring, "access", city.executor, city.reader, city.clock)
        door = SignIn(view, Passwords(), no_seal, city.clock.now, lambda: 100.0)
        await door.open(Credentials("chef", DEMO), "203.0.113.9")
        for rank in range(ADDRESS_FREE + 1):
            with pytest.raises(Unauthenticated):
                await door.open(Credentials(f"nom-{rank}", "faux"), "203.0.113.9")
        with pytest.raises(TooSoon):
            await door.open(Credentials("nom-nouveau", "faux"), "203.0.113.9")
        await door.open(Credentials("chef", DEMO), "203.0.113.9")
        await door.open(Credentials("operateur", DEMO), "203.0.113.10")

    in_city(scenario)


def test_an_address_that_goes_on_is_told_by_the_journal(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        later = iter(range(0, 10**6, 100))
        view = RoomView(city.wiring, "access", city.executor, city.reader, city.clock)
        door = SignIn(view, Passwords(), no_seal, city.clock.now, lambda: float(next(later)))
        for rank in range(ADDRESS_ALERT_AT):
            with pytest.raises(Unauthenticated):
                await door.open(Credentials(f"nom-{rank}", "faux"), "203.0.113.9")
        (slowed,) = await city.lines("access.login_slowed")
        assert slowed.event.failures == ADDRESS_ALERT_AT  # type: ignore[attr-defined]

    in_city(scenario)


def no_seal() -> Seal:
    """Nobody here has a second factor."""
    raise AssertionError


def test_ten_failures_are_told_by_the_journal_and_the_right_password_still_enters(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        later = iter(range(0, 10**6, 100))  # each look at the clock comes after the longest wait
        view = RoomView(city.wiring, "access", city.executor, city.reader, city.clock)
        door = SignIn(view, Passwords(), no_seal, city.clock.now, lambda: float(next(later)))
        for _ in range(12):
            with pytest.raises(Unauthenticated):
                await door.open(Credentials("CHEF", "faux"), "203.0.113.9")
        (slowed,) = await city.lines("access.login_slowed")
        assert slowed.event.failures == 10  # type: ignore[attr-defined]
        assert slowed.event.address == "203.0.113.9"  # type: ignore[attr-defined]
        await door.open(Credentials("chef", DEMO), "203.0.113.9")
        (opened,) = await city.lines("access.session_opened")
        assert opened.event.failures == 12  # type: ignore[attr-defined]

    in_city(scenario)


def test_a_session_ends_with_the_shift_and_leaves_at_the_next_sign_in(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        seat = await city.signed_in("chef")
        cookie = seat.cookies[COOKIE]
        state = city.state("access")
        late = Gate(lambda: state, lambda: city.clock.now() + 12 * HOUR)
        with pytest.raises(Unauthenticated):
            late.caller(method="GET", cookie=cookie, authorization=None, csrf=None)
        view = RoomView(city.wiring, "access", city.executor, city.reader, city.clock)
        tomorrow = SignIn(view, Passwords(), no_seal, lambda: city.clock.now() + 13 * HOUR, lambda: 0.0)
        await tomorrow.open(Credentials("chef", DEMO), "192.0.2.7")
        (closed,) = await city.lines("access.session_closed")
        assert closed.event.reason == "expired"  # type: ignore[attr-defined]
        assert len(state.sessions) == len(state.session_digests) == 1

    in_city(scenario)


def test_an_unknown_login_and_a_wrong_password_cannot_be_told_apart(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        known = await city.seat().post("/api/login", json={"login": "chef", "password": "faux"})
        unknown = await city.seat().post("/api/login", json={"login": "personne", "password": "faux"})
        assert known.status_code == unknown.status_code == 401
        assert known.json() == unknown.json()

    in_city(scenario)


def test_a_second_factor_is_asked_once_enrolled_and_each_code_serves_once(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        seat = await city.signed_in("chef")
        for form, status in (({}, 422), ({"present": "pas-le-mien"}, 409)):
            assert (await seat.post("/api/access/totp", json=form)).status_code == status
        secret = (await seat.post("/api/access/totp", json={"present": DEMO})).json()["secret"]
        step = city.clock.now() // (30 * SECOND)
        wrong = await seat.post("/api/access/totp/confirm", json={"code": "000000"})
        assert wrong.json()["code"] == "access.bad_code"
        assert (
            await seat.post("/api/access/totp/confirm", json={"code": code_at(secret, step - 1)})
        ).status_code == 204
        form = {"login": "chef", "password": DEMO}
        assert (await city.seat().post("/api/login", json=form)).json()["code"] == "access.code_needed"
        fresh = code_at(secret, city.clock.now() // (30 * SECOND))
        assert (await city.seat().post("/api/login", json={**form, "code": fresh})).status_code == 200
        replayed = await city.seat().post("/api/login", json={**form, "code": fresh})
        assert replayed.json()["code"] == "access.bad_credentials"
        view = RoomView(city.wiring, "access", city.executor, city.reader, city.clock)
        restarted = SignIn(view, Passwords(), lambda: load_seal(city.data / "keys"), city.clock.now, lambda: 0.0)
        with pytest.raises(Unauthenticated):
            await restarted.open(Credentials(**form, code=fresh), "192.0.2.8")
        assert not any(secret.encode() in row for row in await _all_bytes(city))
        await _the_seed_is_sealed(city, secret, form)

    in_city(scenario)


def test_a_second_factor_is_removed_by_its_person_and_begun_again(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        seat = await city.signed_in("chef")
        early = await seat.post("/api/access/totp/confirm", json={"code": "123456"})
        assert early.json()["code"] == "access.enrolment_over"
        shown = (await seat.post("/api/access/totp", json={"present": DEMO})).json()
        assert shown["qr"] == msgspec.to_builtins(draw(shown["uri"]))
        step = city.clock.now() // (30 * SECOND)
        await seat.post("/api/access/totp/confirm", json={"code": code_at(shown["secret"], step)})
        assert (await seat.get("/api/me")).json()["second_factor"] is True
        wrong = await seat.post("/api/access/totp/remove", json={"present": "pas-le-mien"})
        assert (wrong.status_code, wrong.json()["code"]) == (409, "access.wrong_password")
        assert (await seat.post("/api/access/totp/remove", json={"present": DEMO})).status_code == 204
        assert (await seat.post("/api/access/totp/remove", json={"present": DEMO})).status_code == 204
        assert (await seat.get("/api/me")).json()["second_factor"] is False
        await city.signed_in("chef")
        (dropped,) = await city.lines("access.totp_dropped")
        assert dropped.actor.kind == "person"
        assert not await city.reader.fetch("SELECT 1 FROM access_credential WHERE kind = 'totp'")

    in_city(scenario)


def test_a_secret_left_on_the_screen_waits_ten_minutes(in_city: InCity, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(city: SmallCity) -> None:
        seat = await city.signed_in("chef")
        secret = (await seat.post("/api/access/totp", json={"present": DEMO})).json()["secret"]
        later = city.clock.now() + ENROLMENT_LASTS
        monkeypatch.setattr(api, "wall_now", lambda: later)
        code = {"code": code_at(secret, later // (30 * SECOND))}
        assert (await seat.post("/api/access/totp/confirm", json=code)).json()["code"] == "access.enrolment_over"

    in_city(scenario)


def test_a_person_sees_and_closes_its_own_sessions_only(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        left, seat, other = [await city.signed_in(login) for login in ("operateur", "operateur", "chef")]
        shown = (await seat.get("/api/access/sessions/own")).json()["items"]
        assert [(one["login"], one["address"], one["own"]) for one in shown] == [
            ("operateur", "192.0.2.7", True),
            ("operateur", "192.0.2.7", False),
        ]
        theirs = (await other.get("/api/access/sessions/own")).json()["items"][0]["id"]
        refused = await seat.post("/api/access/sessions/close", json={"session": theirs})
        assert (refused.status_code, refused.json()["code"]) == (404, "access.not_found")
        assert (await seat.post("/api/access/sessions/close", json={"session": shown[1]["id"]})).status_code == 204
        assert [(await one.get("/api/me")).status_code for one in (left, seat, other)] == [401, 200, 200]
        await city.executor.execute(LockSession(session=UUID(shown[0]["id"])), trusted(SYSTEM))
        assert (await seat.get("/api/access/sessions/own")).json()["code"] == "access.locked"

    in_city(scenario)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("court", "access.password_short"),
        ("le-chef-de-salle", "access.password_says_login"),
        ("aaaaaaaaaaaaaa", "access.password_repeats"),
        (DEMO, "access.password_same"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(in_city: InCity, password: str, code: str) -> None:
    async def scenario(city: SmallCity) -> None:
        seat = await city.signed_in("chef")
        answer = await seat.post("/api/access/password", json={"present": DEMO, "new": password})
        assert answer.json()["code"] == code

    in_city(scenario)


async def _all_bytes(city: SmallCity) -> list[bytes]:
    rows: list[Any] = await city.reader.fetch("SELECT bytes FROM journal_line")
    bodies: list[Any] = await city.reader.fetch("SELECT coalesce(text, '') FROM journal_body")
    return [bytes(row[0]) for row in rows] + [row[0].encode() for row in bodies]


async def _the_seed_is_sealed(city: SmallCity, secret: str, form: dict[str, str]) -> None:
    """The database alone makes no code: the key is a file, and a seed opens for its own credential only."""

    def kept(connection: Any) -> list[tuple[UUID, str]]:
        found = connection.execute("SELECT id, secret FROM access_credential WHERE kind = 'totp'").fetchall()
        return [(credential, sealed) for credential, sealed in found]

    ((credential, sealed),) = await city.work(kept)
    assert secret not in sealed
    seal = load_seal(city.data / "keys")
    assert seal.open(sealed, credential) == secret
    for spoilt, owner in ((sealed, UUID(int=1)), (sealed[:-4] + "AAAA", credential), (secret, credential)):
        with pytest.raises(Rejected):
            seal.open(spoilt, owner)
    key = city.data / "keys" / KEY_FILE
    assert key.stat().st_mode & 0o077 == 0
    key.rename(key.with_suffix(".away"))
    later = code_at(secret, city.clock.now() // (30 * SECOND) + 1)
    refused = await city.seat().post("/api/login", json={**form, "code": later})
    assert refused.json()["code"] == "access.seal_broken"
    key.with_suffix(".away").rename(key)
