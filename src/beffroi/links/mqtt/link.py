"""The only socket of this folder: keeps one persistent session connected and holds its bytes until the intake asks."""

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from typing import cast
from urllib.parse import unquote, urlsplit

from beffroi.links.mqtt.codec import MqttError, encode, pubacks, split
from beffroi.links.mqtt.messages import Frame, Publish
from beffroi.links.mqtt.session import Session, SessionLost, SessionPlan, SessionRefused

UNDECODED_LIMIT = 4 << 20
"""Above this the socket is no longer read: the broker keeps the rest (without: 439 MB, intake.md §3.1)."""

UNSENT_LIMIT = 4 << 20
"""Bytes that a slow broker may leave waiting here; beyond, what is published is refused."""

FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 2.0
TICK_S = 1.0


class _Wire(asyncio.Protocol):
    """One connection: bytes pile up until taken."""

    def __init__(self, link: "MqttLink") -> None:
        self._link = link
        self.chunks: list[bytes] = []
        self.size = 0
        self.paused = False
        self.transport: asyncio.Transport | None = None
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.chunks.append(data)
        self.size += len(data)
        if self.size > UNDECODED_LIMIT and self.transport is not None and not self.paused:
            self.paused = True
            self.transport.pause_reading()
        self._link.arrived(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if not self.lost.done():
            self.lost.set_result(exc)


class MqttLink:
    """A persistent session on a broker, opened again for ever; `wake` is called when there is something to take.

    `state` is "connecting", "up" or "down", `problem` the code of the last refusal (empty when there is none).
    """

    def __init__(
        self, name: str, url: str, plan: SessionPlan, wake: Callable[[], None], tls: ssl.SSLContext | None = None
    ) -> None:
        self.name = name
        self.state = "connecting"
        self.problem = ""
        self.connections = 0
        self.listening = asyncio.Event()
        """Set once the session was subscribed: from then on the broker keeps what is published."""
        self._url = urlsplit(url)
        self._plan = plan
        self._wake = wake
        self._tls = tls
        self._wire: _Wire | None = None
        self._session: Session | None = None
        self._ready: list[Frame] = []
        self._retained: list[Frame] = []
        self._news = False
        self._frame_size = 100

    async def run(self) -> None:
        """Keep the session connected until cancelled."""
        pause = FIRST_PAUSE_S
        while True:
            up = False
            try:
                up = await self._connection()
            except SessionRefused as refused:
                self.problem = refused.code
            except (OSError, MqttError, SessionLost) as error:
                self.problem = "mqtt.connection_lost" if not isinstance(error, MqttError) else "mqtt.not_mqtt"
            self.state = "down"
            pause = FIRST_PAUSE_S if up else min(pause * 2, LONGEST_PAUSE_S)
            await asyncio.sleep(pause)

    async def _connection(self) -> bool:
        """Live through one connection; returns whether its session was ever ready."""
        loop = asyncio.get_running_loop()
        secure = self._url.scheme in {"mqtts", "ssl"}
        host, port = self._url.hostname or "127.0.0.1", self._url.port or (8883 if secure else 1883)
        context = (self._tls or ssl.create_default_context()) if secure else None
        _, wire = await loop.create_connection(lambda: _Wire(self), host, port, ssl=context)
        session = Session(self._with_url_user())
        self._wire, self._session, self._ready = wire, session, []
        self._retained = []
        try:
            self._send(wire, session.open(loop.time()))
            while not wire.lost.done():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(wire.lost), TICK_S)
                self._send(wire, session.tick(loop.time()))
            return session.ready
        finally:
            # what was not acknowledged comes again on the next connection
            self._wire, self._ready, self._retained, self._news = None, [], [], False
            if wire.transport is not None:
                wire.transport.abort()

    def _with_url_user(self) -> SessionPlan:
        if not self._url.username:
            return self._plan
        return SessionPlan(
            client_id=self._plan.client_id,
            username=unquote(self._url.username),
            password=unquote(self._url.password or ""),
            filters=self._plan.filters,
            keepalive_s=self._plan.keepalive_s,
        )

    def _send(self, wire: _Wire, data: bytes) -> None:
        if data and wire.transport is not None:
            wire.transport.write(data)

    def arrived(self, wire: _Wire) -> None:
        """Hear bytes of the present connection: control packets are answered at once, messages wait to be taken."""
        session = self._session
        if wire is not self._wire or session is None:
            return
        session.hear(asyncio.get_running_loop().time())
        self._news = True
        if not session.ready:
            self._cut(wire, session)
        self._wake()

    @property
    def waiting(self) -> bool:
        """Tell whether `take` may bring something: the beginning of a packet alone brings nothing."""
        return bool(self._ready or self._retained) or self._news

    @property
    def pending(self) -> int:
        """Return how many bytes wait here, decoded frames counted by their number."""
        return (self._wire.size if self._wire else 0) + len(self._ready)

    def publish(self, topic: str, payload: bytes) -> bool:
        """Send a message at QoS 0, never retained; False when it cannot leave now, and nothing keeps it."""
        wire, session = self._wire, self._session
        if wire is None or wire.transport is None or session is None or not session.ready:
            return False
        if wire.transport.get_write_buffer_size() > UNSENT_LIMIT:
            return False
        wire.transport.write(encode(Publish(topic=topic, payload=payload, qos=0, packet_id=0)))
        return True

    def take(self, budget: int) -> tuple[list[Frame], Callable[[list[int]], None]]:
        """Return about `budget` bytes of the messages that wait, and what acknowledges them where they came from."""
        wire, session = self._wire, self._session
        if wire is None or session is None:
            return [], _nobody
        if not self._ready:
            self._cut(wire, session)
        count = max(1, budget // self._frame_size)
        frames, self._ready = self._ready[:count], self._ready[count:]
        return frames, lambda packet_ids: self._send(wire, pubacks(packet_ids))

    def take_retained(self) -> tuple[list[Frame], Callable[[list[int]], None]]:
        """Return the replays of retained messages met so far, and what acknowledges them; `take` meets them."""
        wire, (retained, self._retained) = self._wire, (self._retained, [])
        if wire is None:
            return [], _nobody
        return retained, lambda packet_ids: self._send(wire, pubacks(packet_ids))

    def _cut(self, wire: _Wire, session: Session) -> None:
        self._news = False
        if not wire.chunks:
            return
        data = wire.chunks[0] if len(wire.chunks) == 1 else b"".join(wire.chunks)
        try:
            frames, packets, consumed, retained = split(data)
            for packet in packets:
                self._send(wire, session.receive(packet))
        except (MqttError, SessionRefused) as error:
            self.problem = error.code if isinstance(error, SessionRefused) else "mqtt.not_mqtt"
            wire.chunks, wire.size = [], 0
            if wire.transport is not None:
                wire.transport.abort()
            return
        if session.ready and self.state != "up":
            self.state, self.problem = "up", ""
            self.connections += 1
            self.listening.set()
        rest = data[consumed:]
        wire.chunks, wire.size = ([rest] if rest else []), len(rest)
        self._ready += frames
        self._retained += retained
        if frames:
            self._frame_size = max(1, consumed // len(frames))
        if wire.paused and wire.transport is not None:
            wire.paused = False
            wire.transport.resume_reading()


def _nobody(packet_ids: list[int]) -> None:
    """Acknowledge nothing: the connection is gone and the broker will repeat."""
