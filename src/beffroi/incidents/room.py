"""What the events sign as a trade."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar
from uuid import UUID

import psycopg

from beffroi.incidents import actions as ac
from beffroi.incidents import api, api_files, logic, store
from beffroi.incidents import events as ev
from beffroi.incidents.deadlines import stages
from beffroi.incidents.evolve import apply, refresh, subjects
from beffroi.incidents.logic import mask_scope
from beffroi.incidents.reacting import open_of
from beffroi.incidents.rows import facts_of, feed_row, masked_row, masked_scope
from beffroi.incidents.texts import TEXTS
from beffroi.incidents.types import Incident, IncidentsState
from beffroi.model.ports import City, IncidentFacts
from beffroi.model.scope import CITY, Scope
from beffroi.model.time import Micros
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import View
from beffroi.trade.event import Event
from beffroi.trade.line import Line, Row
from beffroi.trade.room import Trade

TOPIC = "incidents"
MASKED = "masked_incidents"
"""What screens hold of masked events: everybody of the commune has it, those who see the event whole ignore it."""

WARNED_AT_ONCE = 200


class Port:
    """The events as the other trades see them (`model.ports.Incidents`)."""

    def __init__(self, state: IncidentsState, city: City) -> None:
        self._state = state
        self._city = city

    def find(self, incident: UUID) -> IncidentFacts | None:
        """Return an event, open or closed within the days that memory keeps, or nothing."""
        found = self._state.incidents.get(incident)
        return facts_of(found, self._city) if found else None

    def list_open(self) -> Sequence[IncidentFacts]:
        """List the open events, the oldest first."""
        found = sorted(self._state.open.values(), key=lambda one: (one.opened_at, one.serial))
        return [facts_of(one, self._city) for one in found]

    def find_open_of(self, asset: UUID) -> IncidentFacts | None:
        """Return the open event that holds this asset or what feeds it, or nothing."""
        found = open_of(self._state, asset, self._city.topology)
        return facts_of(found[0], self._city) if found else None


class Incidents(Trade[IncidentsState]):
    """The events of the room as a trade."""

    name: ClassVar[str] = "incidents"
    actions: ClassVar[tuple[type[Action], ...]] = logic.ACTIONS
    events: ClassVar[tuple[type[Event], ...]] = ev.EVENTS
    topics: ClassVar[tuple[str, ...]] = (TOPIC, MASKED)
    texts: ClassVar[dict[str, dict[str, str]]] = TEXTS

    def empty(self) -> IncidentsState:
        return IncidentsState()

    def load(self, connection: psycopg.Connection[Any]) -> IncidentsState:
        return store.load(connection)

    def decide(self, state: IncidentsState, action: Action, context: Context) -> Sequence[Event]:
        return logic.decide(state, action, context, self.zone)

    def apply(self, state: IncidentsState, line: Line) -> None:
        apply(state, line)

    def write(self, cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
        store.write(cursor, lines)

    def ports(self, state: IncidentsState, city: City) -> dict[str, Any]:
        return {"incidents": Port(state, city)}

    def scopes(self, state: IncidentsState, action: Action, city: City) -> Iterable[Scope]:
        if isinstance(action, ac.Open):
            # whoever keeps a desk may open an event of any trade: he saw it, or was told
            place = _scope_of_asset(action.asset, city) or masked_scope(Scope(action.commune, "", ""))
            return (place, *_scopes_of_links(state, city, alarm=action.alarm, request=action.request))
        if not isinstance(action, ac.OnIncident):
            return (CITY,)
        incident = state.incidents.get(action.incident)
        if incident is None:
            return ()
        found = [incident.scope]
        if isinstance(action, ac.Join) and (into := state.incidents.get(action.into)):
            found.append(into.scope)
        if isinstance(action, ac.Correct) and (moved := _scope_of_asset(action.asset, city)):
            found.append(moved)
        if isinstance(action, ac.Correct) and action.commune:
            found.append(masked_scope(Scope(action.commune, "", "")))
        if isinstance(action, ac.LinkTo):
            found += _scopes_of_links(state, city, **{action.kind: action.id})
        if isinstance(action, ac.Mask) and not action.trade:
            found.append(mask_scope(incident, ""))
        return found

    def touched(self, line: Line) -> Iterable[tuple[str, Any]]:
        event = line.event
        names = list(subjects(event))
        if isinstance(event, ev.Joined | ev.JoinUndone):
            names.append(event.into)
            names += getattr(event, "holders", ())
        elif isinstance(event, ev.Forgotten):
            # the line of an event shows the words of those that it holds
            names += event.holders
        for name in names:
            yield TOPIC, name
            yield MASKED, name

    def row(self, state: IncidentsState, topic: str, key: UUID, city: City) -> Row | None:
        incident = state.incidents.get(key)
        if incident is None:
            return None
        if topic == MASKED:
            shown = incident.open and incident.masked
            return Row(MASKED, key, masked_scope(incident.scope), masked_row(incident, city) if shown else None)
        data = feed_row(state, incident, city) if incident.open else None
        return Row(TOPIC, key, incident.scope, data)

    def snapshot(self, state: IncidentsState, city: City) -> Iterable[Row]:
        for incident in state.open.values():
            yield Row(TOPIC, incident.id, incident.scope, feed_row(state, incident, city))
            if incident.masked:
                yield Row(MASKED, incident.id, masked_scope(incident.scope), masked_row(incident, city))

    def next_due(self, state: IncidentsState) -> Micros | None:
        if state.stale:
            refresh(state)
        return state.next_at

    def due(self, state: IncidentsState, now: Micros) -> Sequence[Action]:
        actions: list[Action] = []
        late = [one.id for one in state.open.values() if _is_due(one, now)]
        if late:
            actions.append(ac.Warn(incidents=tuple(late[:WARNED_AT_ONCE])))
        over = [name for name, (_, ends_at) in state.files.items() if ends_at <= now]
        if over:
            actions.append(ac.Expire(attachments=tuple(over[:WARNED_AT_ONCE])))
        return actions

    def routes(self, view: View[IncidentsState]) -> Sequence[Any]:
        return [*api.routes(view), *api_files.routes(view)]


def _is_due(incident: Incident, now: Micros) -> bool:
    return any(at <= now for _, _, at in stages(incident))


def _scope_of_asset(asset: UUID | None, city: City) -> Scope | None:
    facts = city.topology.find(asset) if asset else None
    return masked_scope(Scope(facts.commune, "", "")) if facts else None


_TOPICS = {"alarm": "alarms", "request": "requests", "work": "work", "order": "orders"}


def _scopes_of_links(state: IncidentsState, city: City, **links: UUID | None) -> Iterable[Scope]:
    """List whose is what an action names in another trade, and the events that already hold it.

    What is elsewhere is not told to be there; what is nowhere is the whole city's.
    """
    for kind, link in links.items():
        if link is None:
            continue
        yield city.rows.scope_of(_TOPICS[kind], link) or CITY
        if (incident := state.incidents.get(state.by_link.get(link, link))) is not None:
            yield incident.scope


TRADE = Incidents()
