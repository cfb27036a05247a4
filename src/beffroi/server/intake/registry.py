"""What the intake knows of the register: series by asset and point, rules, sources and what each may speak for."""

import hashlib
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
import psycopg
from numpy.typing import NDArray

from beffroi.model.kinds import AlarmClass, EquipmentKind
from beffroi.model.time import DAY
from beffroi.telemetry.quota import Buckets
from beffroi.telemetry.rules import Bools, Ints, RuleSet, rule_of

UNKEPT_WINDOW = DAY
"""How old a reading that is not kept may be: it only serves the live picture."""

REMEMBERED = 100_000
"""Names a source may have resolved before its memory is emptied: a bound, not a limit."""


class SourceFacts(msgspec.Struct, frozen=True):
    """One source: `assets` are patterns of codes that it may speak for besides those that the register gives it."""

    name: str
    active: bool
    secret: bytes
    assets: tuple[str, ...]
    rate: float
    burst: float


class AssetEntry(msgspec.Struct, frozen=True, gc=False):
    """One asset as the intake sees it: who speaks for it (empty: nobody in particular) and its series by point."""

    id: UUID
    speaker: str
    points: dict[str, int]


class Sources:
    """Who may send, and for which assets."""

    def __init__(self, facts: Sequence[SourceFacts], now: float) -> None:
        self.facts = tuple(facts)
        self._index = {source.name: index for index, source in enumerate(facts)}
        self.by_secret = {source.secret: source.name for source in facts if source.active}
        rate = np.array([source.rate for source in facts], np.float64)
        self.buckets = Buckets(rate, np.array([source.burst for source in facts], np.float64), now)

    def find(self, name: str) -> int:
        """Return the index of an active source, -1 otherwise."""
        index = self._index.get(name, -1)
        return index if index >= 0 and self.facts[index].active else -1

    def find_secret(self, token: str) -> int:
        """Return the index of the source that this token belongs to, -1 otherwise."""
        return self.find(self.by_secret.get(hashlib.sha256(token.encode()).digest(), ""))

    def follow(self, former: "Sources") -> None:
        """Take over the levels of the quotas of sources that were already there."""
        pairs = [(index, former._index[name]) for name, index in self._index.items() if name in former._index]
        if pairs:
            here, there = np.array(pairs, np.int64).T
            self.buckets.keep(former.buckets, here, there)


class Assets:
    """The assets and series of the register at one moment, with the rules that their kinds declare."""

    def __init__(self, kinds: Mapping[str, EquipmentKind]) -> None:
        self.signature: tuple[Any, ...] = ()
        self.by_code: dict[str, AssetEntry] = {}
        self.code_of_id: dict[str, str] = {}
        self.ids: list[UUID] = []
        self.asset_of: NDArray[np.int32] = np.empty(0, np.int32)
        """Place in `ids` by series."""
        self.kept: Bools = np.empty(0, np.bool_)
        """Whether the samples of a series are stored."""
        self.window: Ints = np.empty(0, np.int64)
        """How old a reading of a series may be, µs."""
        self._kinds = kinds
        self._pairs: list[tuple[str, str]] = []
        self._pair_of: NDArray[np.int32] = np.empty(0, np.int32)
        self._names: list[str] = []

    @property
    def series_count(self) -> int:
        """Return how many series there are: the size of every array."""
        return len(self.asset_of)

    def asset_of_series(self, series: int) -> UUID:
        """Return the asset of a series."""
        return self.ids[int(self.asset_of[series])]

    def read(self, connection: psycopg.Connection[Any], signature: tuple[Any, ...]) -> None:
        """Read the register whole."""
        self.signature = signature
        count = int(signature[0]) + 1
        self.asset_of = np.full(count, -1, np.int32)
        self._pair_of = np.full(count, -1, np.int32)
        with connection.cursor(binary=True) as cursor:
            places = self._read_assets(cursor)
            self._read_series(cursor, places)
        keep_days = np.array([0, *(self._keep_days(kind, point) for kind, point in self._pairs)], np.int64)
        days = keep_days[self._pair_of + 1]
        self.kept = days > 0
        self.window = np.where(self.kept, days * DAY, UNKEPT_WINDOW)

    def _read_assets(self, cursor: psycopg.Cursor[Any]) -> list[tuple[str, dict[str, int]]]:
        places = []
        rows = cursor.execute(
            "SELECT id, code, kind, coalesce(characteristics->>'gateway', ''), state FROM asset ORDER BY index"
        )
        for id_, code, kind, speaker, state in rows:
            points: dict[str, int] = {}
            self.ids.append(id_)
            places.append((kind, points))
            if state != "removed":
                self.by_code[code] = AssetEntry(id_, speaker, points)
                self.code_of_id[str(id_)] = code
        return places

    def _read_series(self, cursor: psycopg.Cursor[Any], places: list[tuple[str, dict[str, int]]]) -> None:
        place_of = {id_: place for place, id_ in enumerate(self.ids)}
        pairs: dict[tuple[str, str], int] = {}
        series, owners, pair_of = [], [], []
        for index, asset, point in cursor.execute("SELECT index, asset, point FROM series ORDER BY index"):
            place = place_of.get(asset, -1)
            if place < 0:
                continue
            kind, points = places[place]
            pair = pairs.setdefault((kind, point), len(pairs))
            points[self._name(pairs, pair, point)] = index
            series.append(index)
            owners.append(place)
            pair_of.append(pair)
        self._pairs = list(pairs)
        self.asset_of[series] = owners
        self._pair_of[series] = pair_of

    def _name(self, pairs: dict[tuple[str, str], int], pair: int, point: str) -> str:
        """Return one text object for all points of a name: 272,000 texts would weigh 15 MB."""
        if pair == len(self._names):
            self._names.append(point)
        return self._names[pair]

    def _keep_days(self, kind: str, point: str) -> int:
        try:
            return self._kinds[kind].point(point).keep_days
        except KeyError:
            return 0

    def rules(self) -> RuleSet:
        """Return the rules that the kinds of equipment declare, one for each series that they concern."""
        classes: list[AlarmClass] = []
        series: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
        of_class: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
        for number, (kind, point) in enumerate(self._pairs):
            for alarm_class in self._kinds[kind].alarm_classes if kind in self._kinds else ():
                if alarm_class.point == point and rule_of(alarm_class) is not None:
                    found = np.flatnonzero(self._pair_of == number)
                    series.append(found)
                    of_class.append(np.full(len(found), len(classes), np.int64))
                    classes.append(alarm_class)
        return RuleSet(classes, np.concatenate(series), np.concatenate(of_class), self.series_count)


def read_signature(connection: psycopg.Connection[Any]) -> tuple[Any, ...]:
    """Return what changes when the register does."""
    series = connection.execute("SELECT coalesce(max(index), -1), count(*) FROM series").fetchone()
    assets = connection.execute("SELECT count(*), coalesce(sum(revision), 0) FROM asset").fetchone()
    assert series is not None and assets is not None
    return (*series, *assets)


def read_sources(connection: psycopg.Connection[Any]) -> list[SourceFacts]:
    """Return every source, disabled ones included, in the order of names."""
    rows = connection.execute("SELECT name, state, secret, assets, rate, burst FROM source ORDER BY name").fetchall()
    return [
        SourceFacts(name, state == "active", bytes(secret), tuple(assets), rate, burst)
        for name, state, secret, assets, rate, burst in rows
    ]


class Registry:
    """Resolves (source, asset name) for the decoders, remembering each answer."""

    def __init__(self, assets: Assets, sources: Sources) -> None:
        self.assets = assets
        self.sources = sources
        self._answers: list[dict[str, Mapping[str, int] | str]] = [{} for _ in sources.facts]

    def source(self, name: str) -> int:
        """Return the index of an active source, -1 otherwise."""
        return self.sources.find(name)

    def points(self, source: int, asset: str) -> Mapping[str, int] | str:
        """Return the series of an asset by point, or the reason why this source may not speak for it."""
        answers = self._answers[source]
        found = answers.get(asset)
        if found is None:
            if len(answers) >= REMEMBERED:
                answers.clear()
            found = answers[asset] = self._resolve(self.sources.facts[source], asset)
        return found

    def remembered(self, source: int) -> Mapping[str, Mapping[str, int] | str]:
        """Return what `points` answered for a source so far, by asset."""
        return self._answers[source]

    def _resolve(self, source: SourceFacts, name: str) -> Mapping[str, int] | str:
        code = self.assets.code_of_id.get(name, name)
        entry = self.assets.by_code.get(code)
        if entry is None:
            return "unknown_asset"
        if entry.speaker == source.name:
            return entry.points
        if not entry.speaker and any(fnmatchcase(code, pattern) for pattern in source.assets):
            return entry.points
        return "not_its_asset"
