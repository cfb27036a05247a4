"""Assembles the application: /api from the trades, the feed, health, and the desk for everything else."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, YamlRenderPlugin
from litestar.types import ASGIApp

import beffroi
from beffroi.access import Gate
from beffroi.server.feed import Hub
from beffroi.server.http.actions import action_routes
from beffroi.server.http.door import Headers, only_known, provide_caller
from beffroi.server.http.errors import error_handlers
from beffroi.server.http.static import Files, static_routes
from beffroi.server.http.stream import feed_route
from beffroi.server.http.system import Readiness, catalogue_routes, health_routes
from beffroi.server.texts import Catalogue
from beffroi.server.wiring import RoomView, Wiring

BODY_BYTES = 1_000_000
"""A larger body asks its own handler for more (`request_max_body_size`)."""

COMPRESSED_FROM = 2_000


class Parts(msgspec.Struct, frozen=True):
    """What the application is made of."""

    wiring: Wiring
    view: Callable[[str], RoomView]
    hub: Hub
    gate: Gate
    readiness: Callable[[], Readiness]
    catalogue: Catalogue
    pages: Mapping[str, Sequence[Any]] = {}
    secure: bool = False
    files: Files | None = None


def build_app(parts: Parts) -> ASGIApp:
    """Return the ASGI application; it answers 503 until `readiness` says that all is loaded."""
    wiring = parts.wiring
    first = parts.view(wiring.trades[0].name)
    own, rooted = _routes(
        {**{trade.name: trade.routes(parts.view(trade.name)) for trade in wiring.trades}, **parts.pages}
    )
    api = Router(
        "/api",
        route_handlers=[
            action_routes(wiring.trades, first.executor, first.clock),
            *own,
            *rooted,
            *catalogue_routes(parts.catalogue, wiring.kinds),
            feed_route(parts.hub, parts.gate),
        ],
        guards=[only_known(parts.gate, lambda: parts.readiness().loaded)],
        dependencies={"caller": Provide(provide_caller, sync_to_thread=False)},
    )
    app = Litestar(
        route_handlers=[api, *health_routes(parts.readiness, parts.gate), *static_routes(parts.files or Files())],
        exception_handlers=error_handlers(parts.catalogue),
        openapi_config=_openapi(),
        request_max_body_size=BODY_BYTES,
        compression_config=CompressionConfig(
            backend="gzip", minimum_size=COMPRESSED_FROM, gzip_compress_level=1, exclude_opt_key="no_compress"
        ),
        logging_config=None,
    )
    return Headers(app, secure=parts.secure)


def _routes(readings: Mapping[str, Sequence[Any]]) -> tuple[list[Router], list[Any]]:
    """Return the routers of the rooms' readings by name, and the routes that stand at the root of /api."""
    routers: list[Router] = []
    rooted: list[Any] = []
    for name, handlers in readings.items():
        rooted += [_tagged(handler, name) for handler in handlers if handler.opt.get("root")]
        own = [_tagged(handler, name) for handler in handlers if not handler.opt.get("root")]
        if own:
            routers.append(Router(f"/{name}", route_handlers=own))
    return routers, rooted


def _tagged(handler: Any, trade: str) -> Any:
    if getattr(handler, "tags", ()) is None:
        handler.tags = [trade]
    return handler


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Beffroi",
        version=beffroi.__version__,
        description="The single, connected command post of a metropole.",
        path="/api/schema",
        render_plugins=[JsonRenderPlugin(path="/openapi.json"), YamlRenderPlugin(path="/openapi.yaml")],
        use_handler_docstrings=True,
    )
