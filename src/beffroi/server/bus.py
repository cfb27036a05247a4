"""The bus between processes: a NATS connection that never gives up, and whose absence stops nobody."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeout

CONNECT_TIMEOUT_S = 2
RECONNECT_WAIT_S = 0.5
PENDING_MESSAGES = 65_536
PENDING_BYTES = 64_000_000

Handler = Callable[[str, bytes], Awaitable[None] | None]

log = structlog.get_logger("bus")


class NatsBus:
    """The core's own client (`beffroi.trade.service.Bus`); a message that finds it away is counted in `dropped`."""

    def __init__(self, url: str, credentials: dict[str, str] | None = None) -> None:
        self._url = url
        self._options: dict[str, Any] = {
            "name": "beffroi core",
            "connect_timeout": CONNECT_TIMEOUT_S,
            "max_reconnect_attempts": -1,
            "reconnect_time_wait": RECONNECT_WAIT_S,
            "error_cb": _tell,
            "reconnected_cb": self._returned,
        } | (credentials or {})
        self._client: Client | None = None
        self._handlers: dict[str, list[Handler]] = {}
        self._subscribed: set[str] = set()
        self.dropped = 0
        self._echo = f"bf.echo.{secrets.token_hex(8)}"
        self.connections = 0
        """How many times the bus was found: what was said in between is lost."""
        self.on_return: Callable[[], Awaitable[None]] | None = None
        """Called when the bus is back after an absence."""

    @property
    def connected(self) -> bool:
        """Tell whether the bus can be used now."""
        return self._client is not None and self._client.is_connected

    async def connect(self) -> None:
        """Connect, however long it takes, and make the subscriptions asked so far."""
        while self._client is None:
            client = Client()
            try:
                await client.connect(self._url, **self._options)
            except (OSError, NatsError, TimeoutError) as error:
                log.warning("bus away", error=str(error))
                await asyncio.sleep(RECONNECT_WAIT_S)
            except asyncio.CancelledError:
                # nats-py leaves its socket open when it is stopped in the middle
                await client.close()
                raise
            else:
                self._client = client
        await self._client.subscribe(self._echo, cb=_echo)
        for subject in list(self._handlers):
            await self._subscribe(subject)
        self.connections += 1

    async def _returned(self) -> None:
        self.connections += 1
        log.info("bus back", dropped=self.dropped)
        if self.on_return is not None:
            await self.on_return()

    async def publish(self, subject: str, payload: bytes = b"") -> None:
        """Send a message to whoever listens; dropped and counted while the bus is away."""
        if self._client is None or not self._client.is_connected:
            self.dropped += 1
            return
        await self._client.publish(subject, payload)

    async def answers(self, within_s: float) -> bool:
        """Tell whether the broker answers: what is published next leaves at once instead of waiting for it."""
        if self._client is None or not self._client.is_connected:
            return False
        try:
            # not flush(): once it timed out, the answer that comes after all ends nats-py's reading for good
            await self.request(self._echo, b"", within_s)
        except (NatsError, TimeoutError, OSError):
            return False
        return True

    async def subscribe(self, subject: str, handler: Handler) -> None:
        """Call `handler(subject, payload)` for each message, now or as soon as the bus is there.

        Handlers of one subject are called in the order they came: a trade hears before the services that read it.
        """
        self._handlers.setdefault(subject, []).append(handler)
        if self._client is not None:
            await self._subscribe(subject)

    def forget(self, subject: str, handler: Handler) -> None:
        """Call a handler no more; the subscription stays for the others."""
        if handler in self._handlers.get(subject, ()):
            self._handlers[subject].remove(handler)

    async def request(self, subject: str, payload: bytes, timeout_s: float) -> bytes:
        """Return the answer of another process; raises TimeoutError without one."""
        if self._client is None:
            raise TimeoutError(subject)
        try:
            answer = await self._client.request(subject, payload, timeout=timeout_s)
        except (NatsTimeout, NoRespondersError) as error:
            raise TimeoutError(subject) from error
        return bytes(answer.data)

    async def close(self) -> None:
        """Leave the bus."""
        if self._client is not None:
            await self._client.close()

    async def _subscribe(self, subject: str) -> None:
        assert self._client is not None
        if subject in self._subscribed:
            return
        self._subscribed.add(subject)
        handlers = self._handlers[subject]

        async def receive(message: Any) -> None:
            for handler in tuple(handlers):
                try:
                    done = handler(message.subject, message.data)
                    if done is not None:
                        await done
                except Exception:
                    # one bad message must not end the subscription, nor keep the others from hearing it
                    log.exception("message not handled", subject=message.subject)

        await self._client.subscribe(
            subject, cb=receive, pending_msgs_limit=PENDING_MESSAGES, pending_bytes_limit=PENDING_BYTES
        )


async def _echo(message: Msg) -> None:
    await message.respond(b"")


async def _tell(error: Exception) -> None:
    log.warning("bus error", error=repr(error))
