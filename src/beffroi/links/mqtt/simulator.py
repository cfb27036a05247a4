"""The other end of MQTT: a gateway's session, sans-IO, for the rehearsal and the tests."""

from collections.abc import Sequence

import msgspec

from beffroi.links.mqtt.codec import decode, encode
from beffroi.links.mqtt.messages import Connack, Connect, Packet, Puback, Publish, Subscribe
from beffroi.links.readings import Item

LAST_PACKET_ID = 65_535
_encoder = msgspec.json.Encoder()


class ItemOut(msgspec.Struct, omit_defaults=True):
    """An item as a gateway writes it: only what it knows."""

    a: str
    t: int | None = None
    o: str | None = None
    r: str | None = None
    p: dict[str, float] = {}


def array_payload(items: Sequence[ItemOut | Item]) -> bytes:
    """Return the payload of a gateway's array."""
    return _encoder.encode(items)


class GatewayClient:
    """A gateway's side of one connection: what to send, and what is not acknowledged yet, kept in order."""

    def __init__(self, source: str, secret: str, *, clean: bool = True, keepalive_s: int = 60) -> None:
        self.source = source
        self.accepted = False
        self.unacknowledged: dict[int, Publish] = {}
        self._secret = secret
        self._clean = clean
        self._keepalive_s = keepalive_s
        self._next_id = 1
        self._rest = b""

    def connect(self) -> bytes:
        """Return what a fresh connection sends first; the client id is the source, or the broker refuses."""
        self.accepted = False
        self._rest = b""
        packet = Connect(
            client_id=self.source,
            username=self.source,
            password=self._secret,
            clean=self._clean,
            keepalive_s=self._keepalive_s,
        )
        return encode(packet)

    def publish(self, payload: bytes, path: str = "") -> bytes:
        """Return a message of QoS 1 on the source's topic, or on `path` under it; raises BufferError at 65,535 open."""
        if len(self.unacknowledged) >= LAST_PACKET_ID:
            raise BufferError("too many messages without acknowledgement")
        while self._next_id in self.unacknowledged:
            self._next_id = self._next_id % LAST_PACKET_ID + 1
        topic = f"bf1/{self.source}/{path}" if path else f"bf1/{self.source}"
        packet = Publish(topic=topic, payload=payload, qos=1, packet_id=self._next_id)
        self.unacknowledged[self._next_id] = packet
        self._next_id = self._next_id % LAST_PACKET_ID + 1
        return encode(packet)

    def receive(self, data: bytes) -> tuple[bytes, list[Publish]]:
        """Take bytes of the broker; return what to answer and the orders received."""
        packets, consumed = decode(self._rest + data)
        self._rest = (self._rest + data)[consumed:]
        answer = b""
        orders = []
        for packet in packets:
            match packet:
                case Connack(code=0):
                    self.accepted = True
                    answer += self._after_connack()
                case Puback(packet_id=packet_id):
                    self.unacknowledged.pop(packet_id, None)
                case Publish():
                    orders.append(packet)
        return answer, orders

    def _after_connack(self) -> bytes:
        sent: list[Packet] = [Subscribe(LAST_PACKET_ID, ((f"bf1d/{self.source}", 0),))]
        sent += [msgspec.structs.replace(packet, duplicate=True) for packet in self.unacknowledged.values()]
        return b"".join(map(encode, sent))
