"""Letters leave through a real mail server: once for each step, honestly told, never twice by a machine."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from beffroi.procedures.calls.sms import FolderGateway, TextMessage
from beffroi.procedures.calls.telling import Teller
from beffroi.requests.types import Contact
from tests.e2e.conftest import PASSWORD, City, _first_administrator, _first_sign_in
from tests.requests.street import EMAIL, EVERYTHING, NAME, requests_of, until
from tests.security.conftest import WholeCity

InCity = Callable[..., None]


class Postman:
    """A mail server's inside: keeps letters; `when` is called in the middle of a delivery."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.answers: list[str] = []
        self.before: Callable[[], None] | None = None
        self.after: Callable[[], None] | None = None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.before:
            self.before()
        self.letters.append(envelope.content)
        if self.after:
            self.after()
        return "250 accepted"

    def subjects(self) -> list[str]:
        return [str(make_header(decode_header(message_from_bytes(one)["Subject"]))) for one in self.letters]


@pytest.fixture
def postman() -> Iterator[tuple[Postman, Controller]]:
    inside = Postman()

    def known(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.password in (b"s3cret", "clé-été".encode())
        return AuthResult(success=right)

    server = Controller(inside, hostname="127.0.0.1", port=0, authenticator=known, auth_require_tls=False)
    # an ephemeral port is known only once the socket listens
    server.port = _free_port()
    server.start()
    yield inside, server
    server.stop()


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def write_settings(data: Path, port: int, password: str = "s3cret") -> None:
    (data / "mail.secret").write_text(password + "\n")
    (data / "mail.toml").write_text(
        f'[mail]\nhost = "127.0.0.1"\nport = {port}\ntls = "off"\nuser = "beffroi"\nsender = "allo@example.org"\n'
        f'password_file = "{data / "mail.secret"}"\nfollow_url = "https://example.org/suivi/{{code}}"\n'
    )


def by_mail() -> dict[str, str]:
    return {"name": NAME, "email": EMAIL, "channel": "email"}


def test_each_step_is_told_once(in_whole_city: InCity, postman: tuple[Postman, Controller]) -> None:
    inside, server = postman

    async def scenario(city: WholeCity) -> None:
        write_settings(city.data, server.port)
        chief = await city.person("tout", EVERYTHING)
        (made,) = await chief.done("requests.record", text="lampadaire éteint", place="12 rue Monge", contact=by_mail())
        await until(lambda: len(inside.letters) == 1)
        (incident,) = await chief.done("incidents.open", what="Lampadaire", place="rue Monge")
        await chief.done("requests.attach", request=made["request"], incident=incident["incident"])
        await chief.done("incidents.take", incident=incident["incident"])
        await chief.done("incidents.release", incident=incident["incident"])
        await chief.done("incidents.take", incident=incident["incident"])
        await until(lambda: len(inside.letters) == 2)
        await chief.done(
            "incidents.close", incident=incident["incident"], cause="equipment", result="repaired", skipped="not_needed"
        )
        await until(lambda: len(inside.letters) == 3)
        await until(lambda: all(one.state == "sent" for one in requests_of(city).owed.values()))
        assert [one.rpartition(": ")[2] for one in inside.subjects()] == [
            "Votre demande est enregistrée.", "Votre demande est prise en charge.", "Votre demande est close."
        ]  # fmt: skip
        last = message_from_bytes(inside.letters[-1])
        body = last.get_payload(decode=True).decode()  # type: ignore[union-attr]
        assert "Réparé." in body
        assert made["code"] in body
        assert f"https://example.org/suivi/{made['code']}" in body
        assert len({message_from_bytes(one)["Message-ID"] for one in inside.letters}) == 3
        logs = "".join(path.read_text() for path in city.data.rglob("*.log"))
        assert "zzdupont" not in logs.lower()

    in_whole_city(scenario)


def test_a_server_that_refuses_for_now_is_tried_again_and_for_good_is_said(
    in_whole_city: InCity, postman: tuple[Postman, Controller], monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, server = postman
    monkeypatch.setattr("beffroi.procedures.calls.telling.PAUSES", (200_000,))

    async def scenario(city: WholeCity) -> None:
        write_settings(city.data, server.port)
        chief = await city.person("tout", EVERYTHING)
        inside.answers = ["450 later", "451 later"]
        await chief.done("requests.record", text="trou", contact=by_mail())
        await until(lambda: len(inside.letters) == 1)
        (owed,) = requests_of(city).owed.values()
        await until(lambda: next(iter(requests_of(city).owed.values())).state == "sent")
        inside.answers = ["550 no such person <marie.zzdupont@example.org>"]
        (made,) = await chief.done("requests.record", text="autre trou", contact=by_mail())
        await until(lambda: any(one.state == "failed" for one in requests_of(city).owed.values()))
        async with asyncio.timeout(10):
            # memory is a moment ahead of the rows
            while not (row := (await chief.get("/api/requests?state=owed")).json()["items"]):
                await asyncio.sleep(0.05)
        assert [one["id"] for one in row] == [made["request"]]
        assert "zzdupont" not in str(row)
        assert row[0]["owed"][0]["problem"] == "requests.mail_refused"
        # a person decides: said by voice
        await chief.done("requests.tell", message=row[0]["owed"][0]["id"], result="sent")
        assert (await chief.get("/api/requests?state=owed")).json()["items"] == []
        assert owed.id

    in_whole_city(scenario)


@pytest.mark.parametrize(
    "given",
    [
        {"email": "jérôme@exemple.fr"}, {"email": "a@b.fr\n"}, {"email": "a@b.f\u2028r"}, {"phone": "0639980011\n"},
        {"name": "Marie\nBcc: x@y.fr", "email": EMAIL}, {"name": "Marie\n", "email": EMAIL},
    ],
)  # fmt: skip
def test_what_no_mail_server_takes_is_refused_at_once(given: dict[str, str]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**given, "channel": "email"}, Contact)


def test_one_message_that_cannot_be_written_stops_nobody(
    in_whole_city: InCity, postman: tuple[Postman, Controller], monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, server = postman
    monkeypatch.setattr("beffroi.procedures.calls.telling.PAUSES", (200_000,))

    async def scenario(city: WholeCity) -> None:
        (city.data / "mail.toml").write_bytes("[mail]\nsender_name = 'Mairie de Béthune'".encode("latin-1"))
        chief = await city.person("tout", EVERYTHING)
        (first,) = await chief.done("requests.record", text="trou", contact=by_mail())
        # as written before addresses and names were checked
        kept = {"email": "jérôme@exemple.fr", "name": "Jérôme\nDupont"}
        await city.core.work(
            lambda connection: connection.execute(
                "UPDATE requests_contact SET email = %(email)s, name = %(name)s WHERE request = %(id)s",
                {**kept, "id": first["request"]},
            ),
            owner=True,
        )
        write_settings(city.data, server.port, "clé-été")
        (second,) = await chief.done(
            "requests.record", text="trou", contact={"email": "marie@exemplé.fr", "channel": "email"}
        )
        await until(lambda: len(inside.letters) == 1)
        owed = {str(one.request): one for one in requests_of(city).owed.values()}
        await until(lambda: owed[second["request"]].state == "sent")
        await until(lambda: owed[first["request"]].state in ("failed", "sent"))
        assert (owed[first["request"]].state, owed[first["request"]].problem) == ("failed", "requests.bad_address")
        assert message_from_bytes(inside.letters[0])["To"] == "marie@xn--exempl-gva.fr"

    in_whole_city(scenario)


def test_without_mail_server_or_gateway_a_person_tells(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief = await city.person("tout", EVERYTHING)
        await chief.done("requests.record", text="trou", contact=by_mail())
        await chief.done("requests.record", text="trou", contact={"phone": "06 39 98 00 11", "channel": "sms"})
        await until(lambda: [one.state for one in requests_of(city).owed.values()] == ["failed", "failed"])
        problems = {one.problem for one in requests_of(city).owed.values()}
        assert problems == {"requests.no_mail_server", "requests.no_sms_gateway"}

    in_whole_city(scenario)


def test_a_text_message_is_an_intent_that_leaves_with_its_person(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        folder = city.data / "sms"
        folder.mkdir()
        chief = await city.person("tout", EVERYTHING)
        (made,) = await chief.done(
            "requests.record", text="trou", contact={"phone": "06 39 98 00 11", "channel": "sms"}
        )
        (path,) = await until(lambda: list(folder.glob("*.json")))
        intent = msgspec.json.decode(path.read_bytes(), type=TextMessage)
        assert path.stat().st_mode & 0o777 == 0o640
        assert (intent.number, str(intent.request)) == ("0639980011", made["request"])
        assert made["code"] in intent.text
        await chief.done("requests.forget", request=made["request"])
        await until(lambda: not list(folder.glob("*.json")))
        assert path.stem in {str(one) for one in requests_of(city).owed}
        # half written when we fell, by somebody forgotten since: gone at the next start
        half = path.with_suffix(".part")
        half.write_bytes(msgspec.json.encode(intent))
        stranger = folder / "note.json"
        stranger.write_text("{}")
        await Teller(city.core, FolderGateway(folder)).recover()
        assert [one.name for one in folder.iterdir()] == ["note.json"]

    in_whole_city(scenario)


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_core_killed_in_the_middle_tells_once_and_says_that_it_is_not_sure(
    run_beffroi: Callable[..., AbstractContextManager[Any]], postman: tuple[Postman, Controller]
) -> None:
    """kill -9 between the server's acceptance and our commit: one letter, marked in doubt, never sent again alone."""
    inside, server = postman
    with run_beffroi("up", ready_within_s=120) as product:
        write_settings(product.settings.data, server.port)
        running = City(product)
        login, password = _first_administrator(running)
        running.post("/api/access/password", {"present": password, "new": PASSWORD})
        running.sign_in(login, PASSWORD)
        everywhere = [{"role": "shift_supervisor", "communes": ["*"], "trades": ["*"], "kinds": ["*"]}]
        made = running.post("/api/access/accounts", {"login": "camille", "name": "C", "grants": everywhere})
        _first_sign_in(running.url, "camille", made["one_time_password"])
        running.sign_in("camille", PASSWORD)
        killed = threading.Event()

        def kill() -> None:
            if not killed.is_set():
                killed.set()
                os.kill(product.pid("core"), signal.SIGKILL)

        inside.after = kill
        running.act("requests.record", text="trou rue Monge", contact=by_mail())
        assert killed.wait(20)
        rows = _owed(running, 60)
        assert rows[0]["owed"][0]["state"] == "doubtful"
        time.sleep(3)
        assert len(inside.letters) == 1
        running.act("requests.tell", message=rows[0]["owed"][0]["id"], result="retry")
        deadline = time.monotonic() + 20
        while len(inside.letters) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        ids = [message_from_bytes(one)["Message-ID"] for one in inside.letters]
        assert ids[0] == ids[1]
        running.client.close()


def _owed(running: City, within_s: float) -> list[dict[str, Any]]:
    deadline = time.monotonic() + within_s
    while True:
        try:
            answer = running.client.get("/api/requests", params={"state": "owed"})
            if answer.status_code == 200 and answer.json()["items"]:
                items: list[dict[str, Any]] = answer.json()["items"]
                return items
        except httpx.TransportError:
            pass  # coming back
        assert time.monotonic() < deadline
        time.sleep(0.3)
