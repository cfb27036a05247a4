"""The citizen's tracking code: random, easy to read aloud, and impossible to guess."""

from uuid import UUID

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0/O, 1/I/L, no U: what is heard or copied by hand is not mistaken."""

LENGTH = 15
"""15 letters of 30 hold 73.6 bits: above the 64 that a public code needs."""

GROUP = 5
_LIKELY = str.maketrans({"O": "Q", "0": "Q", "I": "J", "L": "J", "1": "J", "U": "V"})


def code_of(fresh: UUID) -> str:
    """Return the code made of the 74 random bits of a UUIDv7 that serves nothing else: « K7QFM-2XW9R-TDPA3 »."""
    value = ((fresh.int >> 64 & 0xFFF) << 62) | (fresh.int & ((1 << 62) - 1))
    letters = ""
    for _ in range(LENGTH):
        value, rest = divmod(value, len(ALPHABET))
        letters += ALPHABET[rest]
    return "-".join(letters[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def read_code(text: str) -> str:
    """Return the code that somebody typed in its one form, whatever the case and the spaces; empty when it is none."""
    letters = "".join(char for char in text.upper() if char.isalnum()).translate(_LIKELY)
    if len(letters) != LENGTH or any(char not in ALPHABET for char in letters):
        return ""
    return "-".join(letters[start : start + GROUP] for start in range(0, LENGTH, GROUP))
