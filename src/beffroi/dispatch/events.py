"""What happened to crews, rosters, engagements and call-outs."""

from typing import ClassVar
from uuid import UUID

from beffroi.dispatch.types import (
    Authorisation,
    CallOutcome,
    Channel,
    CrewState,
    Criterion,
    EndReason,
    MoveTold,
    RefusalReason,
    Turn,
)
from beffroi.model.scope import CITY, Scope
from beffroi.model.time import Micros
from beffroi.trade.event import Event

AGENT = "personal.agent"
"""Why names and phones of agents are kept: to call them while they work for the city."""


class AgentSet(Event, frozen=True, kw_only=True, tag="dispatch.agent_set"):
    """An agent was entered or changed; name and phone are erasable, kept in the room until `ends_at`."""

    erasable: ClassVar[dict[str, str]] = {"name": AGENT, "phone": AGENT}

    agent: UUID
    name: str
    phone: str
    skills: tuple[str, ...] = ()
    authorisations: tuple[Authorisation, ...] = ()
    contractor: str = ""
    ends_at: Micros
    simulated: bool = False
    scope: Scope = CITY


class AgentForgotten(Event, frozen=True, kw_only=True, tag="dispatch.agent_forgotten"):
    """Name and phone of an agent were erased, on the date or on request; `lines` of the journal hold them too."""

    agent: UUID
    lines: tuple[int, ...]
    on_request: bool
    scope: Scope = CITY


class CrewSet(Event, frozen=True, kw_only=True, tag="dispatch.crew_set"):
    """A crew was entered or changed."""

    crew: UUID
    name: str
    trade: str
    members: tuple[UUID, ...] = ()
    skills: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    vehicle: UUID | None = None
    contractor: str = ""
    active: bool = True
    simulated: bool = False
    scope: Scope = CITY


class RosterSet(Event, frozen=True, kw_only=True, tag="dispatch.roster_set"):
    """The roster of a trade was written again between two times."""

    trade: str
    start: Micros
    end: Micros
    turns: tuple[Turn, ...]
    scope: Scope = CITY


class NeedSet(Event, frozen=True, kw_only=True, tag="dispatch.need_set"):
    """What a category of event asks was decided."""

    category: str
    trade: str
    skills: tuple[str, ...]
    authorisations: tuple[str, ...]
    equipment: tuple[str, ...]
    scope: Scope = CITY


class Engaged(Event, frozen=True, kw_only=True, tag="dispatch.engaged"):
    """A crew in service, or an agent reached on call, was engaged on an event.

    `rank` of `of` and `travel_min` are the ranking's at that moment; `move` is its first state.
    """

    engagement: UUID
    incident: UUID
    trade: str
    crew: UUID | None = None
    agent: UUID | None = None
    call_out: UUID | None = None
    move: UUID
    channel: Channel = "radio"
    answer_before: Micros | None = None
    expected_at: Micros | None = None
    rank: int = 0
    of: int = 0
    travel_min: int | None = None
    local: UUID | None = None
    crew_name: str = ""
    scope: Scope = CITY


class Accepted(Event, frozen=True, kw_only=True, tag="dispatch.accepted"):
    """A crew answered that it takes the engagement."""

    engagement: UUID
    incident: UUID
    crew: UUID | None
    channel: Channel
    local: UUID | None = None
    scope: Scope = CITY


class CrewMoved(Event, frozen=True, kw_only=True, tag="dispatch.crew_moved"):
    """A crew was told in a state; the line's `happened_at` is the *heure des faits*.

    `corrects` names a move of the same state whose time this one replaces; `unusual` marks a jump out of the usual
    order: people say what they say.
    """

    engagement: UUID
    move: UUID
    incident: UUID
    crew: UUID | None
    agent: UUID | None
    state: CrewState
    channel: Channel
    before: CrewState
    unusual: bool = False
    corrects: UUID | None = None
    local: UUID | None = None
    trade: str = ""
    crew_name: str = ""
    scope: Scope = CITY


class MoveUndone(Event, frozen=True, kw_only=True, tag="dispatch.move_undone"):
    """The last state told was taken back by its author, or its correction: the hour is `at` again.

    `answer_before` is set when nothing is left of what the crew answered.
    """

    engagement: UUID
    move: UUID
    incident: UUID
    crew: UUID | None
    agent: UUID | None
    state: CrewState
    back_to: CrewState
    at: Micros | None = None
    answer_before: Micros | None = None
    trade: str = ""
    crew_name: str = ""
    scope: Scope = CITY


class Unanswered(Event, frozen=True, kw_only=True, tag="dispatch.unanswered"):
    """A crew engaged did not answer within its delay: somebody must."""

    engagement: UUID
    incident: UUID
    crew: UUID | None
    answer_before: Micros
    trade: str = ""
    crew_name: str = ""
    scope: Scope = CITY


class Insisted(Event, frozen=True, kw_only=True, tag="dispatch.insisted"):
    """It was told for the `step`-th time that a crew does not answer; `next_at` is when it is told again.

    The last step is the *chef de salle*'s.
    """

    engagement: UUID
    incident: UUID
    crew: UUID | None
    step: int
    due_at: Micros
    next_at: Micros | None = None
    trade: str = ""
    crew_name: str = ""
    scope: Scope = CITY


class Disengaged(Event, frozen=True, kw_only=True, tag="dispatch.disengaged"):
    """A crew was released before the end, refused, or its event closed."""

    engagement: UUID
    incident: UUID
    crew: UUID | None
    agent: UUID | None
    reason: EndReason
    refusal: RefusalReason | None = None
    local: UUID | None = None
    trade: str = ""
    crew_name: str = ""
    scope: Scope = CITY


class CallAttempted(Event, frozen=True, kw_only=True, tag="dispatch.call_attempted"):
    """An on-call person was called for an event; `escalate_at` is when the next one is due without answer."""

    call_out: UUID
    attempt: UUID
    incident: UUID
    trade: str
    agent: UUID
    rank: int
    delay_min: int
    escalate_at: Micros
    local: UUID | None = None
    scope: Scope = CITY


class CallUnanswered(Event, frozen=True, kw_only=True, tag="dispatch.call_unanswered"):
    """An attempt got no answer."""

    call_out: UUID
    attempt: UUID
    incident: UUID
    agent: UUID
    rank: int
    local: UUID | None = None
    trade: str = ""
    scope: Scope = CITY


class CallAnswered(Event, frozen=True, kw_only=True, tag="dispatch.call_answered"):
    """An on-call person was reached; `opened_at` is when the call-out began."""

    call_out: UUID
    attempt: UUID
    incident: UUID
    agent: UUID
    rank: int
    outcome: CallOutcome = "reached"
    local: UUID | None = None
    trade: str = ""
    delay_min: int = 0
    opened_at: Micros | None = None
    scope: Scope = CITY


class Escalated(Event, frozen=True, kw_only=True, tag="dispatch.escalated"):
    """Nobody answered in time: the next of the list is to be called; `due_at` is when this was due."""

    call_out: UUID
    incident: UUID
    trade: str
    step: int
    agent: UUID
    rank: int
    delay_min: int
    due_at: Micros
    escalate_at: Micros
    scope: Scope = CITY


class Exhausted(Event, frozen=True, kw_only=True, tag="dispatch.exhausted"):
    """Everybody on the list was tried."""

    call_out: UUID
    incident: UUID
    trade: str
    step: int
    due_at: Micros
    scope: Scope = CITY


class NotWoken(Event, frozen=True, kw_only=True, tag="dispatch.not_woken"):
    """« Ne pas réveiller, reprise 07:30 »: a decision, with its criteria."""

    call_out: UUID
    incident: UUID
    trade: str
    until: Micros
    criteria: tuple[Criterion, ...]
    local: UUID | None = None
    scope: Scope = CITY


class Resumed(Event, frozen=True, kw_only=True, tag="dispatch.resumed"):
    """The hour of *reprise* has come: the event waits for a crew again."""

    call_out: UUID
    incident: UUID
    trade: str
    step: int
    due_at: Micros
    scope: Scope = CITY


class CallOutEnded(Event, frozen=True, kw_only=True, tag="dispatch.call_out_ended"):
    """A call-out needs no further step: its event closed, or a crew in service took it."""

    call_out: UUID
    incident: UUID
    scope: Scope = CITY


class Rested(Event, frozen=True, kw_only=True, tag="dispatch.rested"):
    """An agent is at rest after a call-out: never shown, never ranked until then."""

    agent: UUID
    incident: UUID
    until: Micros
    scope: Scope = CITY


class FollowedEvent(Event, frozen=True, kw_only=True, tag="dispatch.followed_event"):
    """An event was masked, shown again or moved, and the crews and calls for it followed.

    `before` is set when it was joined, or parted: the event that they were for until then, whose hours go with them.
    """

    incident: UUID
    engagements: tuple[UUID, ...] = ()
    call_outs: tuple[UUID, ...] = ()
    before: UUID | None = None
    back: bool = False
    told: tuple[MoveTold, ...] = ()
    scope: Scope = CITY


ALL: tuple[type[Event], ...] = (
    AgentSet,
    AgentForgotten,
    CrewSet,
    RosterSet,
    NeedSet,
    Engaged,
    Accepted,
    CrewMoved,
    MoveUndone,
    Unanswered,
    Insisted,
    Disengaged,
    CallAttempted,
    CallUnanswered,
    CallAnswered,
    Escalated,
    Exhausted,
    NotWoken,
    Resumed,
    CallOutEnded,
    Rested,
    FollowedEvent,
)
