"""QR codes as one SVG path: the desk draws it itself, no image is fetched and no style is inlined."""

from itertools import groupby

import msgspec
import segno


class Qr(msgspec.Struct, frozen=True):
    """A QR code: its width in modules with the quiet zone, and the path of its dark modules."""

    size: int
    path: str


QUIET = 4
"""Light modules that a reader needs on each side (ISO/IEC 18004)."""


def draw(text: str) -> Qr:
    """Return the QR code of a text."""
    rows = segno.make(text, micro=False, error="m").matrix
    drawn: list[str] = []
    for y, row in enumerate(rows):
        for dark, run in groupby(enumerate(row), key=lambda module: bool(module[1])):
            places = [x for x, _ in run]
            if dark:
                drawn.append(f"M{places[0] + QUIET} {y + QUIET}h{len(places)}v1h-{len(places)}z")
    return Qr(len(rows) + 2 * QUIET, "".join(drawn))
