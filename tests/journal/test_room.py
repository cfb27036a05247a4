"""The journal in a city at work: searched, read, exported, verified, watched, erased."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from tests.access.conftest import in_city, quick_passwords
from tests.access.running import SmallCity

from beffroi.access.actions import SetPurpose
from beffroi.journal import verify as verify_module
from beffroi.journal.reading import verify_export
from beffroi.journal.signing import HEADS_FOLDER, is_signed, load_key, read_heads, read_public_keys
from beffroi.journal.watch import Watch
from beffroi.model.actor import SYSTEM
from beffroi.model.time import DAY, HOUR
from beffroi.procedures.keeping import heads as journal_heads
from beffroi.procedures.keeping import retention
from beffroi.trade.doors import trusted

__all__ = ["in_city", "quick_passwords"]
InCity = Callable[..., None]


async def write(seat: Any, text: str) -> int:
    answer = await seat.post("/api/actions/logbook.write", json={"text": text})
    assert answer.status_code == 201, answer.text
    position: int = answer.json()["position"]
    return position


def test_the_list_is_filtered_paged_and_searched(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        chef = await city.signed_in("chef")
        positions = [await write(chef, f"ronde {rank} rue Monge") for rank in range(5)]

        async def listed(**params: Any) -> list[int]:
            page = (await chef.get("/api/journal", params=params)).json()
            return [line["position"] for line in page["items"]]

        assert await listed(type="logbook.") == positions[::-1]
        assert await listed(type="logbook.written", limit=2) == positions[:-3:-1]
        assert await listed(type="logbook.written", before=positions[2]) == positions[1::-1]
        assert await listed(q="ronde 3") == [positions[3]]
        assert await listed(q="100%") == []
        assert await listed(q="Dominique Chef") == []
        own = (await chef.get("/api/me")).json()["account"]
        assert set(positions) < set(await listed(actor=own))
        (third,) = [line for line in await city.lines() if line.position == positions[2]]
        assert (await listed(type="logbook.", since=third.recorded_at))[-1] == positions[2]
        assert positions[2] not in await listed(type="logbook.", until=third.recorded_at)
        page = (await chef.get("/api/journal", params={"limit": 2})).json()
        assert page["next"] == page["items"][-1]["position"]
        everything, before = [], page["next"] + 2
        while before:
            page = (await chef.get("/api/journal", params={"limit": 3, "before": before})).json()
            everything += [line["position"] for line in page["items"]]
            before = page["next"]
        assert everything == sorted(everything, reverse=True)
        assert everything[-1] == 1

    in_city(scenario)


def test_reading_personal_data_is_itself_journalled(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        chef = await city.signed_in("chef")
        (created, *_) = await city.lines("access.account_created")
        (listed,) = [
            line
            for line in (await chef.get("/api/journal?type=access.account_created")).json()["items"]
            if line["position"] == created.position
        ]
        assert listed["data"]["name"] == "…"
        assert listed["hidden"] == {"login": "personal.account", "name": "personal.account"}
        assert await city.lines("journal.personal_data_read") == []
        whole = (await chef.get(f"/api/journal/{created.position}")).json()
        assert whole["data"]["name"] == "Camille Opératrice"
        (read,) = await city.lines("journal.personal_data_read")
        assert read.event.position == created.position  # type: ignore[attr-defined]
        assert str(read.actor.id) == (await chef.get("/api/me")).json()["account"]
        assert (await chef.get("/api/journal/99999")).status_code == 404

    in_city(scenario)


def test_an_operator_does_not_read_the_proof(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        operator = await city.signed_in("operateur")
        for path in ("/api/journal", "/api/journal/1", "/api/journal/export", "/api/journal/verification"):
            assert (await operator.get(path)).status_code == 403, path
        assert (await operator.post("/api/journal/verification")).status_code == 403

    in_city(scenario)


def test_an_export_downloaded_is_verified_with_the_city_s_key_and_journalled(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        chef = await city.signed_in("chef")
        for rank in range(3):
            await write(chef, f"ligne {rank}")
        answer = await chef.get("/api/journal/export")
        assert answer.headers["content-type"] == "application/zip"
        path = city.data / "export.zip"
        path.write_bytes(answer.content)
        report = verify_export(path, read_public_keys(city.data / "keys"))
        assert report.sound, report.problems
        (exported,) = await city.lines("journal.exported")
        assert (report.lines, report.last) == (exported.position - 1, exported.position - 1)
        assert b"Camille" not in path.read_bytes()
        path.write_bytes((await chef.get("/api/journal/export?type=logbook.")).content)
        report = verify_export(path)
        assert report.sound
        assert report.lines == 3

    in_city(scenario)


def test_the_whole_journal_is_verified_on_request(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        chef = await city.signed_in("chef")
        assert (await chef.get("/api/journal/verification")).json()["state"] == "never"

        async def verified() -> dict[str, Any]:
            assert (await chef.post("/api/journal/verification")).status_code == 202
            while (answer := (await chef.get("/api/journal/verification")).json())["state"] == "running":
                await asyncio.sleep(0.01)
            found: dict[str, Any] = answer
            return found

        sound = await verified()
        assert sound["sound"] is True
        assert sound["done"] == sound["total"] > 0
        await alter(city, "UPDATE journal_line SET bytes = bytes || ' '::bytea WHERE position = 2")
        broken = await verified()
        assert broken["sound"] is False
        assert {problem["position"] for problem in broken["report"]["problems"]} == {2}

    in_city(scenario)


def test_signatures_are_checked_beside_the_loop(in_city: InCity, monkeypatch: pytest.MonkeyPatch) -> None:
    """A head a minute is half a million a year: the core must not stand still for them."""
    threads = set()

    def noted(head: Any, keys: Any) -> bool:
        threads.add(threading.current_thread())
        return is_signed(head, keys)

    monkeypatch.setattr(verify_module, "is_signed", noted)

    async def scenario(city: SmallCity) -> None:
        await journal_heads.follow(city, Watch(load_key(city.data / "keys"), city.data))  # type: ignore[arg-type]
        assert (await verify(city))["sound"] is True
        assert threads
        assert threading.current_thread() not in threads

    in_city(scenario)


def test_heads_are_signed_outside_and_a_broken_chain_is_told(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        chef = await city.signed_in("chef")
        key = load_key(city.data / "keys")
        watch = Watch(key, city.data)
        await journal_heads.follow(city, watch)  # type: ignore[arg-type]
        files = dict(read_heads(city.data / HEADS_FOLDER))
        assert len(files) == 2
        assert {head.position for head in files.values() if head} == {city.executor.head.position}
        assert len(await city.reader.fetch("SELECT 1 FROM journal_head")) == 1
        await journal_heads.follow(city, watch)  # type: ignore[arg-type]
        assert len(await city.reader.fetch("SELECT 1 FROM journal_head")) == 1
        assert Watch(key, city.data).head == city.executor.head
        last = await write(chef, "ligne")
        await alter(city, f"UPDATE journal_line SET hash = sha256(hash) WHERE position = {last}")
        await journal_heads.follow(city, watch)  # type: ignore[arg-type]
        (told,) = await city.lines("journal.chain_broken")
        assert (told.event.at_position, told.event.code) == (last, "journal.altered")  # type: ignore[attr-defined]
        kept = [name for name in dict(read_heads(city.data / HEADS_FOLDER)) if name.startswith("before-break")]
        assert len(kept) == 1

    in_city(scenario)


def test_a_journal_cut_behind_our_back_is_told_at_the_next_start(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        chef = await city.signed_in("chef")
        for rank in range(4):
            await write(chef, f"ligne {rank}")
        key = load_key(city.data / "keys")
        await journal_heads.follow(city, Watch(key, city.data))  # type: ignore[arg-type]
        signed = city.executor.head.position
        await alter(city, f"DELETE FROM journal_body WHERE position > {signed - 3}")
        await alter(city, f"DELETE FROM journal_line WHERE position > {signed - 3}")
        watch = Watch(key, city.data)
        rows = await city.reader.fetch("SELECT max(position) FROM journal_line")
        problem = watch.behind(rows[0][0])
        assert problem is not None
        assert (problem.code, problem.position) == ("journal.truncated", signed - 3)

    in_city(scenario)


def test_texts_leave_at_the_end_of_their_time_and_the_chain_stays(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        chef, admin = await city.signed_in("chef"), await city.signed_in("admin")
        position = await write(chef, "phrase à oublier")
        await retention.erase_due(city)  # type: ignore[arg-type]
        assert await city.lines("journal.erased") == []
        await city.executor.execute(SetPurpose(purpose="logbook", keep_days=1), trusted(SYSTEM))
        city.clock.now = lambda now=city.clock.now: now() + 2 * DAY  # type: ignore[method-assign,misc]
        await retention.erase_due(city)  # type: ignore[arg-type]
        (erased,) = await city.lines("journal.erased")
        assert erased.event.purpose == "logbook"  # type: ignore[attr-defined]
        shown = (await admin.get(f"/api/journal/{position}")).json()
        assert shown["erased"] == {"text": "logbook"}
        assert "oublier" not in (await admin.get("/api/journal?limit=1000")).text
        await retention.erase_due(city)  # type: ignore[arg-type]
        assert len(await city.lines("journal.erased")) == 1
        report = await verify(city)
        assert report["sound"] is True
        assert report["report"]["erased"] == {"logbook": 1}

    in_city(scenario)


def test_the_texts_of_one_line_leave_on_request_with_a_reason(in_city: InCity) -> None:
    async def scenario(city: SmallCity) -> None:
        chef, admin = await city.signed_in("chef"), await city.signed_in("admin")
        position = await write(chef, "nom d'un tiers")
        body = {"position": position, "reason": "demande de la personne"}
        assert (await chef.post("/api/actions/journal.erase_line", json=body)).status_code == 403
        assert (await admin.post("/api/actions/journal.erase_line", json=body)).status_code == 201
        assert "tiers" not in (await admin.get(f"/api/journal/{position}")).text
        assert (await verify(city))["sound"] is True

    in_city(scenario)


@pytest.mark.parametrize("hours", [0, 1, 2])
def test_one_head_an_hour_is_kept_under_its_own_name(tmp_path: Any, hours: int) -> None:
    from beffroi.journal import Head

    watch = Watch(load_key(tmp_path / "keys"), tmp_path)
    for minute in range(hours * 60 + 1):
        watch.head = Head(minute + 1, bytes(32))
        assert watch.sign(1_750_535_400_000_000 + minute * HOUR // 60) is not None
        assert watch.sign(1_750_535_400_000_000 + minute * HOUR // 60) is None
    assert len(list((tmp_path / HEADS_FOLDER).glob("*.json"))) == hours + 2


async def alter(city: SmallCity, statement: str) -> None:
    """Change the database behind the application's back, as its owner could."""

    def run() -> None:
        with psycopg.connect(city.database.owner) as owner:
            owner.execute(statement.encode())

    await asyncio.to_thread(run)


async def verify(city: SmallCity) -> dict[str, Any]:
    chef = await city.signed_in("chef")
    await chef.post("/api/journal/verification")
    while (answer := (await chef.get("/api/journal/verification")).json())["state"] == "running":
        await asyncio.sleep(0.01)
    found: dict[str, Any] = answer
    return found
