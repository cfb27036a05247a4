"""One screen on the feed: where it stands, who looks at it, and the loop that sends it what follows."""

import time
from collections.abc import Awaitable, Callable

import msgspec

from beffroi.server.feed.audience import Audience, audience_key
from beffroi.server.feed.hub import Hub
from beffroi.server.metrics import FEED_BYTES, FEED_LAG_S, FEED_SNAPSHOTS
from beffroi.trade.doors import Caller

Send = Callable[[bytes], Awaitable[None]]
Admit = Callable[[], Caller | None]

ACK_BYTES = 4_096


class Said(msgspec.Struct):
    """What a screen says: the last frame that it has shown; `view` is welcome and changes nothing: 8 bytes a lamp are
    cheaper than a frame of its own for each screen."""

    ack: int | None = None
    view: tuple[float, float, float, float] | None = None


class Screen:
    """A screen connected with the rights of its session; `admit` tells these rights, or nothing once revoked."""

    def __init__(self, hub: Hub, admit: Admit, epoch: str, after: int) -> None:
        self._hub = hub
        self._admit = admit
        self._epoch = epoch
        self._after: int | None = after
        self._audience: Audience | None = None
        self._shown = 0
        self.acked = 0
        self.sent = 0

    def hear(self, text: bytes) -> None:
        """Take note of what the screen says; anything else than the protocol is ignored."""
        if len(text) > ACK_BYTES:
            return
        try:
            said = msgspec.json.decode(text, type=Said)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return
        if said.ack is not None:
            self.acked = said.ack

    async def run(self, send: Send) -> None:
        """Send frames until the session is revoked; `send` waits while the screen is slow."""
        while (audience := self._admitted()) is not None:
            await self._hub.fit(audience)
            if self._stands() and self._shown == audience.shown:
                if self._after == self._hub.seq:
                    await self._hub.ticked()
                    continue
                frame = self._hub.delta(audience, self._after or 0)
                tick = self._hub.last_tick()
            else:
                self._after, frame = None, None
            if frame is None:
                FEED_SNAPSHOTS.inc()
                self._epoch, self._shown = self._hub.epoch, audience.shown
                self._after, frame = await self._hub.snapshot(audience)
                await self._hand(send, frame)
                continue
            self._after = tick.seq
            await self._hand(send, frame)
            if tick.committed_at is not None:
                FEED_LAG_S.observe(time.perf_counter() - tick.committed_at)

    async def _hand(self, send: Send, frame: bytes) -> None:
        await send(frame)
        self.sent = self._after or 0
        FEED_BYTES.inc(len(frame))

    def _admitted(self) -> Audience | None:
        """Return the audience of the present rights; other rights than before ask for a snapshot."""
        caller = self._admit()
        if caller is None:
            return None
        audience = self._hub.audience(audience_key(caller))
        if audience is not self._audience:
            if self._audience is not None:
                self._after = None
            self._audience = audience
        return audience

    def _stands(self) -> bool:
        return self._after is not None and self._hub.holds(self._epoch, self._after)
