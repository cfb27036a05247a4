"""The four alarm priorities of the room (EEMUA 191 / ISA-18.2), never more."""

from enum import IntEnum


class Priority(IntEnum):
    """How soon an operator must act; lower sorts first. Shape, letter and colour are the desk's (desk.md)."""

    CRITICAL = 1
    HIGH = 2
    MEDIUM = 3
    LOW = 4
