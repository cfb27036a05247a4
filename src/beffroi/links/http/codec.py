"""Bodies of the HTTP door ↔ items of readings; a bad line costs only itself."""

from typing import Any

import msgspec

from beffroi.links.forgiving import forgive
from beffroi.links.http.messages import RefusedLine
from beffroi.links.readings import Item

_items = msgspec.json.Decoder(list[Item])
_item = msgspec.json.Decoder(Item)
_raw = msgspec.json.Decoder(list[msgspec.Raw])
_FAILURES = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class BodyError(ValueError):
    """A body that is neither a JSON array nor JSON lines: nothing of it is read."""


def decode_body(body: bytes) -> tuple[list[Item], list[int], list[RefusedLine]]:
    """Return the items of a body, the line number of each (from 1), and the lines refused; raises BodyError."""
    if body.lstrip()[:1] == b"[":
        try:
            items = _items.decode(body)
        except _FAILURES:
            return _apart(_cut_array(body))
    else:
        try:
            items = _item.decode_lines(body)
        except _FAILURES:
            items = []
        if not items or len(items) != body.rstrip().count(b"\n") + 1:
            return _apart(body.split(b"\n"))
    return items, list(range(1, len(items) + 1)), []


def _cut_array(body: bytes) -> list[bytes]:
    try:
        return [bytes(item) for item in _raw.decode(body)]
    except _FAILURES as error:
        raise BodyError(str(error)) from error


def _apart(lines: list[bytes]) -> tuple[list[Item], list[int], list[RefusedLine]]:
    items: list[Item] = []
    numbers: list[int] = []
    refused: list[RefusedLine] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            items.append(_read(line))
        except (ValueError, ArithmeticError, RecursionError):
            refused.append(RefusedLine(number, "malformed"))
        else:
            numbers.append(number)
    return items, numbers, refused


def _read(line: bytes) -> Item:
    try:
        return _item.decode(line)
    except _FAILURES:
        document: Any = forgive(line)
        return msgspec.convert(document[0] if isinstance(document, list) and document else document, Item)


def encode_lines(items: list[Item]) -> bytes:
    """Return items as JSON lines: what a machine posts."""
    return msgspec.json.Encoder().encode_lines(items)
