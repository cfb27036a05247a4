"""What is already known where a caller speaks of: events under way, and the sentence to read aloud."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from beffroi.model.geo import distance_m
from beffroi.model.ports import City, IncidentFacts
from beffroi.model.time import MINUTE, Micros, to_datetime

NEAR_M = 100.0
SHOWN = 6
ROUNDING = 5 * MINUTE

Same = Literal["asset", "feeder", "near"]
RANK: dict[Same, int] = {"asset": 0, "feeder": 1, "near": 2}


class EventHit(msgspec.Struct, frozen=True, kw_only=True):
    """An open event that the call may be about, why, and what to read to the caller."""

    id: UUID
    number: str
    label: str
    place: str
    lon: float | None
    lat: float | None
    same: Same
    feeder: str
    distance_m: float | None
    opened_at: Micros
    masked: bool
    crew: str
    """State of the crew on its way: `engaged`, `en_route`, `on_site`, `made_safe`, or nothing."""
    expected_at: Micros | None
    say: str


def events_around(
    city: City,
    assets: Sequence[UUID],
    lon: float | None,
    lat: float | None,
    sees: Callable[[IncidentFacts], bool],
    told: Callable[[IncidentFacts], tuple[str, Micros | None, str]],
) -> list[EventHit]:
    """List the open events of these assets, of what feeds them, or near the place: the likeliest first.

    `told` gives the state of the crew, when it is expected and the sentence to read.
    """
    own = set(assets)
    feeders = {feeder for asset in assets for feeder in city.topology.ancestors(asset)}
    found = []
    for facts in city.incidents.list_open():
        if not sees(facts):
            continue
        away = _away(facts, lon, lat)
        same = _same(facts, own, feeders, away)
        if same is not None:
            found.append(_hit(city, facts, same, away, told(facts)))
    found.sort(key=lambda hit: (RANK[hit.same], hit.distance_m if hit.distance_m is not None else 0.0))
    return found[:SHOWN]


def _away(facts: IncidentFacts, lon: float | None, lat: float | None) -> float | None:
    if lon is None or lat is None or facts.lon is None or facts.lat is None:
        return None
    return distance_m(lon, lat, facts.lon, facts.lat)


def _same(facts: IncidentFacts, own: set[UUID], feeders: set[UUID], away: float | None) -> Same | None:
    if facts.asset in own:
        return "asset"
    if facts.asset in feeders:
        return "feeder"
    return "near" if away is not None and away <= NEAR_M else None


def _hit(
    city: City, facts: IncidentFacts, same: Same, away: float | None, told: tuple[str, Micros | None, str]
) -> EventHit:
    crew, expected_at, say = told
    of = city.topology.find(facts.asset) if facts.asset else None
    return EventHit(
        id=facts.id,
        number=facts.number,
        label=facts.label,
        place=facts.place,
        lon=facts.lon,
        lat=facts.lat,
        same=same,
        feeder=of.code if of else "",
        distance_m=None if away is None else round(away, 1),
        opened_at=facts.opened_at,
        masked=facts.masked,
        crew=crew,
        expected_at=expected_at,
        say=say,
    )


STATES = ("engaged", "en_route", "on_site", "made_safe")


def crew_of(engagements: Iterable[Any], incident: UUID) -> tuple[str, Micros | None]:
    """Return the state of the crew that is farthest on its way to an event, and when it is expected."""
    best, expected_at = "", None
    for one in engagements:
        if one.incident != incident or not one.open or one.state not in STATES:
            continue
        if not best or STATES.index(one.state) > STATES.index(best):
            best = one.state
        if one.expected_at is not None:
            expected_at = one.expected_at if expected_at is None else min(expected_at, one.expected_at)
    return best, expected_at


def sentence_of(crew: str, expected_at: Micros | None, taken: bool, now: Micros) -> tuple[str, Micros | None]:
    """Return the code of the sentence to read aloud and the time that it says; a time past is not promised again."""
    if crew in ("on_site", "made_safe"):
        return "requests.say.on_site", None
    if crew and expected_at is not None and expected_at > now:
        return "requests.say.expected", -(-expected_at // ROUNDING) * ROUNDING
    if crew == "en_route":
        return "requests.say.en_route", None
    if crew:
        return "requests.say.engaged", None
    return ("requests.say.taken" if taken else "requests.say.known"), None


def spoken_time(at: Micros, zone: ZoneInfo, lang: str) -> str:
    """Return a time as it is said: « 22 h 30 », 22:30."""
    local = to_datetime(at).astimezone(zone)
    return f"{local:%-H\u00a0h\u00a0%M}" if lang == "fr" else f"{local:%H:%M}"
