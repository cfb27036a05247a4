"""What a decision may lean on besides its own state: the time, the author, the cause, new identifiers, the city."""

import msgspec

from beffroi.model.actor import Actor, Cause
from beffroi.model.ids import Ids
from beffroi.model.ports import City
from beffroi.model.scope import Rights
from beffroi.model.time import Micros


class Context(msgspec.Struct, frozen=True):
    """Arguments of every *decide*: nothing else of the world may be read there.

    `now` is the entry time; `happened_at` equals it unless the author gave a *heure des faits*.
    """

    now: Micros
    happened_at: Micros
    actor: Actor
    rights: Rights
    ids: Ids
    city: City
    cause: Cause | None = None
