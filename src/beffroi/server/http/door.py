"""The door of the application: who calls, whether we are ready, and the headers that every answer bears."""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.enums import RequestEncodingType, ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from beffroi.access import COOKIE, CSRF_HEADER, Gate
from beffroi.access.session import Unauthenticated
from beffroi.server.texts import language_of
from beffroi.trade.doors import Caller
from beffroi.trade.rejected import Rejected

AnyConnection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[AnyConnection, BaseRouteHandler], Awaitable[None]]

TELLS_ITSELF = "tells_itself"
"""Option of a handler that lets nobody in by itself: a browser learns nothing of a socket refused before it opens."""

NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000|\x00")
"""A NUL character in JSON: no text field of PostgreSQL can hold one."""

SECURITY = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(self), microphone=(), payment=(), usb=()"),
    (
        b"content-security-policy",
        b"default-src 'self'; script-src 'self'; worker-src 'self' blob:; style-src 'self';"
        b" img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none';"
        b" base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
)
HSTS = (b"strict-transport-security", b"max-age=31536000")


def only_known(gate: Gate, ready: Callable[[], bool]) -> Guard:
    """Return the guard of every route that is not public: nobody passes before we are ready, nor unknown."""

    async def guard(connection: AnyConnection, handler: BaseRouteHandler) -> None:
        if not ready():
            raise Rejected("core.starting")
        if not handler.opt.get("public"):
            connection.scope["state"]["caller"] = _known(gate, connection, handler)
        if isinstance(connection, Request):
            await _only_text(connection, handler)

    return guard


def _known(gate: Gate, connection: AnyConnection, handler: BaseRouteHandler) -> Caller | None:
    """Return who calls; nobody only for a handler that tells so itself (`TELLS_ITSELF`)."""
    try:
        return _speaking(caller_of(gate, connection), connection)
    except Unauthenticated:
        if handler.opt.get(TELLS_ITSELF):
            return None
        raise


def caller_of(gate: Gate, connection: AnyConnection) -> Caller:
    """Return who calls by the session's cookie or the machine's key; raises a Rejected that says what is missing."""
    headers = connection.headers
    if connection.scope["type"] == ScopeType.WEBSOCKET:
        _only_our_pages(connection)
    return gate.caller(
        method=str(connection.scope.get("method", "GET")),
        cookie=connection.cookies.get(COOKIE),
        authorization=headers.get("authorization"),
        csrf=headers.get(CSRF_HEADER),
    )


def _speaking(caller: Caller, connection: AnyConnection) -> Caller:
    """Return a machine with the language it asks for: a key has none of its own, unlike an account."""
    accepted = connection.headers.get("accept-language")
    if caller.actor.kind != "machine" or not accepted:
        return caller
    return msgspec.structs.replace(caller, lang=language_of(accepted))


def provide_caller(scope: Scope) -> Caller:
    """Return the caller that the guard recognised, for the handlers that ask for one."""
    caller: Caller = scope["state"]["caller"]
    return caller


def _only_our_pages(connection: AnyConnection) -> None:
    """Refuse a page of another site: browsers send our cookie with its sockets where SameSite is not kept."""
    origin = connection.headers.get("origin")
    if origin and urlsplit(origin).netloc != connection.headers.get("host", ""):
        raise Rejected("core.foreign_page")


async def _only_text(request: Request[Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Refuse the NUL characters that no row can keep, before any trade meets one."""
    in_address = b"%00" in request.scope.get("query_string", b"") or "\x00" in request.scope["path"]
    if in_address or (_reads_text(handler) and _holds_nul(await request.body())):
        raise Rejected("core.nul")


def _reads_text(handler: BaseRouteHandler) -> bool:
    """Tell whether a handler decodes its body as JSON: whatever type the request claims, unless it takes files."""
    body = handler.parsed_data_field
    takes = body.kwarg_definition if body is not None else None
    return getattr(takes, "media_type", RequestEncodingType.JSON) == RequestEncodingType.JSON


def _holds_nul(body: bytes) -> bool:
    # the plain searches are a hundred times the speed of the exact one, which a megabyte of identifiers need not meet
    return (b"\\u0000" in body or b"\x00" in body) and NUL.search(body) is not None


class Headers:
    """Gives every answer the security headers; HSTS under TLS only."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._added = [*SECURITY, HSTS] if secure else list(SECURITY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                names = {name.lower() for name, _ in headers}
                headers += [header for header in self._added if header[0] not in names]
                if scope["path"].startswith("/api/") and b"cache-control" not in names:
                    headers.append((b"cache-control", b"no-store"))
                message["headers"] = headers
            await send(message)

        await self._app(scope, receive, send_with_headers)
