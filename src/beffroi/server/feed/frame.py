"""Frames as bytes: u32 length of a JSON header, the header, 8 bytes a lamp, 16 bytes a move; little endian."""

import struct
from typing import Any

import msgspec
import numpy as np

from beffroi.model.time import Micros
from beffroi.trade.service import LampChanges, Moves

LAMP = np.dtype([("index", "<u4"), ("state", "u1"), ("level", "u1"), ("flags", "<u2")])
MOVE = np.dtype([("index", "<u4"), ("lon", "<f4"), ("lat", "<f4"), ("heading", "<u2"), ("speed", "<u2")])

NO_LAMPS: LampChanges = (np.empty(0, "u4"), np.empty(0, "u1"), np.empty(0, "u1"), np.empty(0, "u2"))
NO_MOVES: Moves = (np.empty(0, "u4"), np.empty(0, "f4"), np.empty(0, "f4"), np.empty(0, "u2"), np.empty(0, "u2"))

_encode = msgspec.json.Encoder().encode


class Header(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The JSON header; `after` and `upto` count frames, `position` is the last journal line that the rows show."""

    epoch: str
    after: int
    upto: int
    at: Micros
    position: int
    snapshot: bool
    rows: dict[str, list[msgspec.Raw]]
    gone: dict[str, list[Any]]
    lamps: int
    moves: int
    health: msgspec.Raw | None = None


def encode(header: Header, lamps: LampChanges, moves: Moves) -> bytes:
    """Return the bytes of a frame; the counts of the header are made here."""
    header.lamps, header.moves = len(lamps[0]), len(moves[0])
    head = _encode(header)
    return b"".join((struct.pack("<I", len(head)), head, pack(LAMP, lamps), pack(MOVE, moves)))


def pack(layout: "np.dtype[Any]", columns: tuple["np.typing.NDArray[Any]", ...]) -> bytes:
    """Return columns as packed records of a layout."""
    records = np.empty(len(columns[0]), layout)
    for name, column in zip(layout.names or (), columns, strict=True):
        records[name] = column
    return records.tobytes()


def decode(content: bytes) -> tuple[dict[str, Any], "np.typing.NDArray[Any]", "np.typing.NDArray[Any]"]:
    """Return (header, lamps, moves) of a frame: what a screen does with it, for tests, benches and machines."""
    (length,) = struct.unpack_from("<I", content)
    header: dict[str, Any] = msgspec.json.decode(content[4 : 4 + length])
    middle = 4 + length + header["lamps"] * LAMP.itemsize
    return header, np.frombuffer(content[4 + length : middle], LAMP), np.frombuffer(content[middle:], MOVE)
