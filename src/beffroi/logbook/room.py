"""What the main courante signs as a trade."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar
from uuid import UUID

import psycopg

from beffroi.logbook import api, events, logic, store
from beffroi.logbook.actions import Correct, Forget, Note, Write
from beffroi.logbook.texts import TEXTS
from beffroi.logbook.types import LogbookState
from beffroi.model.ports import City
from beffroi.model.scope import CITY, Scope
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import View
from beffroi.trade.event import Event
from beffroi.trade.line import Line, Row
from beffroi.trade.room import Trade

TOPIC = "logbook"
SNAPSHOT_LINES = 200


class Logbook(Trade[LogbookState]):
    """The main courante as a trade."""

    name: ClassVar[str] = "logbook"
    actions: ClassVar[tuple[type[Action], ...]] = (Write, Correct, Note, Forget)
    events: ClassVar[tuple[type[Event], ...]] = (
        events.Written,
        events.Corrected,
        events.Noted,
        events.Forgotten,
    )
    topics: ClassVar[tuple[str, ...]] = (TOPIC,)
    windows: ClassVar[dict[str, int]] = {TOPIC: SNAPSHOT_LINES}
    texts: ClassVar[dict[str, dict[str, str]]] = TEXTS

    def empty(self) -> LogbookState:
        return LogbookState()

    def load(self, connection: psycopg.Connection[Any]) -> LogbookState:
        return store.load(connection)

    def decide(self, state: LogbookState, action: Action, context: Context) -> Sequence[Event]:
        return logic.decide(state, action, context)

    def apply(self, state: LogbookState, line: Line) -> None:
        logic.apply(state, line)

    def write(self, cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
        store.write(cursor, lines)

    def scopes(self, state: LogbookState, action: Action, city: City) -> Iterable[Scope]:
        if isinstance(action, Write) and action.asset and (facts := city.topology.find(action.asset)):
            return (facts.scope,)
        if isinstance(action, Correct) and (entry := state.entries.get(action.entry)):
            return (entry.scope,)
        return (CITY,)

    def touched(self, line: Line) -> Iterable[tuple[str, Any]]:
        event = line.event
        if isinstance(event, events.Forgotten):
            yield from ((TOPIC, entry) for entry in event.entries)
            return
        yield TOPIC, event.entry  # type: ignore[attr-defined]
        if isinstance(event, events.Corrected):
            yield TOPIC, event.corrects

    def row(self, state: LogbookState, topic: str, key: UUID, city: City) -> Row | None:
        entry = state.entries.get(key)
        return Row(topic, key, entry.scope, entry) if entry else None

    def snapshot(self, state: LogbookState, city: City) -> Iterable[Row]:
        newest = list(state.entries.values())[-SNAPSHOT_LINES:]
        return [Row(TOPIC, entry.id, entry.scope, entry) for entry in newest]

    def routes(self, view: View[LogbookState]) -> Sequence[Any]:
        return api.routes(view)


TRADE = Logbook()
