"""Messages of the bus that come before the states are loaded."""

import functools
from collections import deque
from collections.abc import Callable

from beffroi.server.metrics import EARLY_DROPPED


class Early:
    """Keeps the messages that come before the states are there; the oldest leave beyond 4,096 (policy: drop oldest)."""

    def __init__(self) -> None:
        self._kept: deque[Callable[[], None]] = deque(maxlen=4_096)
        self._held = True

    def hold(self, handler: Callable[[str, bytes], None]) -> Callable[[str, bytes], None]:
        """Return a handler that keeps its messages until the release."""

        def receive(subject: str, payload: bytes) -> None:
            if self._held:
                if len(self._kept) == self._kept.maxlen:
                    EARLY_DROPPED.inc()
                self._kept.append(functools.partial(handler, subject, payload))
            else:
                handler(subject, payload)

        return receive

    def release(self) -> None:
        """Hand over what was kept, in order, then everything at once."""
        self._held = False
        while self._kept:
            self._kept.popleft()()
