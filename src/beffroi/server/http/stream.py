"""The feed's WebSocket: /api/feed?epoch=&after=."""

import asyncio
from typing import Any

import structlog
from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect

from beffroi.access import Gate
from beffroi.server.feed import Hub, Screen
from beffroi.server.http.door import TELLS_ITSELF
from beffroi.server.metrics import FEED_CLIENTS, FEED_FAILED
from beffroi.trade.doors import Caller

REVOKED = 4401
"""Close code of a session that ended: the page asks for a sign-in and does not come back by itself."""

FAILED = 1011
"""Close code of a frame that we failed to make (RFC 6455, "internal error")."""

log = structlog.get_logger("feed")

AnySocket = WebSocket[Any, Any, Any]


def feed_route(hub: Hub, gate: Gate) -> Any:
    """Return the handler of the feed."""

    @websocket("/feed", opt={TELLS_ITSELF: True})
    async def feed(socket: AnySocket, epoch: str = "", after: int = 0) -> None:
        caller: Caller | None = socket.scope["state"]["caller"]
        await socket.accept()
        if caller is None:
            # the session ended while the screen was away: refused before, it would see a lost link and try for ever
            await socket.close(code=REVOKED, reason="session over")
            return
        screen = Screen(hub, lambda: gate.refreshed(caller), epoch, after)
        FEED_CLIENTS.inc()
        listening = asyncio.create_task(_listen(socket, screen))
        sending = asyncio.create_task(screen.run(socket.send_bytes))
        try:
            await asyncio.wait({listening, sending}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done() and (error := sending.exception()) is None:
                await socket.close(code=REVOKED, reason="session over")
            elif sending.done() and not listening.done() and not isinstance(error, OSError | WebSocketDisconnect):
                # the screen is still there: the fault is ours, and it asks for a snapshot when it comes back
                log.error("screen not served", exc_info=error)
                FEED_FAILED.inc()
                await socket.close(code=FAILED, reason="frame not made")
        finally:
            FEED_CLIENTS.dec()
            for task in (listening, sending):
                task.cancel()
            # a client that vanishes is a normal end; what it leaves half sent is nobody's error
            await asyncio.gather(listening, sending, return_exceptions=True)

    return feed


async def _listen(socket: AnySocket, screen: Screen) -> None:
    try:
        while True:
            screen.hear(await socket.receive_data("binary"))
    except WebSocketDisconnect:
        return
