"""What rights are cut by: commune, trade and kind, carried by every row that can be listed."""

from uuid import UUID

import msgspec

ANY = "*"


class Scope(msgspec.Struct, frozen=True, array_like=True):
    """Where a row belongs: commune (INSEE code), trade (the room's or desk's, e.g. `lighting`) and kind of equipment.

    An empty field means "of no particular one": it is visible only to rights that say `*` on that axis. `*` means "of
    every one": whoever holds any of them sees it. Of every commune are the desks and seats alone
    (`Trade.every_commune`).
    """

    commune: str = ""
    trade: str = ""
    kind: str = ""


CITY = Scope()
"""A row that concerns the whole city."""


class Move(msgspec.Struct, frozen=True, array_like=True):
    """An asset, with its place in the live arrays, that belongs to another scope than before."""

    asset: UUID
    index: int
    before: Scope
    after: Scope


class EventMove(msgspec.Struct, frozen=True, array_like=True):
    """An *événement* whose rows belong to that scope from now on; `masked`: to nobody but its own trade."""

    incident: UUID
    scope: Scope
    masked: bool


class Grant(msgspec.Struct, frozen=True):
    """A set of scopes: each axis is a set of values, or `*` for all."""

    communes: frozenset[str] = frozenset({ANY})
    trades: frozenset[str] = frozenset({ANY})
    kinds: frozenset[str] = frozenset({ANY})

    def covers(self, scope: Scope) -> bool:
        """Tell whether a row of that scope is inside: the one predicate of lists, single reads, feed and counts."""
        return (
            (ANY in self.communes or scope.commune in self.communes or scope.commune == ANY)
            and (ANY in self.trades or scope.trade in self.trades or scope.trade == ANY)
            and (ANY in self.kinds or scope.kind in self.kinds or scope.kind == ANY)
        )


class Rights(msgspec.Struct, frozen=True):
    """What a session may do: rights by name, each within its grants. `view` is needed to see a row at all."""

    grants: dict[str, tuple[Grant, ...]] = msgspec.field(default_factory=dict)

    def allows(self, right: str, scope: Scope) -> bool:
        """Tell whether this right holds over a row of that scope."""
        return any(grant.covers(scope) for grant in self.grants.get(right, ()))

    def names(self, right: str) -> bool:
        """Tell whether the right is held anywhere at all."""
        return bool(self.grants.get(right))


EVERYTHING = Grant()
