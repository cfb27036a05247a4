"""What dispatch signs as a trade."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar
from uuid import UUID

import psycopg

from beffroi.dispatch import actions, api, events, evolve, logic, rows, store
from beffroi.dispatch.texts import TEXTS
from beffroi.dispatch.types import DispatchState
from beffroi.model.ports import City
from beffroi.model.scope import CITY, Scope
from beffroi.model.time import Micros
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import View
from beffroi.trade.event import Event
from beffroi.trade.line import Line, Row
from beffroi.trade.room import Trade


class Dispatch(Trade[DispatchState]):
    """Crews, rosters, engagements and call-outs as a trade."""

    name: ClassVar[str] = "dispatch"
    actions: ClassVar[tuple[type[Action], ...]] = actions.ALL
    events: ClassVar[tuple[type[Event], ...]] = events.ALL
    topics: ClassVar[tuple[str, ...]] = rows.TOPICS
    texts: ClassVar[dict[str, dict[str, str]]] = TEXTS

    def empty(self) -> DispatchState:
        return DispatchState()

    def load(self, connection: psycopg.Connection[Any]) -> DispatchState:
        return store.load(connection)

    def decide(self, state: DispatchState, action: Action, context: Context) -> Sequence[Event]:
        return logic.decide(state, action, context)

    def apply(self, state: DispatchState, line: Line) -> None:
        evolve.apply(state, line)

    def write(self, cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
        store.write(cursor, lines)

    def scopes(self, state: DispatchState, action: Action, city: City) -> Iterable[Scope]:
        match action:
            case actions.SetCrew(trade=trade) | actions.SetRoster(trade=trade):
                return (rows.crew_scope(trade),)
            case actions.Engage(crew=crew):
                sent = state.crews.get(crew)
                return (*_scope_of_incident(action.incident, city), *((rows.crew_scope(sent.trade),) if sent else ()))
            case actions.CallAttempt() | actions.DoNotWake():
                return _scope_of_incident(action.incident, city)
            case actions.TellState() | actions.UndoState() | actions.Accept() | actions.Refuse() | actions.Disengage():
                return _scope_of_engagement(state, action, city)
            case actions.TellOutcome(call_out=call_out):
                held = state.call_outs.get(call_out)
                return (held.scope,) if held else ()
        return (CITY,)

    def touched(self, line: Line) -> Iterable[tuple[str, Any]]:
        event = line.event
        if isinstance(event, events.Rested):
            return
        if isinstance(event, events.FollowedEvent):
            yield from ((rows.ENGAGEMENTS, one) for one in event.engagements)
            yield from ((rows.CALL_OUTS, one) for one in event.call_outs)
            return
        for topic, field in ((rows.ENGAGEMENTS, "engagement"), (rows.CALL_OUTS, "call_out"), (rows.CREWS, "crew")):
            key = getattr(event, field, None)
            if key is not None:
                yield topic, key

    def row(self, state: DispatchState, topic: str, key: UUID, city: City) -> Row | None:
        return rows.row(state, topic, key, city)

    def snapshot(self, state: DispatchState, city: City) -> Iterable[Row]:
        return rows.snapshot(state, city)

    def next_due(self, state: DispatchState) -> Micros | None:
        return min((at for at, _ in logic.deadlines(state)), default=None)

    def due(self, state: DispatchState, now: Micros) -> Sequence[Action]:
        return [action for at, action in logic.deadlines(state) if at <= now]

    def routes(self, view: View[DispatchState]) -> Sequence[Any]:
        return api.routes(view)


def _scope_of_incident(incident: UUID, city: City) -> Iterable[Scope]:
    """A masked event is refused by the decision itself, which says why."""
    facts = city.incidents.find(incident)
    return (facts.scope,) if facts and not facts.masked else ()


def _scope_of_engagement(state: DispatchState, action: Any, city: City) -> Iterable[Scope]:
    held = state.engagements.get(action.engagement) if action.engagement else None
    if held is not None:
        return (held.scope,)
    incident = getattr(action, "incident", None)
    return _scope_of_incident(incident, city) if incident else (CITY,)


TRADE = Dispatch()
