"""What the readings sign as a trade."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import psycopg

from beffroi.model.ports import City
from beffroi.model.scope import CITY
from beffroi.telemetry import actions as asked
from beffroi.telemetry import events as happened
from beffroi.telemetry import logic, store
from beffroi.telemetry.live import LiveArrays, LivePort
from beffroi.telemetry.texts import TEXTS
from beffroi.telemetry.types import TelemetryState, row_of
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import View
from beffroi.trade.event import Event
from beffroi.trade.line import Line, Row
from beffroi.trade.room import Trade

TOPIC = "sources"
DIFF = "bf.diff"


class Telemetry(Trade[TelemetryState]):
    """Readings as a trade: sources are decided and journalled, values are heard of on the bus."""

    name: ClassVar[str] = "telemetry"
    actions: ClassVar[tuple[type[Action], ...]] = (
        asked.CreateSource,
        asked.CreateSources,
        asked.AdoptSource,
        asked.SetAssets,
        asked.SetQuota,
        asked.RenewSecret,
        asked.DisableSource,
        asked.EnableSource,
        asked.NoteQuotaEpisode,
    )
    events: ClassVar[tuple[type[Event], ...]] = (
        happened.SourceCreated,
        happened.SourceAdopted,
        happened.AssetsSet,
        happened.QuotaSet,
        happened.SecretRenewed,
        happened.SourceDisabled,
        happened.SourceEnabled,
        happened.QuotaEpisode,
    )
    topics: ClassVar[tuple[str, ...]] = (TOPIC,)
    subjects: ClassVar[tuple[str, ...]] = (DIFF,)
    texts: ClassVar[dict[str, dict[str, str]]] = TEXTS

    def empty(self) -> TelemetryState:
        return TelemetryState(LiveArrays())

    def load(self, connection: psycopg.Connection[Any]) -> TelemetryState:
        return store.load(connection, LiveArrays())

    def decide(self, state: TelemetryState, action: Action, context: Context) -> Sequence[Event]:
        return logic.decide(state, action, context)

    def apply(self, state: TelemetryState, line: Line) -> None:
        logic.apply(state, line)

    def write(self, cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
        store.write(cursor, lines)

    def hear(self, state: TelemetryState, subject: str, payload: bytes) -> None:
        state.live.absorb(payload)

    def ports(self, state: TelemetryState, city: City) -> dict[str, Any]:
        return {"live": LivePort(state.live, city, self.kinds)}

    def touched(self, line: Line) -> Iterable[tuple[str, Any]]:
        if not isinstance(line.event, happened.QuotaEpisode):
            yield TOPIC, logic.source_named(line)

    def row(self, state: TelemetryState, topic: str, key: str, city: City) -> Row | None:
        source = state.sources.get(key)
        return Row(topic, key, CITY, row_of(source)) if source else None

    def snapshot(self, state: TelemetryState, city: City) -> Iterable[Row]:
        return [Row(TOPIC, source.name, CITY, row_of(source)) for source in state.sources.values()]

    def routes(self, view: View[TelemetryState]) -> Sequence[Any]:
        # the intake imports this room too, and has no use for a web framework of 40 MB
        from beffroi.telemetry import api

        return api.routes(view, self.kinds)


TRADE = Telemetry()
