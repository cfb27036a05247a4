"""Telephone numbers in the one form under which they are found again."""

import re

_TRUNK = re.compile(r"\(\s*0\s*\)")
_FRENCH = re.compile(r"(?:\+|00)?33(0?)([1-9]\d{8})")


def phone_key(number: str) -> str:
    """Return a number as it is dialled here: digits, a French one from 0 however its country was written."""
    digits = "".join(char for char in _TRUNK.sub("", number) if char.isascii() and (char.isdigit() or char == "+"))
    french = _FRENCH.fullmatch(digits)
    return f"0{french[2]}" if french else digits
