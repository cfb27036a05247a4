"""A wire between a seat and the core that a test may cut: the network swallows everything, nobody is told."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

CHUNK = 65_536


class Wire:
    """A TCP relay on a free port; while it is cut, bytes stay where they are and new connections get no answer."""

    def __init__(self, target: str) -> None:
        address = urlsplit(target)
        self._host, self._port = address.hostname or "127.0.0.1", address.port or 80
        self._loop = asyncio.new_event_loop()
        self._open = asyncio.Event()
        self._relays: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.url = ""

    def start(self) -> None:
        """Listen."""
        self._open.set()
        self._thread.start()
        port = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(5)
        self.url = f"http://127.0.0.1:{port}"

    async def _listen(self) -> int:
        server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        return int(server.sockets[0].getsockname()[1])

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._relays.add(task)
        try:
            await self._open.wait()
            far_reader, far_writer = await asyncio.open_connection(self._host, self._port)
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self._relays.discard(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while chunk := await reader.read(CHUNK):
                await self._open.wait()
                writer.write(chunk)
                await writer.drain()
        finally:
            writer.close()

    def cut(self) -> None:
        """Let nothing through from now on."""
        self._loop.call_soon_threadsafe(self._open.clear)

    def mend(self, *, drop: bool = True) -> None:
        """Let everything through again; with `drop`, what waited was lost with its connections."""
        self._loop.call_soon_threadsafe(self._mend, drop)

    def _mend(self, drop: bool) -> None:
        for relay in list(self._relays) if drop else ():
            relay.cancel()
        self._open.set()

    def stop(self) -> None:
        """Let go of everything."""
        self._loop.call_soon_threadsafe(self._mend, True)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)


@contextmanager
def wire_to(target: str) -> Iterator[Wire]:
    """Give a wire to an address, removed after."""
    wire = Wire(target)
    wire.start()
    try:
        yield wire
    finally:
        wire.stop()
