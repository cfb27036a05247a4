"""What dispatch signs as a trade."""

from collections.abc import Sequence
from typing import Any, ClassVar

import psycopg

from beffroi.dispatch import events
from beffroi.dispatch.texts import TEXTS
from beffroi.dispatch.types import DispatchState
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.line import Line
from beffroi.trade.room import Trade


class Dispatch(Trade[DispatchState]):
    """Crews, rosters, engagements and call-outs as a trade."""

    name: ClassVar[str] = "dispatch"
    events: ClassVar[tuple[type[Event], ...]] = events.ALL
    topics: ClassVar[tuple[str, ...]] = ("crews", "engagements", "callouts")
    texts: ClassVar[dict[str, dict[str, str]]] = TEXTS

    def empty(self) -> DispatchState:
        return DispatchState()

    def load(self, connection: psycopg.Connection[Any]) -> DispatchState:
        return DispatchState()

    def decide(self, state: DispatchState, action: Action, context: Context) -> Sequence[Event]:
        raise TypeError(f"not an action of dispatch: {action!r}")

    def apply(self, state: DispatchState, line: Line) -> None:
        """Nothing yet."""

    def write(self, cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
        """Nothing yet."""


TRADE = Dispatch()
