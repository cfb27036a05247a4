"""What access signs as a trade."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import psycopg

from beffroi.access import actions, api, changes, events, logic, store
from beffroi.access.texts import TEXTS
from beffroi.access.types import AccessState
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import View
from beffroi.trade.event import Event
from beffroi.trade.line import Line
from beffroi.trade.room import Trade


def _classes(module: Any, base: type) -> tuple[Any, ...]:
    found = (value for value in vars(module).values() if isinstance(value, type) and issubclass(value, base))
    return tuple(value for value in found if value is not base)


class Access(Trade[AccessState]):
    """People, machines and what they may do, as a trade."""

    name: ClassVar[str] = "access"
    actions: ClassVar[tuple[type[Action], ...]] = _classes(actions, Action)
    events: ClassVar[tuple[type[Event], ...]] = _classes(events, Event)
    texts: ClassVar[dict[str, dict[str, str]]] = TEXTS

    def __init__(self) -> None:
        self.folder: Path | None = None
        """The data folder, where the key of the second factors is; given by a service once the core runs."""

    def empty(self) -> AccessState:
        return AccessState()

    def load(self, connection: psycopg.Connection[Any]) -> AccessState:
        return store.load(connection)

    def decide(self, state: AccessState, action: Action, context: Context) -> Sequence[Event]:
        return logic.decide(state, action, context)

    def apply(self, state: AccessState, line: Line) -> None:
        changes.apply(state, line)

    def write(self, cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
        store.write(cursor, lines)

    def routes(self, view: View[AccessState]) -> Sequence[Any]:
        return api.routes(view, lambda: self.folder / "keys" if self.folder else None)


TRADE = Access()
