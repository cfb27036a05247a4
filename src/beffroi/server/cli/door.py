"""The running core as a command sees it: HTTP with a machine's key, or with a person's login asked on the terminal.

Without a key given, the data folder's own is taken (`procedures/start/local_console.py`): its owner needs nothing more.
"""

from __future__ import annotations

import http.client
import json
import os
import ssl
import sys
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from beffroi.server.cli import words
from beffroi.server.settings import Settings

KEY_VARIABLE = "BEFFROI_KEY"
LOCAL_KEY = "local-console.key"
TIMEOUT_S = 120.0
DOOR_TEXTS: dict[str, dict[str, str]] = {
    "door.not_running": {
        "fr": "Beffroi ne répond pas à {url} : lancez d'abord `beffroi up`.",
        "en": "Beffroi does not answer at {url}: run `beffroi up` first.",
    },
    "door.no_key": {
        "fr": "Il faut une clé : donnez --key ou la variable BEFFROI_KEY (une clé se crée dans Administration).",
        "en": "A key is needed: give --key or the variable BEFFROI_KEY (keys are made in Administration).",
    },
    "door.refused": {"fr": "Refusé : {text}", "en": "Refused: {text}"},
    "door.login": {"fr": "Identifiant", "en": "Login"},
    "door.password": {"fr": "Mot de passe", "en": "Password"},
}


class DoorError(Exception):
    """The core refused or does not answer: a code and its params, told by the command line."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code} {params}")
        self.code, self.params = code, params

    def __str__(self) -> str:
        return words.say(self.code, DOOR_TEXTS, **self.params)


class Door:
    """Requests to the running core, one after another."""

    def __init__(self, settings: Settings, key: str = "") -> None:
        self._url = urlsplit(settings.http_url)
        self._authority = settings.keys / "authority.pem"
        self._headers = {"Accept-Language": words.language()}
        given = key or os.environ.get(KEY_VARIABLE, "") or _local_key(settings)
        if given:
            self._headers["Authorization"] = f"Bearer {given}"
        else:
            self._sign_in()

    def get(self, path: str, **params: Any) -> Any:
        """Return the JSON answer of a reading."""
        return json.loads(self.ask("GET", f"{path}?{urlencode(params)}" if params else path))

    def post(self, path: str, fields: dict[str, Any]) -> Any:
        """Return the JSON answer to fields posted as JSON."""
        body = json.dumps(fields).encode()
        return json.loads(self.ask("POST", path, body, "application/json") or b"null")

    def upload(self, path: str, files: dict[str, Path], fields: dict[str, str]) -> Any:
        """Return the JSON answer to files posted as a form."""
        mark = uuid.uuid4().hex
        parts = [_part(mark, f'name="{name}"', value.encode()) for name, value in fields.items() if value]
        parts += [_part(mark, f'name="files"; filename="{name}"', file.read_bytes()) for name, file in files.items()]
        body = b"".join(parts) + f"--{mark}--\r\n".encode()
        return json.loads(self.ask("POST", path, body, f"multipart/form-data; boundary={mark}"))

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> bytes:
        """Return the body of an answer; DoorError with the core's own sentence when it refuses."""
        status, content, _ = self._exchange(method, path, body, kind)
        if status >= 400:
            try:
                text = json.loads(content)["text"]
            except (ValueError, KeyError, TypeError):
                text = f"HTTP {status}"
            raise DoorError("door.refused", text=text)
        return content

    def _exchange(
        self, method: str, path: str, body: bytes | None, kind: str
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        connection = self._connect()
        headers = {**self._headers, **({"Content-Type": kind} if kind else {})}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers
        except OSError as error:
            raise DoorError("door.not_running", url=self._url.geturl()) from error
        finally:
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        if self._url.scheme != "https":
            return http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
        trusted = ssl.create_default_context(cafile=str(self._authority) if self._authority.exists() else None)
        return http.client.HTTPSConnection(host, port, timeout=TIMEOUT_S, context=trusted)

    def _sign_in(self) -> None:
        """Ask for a login and a password; without a terminal only a key can do."""
        if not sys.stdin.isatty():
            raise DoorError("door.no_key")
        import typer

        login = typer.prompt(words.say("door.login", DOOR_TEXTS))
        password = typer.prompt(words.say("door.password", DOOR_TEXTS), hide_input=True)
        body = json.dumps({"login": login, "password": password}).encode()
        status, content, headers = self._exchange("POST", "/api/login", body, "application/json")
        answer = json.loads(content)
        if status >= 400:
            raise DoorError("door.refused", text=answer.get("text", f"HTTP {status}"))
        cookie = (headers.get("Set-Cookie") or "").split(";")[0]
        self._headers |= {"Cookie": cookie, "X-Beffroi-CSRF": answer["csrf"]}


def _local_key(settings: Settings) -> str:
    try:
        return (settings.keys / LOCAL_KEY).read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _part(mark: str, disposition: str, content: bytes) -> bytes:
    head = (
        f"--{mark}\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: application/octet-stream\r\n\r\n"
    )
    return head.encode() + content + b"\r\n"
