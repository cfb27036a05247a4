"""Ranking of the crews for an event: a pure function, explained rank by rank (docs/algorithms.md).

Cost of a crew, in minutes: travel by road rounded up, plus LOAD_MIN for each event that it already has, plus the age
of its position when that is old, plus LATE_MIN when its shift ends before the work could be done. The smallest cost
comes first; ties are broken by the crew's identifier, so that the order is total.
"""

from collections.abc import Mapping, Sequence
from math import ceil, inf
from uuid import UUID

import msgspec

from beffroi.dispatch.types import Need
from beffroi.model.time import MINUTE, Micros

LOAD_MIN = 20
"""An open engagement is worth this long: the median of a small repair."""
LATE_MIN = 15
WORK_MIN = 45
"""What must be left of a shift beyond the travel for the crew not to count as late."""
STALE_AFTER_S = 120
LOST_AFTER_S = 1_800
"""A position older than this tells nothing: the crew is ranked as one without position."""
NO_PAPER, EXPIRED = "dispatch.why.authorisation", "dispatch.why.expired"


class Reason(msgspec.Struct, frozen=True):
    """A part of a sentence: code of the catalogue and its parameters."""

    code: str
    params: dict[str, str | int] = {}


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A crew in service as the ranking sees it; no coordinate reaches this far.

    `travel_s` is None without position, infinity without way; `authorisations` give the end (µs) of each.
    """

    crew: UUID
    name: str
    skills: frozenset[str] = frozenset()
    authorisations: dict[str, Micros] = {}
    equipment: frozenset[str] = frozenset()
    travel_s: float | None = None
    position_age_s: int | None = None
    load: int = 0
    shift_end: Micros = 0
    here: bool = False
    refused: bool = False
    """Said no to this event a short while ago."""


class Job(msgspec.Struct, frozen=True):
    """What is to be ranked for: an event and what it asks."""

    incident: UUID
    need: Need


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """One rank, with its sentence in parts."""

    rank: int
    crew: UUID
    name: str
    travel_min: int | None
    stale: bool
    load: int
    shift_end: Micros
    reasons: tuple[Reason, ...]


class Excluded(msgspec.Struct, frozen=True, kw_only=True):
    """A crew in service that is not proposed, and why."""

    crew: UUID
    name: str
    load: int
    here: bool
    reason: Reason


class Ranking(msgspec.Struct, frozen=True):
    """The answer for one event at one time."""

    incident: UUID
    at: Micros
    ranked: tuple[Ranked, ...]
    excluded: tuple[Excluded, ...]


def rank(candidates: Sequence[Candidate], job: Job, now: Micros) -> Ranking:
    """Return the crews to send, best first, and why the others are not; same input, same bytes, in any order given."""
    kept: list[tuple[tuple[int, int, int], Candidate]] = []
    excluded: list[Excluded] = []
    for one in candidates:
        reason = exclusion(one, job.need, now)
        if reason is None:
            kept.append((cost(one, now), one))
        else:
            excluded.append(Excluded(crew=one.crew, name=one.name, load=one.load, here=one.here, reason=reason))
    kept.sort(key=lambda pair: (pair[0], pair[1].crew))
    excluded.sort(key=lambda one: one.crew)
    ranked = tuple(_ranked(place, kept, now) for place in range(len(kept)))
    return Ranking(job.incident, now, ranked, tuple(excluded))


def exclusion(one: Candidate, need: Need, now: Micros) -> Reason | None:
    """Return why a crew in service must not be proposed, or nothing."""
    if one.here:
        return Reason("dispatch.why.here")
    if one.refused:
        return Reason("dispatch.why.refused")
    reason = lacking(one.skills, one.authorisations, need, now)
    if reason is not None:
        return reason
    without = sorted(set(need.equipment) - one.equipment)
    if without:
        return Reason("dispatch.why.equipment", {"codes": ",".join(without)})
    return None


def lacking(skills: frozenset[str], authorisations: Mapping[str, Micros], need: Need, now: Micros) -> Reason | None:
    """Return which skill or valid authorisation somebody lacks for what an event asks, or nothing."""
    missing = sorted(set(need.skills) - skills)
    if missing:
        return Reason("dispatch.why.skill", {"codes": ",".join(missing)})
    for code in sorted(need.authorisations):
        until = authorisations.get(code)
        if until is None:
            return Reason(NO_PAPER, {"codes": code})
        if until <= now:
            return Reason(EXPIRED, {"codes": code, "until": until})
    return None


def cost(one: Candidate, now: Micros) -> tuple[int, int, int]:
    """Return (class, minutes, load): 0 known travel, 1 no usable position, 2 no way by road."""
    late = LATE_MIN if one.shift_end < now + (_minutes(one.travel_s) + WORK_MIN) * MINUTE else 0
    more = LOAD_MIN * one.load + late
    if not _placed(one):
        return 1, more, one.load
    if one.travel_s == inf:
        return 2, more, one.load
    return 0, _minutes(one.travel_s) + _doubt(one) + more, one.load


def _placed(one: Candidate) -> bool:
    return one.travel_s is not None and one.position_age_s is not None and one.position_age_s <= LOST_AFTER_S


def _minutes(travel_s: float | None) -> int:
    return 0 if travel_s is None or travel_s == inf else ceil(travel_s / 60)


def is_stale(one: Candidate) -> bool:
    """Tell whether the position is older than 120 s: never silently trusted."""
    return one.position_age_s is not None and one.position_age_s > STALE_AFTER_S


def _doubt(one: Candidate) -> int:
    """It may have driven away for as long as it has been silent."""
    return ceil((one.position_age_s or 0) / 60) if is_stale(one) else 0


def _ranked(place: int, kept: Sequence[tuple[tuple[int, int, int], Candidate]], now: Micros) -> Ranked:
    price, one = kept[place]
    travel = _minutes(one.travel_s) if price[0] == 0 else None
    reasons = [_travel_reason(one, price[0]), *_other_reasons(one, now)]
    if place:
        before, other = kept[place - 1]
        reasons.append(_behind(price, before, other))
    return Ranked(
        rank=place + 1,
        crew=one.crew,
        name=one.name,
        travel_min=travel,
        stale=is_stale(one),
        load=one.load,
        shift_end=one.shift_end,
        reasons=tuple(reasons),
    )


def _travel_reason(one: Candidate, kind: int) -> Reason:
    if kind == 0:
        return Reason("dispatch.why.travel", {"minutes": _minutes(one.travel_s)})
    return Reason("dispatch.why.no_position" if kind == 1 else "dispatch.why.no_way")


def _other_reasons(one: Candidate, now: Micros) -> list[Reason]:
    found = [Reason("dispatch.why.load", {"n": one.load}) if one.load else Reason("dispatch.why.free")]
    if is_stale(one):
        found.append(Reason("dispatch.why.stale", {"minutes": ceil((one.position_age_s or 0) / 60)}))
    late = one.shift_end < now + (_minutes(one.travel_s) + WORK_MIN) * MINUTE
    found.append(Reason("dispatch.why.shift_short" if late else "dispatch.why.shift", {"end": one.shift_end}))
    return found


def _behind(price: tuple[int, int, int], before: tuple[int, int, int], other: Candidate) -> Reason:
    if price[0] != before[0]:
        return Reason("dispatch.why.behind_known", {"other": other.name})
    if price[1] == before[1]:
        return Reason("dispatch.why.behind_same", {"other": other.name})
    return Reason("dispatch.why.behind", {"other": other.name, "minutes": price[1] - before[1]})
