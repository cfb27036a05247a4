"""What the register signs as a trade."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray

from beffroi.assets import actions as asked
from beffroi.assets import api, api_import, api_map, logic, store
from beffroi.assets import events as happened
from beffroi.assets.edit import select
from beffroi.assets.held import Held
from beffroi.assets.port import StreetsPort
from beffroi.assets.search.finder import Finder
from beffroi.assets.search.shelf import FinderShelf
from beffroi.assets.state import AssetsState
from beffroi.assets.texts import TEXTS
from beffroi.assets.types import ImportRecord
from beffroi.model.kinds import EquipmentKind
from beffroi.model.ports import City
from beffroi.model.scope import CITY, Scope
from beffroi.model.time import Micros
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import View
from beffroi.trade.event import Event
from beffroi.trade.line import Line, Row
from beffroi.trade.room import Trade

TOPIC = "imports"


class Assets(Trade[AssetsState]):
    """The register as a trade. `kinds` (name → kind, in the order of /api/kinds) is given by the server's wiring."""

    name: ClassVar[str] = "assets"
    actions: ClassVar[tuple[type[Action], ...]] = (
        asked.Create,
        asked.Correct,
        asked.BulkEdit,
        asked.Retire,
        asked.Merge,
        asked.Import,
        asked.UndoImport,
        asked.ExtendSeries,
    )
    events: ClassVar[tuple[type[Event], ...]] = (
        happened.Created,
        happened.Corrected,
        happened.BulkEdited,
        happened.Retired,
        happened.Merged,
        happened.Imported,
        happened.ImportUndone,
        happened.SeriesExtended,
        happened.Rescoped,
    )
    topics: ClassVar[tuple[str, ...]] = (TOPIC,)
    texts: ClassVar[dict[str, dict[str, str]]] = TEXTS

    def __init__(self, kinds: Mapping[str, EquipmentKind] | None = None) -> None:
        self.kinds = dict(kinds or {})
        self.held = Held()
        self.shelf = FinderShelf()
        """The search index in force, shared by all who search."""
        self.lamp_states: Callable[[], NDArray[np.uint8]] = lambda: np.zeros(0, np.uint8)
        """Gives the lamp picture's state of each asset by index; the live picture's service puts its own here."""

    def empty(self) -> AssetsState:
        return AssetsState(self.kinds, self.held)

    def load(self, connection: psycopg.Connection[Any]) -> AssetsState:
        self.held.effects.clear()
        state = AssetsState(self.kinds, self.held)
        store.load(connection, state)
        self.shelf.put(state, Finder(state))
        return state

    def decide(self, state: AssetsState, action: Action, context: Context) -> Sequence[Event]:
        return logic.decide(state, action, context)

    def apply(self, state: AssetsState, line: Line) -> None:
        logic.apply(state, line)

    def write(self, cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
        store.write(cursor, lines, self.held.effects, self.kinds)
        for line in lines:
            self.held.effects.pop(line.position, None)

    def ports(self, state: AssetsState, city: City) -> dict[str, Any]:
        return {"topology": state, "streets": StreetsPort(state)}

    def scopes(self, state: AssetsState, action: Action, city: City) -> Iterable[Scope]:
        match action:
            case asked.Create():
                return (self._scope_of_new(state, action),)
            case asked.Correct():
                return self._scopes_of_correction(state, action)
            case asked.Retire():
                return self._scopes_of(state, [action.asset])
            case asked.Merge():
                return self._scopes_of(state, [action.kept, action.duplicate])
            case asked.BulkEdit():
                return self._scopes_of_bulk(state, action)
        return (CITY,)

    def _scope_of_new(self, state: AssetsState, action: asked.Create) -> Scope:
        kind = self.kinds.get(action.kind)
        commune = action.commune or state.places.locate(action.lon, action.lat).commune
        return Scope(commune, kind.trade if kind else "", action.kind)

    @staticmethod
    def _scopes_of(state: AssetsState, assets: Iterable[UUID]) -> list[Scope]:
        found = (state.find(asset) for asset in assets)
        return list({facts.scope: None for facts in found if facts}) or [CITY]

    def _scopes_of_correction(self, state: AssetsState, action: asked.Correct) -> list[Scope]:
        scopes = self._scopes_of(state, [action.asset])
        moved = action.edits.given().get("commune")
        return [*scopes, *(Scope(moved, one.trade, one.kind) for one in scopes if moved)]

    def _scopes_of_bulk(self, state: AssetsState, action: asked.BulkEdit) -> list[Scope]:
        chosen = {state.facts_of(index).scope: None for index in select(state, action.where)}
        moved = action.edits.given().get("commune")
        return [*chosen, *(Scope(moved, one.trade, one.kind) for one in chosen if moved)] or [CITY]

    def touched(self, line: Line) -> Iterable[tuple[str, Any]]:
        if isinstance(line.event, happened.Imported | happened.ImportUndone):
            yield TOPIC, line.event.import_id

    def row(self, state: AssetsState, topic: str, key: UUID, city: City) -> Row | None:
        record: ImportRecord | None = state.imports.get(key)
        return Row(topic, key, CITY, record) if record else None

    def snapshot(self, state: AssetsState, city: City) -> Iterable[Row]:
        return [Row(TOPIC, record.id, CITY, record) for record in state.imports.values()]

    def next_due(self, state: AssetsState) -> Micros | None:
        return 0 if state.missing_points else None

    def due(self, state: AssetsState, now: Micros) -> Sequence[Action]:
        return [asked.ExtendSeries(kind=kind) for kind in state.missing_points]

    def routes(self, view: View[AssetsState]) -> Sequence[Any]:
        return [
            *api_import.import_routes(view),
            *api_map.map_routes(view, self._states_now, self.shelf),
            *api.routes(view),
        ]

    def _states_now(self) -> NDArray[np.uint8]:
        """Ask whoever gives the states at the time of asking: it comes after the routes are made."""
        return self.lamp_states()


TRADE = Assets()
