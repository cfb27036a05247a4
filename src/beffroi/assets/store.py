"""Rows of the register: assets, their series, their changes, the imports and the places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from beffroi.assets.edit import characteristics_text
from beffroi.assets.held import Effects, PlaceChange, Plan
from beffroi.assets.places import Feature, Places
from beffroi.assets.state import AssetsState
from beffroi.assets.types import Asset, Change, ImportRecord, LayerCount, Refusal
from beffroi.model.kinds import EquipmentKind
from beffroi.trade.line import Line

ASSET_FIELDS = Asset.__struct_fields__
ASSET_COLUMNS = ", ".join(f'"{name}"' for name in ASSET_FIELDS)
_IMPORT_COLUMNS = "id, position, at, actor, mapping, title, attribution, file_hash, counts, state"
_SERIES = """INSERT INTO series (index, asset, point)
    SELECT a.first + p.n - 1, a.id, p.point
    FROM unnest(%s::uuid[], %s::int[]) AS a (id, first)
    CROSS JOIN unnest(%s::text[]) WITH ORDINALITY AS p (point, n)"""
_CHARACTERISTICS = ASSET_FIELDS.index("characteristics")
_json = msgspec.json.Encoder(order="sorted").encode


def load(connection: psycopg.Connection[Any], state: AssetsState) -> None:
    """Fill an empty state from the rows."""
    with connection.cursor(binary=True) as cursor:
        selected = ASSET_COLUMNS.replace('"characteristics"', "characteristics::text")
        cursor.execute(f"SELECT {selected} FROM asset ORDER BY index")
        shared: dict[str, str] = {}
        canonical = _Canonical()
        rows = (_interned(row, shared, canonical) for row in cursor.fetchall())
        state.put_many([Asset(**dict(zip(ASSET_FIELDS, row, strict=True))) for row in rows])
        cursor.execute("SELECT coalesce(max(index) + 1, 0) FROM series")
        state.next_series = cursor.fetchone()[0]  # type: ignore[index]
        state.missing_points = _missing_points(cursor, state)
        cursor.execute(f"SELECT {_IMPORT_COLUMNS} FROM asset_import ORDER BY position")
        state.imports = {row[0]: _record(row) for row in cursor.fetchall()}
        cursor.execute("SELECT count(*) FROM asset_change")
        state.version = int(cursor.fetchone()[0])  # type: ignore[index]
        cursor.execute(PLACES)
        state.places = Places(features_from_rows(cursor.fetchall()))


def _missing_points(cursor: psycopg.Cursor[Any], state: AssetsState) -> dict[str, tuple[str, ...]]:
    """Return the points that kinds gained since their assets were entered: a newer release describes more."""
    held = dict(cursor.execute(_KNOWN_POINTS).fetchall())
    found: dict[str, tuple[str, ...]] = {}
    for name, points in held.items():
        described = state.kinds[name].points if name in state.kinds else ()
        if gained := tuple(point.name for point in described if point.name not in points):
            found[name] = gained
    return found


_KNOWN_POINTS = """SELECT a.kind, array_remove(array_agg(s.point), NULL)
    FROM (SELECT DISTINCT ON (kind) kind, id FROM asset ORDER BY kind, index) a
    LEFT JOIN series s ON s.asset = a.id GROUP BY a.kind"""
_EXTEND = """INSERT INTO series (index, asset, point)
    SELECT %(first)s + a.rank * %(width)s + p.n - 1, a.id, p.point
    FROM (SELECT id, row_number() OVER (ORDER BY index) - 1 AS rank FROM asset
          WHERE kind = %(kind)s AND index < %(before)s) a
    CROSS JOIN unnest(%(points)s::text[]) WITH ORDINALITY AS p (point, n)"""
PLACES = "SELECT layer, key, name, properties::text, geometry, hash FROM place ORDER BY layer, key"
REFUSALS_PAGE = """SELECT number, file, line, code, params, excerpt FROM asset_refusal
    WHERE import = %s AND number > %s ORDER BY number LIMIT %s"""
PLACES_PAGE = """SELECT layer, key, name, properties::text, geometry, hash FROM place
    WHERE (layer, key) > (%s, %s) ORDER BY layer, key LIMIT %s"""


def features_from_rows(rows: Iterable[tuple[Any, ...]]) -> list[Feature]:
    """Return the features of a query over PLACES."""
    return [Feature(*row) for row in rows]


class _Canonical(dict[str, str]):
    """PostgreSQL writes JSON its own way: gives back the register's way, each text worked out once."""

    def __missing__(self, text: str) -> str:
        self[text] = canonical = characteristics_text(msgspec.json.decode(text))
        return canonical


def _interned(row: tuple[Any, ...], shared: dict[str, str], canonical: _Canonical) -> list[Any]:
    cells = [shared.setdefault(cell, cell) if type(cell) is str else cell for cell in row]
    cells[_CHARACTERISTICS] = canonical[cells[_CHARACTERISTICS]]
    return cells


def _record(row: tuple[Any, ...]) -> ImportRecord:
    values = dict(zip(ImportRecord.__struct_fields__, _ordered(row), strict=True))
    return ImportRecord(**values)


def _ordered(row: tuple[Any, ...]) -> tuple[Any, ...]:
    identity, position, at, actor, mapping, title, attribution, file_hash, counts, state = row
    kept = tuple(msgspec.convert(count, LayerCount) for count in counts)
    return (identity, position, at, actor, mapping, title, attribution, file_hash, kept, state)


def write(
    cursor: psycopg.Cursor[Any],
    lines: Sequence[Line],
    effects: Mapping[int, Effects],
    kinds: Mapping[str, EquipmentKind],
) -> None:
    """Bring the effects of a batch of lines into the rows, in order, set-wise."""
    asked = [(line, effects[line.position]) for line in lines if line.position in effects]
    latest = {change.after.id: change.after for _, effect in asked for change in effect.changes}
    fresh = {change.after.id for _, effect in asked for change in effect.changes if change.before is None}
    _write_assets(cursor, list(latest.values()), fresh)
    _write_series(cursor, [latest[identity] for identity in latest if identity in fresh], kinds)
    for line, effect in asked:
        _write_history(cursor, line, effect)
        if (grown := effect.extended) is not None:
            named = {"first": grown.first_series, "width": len(grown.points), "points": list(grown.points)}
            cursor.execute(_EXTEND, {**named, "kind": grown.kind, "before": grown.before})
        if effect.record:
            _write_record(cursor, effect.record)
        if effect.place_changes and effect.import_id:
            _write_places(cursor, effect.place_changes, effect.import_id)
        if effect.refusals and effect.import_id:
            _write_refusals(cursor, effect.refusals, effect.import_id)


def _write_assets(cursor: psycopg.Cursor[Any], assets: Sequence[Asset], fresh: set[UUID]) -> None:
    """Replace changed rows by deleting and copying them: one statement each, whatever their number."""
    if not assets:
        return
    changed = [asset.id for asset in assets if asset.id not in fresh]
    if changed:
        cursor.execute("DELETE FROM asset WHERE id = ANY(%s)", (changed,))
    with cursor.copy(f"COPY asset ({ASSET_COLUMNS}) FROM STDIN") as copy:
        for asset in assets:
            copy.write_row([getattr(asset, name) for name in ASSET_FIELDS])


def _write_series(cursor: psycopg.Cursor[Any], fresh: Sequence[Asset], kinds: Mapping[str, EquipmentKind]) -> None:
    by_kind: dict[str, list[Asset]] = {}
    for asset in fresh:
        by_kind.setdefault(asset.kind, []).append(asset)
    for kind, assets in by_kind.items():
        points = [point.name for point in kinds[kind].points] if kind in kinds else []
        if points:
            firsts = [asset.first_series for asset in assets]
            cursor.execute(_SERIES, ([asset.id for asset in assets], firsts, points))


def _write_history(cursor: psycopg.Cursor[Any], line: Line, effect: Effects) -> None:
    if not effect.changes:
        return
    columns = "asset, position, recorded_at, actor_kind, actor, import, before, after"
    with cursor.copy(f"COPY asset_change ({columns}) FROM STDIN") as copy:
        for change in effect.changes:
            before = None if change.before is None else _json(change.before).decode()
            row = (line.position, line.recorded_at, line.actor.kind, line.actor.id, effect.import_id)
            copy.write_row((change.after.id, *row, before, _json(change.after).decode()))


def _write_record(cursor: psycopg.Cursor[Any], record: ImportRecord) -> None:
    cursor.execute(
        f"""INSERT INTO asset_import ({_IMPORT_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (id) DO UPDATE SET state = excluded.state""",
        (
            record.id,
            record.position,
            record.at,
            record.actor,
            record.mapping,
            record.title,
            record.attribution,
            record.file_hash,
            _json(record.counts).decode(),
            record.state,
        ),
    )


def _write_places(cursor: psycopg.Cursor[Any], changes: Sequence[PlaceChange], import_id: UUID) -> None:
    gone = [change.before for change in changes if change.before is not None]
    for layer in {feature.layer for feature in gone}:
        keys = [feature.key for feature in gone if feature.layer == layer]
        cursor.execute("DELETE FROM place WHERE layer = %s AND key = ANY(%s)", (layer, keys))
    with cursor.copy("COPY place (layer, key, name, properties, geometry, hash) FROM STDIN") as copy:
        for change in changes:
            if (new := change.after) is not None:
                copy.write_row((new.layer, new.key, new.name, new.properties, new.geometry, new.hash))
    with cursor.copy("COPY place_change (import, layer, key, before, after) FROM STDIN") as copy:
        for change in changes:
            feature = change.after or change.before
            assert feature is not None
            copy.write_row((import_id, feature.layer, feature.key, _side(change.before), _side(change.after)))


def _write_refusals(cursor: psycopg.Cursor[Any], refusals: Sequence[Refusal], import_id: UUID) -> None:
    with cursor.copy("COPY asset_refusal (import, number, file, line, code, params, excerpt) FROM STDIN") as copy:
        for number, one in enumerate(refusals):
            params, excerpt = _json(one.params).decode(), one.excerpt.replace("\0", "")
            copy.write_row((import_id, number, one.file, one.line, one.code, params, excerpt))


def refusals_from_rows(rows: Iterable[tuple[Any, ...]]) -> list[Refusal]:
    """Return refused rows read by REFUSALS_PAGE."""
    return [Refusal(*row[1:]) for row in rows]


def _side(feature: Feature | None) -> str | None:
    """Return one side of a place's change; a creation's rows keep no geometry twice."""
    return None if feature is None else _json(feature).decode()


PLAN_ASSETS = """SELECT asset, before::text, after::text FROM asset_change
    WHERE import = %s AND asset > %s ORDER BY asset LIMIT %s"""
PLAN_PLACES = """SELECT layer, key, before::text, after::text FROM place_change
    WHERE import = %s AND (layer, key) > (%s, %s) ORDER BY layer, key LIMIT %s"""


def changes_from_rows(rows: Iterable[tuple[Any, ...]], import_id: UUID) -> list[Change]:
    """Return the asset changes of a query over PLAN_ASSETS, in index order."""
    found = [
        Change(
            None if before is None else msgspec.json.decode(before, type=Asset),
            msgspec.json.decode(after, type=Asset),
            import_id,
        )
        for _, before, after in rows
    ]
    return sorted(found, key=lambda change: change.after.index)


def place_changes_from_rows(rows: Iterable[tuple[Any, ...]]) -> list[PlaceChange]:
    """Return the place changes of a query over PLAN_PLACES."""
    return [
        PlaceChange(
            None if before is None else msgspec.json.decode(before, type=Feature),
            None if after is None else msgspec.json.decode(after, type=Feature),
        )
        for *_, before, after in rows
    ]


def read_plan(connection: psycopg.Connection[Any], plan_id: UUID, undoes: UUID | None = None) -> Plan:
    """Return the plan of a committed import, or of its undo, from the rows kept of it: what a replay needs."""
    assets = connection.execute(PLAN_ASSETS, (plan_id, UUID(int=0), ALL_ROWS)).fetchall()
    features = connection.execute(PLAN_PLACES, (plan_id, "", "", ALL_ROWS)).fetchall()
    changes = changes_from_rows(assets, plan_id)
    created = [change.after for change in changes if change.before is None]
    return Plan(
        id=plan_id,
        purpose="undo" if undoes else "import",
        undoes=undoes,
        changes=changes,
        place_changes=place_changes_from_rows(features),
        first_index=min((asset.index for asset in created), default=0),
        first_series=min((asset.first_series for asset in created), default=0),
    )


ALL_ROWS = 2**31 - 1
