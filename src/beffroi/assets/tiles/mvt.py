"""Mapbox Vector Tile 2.1 encoding (protocol buffers written by hand: three messages, seven fields)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

EXTENT = 4096
POINT, LINE, POLYGON = 1, 2, 3
_MOVE, _LINE, _CLOSE = 1, 2, 7


class TileFeature(msgspec.Struct, frozen=True):
    """A feature of a tile: its geometry type, its parts as arrays of tile coordinates (n, 2), its properties.

    A polygon's parts are its rings, each exterior ring before its holes, first point not repeated at the end.
    """

    type: int
    parts: Sequence[NDArray[np.int64]]
    properties: dict[str, str | int | float | bool]


def encode_tile(layers: Mapping[str, Sequence[TileFeature]]) -> bytes:
    """Return the bytes of a tile; empty layers are left out."""
    return b"".join(_field(3, _layer(name, features)) for name, features in layers.items() if features)


def _layer(name: str, features: Sequence[TileFeature]) -> bytes:
    keys: dict[str, int] = {}
    values: dict[tuple[type, Any], int] = {}
    commands = [_commands(feature) for feature in features]
    geometry = _split_varints(commands)
    rows = []
    for feature, shape in zip(features, geometry, strict=True):
        tags = bytearray()
        for key, value in feature.properties.items():
            tags += _varint(keys.setdefault(key, len(keys)))
            tags += _varint(values.setdefault((type(value), value), len(values)))
        body = (_field(2, bytes(tags)) if tags else b"") + _varint(3 << 3) + _varint(feature.type) + _field(4, shape)
        rows.append(_field(2, body))
    return b"".join(
        [
            _field(1, name.encode()),
            *rows,
            *(_field(3, key.encode()) for key in keys),
            *(_field(4, _value(value)) for _, value in values),
            _varint(5 << 3) + _varint(EXTENT),
            _varint(15 << 3) + _varint(2),
        ]
    )


def _commands(feature: TileFeature) -> NDArray[np.uint64]:
    """Return the command integers of a geometry: moves and lines as zigzag differences from a cursor."""
    if feature.type == POINT:
        points = np.concatenate(feature.parts)
        return np.concatenate([[len(points) << 3 | _MOVE], _deltas(points, np.zeros(2, np.int64))]).astype(np.uint64)
    cursor = np.zeros(2, np.int64)
    pieces: list[Any] = []
    for part in feature.parts:
        deltas = _deltas(part, cursor)
        pieces += [[1 << 3 | _MOVE], deltas[:2], [(len(part) - 1) << 3 | _LINE], deltas[2:]]
        if feature.type == POLYGON:
            pieces.append([1 << 3 | _CLOSE])
        cursor = part[-1]
    return np.concatenate(pieces).astype(np.uint64)


def _deltas(points: NDArray[np.int64], cursor: NDArray[np.int64]) -> NDArray[np.int64]:
    from_cursor = np.vstack([cursor, points]).astype(np.int64)
    steps: NDArray[np.int64] = (from_cursor[1:] - from_cursor[:-1]).reshape(-1)
    zigzag: NDArray[np.int64] = (steps << 1) ^ (steps >> 63)
    return zigzag


def _split_varints(groups: Sequence[NDArray[np.uint64]]) -> list[bytes]:
    """Return the varints of each group of numbers, all written in one pass."""
    numbers = np.concatenate(groups) if groups else np.zeros(0, np.uint64)
    sizes = np.ones(len(numbers), np.int64)
    for bits in (7, 14, 21, 28):
        sizes += numbers >= (1 << bits)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    out = np.zeros(int(starts[-1]), np.uint8)
    for byte in range(5):
        at = sizes > byte
        more = (sizes[at] > byte + 1).astype(np.uint8) << 7
        low = ((numbers[at] >> np.uint64(7 * byte)) & np.uint64(0x7F)).astype(np.uint8)
        out[starts[:-1][at] + byte] = low | more
    whole = out.tobytes()
    ends = starts[np.cumsum([0, *(len(group) for group in groups)])]
    return [whole[ends[i] : ends[i + 1]] for i in range(len(groups))]


def _value(value: Any) -> bytes:
    if isinstance(value, bool):
        return _varint(7 << 3) + _varint(int(value))
    if isinstance(value, int):
        return _varint(6 << 3) + _varint(value << 1 if value >= 0 else (-value << 1) - 1)
    if isinstance(value, float):
        return _varint(3 << 3 | 1) + np.float64(value).tobytes()
    return _field(1, str(value).encode())


def _field(number: int, body: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(body)) + body


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
