"""What calls and requests sign as a trade."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar
from uuid import UUID

import psycopg

from beffroi.model.ports import City
from beffroi.model.scope import CITY, Scope
from beffroi.model.time import Micros
from beffroi.requests import actions, api, events, evolve, forgetting, logic, rows, store
from beffroi.requests.held import Held
from beffroi.requests.texts import TEXTS
from beffroi.requests.types import Contact, RequestsState
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import View
from beffroi.trade.event import Event
from beffroi.trade.line import Line, Row
from beffroi.trade.room import Trade


class Requests(Trade[RequestsState]):
    """Calls and requests as a trade; contacts travel beside the events, in `held`."""

    name: ClassVar[str] = "requests"
    actions: ClassVar[tuple[type[Action], ...]] = (
        actions.Record,
        actions.Attach,
        actions.Detach,
        actions.Follow,
        actions.Settle,
        actions.CallBack,
        actions.Close,
        actions.Correct,
        actions.SetContact,
        actions.Forget,
        actions.Tell,
        actions.PickUp,
        actions.Recalled,
        actions.ForgetPerson,
        actions.ForgetDue,
        actions.ForgetTexts,
        actions.NoteContactRead,
        actions.NoteTold,
        actions.Move,
        actions.Rescope,
        actions.FollowEvent,
        actions.Progress,
        actions.Rang,
        actions.PickUpFailed,
        actions.Answered,
        actions.HungUp,
    )
    events: ClassVar[tuple[type[Event], ...]] = (
        events.Recorded,
        events.Attached,
        events.Followed,
        events.Moved,
        events.Rescoped,
        events.FollowedEvent,
        events.Settled,
        events.CalledBack,
        events.Corrected,
        events.ContactSet,
        events.ContactRead,
        events.Forgotten,
        events.TextsForgotten,
        events.Progressed,
        events.ToldEvent,
        events.Rang,
        events.PickUpAsked,
        events.PickUpFailed,
        events.CallAnswered,
        events.CallEnded,
        events.CallRecalled,
    )
    topics: ClassVar[tuple[str, ...]] = (rows.REQUESTS, rows.CALLS)
    windows: ClassVar[dict[str, int]] = {rows.REQUESTS: rows.SHOWN, rows.CALLS: rows.SHOWN_CALLS}
    texts: ClassVar[dict[str, dict[str, str]]] = TEXTS

    def __init__(self) -> None:
        self.held = Held()

    def empty(self) -> RequestsState:
        return RequestsState()

    def load(self, connection: psycopg.Connection[Any]) -> RequestsState:
        return store.load(connection)

    def decide(self, state: RequestsState, action: Action, context: Context) -> Sequence[Event]:
        found = logic.decide(state, action, context)
        for event in found:
            self._hold(action, event)
        return found

    def _hold(self, action: Action, event: Event) -> None:
        match action, event:
            case actions.Record(contact=Contact() as contact), events.Recorded(request=request):
                self.held.keep(request, contact)
            case actions.SetContact(contact=contact), events.ContactSet(request=request):
                self.held.keep(request, contact)
            case actions.Rang(number=number), events.Rang(call=call, number_until=int()):
                self.held.keep(call, Contact(phone=number))

    def apply(self, state: RequestsState, line: Line) -> None:
        evolve.apply(state, line)
        if isinstance(line.event, events.Recorded):
            evolve.prune(state, line.recorded_at)

    def write(self, cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
        store.write(cursor, lines, self.held)

    def scopes(self, state: RequestsState, action: Action, city: City) -> Iterable[Scope]:
        if isinstance(action, actions.Record):
            facts = city.topology.find(action.asset) if action.asset else None
            commune = facts.commune if facts else action.commune
            yield Scope(commune, action.trade or (facts.trade if facts else ""))
        elif isinstance(action, actions.Tell):
            owed = state.owed.get(action.message)
            yield _scope_of(state, owed.request if owed else None)
        else:
            yield _scope_of(state, getattr(action, "request", None))
        yield from _scopes_named(state, action, city)

    def touched(self, line: Line) -> Iterable[tuple[str, Any]]:
        return rows.touched(line)

    def row(self, state: RequestsState, topic: str, key: Any, city: City) -> Row | None:
        return rows.row(state, topic, key, city)

    def snapshot(self, state: RequestsState, city: City) -> Iterable[Row]:
        return rows.snapshot(state, city)

    def next_due(self, state: RequestsState) -> Micros | None:
        return state.contacts_end

    def due(self, state: RequestsState, now: Micros) -> Sequence[Action]:
        return [actions.ForgetDue()] if state.contacts_end is not None and state.contacts_end <= now else []

    def routes(self, view: View[RequestsState]) -> Sequence[Any]:
        return [*api.routes(view, self.catalogue), *forgetting.routes(view)]


def _scope_of(state: RequestsState, request: UUID | None) -> Scope:
    known = state.requests.get(request) if request else None
    return known.scope if known else CITY


def _scopes_named(state: RequestsState, action: Action, city: City) -> Iterable[Scope]:
    """List whose is what an action names beside its own request: an event, another request, another asset."""
    incident: UUID | None = getattr(action, "incident", None)
    if incident is not None:
        facts = city.incidents.find(incident)
        yield facts.scope if facts else CITY
    follows: UUID | None = getattr(action, "follows", None)
    if follows is not None:
        yield _scope_of(state, follows)
    if isinstance(action, actions.Correct) and action.asset and (asset := city.topology.find(action.asset)):
        yield asset.scope


TRADE = Requests()
