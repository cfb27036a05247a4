"""The numbers that people's actions may hold."""

from typing import Any
from uuid import uuid4

import msgspec
import pytest

from beffroi.server.bounds import LEAST, MOST, check_numbers
from beffroi.trade.action import Action
from beffroi.trade.rejected import Rejected


class Inner(msgspec.Struct):
    """A part with a number."""

    at: int = 0


class Asking(Action, frozen=True, kw_only=True, tag="test.asking"):
    """An action with numbers at every depth."""

    until: int = 0
    words: dict[str, Any] = {}
    parts: tuple[Inner, ...] = ()
    assets: list[Any] = []


@pytest.mark.parametrize("far", [MOST + 1, LEAST - 1, 2**63, -(2**63) - 1])
@pytest.mark.parametrize("field", ["until", "words", "parts", "assets"])
def test_a_number_that_no_row_can_keep_is_refused_by_its_field(far, field):
    value = {"until": far, "words": {"a": [{"b": far}]}, "parts": (Inner(), Inner(far)), "assets": [uuid4(), far]}[
        field
    ]
    with pytest.raises(Rejected) as refused:
        check_numbers(Asking(**{field: value}))
    assert (refused.value.code, refused.value.params["field"]) == ("core.out_of_range", field)


def test_what_a_row_can_keep_passes():
    check_numbers(Asking(until=MOST, words={"a": 1.5, "b": None}, parts=(Inner(LEAST),), assets=[uuid4(), "x", True]))
