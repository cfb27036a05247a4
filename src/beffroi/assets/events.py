"""What happened to the register. Events of many assets stay small: their rows are kept in `asset_change`."""

from typing import ClassVar
from uuid import UUID

from beffroi.assets.types import Edits, Filter, LayerCount
from beffroi.model.scope import CITY, Move, Scope
from beffroi.trade.event import Event


class Created(Event, frozen=True, tag="assets.created"):
    """A person entered an asset; its series run from `first_series`, one for each point of its kind."""

    asset: UUID
    kind: str
    index: int
    first_series: int
    values: Edits
    simulated: bool = False
    scope: Scope = CITY


class Corrected(Event, frozen=True, tag="assets.corrected"):
    """A person corrected an asset; `before` holds the same fields as `edits`."""

    asset: UUID
    edits: Edits
    before: Edits
    scope: Scope = CITY


class BulkEdited(Event, frozen=True, tag="assets.bulk_edited"):
    """A person gave the same values to many assets; which ones follows from the filter and the register then."""

    edit: UUID
    where: Filter
    edits: Edits
    count: int
    scope: Scope = CITY


class Rescoped(Event, frozen=True, tag="assets.rescoped"):
    """A correction, a bulk edit, an import or its undo, told just before, put these assets in another commune."""

    moves: tuple[Move, ...]


class Retired(Event, frozen=True, tag="assets.retired"):
    """An asset left the city."""

    erasable: ClassVar[dict[str, str]] = {"reason": "assets"}

    asset: UUID
    reason: str
    scope: Scope = CITY


class Merged(Event, frozen=True, tag="assets.merged"):
    """An entry was found to be another one's duplicate; what it fed is now fed by the one kept."""

    asset: UUID
    duplicate: UUID
    scope: Scope = CITY


class SeriesExtended(Event, frozen=True, tag="assets.series_extended"):
    """A kind's description gained points: its assets before index `before` got one series each for each of them.

    Series run from `first_series`, asset after asset in index order.
    """

    kind: str
    points: tuple[str, ...]
    before: int
    first_series: int
    count: int


class Imported(Event, frozen=True, tag="assets.imported"):
    """A file or a folder of files entered the register; rows are in `asset_change` and `place_change`."""

    import_id: UUID
    mapping: str
    title: str
    attribution: str
    file_hash: str
    counts: tuple[LayerCount, ...]
    first_index: int
    first_series: int


class ImportUndone(Event, frozen=True, tag="assets.import_undone"):
    """An import was undone, except `refused` assets that were touched since."""

    import_id: UUID
    undo: UUID
    restored: int
    removed: int
    refused: int
