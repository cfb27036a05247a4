"""The web server inside the core's own loop."""

import contextlib
from collections.abc import Iterator
from typing import Any

import uvicorn

from beffroi.server.settings import Settings

PING_EVERY_S = 10.0
PING_PATIENCE_S = 20.0
"""A screen whose network died is let go after this long without an answer."""

SCREEN_MESSAGE_BYTES = 64_000
STOP_S = 2


class Server(uvicorn.Server):
    """The web server inside our loop; signals are the core's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def web_server(app: Any, settings: Settings) -> Server:
    """Return the web server of an application at the address of the settings."""
    config = uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        loop="none",
        http="httptools",
        ws="websockets-sansio",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.proxies,
        ws_per_message_deflate=False,
        ws_max_size=SCREEN_MESSAGE_BYTES,
        ws_ping_interval=PING_EVERY_S,
        ws_ping_timeout=PING_PATIENCE_S,
        timeout_graceful_shutdown=STOP_S,
        ssl_certfile=settings.tls_cert or None,
        ssl_keyfile=settings.tls_key or None,
    )
    return Server(config)
