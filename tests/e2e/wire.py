"""A wire between a seat and the core that a test may cut: the network swallows everything, nobody is told."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

CHUNK = 65_536


class Wire:
    """A TCP relay on a free port; while it is cut, bytes stay where they are and new connections get no answer."""

    def __init__(self, target: str) -> None:
        address = urlsplit(target)
        self._target = (address.hostname or "127.0.0.1", address.port or 80)
        self._whole = threading.Event()
        self._whole.set()
        self._lock = threading.Lock()
        self._ends: set[socket.socket] = set()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                self._hold(near)
                threading.Thread(target=self._relay, args=(near,), daemon=True).start()

    def _hold(self, end: socket.socket) -> None:
        with self._lock:
            self._ends.add(end)

    def _relay(self, near: socket.socket) -> None:
        self._whole.wait()
        with suppress(OSError):
            far = socket.create_connection(self._target, timeout=30)
            far.settimeout(None)
            self._hold(far)
            threading.Thread(target=self._pump, args=(far, near), daemon=True).start()
            self._pump(near, far)
            return
        near.close()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(CHUNK):
                self._whole.wait()
                sink.sendall(chunk)
        for end in (source, sink):
            self._let_go(end)

    def _let_go(self, end: socket.socket) -> None:
        with self._lock:
            self._ends.discard(end)
        with suppress(OSError):
            # a close alone does not wake the thread that reads it
            end.shutdown(socket.SHUT_RDWR)
        end.close()

    def cut(self) -> None:
        """Let nothing through from now on."""
        self._whole.clear()

    def mend(self) -> None:
        """Let everything through again; what waited was lost with its connections."""
        with self._lock:
            ends = list(self._ends)
        for end in ends:
            self._let_go(end)
        self._whole.set()

    def stop(self) -> None:
        """Let go of everything."""
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self.mend()


@contextmanager
def wire_to(target: str) -> Iterator[Wire]:
    """Give a wire to an address, removed after."""
    wire = Wire(target)
    try:
        yield wire
    finally:
        wire.stop()
