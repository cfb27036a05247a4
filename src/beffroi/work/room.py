"""What the work items sign as a trade."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar
from uuid import UUID

import psycopg

from beffroi.model.kinds import Text
from beffroi.model.ports import City
from beffroi.model.scope import CITY, Scope
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import View
from beffroi.trade.event import Event
from beffroi.trade.line import Line, Row
from beffroi.trade.room import Trade
from beffroi.work import api, logic, store
from beffroi.work.actions import Assign, Clear, Close, Open, Rescope
from beffroi.work.events import EVENTS, Rescoped, WorkEvent
from beffroi.work.texts import SEEN, TEXTS
from beffroi.work.types import WorkItem, WorkRow, WorkState

TOPIC = "work"


class Work(Trade[WorkState]):
    """The work items as a trade."""

    name: ClassVar[str] = "work"
    actions: ClassVar[tuple[type[Action], ...]] = (Open, Clear, Rescope, Assign, Close)
    events: ClassVar[tuple[type[Event], ...]] = EVENTS
    topics: ClassVar[tuple[str, ...]] = (TOPIC,)
    texts: ClassVar[dict[str, dict[str, str]]] = TEXTS

    def empty(self) -> WorkState:
        return WorkState()

    def load(self, connection: psycopg.Connection[Any]) -> WorkState:
        return store.load(connection)

    def decide(self, state: WorkState, action: Action, context: Context) -> Sequence[Event]:
        return logic.decide(state, action, context, self.kinds)

    def apply(self, state: WorkState, line: Line) -> None:
        logic.apply(state, line)

    def write(self, cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
        store.write(cursor, lines)

    def scopes(self, state: WorkState, action: Action, city: City) -> Iterable[Scope]:
        if isinstance(action, Assign | Close) and (item := state.open.get(action.item)):
            return (item.scope,)
        return (CITY,)

    def touched(self, line: Line) -> Iterable[tuple[str, Any]]:
        if isinstance(line.event, WorkEvent):
            yield TOPIC, line.event.item
        elif isinstance(line.event, Rescoped):
            yield from ((TOPIC, item) for item in line.event.items)

    def row(self, state: WorkState, topic: str, key: UUID, city: City) -> Row | None:
        item = state.open.get(key)
        # a closed item is no longer known here, and leaves every screen: whoever held its row saw its scope
        return Row(TOPIC, key, item.scope, self._row(item, city)) if item else Row(TOPIC, key, CITY, None)

    def snapshot(self, state: WorkState, city: City) -> Iterable[Row]:
        return [Row(TOPIC, item.id, item.scope, self._row(item, city)) for item in state.open.values()]

    def routes(self, view: View[WorkState]) -> Sequence[Any]:
        return api.routes(view, lambda item: self._row(item, view.city))

    def _row(self, item: WorkItem, city: City) -> WorkRow:
        facts = city.topology.find(item.asset)
        return WorkRow(
            id=item.id,
            asset=item.asset,
            index=item.index,
            kind=item.kind,
            fault=item.fault,
            label=self._label(item),
            priority=item.priority,
            code=facts.code if facts else "",
            place=city.topology.place_label(item.asset) if facts else "",
            commune=item.scope.commune,
            opened_at=item.opened_at,
            alarm=item.alarm,
            cause=item.cause,
            assigned_to=item.assigned_to,
            cleared_at=item.cleared_at,
            simulated=facts.simulated if facts else False,
        )

    def _label(self, item: WorkItem) -> Text:
        kind = self.kinds.get(item.kind)
        for alarm_class in kind.alarm_classes if kind else ():
            if alarm_class.name == item.fault:
                return alarm_class.label
        return SEEN.get(item.fault, {"fr": item.fault, "en": item.fault})


TRADE = Work()
