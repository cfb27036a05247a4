"""What the programmes sign as a trade."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import psycopg

from beffroi.lighting import api, events, logic, store
from beffroi.lighting.actions import DropProgramme, SetProgramme
from beffroi.lighting.port import ProgrammePort
from beffroi.lighting.texts import TEXTS
from beffroi.lighting.types import LightingState
from beffroi.model.ports import City
from beffroi.model.scope import Scope
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import View
from beffroi.trade.event import Event
from beffroi.trade.line import Line, Row
from beffroi.trade.room import Trade

TOPIC = "programmes"


class Lighting(Trade[LightingState]):
    """The programmes as a trade."""

    name: ClassVar[str] = "lighting"
    actions: ClassVar[tuple[type[Action], ...]] = (SetProgramme, DropProgramme)
    events: ClassVar[tuple[type[Event], ...]] = (events.ProgrammeSet, events.ProgrammeDropped)
    topics: ClassVar[tuple[str, ...]] = (TOPIC,)
    texts: ClassVar[dict[str, dict[str, str]]] = TEXTS

    def empty(self) -> LightingState:
        return LightingState()

    def load(self, connection: psycopg.Connection[Any]) -> LightingState:
        return store.load(connection)

    def decide(self, state: LightingState, action: Action, context: Context) -> Sequence[Event]:
        return logic.decide(state, action, context)

    def apply(self, state: LightingState, line: Line) -> None:
        logic.apply(state, line)

    def write(self, cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
        store.write(cursor, lines)

    def ports(self, state: LightingState, city: City) -> dict[str, Any]:
        return {"programme": ProgrammePort(state, city)}

    def scopes(self, state: LightingState, action: Action, city: City) -> Iterable[Scope]:
        if isinstance(action, SetProgramme):
            return (logic.scope_of(action.programme.commune),)
        if isinstance(action, DropProgramme):
            return (logic.scope_of(action.commune),)
        return super().scopes(state, action, city)

    def touched(self, line: Line) -> Iterable[tuple[str, Any]]:
        match line.event:
            case events.ProgrammeSet(programme=programme):
                yield TOPIC, programme.commune
            case events.ProgrammeDropped(commune=commune):
                yield TOPIC, commune

    def row(self, state: LightingState, topic: str, key: str, city: City) -> Row | None:
        return Row(topic, key, logic.scope_of(key), state.programmes.get(key))

    def snapshot(self, state: LightingState, city: City) -> Iterable[Row]:
        return [Row(TOPIC, key, logic.scope_of(key), programme) for key, programme in state.programmes.items()]

    def routes(self, view: View[LightingState]) -> Sequence[Any]:
        return api.routes(view)


TRADE = Lighting()
