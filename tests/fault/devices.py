"""Gateways of a test: connections that publish at QoS 1 and count what the broker acknowledged."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from beffroi.links.mqtt.simulator import GatewayClient

Message = tuple[str, bytes]
"""(path under the source's topic, payload)."""

AT_ONCE = 48


class Gateway:
    """One open connection."""

    def __init__(self, client: GatewayClient, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.client, self._reader, self.writer = client, reader, writer
        self.frames: list[bytes] = []
        self.subscribed = False

    async def hear(self, within_s: float = 30.0) -> None:
        """Take what the broker says next."""
        async with asyncio.timeout(within_s):
            data = await self._reader.read(1 << 16)
        if not data:
            raise ConnectionError("the broker closed")
        # SUBACK follows CONNACK, which made the client subscribe
        self.subscribed = self.subscribed or self.client.accepted
        answer, orders = self.client.receive(data)
        self.frames += [order.payload for order in orders]
        self.writer.write(answer)

    async def publish(self, messages: Sequence[Message], window: int = 1_000) -> int:
        """Publish and return how many were acknowledged: all, or an exception."""
        sent = 0
        while sent < len(messages) or self.client.unacknowledged:
            room = min(window - len(self.client.unacknowledged), len(messages) - sent)
            if room > 0:
                some = messages[sent : sent + room]
                self.writer.write(b"".join(self.client.publish(payload, path) for path, payload in some))
                sent += room
            await self.hear()
        return sent


@contextlib.asynccontextmanager
async def connected(port: int, name: str, secret: str, *, clean: bool = True) -> AsyncIterator[Gateway]:
    """Open a connection as a source, closed at the end."""
    client = GatewayClient(name, secret, clean=clean)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(client.connect())
        gateway = Gateway(client, reader, writer)
        while not client.accepted:
            await gateway.hear()
        yield gateway
    finally:
        writer.transport.abort()
