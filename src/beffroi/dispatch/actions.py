"""What may be asked of dispatch."""

from typing import Annotated, ClassVar
from uuid import UUID

import msgspec

from beffroi.dispatch.types import (
    Authorisation,
    CallOutcome,
    Channel,
    CrewState,
    Criterion,
    RefusalReason,
    Turn,
)
from beffroi.model.scope import EventMove
from beffroi.model.time import Micros
from beffroi.trade.action import Action

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Phone = Annotated[str, msgspec.Meta(max_length=24, pattern=r"^\+?[0-9 .]*$")]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$")]
TradeCode = Annotated[str, msgspec.Meta(max_length=40, pattern=r"^[a-z0-9_]*$")]
Codes = Annotated[tuple[Code, ...], msgspec.Meta(max_length=40)]


class Engage(Action, frozen=True, kw_only=True, tag="dispatch.engage"):
    """Send a crew in service to an event (`E`).

    `seen_load` is how many engagements the screen showed for that crew: another number is refused, because somebody
    else just engaged it. `support` sends a crew that lacks a skill or equipment beside those who have it.
    """

    right: ClassVar[str] = "dispatch"

    incident: UUID
    crew: UUID
    channel: Channel = "radio"
    seen_load: int | None = None
    support: bool = False
    local: UUID | None = None


class TellState(Action, frozen=True, kw_only=True, tag="dispatch.crew_state"):
    """Enter the state of a crew, by voice for it or by the crew itself; the *heure des faits* is `happened_at`.

    Without `engagement` or `crew`, the event has one crew only. The same state again, or `corrects`, replaces the
    time told before.
    """

    right: ClassVar[str] = "dispatch"

    state: CrewState
    channel: Channel = "radio"
    engagement: UUID | None = None
    incident: UUID | None = None
    crew: UUID | None = None
    corrects: UUID | None = None
    local: UUID | None = None


class UndoState(Action, frozen=True, kw_only=True, tag="dispatch.undo_state"):
    """Take back the state just told (5 s on screen)."""

    right: ClassVar[str] = "dispatch"

    engagement: UUID
    move: UUID


class Accept(Action, frozen=True, kw_only=True, tag="dispatch.accept"):
    """The crew takes the engagement."""

    right: ClassVar[str] = "dispatch"

    engagement: UUID
    channel: Channel = "radio"
    local: UUID | None = None


class Refuse(Action, frozen=True, kw_only=True, tag="dispatch.refuse"):
    """The crew refuses, with its reason: one key among six."""

    right: ClassVar[str] = "dispatch"

    engagement: UUID
    reason: RefusalReason
    local: UUID | None = None


class Disengage(Action, frozen=True, kw_only=True, tag="dispatch.disengage"):
    """Release a crew from an event."""

    right: ClassVar[str] = "dispatch"

    engagement: UUID
    local: UUID | None = None


class CallAttempt(Action, frozen=True, kw_only=True, tag="dispatch.call_attempt"):
    """Record that an on-call person is being called: the next of the list, or the one named."""

    right: ClassVar[str] = "dispatch"

    incident: UUID
    trade: TradeCode | None = None
    agent: UUID | None = None
    local: UUID | None = None


class TellOutcome(Action, frozen=True, kw_only=True, tag="dispatch.call_outcome"):
    """Say what came of the call: *joint* engages the person, *sans réponse* waits for the next of the list."""

    right: ClassVar[str] = "dispatch"

    call_out: UUID
    outcome: CallOutcome
    agent: UUID | None = None
    local: UUID | None = None


class DoNotWake(Action, frozen=True, kw_only=True, tag="dispatch.do_not_wake"):
    """« Ne pas réveiller, reprise 07:30 »: decide that an event waits, for the reasons ticked."""

    right: ClassVar[str] = "dispatch"

    incident: UUID
    until: Micros
    criteria: Annotated[tuple[Criterion, ...], msgspec.Meta(min_length=1, max_length=6)]
    trade: TradeCode | None = None
    local: UUID | None = None


class SetAgent(Action, frozen=True, kw_only=True, tag="dispatch.set_agent"):
    """Enter or change a person: name and phone are kept until `ends_at`, then erased."""

    right: ClassVar[str] = "shift"

    name: Name
    phone: Phone = ""
    ends_at: Micros
    agent: UUID | None = None
    skills: Codes = ()
    authorisations: Annotated[tuple[Authorisation, ...], msgspec.Meta(max_length=20)] = ()
    contractor: Annotated[str, msgspec.Meta(max_length=80)] = ""
    simulated: bool = False


class ForgetAgent(Action, frozen=True, kw_only=True, tag="dispatch.forget_agent"):
    """Erase the name and phone of a person now, at that person's request."""

    right: ClassVar[str] = "shift"

    agent: UUID


class ExpireAgent(Action, frozen=True, kw_only=True, tag="dispatch.expire_agent"):
    """Erase the name and phone of a person whose end date passed; only time asks for it."""

    agent: UUID


class ForgetLine(Action, frozen=True, kw_only=True, tag="dispatch.forget_line"):
    """Let go of what a line of the journal told, because its texts were erased there; only a reaction asks for it."""

    position: int


class SetCrew(Action, frozen=True, kw_only=True, tag="dispatch.set_crew"):
    """Enter or change a crew."""

    right: ClassVar[str] = "shift"

    name: Name
    trade: TradeCode
    crew: UUID | None = None
    members: Annotated[tuple[UUID, ...], msgspec.Meta(max_length=30)] = ()
    skills: Codes = ()
    equipment: Codes = ()
    vehicle: UUID | None = None
    contractor: Annotated[str, msgspec.Meta(max_length=80)] = ""
    active: bool = True
    simulated: bool = False


class SetRoster(Action, frozen=True, kw_only=True, tag="dispatch.set_roster"):
    """Write the roster of a trade again from `start` to `end`: every turn that begins there is replaced.

    `seen` is the roster's version on the screen; another one is refused.
    """

    right: ClassVar[str] = "shift"

    trade: TradeCode
    start: Micros
    end: Micros
    turns: Annotated[tuple[Turn, ...], msgspec.Meta(max_length=5000)]
    seen: int | None = None


class SetNeed(Action, frozen=True, kw_only=True, tag="dispatch.set_need"):
    """Decide what a category of event asks of whoever is sent."""

    right: ClassVar[str] = "shift"

    category: Code
    trade: TradeCode = ""
    skills: Codes = ()
    authorisations: Codes = ()
    equipment: Codes = ()


class Escalate(Action, frozen=True, kw_only=True, tag="dispatch.escalate"):
    """Let time do its work on one call-out at that step, or on one engagement; only time asks for it."""

    call_out: UUID | None = None
    step: int = 0
    engagement: UUID | None = None


class Release(Action, frozen=True, kw_only=True, tag="dispatch.release"):
    """Release every crew of an event that closed; only a reaction asks for it."""

    incident: UUID


class MoveTo(Action, frozen=True, kw_only=True, tag="dispatch.move"):
    """Follow an event that was joined into another, or `back` what came from it; only a reaction asks for it."""

    before: UUID
    incident: UUID
    back: bool = False


class FollowEvent(Action, frozen=True, kw_only=True, tag="dispatch.follow_event"):
    """Follow events that are masked, shown again or moved: crews and calls for them; only a reaction asks for it."""

    moves: tuple[EventMove, ...]


ALL: tuple[type[Action], ...] = (
    Engage,
    TellState,
    UndoState,
    Accept,
    Refuse,
    Disengage,
    CallAttempt,
    TellOutcome,
    DoNotWake,
    SetAgent,
    ForgetAgent,
    ExpireAgent,
    ForgetLine,
    SetCrew,
    SetRoster,
    SetNeed,
    Escalate,
    Release,
    MoveTo,
    FollowEvent,
)
