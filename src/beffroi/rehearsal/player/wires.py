"""MQTT: one real connection for each source, opened again for ever; what is not acknowledged is sent again in order."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from typing import cast
from urllib.parse import urlsplit

from beffroi.links.mqtt.codec import MqttError, encode
from beffroi.links.mqtt.messages import Pingreq
from beffroi.links.mqtt.simulator import GatewayClient

KEEPALIVE_S = 60
PING_EVERY_S = 25.0
AT_ONCE = 48
"""Connections being opened at the same time: a broker asked for a thousand at once answers none in time."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.3, 5.0
UNACKNOWLEDGED_LIMIT = 20_000
"""Messages that one source keeps for a broker that is away (policy: refuse the new ones, counted)."""

_PING = encode(Pingreq())
Heard = Callable[[str, bytes], None]


class _Wire(asyncio.Protocol):
    """One connection of one source."""

    def __init__(self, client: GatewayClient, heard: Heard) -> None:
        self._client = client
        self._heard = heard
        self.transport: asyncio.Transport | None = None
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.accepted: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self._client.connect())

    def data_received(self, data: bytes) -> None:
        try:
            answer, orders = self._client.receive(data)
        except MqttError:
            self.close()
            return
        if answer and self.transport is not None:
            self.transport.write(answer)
        if self._client.accepted and not self.accepted.done():
            self.accepted.set_result(None)
        for order in orders:
            self._heard(self._client.source, order.payload)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self._client.accepted = False
        if not self.lost.done():
            self.lost.set_result(None)

    def close(self) -> None:
        if self.transport is not None:
            self.transport.abort()


class Wires:
    """The connections of all sources. `heard(source, payload)` gets each downlink frame."""

    def __init__(self, url: str, secrets: Mapping[str, str], heard: Heard, tls: ssl.SSLContext | None = None) -> None:
        self._url = urlsplit(url)
        self._tls = (tls or ssl.create_default_context()) if self._url.scheme in {"mqtts", "ssl"} else None
        self._heard = heard
        self._clients = {name: GatewayClient(name, secret, keepalive_s=KEEPALIVE_S) for name, secret in secrets.items()}
        self._wires: dict[str, _Wire] = {}
        self._gate = asyncio.Semaphore(AT_ONCE)
        self.refused = 0
        self.sent = 0

    @property
    def connected(self) -> int:
        """Return how many sources are connected now."""
        return sum(client.accepted for client in self._clients.values())

    @property
    def connected_share(self) -> float:
        """Return the share of the sources that are connected now, 1 without any."""
        return self.connected / len(self._clients) if self._clients else 1.0

    @property
    def unacknowledged(self) -> int:
        """Return how many messages no broker has acknowledged yet."""
        return sum(len(client.unacknowledged) for client in self._clients.values())

    async def run(self) -> None:
        """Keep every source connected until cancelled."""
        async with asyncio.TaskGroup() as group:
            for source in self._clients:
                group.create_task(self._keep(source))
            group.create_task(self._ping())

    async def all_connected(self, within_s: float) -> None:
        """Return when every source is connected, or when the time is over."""
        deadline = asyncio.get_running_loop().time() + within_s
        while self.connected < len(self._clients) and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.1)

    def send(self, source: str, path: str, payload: bytes) -> None:
        """Send a message, or keep it until the source is connected again."""
        client = self._clients.get(source)
        if client is None or len(client.unacknowledged) >= UNACKNOWLEDGED_LIMIT:
            self.refused += 1
            return
        data = client.publish(payload, path)
        self.sent += 1
        wire = self._wires.get(source)
        if client.accepted and wire is not None and wire.transport is not None:
            wire.transport.write(data)

    async def _keep(self, source: str) -> None:
        client, pause = self._clients[source], FIRST_PAUSE_S
        while True:
            wire = await self._open(client)
            if wire is not None:
                self._wires[source] = wire
                pause = FIRST_PAUSE_S
                try:
                    await wire.lost
                finally:
                    wire.close()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def _open(self, client: GatewayClient) -> _Wire | None:
        """Return an accepted connection, or nothing when the broker is away or says no."""
        async with self._gate:
            try:
                async with asyncio.timeout(10):
                    _, wire = await asyncio.get_running_loop().create_connection(
                        lambda: _Wire(client, self._heard),
                        self._url.hostname or "127.0.0.1",
                        self._url.port or 1883,
                        ssl=self._tls,
                    )
                    done, _ = await asyncio.wait({wire.accepted, wire.lost}, return_when=asyncio.FIRST_COMPLETED)
            except (OSError, TimeoutError):
                return None
        if wire.accepted in done:
            return wire
        wire.close()
        return None

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_EVERY_S)
            for wire in list(self._wires.values()):
                if wire.transport is not None:
                    wire.transport.write(_PING)
