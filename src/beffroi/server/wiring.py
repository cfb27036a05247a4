"""Finds what the package and the data folder hold, and joins the trades into one city: no list to edit."""

import importlib
import pkgutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from types import ModuleType
from typing import Any
from uuid import UUID

import msgspec
import psycopg

import beffroi
from beffroi.model.kinds import EquipmentKind
from beffroi.model.ports import City
from beffroi.model.scope import Scope
from beffroi.model.time import Clock
from beffroi.server.absent import empty_city
from beffroi.server.migrations import ROOMS
from beffroi.trade.action import Action
from beffroi.trade.doors import Executor, Reader
from beffroi.trade.event import Event
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction
from beffroi.trade.room import Trade
from beffroi.trade.service import Pages, Service

NOT_TRADES = frozenset({"model", "trade", "server", "rehearsal", "links", "equipment", "procedures"})
OFFERS = ("REACTION", "REACTIONS", "SERVICE", "BEFORE_READY", "PAGES")
"""What a module of `beffroi.procedures` may have for us."""


class WiringError(Exception):
    """Two rooms that claim the same name: a code and its params."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params


def find_trades() -> tuple[Trade[Any], ...]:
    """Return the `TRADE` of every room, in the order of migrations: a row may reference one of a room before."""
    from beffroi.server.house import TRADE as HOUSE

    names = sorted(item.name for item in pkgutil.iter_modules(beffroi.__path__) if item.ispkg)
    rooms = [importlib.import_module(f"beffroi.{name}") for name in names if name not in NOT_TRADES]
    found = [room.TRADE for room in rooms if hasattr(room, "TRADE")]
    rank = {name: place for place, name in enumerate(ROOMS)}
    return (*sorted(found, key=lambda trade: rank.get(trade.name, len(rank))), HOUSE)


def find_kinds(plugins: Any = None, off: Collection[str] = ()) -> dict[str, EquipmentKind]:
    """Return the equipment descriptions by name; nothing when no equipment folder is installed."""
    equipment = importlib.import_module("beffroi.equipment")
    registry = getattr(equipment, "registry", None)
    if registry is None:
        return {}
    kinds: dict[str, EquipmentKind] = registry(plugins, off) if plugins is not None else registry()
    return kinds


class Procedures(msgspec.Struct, frozen=True):
    """What `beffroi.procedures` holds: reactions, services and pages by name of module."""

    reactions: tuple[Reaction, ...] = ()
    services: dict[str, Service] = {}
    first: tuple[Service, ...] = ()
    """Awaited once, before the core says that it is ready (`BEFORE_READY`)."""
    pages: dict[str, Pages] = {}


def find_procedures() -> Procedures:
    """Return the reactions, services and pages of `beffroi.procedures`, its groups read file by file."""
    reactions: list[Reaction] = []
    services: dict[str, Service] = {}
    first: list[Service] = []
    pages: dict[str, Pages] = {}
    for name, module in _procedures("beffroi.procedures"):
        reactions += _reactions(module)
        if hasattr(module, "SERVICE"):
            services[name] = module.SERVICE
        if hasattr(module, "BEFORE_READY"):
            first.append(module.BEFORE_READY)
        if hasattr(module, "PAGES"):
            pages[name.rpartition(".")[2]] = module.PAGES
    names = [reaction.name for reaction in reactions]
    if len(set(names)) != len(names):
        raise WiringError("wiring.same_reaction", names=sorted(names))
    return Procedures(tuple(reactions), services, tuple(first), pages)


def _procedures(package: str, prefix: str = "") -> Iterator[tuple[str, ModuleType]]:
    """Yield (name, module) of what is offered; a folder that offers nothing itself is a group."""
    for item in sorted(pkgutil.iter_modules(importlib.import_module(package).__path__), key=lambda item: item.name):
        module = importlib.import_module(f"{package}.{item.name}")
        if not item.ispkg or any(hasattr(module, offer) for offer in OFFERS):
            yield prefix + item.name, module
        else:
            yield from _procedures(f"{package}.{item.name}", f"{prefix}{item.name}.")


def _reactions(module: ModuleType) -> list[Reaction]:
    one = getattr(module, "REACTION", None)
    return [*getattr(module, "REACTIONS", ()), *([one] if one is not None else [])]


class Wiring:
    """The trades with their states, and the one `City` that every decision receives."""

    def __init__(
        self, trades: Sequence[Trade[Any]], kinds: dict[str, EquipmentKind] | None = None, zone: str = "UTC"
    ) -> None:
        self.trades = tuple(trades)
        self.kinds = kinds or {}
        self.city: City = empty_city()
        self.states: dict[str, Any] = {}
        self.of_action: dict[type[Action], Trade[Any]] = {}
        self.of_event: dict[type[Event], Trade[Any]] = {}
        self.actions: dict[str, type[Action]] = {}
        self.of_topic = {topic: trade for trade in self.trades for topic in trade.topics}
        self.city.rows = RowScopes(self)
        sentences = {code: texts for trade in self.trades for code, texts in trade.texts.items()}
        for trade in self.trades:
            trade.kinds = self.kinds
            trade.catalogue = sentences
            trade.zone = zone
            self._enter(trade)

    def _enter(self, trade: Trade[Any]) -> None:
        for action in trade.actions:
            if action.action_type() in self.actions:
                raise WiringError("wiring.same_action", action=action.action_type())
            self.actions[action.action_type()] = action
            self.of_action[action] = trade
        for event in trade.events:
            if event in self.of_event:
                raise WiringError("wiring.same_event", event=event.event_type())
            self.of_event[event] = trade

    @property
    def events(self) -> list[type[Event]]:
        """List every class of events of the city."""
        return list(self.of_event)

    def load(self, connection: psycopg.Connection[Any], names: Iterable[str] | None = None) -> dict[str, Any]:
        """Return the states that the rows hold, of all trades or of those named; changes nothing here yet."""
        wanted = None if names is None else set(names)
        return {trade.name: trade.load(connection) for trade in self.trades if wanted is None or trade.name in wanted}

    def empty(self) -> dict[str, Any]:
        """Return the states of all trades before the first line of the journal."""
        return {trade.name: trade.empty() for trade in self.trades}

    def adopt(self, states: dict[str, Any]) -> None:
        """Make freshly loaded states the present ones and let the trades serve each other again."""
        self.states.update(states)
        for trade in self.trades:
            for port, served in trade.ports(self.states[trade.name], self.city).items():
                setattr(self.city, port, served)

    def apply(self, line: Line) -> None:
        """Bring one line of the journal into the state of its trade."""
        trade = self.of_event[type(line.event)]
        trade.apply(self.states[trade.name], line)


class RowScopes:
    """Whose the rows of the screens are (`beffroi.model.ports.Rows`)."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def scope_of(self, topic: str, key: UUID) -> Scope | None:
        """Return the scope of a row of any trade, or nothing when it was never there."""
        trade = self._wiring.of_topic[topic]
        row = trade.row(self._wiring.states[trade.name], topic, key, self._wiring.city)
        return row.scope if row else None


class RoomView(msgspec.Struct, frozen=True):
    """What the server lends to one trade's routes (`beffroi.trade.doors.View`)."""

    wiring: Wiring
    trade: str
    executor: Executor
    reader: Reader
    clock: Clock

    @property
    def state(self) -> Any:
        """Return the trade's state as last applied."""
        return self.wiring.states[self.trade]

    @property
    def city(self) -> City:
        """Return the other trades as ports."""
        return self.wiring.city
