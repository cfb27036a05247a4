"""Bytes ↔ packets of MQTT 3.1.1; no socket, no clock. `split` is the batch loop of the intake: 1 µs a message."""

import struct
from collections.abc import Callable, Iterable

from beffroi.links.mqtt.messages import (
    Connack,
    Connect,
    Disconnect,
    Frame,
    Packet,
    Pingreq,
    Pingresp,
    Puback,
    Publish,
    Split,
    Suback,
    Subscribe,
)

PUBLISH = 3
LARGEST_PACKET = 268_435_455
"""Remaining length of four bytes (MQTT 3.1.1 §2.2.3)."""


class MqttError(ValueError):
    """Bytes that are not MQTT 3.1.1: the connection cannot go on, its messages come again on the next one."""


def split(data: bytes, limit: int = 8 << 20) -> Split:
    """Cut the whole packets off the head of a stream; raises MqttError on bytes that are none, or above `limit`."""
    frames: list[Frame] = []
    retained: list[Frame] = []
    packets: list[Packet] = []
    position, end = 0, len(data)
    while position + 2 <= end:
        head = data[position]
        size = data[position + 1]
        body = position + 2
        if size > 127:
            size, body = _long_size(data, position + 1)
            if body == 0:
                break
        after = body + size
        if size > limit:
            raise MqttError(f"a packet of {size} bytes, above {limit}")
        if after > end:
            break
        if head >> 4 == PUBLISH:
            (retained if head & 1 else frames).append(_frame(data, head, body, after))
        else:
            packets.append(_control(head, data[body:after]))
        position = after
    return Split(frames, packets, position, retained)


def _long_size(data: bytes, position: int) -> tuple[int, int]:
    """Return (remaining length, where the body begins); (0, 0) when its bytes are not all here."""
    size = shift = 0
    for place in range(position, min(position + 4, len(data))):
        byte = data[place]
        size |= (byte & 127) << shift
        if byte < 128:
            return size, place + 1
        shift += 7
    if shift == 28:
        raise MqttError("a remaining length of more than four bytes")
    return 0, 0


def _frame(data: bytes, head: int, body: int, after: int) -> Frame:
    text = body + 2
    payload = text + (data[body] << 8) + data[body + 1] if after >= text else after + 1
    if payload > after:
        raise MqttError("a topic longer than its packet")
    topic = data[text:payload]
    if not head & 6:
        return topic, 0, data[payload:after]
    if head & 6 == 6 or payload + 2 > after:
        raise MqttError("a QoS of 3 or a missing packet id")
    return topic, (data[payload] << 8) | data[payload + 1], data[payload + 2 : after]


def _control(head: int, body: bytes) -> Packet:
    kind = head >> 4
    try:
        reader = _READERS[kind]
    except KeyError:
        raise MqttError(f"packet type {kind} has no place here") from None
    try:
        return reader(body)
    except (IndexError, struct.error, UnicodeDecodeError) as error:
        raise MqttError(f"packet type {kind} is cut short") from error


def decode(data: bytes) -> tuple[list[Packet], int]:
    """Return every whole packet in order, messages as `Publish`, and the bytes they took; for simulators and tests."""
    packets: list[Packet] = []
    position = 0
    while True:
        one = _first(data[position:])
        if one is None:
            return packets, position
        packet, size = one
        packets.append(packet)
        position += size


def _first(data: bytes) -> tuple[Packet, int] | None:
    if len(data) < 2:
        return None
    size, body = _long_size(data, 1)
    if body == 0 or body + size > len(data):
        return None
    if data[0] >> 4 != PUBLISH:
        return _control(data[0], data[body : body + size]), body + size
    topic, packet_id, payload = _frame(data, data[0], body, body + size)
    packet = Publish(
        topic=topic.decode(),
        payload=payload,
        qos=data[0] >> 1 & 3,
        packet_id=packet_id,
        retain=bool(data[0] & 1),
        duplicate=bool(data[0] & 8),
    )
    return packet, body + size


def encode(packet: Packet) -> bytes:
    """Return the bytes of one packet."""
    match packet:
        case Connect():
            return _connect(packet)
        case Publish():
            return _publish(packet)
        case Subscribe():
            asked = b"".join(_text(name) + bytes((qos,)) for name, qos in packet.filters)
            return _packet(0x82, packet.packet_id.to_bytes(2, "big") + asked)
        case Suback():
            return _packet(0x90, packet.packet_id.to_bytes(2, "big") + bytes(packet.codes))
        case Connack():
            return bytes((0x20, 2, int(packet.session_present), packet.code))
        case Puback():
            return pubacks((packet.packet_id,))
    return _EMPTY[type(packet)]


def pubacks(packet_ids: Iterable[int]) -> bytes:
    """Return the acknowledgements of many messages as one piece of bytes."""
    return b"".join([_PUBACK.pack(0x4002, packet_id) for packet_id in packet_ids])


def _connect(packet: Connect) -> bytes:
    flags = (0x80 if packet.username else 0) | (0x40 if packet.password else 0) | (0x02 if packet.clean else 0)
    body = b"\x00\x04MQTT\x04" + bytes((flags,)) + packet.keepalive_s.to_bytes(2, "big") + _text(packet.client_id)
    if packet.username:
        body += _text(packet.username)
    if packet.password:
        body += _text(packet.password)
    return _packet(0x10, body)


def _publish(packet: Publish) -> bytes:
    head = 0x30 | (0x08 if packet.duplicate else 0) | packet.qos << 1 | int(packet.retain)
    identity = packet.packet_id.to_bytes(2, "big") if packet.qos else b""
    return _packet(head, _text(packet.topic) + identity + packet.payload)


def _packet(head: int, body: bytes) -> bytes:
    size = len(body)
    if size > LARGEST_PACKET:
        raise MqttError(f"a packet of {size} bytes cannot be written")
    length = bytearray()
    while True:
        size, byte = size >> 7, size & 127
        length.append(byte | (128 if size else 0))
        if not size:
            return bytes((head,)) + bytes(length) + body


def _text(value: str) -> bytes:
    raw = value.encode()
    return len(raw).to_bytes(2, "big") + raw


def _read_text(body: bytes, position: int) -> tuple[str, int]:
    size = struct.unpack_from(">H", body, position)[0]
    end = position + 2 + size
    if end > len(body):
        raise MqttError("a text longer than its packet")
    return body[position + 2 : end].decode(), end


def _read_connect(body: bytes) -> Connect:
    protocol, position = _read_text(body, 0)
    if protocol != "MQTT" or body[position] != 4:
        raise MqttError("only MQTT 3.1.1 is spoken here")
    flags = body[position + 1]
    keepalive = struct.unpack_from(">H", body, position + 2)[0]
    client_id, position = _read_text(body, position + 4)
    if flags & 0x04:
        raise MqttError("wills are the broker's, not ours")
    username, position = _read_text(body, position) if flags & 0x80 else ("", position)
    password, position = _read_text(body, position) if flags & 0x40 else ("", position)
    return Connect(
        client_id=client_id,
        username=username,
        password=password,
        clean=bool(flags & 0x02),
        keepalive_s=keepalive,
    )


def _read_connack(body: bytes) -> Connack:
    return Connack(body[1], bool(body[0] & 1))


def _read_puback(body: bytes) -> Puback:
    return Puback(struct.unpack_from(">H", body)[0])


def _read_suback(body: bytes) -> Suback:
    return Suback(struct.unpack_from(">H", body)[0], tuple(body[2:]))


def _read_subscribe(body: bytes) -> Subscribe:
    packet_id = struct.unpack_from(">H", body)[0]
    filters, position = [], 2
    while position < len(body):
        name, position = _read_text(body, position)
        filters.append((name, body[position]))
        position += 1
    return Subscribe(packet_id, tuple(filters))


_PUBACK = struct.Struct(">HH")
_EMPTY: dict[type[Packet], bytes] = {Pingreq: b"\xc0\x00", Pingresp: b"\xd0\x00", Disconnect: b"\xe0\x00"}
_READERS: dict[int, Callable[[bytes], Packet]] = {
    1: _read_connect,
    2: _read_connack,
    4: _read_puback,
    8: _read_subscribe,
    9: _read_suback,
    12: lambda body: Pingreq(),
    13: lambda body: Pingresp(),
    14: lambda body: Disconnect(),
}
