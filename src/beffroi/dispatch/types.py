"""Words of dispatch: agents, crews, rosters, engagements, call-outs."""

from typing import Literal
from uuid import UUID

import msgspec

from beffroi.model.scope import CITY, Scope
from beffroi.model.time import Micros

CrewState = Literal["engaged", "en_route", "on_site", "made_safe", "available"]
STATES: tuple[CrewState, ...] = ("engaged", "en_route", "on_site", "made_safe", "available")
"""States by the key that enters them: 1 to 5."""

Channel = Literal["radio", "phone", "application"]
CallOutcome = Literal["reached", "no_answer"]
TurnKind = Literal["duty", "on_call"]
EndReason = Literal["", "available", "disengaged", "refused", "closed"]
CallOutState = Literal["calling", "reached", "exhausted", "postponed", "resumed", "ended"]
RefusalReason = Literal["other_job", "vehicle", "not_qualified", "end_of_shift", "danger", "other"]
Criterion = Literal["no_danger", "made_safe", "no_public", "few_points", "lit_nearby", "work_at_day"]
"""Why nobody is woken: no danger, already made safe, no public there, few points, lit by neighbours, day work only."""

CHIEF = 3
"""An unanswered engagement told this many times is the *chef de salle*'s."""

FIRST, SECOND, MANAGER = 1, 2, 3
"""Ranks of a call-out: *appel 1, appel 2, cadre d'astreinte*."""


class Authorisation(msgspec.Struct, frozen=True):
    """A paper that ends: électrique (habilitation), travaux en hauteur (CACES)… valid while `now < until`."""

    code: str
    until: Micros


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """A person. Name and phone live in an erasable table: they are empty once `ends_at` passed or somebody asked.

    `lines` are the positions in the journal that hold them too.
    """

    id: UUID
    name: str = ""
    phone: str = ""
    skills: tuple[str, ...] = ()
    authorisations: tuple[Authorisation, ...] = ()
    contractor: str = ""
    ends_at: Micros
    lines: tuple[int, ...] = ()
    forgotten: bool = False
    simulated: bool = False


class Crew(msgspec.Struct, frozen=True, kw_only=True):
    """People who leave together: skills are the crew's own and those of its present members."""

    id: UUID
    name: str
    trade: str
    members: tuple[UUID, ...] = ()
    skills: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    vehicle: UUID | None = None
    contractor: str = ""
    active: bool = True
    simulated: bool = False


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One stretch of a roster: a crew on duty, or an agent on call with rank and contractual delay."""

    kind: TurnKind
    subject: UUID
    start: Micros
    end: Micros
    rank: int = 0
    delay_min: int = 0


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """What a category of event asks of whoever is sent: skills, authorisations, equipment, by code."""

    trade: str = ""
    skills: tuple[str, ...] = ()
    authorisations: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One state told: when it happened, when it was entered, by which channel; `unusual` is out of the usual order."""

    id: UUID
    state: CrewState
    happened_at: Micros
    recorded_at: Micros
    channel: Channel
    author: UUID | None = None
    unusual: bool = False
    previous: "Move | None" = None
    """What it was before its hour was corrected."""


class MoveTold(msgspec.Struct, frozen=True, kw_only=True):
    """What one state told says of the clocks of an event: which move, its hour, its channel."""

    move: UUID
    state: CrewState
    at: Micros
    channel: Channel


class Engagement(msgspec.Struct, frozen=True, kw_only=True):
    """A crew, or an agent called out, sent to an event.

    `answer_before` is set until somebody answers; `overdue` says that nobody did. `rank` and `travel_min` are what the
    ranking gave at that moment, minutes rounded up: no position is kept.
    """

    id: UUID
    incident: UUID
    trade: str = ""
    crew: UUID | None = None
    agent: UUID | None = None
    call_out: UUID | None = None
    started_at: Micros
    engaged_by: UUID | None = None
    moves: tuple[Move, ...] = ()
    answer_before: Micros | None = None
    accepted: bool = False
    agreed: bool = False
    """It said that it takes it; a state told is an answer too, but one that may be taken back."""
    overdue: bool = False
    insisted: int = 0
    """How many times it was told that nobody answers; from CHIEF on it is the *chef de salle*'s."""
    insist_at: Micros | None = None
    expected_at: Micros | None = None
    rank: int = 0
    travel_min: int | None = None
    ended_at: Micros | None = None
    end_reason: EndReason = ""
    came_from: tuple[UUID, ...] = ()
    """The events joined that it was for before this one, the first one first."""
    scope: Scope = CITY

    @property
    def state(self) -> CrewState:
        """Return the state last told."""
        return self.moves[-1].state

    @property
    def open(self) -> bool:
        """Tell whether it still holds the crew."""
        return self.ended_at is None

    @property
    def left(self) -> bool:
        """Tell whether who was sent ever said to be on the way, or further."""
        return any(move.state != "engaged" for move in self.moves)


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One call: to whom, when, by whom, what came of it."""

    id: UUID
    agent: UUID
    rank: int
    at: Micros
    by: UUID | None = None
    outcome: CallOutcome | None = None


class CallOut(msgspec.Struct, frozen=True, kw_only=True):
    """A call-out under way for an event: whom to call now, until when, who was called before."""

    id: UUID
    incident: UUID
    trade: str
    opened_at: Micros
    state: CallOutState = "calling"
    agent: UUID | None = None
    rank: int = 0
    delay_min: int = 0
    step: int = 1
    escalate_at: Micros | None = None
    tried: tuple[UUID, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    engagement: UUID | None = None
    ended_at: Micros | None = None
    came_from: tuple[UUID, ...] = ()
    scope: Scope = CITY

    @property
    def open(self) -> bool:
        """Tell whether time or somebody still has something to do with it."""
        return self.state not in ("reached", "ended")


class DispatchState(msgspec.Struct):
    """Agents, crews and rosters whole; engagements and call-outs that are open or ended in the last days."""

    agents: dict[UUID, Agent] = {}
    crews: dict[UUID, Crew] = {}
    turns: dict[str, tuple[Turn, ...]] = {}
    """Roster by trade, in order of start; the empty trade is the whole city's (*cadre d'astreinte*)."""
    versions: dict[str, int] = {}
    """Position of the last line that changed each roster."""
    needs: dict[str, Need] = {}
    engagements: dict[UUID, Engagement] = {}
    call_outs: dict[UUID, CallOut] = {}
    rests: dict[UUID, Micros] = {}
    """Until when each agent is at rest."""
    locals: dict[UUID, Micros] = {}
    """What seats sent late and is already kept."""
