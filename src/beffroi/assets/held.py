"""What waits between a preview and its commit, and between a decision and its rows.

Events of many assets stay small, so their rows travel beside them: a plan is held here from its preview until it is
committed, then kept for ever in `asset_change` and `place_change`. To replay the journal, give `Held` the plans that
`store.read_plan` rebuilds from these tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import msgspec

from beffroi.assets.events import SeriesExtended
from beffroi.assets.places import Feature, Places
from beffroi.assets.types import Asset, Change, ImportRecord, LayerCount, Refusal

MAX_PLANS = 4
"""Previews waiting at once; the oldest is dropped and must be uploaded again (policy: drop the oldest)."""


class PlaceChange(msgspec.Struct, frozen=True):
    """One feature of a layer before and after an import; nothing on a side where it did not exist."""

    before: Feature | None
    after: Feature | None


class Plan(msgspec.Struct, kw_only=True):
    """Everything that an import or its undo would change, worked out before anybody decides.

    Created assets are numbered from `first_index` and `first_series`, as the register stood when it was planned.
    """

    id: UUID
    purpose: Literal["import", "undo"] = "import"
    undoes: UUID | None = None
    mapping: str = ""
    title: str = ""
    attribution: str = ""
    file_hash: str = ""
    counts: tuple[LayerCount, ...] = ()
    changes: list[Change] = []
    place_changes: list[PlaceChange] = []
    places: Places | None = None
    refusals: list[Refusal] = []
    first_index: int = 0
    first_series: int = 0
    version: int = 0


class Effects(msgspec.Struct, frozen=True):
    """The rows that one applied line asks for."""

    changes: Sequence[Change] = ()
    place_changes: Sequence[PlaceChange] = ()
    record: ImportRecord | None = None
    import_id: UUID | None = None
    extended: SeriesExtended | None = None
    refusals: Sequence[Refusal] = ()


class Held:
    """The plans that wait for a decision and the effects that wait for their rows."""

    def __init__(self) -> None:
        self.plans: dict[UUID, Plan] = {}
        self.effects: dict[int, Effects] = {}

    def keep(self, plan: Plan) -> None:
        """Hold a plan until it is committed; the oldest beyond MAX_PLANS leaves."""
        self.plans[plan.id] = plan
        while len(self.plans) > MAX_PLANS:
            del self.plans[next(iter(self.plans))]

    def find_undo(self, import_id: UUID) -> Plan | None:
        """Return the newest undo prepared for an import, or nothing."""
        return next((plan for plan in reversed(self.plans.values()) if plan.undoes == import_id), None)


def shifted(plan: Plan, first_index: int, first_series: int) -> list[Change]:
    """Return the plan's changes with created assets numbered from where the register stands now."""
    by_index, by_series = first_index - plan.first_index, first_series - plan.first_series
    if not by_index and not by_series:
        return plan.changes
    return [
        change if change.before else Change(None, _moved(change.after, by_index, by_series), change.import_id)
        for change in plan.changes
    ]


def _moved(asset: Asset, by_index: int, by_series: int) -> Asset:
    return msgspec.structs.replace(asset, index=asset.index + by_index, first_series=asset.first_series + by_series)
