"""What the register holds of an asset, of a change and of an import."""

from typing import Any, Literal
from uuid import UUID

import msgspec

from beffroi.model.ports import LifeState, Management, Rhythm
from beffroi.model.time import Micros

NOTHING = "{}"
"""The characteristics of an asset that has none."""


class Asset(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One asset as the register knows it; `index` is its place in the live arrays (int32, dense, never reused).

    `installed_on` is as precise as its source: `2004`, `2004-05` or `2004-05-17`. `characteristics` is the
    text of a JSON object (shared between assets that have the same).
    `source` is "<mapping>/<kind>/<key>" of the file that it came from and `source_hash` the last row read there: the
    same row read again changes nothing, even where a person corrected the asset since. `revision` grows by one.
    """

    id: UUID
    index: int
    kind: str
    code: str
    name: str = ""
    commune: str = ""
    street: str = ""
    number: str = ""
    lon: float = 0.0
    lat: float = 0.0
    owner: str = ""
    contract: str = ""
    parent: UUID | None = None
    installed_on: str = ""
    management: Management = "point"
    rhythm: Rhythm = "permanent"
    state: LifeState = "in_service"
    characteristics: str = NOTHING
    source: str = ""
    source_hash: int = 0
    simulated: bool = False
    revision: int = 1
    first_series: int = 0
    merged_into: UUID | None = None


class Change(msgspec.Struct, frozen=True):
    """One asset before and after a line of the journal; `before` is nothing for a creation."""

    before: Asset | None
    after: Asset
    import_id: UUID | None = None


ImportState = Literal["committed", "undone"]


class LayerCount(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did to one layer or kind."""

    target: str
    file: str = ""
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    ignored: int = 0


class ImportRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One import as the register remembers it."""

    id: UUID
    position: int
    at: Micros
    actor: UUID | None
    mapping: str
    title: str
    attribution: str
    file_hash: str
    counts: tuple[LayerCount, ...]
    state: ImportState = "committed"

    @property
    def changed(self) -> int:
        """Return how many things the import created or updated."""
        return sum(count.created + count.updated for count in self.counts)


class Refusal(msgspec.Struct, frozen=True):
    """One row that an import or an undo left out: where, why (code and parameters), and the row's own words."""

    file: str
    line: int
    code: str
    params: dict[str, str | int | float] = {}
    excerpt: str = ""


class Filter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which assets: every field given must agree; an empty filter with no ids names nothing."""

    ids: tuple[UUID, ...] = ()
    kind: str = ""
    commune: str = ""
    street: str = ""
    parent: UUID | None = None
    state: LifeState | None = None
    bbox: tuple[float, float, float, float] | None = None

    @property
    def empty(self) -> bool:
        """Tell whether nothing at all was given."""
        return self == Filter()


class Edits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """New values of an asset's fields; what is not given stays. `characteristics` is merged, a null value removes.

    `parent` set to null takes the asset off its feeder.
    """

    code: str | msgspec.UnsetType = msgspec.UNSET
    name: str | msgspec.UnsetType = msgspec.UNSET
    commune: str | msgspec.UnsetType = msgspec.UNSET
    street: str | msgspec.UnsetType = msgspec.UNSET
    number: str | msgspec.UnsetType = msgspec.UNSET
    lon: float | msgspec.UnsetType = msgspec.UNSET
    lat: float | msgspec.UnsetType = msgspec.UNSET
    owner: str | msgspec.UnsetType = msgspec.UNSET
    contract: str | msgspec.UnsetType = msgspec.UNSET
    parent: UUID | msgspec.UnsetType | None = msgspec.UNSET
    installed_on: str | msgspec.UnsetType = msgspec.UNSET
    management: Management | msgspec.UnsetType = msgspec.UNSET
    rhythm: Rhythm | msgspec.UnsetType = msgspec.UNSET
    state: LifeState | msgspec.UnsetType = msgspec.UNSET
    characteristics: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET

    def given(self) -> dict[str, Any]:
        """Return the fields that were given, by name."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in values.items() if value is not msgspec.UNSET}
