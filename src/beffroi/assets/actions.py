"""What may be asked of the register."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

import msgspec

from beffroi.assets.types import Edits, Filter
from beffroi.model.ports import LifeState, Management, Rhythm
from beffroi.trade.action import Action

Label = Annotated[str, msgspec.Meta(max_length=200)]
Reason = Annotated[str, msgspec.Meta(max_length=500)]


class Create(Action, frozen=True, tag="assets.create"):
    """Enter one asset by hand; commune and street are found from the place when they are not given."""

    right: ClassVar[str] = "register"

    kind: str
    code: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    lon: float
    lat: float
    name: Label = ""
    commune: Label = ""
    street: Label = ""
    number: Label = ""
    owner: Label = ""
    contract: Label = ""
    parent: UUID | None = None
    installed_on: Label = ""
    management: Management = "point"
    rhythm: Rhythm = "permanent"
    state: LifeState = "in_service"
    characteristics: dict[str, Any] = {}
    simulated: bool = False


class Correct(Action, frozen=True, tag="assets.correct"):
    """Correct fields of one asset; `revision` (when given) refuses if somebody changed it since it was read."""

    right: ClassVar[str] = "register"

    asset: UUID
    edits: Edits
    revision: int | None = None


class BulkEdit(Action, frozen=True, tag="assets.bulk_edit"):
    """Give the same new values to many assets as one change record; `expected` is how many the preview said
    would change."""

    right: ClassVar[str] = "register"

    where: Filter
    edits: Edits
    expected: int | None = None


class Retire(Action, frozen=True, tag="assets.retire"):
    """Take an asset out of the city; its history stays."""

    right: ClassVar[str] = "register"

    asset: UUID
    reason: Reason = ""


class Merge(Action, frozen=True, tag="assets.merge"):
    """Declare two entries to be the same equipment: `duplicate` is removed into `kept`, both histories stay."""

    right: ClassVar[str] = "register"

    kept: UUID
    duplicate: UUID


class ExtendSeries(Action, frozen=True, tag="assets.extend_series"):
    """Give the assets of a kind the series of points that its description gained; only the system asks it."""

    kind: str


class Import(Action, frozen=True, tag="assets.import"):
    """Commit an import that was uploaded and previewed."""

    right: ClassVar[str] = "register"

    import_id: UUID


class UndoImport(Action, frozen=True, tag="assets.undo_import"):
    """Undo a committed import, as its undo preview showed."""

    right: ClassVar[str] = "register"

    import_id: UUID
