"""The running core as any integrator sees it: HTTP with a machine's key."""

import http.client
import json
import ssl
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from beffroi.rehearsal.player.where import Where

TIMEOUT_S = 180.0


class DoorError(Exception):
    """The core refused or does not answer: code and params for the operator."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code, params)
        self.code, self.params = code, params


class Door:
    """Requests one after another, each on a connection of its own."""

    def __init__(self, where: Where) -> None:
        self._url = urlsplit(where.http)
        self._authority = where.data / "keys" / "authority.pem"
        self._headers = {"Authorization": f"Bearer {where.key}"} if where.key else {}

    def get(self, path: str, **params: Any) -> Any:
        """Return the JSON answer of a read."""
        return json.loads(self._ask("GET", f"{path}?{urlencode(params)}" if params else path))

    def post(self, path: str, fields: Any) -> Any:
        """Return the JSON answer to fields posted as JSON."""
        return json.loads(self._ask("POST", path, json.dumps(fields).encode(), "application/json") or b"null")

    def upload(self, path: str, files: list[Path], fields: dict[str, str]) -> Any:
        """Return the JSON answer to files posted as a form."""
        mark = uuid.uuid4().hex
        parts = [_part(mark, f'name="{name}"', value.encode()) for name, value in fields.items()]
        parts += [_part(mark, f'name="files"; filename="{file.name}"', file.read_bytes()) for file in files]
        body = b"".join(parts) + f"--{mark}--\r\n".encode()
        return json.loads(self._ask("POST", path, body, f"multipart/form-data; boundary={mark}"))

    def ready(self) -> bool:
        """Tell whether the core says that it is ready."""
        try:
            self._ask("GET", "/readyz")
        except DoorError:
            return False
        return True

    def _ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> bytes:
        connection = self._connect()
        try:
            headers = {**self._headers, **({"Content-Type": kind} if kind else {})}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise DoorError("rehearsal.core_away", url=self._url.geturl(), detail=str(error)) from error
        finally:
            connection.close()
        if answer.status >= 400:
            raise DoorError("rehearsal.core_refused", path=path, status=str(answer.status), text=_sentence(content))
        return content

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self._url.hostname or "127.0.0.1", self._url.port
        if self._url.scheme != "https":
            return http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
        trusted = ssl.create_default_context(cafile=str(self._authority) if self._authority.exists() else None)
        return http.client.HTTPSConnection(host, port, timeout=TIMEOUT_S, context=trusted)


def _sentence(content: bytes) -> str:
    try:
        return str(json.loads(content)["text"])
    except (ValueError, KeyError, TypeError):
        return content[:200].decode(errors="replace")


def _part(mark: str, disposition: str, content: bytes) -> bytes:
    head = (
        f"--{mark}\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: application/octet-stream\r\n\r\n"
    )
    return head.encode() + content + b"\r\n"
