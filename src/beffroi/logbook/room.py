"""What the main courante signs as a trade."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar
from uuid import UUID

import psycopg

from beffroi.logbook import actions, api, changes, events, logic, store
from beffroi.logbook.actions import Correct, Sign, Write
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
VISAS = "visas"
SNAPSHOT_LINES = 200


class Logbook(Trade[LogbookState]):
    """The main courante as a trade."""

    name: ClassVar[str] = "logbook"
    actions: ClassVar[tuple[type[Action], ...]] = (
        actions.Write,
        actions.Correct,
        actions.Sign,
        actions.Note,
        actions.FileReport,
        actions.RemakeReport,
        actions.AmendReport,
        actions.Forget,
        actions.Rescope,
        actions.FollowEvent,
    )
    events: ClassVar[tuple[type[Event], ...]] = (
        events.Written,
        events.Corrected,
        events.Noted,
        events.Signed,
        events.ReportFiled,
        events.ReportAmended,
        events.Forgotten,
        events.Rescoped,
        events.FollowedEvent,
    )
    topics: ClassVar[tuple[str, ...]] = (TOPIC, VISAS)
    windows: ClassVar[dict[str, int]] = {TOPIC: SNAPSHOT_LINES, VISAS: changes.KEPT_VISAS}
    texts: ClassVar[dict[str, dict[str, str]]] = TEXTS

    def empty(self) -> LogbookState:
        return LogbookState()

    def load(self, connection: psycopg.Connection[Any]) -> LogbookState:
        return store.load(connection)

    def decide(self, state: LogbookState, action: Action, context: Context) -> Sequence[Event]:
        return logic.decide(state, action, context)

    def apply(self, state: LogbookState, line: Line) -> None:
        changes.apply(state, line)

    def write(self, cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
        store.write(cursor, lines)

    def scopes(self, state: LogbookState, action: Action, city: City) -> Iterable[Scope]:
        if isinstance(action, Write):
            return (logic.scope_of(action, city),)
        if isinstance(action, Correct) and (entry := state.entries.get(action.entry)):
            return (entry.scope,)
        if isinstance(action, Sign):
            return (logic.scope_of_visa(action.compartment),)
        return (CITY,)

    def touched(self, line: Line) -> Iterable[tuple[str, Any]]:
        match line.event:
            case (
                events.Forgotten(entries=entries)
                | events.Rescoped(entries=entries)
                | events.FollowedEvent(entries=entries)
            ):
                yield from ((TOPIC, entry) for entry in entries)
            case events.Signed(visa=visa):
                yield VISAS, visa
            case events.Written(entry=entry) | events.Noted(entry=entry):
                yield TOPIC, entry
            case events.Corrected(entry=entry, corrects=corrects):
                yield TOPIC, entry
                yield TOPIC, corrects

    def row(self, state: LogbookState, topic: str, key: UUID, city: City) -> Row | None:
        if topic == VISAS:
            visa = state.visas.get(key)
            return Row(VISAS, key, logic.scope_of_visa(visa.compartment), visa) if visa else None
        entry = state.entries.get(key)
        return Row(topic, key, entry.scope, entry) if entry else None

    def snapshot(self, state: LogbookState, city: City) -> Iterable[Row]:
        newest = list(state.entries.values())[-SNAPSHOT_LINES:]
        rows = [Row(TOPIC, entry.id, entry.scope, entry) for entry in newest]
        return rows + [
            Row(VISAS, visa.id, logic.scope_of_visa(visa.compartment), visa)
            for visa in list(state.visas.values())[-changes.KEPT_VISAS :]
        ]

    def routes(self, view: View[LogbookState]) -> Sequence[Any]:
        return api.routes(view, self)


TRADE = Logbook()
