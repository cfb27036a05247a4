"""What several decisions of dispatch ask first: the event, the crew, the engagement, the call-out."""

from uuid import UUID

from beffroi.dispatch.needs import need_of
from beffroi.dispatch.types import CallOut, Crew, DispatchState, Engagement
from beffroi.model.ports import IncidentFacts
from beffroi.model.time import MINUTE
from beffroi.trade.context import Context
from beffroi.trade.rejected import Rejected

FUTURE_TOLERANCE = MINUTE


def get_incident(incident: UUID, context: Context) -> IncidentFacts:
    """Return an open event to which somebody may be sent; a masked one of another trade is refused."""
    facts = context.city.incidents.find(incident)
    if facts is None:
        raise Rejected("dispatch.no_incident")
    if facts.masked and context.actor.kind == "person" and not context.rights.allows("view", facts.scope):
        raise Rejected("dispatch.masked", number=facts.number)
    if not facts.open:
        raise Rejected("dispatch.incident_closed", number=facts.number)
    return facts


def check_time(context: Context) -> None:
    """Refuse a *heure des faits* in the future."""
    if context.happened_at > context.now + FUTURE_TOLERANCE:
        raise Rejected("dispatch.future", at=context.happened_at)


def get_crew(state: DispatchState, crew: UUID) -> Crew:
    """Return a crew; refuses an unknown or a retired one."""
    found = state.crews.get(crew)
    if found is None or not found.active:
        raise Rejected("dispatch.no_crew")
    return found


def name_of(state: DispatchState, held: Engagement) -> str:
    """Return the name of the crew engaged; empty for somebody called out, whom no line names."""
    crew = state.crews.get(held.crew) if held.crew else None
    return crew.name if crew else ""


def get_engagement(state: DispatchState, engagement: UUID) -> Engagement:
    """Return an engagement of the last days."""
    found = state.engagements.get(engagement)
    if found is None:
        raise Rejected("dispatch.no_engagement")
    return found


def open_of(state: DispatchState, incident: UUID) -> list[Engagement]:
    """List the open engagements of an event, the oldest first."""
    return [one for one in state.engagements.values() if one.open and one.incident == incident]


def choose(state: DispatchState, incident: UUID | None, crew: UUID | None) -> Engagement:
    """Return the one open engagement meant by an event, a crew, or both."""
    if incident is None and crew is None:
        raise Rejected("dispatch.which_crew")
    found = [
        one
        for one in state.engagements.values()
        if one.open and incident in (None, one.incident) and crew in (None, one.crew, one.agent)
    ]
    if not found:
        raise Rejected("dispatch.nobody_engaged")
    if len(found) > 1:
        raise Rejected("dispatch.which_crew", n=len(found))
    return found[0]


def find_call_out(state: DispatchState, incident: UUID, trade: str) -> CallOut | None:
    """Return the call-out under way for an event in a trade, or nothing."""
    same = (one for one in state.call_outs.values() if one.open and one.incident == incident and one.trade == trade)
    return next(same, None)


def trade_of(state: DispatchState, facts: IncidentFacts, asked: str | None) -> str:
    """Return whose on-call list an event calls."""
    return need_of(state, facts).trade if asked is None else asked
