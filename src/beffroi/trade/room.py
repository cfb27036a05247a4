"""The object by which the server finds a trade: `TRADE` in the room's `__init__.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

import msgspec
import psycopg

from beffroi.model.kinds import EquipmentKind
from beffroi.model.ports import City
from beffroi.model.scope import CITY, Scope
from beffroi.model.time import Micros
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import Caller, View
from beffroi.trade.event import Event
from beffroi.trade.line import Line, Row

S = TypeVar("S")


class Prepared(msgspec.Struct, frozen=True):
    """An action ready to be decided; `tells` is what the system has to say about it, whatever becomes of it."""

    action: Action
    tells: Action | None = None


class Trade(Generic[S]):
    """A trade closed on itself: state, decisions, rows, routes and texts.

    The committer is the only caller of `decide`, `apply` and `write`, in that order, one action after another; `S` is
    the trade's state in memory, changed in place by `apply` alone, and thrown away for a fresh `load` when a
    commit fails.
    """

    name: ClassVar[str]
    actions: ClassVar[tuple[type[Action], ...]] = ()
    events: ClassVar[tuple[type[Event], ...]] = ()
    topics: ClassVar[tuple[str, ...]] = ()
    windows: ClassVar[dict[str, int]] = {}
    """Topics of which a screen holds the newest rows only, with how many."""
    prepared: ClassVar[tuple[type[Action], ...]] = ()
    """Actions that pass by `prepare` before they are decided."""
    subjects: ClassVar[tuple[str, ...]] = ()
    """Subjects of the bus that `hear` wants: machine-scale news that belongs to the state and is never journalled."""
    every_commune: ClassVar[bool] = False
    """What it decides belongs to every commune (`*`); of any other trade, a commune so typed is none."""
    kinds: dict[str, EquipmentKind] = {}
    """The equipment found, given by the wiring before `load`."""
    catalogue: Mapping[str, Mapping[str, str]] = {}
    """The sentences of every trade, given by the wiring before `load`."""
    zone: str = "UTC"
    """The name of the city's time zone, given by the wiring before `load`."""
    texts: ClassVar[dict[str, dict[str, str]]] = {}
    """Sentences by code then language: refusals, events, labels. Parameters in braces."""

    def empty(self) -> S:
        """Return the state before the first line of the journal."""
        raise NotImplementedError

    def load(self, connection: psycopg.Connection[Any]) -> S:
        """Return the state kept by the rows of the database."""
        raise NotImplementedError

    async def prepare(self, state: S, action: Action, caller: Caller) -> Prepared:
        """Do with an action what is too slow to be decided: hash its secrets, in a thread.

        Nothing is decided here, rights included: they are asked afterwards, as for any action.
        """
        return Prepared(action)

    def decide(self, state: S, action: Action, context: Context) -> Sequence[Event]:
        """Return the events that answer an action, or raise Rejected; changes nothing."""
        raise NotImplementedError

    def apply(self, state: S, line: Line) -> None:
        """Bring one event into the state; never fails on an event that `decide` made."""
        raise NotImplementedError

    def write(self, cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
        """Bring a batch of events into the rows, set-wise, inside the committer's transaction."""
        raise NotImplementedError

    def hear(self, state: S, subject: str, payload: bytes) -> None:
        """Bring a message of the bus into the state, in a slice of 10 ms at most; those sent during `load` come after.

        The same news may come twice, and a lost connection to the bus loses some: `load` reads what was kept.
        """
        raise NotImplementedError

    def ports(self, state: S, city: City) -> dict[str, Any]:
        """Return what this trade serves to the others, by field name of City ("topology", "live", "programme", …).

        Asked after every load; `city` is complete before any port is used, so a port may keep it.
        """
        return {}

    def scopes(self, state: S, action: Action, city: City) -> Iterable[Scope]:
        """List the scopes over which the author must hold the action's right."""
        return (CITY,)

    def touched(self, line: Line) -> Iterable[tuple[str, Any]]:
        """List the (topic, id) of screen rows that this line may have changed."""
        return ()

    def row(self, state: S, topic: str, key: Any, city: City) -> Row | None:
        """Return one screen row as it stands, or nothing when it was never there."""
        return None

    def snapshot(self, state: S, city: City) -> Iterable[Row]:
        """List every screen row of the trade's topics: what a fresh screen starts from."""
        return ()

    def next_due(self, state: S) -> Micros | None:
        """Return when `due` next has something to say, or nothing."""
        return None

    def due(self, state: S, now: Micros) -> Sequence[Action]:
        """List the actions that time alone asks for: ends of shelving, expiries, returns to normal."""
        return ()

    def undecided(self, state: S, action: Action, at: Micros, *, apart: bool) -> None:
        """Hear that an action of `due` left nothing: who took it from a list of its own has it due again at `at`.

        `apart` after a failure: what the action names comes back one by one, so that one never holds the others.
        """

    def routes(self, view: View[S]) -> Sequence[Any]:
        """List the Litestar handlers of the trade's own readings, mounted under /api/<name>; actions need none."""
        return ()
