"""The bus between processes, against a broker that is slow to answer."""

import asyncio
import contextlib
import socket

import pytest

from beffroi.server.bus import NatsBus

INFO = b'INFO {"server_id":"a","version":"2.10.0","proto":1,"max_payload":1048576,"headers":true}\r\n'


@pytest.mark.parametrize("polite", [False, True], ids=["before the broker spoke", "before it let us in"])
def test_a_connection_stopped_in_the_middle_is_closed(run_async, polite):
    async def main() -> None:
        loop = asyncio.get_running_loop()
        with socket.create_server(("127.0.0.1", 0)) as door:
            door.setblocking(False)
            bus = NatsBus(f"nats://127.0.0.1:{door.getsockname()[1]}")
            connecting = asyncio.create_task(bus.connect())
            peer, _ = await loop.sock_accept(door)
            with peer:
                if polite:
                    await loop.sock_sendall(peer, INFO)
                    assert (await loop.sock_recv(peer, 1024)).startswith(b"CONNECT")
                await asyncio.sleep(0.05)
                connecting.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await connecting
                async with asyncio.timeout(5):
                    while await loop.sock_recv(peer, 1024):
                        pass

    run_async(main)
