from collections.abc import Callable
from typing import Any

import httpx
from tests.access.running import SmallCity

from beffroi.access import CSRF_HEADER

InCity = Callable[..., None]
LONGVIC = {"role": "operator", "communes": ["21355"], "trades": ["lighting"]}


async def act(seat: httpx.AsyncClient, action: str, **fields: Any) -> httpx.Response:
    return await seat.post(f"/api/actions/{action}", json=fields)


async def make(seat: httpx.AsyncClient, login: str, *grants: dict[str, Any]) -> tuple[str, str]:
    answer = await seat.post(
        "/api/access/accounts", json={"login": login, "name": f"Personne {login}", "grants": list(grants)}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()["account"], answer.json()["one_time_password"]


async def enter(city: SmallCity, login: str, one_time: str) -> httpx.AsyncClient:
    """Sign in with a one-time password and change it."""
    seat = await city.signed_in(login, one_time)
    answer = await seat.post("/api/access/password", json={"present": one_time, "new": "cloche-de-midi-77"})
    assert answer.status_code == 204, answer.text
    return seat


def test_an_account_lives_from_creation_to_closing(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        admin = await city.signed_in("admin")
        account, password = await make(admin, "Mme.Roy", LONGVIC)
        taken = await admin.post("/api/access/accounts", json={"login": "mme.roy", "name": "x"})
        assert (taken.status_code, taken.json()["code"]) == (409, "access.login_taken")
        seat = await enter(city, "mme.roy", password)
        me = (await seat.get("/api/me")).json()
        assert (me["communes"], me["trades"], me["must_change_password"]) == (["21355"], ["lighting"], False)
        assert (await seat.get("/api/access/accounts")).status_code == 403
        shown = {one["login"]: one for one in (await admin.get("/api/access/accounts")).json()["items"]}
        assert shown["mme.roy"]["signed_in"] == 1
        assert (await act(admin, "access.set_grants", account=account, grants=[{"role": "viewer"}])).status_code == 201
        assert (await seat.get("/api/me")).json()["roles"] == ["viewer"]
        assert (await act(admin, "access.disable_account", account=account)).status_code == 201
        assert (await seat.get("/api/me")).status_code == 401
        refused = await city.seat().post("/api/login", json={"login": "mme.roy", "password": "cloche-de-midi-77"})
        assert refused.json()["code"] == "access.bad_credentials"
        assert (await act(admin, "access.enable_account", account=account)).status_code == 201
        reset = await admin.post(f"/api/access/accounts/{account}/password")
        await enter(city, "mme.roy", reset.json()["one_time_password"])

    in_city(scenario)


def test_the_last_administrator_stays(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        admin = await city.signed_in("admin")
        own = (await admin.get("/api/me")).json()["account"]
        for action, fields in (("disable_account", {}), ("set_grants", {"grants": [{"role": "viewer"}]})):
            answer = await act(admin, f"access.{action}", account=own, **fields)
            assert (answer.status_code, answer.json()["code"]) == (409, "access.last_administrator")
        await make(admin, "second", {"role": "administrator"})
        assert (await act(admin, "access.disable_account", account=own)).status_code == 201

    in_city(scenario)


def test_grants_must_name_roles_that_exist_over_something(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        admin = await city.signed_in("admin")
        for grant, code in (
            ({"role": "roi"}, "access.unknown_role"),
            ({"role": "viewer", "communes": []}, "access.empty_grant"),
        ):
            form = {"login": "x1", "name": "x", "grants": [grant]}
            assert (await admin.post("/api/access/accounts", json=form)).json()["code"] == code

    in_city(scenario)


def test_only_an_administrator_administers(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        chef = await city.signed_in("chef")
        own = (await chef.get("/api/me")).json()["account"]
        for action, fields in (
            ("access.set_grants", {"account": own, "grants": [{"role": "administrator"}]}),
            ("access.define_role", {"name": "tout", "rights": ["accounts"]}),
            ("access.set_purpose", {"purpose": "logbook", "keep_days": 1}),
            ("journal.erase_line", {"position": 1, "reason": "gêne"}),
        ):
            assert (await act(chef, action, **fields)).status_code == 403, action
        assert (await chef.post("/api/access/accounts", json={"login": "zz", "name": "x"})).status_code == 403
        assert (await chef.post(f"/api/access/accounts/{own}/password")).status_code == 403
        key = {"name": "x", "grants": [{"role": "viewer"}]}
        assert (await chef.post("/api/access/keys", json=key)).status_code == 403
        for system in ("access.create_account", "access.open_session", "access.change_password", "journal.erase"):
            assert (await act(chef, system)).status_code in {404, 405}, system

    in_city(scenario)


def test_a_city_s_role_can_be_made_given_and_removed_once_free(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        admin = await city.signed_in("admin")
        odd = await act(admin, "access.define_role", name="dpo", rights=["journal", "fly"])
        assert odd.json()["code"] == "access.unknown_right"
        built_in = await act(admin, "access.define_role", name="viewer", rights=["view"])
        assert built_in.json()["code"] == "access.built_in_role"
        assert (await act(admin, "access.define_role", name="dpo", rights=["view", "journal"])).status_code == 201
        account, password = await make(admin, "dpo", {"role": "dpo"})
        seat = await enter(city, "dpo", password)
        assert (await seat.get("/api/journal")).status_code == 200
        assert (await act(admin, "access.remove_role", name="dpo")).json()["code"] == "access.role_in_use"
        await act(admin, "access.set_grants", account=account, grants=[])
        assert (await act(admin, "access.remove_role", name="dpo")).status_code == 201
        assert (await seat.get("/api/journal")).status_code == 403

    in_city(scenario)


def test_a_machine_s_key_is_shown_once_scoped_and_revocable(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        admin = await city.signed_in("admin")
        made = await admin.post("/api/access/keys", json={"name": "site web", "grants": [LONGVIC]})
        secret = made.json()["secret"]
        assert secret not in (await admin.get("/api/access/keys")).text
        machine = city.seat()
        machine.headers["Authorization"] = f"Bearer {secret}"
        me = (await machine.get("/api/me")).json()
        assert (me["name"], me["communes"], me["csrf"]) == ("site web", ["21355"], "")
        assert (await machine.post("/api/actions/logbook.write", json={"text": "x"})).status_code in {403, 404}
        own_password = {"present": "a", "new": "b"}
        assert (await machine.post("/api/access/password", json=own_password)).json()["code"] == "access.persons_only"
        machine.headers["Authorization"] = "Bearer autre"
        assert (await machine.get("/api/me")).json()["code"] == "access.unknown_key"
        machine.headers["Authorization"] = f"Bearer {secret}"
        assert (await act(admin, "access.revoke_key", key=made.json()["key"])).status_code == 201
        assert (await machine.get("/api/me")).status_code == 401

    in_city(scenario)


def test_a_key_is_never_wider_than_who_makes_it(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        admin = await city.signed_in("admin")
        await act(admin, "access.define_role", name="integrator", rights=["keys", "view"])
        _, password = await make(admin, "integ", {"role": "integrator"})
        seat = await enter(city, "integ", password)
        wide = await seat.post("/api/access/keys", json={"name": "x", "grants": [{"role": "administrator"}]})
        assert (wide.status_code, wide.json()["code"]) == (409, "access.wider_than_yours")
        narrow = {"name": "x", "grants": [{"role": "viewer", "communes": ["21231"]}]}
        assert (await seat.post("/api/access/keys", json=narrow)).status_code == 201

    in_city(scenario)


def test_a_key_ends_at_its_hour(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        admin = await city.signed_in("admin")
        form = {"name": "x", "grants": [{"role": "viewer"}], "ends_at": city.clock.now() - 1}
        machine = city.seat()
        secret = (await admin.post("/api/access/keys", json=form)).json()["secret"]
        machine.headers["Authorization"] = f"Bearer {secret}"
        assert (await machine.get("/api/me")).status_code == 401

    in_city(scenario)


def test_one_s_language_and_name_follow(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        chef, admin = await city.signed_in("chef"), await city.signed_in("admin")
        assert (await chef.post("/api/access/language", json={"lang": "en"})).status_code == 204
        refused = await act(chef, "access.set_purpose", purpose="logbook", keep_days=3)
        assert "do not hold the right" in refused.json()["text"]
        own = (await chef.get("/api/me")).json()["account"]
        await act(admin, "access.correct_account", account=own, name="Dominique C.")
        me = (await chef.get("/api/me")).json()
        assert (me["name"], me["lang"]) == ("Dominique C.", "en")

    in_city(scenario)


def test_sessions_are_listed_and_ended_by_an_administrator(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        admin, chef = await city.signed_in("admin"), await city.signed_in("chef")
        sessions = {one["login"]: one for one in (await admin.get("/api/access/sessions")).json()["items"]}
        assert sessions["admin"]["own"] is True
        await admin.get("/api/access/sessions")
        (read,) = await city.lines("access.personal_data_read")
        assert (read.event.what, read.event.count) == ("sessions", 2)  # type: ignore[attr-defined]
        assert sessions["chef"]["address"] == "192.0.2.7"
        assert (await act(admin, "access.revoke_session", session=sessions["chef"]["id"])).status_code == 201
        assert (await chef.get("/api/me")).status_code == 401

    in_city(scenario)


def test_changing_a_password_ends_the_other_sessions_and_forgets_the_old_secret(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        seat, other = await city.signed_in("chef"), await city.signed_in("chef")
        before = await city.reader.fetch("SELECT count(*) FROM access_credential")
        form = {"present": "beffroi-demo", "new": "cloche-de-midi-77"}
        assert (await seat.post("/api/access/password", json=form)).status_code == 204
        assert (await seat.get("/api/me")).status_code == 200
        assert (await other.get("/api/me")).status_code == 401
        assert await city.reader.fetch("SELECT count(*) FROM access_credential") == before

    in_city(scenario)


def test_the_journal_alone_rebuilds_the_accounts(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        admin = await city.signed_in("admin")
        account, password = await make(admin, "replay", LONGVIC)
        seat = await enter(city, "replay", password)
        await act(admin, "access.define_role", name="dpo", rights=["journal"])
        await act(admin, "access.set_purpose", purpose="logbook", keep_days=400)
        key = (await admin.post("/api/access/keys", json={"name": "k", "grants": [LONGVIC]})).json()["key"]
        await act(admin, "access.revoke_key", key=key)
        await seat.post("/api/logout")
        trade = next(trade for trade in city.wiring.trades if trade.name == "access")
        rebuilt = trade.empty()
        for line in await city.lines("access."):
            trade.apply(rebuilt, line)
        loaded = await city.writer.run(trade.load)
        assert rebuilt == loaded == city.state("access")
        assert account in {str(one) for one in loaded.accounts}

    in_city(scenario)


def test_the_proof_against_forgery_is_asked_of_cookies_only(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        seat = await city.signed_in("operateur")
        proof = seat.headers.pop(CSRF_HEADER)
        other = (await city.signed_in("operateur")).headers[CSRF_HEADER]
        assert other != proof
        for value, status in ((None, 403), (other, 403), ("é", 403), (proof, 204)):
            headers = {} if value is None else {CSRF_HEADER: value.encode()}
            answer = await seat.post("/api/access/language", json={"lang": "fr"}, headers=headers)  # type: ignore[arg-type]
            assert answer.status_code == status

    in_city(scenario)
