"""The HTTP doors: posts of machines (`/v1/readings`) and positions of trackers (OsmAnd), on bare asyncio.

A parser and a table of two paths: a web framework here costs a tenth of the intake's throughput (intake.md §1).
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Protocol, cast
from urllib.parse import urlsplit

import httptools
import msgspec
import structlog

BODY_LIMIT = 8 << 20
HEADERS_LIMIT = 64
LINE_LIMIT = 8 << 10
HEAD_LIMIT = 32 << 10
"""Bytes of a head that arrives in pieces: the parser holds a value until its end, without a limit of its own."""

IDLE_S = 75.0
LINGER_S = 2.0
PIPELINED = 64
"""Requests that one connection may have open; beyond, its socket is no longer read (policy: block)."""

REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
    414: "URI Too Long",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}

log = structlog.get_logger("intake.doors")


class Request(msgspec.Struct):
    """One request, whole."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    def bearer(self) -> str:
        """Return the token of the Authorization header, empty without one."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


class Answer(msgspec.Struct, frozen=True):
    """What is sent back."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    def encode(self, keep_alive: bool) -> bytes:
        """Return the bytes of the answer."""
        lines = [f"HTTP/1.1 {self.status} {REASONS[self.status]}", f"Content-Length: {len(self.body)}"]
        if self.body:
            lines.append("Content-Type: application/json")
        lines += [f"{name}: {value}" for name, value in self.headers]
        if not keep_alive:
            lines.append("Connection: close")
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


Handler = Callable[[Request], Awaitable[Answer]]


class _Parser(Protocol):
    """The part of httptools' parser that is used here, which its package does not type."""

    def feed_data(self, data: bytes) -> None:
        """Parse a piece of the stream."""

    def get_method(self) -> bytes:
        """Return the method of the request."""

    def should_keep_alive(self) -> bool:
        """Tell whether the connection may serve another request."""


class DoorProtocol(asyncio.Protocol):
    """One connection: requests are handled one after another, answers keep their order."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._parser: _Parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._waiting: deque[tuple[Request, bool]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._size = 0
        self._head: int | None = 0
        """Bytes of the pieces that brought nothing but a head still open; None outside of one."""
        self._head_began = True
        self._closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes
        self._transport = cast(asyncio.Transport, transport)
        self._rest()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._idle is not None:
            self._idle.cancel()

    def data_received(self, data: bytes) -> None:
        if self._closing:
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._refuse(400)
        except httptools.HttpParserError:
            if not self._closing:
                self._refuse(400)
        self._measure_head(len(data))

    def _measure_head(self, size: int) -> None:
        """Refuse a head that never ends; the piece in which it began may hold a whole body before it: not counted."""
        if self._head is None or self._closing:
            return
        self._head = self._head + size if self._head_began else 0
        self._head_began = True
        if self._head > HEAD_LIMIT:
            self._refuse(431)

    def on_message_begin(self) -> None:
        self._url, self._headers, self._body, self._size = b"", {}, [], 0
        if self._head is None:
            self._head, self._head_began = 0, False

    def on_url(self, url: bytes) -> None:
        if len(self._url) + len(url) > LINE_LIMIT:
            self._refuse(414)
            return
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(self._headers) >= HEADERS_LIMIT or len(name) + len(value) > LINE_LIMIT:
            self._refuse(431)
            return
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._head = None
        length = self._headers.get("content-length", "0")
        if length.isdigit() and int(length) > BODY_LIMIT:
            self._refuse(413)
        elif self._headers.get("expect", "").lower() == "100-continue" and self._transport is not None:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > BODY_LIMIT:
            self._refuse(413)
        elif not self._closing:
            self._body.append(body)

    def on_message_complete(self) -> None:
        if self._closing:
            return
        try:
            parts = urlsplit(self._url.decode("ascii"))
        except ValueError:
            self._refuse(400)
            return
        request = Request(
            self._parser.get_method().decode(), parts.path, parts.query, self._headers, b"".join(self._body)
        )
        self._waiting.append((request, self._parser.should_keep_alive()))
        if len(self._waiting) >= PIPELINED and self._transport is not None:
            self._transport.pause_reading()
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._serve())

    async def _serve(self) -> None:
        """Answer what waits, in order."""
        try:
            while self._waiting:
                request, keep_alive = self._waiting.popleft()
                answer = await self._answer(request)
                if self._transport is None:
                    return
                self._transport.write(answer.encode(keep_alive))
                if not keep_alive:
                    self._transport.close()
                    return
                self._transport.resume_reading()
                self._rest()
        finally:
            self._task = None

    async def _answer(self, request: Request) -> Answer:
        try:
            return await self._handler(request)
        except Exception:
            log.exception("request not handled", path=request.path)
            return Answer(500)

    def _rest(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(IDLE_S, self._close_idle)

    def _close_idle(self) -> None:
        if self._transport is None:
            return
        if self._task is None:
            self._transport.close()
        else:
            self._rest()

    def _refuse(self, status: int) -> None:
        """Answer and close: what follows on this connection cannot be trusted."""
        if self._closing:
            return
        self._closing = True
        transport = self._transport
        if transport is None:
            return
        transport.write(Answer(status).encode(False))
        if transport.can_write_eof():
            # a client still sending would lose the answer to a reset: what it sends is read and thrown away
            transport.write_eof()
            asyncio.get_running_loop().call_later(LINGER_S, transport.abort)
        else:
            transport.close()


async def open_door(handler: Handler, host: str, port: int, tls: ssl.SSLContext | None) -> asyncio.Server:
    """Listen for requests."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: DoorProtocol(handler), host, port, ssl=tls, backlog=1024)
