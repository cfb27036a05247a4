"""Where a caller speaks of: from the words heard to a place, and to the equipment that stands there."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from beffroi.assets.search.finder import EXACT_CODE, Finder
from beffroi.assets.state import AssetsState
from beffroi.assets.streets.gazetteer import Hit
from beffroi.model.ports import AssetFacts
from beffroi.requests.hearing import Heard

SURE_PLACE = 88.0
"""A place as well named as this needs no other reading of the sentence."""

LEAST_PLACE = 70.0
NAME_SCORE = 80.0
SHOWN_PLACES = 5
SHOWN_ASSETS = 6
REACH_M = 80.0
"""How far from the address its equipment may stand."""

OTHER_STREET_M = 25.0
"""What standing in another street costs in the choice of the nearest."""

METRES_PER_DEGREE = 111_195.0


class PlaceHit(msgspec.Struct, frozen=True, kw_only=True):
    """A place that the words may mean."""

    label: str
    street: str
    commune: str
    lon: float
    lat: float
    precision: str
    score: float


class AssetHit(msgspec.Struct, frozen=True, kw_only=True):
    """An equipment that the words may mean, and how far it stands from the place, in metres."""

    id: UUID
    code: str
    kind: str
    trade: str
    commune: str
    label: str
    lon: float
    lat: float
    distance_m: float
    index: int


def places_of(state: AssetsState, heard: Heard) -> list[PlaceHit]:
    """List the places that a sentence names, best first; the first reading that is sure wins."""
    best: list[Hit] = []
    for text in heard.places:
        hits = [hit for hit in state.places.gazetteer.find(text, SHOWN_PLACES) if hit.score >= LEAST_PLACE]
        if hits and (not best or hits[0].score > best[0].score):
            best = hits
        if best and best[0].score >= SURE_PLACE:
            break
    return [
        PlaceHit(
            label=hit.label,
            street=hit.street,
            commune=hit.commune,
            lon=hit.lon,
            lat=hit.lat,
            precision=hit.precision,
            score=round(hit.score, 1),
        )
        for hit in best
    ]


def painted_of(state: AssetsState, finder: Finder, heard: Heard, mask: NDArray[Any]) -> list[AssetHit]:
    """List the equipment whose painted number was read aloud."""
    found: dict[int, None] = {}
    for text in heard.painted:
        exact = finder.by_code(text, 3, lambda index: index < len(mask) and bool(mask[index]))
        found.update((index, None) for index, score in exact if score >= EXACT_CODE)
    return [asset_hit(state, state.facts_of(index), 0.0) for index in found]


def named_of(state: AssetsState, finder: Finder, heard: Heard, mask: NDArray[Any]) -> list[AssetHit]:
    """List the equipment that the words name: a school, a car park, a junction."""
    for text in heard.places:
        named = finder.by_name(text, SHOWN_PLACES, lambda index: index < len(mask) and bool(mask[index]))
        if named and named[0][1] >= NAME_SCORE:
            return [asset_hit(state, state.facts_of(index), 0.0) for index, score in named if score >= NAME_SCORE]
    return []


def nearest_of(
    state: AssetsState, kinds: Sequence[str], place: PlaceHit, mask: NDArray[Any], reach_m: float = REACH_M
) -> list[AssetHit]:
    """List the equipment of some kinds around a place: nearest first, those of its own street before others."""
    columns = state.columns
    numbers = [state.kind_numbers[kind] for kind in kinds if kind in state.kind_numbers]
    if not numbers:
        return []
    east = (columns.lon - place.lon) * (METRES_PER_DEGREE * np.cos(np.radians(place.lat)))
    north = (columns.lat - place.lat) * METRES_PER_DEGREE
    away = np.hypot(east, north)
    size = min(len(mask), len(away))
    near = np.flatnonzero((away[:size] <= reach_m) & mask[:size] & np.isin(columns.kind[:size], numbers))
    hits = [asset_hit(state, state.facts_of(int(index)), float(away[index])) for index in near]
    streets = {hit.index: state.facts_of(hit.index).street for hit in hits}

    def cost(hit: AssetHit) -> float:
        other = bool(place.street) and streets[hit.index] != place.street
        return hit.distance_m + (OTHER_STREET_M if other else 0.0)

    return sorted(hits, key=cost)[:SHOWN_ASSETS]


def asset_hit(state: AssetsState, facts: AssetFacts, distance_m: float) -> AssetHit:
    """Return what the call line shows of an equipment."""
    return AssetHit(
        id=facts.id,
        code=facts.code,
        kind=facts.kind,
        trade=facts.trade,
        commune=facts.commune,
        label=state.place_label(facts.id),
        lon=facts.lon,
        lat=facts.lat,
        distance_m=round(distance_m, 1),
        index=facts.index,
    )
