"""NATS as the rehearsal uses it: the clock out, the control in. Its absence stops nothing."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from beffroi.rehearsal.player.where import Where

CONTROL = "bf.rehearsal.control"
PAUSE_S = 0.5
PATIENCE_S = 10
"""How long the broker of a busy machine may take to let a question in: at 2 s a demonstration under load seems dead."""


class Bus:
    """One connection to the bus, opened again for ever."""

    def __init__(self, where: Where) -> None:
        self._where = where
        self._client: Client | None = None

    async def connect(self, answer: Callable[[bytes], Awaitable[bytes]]) -> None:
        """Connect, however long it takes, and answer control requests from then on."""
        options: dict[str, Any] = {
            "name": "beffroi rehearsal",
            "max_reconnect_attempts": -1,
            "reconnect_time_wait": PAUSE_S,
            "connect_timeout": 2,
            "error_cb": _quiet,
        } | _secret(self._where)
        while self._client is None:
            client = Client()
            try:
                await client.connect(self._where.nats, **options)
            except (OSError, NatsError, TimeoutError):
                await asyncio.sleep(PAUSE_S)
            except asyncio.CancelledError:
                # nats-py leaves its socket open when it is stopped in the middle
                await client.close()
                raise
            else:
                self._client = client

        async def respond(message: Msg) -> None:
            await message.respond(await answer(message.data))

        await self._client.subscribe(CONTROL, cb=respond)

    async def publish(self, subject: str, payload: bytes) -> None:
        """Publish, or let it go when the bus is away: the next second says it again."""
        if self._client is not None and self._client.is_connected:
            with contextlib.suppress(NatsError, OSError):
                # no flush(1): once it timed out, the answer that comes after all ends nats-py's reading for good
                await self._client.publish(subject, payload)

    async def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            with contextlib.suppress(NatsError, OSError, TimeoutError):
                await self._client.close()


async def ask(where: Where, payload: bytes, within_s: float = 20.0) -> bytes:
    """Return the running rehearsal's answer to a control request; raises NatsError or OSError when there is none."""
    client = await nats.connect(
        where.nats, connect_timeout=PATIENCE_S, max_reconnect_attempts=1, error_cb=_quiet, **_secret(where)
    )
    try:
        answer: bytes = (await client.request(CONTROL, payload, timeout=within_s)).data
        return answer
    finally:
        await client.close()


def _secret(where: Where) -> dict[str, str]:
    return {"user": where.nats_user, "password": where.nats_password} if where.nats_user else {}


async def _quiet(error: Exception) -> None:
    """Reconnections are this client's own business."""
