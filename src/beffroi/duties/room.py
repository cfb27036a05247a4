"""What the room signs as a trade."""

from collections.abc import Sequence
from typing import Any, ClassVar

import psycopg

from beffroi.trade.line import Line
from beffroi.trade.room import Trade


class Duties(Trade[None]):
    """The trade, not furnished yet."""

    name: ClassVar[str] = "duties"

    def empty(self) -> None:
        return None

    def load(self, connection: psycopg.Connection[Any]) -> None:
        return None

    def write(self, cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
        return None


TRADE = Duties()
