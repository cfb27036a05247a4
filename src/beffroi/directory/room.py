"""What the directory signs as a trade."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import psycopg

from beffroi.directory import actions as ask
from beffroi.directory import api, evolve, logic, store
from beffroi.directory import events as told
from beffroi.directory.texts import TEXTS
from beffroi.directory.types import DirectoryRow, DirectoryState, scope_of
from beffroi.model.ports import City
from beffroi.model.scope import CITY, Scope
from beffroi.model.time import Micros
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import View
from beffroi.trade.event import Event
from beffroi.trade.line import Line, Row
from beffroi.trade.room import Trade

TOPIC = "contacts"
KEY = "directory"


class Directory(Trade[DirectoryState]):
    """The operational directory as a trade."""

    name: ClassVar[str] = "directory"
    actions: ClassVar[tuple[type[Action], ...]] = ask.ACTIONS
    events: ClassVar[tuple[type[Event], ...]] = told.EVENTS
    topics: ClassVar[tuple[str, ...]] = (TOPIC,)
    texts: ClassVar[dict[str, dict[str, str]]] = TEXTS

    def empty(self) -> DirectoryState:
        return DirectoryState()

    def load(self, connection: psycopg.Connection[Any]) -> DirectoryState:
        return store.load(connection)

    def decide(self, state: DirectoryState, action: Action, context: Context) -> Sequence[Event]:
        return logic.decide(state, action, context)

    def apply(self, state: DirectoryState, line: Line) -> None:
        evolve.apply(state, line)

    def write(self, cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
        store.write(cursor, lines)

    def scopes(self, state: DirectoryState, action: Action, city: City) -> Iterable[Scope]:
        match action:
            case ask.SetContact(entry=entry, contact=contact):
                held = state.contacts.get(contact) if contact else None
                # who moves a contact to another commune must hold both
                return dict.fromkeys((scope_of(entry.commune), held.scope if held else scope_of(entry.commune)))
            case ask.RemoveContact(contact=contact) | ask.ForgetPerson(contact=contact) | ask.Call(contact=contact):
                held = state.contacts.get(contact)
                return (held.scope if held else CITY,)
            case ask.SetRoster(roster=roster):
                held_roster = state.rosters.get(roster.key)
                return dict.fromkeys((roster.scope, held_roster.scope if held_roster else roster.scope))
            case ask.RemoveRoster(roster=key) | ask.SetDuty(roster=key):
                held_roster = state.rosters.get(key)
                return (held_roster.scope if held_roster else CITY,)
        return (CITY,)

    def touched(self, line: Line) -> Iterable[tuple[str, Any]]:
        if not isinstance(line.event, told.Called):
            yield TOPIC, KEY

    def row(self, state: DirectoryState, topic: str, key: Any, city: City) -> Row | None:
        return Row(TOPIC, KEY, scope_of(""), DirectoryRow(state.version, len(state.contacts)))

    def snapshot(self, state: DirectoryState, city: City) -> Iterable[Row]:
        return [Row(TOPIC, KEY, scope_of(""), DirectoryRow(state.version, len(state.contacts)))]

    def next_due(self, state: DirectoryState) -> Micros | None:
        return state.first_end()

    def due(self, state: DirectoryState, now: Micros) -> Sequence[Action]:
        return [ask.Expire()]

    def routes(self, view: View[DirectoryState]) -> Sequence[Any]:
        return api.routes(view, self.zone)


TRADE = Directory()
