"""Words of the journal: the head of the chain, a stored line, its erasable bodies."""

from uuid import UUID

import msgspec

from beffroi.model.time import Micros

HASH_BYTES = 32
PERSONAL = "personal"


class Head(msgspec.Struct, frozen=True):
    """The last line of the chain: its position and its hash."""

    position: int
    hash: bytes


GENESIS = Head(0, bytes(HASH_BYTES))
"""The head before the first line."""


class StoredLine(msgspec.Struct, frozen=True):
    """One row of `journal_line` in the order of its columns.

    `content` (column `bytes`) is what the hash covers; the others repeat it for searching, the verifier compares.
    """

    position: int
    recorded_at: Micros
    happened_at: Micros
    type: str
    version: int
    actor_kind: str
    actor: UUID | None
    actor_name: str | None
    cause: int | None
    depth: int | None
    asset: UUID | None
    commune: str
    trade: str
    kind: str
    content: bytes
    hash: bytes


class Body(msgspec.Struct, frozen=True):
    """One erasable field of a line: `text` is the JSON of its value, `purpose` decides its end date.

    Once erased, `salt` and `text` are gone and `erased_at` says when: the line keeps a hash nobody can guess back.
    """

    position: int
    field: str
    purpose: str
    recorded_at: Micros
    salt: bytes | None
    text: str | None
    erased_at: Micros | None = None


def is_secret(purpose: str) -> bool:
    """Tell whether a purpose is about secrets (`secret.…`): their bodies are never read nor exported."""
    return purpose.startswith("secret.")


def is_personal(purpose: str) -> bool:
    """Tell whether a purpose is about identified people (`personal.…`): reading its bodies is itself journalled."""
    return purpose == PERSONAL or purpose.startswith(PERSONAL + ".")
