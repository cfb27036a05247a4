"""The numbers that people's actions may hold: what every table and every calendar can keep."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from beffroi.trade.action import Action
from beffroi.trade.rejected import Rejected

LEAST, MOST = -(2**55), 2**57
"""As µs, the years 828 to 6537: inside int64 and inside what a calendar counts, added to one another too."""

PLAIN = frozenset({str, bool, float, bytes, UUID, type(None)})


def check_numbers(action: Action) -> None:
    """Refuse, by the name of its field, a whole number that no row could keep."""
    for name in action.__struct_fields__:
        if _holds_far(getattr(action, name)):
            raise Rejected("core.out_of_range", field=name)


def _holds_far(value: Any) -> bool:
    if isinstance(value, int):
        return not LEAST <= value <= MOST
    return any(_holds_far(one) for one in _parts(value))


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, msgspec.Struct):
        return (getattr(value, name) for name in value.__struct_fields__)
    if isinstance(value, dict):
        value = [*value, *value.values()]
    elif not isinstance(value, list | tuple | set | frozenset):
        return ()
    # thousands of identifiers are passed at the speed of a set
    return () if set(map(type, value)) <= PLAIN else value
