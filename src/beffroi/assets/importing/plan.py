"""What an import would change: places first, then assets compared with the register and fed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from beffroi.assets.held import PlaceChange, Plan
from beffroi.assets.importing.candidates import Batch, Candidate, read_layer
from beffroi.assets.importing.mapping import ImportMapping, Layer, MappingError
from beffroi.assets.importing.readers import Notice, Table, read_table
from beffroi.assets.places import Feature, Place, Places
from beffroi.assets.state import MAX_DEPTH, AssetsState
from beffroi.assets.types import Asset, Change, LayerCount, Refusal
from beffroi.model.ids import Ids

Progress = Callable[[str, float], None]


class Draft(msgspec.Struct):
    """A candidate on its way: the asset it already is, or its new identifier; `parent` once resolved."""

    candidate: Candidate
    layer: Layer
    id: UUID
    known: Asset | None
    parent: UUID | None = None


class Draw(msgspec.Struct, kw_only=True):
    """What the planning of an import reads and gathers."""

    state: AssetsState
    mapping: ImportMapping
    files: Mapping[str, bytes]
    features: Mapping[tuple[str, str], Feature]
    ids: Ids
    progress: Progress
    notices: list[Notice] = []
    batches: list[Batch] = []


def plan_import(draw: Draw) -> Plan:
    """Return everything that an import would change; MappingError or ReadError when it cannot be understood at all."""
    version = draw.state.version
    tables: dict[str, Table] = {}
    layers = sorted(draw.mapping.layers, key=_order)
    places, place_changes = _plan_places(draw, tables, layers)
    for number, layer in enumerate(layers):
        if layer.kind:
            if layer.kind not in draw.state.kinds:
                raise MappingError("assets.unknown_kind", kind=layer.kind)
            _read(draw, tables, layer, places, number / len(layers))
    draw.progress("compare", 0.0)
    plan = Plan(
        id=draw.ids.new(),
        mapping=draw.mapping.name,
        title=draw.mapping.title or draw.mapping.name,
        attribution=draw.mapping.attribution,
        file_hash=hash_files(draw.files),
        place_changes=place_changes,
        places=places if place_changes else None,
        first_index=len(draw.state.assets),
        first_series=draw.state.next_series,
        version=version,
    )
    _compare_assets(draw, plan, places)
    plan.refusals = [refusal for batch in draw.batches for refusal in batch.refusals]
    plan.counts = tuple(_count(batch, plan, place_changes) for batch in draw.batches)
    draw.notices = [notice for batch in draw.batches for notice in batch.notices]
    return plan


def _plan_places(draw: Draw, tables: dict[str, Table], layers: Sequence[Layer]) -> tuple[Places, list[PlaceChange]]:
    """Return the places as they would be and what changes in them; the communes first, which judge the other layers."""
    changes: list[PlaceChange] = []
    places = draw.state.places
    for number, layer in enumerate(layers):
        if not layer.layer:
            continue
        found = _compare_features(_read(draw, tables, layer, places, number / len(layers)), draw.features)
        changes += found
        if layer.layer == "commune" and found:
            places = Places([feature for feature in _after(draw.features, changes) if feature.layer == "commune"])
    if changes:
        draw.progress("places", 0.0)
        places = Places(_after(draw.features, changes))
    return places, changes


def hash_files(files: Mapping[str, bytes]) -> str:
    """Return SHA-256 over the names and contents of the files, whatever their order."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + hashlib.sha256(files[name]).digest())
    return digest.hexdigest()


def _order(layer: Layer) -> int:
    return {"commune": 0, "district": 1}.get(layer.layer, 2 if layer.layer else 3)


def _read(draw: Draw, tables: dict[str, Table], layer: Layer, places: Places, share: float) -> Batch:
    draw.progress(f"{layer.file} → {layer.target}", share)
    if layer.file not in tables:
        tables[layer.file] = read_table(layer.file, find_file(draw.files, layer, draw.mapping))
    batch = read_layer(tables[layer.file], layer, draw.mapping, places, lambda _part: None)
    draw.batches.append(batch)
    return batch


def find_file(files: Mapping[str, bytes], layer: Layer, mapping: ImportMapping) -> bytes:
    """Return the uploaded file that a layer names, zipped or not; the only one given serves a one-layer mapping."""
    wanted = _bare(layer.file)
    for name, content in files.items():
        if _bare(name) == wanted:
            return content
    if len(files) == 1 and len({one.file for one in mapping.layers}) == 1:
        return next(iter(files.values()))
    raise MappingError("assets.file_missing", file=layer.file, given=", ".join(sorted(files)) or "–")


def _bare(name: str) -> str:
    return name.rsplit("/", 1)[-1].removesuffix(".gz").removesuffix(".zip").lower()


def _compare_features(batch: Batch, features: Mapping[tuple[str, str], Feature]) -> list[PlaceChange]:
    changes = []
    for feature in batch.features:
        known = features.get((feature.layer, feature.key))
        if known is None or known.hash != feature.hash:
            changes.append(PlaceChange(known, feature))
    return changes


def _after(features: Mapping[tuple[str, str], Feature], changes: Sequence[PlaceChange]) -> list[Feature]:
    """List the features as they would be, in the order in which the database gives them back."""
    merged = dict(features)
    for change in changes:
        if change.before:
            merged.pop((change.before.layer, change.before.key), None)
        if change.after:
            merged[change.after.layer, change.after.key] = change.after
    return [merged[key] for key in sorted(merged)]


def _compare_assets(draw: Draw, plan: Plan, places: Places) -> None:
    drafts = [draft for batch in draw.batches if batch.layer.kind for draft in _drafts(draw, batch)]
    drafts = _resolve_parents(draw, drafts)
    located = _locate(drafts, places)
    index, series = plan.first_index, plan.first_series
    for draft, place in zip(drafts, located, strict=True):
        asset = _asset_of(draft, place)
        if draft.known is None:
            asset = msgspec.structs.replace(asset, index=index, first_series=series)
            index += 1
            series += draw.state.points_of(asset.kind)
        plan.changes.append(Change(draft.known, asset, plan.id))


def _drafts(draw: Draw, batch: Batch) -> Iterable[Draft]:
    """Keep the rows that would change something; refuse those whose painted number is another's."""
    state = draw.state
    codes: dict[str, int] = {}
    for candidate in batch.candidates:
        at = state.by_source.get(candidate.key)
        known = None if at is None else state.assets[at]
        if known is not None and known.source_hash == candidate.hash:
            continue
        code = candidate.values["code"]
        holder = state.by_code.get(code)
        if (holder is not None and holder != at) or code in codes:
            _refuse(batch, candidate, "assets.row_code_taken", number=code)
            continue
        codes[code] = candidate.line
        yield Draft(candidate, batch.layer, known.id if known else draw.ids.new(), known)


def _refuse(batch: Batch, candidate: Candidate, code: str, **params: str | int | float) -> None:
    words = f"{candidate.values['code']} {candidate.values.get('name', '')}".strip()
    batch.refusals.append(Refusal(batch.layer.file, candidate.line, code, params, words))


def _resolve_parents(draw: Draw, drafts: list[Draft]) -> list[Draft]:
    """Find each feeder by its painted number, here or in the register; refuse until nothing hangs in the air."""
    batches = {id(batch.layer): batch for batch in draw.batches}
    while True:
        by_code = {draft.candidate.values["code"]: draft for draft in drafts}
        kept = []
        for draft in drafts:
            problem = _attach(draw.state, draft, by_code)
            if problem is None:
                kept.append(draft)
            else:
                code, params = problem
                _refuse(batches[id(draft.layer)], draft.candidate, code, **params)
        if len(kept) == len(drafts):
            return kept
        drafts = kept


def _attach(
    state: AssetsState, draft: Draft, by_code: Mapping[str, Draft]
) -> tuple[str, dict[str, str | int | float]] | None:
    wanted = draft.candidate.values.get("parent")
    if not wanted:
        draft.parent = draft.known.parent if draft.known else None
        return None
    feeder = by_code.get(wanted)
    index = state.by_code.get(wanted)
    if feeder is None and index is None:
        return "assets.row_unknown_parent", {"parent": wanted}
    kind = feeder.layer.kind if feeder else state.assets[index or 0].kind
    allowed = state.kinds[draft.layer.kind].parents
    if allowed and kind not in allowed:
        return "assets.row_wrong_parent", {"parent": wanted, "kind": kind, "expected": ", ".join(allowed)}
    if _loops(draft, by_code):
        return "assets.row_loop", {"parent": wanted}
    draft.parent = feeder.id if feeder else state.assets[index or 0].id
    return None


def _loops(draft: Draft, by_code: Mapping[str, Draft]) -> bool:
    step: Draft | None = draft
    for _ in range(MAX_DEPTH):
        step = by_code.get(step.candidate.values.get("parent", "")) if step else None
        if step is None:
            return False
    return True


def _locate(drafts: Sequence[Draft], places: Places) -> list[Place]:
    return places.locate_many(np.array([(one.candidate.lon, one.candidate.lat) for one in drafts]).reshape(-1, 2))


def _asset_of(draft: Draft, place: Place) -> Asset:
    """Return the asset as the row makes it: what the row says, then where it stands, then what it already had."""
    candidate, known = draft.candidate, draft.known
    values = {name: value for name, value in candidate.values.items() if name != "parent"}
    if "commune" not in values and place.commune:
        values["commune"] = place.commune
    moved = known is None or (known.lon, known.lat) != (candidate.lon, candidate.lat)
    if moved and "street" not in values:
        values["street"], values["number"] = place.street, values.get("number", place.number)
    values.update(lon=candidate.lon, lat=candidate.lat, parent=draft.parent, source_hash=candidate.hash)
    if known is None:
        return Asset(id=draft.id, index=0, kind=draft.layer.kind, source=candidate.key, **values)
    if known.state == "removed" and "state" not in values:
        values["state"] = "in_service"
    return msgspec.structs.replace(known, **values, revision=known.revision + 1)


def _count(batch: Batch, plan: Plan, place_changes: Sequence[PlaceChange]) -> LayerCount:
    layer = batch.layer
    if layer.layer:
        keys = {(feature.layer, feature.key) for feature in batch.features}
        mine = [one for one in place_changes if one.after and (one.after.layer, one.after.key) in keys]
        created, total = sum(one.before is None for one in mine), len(batch.features)
    else:
        sources = {candidate.key for candidate in batch.candidates}
        changes = [one for one in plan.changes if one.after.source in sources]
        mine = changes  # type: ignore[assignment]
        created = sum(one.before is None or one.before.state == "removed" for one in changes)
        total = len(batch.candidates) - _late_refusals(batch)
    return LayerCount(
        target=layer.target,
        file=layer.file,
        created=created,
        updated=len(mine) - created,
        unchanged=total - len(mine),
        refused=len(batch.refusals),
        ignored=batch.ignored,
    )


_LATE = frozenset({"assets.row_code_taken", "assets.row_unknown_parent", "assets.row_wrong_parent", "assets.row_loop"})


def _late_refusals(batch: Batch) -> int:
    """Count the candidates refused only once compared with the register."""
    return sum(count for code, count in Counter(one.code for one in batch.refusals).items() if code in _LATE)


def plan_undo(
    state: AssetsState,
    import_id: UUID,
    changes: Sequence[Change],
    place_changes: Sequence[PlaceChange],
    features: Mapping[tuple[str, str], Feature],
    undo_id: UUID,
) -> Plan:
    """Return what undoing an import would change; assets touched since are refused, one by one."""
    refusals: list[Refusal] = []
    undone: dict[UUID, Change] = {}
    for change in changes:
        now = state.get(change.after.id)
        if now.revision != change.after.revision:
            refusals.append(_kept(now, "assets.undo_touched", revision=now.revision))
        else:
            undone[now.id] = Change(now, _restored(now, change.before), undo_id)
    _keep_feeders(state, undone, refusals)
    back, kept = _undo_places(place_changes, features)
    refusals += kept
    return Plan(
        id=undo_id,
        purpose="undo",
        undoes=import_id,
        changes=list(undone.values()),
        place_changes=back,
        places=Places(_after(features, back)) if back else None,
        refusals=refusals,
        version=state.version,
    )


def _kept(asset: Asset, code: str, **params: Any) -> Refusal:
    return Refusal(
        asset.kind, asset.index, code, {"number": asset.code, **params}, f"{asset.code} {asset.name}".strip()
    )


def _restored(now: Asset, before: Asset | None) -> Asset:
    """Return the asset as it was, one revision later; one that did not exist is removed and may be imported again."""
    if before is None:
        return msgspec.structs.replace(now, state="removed", source_hash=0, revision=now.revision + 1)
    return msgspec.structs.replace(before, revision=now.revision + 1)


def _keep_feeders(state: AssetsState, undone: dict[UUID, Change], refusals: list[Refusal]) -> None:
    """Keep what still feeds something that stays: removing it would leave lamps without a cabinet."""
    while True:
        held = [
            identity
            for identity, change in undone.items()
            if change.after.state == "removed"
            and any(_stays(state.assets[child], undone) for child in state.fed.get(change.after.index, ()))
        ]
        if not held:
            return
        for identity in held:
            now = undone.pop(identity).before
            assert now is not None
            refusals.append(_kept(now, "assets.undo_feeds"))


def _stays(child: Asset, undone: Mapping[UUID, Change]) -> bool:
    change = undone.get(child.id)
    return change is None or (change.after.state != "removed" and change.after.parent == child.parent)


def _undo_places(
    changes: Sequence[PlaceChange], features: Mapping[tuple[str, str], Feature]
) -> tuple[list[PlaceChange], list[Refusal]]:
    back: list[PlaceChange] = []
    kept: list[Refusal] = []
    for change in changes:
        after = change.after
        now = features.get((after.layer, after.key)) if after else None
        if now is None or after is None or now.hash != after.hash:
            name = after or change.before
            assert name is not None
            kept.append(Refusal(name.layer, 0, "assets.undo_place", {"key": name.key}, name.name))
        else:
            back.append(PlaceChange(now, change.before))
    return back, kept
