"""The contract clocks follow what crews say: engaged, on site, made safe, at the times given by voice."""

from collections.abc import Sequence

from beffroi.dispatch import events as ev
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
        return [SetClock(incident=event.incident, clock="engaged", move=event.move, channel=event.channel)]
    if isinstance(event, ev.CrewMoved) and (clock := CLOCK_OF.get(event.state)) is not None:
        return [
            SetClock(
                incident=event.incident, clock=clock, move=event.move, channel=event.channel, corrects=event.corrects
            )
        ]
    if isinstance(event, ev.MoveUndone):
        return [UnsetClock(incident=event.incident, move=event.move)]
    return []


REACTION = Reaction(name="incident_clocks", listens=(ev.Engaged, ev.CrewMoved, ev.MoveUndone), react=follow)
