"""Gateways: they gather what their neighbours say, send it in arrays, and keep it while their link is cut."""

from collections.abc import Sequence

import numpy as np

from beffroi.model.time import MILLISECOND, SECOND, Micros
from beffroi.rehearsal.world.messages import Message
from beffroi.rehearsal.world.noise import share

ITEMS_PER_MESSAGE = 200
CATCH_UP_GAP = 100 * MILLISECOND
URGENT_HOLD = 100 * MILLISECOND
RECONNECT_SPREAD = 20 * SECOND


class _Buffer:
    """What one gateway holds: (arrival, order of arrival, urgent, item)."""

    __slots__ = ("entries", "last_sent", "resume")

    def __init__(self) -> None:
        self.entries: list[tuple[Micros, int, bool, bytes]] = []
        self.resume: Micros = 0
        self.last_sent: Micros = -SECOND


class Uplinks:
    """All gateways' buffers. `hold` (µs) is how long a gateway waits for more before it sends."""

    def __init__(self, sources: Sequence[str], seed: int, hold: Micros = SECOND) -> None:
        self.hold = hold
        self.skew = np.zeros(len(sources), np.int64)
        self._sources = sources
        self._jitter = share(seed, np.arange(len(sources)), salt=71)
        self._buffers: dict[int, _Buffer] = {}
        self._down: set[int] = set()
        self._count = 0

    def put(self, gateway: int, arrival: Micros, data: bytes, urgent: bool = False) -> None:
        """Hand an item to a gateway; gateways below 0 do not exist and the item is lost."""
        if gateway < 0:
            return
        buffer = self._buffers.get(gateway)
        if buffer is None:
            buffer = self._buffers[gateway] = _Buffer()
        buffer.entries.append((arrival, self._count, urgent, data))
        self._count += 1

    def is_down(self, gateway: int) -> bool:
        """Tell whether a gateway's link is cut."""
        return gateway in self._down

    def cut(self, gateway: int) -> None:
        """Cut a gateway's link: it keeps what it hears."""
        self._down.add(gateway)

    def restore(self, gateway: int, at: Micros) -> None:
        """Give a gateway its link back: it reconnects within RECONNECT_SPREAD and sends what it kept, in order."""
        self._down.discard(gateway)
        buffer = self._buffers.setdefault(gateway, _Buffer())
        buffer.resume = at + int(self._jitter[gateway] * (RECONNECT_SPREAD // MILLISECOND)) * MILLISECOND

    def flush(self, until: Micros) -> list[Message]:
        """Return the messages that leave up to a time, each stamped with its own."""
        sent: list[Message] = []
        for gateway, buffer in self._buffers.items():
            if buffer.entries and gateway not in self._down:
                self._drain(gateway, buffer, until, sent)
        return sent

    def _drain(self, gateway: int, buffer: _Buffer, until: Micros, sent: list[Message]) -> None:
        entries = buffer.entries
        entries.sort()
        done = 0
        while done < len(entries):
            leaves = self._leaves(buffer, entries, done)
            if leaves > until:
                break
            last = min(done + ITEMS_PER_MESSAGE, len(entries))
            stop = done
            while stop < last and entries[stop][0] <= leaves:
                stop += 1
            payload = b"[" + b",".join([entry[3] for entry in entries[done:stop]]) + b"]"
            sent.append(Message(leaves, "mqtt", self._sources[gateway], "", payload))
            buffer.last_sent = leaves
            done = stop
        del entries[:done]

    def _leaves(self, buffer: _Buffer, entries: list[tuple[Micros, int, bool, bytes]], start: int) -> Micros:
        """Return when the next message leaves: after the hold, at once for what is urgent, never two at a time."""
        first = entries[start][0]
        leaves = first + self.hold
        for arrival, _, urgent, _ in entries[start : start + ITEMS_PER_MESSAGE]:
            if arrival >= leaves:
                break
            if urgent:
                leaves = min(leaves, arrival + URGENT_HOLD)
                break
        if start + ITEMS_PER_MESSAGE < len(entries):
            leaves = min(leaves, entries[start + ITEMS_PER_MESSAGE - 1][0])
        return max(leaves, buffer.resume, buffer.last_sent + CATCH_UP_GAP)
