"""What the server lends to a trade's routes: the caller, the executor of actions, the reader of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar
from uuid import UUID

import msgspec
import psycopg

from beffroi.model.actor import Actor, Cause
from beffroi.model.ports import City
from beffroi.model.scope import EVERYTHING, Rights, Scope
from beffroi.model.time import Clock, Micros
from beffroi.trade.action import Action
from beffroi.trade.line import Line

AT_ROOT: dict[str, Any] = {"root": True}
"""`opt` of a route that stands at /api/<path> instead of /api/<trade>/<path>."""

PUBLIC: dict[str, Any] = {"public": True}
"""`opt` of a route open to people whom nobody knows yet; every other route asks for a caller."""

Also = Callable[[psycopg.Cursor[Any]], None]
"""Work to be committed with an action."""


class Caller(msgspec.Struct, frozen=True):
    """Who asks: an account's session, a machine's key, a reaction or the system; injected in handlers as `caller`."""

    actor: Actor
    rights: Rights
    lang: str = "fr"
    session: UUID | None = None
    trusted: bool = False
    """True for the system and reactions only: no right is asked of them."""

    def sees(self, scope: Scope) -> bool:
        """Tell whether a row of that scope exists at all for this caller."""
        return self.trusted or self.rights.allows("view", scope)

    def may(self, right: str, scope: Scope) -> bool:
        """Tell whether the caller holds a right over that scope."""
        return self.trusted or self.rights.allows(right, scope)


class Outcome(msgspec.Struct, frozen=True):
    """The committed lines that answered an action, oldest first."""

    lines: tuple[Line, ...]


class Executor(Protocol):
    """The committer as everybody else sees it."""

    async def execute(
        self,
        action: Action,
        caller: Caller,
        *,
        happened_at: Micros | None = None,
        cause: Cause | None = None,
        also: Also | None = None,
    ) -> Outcome:
        """Return once the action is decided and committed; raises Rejected when it is refused.

        `also` is run on the cursor of the action's own transaction, in the writer's thread, even when the action
        makes no event; never when it is refused. It may be run again when the group is retried.
        """


class Reader(Protocol):
    """Reads rows outside the committer, on its own pool; never inside a decision."""

    async def fetch(self, sql: str, params: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""


S_co = TypeVar("S_co", covariant=True)


class View(Protocol[S_co]):
    """One trade's window on the running core, given once to `Trade.routes`."""

    @property
    def state(self) -> S_co:
        """Return the trade's state as last applied."""

    @property
    def city(self) -> City:
        """Return the other trades as ports."""

    @property
    def executor(self) -> Executor:
        """Return the committer's door."""

    @property
    def reader(self) -> Reader:
        """Return the reading pool."""

    @property
    def clock(self) -> Clock:
        """Return the city's clock."""


def trusted(actor: Actor) -> Caller:
    """Return a caller of whom no right is asked: the system's own hand."""
    return Caller(actor=actor, rights=Rights(grants={"view": (EVERYTHING,)}), trusted=True)


def acting_for(caller: Caller) -> Caller:
    """Return the same author without further questions: for a route that checked by itself what the action needs."""
    return msgspec.structs.replace(caller, trusted=True)
