"""The application: generated actions, one form of refusal, one catalogue, safe headers, the desk for the rest."""

import asyncio
import gzip
import time
from uuid import uuid4

import httpx
import pytest

from beffroi.access.types import RoleGrant
from beffroi.server.http.actions import NOT_AFTER
from beffroi.server.http.static import Files
from beffroi.server.texts import TEXTS, Catalogue, language_of
from beffroi.server.wiring import find_trades

ELSEWHERE = RoleGrant("operator", communes=("21166",))


def test_an_action_posted_is_answered_once_it_is_in_the_journal(database, serving_on, run_async):
    async def main() -> None:
        async with serving_on(database) as served, served.client() as client:
            at = time.time_ns() // 1000 - 300_000_000
            answer = await client.post("/api/actions/logbook.write", params={"happened_at": at}, json={"text": "ronde"})
            assert answer.status_code == 201
            body = answer.json()
            assert body["count"] == 1
            assert body["events"][0]["type"] == "logbook.written"
            assert body["position"] == served.core.executor.head.position
            listed = (await client.get("/api/logbook")).json()["items"]
            assert [(entry["text"], entry["happened_at"]) for entry in listed] == [("ronde", at)]

    run_async(main)


def test_an_action_that_the_network_held_back_is_refused_before_it_is_decided(database, serving_on, run_async):
    async def main() -> None:
        async with serving_on(database) as served, served.client() as client:
            now = served.core.clock.now()
            for not_after, status in ((now - 1, 409), (now + 60_000_000, 201)):
                answer = await client.post(
                    "/api/actions/logbook.write", headers={NOT_AFTER: str(not_after)}, json={"text": "ronde"}
                )
                assert answer.status_code == status
                assert answer.json().get("code") == ("core.late" if status == 409 else None)
            assert len((await client.get("/api/logbook")).json()["items"]) == 1

    run_async(main)


async def _write_as(client: httpx.AsyncClient, content_type: str) -> httpx.Response:
    body = b'{"text": "a\\u0000b"}'
    return await client.post("/api/actions/logbook.write", content=body, headers={"Content-Type": content_type})


def test_every_refusal_has_one_form_in_the_caller_s_language(database, serving_on, run_async):
    async def main() -> None:
        async with serving_on(database) as served, served.client() as client:
            unknown = {"entry": str(uuid4()), "text": "a"}
            cases = [
                (await client.post("/api/actions/logbook.correct", json=unknown), 404, "logbook.not_found"),
                (await client.post("/api/actions/logbook.write", json={}), 422, "core.invalid"),
                (await client.post("/api/actions/logbook.write", content=b"{"), 422, "core.invalid"),
                (await client.post("/api/actions/logbook.write", json={"text": "a", "x": 1}), 422, "core.invalid"),
                (await client.post("/api/actions/logbook.note", json={"code": "a"}), 404, "core.no_route"),
                (await client.get("/api/logbook", params={"limit": 0}), 422, "core.invalid"),
                (await client.post("/api/actions/logbook.write", json={"text": "a\0b"}), 422, "core.nul"),
                (await _write_as(client, "text/plain"), 422, "core.nul"),
                (await _write_as(client, "multipart/form-data; boundary=x"), 422, "core.nul"),
                (await client.get("/api/logbook", params={"q": "\0"}), 422, "core.nul"),
                (
                    await client.post("/api/actions/logbook.write", json={"text": "a", "typed_at": 2**63}),
                    422,
                    "core.out_of_range",
                ),
                (await client.get("/api/nothing"), 404, "core.no_route"),
                (await client.get("/api/actions/logbook.write"), 405, "core.method"),
                (await client.get("/api/me", headers={"Authorization": "Bearer x"}), 401, "access.unknown_key"),
                (
                    await client.post("/api/actions/logbook.write", content=b'{"text": "' + b"x" * 8_100_000 + b'"}'),
                    413,
                    "core.too_large",
                ),
            ]
            for answer, status, code in cases:
                body = answer.json()
                assert (answer.status_code, body["code"]) == (status, code), answer.text
                assert set(body) == {"code", "params", "text"}
                assert body["text"]
                assert "{" not in body["text"].replace("{'", "")

    run_async(main)


def test_nobody_unknown_passes_and_the_sentence_is_in_the_browser_s_language(database, serving_on, run_async):
    async def main() -> None:
        async with serving_on(database) as served, httpx.AsyncClient(base_url=served.url) as client:
            for path in ("/api/logbook", "/api/kinds", "/api/house/settings", "/api/access/accounts"):
                answer = await client.get(path, headers={"Accept-Language": "en-GB,fr;q=0.5"})
                assert (answer.status_code, answer.json()["text"]) == (401, "Sign in.")
            answer = await client.post("/api/actions/logbook.write", json={"text": "a"})
            assert (answer.status_code, answer.json()["text"]) == (401, "Connectez-vous.")

    run_async(main)


def test_a_right_missing_is_403_and_what_is_unseen_is_404(database, serving_on, run_async):
    async def main() -> None:
        async with serving_on(database) as served:
            async with served.client(RoleGrant("viewer")) as client:
                answer = await client.post("/api/actions/logbook.write", json={"text": "a"})
                assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
            async with served.client(ELSEWHERE) as client:
                answer = await client.post("/api/actions/logbook.write", json={"text": "a"})
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    run_async(main)


def test_the_catalogue_the_kinds_and_the_description_are_served(database, serving_on, run_async):
    async def main() -> None:
        async with serving_on(database) as served, served.client() as client:
            texts = (await client.get("/api/texts/fr")).json()
            assert texts["logbook.not_found"].startswith("Cette écriture")
            assert (await client.get("/api/kinds")).status_code == 200
            schema = (await client.get("/api/schema/openapi.json")).json()
            assert schema["openapi"].startswith("3.1")
            assert "/api/actions/logbook.write" in schema["paths"]
            assert "/api/actions/logbook.note" not in schema["paths"]
            assert {"Write", "EntryPage", "Refusal"} <= {
                name.rpartition("_")[2] for name in schema["components"]["schemas"]
            }

    run_async(main)


def test_health_readiness_and_metrics(database, serving_on, run_async):
    async def main() -> None:
        async with serving_on(database) as served, httpx.AsyncClient(base_url=served.url) as client:
            assert (await client.get("/healthz")).status_code == 200
            assert (await client.get("/readyz")).json() == {"ready": True, "step": "serving", "loaded": True}
            key = await served.key()
            text = (await client.get("/metrics")).text
            for name in ("beffroi_commit_seconds", "beffroi_loop_lag_seconds", "beffroi_queue_depth"):
                assert name in text
            served.core.executor._leading = False
            answer = await client.get("/readyz")
            assert (answer.status_code, answer.json()["step"]) == (503, "database away")
            # what is in memory is still shown; what would have to be kept is refused
            assert (await client.get("/api/texts/fr")).status_code == 200
            refused = await client.post("/api/actions/logbook.write", json={"text": "x"}, headers=key)
            assert (refused.status_code, refused.json()["code"]) == (503, "core.unavailable")
            served.core.executor._leading = True
            served.core._ready = False
            refused = await client.get("/api/texts/fr")
            assert (refused.status_code, refused.json()["code"]) == (503, "core.starting")
            assert refused.headers["retry-after"]

    run_async(main)


def test_every_answer_bears_the_security_headers(database, serving_on, run_async):
    async def main() -> None:
        async with serving_on(database) as served, httpx.AsyncClient(base_url=served.url) as client:
            for path in ("/", "/healthz", "/api/logbook", "/nowhere.js"):
                headers = (await client.get(path)).headers
                policy = headers["content-security-policy"]
                assert "frame-ancestors 'none'" in policy
                assert "script-src 'self';" in policy
                assert headers["x-content-type-options"] == "nosniff"
                assert "server" not in headers
            assert (await client.get("/api/logbook")).headers["cache-control"] == "no-store"

    run_async(main)


def test_settings_change_by_version(database, serving_on, run_async):
    async def main() -> None:
        async with serving_on(database) as served, served.client() as client:
            change = {"name": "flood_limit", "value": 11, "seen_version": 0}
            assert (await client.post("/api/actions/house.set_setting", json=change)).status_code == 201
            again = await client.post("/api/actions/house.set_setting", json=change)
            assert (again.status_code, again.json()["code"]) == (409, "house.changed_meanwhile")
            for bad in ({"name": "rehearsal"}, {"name": "Not A Name"}, {"value": "x" * 5_000}):
                assert (await client.post("/api/actions/house.set_setting", json={**change, **bad})).status_code == 409
            (setting,) = (await client.get("/api/house/settings")).json()
            assert (setting["name"], setting["value"], setting["version"]) == ("flood_limit", 11, 1)

    run_async(main)


def test_the_desk_s_files_are_compressed_cached_and_kept_inside_their_folder(tmp_path):
    (tmp_path / "index.html").write_text("<p>" + "x" * 3_000)
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "app-B7x9Kd2a.js").write_text("y" * 3_000)
    (tmp_path / "assets" / "app-B7x9Kd2a.js.br").write_bytes(b"brotli")
    outside = tmp_path.parent / "secret.txt"
    outside.write_text("secret")
    files = Files(tmp_path)
    script = files.find("assets/app-B7x9Kd2a.js")
    assert script is not None
    assert (script.cache, script.bodies["br"]) == ("public, max-age=31536000, immutable", b"brotli")
    assert gzip.decompress(script.bodies["gzip"]) == b"y" * 3_000
    page = files.find("index.html")
    assert page is not None
    assert page.cache == "no-cache"
    assert files.find("../secret.txt") is None
    assert files.find("missing") is None
    (tmp_path / "index.html").write_text("new")
    assert files.find("index.html") != page


@pytest.mark.parametrize(
    ("header", "lang"), [("en-GB,fr;q=0.5", "en"), ("fr", "fr"), (None, "fr"), ("de, en;q=0.3", "en"), ("de", "fr")]
)
def test_language_of_a_browser(header, lang):
    assert language_of(header) == lang


def test_every_sentence_exists_in_both_languages_with_the_same_parameters():
    from string import Formatter

    def fields(text: str) -> set[str]:
        # a label comes in both languages, each sentence takes its own
        return {name.removesuffix("_fr").removesuffix("_en") for _, name, _, _ in Formatter().parse(text) if name}

    for trade in find_trades():
        for code, sentences in {**TEXTS, **trade.texts}.items():
            assert set(sentences) == {"fr", "en"}, code
            assert fields(sentences["fr"]) == fields(sentences["en"]), code


def test_a_sentence_without_its_parameters_is_still_readable():
    catalogue = Catalogue({"x.y": {"fr": "Il y a {n} points", "en": "{n} points"}})
    assert catalogue.render("x.y", {}, "fr") == "Il y a {n} points"
    assert catalogue.render("x.y", {"n": 3}, "en") == "3 points"
    assert catalogue.render("unknown", {}, "fr") == "unknown"


def test_a_storm_of_requests_beyond_the_bound_is_told_to_come_back(database, serving_on, run_async):
    async def main() -> None:
        async with serving_on(database) as served, served.client() as client:
            served.core.executor.bound = 3
            wishes = [client.post("/api/actions/logbook.write", json={"text": str(n)}) for n in range(60)]
            answers = await asyncio.gather(*wishes)
            busy = [answer for answer in answers if answer.status_code == 503]
            kept = [answer for answer in answers if answer.status_code == 201]
            assert len(busy) + len(kept) == 60
            assert busy
            assert {answer.json()["code"] for answer in busy} == {"core.busy"}
            assert len((await client.get("/api/logbook")).json()["items"]) == len(kept)

    run_async(main)


def test_the_journal_says_every_event_in_a_sentence():
    sentences = {code for trade in find_trades() for code in trade.texts}
    unsaid = [
        event.event_type() for trade in find_trades() for event in trade.events if event.event_type() not in sentences
    ]
    assert not unsaid
