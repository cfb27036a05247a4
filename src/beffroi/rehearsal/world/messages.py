"""What leaves the world."""

from typing import Literal

import msgspec

from beffroi.model.time import MILLISECOND, Micros

Door = Literal["mqtt", "osmand"]


class Message(msgspec.Struct, frozen=True, gc=False):
    """One message as it goes on the wire: when (µs), by which door, from which source.

    By MQTT `path` follows the source in the topic (empty for an array); by OsmAnd the payload is the query.
    """

    at: Micros
    door: Door
    source: str
    path: str
    payload: bytes


def item(code: str, at: Micros, points: str) -> bytes:
    """Return one item of a gateway's array; `points` is JSON without its braces."""
    return f'{{"a":"{code}","t":{at // MILLISECOND},"p":{{{points}}}}}'.encode()


def answer(code: str, at: Micros, order: str, result: str) -> bytes:
    """Return the item by which a device answers an order."""
    return f'{{"a":"{code}","t":{at // MILLISECOND},"o":"{order}","r":"{result}"}}'.encode()
