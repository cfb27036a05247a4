"""An event and those joined to it: who holds whom, what of their alarms still stands, when closure is proposed."""

from uuid import UUID

from msgspec.structs import replace

from beffroi.incidents import events as ev
from beffroi.incidents.categories import find_category
from beffroi.incidents.common import head
from beffroi.incidents.types import Closing, Incident, IncidentsState, Link
from beffroi.model.time import Micros


def holder_of(state: IncidentsState, incident: Incident) -> Incident:
    """Return the event that an event lives in, through joins: itself when it is joined to none."""
    while incident.state == "joined" and incident.into is not None and incident.into in state.incidents:
        incident = state.incidents[incident.into]
    return incident


def holders_of(state: IncidentsState, incident: Incident) -> tuple[UUID, ...]:
    """List the events that an event lives in through joins, the nearest first; none when it is joined to none."""
    found: list[UUID] = []
    while incident.into is not None and incident.into in state.incidents:
        incident = state.incidents[incident.into]
        found.append(incident.id)
    return tuple(found)


def tree_of(state: IncidentsState, incident: Incident) -> list[Incident]:
    """List an event and those that live in it, through joins."""
    found = [incident]
    for one in state.joined.get(incident.id, {}).values():
        found += tree_of(state, one)
    return found


def was_parted(state: IncidentsState, one: Incident, other: Incident) -> bool:
    """Tell whether joining two events would bring back a join that was undone, theirs or of what lives in them."""
    there = tree_of(state, other)
    names = {held.id for held in there}
    return any(
        not names.isdisjoint(held.refused) or any(held.id in apart.refused for apart in there)
        for held in tree_of(state, one)
    )


def find_holder(state: IncidentsState, link: UUID) -> Incident | None:
    """Return the open event that holds an alarm, a request or an order, its own or through one joined to it."""
    name = state.by_link.get(link)
    holder = holder_of(state, state.incidents[name]) if name is not None else None
    return holder if holder is not None and holder.open else None


def alarms_of(state: IncidentsState, incident: Incident) -> list[Link]:
    """List the alarms of an event and of those joined to it."""
    found = [link for link in incident.links if link.kind == "alarm"]
    for one in state.joined.get(incident.id, {}).values():
        found += alarms_of(state, one)
    return found


def propose(incident: Incident, gone: UUID, at: Micros, *, back: int = 0, left: int = 0) -> ev.ClosureProposed:
    """Return the closure proposed once the last alarm left."""
    closing = Closing(
        cause=find_category(incident.category).cause,
        result="back" if incident.clock("on_site") is None else "repaired",
        at=at,
        reason="incidents.why.left" if left else "incidents.why.returned",
        reason_params={"back": str(back), "left": str(left)},
    )
    return ev.ClosureProposed(**head(incident), closing=closing, gone=gone)


def propose_parted(state: IncidentsState, incident: Incident, alarm: UUID, at: Micros) -> list[ev.ClosureProposed]:
    """Return the closure of the event that an alarm leaves by hand, when nothing else that it holds still stands."""
    holder = holder_of(state, incident)
    others = [link for link in alarms_of(state, holder) if link.id != alarm]
    if holder.source != "alarm" or not holder.open or not all(link.gone for link in others):
        return []
    told = propose(holder, alarm, at)
    return [replace(told, closing=replace(told.closing, reason="incidents.why.parted", reason_params={}))]


def propose_alone(
    state: IncidentsState, incident: Incident, at: Micros, *, without: UUID | None = None
) -> list[ev.ClosureProposed]:
    """Return the closure of one of two events just parted, when nothing that it holds alone still stands."""
    apart = state.incidents.get(without) if without else None
    parted = {link.id for link in alarms_of(state, apart)} if apart else set()
    alarms = [link for link in alarms_of(state, incident) if link.id not in parted]
    if not alarms or incident.source != "alarm" or not all(link.gone for link in alarms):
        return []
    return [propose(incident, alarms[-1].id, at)]
