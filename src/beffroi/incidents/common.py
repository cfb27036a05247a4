"""What every decision about events shares: finding one, its next state, the place of a new one."""

from typing import Any
from uuid import UUID

from beffroi.incidents.actions import OnIncident
from beffroi.incidents.machine import Signal, State, find_next
from beffroi.incidents.types import Incident, IncidentsState
from beffroi.model.time import DAY, MILLISECOND, MINUTE, Micros
from beffroi.trade.context import Context
from beffroi.trade.rejected import Rejected

JUST_CHANGED = 700 * MILLISECOND
FUTURE_TOLERANCE = MINUTE
OLDEST_FACTS = 62 * DAY
"""Nobody enters facts older than that: a slip of the date."""


def get_incident(state: IncidentsState, incident: UUID) -> Incident:
    """Return an event of memory; raises Rejected when none has this identifier."""
    found = state.incidents.get(incident)
    if found is None:
        raise Rejected("incidents.not_found", incident=str(incident))
    return found


def head(incident: Incident) -> dict[str, Any]:
    """Return what every line about an event carries."""
    return {"incident": incident.id, "number": incident.number, "scope": incident.scope}


def next_state(incident: Incident, signal: Signal) -> State:
    """Return where a signal leads; raises Rejected when it is illegal there."""
    following = find_next(incident.state, signal)
    if following is None:
        raise Rejected(f"incidents.cannot_{signal}", number=incident.number, state=incident.state)
    return following


def check_fresh(incident: Incident, action: OnIncident) -> None:
    """Refuse a key pressed on a line that had just changed."""
    if action.seen_at is not None and incident.changed_at > action.seen_at - JUST_CHANGED:
        raise Rejected("incidents.just_changed", number=incident.number)


def check_time(at: Micros, context: Context) -> None:
    """Refuse facts of the future, or of months ago."""
    if at > context.now + FUTURE_TOLERANCE:
        raise Rejected("incidents.future", at=at)
    if at < context.now - OLDEST_FACTS:
        raise Rejected("incidents.too_old", at=at)
