"""The contract clocks follow what crews say: engaged, on site, made safe, at the times given by voice."""

from collections.abc import Sequence
from uuid import UUID

from beffroi.dispatch import events as ev
from beffroi.dispatch.types import MoveTold
from beffroi.incidents.actions import SetClock, UnsetClock
from beffroi.incidents.types import ClockName
from beffroi.model.ports import City
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction

CLOCK_OF: dict[str, ClockName] = {
    "engaged": "engaged",
    "en_route": "engaged",
    "on_site": "on_site",
    "made_safe": "made_safe",
}
"""What a crew's state says of the clocks; *disponible* says nothing of the event."""


def follow(line: Line, city: City) -> Sequence[Action]:
    """Ask the event to enter, correct or take back what a crew's state says."""
    event = line.event
    if isinstance(event, ev.Engaged):
        by = line.actor.id if line.actor.kind == "person" else None
        return [SetClock(incident=event.incident, clock="engaged", move=event.move, by=by, channel=event.channel)]
    if isinstance(event, ev.CrewMoved) and (clock := CLOCK_OF.get(event.state)) is not None:
        return [
            SetClock(
                incident=event.incident, clock=clock, move=event.move, channel=event.channel, corrects=event.corrects
            )
        ]
    if isinstance(event, ev.MoveUndone) and event.at is not None:
        clock = CLOCK_OF.get(event.state)
        told, at = event.move, event.at
        return [SetClock(incident=event.incident, clock=clock, move=told, corrects=told, at=at)] if clock else []
    if isinstance(event, ev.MoveUndone):
        return [UnsetClock(incident=event.incident, move=event.move)]
    if isinstance(event, ev.FollowedEvent) and event.before is not None:
        return [asked for told in event.told for asked in _handed(event.before, event.incident, told)]
    return []


def _handed(before: UUID, incident: UUID, told: MoveTold) -> Sequence[Action]:
    """Take what a crew told off the event that it was for, and enter it on the one that it is for now."""
    clock = CLOCK_OF.get(told.state)
    if clock is None:
        return []
    entered = SetClock(incident=incident, clock=clock, move=told.move, channel=told.channel, at=told.at)
    return [UnsetClock(incident=before, move=told.move), entered]


REACTION = Reaction(
    name="incident_clocks", listens=(ev.Engaged, ev.CrewMoved, ev.MoveUndone, ev.FollowedEvent), react=follow
)
