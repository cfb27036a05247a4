"""Packets of MQTT 3.1.1 as values; `Frame` is a received PUBLISH reduced to what the intake reads."""

from typing import NamedTuple

import msgspec

Frame = tuple[bytes, int, bytes]
"""(topic, packet id or 0 at QoS 0, payload): a tuple because a batch holds tens of thousands."""


class Connect(msgspec.Struct, frozen=True, kw_only=True):
    """Asks for a session; `clean` false keeps it on the broker while we are away."""

    client_id: str
    username: str = ""
    password: str = ""
    clean: bool = False
    keepalive_s: int = 30


class Connack(msgspec.Struct, frozen=True):
    """The broker's answer: code 0 accepts (MQTT 3.1.1 table 3.1)."""

    code: int
    session_present: bool = False


class Publish(msgspec.Struct, frozen=True, kw_only=True):
    """One message to a topic."""

    topic: str
    payload: bytes
    qos: int = 0
    packet_id: int = 0
    retain: bool = False
    duplicate: bool = False


class Puback(msgspec.Struct, frozen=True):
    """The receiver keeps the message: the sender may forget it."""

    packet_id: int


class Subscribe(msgspec.Struct, frozen=True):
    """Asks for topic filters, each with the highest QoS wanted."""

    packet_id: int
    filters: tuple[tuple[str, int], ...]


class Suback(msgspec.Struct, frozen=True):
    """One code a filter, in order: the granted QoS, or 0x80 refused."""

    packet_id: int
    codes: tuple[int, ...]


class Pingreq(msgspec.Struct, frozen=True):
    """Are you there."""


class Pingresp(msgspec.Struct, frozen=True):
    """I am."""


class Disconnect(msgspec.Struct, frozen=True):
    """A clean end: the will is not sent."""


Packet = Connect | Connack | Publish | Puback | Subscribe | Suback | Pingreq | Pingresp | Disconnect


class Split(NamedTuple):
    """What whole packets a piece of the stream held, and how many bytes they took."""

    frames: list[Frame]
    packets: list[Packet]
    consumed: int
    retained: list[Frame] = []
    """Old messages that the broker kept and replays to a new subscription: no news, and of an unknown age."""


REFUSED = 0x80
CONNECT_REASONS = {
    1: "mqtt.protocol_refused",
    2: "mqtt.client_id_refused",
    3: "mqtt.broker_unavailable",
    4: "mqtt.bad_credentials",
    5: "mqtt.not_authorised",
}
