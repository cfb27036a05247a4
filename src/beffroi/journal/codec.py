"""Lines to stored bytes and back: canonical JSON, a SHA-256 chain, erasable fields kept apart under a salted hash."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from beffroi.journal.types import Body, Head, StoredLine
from beffroi.model.actor import Actor, Cause
from beffroi.model.scope import CITY, Scope
from beffroi.model.time import Micros
from beffroi.trade.event import Event
from beffroi.trade.line import Line

SALT_BYTES = 16
HASHED = "#"
"""Key of the object that stands for an erasable field in the hashed line: {"#": "<hex>"}."""

SaltMaker = Callable[[], bytes]
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
Upcasters = Mapping[tuple[str, int], Upcaster]
"""By (type, version): turns the data of that version into the data of the next one."""


class JournalError(Exception):
    """A line of the journal that this code cannot read: a code and its params."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params


class Envelope(msgspec.Struct, frozen=True):
    """What the bytes of a line say; `data` is the event."""

    actor: Actor
    cause: Cause | None
    data: Any
    happened_at: Micros
    position: int
    recorded_at: Micros
    type: str
    version: int


class RawEnvelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same with the event left as it is written."""

    actor: Actor
    cause: Cause | None
    data: msgspec.Raw
    happened_at: Micros
    position: int
    recorded_at: Micros
    type: str
    version: int


_ENCODE = msgspec.json.Encoder(order="sorted").encode
_DECODE = msgspec.json.Decoder(RawEnvelope).decode


class _Shape(msgspec.Struct, frozen=True):
    """What is asked once per class of events instead of once per line."""

    type: str
    version: int
    erasable: tuple[tuple[str, str, str], ...]
    """(attribute, name in JSON, purpose)."""
    has_asset: bool
    has_scope: bool


_shapes: dict[type[Event], _Shape] = {}


def _shape(cls: type[Event]) -> _Shape:
    shape = _shapes.get(cls)
    if shape is None:
        names = dict(zip(cls.__struct_fields__, cls.__struct_encode_fields__, strict=True))
        erasable = tuple((field, names[field], purpose) for field, purpose in cls.erasable.items())
        shape = _Shape(cls.event_type(), cls.version, erasable, "asset" in names, "scope" in names)
        _shapes[cls] = shape
    return shape


def salted_hash(salt: bytes, text: str) -> str:
    """Return the hex hash that stands for an erasable field in its line."""
    return sha256(salt + text.encode()).hexdigest()


def chain(previous: bytes, content: bytes) -> bytes:
    """Return the hash of a line from the hash before it and its own bytes."""
    return sha256(previous + content).digest()


def new_salt() -> bytes:
    """Return 128 random bits of the system."""
    return secrets.token_bytes(SALT_BYTES)


def encode_lines(
    lines: Sequence[Line], head: Head, *, salt: SaltMaker = new_salt
) -> tuple[list[StoredLine], list[Body], Head]:
    """Return the stored form of lines that follow a head, their erasable bodies, and the head after them.

    Raises JournalError when the positions do not follow the head.
    """
    rows: list[StoredLine] = []
    bodies: list[Body] = []
    position, previous = head.position, head.hash
    for line in lines:
        position += 1
        if line.position != position:
            raise JournalError("journal.out_of_order", expected=position, found=line.position)
        event = line.event
        shape = _shape(type(event))
        data = _hide(line, shape, bodies, salt) if shape.erasable else event
        content = _ENCODE(
            Envelope(
                line.actor, line.cause, data, line.happened_at, position, line.recorded_at, shape.type, shape.version
            )
        )
        previous = sha256(previous + content).digest()
        rows.append(_stored(line, shape, content, previous))
    return rows, bodies, Head(position, previous)


def _stored(line: Line, shape: _Shape, content: bytes, digest: bytes) -> StoredLine:
    event, actor, cause = line.event, line.actor, line.cause
    asset = event.asset if shape.has_asset else None  # type: ignore[attr-defined]
    scope = event.scope if shape.has_scope else CITY  # type: ignore[attr-defined]
    commune, trade, kind = (scope.commune, scope.trade, scope.kind) if isinstance(scope, Scope) else ("", "", "")
    return StoredLine(
        line.position,
        line.recorded_at,
        line.happened_at,
        shape.type,
        shape.version,
        actor.kind,
        actor.id,
        actor.name,
        cause.position if cause else None,
        cause.depth if cause else None,
        asset if isinstance(asset, UUID) else None,
        commune,
        trade,
        kind,
        content,
        digest,
    )


def _hide(line: Line, shape: _Shape, bodies: list[Body], salt: SaltMaker) -> dict[str, Any]:
    event = line.event
    names = zip(event.__struct_fields__, event.__struct_encode_fields__, strict=True)
    data: dict[str, Any] = {name: getattr(event, field) for field, name in names}
    data["type"] = shape.type
    for _, name, purpose in shape.erasable:
        if data[name] is None:
            continue
        text = _ENCODE(data[name]).decode()
        grain = salt()
        bodies.append(Body(line.position, name, purpose, line.recorded_at, grain, text))
        data[name] = {HASHED: salted_hash(grain, text)}
    return data


def read_envelope(content: bytes) -> RawEnvelope:
    """Return what the bytes of a line say, its event unread; raises JournalError when they are no line."""
    try:
        return _DECODE(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JournalError("journal.unreadable", detail=str(error)) from error


def hidden_fields(envelope: RawEnvelope) -> dict[str, str]:
    """Return the salted hash of each erasable field of a line, by its name."""
    if b'{"#":"' not in bytes(envelope.data):
        return {}
    data = read_data(envelope)
    return {name: value[HASHED] for name, value in data.items() if _is_hidden(value)}


def read_data(envelope: RawEnvelope) -> dict[str, Any]:
    """Return the event of a line as plain values; raises JournalError when it is no object."""
    try:
        return msgspec.json.decode(envelope.data, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JournalError("journal.unreadable", detail=str(error)) from error


def revealed(data: dict[str, Any], bodies: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the same values with each hidden field replaced by its body, empty text where it is gone or withheld."""
    return {name: _reveal(name, value, bodies) if _is_hidden(value) else value for name, value in data.items()}


def _is_hidden(value: object) -> bool:
    return isinstance(value, dict) and value.keys() == {HASHED} and isinstance(value[HASHED], str)


def _reveal(name: str, value: object, bodies: Mapping[str, str | None]) -> Any:
    text = bodies.get(name)
    return "" if text is None else msgspec.json.decode(text)


class Decoder:
    """Turns stored bytes back into lines of the events known to the trades, whatever version they were written in."""

    def __init__(self, events: Mapping[str, type[Event]], upcasters: Upcasters | None = None) -> None:
        self._events = dict(events)
        self._upcasters = dict(upcasters or {})
        self._decoders = {name: msgspec.json.Decoder(cls) for name, cls in self._events.items()}

    @classmethod
    def of(cls, events: Iterable[type[Event]], upcasters: Upcasters | None = None) -> "Decoder":
        """Return the decoder of some classes of events."""
        return cls({event.event_type(): event for event in events}, upcasters)

    def line(self, content: bytes, bodies: Mapping[str, str | None] | None = None) -> Line:
        """Return the line of some bytes; an erased field reads as empty text.

        `bodies` gives the JSON text of erasable fields by name. Raises JournalError on an unknown type, a version newer
        than this code, a missing upcaster or a malformed event.
        """
        envelope = read_envelope(content)
        return Line(
            envelope.position,
            envelope.recorded_at,
            envelope.happened_at,
            envelope.actor,
            envelope.cause,
            self._event(envelope, bodies or {}),
        )

    def _event(self, envelope: RawEnvelope, bodies: Mapping[str, str | None]) -> Event:
        cls = self._events.get(envelope.type)
        if cls is None:
            raise JournalError("journal.unknown_type", type=envelope.type, position=envelope.position)
        if envelope.version > cls.version:
            raise JournalError("journal.newer_version", type=envelope.type, version=envelope.version)
        try:
            if envelope.version == cls.version and not cls.erasable:
                return self._decoders[envelope.type].decode(envelope.data)
            data = self._upcast(envelope, cls.version, revealed(read_data(envelope), bodies))
            return msgspec.convert(data, cls, strict=True, str_keys=True)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise JournalError("journal.unreadable", position=envelope.position, detail=str(error)) from error

    def _upcast(self, envelope: RawEnvelope, version: int, data: dict[str, Any]) -> dict[str, Any]:
        for step in range(envelope.version, version):
            upcaster = self._upcasters.get((envelope.type, step))
            if upcaster is None:
                raise JournalError("journal.no_upcaster", type=envelope.type, version=step)
            data = upcaster(data)
        return data
