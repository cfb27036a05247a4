"""The core as a process: ready only when loaded, nothing answered is lost, stops at once, gives up loudly."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from typing import Any, ClassVar

import httpx
import msgspec
import nats as nats_client
import psycopg
import pytest

from beffroi.access import TRADE as ACCESS
from beffroi.logbook import TRADE as LOGBOOK
from beffroi.logbook.actions import Write
from beffroi.model.actor import SYSTEM
from beffroi.model.time import DAY
from beffroi.server.broker_auth import bus_options
from beffroi.server.clock import RehearsalClock, SystemClock, city_clock
from beffroi.server.house import TRADE as HOUSE
from beffroi.server.house import mark_rehearsal
from beffroi.server.metrics import SERVICE_FAILED
from beffroi.server.migrations import MigrationError
from beffroi.server.reading import LARGEST
from beffroi.server.services import Lent, keep_going
from beffroi.server.wiring import Wiring, WiringError, find_trades
from beffroi.trade.doors import trusted

CORE = trusted(SYSTEM)


@contextmanager
def core_process(database: Any, nats: Any, folder: Any, port: int):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BEFFROI_")}
    environment |= {
        "BEFFROI_DATA": str(folder),
        "BEFFROI_DATABASE": database.app,
        "BEFFROI_DATABASE_OWNER": database.owner,
        "BEFFROI_HTTP_PORT": str(port),
        "BEFFROI_NATS_PORT": str(nats.nats_port),
        "BEFFROI_DEMO": "true",
    }
    with (folder / "core.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", "beffroi.server.core"], env=environment, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


async def ready(url: str, process: Any, log: Any) -> None:
    async with httpx.AsyncClient(base_url=url) as client, asyncio.timeout(40):
        while True:
            assert process.poll() is None, log.read_text()
            try:
                if (await client.get("/readyz")).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.02)


async def sign_in(client: httpx.AsyncClient, login: str = "operateur") -> None:
    async with asyncio.timeout(10):
        while True:
            page = (await client.get("/api/login")).json()
            if login in {account["login"] for account in page["accounts"]}:
                break
            await asyncio.sleep(0.02)
    me = await client.post("/api/login", json={"login": login, "password": page["password"]})
    client.headers["X-Beffroi-CSRF"] = me.json()["csrf"]


async def write_until(client: httpx.AsyncClient, name: str, stop: asyncio.Event, answered: list[str]) -> None:
    n = 0
    while not stop.is_set():
        text = f"{name}-{n}"
        n += 1
        try:
            answer = await client.post("/api/actions/logbook.write", json={"text": text})
        except httpx.HTTPError:
            await asyncio.sleep(0.02)
            continue
        if answer.status_code == 201:
            answered.append(text)
        else:
            assert answer.status_code == 503, answer.text


@pytest.mark.slow
def test_kill_9_under_load_loses_and_doubles_nothing_that_was_answered(database, nats, tmp_path, run_async):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    answered: list[str] = []

    async def main() -> None:
        async with httpx.AsyncClient(base_url=url, timeout=10) as client:
            for life in range(3):
                with core_process(database, nats, tmp_path, port) as process:
                    await ready(url, process, tmp_path / "core.log")
                    if not life:
                        await sign_in(client)
                    stop = asyncio.Event()
                    writers = [
                        asyncio.create_task(write_until(client, f"{life}-{k}", stop, answered)) for k in range(8)
                    ]
                    await asyncio.sleep(1.0)
                    process.kill()
                    stop.set()
                    await asyncio.gather(*writers)

    run_async(main)
    with psycopg.connect(database.app) as connection:
        rows = connection.execute("SELECT text FROM logbook_entry").fetchall()
        positions = connection.execute("SELECT count(*), max(position) FROM journal_line").fetchone()
    kept = Counter(text for (text,) in rows)
    assert len(answered) > 100
    assert set(answered) <= set(kept)
    assert set(kept.values()) == {1}
    assert positions is not None
    assert positions[0] == positions[1]


def test_a_stop_drains_what_was_accepted_and_ends_within_five_seconds(database, nats, tmp_path, run_async):
    port = free_port()
    url = f"http://127.0.0.1:{port}"

    async def main() -> None:
        with core_process(database, nats, tmp_path, port) as process:
            await ready(url, process, tmp_path / "core.log")
            async with httpx.AsyncClient(base_url=url, timeout=10) as client:
                await sign_in(client)
                answered: list[str] = []
                stop = asyncio.Event()
                writing = asyncio.create_task(write_until(client, "w", stop, answered))
                await asyncio.sleep(0.3)
                began = time.monotonic()
                process.send_signal(signal.SIGTERM)
                assert await asyncio.to_thread(process.wait, 5) == 0
                assert time.monotonic() - began < 5
                stop.set()
                await writing
            with psycopg.connect(database.app) as connection:
                kept = {text for (text,) in connection.execute("SELECT text FROM logbook_entry")}
            assert set(answered) <= kept

    run_async(main)


def test_a_core_refuses_a_database_that_a_newer_program_changed(database, serving_on, run_async):
    with psycopg.connect(database.owner) as connection:
        connection.execute("INSERT INTO migration VALUES ('journal', 9000, 'later', '', '9.0')")

    async def main() -> None:
        with pytest.raises(MigrationError) as refused:
            async with serving_on(database):
                pass
        assert refused.value.code == "migration.newer_database"

    run_async(main)


def test_a_second_core_waits_for_the_first_and_then_leads(database, serving_on, run_async):
    async def main() -> None:
        async with serving_on(database) as first:
            await first.core.executor.execute(Write(text="a"), CORE)
            waiting = serving_on(database)
            opening = asyncio.create_task(waiting.__aenter__())
            await asyncio.sleep(0.5)
            assert not opening.done()
        second = await asyncio.wait_for(opening, 10)
        assert [entry.text for entry in second.core.state("logbook").entries.values()] == ["a"]
        await waiting.__aexit__(None, None, None)

    run_async(main)


def test_a_task_of_the_core_that_fails_ends_it_loudly(database, serving_on, run_async):
    async def main() -> None:
        async with serving_on(database) as served:

            async def fail() -> None:
                raise ValueError("a bug")

            served.core._spawn("feed", fail())
            with pytest.raises(RuntimeError, match="feed"):
                await asyncio.wait_for(served.core.watch(asyncio.Event()), 5)

    run_async(main)


def test_a_service_that_fails_is_started_again_and_listens_once(database, serving_on, run_async):
    async def main() -> None:
        async with serving_on(database) as served:
            runs, heard, told = 0, [], []

            async def service(core: Any) -> None:
                nonlocal runs
                runs += 1
                run = runs
                core.on_commit(lambda lines: heard.append(run))
                await core.bus.subscribe("bf.test", lambda subject, payload: told.append(run))
                if runs < 3:
                    raise ValueError("a bug")
                await asyncio.Event().wait()

            core = served.core
            core._spawn("service broken", keep_going("broken", service, core, pause_s=0.01))
            async with asyncio.timeout(5):
                while runs < 3:
                    await asyncio.sleep(0.005)
            await core.executor.execute(Write(text="a"), CORE)
            await asyncio.sleep(0.05)
            for handler in core.bus._handlers["bf.test"]:
                handler("bf.test", b"")
            assert (heard, told) == ([3], [3])
            assert SERVICE_FAILED.labels("broken")._value.get() == 2

    run_async(main)


def test_slow_searches_hold_neither_the_services_nor_the_door(database, serving_on, run_async):
    async def main() -> None:
        async with serving_on(database) as served:
            core = served.core
            searches = [asyncio.create_task(core.reader.fetch("SELECT pg_sleep(20)")) for _ in range(LARGEST + 2)]
            await asyncio.sleep(0.5)
            async with asyncio.timeout(3):
                for reader in (Lent(core).reader, core.view("access").reader):
                    assert await reader.fetch("SELECT 1") == [(1,)]
            for search in searches:
                search.cancel()
            await asyncio.gather(*searches, return_exceptions=True)

    run_async(main)


def test_who_listens_badly_does_not_stop_who_commits(database, serving_on, run_async):
    async def main() -> None:
        async with serving_on(database) as served:
            heard: list[Any] = []

            def fail(lines: Any) -> None:
                raise ValueError("a bug")

            served.core.on_commit(fail)
            served.core.on_commit(heard.extend)
            for text in ("a", "b"):
                await served.core.executor.execute(Write(text=text), CORE)
            await asyncio.sleep(0.05)
            assert [line.event.text for line in heard] == ["a", "b"]

    run_async(main)


class Listening(type(LOGBOOK)):
    """A main courante that the bus speaks to."""

    subjects: ClassVar[tuple[str, ...]] = ("bf.test",)
    heard: ClassVar[list[bytes]] = []

    def hear(self, state, subject, payload):
        assert state is not None
        self.heard.append(payload)


def test_what_the_bus_tells_comes_to_the_trade_that_wants_it(database, nats, serving_on, run_async):
    async def main() -> None:
        Listening.heard.clear()
        async with serving_on(database, ACCESS, Listening(), HOUSE) as served:
            other = await nats_client.connect(nats.nats_url, **bus_options(nats, "intake"))
            await other.publish("bf.test", b"1")
            await other.publish("bf.health.intake", b'{"rate": 12, "sources": {"x": 1}}')
            await other.publish("bf.health.broken", b"{")
            async with asyncio.timeout(5):
                while not Listening.heard or "intake" not in served.core.health.read():
                    await asyncio.sleep(0.01)
            await other.close()
            assert Listening.heard == [b"1"]
            assert served.core.health.read()["intake"]["rate"] == 12

    run_async(main)


def test_the_clock_is_the_rehearsal_s_only_in_a_database_marked_so(database, run_async):
    async def main() -> None:
        assert isinstance(await city_clock(database.settings), SystemClock)
        with psycopg.connect(database.owner) as connection:
            mark_rehearsal(connection)
        clock = await city_clock(database.settings)
        assert isinstance(clock, RehearsalClock)
        assert abs(clock.now() - SystemClock().now()) < DAY

    run_async(main)


def test_every_room_is_found_and_none_claims_the_name_of_another():
    names = [trade.name for trade in find_trades()]
    assert {"access", "journal", "logbook", "house"} <= set(names)
    assert len(set(names)) == len(names)
    Wiring(find_trades())
    with pytest.raises(WiringError):
        Wiring([LOGBOOK, LOGBOOK])


def test_an_action_type_is_its_own_place_in_the_api():
    for trade in find_trades():
        for action in trade.actions:
            assert action.action_type().startswith(f"{trade.name}."), action
        for event in trade.events:
            assert event.event_type().startswith(f"{trade.name}."), event
            assert issubclass(event, msgspec.Struct)
