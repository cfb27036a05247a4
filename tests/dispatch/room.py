"""A post with three lighting crews, a road crew and an on-call list, driven as the committer drives a trade."""

import random
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from beffroi.dispatch import TRADE, actions
from beffroi.dispatch.types import Authorisation, DispatchState, Turn
from beffroi.model.actor import Actor
from beffroi.model.ids import ClockIds
from beffroi.model.ports import AssetFacts, City, IncidentFacts
from beffroi.model.scope import EVERYTHING, Grant, Rights, Scope
from beffroi.model.time import DAY, HOUR, SECOND, Micros
from beffroi.server.absent import NoTopology, empty_city
from beffroi.telemetry.live import LiveArrays, LivePort
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.line import Line

NIGHT: Micros = 1_750_534_620 * SECOND
"""21 June 2025, 21:37 in Dijon."""
CAMILLE, DOMINIQUE = UUID(int=901), UUID(int=902)
LIT, MASKED, CLOSED = UUID(int=1), UUID(int=2), UUID(int=3)
LIGHTING = Scope("21231", "lighting", "circuit")
POLICE = Scope("21231", "police", "")
EVERY_RIGHT = Rights(dict.fromkeys(("view", "dispatch", "shift"), (EVERYTHING,)))
LIGHTING_ONLY = Rights({right: (Grant(trades=frozenset({"lighting"})),) for right in ("view", "dispatch")})


class Vehicles(NoTopology):
    """Service vehicles V1 to V4, index 0 to 3."""

    def find(self, asset: UUID) -> AssetFacts | None:
        number = asset.int - 100
        if not 0 <= number < 10:
            return None
        return AssetFacts(id=asset, index=number, kind="vehicle", code=f"V{number + 1}", trade="interventions")


class Room:
    """The events of the room: one lit, one masked of the police, one closed."""

    def __init__(self) -> None:
        self.facts = {
            LIT: IncidentFacts(
                id=LIT,
                number="D-2025-1",
                label="Départ 3",
                category="circuit_tripped",
                lon=5.0,
                lat=47.0,
                scope=LIGHTING,
            ),
            MASKED: IncidentFacts(id=MASKED, number="D-2025-2", label="", masked=True, scope=POLICE),
            CLOSED: IncidentFacts(id=CLOSED, number="D-2025-3", label="", open=False, scope=LIGHTING),
        }

    def find(self, incident: UUID) -> IncidentFacts | None:
        return self.facts.get(incident)

    def list_open(self) -> list[IncidentFacts]:
        return [facts for facts in self.facts.values() if facts.open]

    def find_open_of(self, asset: UUID) -> IncidentFacts | None:
        return None


class Straight:
    """Streets without turns: 100 s for a hundredth of a degree."""

    def travel_times_s(self, origins: NDArray[np.float64], lon: float, lat: float) -> NDArray[np.float64]:
        return np.asarray(np.hypot(origins[:, 0] - lon, origins[:, 1] - lat) * 10_000)

    def place_at(self, lon: float, lat: float) -> str:
        return "rue Monge, Dijon"

    def places_at(self, lonlat: NDArray[np.float64]) -> list[str]:
        return ["rue Monge, Dijon"] * len(lonlat)


class Post:
    """A state, its city and a clock."""

    def __init__(self) -> None:
        self.state = DispatchState()
        self.now = NIGHT
        self.lines: list[Line] = []
        self.live = LiveArrays()
        self.city: City = empty_city()
        self.room = Room()
        self.city.topology, self.city.incidents, self.city.streets = Vehicles(), self.room, Straight()
        self.city.live = LivePort(self.live, self.city, {})
        self._ids = ClockIds(lambda: self.now, random.Random(7).getrandbits)
        self.crews: dict[str, UUID] = {}
        self.people: dict[str, UUID] = {}

    def do(
        self, action: Action, who: UUID | None = CAMILLE, *, at: Micros | None = None, rights: Rights = EVERY_RIGHT
    ) -> list[Any]:
        actor = Actor("person", who) if who else Actor("system")
        happened = self.now if at is None else at
        context = Context(self.now, happened, actor, rights, self._ids, self.city)
        made = list(TRADE.decide(self.state, action, context))
        for event in made:
            self._keep(event, actor, happened)
        return made

    def _keep(self, event: Event, actor: Actor, happened: Micros) -> None:
        line = Line(len(self.lines) + 1, self.now, happened, actor, None, event)
        self.lines.append(line)
        TRADE.apply(self.state, line)

    def time_passes(self, span: Micros) -> list[Any]:
        self.now += span
        return [event for action in TRADE.due(self.state, self.now) for event in self.do(action, None)]

    def place(self, vehicle: int, lon: float, lat: float, *, age_s: int = 5) -> None:
        series = [vehicle * 2, vehicle * 2 + 1]
        self.live.expect([(UUID(int=100 + vehicle), series, ["lon_deg", "lat_deg"])])
        self.live.learn(lambda asset: asset.int - 100)
        self.live.at[series] = self.now - age_s * SECOND
        self.live.value[series] = (lon, lat)

    def person(self, name: str, *papers: Authorisation, phone: str = "06 39 98 00 01") -> UUID:
        made = self.do(
            actions.SetAgent(name=name, phone=phone, ends_at=self.now + 300 * DAY, authorisations=papers), DOMINIQUE
        )
        self.people[name] = made[0].agent
        return self.people[name]

    def crew(self, name: str, vehicle: int, *members: UUID, trade: str = "lighting", **more: Any) -> UUID:
        skills = ("lighting",) if trade == "lighting" else ("roads",)
        made = self.do(
            actions.SetCrew(
                name=name, trade=trade, members=members, skills=skills, vehicle=UUID(int=100 + vehicle), **more
            ),
            DOMINIQUE,
        )
        self.crews[name] = made[0].crew
        return self.crews[name]

    def roster(self, trade: str, *turns: Turn) -> None:
        self.do(actions.SetRoster(trade=trade, start=NIGHT - 8 * DAY, end=NIGHT + 30 * DAY, turns=turns), DOMINIQUE)


def duty_turn(crew: UUID, *, hours: int = 6) -> Turn:
    """Return a turn of duty around the night's hour."""
    return Turn(kind="duty", subject=crew, start=NIGHT - 2 * HOUR, end=NIGHT + hours * HOUR)


def on_call_turn(agent: UUID, rank: int, *, delay_min: int = 45) -> Turn:
    """Return a week on call around the night's hour."""
    return Turn(
        kind="on_call", subject=agent, start=NIGHT - 2 * DAY, end=NIGHT + 5 * DAY, rank=rank, delay_min=delay_min
    )


def post() -> Post:
    """Return the post of the night: E1 near, E2 far, E3 with an expired paper, R1 of the roads, three on call."""
    made = Post()
    valid, expired = Authorisation("electrical", NIGHT + 300 * DAY), Authorisation("electrical", NIGHT - DAY)
    for number, (name, paper) in enumerate((("E1", valid), ("E2", valid), ("E3", expired))):
        made.crew(name, number, made.person(f"Agent {name}", paper))
        made.place(number, 5.0 + 0.01 * (number + 1), 47.0)
    made.crew("R1", 3, made.person("Agent R1"), trade="roads")
    made.place(3, 5.0, 47.0)
    made.roster("lighting", *(duty_turn(made.crews[name]) for name in ("E1", "E2", "E3")), *_list(made))
    made.roster("roads", duty_turn(made.crews["R1"]))
    made.roster("", on_call_turn(made.person("Cadre"), 3, delay_min=30))
    return made


def _list(made: Post) -> tuple[Turn, Turn]:
    paper = Authorisation("electrical", NIGHT + 300 * DAY)
    return on_call_turn(made.person("Appel 1", paper), 1), on_call_turn(made.person("Appel 2", paper), 2)


def alone() -> Post:
    """Return the same post when no lighting crew is on duty: the on-call list only."""
    made = post()
    made.roster("lighting", on_call_turn(made.people["Appel 1"], 1), on_call_turn(made.people["Appel 2"], 2))
    return made
