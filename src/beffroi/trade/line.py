"""A line of the journal as the trades see it: an event with its place, its two times, its author and its cause."""

from uuid import UUID

import msgspec

from beffroi.model.actor import Actor, Cause
from beffroi.model.scope import Scope
from beffroi.model.time import Micros
from beffroi.trade.event import Event


class Line(msgspec.Struct, frozen=True):
    """One committed event. `happened_at` is the *heure des faits*, `recorded_at` the *heure de saisie*."""

    position: int
    recorded_at: Micros
    happened_at: Micros
    actor: Actor
    cause: Cause | None
    event: Event


class Row(msgspec.Struct, frozen=True):
    """What a screen holds of one thing: `data` is any msgspec struct, None when the thing left the list.

    In a topic whose screens hold the newest rows only, one that `stays` is never pushed out: it is owed something.
    """

    topic: str
    id: UUID | int | str
    scope: Scope
    data: msgspec.Struct | None
    stays: bool = False
