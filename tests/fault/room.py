"""A demonstration city under test: people at their seats, the rehearsal's control, the database to check with."""

import asyncio
import contextlib
import hashlib
import http.client
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import psycopg

from beffroi.rehearsal.player.bus import ask
from beffroi.rehearsal.player.where import find_where
from beffroi.server.engines import postgres as engine
from beffroi.server.settings import Settings

PASSWORD = "beffroi-demo"


class Refused(Exception):  # noqa: N818 - an answer, not a failure
    """The core said no: status and code."""

    def __init__(self, status: int, content: dict[str, Any]) -> None:
        super().__init__(f"{status} {content}")
        self.status, self.code, self.params = status, content.get("code", ""), content.get("params", {})


class Seat:
    """Somebody signed in, or (without login) the machine's own key."""

    def __init__(self, settings: Settings, login: str = "") -> None:
        self.address = urlsplit(settings.http_url)
        self.headers: dict[str, str] = {}
        if login:
            connection, answer = self._exchange("POST", "/api/login", {"login": login, "password": PASSWORD})
            content = json.loads(answer.read())
            cookie = (answer.headers["Set-Cookie"] or "").split(";")[0]
            connection.close()
            self.headers = {"Cookie": cookie, "X-Beffroi-CSRF": content["csrf"]}
        else:
            key = (settings.keys / "local-console.key").read_text(encoding="ascii").strip()
            self.headers = {"Authorization": f"Bearer {key}"}

    def get(self, path: str, **params: Any) -> Any:
        return self._ask("GET", f"{path}?{urlencode(params)}" if params else path, None)

    def post(self, path: str, fields: dict[str, Any]) -> Any:
        return self._ask("POST", path, fields)

    def act(self, action: str, **fields: Any) -> Any:
        return self.post(f"/api/actions/{action}", fields)

    def _ask(self, method: str, path: str, fields: dict[str, Any] | None) -> Any:
        connection, answer = self._exchange(method, path, fields)
        body = answer.read()
        connection.close()
        content = json.loads(body) if body else None
        if answer.status >= 400:
            raise Refused(answer.status, content or {})
        return content

    def _exchange(
        self, method: str, path: str, fields: dict[str, Any] | None
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        connection = http.client.HTTPConnection(self.address.hostname or "", self.address.port, timeout=60)
        body = None if fields is None else json.dumps(fields)
        connection.request(method, path, body, {**self.headers, "Content-Type": "application/json"})
        return connection, connection.getresponse()


class Room:
    """A running demonstration."""

    def __init__(self, product: Any) -> None:
        self.product = product
        self.settings: Settings = product.settings
        self.machine = Seat(self.settings)
        self._seats: dict[str, Seat] = {}

    def seat(self, login: str) -> Seat:
        if login not in self._seats:
            self._seats[login] = Seat(self.settings, login)
        return self._seats[login]

    def rehearse(self, **request: Any) -> dict[str, Any]:
        """Ask the rehearsal's control; returns its status."""
        answer = json.loads(asyncio.run(ask(find_where(self.settings.data), json.dumps(request).encode())))
        assert "code" not in answer, answer
        return dict(answer)

    def act(self, do: str, **fields: Any) -> int:
        """Let something happen in the city now; returns the city's time, µs."""
        return int(self.rehearse(do="act", act={"do": do, **fields})["now"])

    @contextlib.contextmanager
    def happening(self, do: str, end: str, **fields: Any) -> Iterator[int]:
        """Let something happen for the length of a block; gives the city's time at its beginning."""
        at = self.act(do, **fields)
        try:
            yield at
        finally:
            self.act(do, **fields, **{end: True})

    def rate(self, rate: float) -> None:
        self.rehearse(do="rate", rate=rate)

    def city_now(self) -> int:
        return int(self.rehearse(do="status")["now"])

    def source(self, name: str, secret: str, rate: float = 1e6, burst: float = 1e6) -> None:
        digest = hashlib.sha256(secret.encode()).hexdigest()
        self.machine.act(
            "telemetry.create_source", source={"name": name, "secret": digest, "rate": rate, "burst": burst}
        )

    def light(self, code: str, gateway: str, number: int) -> None:
        self.machine.act(
            "assets.create", kind="street_light", code=code, lon=5.03 + number / 1e4, lat=47.32, commune="21231",
            characteristics={"gateway": gateway},
        )  # fmt: skip

    def rows(self, query: str, *params: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(engine.dsn(self.settings, engine.OWNER), autocommit=True) as connection:
            return connection.execute(query.encode(), params).fetchall()

    def value(self, query: str, *params: Any) -> Any:
        return self.rows(query, *params)[0][0]

    def position(self) -> int:
        return int(self.value("SELECT coalesce(max(position), 0) FROM journal_line"))

    def asset(self, code: str) -> str:
        return str(self.value("SELECT id FROM asset WHERE code = %s", code))

    def shown(self, **params: Any) -> list[dict[str, Any]]:
        """List the lines of the operators' queue."""
        return list(self.seat("operateur").get("/api/alarms", limit=1000, **params)["items"])

    def line(self, code: str, alarm_class: str) -> dict[str, Any] | None:
        """Return the line of the queue about one asset and class, or nothing."""
        found = [row for row in self.shown() if row["code"] == code and row["alarm_class"] == alarm_class]
        assert len(found) <= 1, found
        return found[0] if found else None

    def story(self, code: str) -> list[tuple[Any, ...]]:
        """List what the journal says of an asset: read when a test fails."""
        return self.rows(
            "SELECT type, recorded_at, convert_from(bytes, 'UTF8')::jsonb -> 'data' - 'children' - 'former'"
            " FROM journal_line JOIN asset ON asset.id = journal_line.asset WHERE code = %s ORDER BY position",
            code,
        )

    def told(self) -> list[tuple[str, str]]:
        """List (code, class) of everything the operators were told, in the order they were."""
        return self.rows(
            "SELECT code, told.alarm_class FROM alarm_annunciation told JOIN asset ON asset.id = told.asset"
            " ORDER BY told.ctid"
        )


@contextlib.contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long a block took: figures are read in the log of a run."""
    began = time.monotonic()
    yield
    print(f"{what}: {time.monotonic() - began:.2f} s")
