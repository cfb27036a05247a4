"""`/api/understand?q=`: one field understands « lampadaire éteint devant 12 berbisey » as the caller speaks."""

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import structlog
from litestar import get
from litestar.params import Parameter

from beffroi.assets import TRADE as REGISTER
from beffroi.assets.logic import visible
from beffroi.assets.search.shelf import FinderShelf
from beffroi.model.kinds import Text
from beffroi.model.ports import IncidentFacts
from beffroi.model.time import Micros
from beffroi.procedures.calls.matches import EventHit, crew_of, events_around, sentence_of, spoken_time
from beffroi.procedures.calls.places import AssetHit, PlaceHit, named_of, nearest_of, painted_of, places_of
from beffroi.requests.api import near_requests
from beffroi.requests.glossary import Category, Danger, Lexicon, Service, readable_lexicon
from beffroi.requests.hearing import EAR, Heard, Hearer
from beffroi.requests.texts import TEXTS
from beffroi.requests.types import RequestState
from beffroi.trade.doors import Caller
from beffroi.trade.service import CoreDoor

FOLLOW_M = 30.0
"""Open requests this near are offered to be followed (mission, capability 10)."""

log = structlog.get_logger("calls")

SHORT_STORY = 300
EXACT_PLACES = frozenset({"address", "near", "crossing"})
FEEDERS_M = 60.0


class CategoryHit(msgspec.Struct, frozen=True, kw_only=True):
    """A category that the words tell."""

    name: str
    label: Text
    trade: str
    incident: str
    weight: float


class DangerBand(msgspec.Struct, frozen=True, kw_only=True):
    """What to say at once and whom to call, in order."""

    name: str
    label: Text
    say: Text
    call: list[Service]


class RequestHit(msgspec.Struct, frozen=True, kw_only=True):
    """An open request nearby, to follow instead of writing the same twice."""

    id: UUID
    code: str
    category: str
    label: Text
    place: str
    state: RequestState
    incident: UUID | None
    recorded_at: Micros
    followers: int
    distance_m: float


class Understanding(msgspec.Struct, frozen=True, kw_only=True):
    """What was understood: the first of each list is the proposal; `took_ms` is the server's own time."""

    q: str
    categories: list[CategoryHit]
    dangers: list[DangerBand]
    places: list[PlaceHit]
    assets: list[AssetHit]
    events: list[EventHit]
    requests: list[RequestHit]
    took_ms: float


class Known(msgspec.Struct):
    """What one core keeps between two questions."""

    core: CoreDoor
    hearer: Hearer
    shelf: FinderShelf
    zone: ZoneInfo

    @property
    def lexicon(self) -> Lexicon:
        """Return the lexicon in force."""
        return self.hearer.lexicon


def pages(core: CoreDoor) -> Sequence[Any]:
    """Return the handlers: the field, and the list of categories behind it."""
    lexicon, problems = readable_lexicon(core.data / "lexicon")
    for problem in problems:
        log.error("lexicon file left out, the rest is in force", **problem.params)
    hearer = EAR.learn(lexicon)
    known = Known(core, hearer, REGISTER.shelf, ZoneInfo(core.zone))

    @get("/", summary="Understand what a caller says: place, equipment, category, danger, what is already known there")
    async def understand(
        caller: Caller,
        q: Annotated[str, Parameter(max_length=2000)] = "",
        category: Annotated[str, Parameter(max_length=80)] = "",
        lon: Annotated[float | None, Parameter(ge=-180, le=180)] = None,
        lat: Annotated[float | None, Parameter(ge=-90, le=90)] = None,
    ) -> Understanding:
        chosen = None if lon is None or lat is None else (lon, lat)
        return await understood(known, caller, q, category, chosen)

    @get("/categories", summary="List what callers talk about")
    async def list_categories(caller: Caller) -> list[CategoryHit]:
        return [_category(one, 0.0) for one in known.lexicon.categories.values()]

    return [understand, list_categories]


async def understood(
    known: Known, caller: Caller, q: str, category: str = "", chosen: tuple[float, float] | None = None
) -> Understanding:
    """Return what a sentence says and what is known there; `category` and `chosen` replace what was heard."""
    began = time.perf_counter()
    state = known.core.state("assets")
    finder = await known.shelf.current(state)
    mask = visible(state, caller.sees)
    # a long story takes more than a slice of the core's loop
    heard = known.hearer.hear(q) if len(q) <= SHORT_STORY else await asyncio.to_thread(known.hearer.hear, q)
    painted = painted_of(state, finder, heard, mask)
    places = [] if painted else _chosen_place(chosen, places_of(state, heard))
    named = [] if painted or places else named_of(state, finder, heard, mask)
    found = painted or named
    categories = _categories(known.lexicon, heard, category, found)
    kinds = categories[0].kinds if categories else ()
    exact = bool(places) and places[0].precision in EXACT_PLACES
    assets = found or (nearest_of(state, kinds, places[0], mask) if exact else [])
    lamps = [] if found or not places else nearest_of(state, ("street_light",), places[0], mask, FEEDERS_M)
    lon, lat = _where(assets if found else [], places)
    return Understanding(
        q=q,
        categories=[_category(one, weight) for one, weight in _weighed(categories, heard)],
        dangers=[_band(known.lexicon, name) for name in heard.dangers],
        places=places,
        assets=assets,
        events=_events(known, caller, [one.id for one in (*assets[:1], *lamps[:3])], lon, lat),
        requests=_requests(known, caller, lon, lat),
        took_ms=round((time.perf_counter() - began) * 1000, 2),
    )


def _chosen_place(chosen: tuple[float, float] | None, places: list[PlaceHit]) -> list[PlaceHit]:
    if chosen is None:
        return places
    return sorted(places, key=lambda one: (one.lon, one.lat) != chosen)


def _where(found: Sequence[AssetHit], places: Sequence[PlaceHit]) -> tuple[float | None, float | None]:
    if found:
        return found[0].lon, found[0].lat
    return (places[0].lon, places[0].lat) if places else (None, None)


def _categories(lexicon: Lexicon, heard: Heard, category: str, found: Sequence[AssetHit]) -> list[Category]:
    """Return the categories, the chosen one first, else those that the equipment named can have."""
    if category in lexicon.categories:
        return [lexicon.categories[category]]
    every = heard.categories if found else heard.sure()
    names = [guess.category for guess in every]
    if found:
        kind = found[0].kind
        own = [name for name in names if kind in lexicon.categories[name].kinds]
        usual = [one.name for one in lexicon.categories.values() if kind in one.kinds][:1]
        names = [*(own or usual), *names]
    return [lexicon.categories[name] for name in dict.fromkeys(names)][:4]


def _weighed(categories: Sequence[Category], heard: Heard) -> list[tuple[Category, float]]:
    weights = {guess.category: guess.weight for guess in heard.categories}
    return [(one, weights.get(one.name, 0.0)) for one in categories]


def _category(one: Category, weight: float) -> CategoryHit:
    return CategoryHit(name=one.name, label=one.label, trade=one.trade, incident=one.incident, weight=weight)


def _band(lexicon: Lexicon, name: str) -> DangerBand:
    danger: Danger = lexicon.dangers[name]
    return DangerBand(
        name=name, label=danger.label, say=danger.say, call=[lexicon.services[one] for one in danger.call]
    )


def _events(
    known: Known, caller: Caller, assets: Sequence[UUID], lon: float | None, lat: float | None
) -> list[EventHit]:
    core = known.core
    told = partial(_told, known, caller.lang)
    unique = list(dict.fromkeys(assets))
    return events_around(core.city, unique, lon, lat, lambda facts: facts.masked or caller.sees(facts.scope), told)


def _told(known: Known, lang: str, facts: IncidentFacts) -> tuple[str, Micros | None, str]:
    core = known.core
    if facts.masked:
        return "", None, TEXTS["requests.say.known"][lang]
    crew, expected_at = crew_of(core.state("dispatch").engagements.values(), facts.id)
    incident = core.state("incidents").incidents.get(facts.id)
    taken = incident is not None and incident.taken_by is not None
    code, at = sentence_of(crew, expected_at, taken, core.clock.now())
    said = TEXTS[code][lang]
    return crew, expected_at, said.format(at=spoken_time(at, known.zone, lang)) if at else said


def _requests(known: Known, caller: Caller, lon: float | None, lat: float | None) -> list[RequestHit]:
    if lon is None or lat is None:
        return []
    state = known.core.state("requests")
    return [
        RequestHit(
            id=one.id,
            code=one.code,
            category=one.category,
            label=_label(known.lexicon, one.category),
            place=one.place,
            state=one.state,
            incident=one.incident,
            recorded_at=one.recorded_at,
            followers=len(state.followers.get(one.id, ())),
            distance_m=round(away, 1),
        )
        for one, away in near_requests(state, lon, lat, FOLLOW_M)
        if caller.sees(one.scope)
    ][:6]


def _label(lexicon: Lexicon, category: str) -> Text:
    known = lexicon.categories.get(category)
    return known.label if known else {"fr": category, "en": category}


PAGES = pages
