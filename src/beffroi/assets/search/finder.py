"""One field to find anything: painted number, identifier, name, address, crossing, street."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from itertools import islice
from typing import Any, Literal
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from beffroi.assets.state import AssetsState
from beffroi.assets.streets.names import SMALL_WORDS, fold, words

EXACT_CODE, PREFIX_CODE, NAME_ALL, IDENTIFIER = 120.0, 96.0, 95.0, 130.0
MIN_FUZZY = 78.0

Found = Literal["asset", "address", "street", "crossing"]
Shown = Callable[[int], bool]
"""Tells whether the caller sees the asset at an index."""


class SearchHit(msgspec.Struct, frozen=True, kw_only=True):
    """One answer: an asset (with its identifier) or a place; `why` tells what matched."""

    type: Found
    label: str
    lon: float
    lat: float
    score: float
    why: str
    id: UUID | None = None
    code: str = ""
    kind: str = ""
    index: int | None = None


class Finder:
    """Indexes of one version of the register: codes sorted, words of names; built in about 0.1 s for 36,000 assets."""

    def __init__(self, state: AssetsState) -> None:
        self.version = state.version
        self.size = len(state.assets)
        alive = [asset for asset in state.assets if asset.state != "removed"]
        folded = [fold(asset.code) for asset in alive]
        order = sorted(range(len(folded)), key=folded.__getitem__)
        self._codes = [folded[i] for i in order]
        self._code_index = [alive[i].index for i in order]
        names: dict[str, list[int]] = {}
        for asset in alive:
            if asset.name:
                names.setdefault(asset.name, []).append(asset.index)
        self._names = list(names)
        self._assets_of_name = list(names.values())
        self._name_words = [words(name) for name in self._names]
        self._folded = [" ".join(parts) for parts in self._name_words]
        vocabulary = sorted({(word, number) for number, parts in enumerate(self._name_words) for word in parts})
        self._words = [word for word, _ in vocabulary]
        self._word_name = np.array([number for _, number in vocabulary], np.int32)

    def by_code(self, text: str, limit: int, shown: Shown) -> list[tuple[int, float]]:
        """List (index, score) of the assets shown whose painted number begins with a text."""
        wanted = fold(text).replace(" ", "")
        found: list[tuple[int, float]] = []
        at = bisect_left(self._codes, wanted)
        while at < len(self._codes) and len(found) < limit and self._codes[at].startswith(wanted):
            extra = len(self._codes[at]) - len(wanted)
            if shown(self._code_index[at]):
                found.append((self._code_index[at], EXACT_CODE if not extra else PREFIX_CODE - min(extra, 20) * 0.5))
            at += 1
        return found

    def by_name(self, text: str, limit: int, shown: Shown) -> list[tuple[int, float]]:
        """List (index, score) of the assets shown whose name has every word (or its start), else a near spelling."""
        query = [word for word in words(text) if word not in SMALL_WORDS]
        if not query or not self._names:
            return []
        matching: NDArray[Any] | None = None
        for word in query:
            some = self._names_with(word)
            matching = some if matching is None else np.intersect1d(matching, some)
        assert matching is not None
        joined = " ".join(query)
        scored = [(int(i), self._closeness(joined, int(i))) for i in matching]
        if not scored and len(joined) > 3:
            near = process.extract(joined, self._folded, scorer=fuzz.WRatio, limit=limit, score_cutoff=MIN_FUZZY)
            scored = [(number, score * 0.85) for _, score, number in near]
        scored.sort(key=lambda pair: -pair[1])
        pairs = ((index, score) for number, score in scored for index in self._assets_of_name[number] if shown(index))
        return list(islice(pairs, limit))

    def _closeness(self, joined: str, number: int) -> float:
        return NAME_ALL - 15 + 15 * fuzz.ratio(joined, self._folded[number]) / 100

    def _names_with(self, word: str) -> NDArray[Any]:
        first, end = bisect_left(self._words, word), bisect_left(self._words, word + "\U0010ffff")
        return np.unique(self._word_name[first:end])


def search(state: AssetsState, finder: Finder, query: str, mask: NDArray[Any], limit: int = 12) -> list[SearchHit]:
    """List what a query names, best first; only assets of the mask, which is what the caller sees."""
    text = query.strip()
    if not text:
        return []
    hits = [*_by_id(state, text, mask), *_assets(state, finder, text, mask, limit)]
    hits += [
        SearchHit(
            type="crossing" if hit.precision == "crossing" else "street" if hit.precision == "street" else "address",
            label=hit.label,
            lon=hit.lon,
            lat=hit.lat,
            score=hit.score,
            why=hit.precision,
        )
        for hit in state.places.gazetteer.find(text, limit)
    ]
    hits.sort(key=lambda hit: -hit.score)
    return list({(hit.type, hit.id or hit.label): hit for hit in reversed(hits)}.values())[::-1][:limit]


def _by_id(state: AssetsState, text: str, mask: NDArray[Any]) -> list[SearchHit]:
    try:
        index = state.by_id.get(UUID(text))
    except ValueError:
        return []
    return [_hit(state, index, IDENTIFIER, "id")] if index is not None and _shown(mask, index) else []


def _assets(state: AssetsState, finder: Finder, text: str, mask: NDArray[Any], limit: int) -> list[SearchHit]:
    def shown(index: int) -> bool:
        return _shown(mask, index)

    found: list[SearchHit] = []
    for look, why in ((finder.by_code, "code"), (finder.by_name, "name")):
        found += [_hit(state, index, score, why) for index, score in look(text, limit, shown)]
    return found


def _shown(mask: NDArray[Any], index: int) -> bool:
    return index < len(mask) and bool(mask[index])


def _hit(state: AssetsState, index: int, score: float, why: str) -> SearchHit:
    asset = state.assets[index]
    name = f"{asset.name} · " if asset.name and asset.street else ""
    return SearchHit(
        type="asset",
        label=name + state.label_of(asset),
        lon=asset.lon,
        lat=asset.lat,
        score=score,
        why=why,
        id=asset.id,
        code=asset.code,
        kind=asset.kind,
        index=index,
    )
