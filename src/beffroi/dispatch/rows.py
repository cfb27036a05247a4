"""What screens hold of crews, engagements and call-outs. Names and phones of people are never in a row."""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from beffroi.dispatch.duty import begun
from beffroi.dispatch.types import (
    Attempt,
    CallOut,
    CallOutState,
    Channel,
    CrewState,
    Criterion,
    DispatchState,
    EndReason,
    Engagement,
    Move,
)
from beffroi.model.ports import City
from beffroi.model.scope import ANY, Scope
from beffroi.model.time import Micros
from beffroi.trade.line import Row

CREWS, ENGAGEMENTS, CALL_OUTS = "crews", "engagements", "callouts"
TOPICS = (CREWS, ENGAGEMENTS, CALL_OUTS)


class CrewRow(msgspec.Struct, kw_only=True):
    """One crew: what it is, and its present job; when it is in service is asked of `/api/dispatch/crews`."""

    id: UUID
    name: str
    trade: str
    contractor: str
    vehicle: UUID | None
    vehicle_code: str
    state: CrewState
    load: int
    simulated: bool


class EngagementRow(msgspec.Struct, kw_only=True):
    """A crew, or somebody called out (`agent`), on an event."""

    id: UUID
    incident: UUID
    number: str
    label: str
    place: str
    trade: str
    crew: UUID | None
    crew_name: str
    agent: UUID | None
    rank: int
    travel_min: int | None
    state: CrewState
    since: Micros
    channel: Channel
    moves: tuple[Move, ...]
    accepted: bool
    answer_before: Micros | None
    overdue: bool
    insisted: int
    insist_at: Micros | None
    expected_at: Micros | None
    started_at: Micros
    engaged_by: UUID | None
    ended_at: Micros | None
    end_reason: EndReason


class CallOutRow(msgspec.Struct, kw_only=True):
    """A call-out: whom to call now, until when."""

    id: UUID
    incident: UUID
    number: str
    label: str
    trade: str
    state: CallOutState
    agent: UUID | None
    rank: int
    delay_min: int
    escalate_at: Micros | None
    attempts: tuple[Attempt, ...]
    criteria: tuple[Criterion, ...]
    opened_at: Micros
    ended_at: Micros | None


def crew_scope(trade: str) -> Scope:
    """Return where a crew or a roster belongs: the whole city, one trade or (the *cadre d'astreinte*) every one."""
    return Scope("", trade or ANY, ANY)


def crew_row(state: DispatchState, crew: UUID, city: City) -> Row | None:
    """Return the listed form of a crew; data None once it is retired."""
    held = state.crews.get(crew)
    if held is None:
        return None
    scope = crew_scope(held.trade)
    if not held.active:
        return Row(CREWS, crew, scope, None)
    mine = sorted((one for one in state.engagements.values() if one.open and one.crew == crew), key=begun)
    vehicle = city.topology.find(held.vehicle) if held.vehicle else None
    data = CrewRow(
        id=crew,
        name=held.name,
        trade=held.trade,
        contractor=held.contractor,
        vehicle=held.vehicle,
        vehicle_code=vehicle.code if vehicle else "",
        state=mine[-1].state if mine else "available",
        load=len(mine),
        simulated=held.simulated,
    )
    return Row(CREWS, crew, scope, data)


def engagement_row(state: DispatchState, engagement: UUID, city: City) -> Row | None:
    """Return the listed form of an engagement."""
    held = state.engagements.get(engagement)
    if held is None:
        return None
    facts = city.incidents.find(held.incident)
    crew = state.crews.get(held.crew) if held.crew else None
    last = held.moves[-1]
    data = EngagementRow(
        id=held.id,
        incident=held.incident,
        number=facts.number if facts else "",
        label=facts.label if facts else "",
        place=facts.place if facts else "",
        trade=held.trade,
        crew=held.crew,
        crew_name=crew.name if crew else "",
        agent=held.agent,
        rank=held.rank,
        travel_min=held.travel_min,
        state=last.state,
        since=last.happened_at,
        channel=last.channel,
        moves=held.moves,
        accepted=held.accepted,
        answer_before=held.answer_before,
        overdue=held.overdue,
        insisted=held.insisted,
        insist_at=held.insist_at,
        expected_at=held.expected_at,
        started_at=held.started_at,
        engaged_by=held.engaged_by,
        ended_at=held.ended_at,
        end_reason=held.end_reason,
    )
    return Row(ENGAGEMENTS, held.id, _scope(held, city), data)


def call_out_row(state: DispatchState, call_out: UUID, city: City) -> Row | None:
    """Return the listed form of a call-out."""
    held = state.call_outs.get(call_out)
    if held is None:
        return None
    facts = city.incidents.find(held.incident)
    data = CallOutRow(
        id=held.id,
        incident=held.incident,
        number=facts.number if facts else "",
        label=facts.label if facts else "",
        trade=held.trade,
        state=held.state,
        agent=held.agent,
        rank=held.rank,
        delay_min=held.delay_min,
        escalate_at=held.escalate_at,
        attempts=held.attempts,
        criteria=held.criteria,
        opened_at=held.opened_at,
        ended_at=held.ended_at,
    )
    return Row(CALL_OUTS, held.id, _scope(held, city), data)


def _scope(held: Engagement | CallOut, city: City) -> Scope:
    """An event masked since is seen by its own trade only."""
    facts = city.incidents.find(held.incident)
    return facts.scope if facts else held.scope


def row(state: DispatchState, topic: str, key: UUID, city: City) -> Row | None:
    """Return one row of one topic as it stands."""
    if topic == CREWS:
        return crew_row(state, key, city)
    return engagement_row(state, key, city) if topic == ENGAGEMENTS else call_out_row(state, key, city)


def snapshot(state: DispatchState, city: City) -> Iterable[Row]:
    """List every row of the three topics."""
    made = [
        *(crew_row(state, crew, city) for crew in state.crews),
        *(engagement_row(state, one, city) for one in state.engagements),
        *(call_out_row(state, one, city) for one in state.call_outs),
    ]
    return [one for one in made if one is not None and one.data is not None]
