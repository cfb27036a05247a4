"""Orders to a broker that is not the bus: what the core says on `bf1d.<source>` is published on `bf1d/<source>`.

NATS as the street's broker hands the bus's messages to devices by itself. Which of the two it is, the street tells: at
the first connection a probe is published by MQTT, and comes back by the bus only where both are one.

QoS 0 and never retained; nothing is kept for a broker that is away: an order of the meantime must never leave late.
"""

import asyncio
import secrets

import structlog

from beffroi.links.mqtt.link import MqttLink
from beffroi.server.bus import NatsBus

DOWN = "bf1d."
PROBE_S = 1.0
LOOK_S = 0.1
HELD = 1_000
"""Frames held during the probe at most (policy: refuse); at the rate of orders, a second of the whole city."""

log = structlog.get_logger("intake.downlink")


class Downlink:
    """The way down through one link, open until the process ends."""

    def __init__(self, bus: NatsBus, link: MqttLink) -> None:
        self._bus = bus
        self._link = link
        self._probe = f"probe-{secrets.token_hex(8)}"
        self._heard = asyncio.Event()
        self._held: list[tuple[str, bytes]] | None = []
        self.bridging = False
        self.dropped = 0
        """Frames for a broker that was away."""

    async def open(self) -> None:
        """Listen to orders; to be called before the bus connects."""
        await self._bus.subscribe(f"{DOWN}>", self.hear)

    async def run(self) -> None:
        """Find out whether the broker is the bus, then carry orders or leave them alone."""
        while not self._link.publish(f"bf1d/{self._probe}", b""):
            await asyncio.sleep(LOOK_S)
        try:
            await asyncio.wait_for(self._heard.wait(), PROBE_S)
        except TimeoutError:
            self.bridging = True
        held, self._held = self._held or [], None
        log.info("orders go down", by="mqtt" if self.bridging else "the bus itself")
        for topic, payload in held:
            self._carry(topic, payload)
        await asyncio.Event().wait()

    def hear(self, subject: str, payload: bytes) -> None:
        """Take one message of the bus."""
        name = subject.removeprefix(DOWN)
        if name == self._probe:
            # however late: what comes back by the bus comes in order, so the probe is heard before any echo of ours
            self._heard.set()
            self.bridging = False
        elif self._held is None:
            self._carry(name, payload)
        elif len(self._held) < HELD:
            self._held.append((name, payload))
        else:
            self.dropped += 1

    def _carry(self, name: str, payload: bytes) -> None:
        if self.bridging and not self._link.publish(f"bf1d/{name.replace('.', '/')}", payload):
            self.dropped += 1
            log.warning("the street's broker is away: an order is dropped", source=name, dropped=self.dropped)
