"""Who to send to an event: crews in service by road, then the on-call list; one sentence for each (`/api/ranking`)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from litestar import get

from beffroi.dispatch.api import OnCallNow, on_call_line
from beffroi.dispatch.call_list import CallList, call_list
from beffroi.dispatch.candidates import rank_for
from beffroi.dispatch.duty import CITY_WIDE
from beffroi.dispatch.needs import need_of
from beffroi.dispatch.ranking import Excluded, Ranked, Reason
from beffroi.dispatch.rows import crew_scope
from beffroi.dispatch.texts import RANKS
from beffroi.dispatch.types import DispatchState, Need
from beffroi.model.ports import City, IncidentFacts
from beffroi.model.time import Micros
from beffroi.trade.doors import Caller
from beffroi.trade.rejected import Rejected
from beffroi.trade.service import CoreDoor


class NotFound(Rejected):
    """What the caller may not see does not exist."""

    status = 404


class OnCallRank(msgspec.Struct, kw_only=True):
    """One line of the call-out list, with its sentence: no position, a telephone, a delay, what it is already on."""

    line: OnCallNow
    reason: Reason
    out: Reason | None = None


class OnCallPassed(msgspec.Struct, kw_only=True):
    """Somebody on call who is not proposed for the event, and why."""

    line: OnCallNow
    reason: Reason


class RankingPage(msgspec.Struct, kw_only=True):
    """The answer for one event at one time: minutes of road, never a position."""

    incident: UUID
    at: Micros
    need: Need
    ranked: tuple[Ranked, ...]
    excluded: tuple[Excluded, ...]
    on_call: list[OnCallRank]
    on_call_passed: list[OnCallPassed]


def page_for(state: DispatchState, city: City, facts: IncidentFacts, now: Micros, caller: Caller) -> RankingPage:
    """Return who may be sent to an event, best first, and why the others are not."""
    need = need_of(state, facts)
    ranking = rank_for(state, city, facts, now)
    trade = need.trade or CITY_WIDE
    listed = call_list(state, facts, trade, now) if caller.sees(crew_scope(trade)) else CallList((), (), {})
    called = [(line.agent, on_call_line(state, trade, line, caller)) for line in listed.lines]
    return RankingPage(
        incident=facts.id,
        at=now,
        need=need,
        ranked=ranking.ranked,
        excluded=ranking.excluded,
        on_call=[OnCallRank(line=one, reason=_why(one), out=_out(listed, who, city, caller)) for who, one in called],
        on_call_passed=[
            OnCallPassed(line=on_call_line(state, trade, one.line, caller), reason=one.reason) for one in listed.passed
        ],
    )


def _out(listed: CallList, agent: UUID, city: City, caller: Caller) -> Reason | None:
    """Say on which event somebody already is, to who may know that event."""
    if agent not in listed.out:
        return None
    facts = city.incidents.find(listed.out[agent])
    if facts is None or not caller.sees(facts.scope):
        return Reason("dispatch.why.out_elsewhere")
    return Reason("dispatch.why.out", {"number": facts.number})


def _why(line: OnCallNow) -> Reason:
    words = RANKS.get(line.rank, {"fr": "", "en": ""})
    params: dict[str, str | int] = {"rank_fr": words["fr"], "rank_en": words["en"], "minutes": line.delay_min}
    return Reason("dispatch.why.on_call", params)


def seen(city: City, incident: UUID, caller: Caller) -> IncidentFacts:
    """Return an event that a caller may send somebody to; a masked one of another trade says so and nothing more."""
    facts = city.incidents.find(incident)
    if facts is not None and caller.sees(facts.scope):
        return facts
    if facts is not None and facts.masked:
        raise Rejected("dispatch.masked", number=facts.number)
    raise NotFound("dispatch.no_incident")


def pages(core: CoreDoor) -> Sequence[Any]:
    """Return the handler of the ranking."""

    @get("/", summary="Rank the crews in service for an event, with the reasons of each rank, and the on-call list")
    async def ranking(caller: Caller, incident: UUID) -> RankingPage:
        facts = seen(core.city, incident, caller)
        state: DispatchState = core.state("dispatch")
        return page_for(state, core.city, facts, core.clock.now(), caller)

    return [ranking]


PAGES = pages
