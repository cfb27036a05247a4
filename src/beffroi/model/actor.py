"""Who does something, and which line of the journal made it happen."""

from typing import Literal
from uuid import UUID

import msgspec

ActorKind = Literal["person", "machine", "reaction", "system"]


class Actor(msgspec.Struct, frozen=True, omit_defaults=True):
    """The author of an action: a person's account, a machine's key, a reaction's name, or the system itself.

    `id` is an account or key identifier; `name` is a reaction's or a system part's own name. Names of persons are
    never here: the journal keeps the account and the access room tells the name (erasable).
    """

    kind: ActorKind
    id: UUID | None = None
    name: str | None = None


SYSTEM = Actor(kind="system")


class Cause(msgspec.Struct, frozen=True):
    """The journal line that an action answers; `depth` counts the links of the chain (stopped at 8)."""

    position: int
    depth: int = 1


MAX_CAUSE_DEPTH = 8
