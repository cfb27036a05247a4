"""What real devices send beside the convention, read with forgiveness; see the tolerance table of `mqtt/README.md`.

Only messages that the typed decoder refused come here, so that forgiveness costs nothing to those that are right.
"""

import re
from typing import Any

import msgspec

from beffroi.model.time import MILLISECOND, from_iso

WORDS = {"true": 1.0, "on": 1.0, "yes": 1.0, "false": 0.0, "off": 0.0, "no": 0.0}
SECONDS_BELOW = 1e11
"""A time under this many is in seconds: in milliseconds it would be before 1973."""

_DECIMAL_COMMA = re.compile(r"^[+-]?\d+,\d+$")
_EMPTY = (None, "")


def forgive(payload: bytes) -> Any:
    """Return the document that a deviating payload means, shaped as the convention; ValueError when it means none."""
    text = payload.decode("utf-8-sig").strip("\x00 \t\r\n")
    try:
        document = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return _number(text)
    if isinstance(document, dict) and "a" in document:
        # an array of one asset, written without its brackets
        document = [document]
    return _mend(document)


def _mend(document: Any) -> Any:
    if isinstance(document, list):
        return [_mend(item) for item in document]
    if isinstance(document, dict):
        return _mend_object(document)
    return _number(document)


def _mend_object(document: dict[str, Any]) -> dict[str, Any]:
    mended: dict[str, Any] = {}
    for name, value in document.items():
        if name == "t":
            mended["t"] = _time(value)
        elif name == "p" and isinstance(value, dict):
            # an absent value is written null by many devices: it says nothing of the point
            mended["p"] = {point: _number(one) for point, one in value.items() if one not in _EMPTY}
        elif name == "v":
            mended["v"] = _number(value)
        elif name == "a":
            mended["a"] = value if isinstance(value, str) else str(value)
        else:
            mended[name] = value
    return mended


def _number(value: Any) -> float:
    if isinstance(value, bool | int | float):
        return float(value)
    if not isinstance(value, str):
        raise ValueError(f"not a number: {type(value).__name__}")
    text = value.strip().lower()
    if text in WORDS:
        return WORDS[text]
    if _DECIMAL_COMMA.match(text):
        text = text.replace(",", ".")
    number = float(text)
    if number - number != 0:
        raise ValueError("not a finite number")
    return number


def _time(value: Any) -> float | None:
    if value in _EMPTY:
        return None
    if isinstance(value, str) and not value.strip().replace(".", "", 1).isdigit():
        return from_iso(value.strip()) / MILLISECOND
    number = _number(value)
    return number * 1000 if 0 < number < SECONDS_BELOW else number
