"""OsmAnd: positions of trackers over HTTP, a few kept-alive connections shared by all of them."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Mapping
from urllib.parse import quote

CONNECTIONS = 6
QUEUE = 2_000
"""Fixes that wait for the door; beyond, the oldest are dropped: a position that is late is worth nothing."""

ANSWER_WITHIN_S = 10.0
PAUSE_S = 1.0


class Fixes:
    """Sends fixes in the order they were given, as fast as the door answers."""

    def __init__(self, host: str, port: int, secrets: Mapping[str, str]) -> None:
        self._host, self._port = host, port
        self._secrets = secrets
        self._queue: deque[bytes] = deque(maxlen=QUEUE)
        self._arrived = asyncio.Event()
        self.sent = 0
        self.refused = 0
        self.dropped = 0

    def send(self, source: str, query: bytes) -> None:
        """Queue one fix of a source."""
        if len(self._queue) == QUEUE:
            self.dropped += 1
        key = quote(self._secrets.get(source, ""))
        self._queue.append(b"GET /?" + query + f"&key={key} HTTP/1.1\r\nHost: beffroi\r\n\r\n".encode())
        self._arrived.set()

    async def run(self) -> None:
        """Send until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(self._worker())

    async def _worker(self) -> None:
        while True:
            writer: asyncio.StreamWriter | None = None
            try:
                reader, writer = await asyncio.open_connection(self._host, self._port)
                await self._serve(reader, writer)
            except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
                await asyncio.sleep(PAUSE_S)
            finally:
                if writer is not None:
                    writer.close()
                    with contextlib.suppress(OSError):
                        await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            while not self._queue:
                self._arrived.clear()
                await self._arrived.wait()
            writer.write(self._queue.popleft())
            async with asyncio.timeout(ANSWER_WITHIN_S):
                head = await reader.readuntil(b"\r\n\r\n")
                lines = head.decode("latin-1").lower().split("\r\n")
                length = next((int(line.split(":")[1]) for line in lines if line.startswith("content-length:")), 0)
                await reader.readexactly(length)
            self.sent += 1
            self.refused += lines[0].split(" ")[1] != "200"
