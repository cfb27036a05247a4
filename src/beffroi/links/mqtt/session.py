"""What a persistent session does next: pure transitions, time passed in.

Two rules for whoever edits it. Nothing is acknowledged here: only the intake knows what is committed. Every transition
returns the bytes to send; a session that cannot go on raises, and the link opens another connection.
"""

import msgspec

from beffroi.links.mqtt.codec import encode
from beffroi.links.mqtt.messages import (
    CONNECT_REASONS,
    REFUSED,
    Connack,
    Connect,
    Packet,
    Pingreq,
    Pingresp,
    Suback,
    Subscribe,
)

SUBSCRIBE_ID = 1


class SessionRefused(Exception):  # noqa: N818 - an answer of the broker, told to the operator as it is
    """The broker said no: code and params of what to mend."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class SessionLost(Exception):  # noqa: N818 - what happened to the connection
    """The broker fell silent: the connection is to be opened again."""


class SessionPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Who connects and what it wants to hear, at QoS 1."""

    client_id: str
    username: str
    password: str
    filters: tuple[str, ...]
    keepalive_s: int = 30


class Session:
    """One connection of a plan, from CONNECT to its loss."""

    def __init__(self, plan: SessionPlan) -> None:
        self._plan = plan
        self._heard_at = 0.0
        self._asked_at: float | None = None
        self.ready = False
        self.session_present = False

    def open(self, now: float) -> bytes:
        """Return what a fresh connection sends first."""
        self._heard_at = now
        plan = self._plan
        return encode(
            Connect(
                client_id=plan.client_id,
                username=plan.username,
                password=plan.password,
                clean=False,
                keepalive_s=plan.keepalive_s,
            )
        )

    def hear(self, now: float) -> None:
        """Note that bytes came."""
        self._heard_at = now
        self._asked_at = None

    def receive(self, packet: Packet) -> bytes:
        """Return the answer to a control packet; raises SessionRefused on a refusal or a packet out of place."""
        match packet:
            case Connack(code=0):
                self.session_present = packet.session_present
                return encode(Subscribe(SUBSCRIBE_ID, tuple((name, 1) for name in self._plan.filters)))
            case Connack(code=code):
                raise SessionRefused(CONNECT_REASONS.get(code, "mqtt.refused"), answer=code, user=self._plan.username)
            case Suback(codes=codes):
                self._granted(codes)
                return b""
            case Pingresp():
                return b""
        raise SessionRefused("mqtt.unexpected_packet", packet=type(packet).__name__)

    def _granted(self, codes: tuple[int, ...]) -> None:
        refused = [name for name, code in zip(self._plan.filters, codes, strict=False) if code == REFUSED]
        if refused or len(codes) != len(self._plan.filters):
            raise SessionRefused("mqtt.subscription_refused", filters=", ".join(refused))
        if any(code != 1 for code in codes):
            raise SessionRefused("mqtt.qos_lowered", filters=", ".join(self._plan.filters))
        self.ready = True

    def tick(self, now: float) -> bytes:
        """Return a ping when the line is quiet; raises SessionLost when it stays so."""
        half = self._plan.keepalive_s / 2
        if self._asked_at is not None:
            if now - self._asked_at > half:
                raise SessionLost
            return b""
        if now - self._heard_at < half:
            return b""
        self._asked_at = now
        return encode(Pingreq())
