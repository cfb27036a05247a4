"""In the running product: escalations survive kill -9 of the core, each once; vehicles leave no track."""

import asyncio
import hashlib
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import httpx
import nats
import psycopg
import pytest

from beffroi.model.time import DAY, MINUTE, SECOND
from beffroi.rehearsal.player.where import find_where
from beffroi.server.database import dsn_app, dsn_owner
from beffroi.server.house import mark_rehearsal

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
PASSWORD = "Une-phrase-de-passe-42"


class Hours:
    """Tells the city's clock on the bus, as a rehearsal would, from any hour that a test wants."""

    def __init__(self, settings: Any) -> None:
        self._where = find_where(settings.data)
        self._ahead = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._tell()))

    def now(self) -> int:
        return time.time_ns() // 1000 + self._ahead

    def forward(self, span: int) -> None:
        self._ahead += span

    async def _tell(self) -> None:
        where = self._where
        secret = {"user": where.nats_user, "password": where.nats_password} if where.nats_user else {}
        bus = await nats.connect(where.nats, max_reconnect_attempts=-1, **secret)
        while not self._end.is_set():
            await bus.publish("bf.clock", json.dumps({"now": self.now(), "rate": 1.0}).encode())
            await asyncio.sleep(0.1)
        await bus.close()

    @contextmanager
    def running(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._end.set()
            self._thread.join(10)


class Hand:
    """A shift supervisor's hand on the product."""

    def __init__(self, product: Any, wait: Callable[..., Any]) -> None:
        self.product = product
        self.client = httpx.Client(base_url=product.settings.http_url, timeout=30)
        self._wait = wait
        first = product.settings.data / "keys" / "first-password.txt"
        login, once = wait(lambda: first.exists() and first.read_text().split()[:2], 30)
        wait(lambda: self._sign_in(login, once), 30)
        self.post("/api/access/password", {"present": once, "new": PASSWORD})
        self._sign_in(login, PASSWORD)
        grants = [
            {"role": role, "communes": ["*"], "trades": ["*"], "kinds": ["*"]}
            for role in ("shift_supervisor", "clerk", "administrator")
        ]
        made = self.post("/api/access/accounts", {"login": "camille", "name": "Camille", "grants": grants})
        self._sign_in("camille", made["one_time_password"])
        self.post("/api/access/password", {"present": made["one_time_password"], "new": PASSWORD})
        self._sign_in("camille", PASSWORD)

    def _sign_in(self, login: str, password: str) -> bool:
        answer = self.client.post("/api/login", json={"login": login, "password": password})
        if answer.status_code >= 300:
            return False
        self.csrf = answer.json()["csrf"]
        return True

    def post(self, path: str, body: dict[str, Any]) -> Any:
        answer = self.client.post(path, json=body, headers={"X-Beffroi-CSRF": self.csrf})
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def act(self, action: str, **fields: Any) -> Any:
        return self.post(f"/api/actions/{action}", fields)["events"]

    def heard(self, hours: "Hours") -> bool:
        """Tell whether the core lives at these hours: a line written now bears them."""
        self.act("logbook.write", text="essai d'horloge")
        with psycopg.connect(dsn_app(self.product.settings)) as connection:
            row = connection.execute("SELECT recorded_at FROM journal_line ORDER BY position DESC LIMIT 1").fetchone()
        return bool(row and abs(row[0] - hours.now()) < MINUTE)

    def kill_core(self) -> None:
        before = self.product.pid("core")
        os.kill(before, signal.SIGKILL)
        self._wait(lambda: self._back(before), 60)

    def _back(self, before: int) -> bool:
        try:
            if self.product.pid("core") == before:
                return False
            return self.client.get("/readyz").status_code == 200
        except (httpx.HTTPError, KeyError, TypeError):
            return False

    def notes(self) -> dict[str, int]:
        with psycopg.connect(dsn_app(self.product.settings)) as connection:
            rows = connection.execute("SELECT code, count(*) FROM logbook_entry GROUP BY code").fetchall()
        return dict(rows)

    def count(self, kind: str) -> int:
        with psycopg.connect(dsn_app(self.product.settings)) as connection:
            row = connection.execute("SELECT count(*) FROM journal_line WHERE type = %s", (kind,)).fetchone()
        return int(row[0]) if row else 0


@pytest.fixture(scope="module")
def hand(run_beffroi: Callable[..., AbstractContextManager[Any]], wait_until: Callable[..., Any]) -> Iterator[Hand]:
    with run_beffroi("up", ready_within_s=120) as product:
        made = Hand(product, wait_until)
        yield made
        made.client.close()


def test_a_vehicle_leaves_no_track(hand: Hand, wait_until: Callable[..., Any]) -> None:
    van = hand.act("assets.create", kind="vehicle", code="V001", lon=5.04, lat=47.32)[0]["asset"]
    secret = hashlib.sha256(b"fourgon").hexdigest()
    hand.act("telemetry.create_source", source={"name": "flotte", "secret": secret, "assets": ["V*"]})
    crew = hand.act("dispatch.set_crew", name="E1", trade="lighting", vehicle=van)[0]["crew"]
    now = time.time_ns() // 1000
    turn = {"kind": "duty", "subject": crew, "start": now - MINUTE, "end": now + 60 * MINUTE}
    hand.act("dispatch.set_roster", trade="lighting", start=now - DAY, end=now + DAY, turns=[turn])
    address = f"http://127.0.0.1:{hand.product.settings.intake_port}/v1/readings"

    def seen() -> Any:
        row = {"a": "V001", "t": time.time_ns() // 1_000_000, "p": {"lon_deg": 5.0414, "lat_deg": 47.3214}}
        httpx.post(address, json=[row], headers={"Authorization": "Bearer fourgon"}, timeout=10)
        found = hand.client.get("/api/dispatch/crews").json()
        return found and found[0]["position_age_s"] is not None

    wait_until(seen, 30, 0.5)
    with psycopg.connect(dsn_owner(hand.product.settings)) as connection:
        series = "SELECT index FROM series WHERE point IN ('lon_deg', 'lat_deg')"
        for table in ("sample", "sample_hour", "sample_day"):
            kept = connection.execute(f"SELECT count(*) FROM {table} WHERE series IN ({series})").fetchone()
            assert kept == (0,), f"{table} keeps places of vehicles"
        said = "SELECT count(*) FROM journal_line WHERE position(%s IN convert_from(bytes, 'UTF8')) > 0"
        assert connection.execute(said, ("5.0414",)).fetchone() == (0,)
        assert connection.execute(said, ("dispatch.crew_set",)).fetchone() == (1,)


def test_an_escalation_survives_kill_9_and_happens_once(hand: Hand, wait_until: Callable[..., Any]) -> None:
    now = time.time_ns() // 1000
    people = [
        hand.act("dispatch.set_agent", name=f"Agent {n}", phone=f"06 39 98 00 0{n}", ends_at=now + 100 * DAY)[0][
            "agent"
        ]
        for n in (1, 2)
    ]
    turns = [
        {"kind": "on_call", "subject": one, "start": now - DAY, "end": now + 4 * DAY, "rank": rank, "delay_min": 45}
        for rank, one in enumerate(people, 1)
    ]
    hand.act("dispatch.set_roster", trade="roads", start=now - 2 * DAY, end=now + 5 * DAY, turns=turns)
    incident = hand.act("incidents.open", what="trou dans la chaussée", place="rue Monge", category="roadway")[0]
    with psycopg.connect(dsn_owner(hand.product.settings), autocommit=True) as connection:
        mark_rehearsal(connection)
    hours = Hours(hand.product.settings)
    with hours.running():
        hand.kill_core()
        called = hand.act("dispatch.call_attempt", incident=incident["incident"])[0]
        assert called["agent"] == people[0]
        hours.forward(5 * MINUTE)
        hand.kill_core()
        # five minutes left: whatever this machine takes to be back, it is not due yet
        assert hand.count("dispatch.escalated") == 0
        hours.forward(5 * MINUTE + SECOND)
        wait_until(lambda: hand.count("dispatch.escalated") == 1, 30)
        hand.kill_core()
        hours.forward(11 * MINUTE)
        hand.kill_core()
        wait_until(lambda: hand.count("dispatch.exhausted") == 1, 30)
        hours.forward(60 * MINUTE)
        # a call recorded before the core heard the hour would be due at once
        wait_until(lambda: hand.heard(hours), 30)
        again = hand.act("dispatch.call_attempt", incident=incident["incident"])[0]
        assert again["agent"] == people[0]
    assert (hand.count("dispatch.escalated"), hand.count("dispatch.exhausted")) == (1, 1)
    wanted = {"exhausted": 1, "escalated": 1, "attempted": 2}
    noted = lambda: {one: hand.notes().get(f"dispatch.note.{one}") for one in wanted}  # noqa: E731 - asked again
    wait_until(lambda: noted() == wanted, 30)


def test_a_silent_crew_is_told_three_times_through_kill_9(hand: Hand, wait_until: Callable[..., Any]) -> None:
    now = time.time_ns() // 1000
    crew = hand.act("dispatch.set_crew", name="E9", trade="traffic")[0]["crew"]
    turn = {"kind": "duty", "subject": crew, "start": now - MINUTE, "end": now + 20 * 60 * MINUTE}
    hand.act("dispatch.set_roster", trade="traffic", start=now - DAY, end=now + 2 * DAY, turns=[turn])
    incident = hand.act("incidents.open", what="feux éteints", place="place Wilson", category="signals")[0]
    with psycopg.connect(dsn_owner(hand.product.settings), autocommit=True) as connection:
        mark_rehearsal(connection)
    hours = Hours(hand.product.settings)
    with hours.running():
        hand.kill_core()
        wait_until(lambda: hand.heard(hours), 30)
        hand.act("dispatch.engage", incident=incident["incident"], crew=crew, support=True)
        hours.forward(5 * MINUTE + SECOND)
        wait_until(lambda: hand.count("dispatch.unanswered") == 1, 30)
        hours.forward(2 * MINUTE)
        hand.kill_core()
        wait_until(lambda: hand.count("dispatch.insisted") == 1, 30)
        hours.forward(MINUTE)
        wait_until(lambda: hand.count("dispatch.insisted") == 2, 30)
        # the last step falls due while the core is away
        hours.forward(4 * MINUTE)
        hand.kill_core()
        wait_until(lambda: hand.count("dispatch.insisted") == 3, 30)
        hours.forward(60 * MINUTE)
        wait_until(lambda: hand.notes().get("dispatch.note.to_chief") == 1, 30)
    assert (hand.count("dispatch.unanswered"), hand.count("dispatch.insisted")) == (1, 3)
