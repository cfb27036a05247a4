"""Decisions of the register: pure functions of state, action and context."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
import numpy as np

from beffroi.assets import actions, events
from beffroi.assets.edit import changed, edits_of, from_edits, select
from beffroi.assets.held import Effects, Plan, shifted
from beffroi.assets.state import MAX_DEPTH, AssetsState, apply_changes
from beffroi.assets.types import Asset, Change, Edits, ImportRecord
from beffroi.model.scope import Move, Scope
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.line import Line
from beffroi.trade.rejected import Rejected

CODE = re.compile(r"[^\s#+\x00-\x1f]{1,64}")
"""A painted number travels in MQTT topics: no blank, no wildcard."""
MOVES_AT_ONCE = 500
"""Assets of one line about their communes: what follows in the other rooms is some ms of the loop."""
PARTIAL_DATE = re.compile(r"(\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?)?")


def decide(state: AssetsState, action: Action, context: Context) -> Sequence[Event]:
    """Return the events that answer an action of the register, or raise Rejected."""
    _refuse_unseen_parent(state, action, context)
    match action:
        case actions.Create():
            return [_create(state, action, context)]
        case actions.Correct():
            return _correct(state, action)
        case actions.BulkEdit():
            return _bulk_edit(state, action, context)
        case actions.Retire():
            return [_retire(state, action)]
        case actions.Merge():
            return [_merge(state, action)]
        case actions.Import():
            return _import(state, action)
        case actions.UndoImport():
            return _undo(state, action)
        case actions.ExtendSeries():
            return _extend(state, action)
    raise TypeError(f"not an action of the register: {action!r}")


def _refuse_unseen_parent(state: AssetsState, action: Action, context: Context) -> None:
    """Who does not see an asset learns nothing of it by naming it as a feeder."""
    named = action.parent if isinstance(action, actions.Create) else None
    if isinstance(action, actions.Correct | actions.BulkEdit):
        named = action.edits.given().get("parent")
    facts = state.find(named) if named else None
    if facts is not None and not context.rights.allows("view", facts.scope):
        raise Rejected("assets.unknown_parent", parent=str(named))


def _create(state: AssetsState, action: actions.Create, context: Context) -> Event:
    if action.kind not in state.kinds:
        raise Rejected("assets.unknown_kind", kind=action.kind)
    given = {name: getattr(action, name) for name in Edits.__struct_fields__}
    place = state.places.locate(action.lon, action.lat)
    for name, found in (("commune", place.commune), ("street", place.street), ("number", place.number)):
        if not given[name] and (name != "number" or not action.street):
            given[name] = found
    edits = Edits(**given)
    _check(state, edits, None, action.kind)
    scope = Scope(given["commune"], state.kinds[action.kind].trade, action.kind)
    return events.Created(
        asset=context.ids.new(),
        kind=action.kind,
        index=len(state.assets),
        first_series=state.next_series,
        values=edits,
        simulated=action.simulated,
        scope=scope,
    )


def _correct(state: AssetsState, action: actions.Correct) -> list[Event]:
    asset = _living(state, action.asset)
    if action.revision is not None and action.revision != asset.revision:
        raise Rejected("assets.changed_meanwhile", number=asset.code, revision=asset.revision)
    edits = changed(asset, action.edits)
    if not edits.given():
        raise Rejected("assets.nothing_to_change", number=asset.code)
    _check(state, edits, asset, asset.kind)
    scope = state.facts_of(asset.index).scope
    told = events.Corrected(asset=asset.id, edits=edits, before=edits_of(asset, edits), scope=scope)
    return [told, *_rescoped(state, [(asset, edits.given().get("commune", asset.commune))])]


def _bulk_edit(state: AssetsState, action: actions.BulkEdit, context: Context) -> list[Event]:
    if action.where.empty:
        raise Rejected("assets.no_selection")
    if not isinstance(action.edits.code, msgspec.UnsetType):
        raise Rejected("assets.code_in_bulk")
    indices = select(state, action.where)
    touched = [index for index in indices if changed(state.assets[index], action.edits).given()]
    if action.expected is not None and action.expected != len(touched):
        raise Rejected("assets.selection_changed", expected=action.expected, count=len(touched))
    if not touched:
        raise Rejected("assets.nothing_to_change", number="")
    for kind in {state.assets[index].kind for index in touched}:
        _check(state, action.edits, None, kind)
    _refuse_loops(state, action.edits, touched)
    told = events.BulkEdited(
        edit=context.ids.new(),
        where=action.where,
        edits=action.edits,
        count=len(touched),
        scope=Scope(action.where.commune, "", action.where.kind),
    )
    commune = action.edits.given().get("commune")
    moved = [] if commune is None else [(state.assets[index], commune) for index in touched]
    return [told, *_rescoped(state, moved)]


def _retire(state: AssetsState, action: actions.Retire) -> Event:
    asset = _living(state, action.asset)
    _refuse_feeder(state, asset)
    return events.Retired(asset=asset.id, reason=action.reason, scope=state.facts_of(asset.index).scope)


def _merge(state: AssetsState, action: actions.Merge) -> Event:
    kept, gone = _living(state, action.kept), _living(state, action.duplicate)
    if kept.id == gone.id:
        raise Rejected("assets.same_asset", number=kept.code)
    if kept.kind != gone.kind:
        raise Rejected("assets.different_kinds", number=kept.code, duplicate=gone.code)
    if gone.id in state.ancestors(kept.id) or kept.id in state.ancestors(gone.id):
        raise Rejected("assets.feeding_loop", number=kept.code)
    return events.Merged(asset=kept.id, duplicate=gone.id, scope=state.facts_of(kept.index).scope)


def _import(state: AssetsState, action: actions.Import) -> list[Event]:
    plan = state.held.plans.get(action.import_id)
    if action.import_id in state.imports:
        raise Rejected("assets.import_done")
    if plan is None or plan.purpose != "import":
        raise Rejected("assets.import_unknown")
    _refuse_outdated(state, plan)
    told = events.Imported(
        import_id=plan.id,
        mapping=plan.mapping,
        title=plan.title,
        attribution=plan.attribution,
        file_hash=plan.file_hash,
        counts=plan.counts,
        first_index=len(state.assets),
        first_series=state.next_series,
    )
    return [told, *_rescoped(state, _changed_communes(plan))]


def _undo(state: AssetsState, action: actions.UndoImport) -> list[Event]:
    record = state.imports.get(action.import_id)
    if record is None:
        raise Rejected("assets.import_unknown")
    if record.state == "undone":
        raise Rejected("assets.import_undone_already", title=record.title)
    plan = state.held.find_undo(action.import_id)
    if plan is None or plan.version != state.version:
        raise Rejected("assets.undo_not_prepared", title=record.title)
    removed = sum(change.after.state == "removed" for change in plan.changes)
    removed += sum(change.after is None for change in plan.place_changes)
    told = events.ImportUndone(
        import_id=record.id,
        undo=plan.id,
        restored=len(plan.changes) + len(plan.place_changes) - removed,
        removed=removed,
        refused=len(plan.refusals),
    )
    return [told, *_rescoped(state, _changed_communes(plan))]


def _changed_communes(plan: Plan) -> list[tuple[Asset, str]]:
    return [
        (one.before, one.after.commune)
        for one in plan.changes
        if one.before is not None and one.before.commune != one.after.commune
    ]


def _rescoped(state: AssetsState, corrected: Sequence[tuple[Asset, str]]) -> list[Event]:
    """Tell which of some assets leave their commune: what other rooms hold about them follows (house section 5)."""

    @cache
    def scope(commune: str, kind: str) -> Scope:
        return Scope(commune, state.kinds[kind].trade if kind in state.kinds else "", kind)

    moves = [
        Move(asset.id, asset.index, scope(asset.commune, asset.kind), scope(commune, asset.kind))
        for asset, commune in corrected
        if commune != asset.commune
    ]
    return [
        events.Rescoped(moves=tuple(moves[first : first + MOVES_AT_ONCE]))
        for first in range(0, len(moves), MOVES_AT_ONCE)
    ]


def _extend(state: AssetsState, action: actions.ExtendSeries) -> Sequence[Event]:
    points = state.missing_points.get(action.kind, ())
    if not points:
        return []
    count = sum(asset.kind == action.kind for asset in state.assets)
    return [
        events.SeriesExtended(
            kind=action.kind, points=points, before=len(state.assets), first_series=state.next_series, count=count
        )
    ]


def _living(state: AssetsState, asset_id: Any) -> Asset:
    asset = state.find_asset(asset_id)
    if asset is None:
        raise Rejected("assets.not_found", asset=str(asset_id))
    if asset.state == "removed":
        raise Rejected("assets.removed", number=asset.code)
    return asset


def _refuse_feeder(state: AssetsState, asset: Asset) -> None:
    fed = len(state.fed.get(asset.index, ()))
    if fed:
        raise Rejected("assets.still_feeds", number=asset.code, count=fed)


def _refuse_outdated(state: AssetsState, plan: Plan) -> None:
    if plan.version == state.version:
        return
    for change in plan.changes:
        known = state.by_id.get(change.after.id)
        if change.before is not None and (known is None or state.assets[known].revision != change.before.revision):
            raise Rejected("assets.import_outdated", number=change.after.code)
        if change.before is None and (change.after.source in state.by_source or change.after.code in state.by_code):
            raise Rejected("assets.import_outdated", number=change.after.code)


def _check(state: AssetsState, edits: Edits, asset: Asset | None, kind: str) -> None:
    """Refuse values that the register cannot hold; `asset` is the one that gets them, nothing for a new one."""
    given = edits.given()
    if "code" in given and not CODE.fullmatch(given["code"]):
        raise Rejected("assets.bad_code", number=given["code"])
    holder = state.by_code.get(given.get("code", ""))
    if holder is not None and (asset is None or holder != asset.index):
        raise Rejected("assets.code_taken", number=given["code"])
    if not PARTIAL_DATE.fullmatch(given.get("installed_on", "")):
        raise Rejected("assets.bad_date", value=given["installed_on"])
    lon, lat = given.get("lon", 0.0), given.get("lat", 0.0)
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Rejected("assets.bad_position", lon=lon, lat=lat)
    if given.get("state") == "removed":
        raise Rejected("assets.retire_instead")
    if given.get("parent") is not None:
        _check_parent(state, given["parent"], asset, kind)


def _check_parent(state: AssetsState, parent_id: Any, asset: Asset | None, kind: str) -> None:
    parent = state.find_asset(parent_id)
    if parent is None or parent.state == "removed":
        raise Rejected("assets.unknown_parent", parent=str(parent_id))
    allowed = state.kinds[kind].parents if kind in state.kinds else ()
    if allowed and parent.kind not in allowed:
        raise Rejected("assets.wrong_parent", number=parent.code, kind=parent.kind, expected=", ".join(allowed))
    chain = [parent.id, *state.ancestors(parent.id)]
    if (asset is not None and asset.id in chain) or len(chain) >= MAX_DEPTH:
        raise Rejected("assets.feeding_loop", number=parent.code)


def _refuse_loops(state: AssetsState, edits: Edits, indices: Sequence[int]) -> None:
    parent = edits.given().get("parent")
    if parent is None:
        return
    chain = {parent, *state.ancestors(parent)}
    looped = next((index for index in indices if state.assets[index].id in chain), None)
    if looped is not None:
        raise Rejected("assets.feeding_loop", number=state.assets[looped].code)


def apply(state: AssetsState, line: Line) -> None:
    """Bring one line into the register and leave the rows it asks for in `state.held.effects`."""
    match line.event:
        case events.Created() as event:
            changes = [Change(None, _created(event))]
        case events.Corrected() as event:
            before = state.get(event.asset)
            changes = [Change(before, from_edits(before, event.edits))]
        case events.BulkEdited() as event:
            changes = _bulk_changes(state, event)
        case events.Retired() as event:
            changes = [_removed(state.get(event.asset))]
        case events.Merged() as event:
            changes = _merged(state, event)
        case events.Imported() | events.ImportUndone():
            _apply_plan(state, line)
            return
        case events.SeriesExtended() as event:
            state.missing_points.pop(event.kind, None)
            state.next_series = event.first_series + event.count * len(event.points)
            state.version += 1
            state.held.effects[line.position] = Effects(extended=event)
            return
        case _:
            return
    apply_changes(state, changes)
    state.held.effects[line.position] = Effects(changes)


def _created(event: events.Created) -> Asset:
    blank = Asset(
        id=event.asset,
        index=event.index,
        kind=event.kind,
        code="",
        simulated=event.simulated,
        first_series=event.first_series,
        revision=0,
    )
    return from_edits(blank, event.values)


def _bulk_changes(state: AssetsState, event: events.BulkEdited) -> list[Change]:
    chosen = [state.assets[index] for index in select(state, event.where)]
    touched = [asset for asset in chosen if changed(asset, event.edits).given()]
    return [Change(asset, from_edits(asset, event.edits)) for asset in touched]


def _removed(asset: Asset) -> Change:
    return Change(asset, msgspec.structs.replace(asset, state="removed", revision=asset.revision + 1))


def _merged(state: AssetsState, event: events.Merged) -> list[Change]:
    gone = state.get(event.duplicate)
    fed = [state.assets[index] for index in state.fed.get(gone.index, ())]
    moved = [
        Change(child, msgspec.structs.replace(child, parent=event.asset, revision=child.revision + 1)) for child in fed
    ]
    after = msgspec.structs.replace(gone, state="removed", merged_into=event.asset, revision=gone.revision + 1)
    return [*moved, Change(gone, after)]


def _apply_plan(state: AssetsState, line: Line) -> None:
    event = line.event
    if isinstance(event, events.Imported):
        plan = state.held.plans[event.import_id]
        changes: Sequence[Change] = shifted(plan, event.first_index, event.first_series)
        record = _record(event, line)
    else:
        assert isinstance(event, events.ImportUndone)
        plan = state.held.plans[event.undo]
        changes = plan.changes
        record = msgspec.structs.replace(state.imports[event.import_id], state="undone")
    state.places = plan.places or state.places
    apply_changes(state, changes)
    state.imports[record.id] = record
    state.held.effects[line.position] = Effects(changes, plan.place_changes, record, plan.id, refusals=plan.refusals)


def _record(event: events.Imported, line: Line) -> ImportRecord:
    return ImportRecord(
        id=event.import_id,
        position=line.position,
        at=line.recorded_at,
        actor=line.actor.id,
        mapping=event.mapping,
        title=event.title,
        attribution=event.attribution,
        file_hash=event.file_hash,
        counts=event.counts,
    )


def visible(state: AssetsState, sees: Any) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which assets a caller sees, by index; `sees` is its predicate over a scope."""
    allowed = np.zeros((max(len(state.kinds), 1), len(state.communes)), np.bool_)
    for number, kind in enumerate(state.kinds.values()):
        for commune, code in enumerate(state.communes):
            allowed[number, commune] = sees(Scope(code, kind.trade, kind.name))
    columns = state.columns
    mask: np.ndarray[Any, np.dtype[np.bool_]] = allowed[columns.kind, columns.commune] & columns.alive
    return mask
