"""Reactions: "this line of the journal asks for that action"; found in the modules of `beffroi.procedures`."""

from collections.abc import Callable, Sequence

import msgspec

from beffroi.model.ports import City
from beffroi.trade.action import Action
from beffroi.trade.event import Event
from beffroi.trade.line import Line

React = Callable[[Line, City], Sequence[Action]]


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """One rule between trades: a module exposes it as `REACTION`, or several as the tuple `REACTIONS`.

    `name` is kept for ever: the position reached in the journal is saved under it. `react` is pure; the actions it
    returns are executed by the actor "reaction <name>" with the line as cause, and commit with the position, so that
    each line is answered once. A refused action is dropped: the trade already knew better.
    """

    name: str
    listens: tuple[type[Event], ...]
    react: React
