"""A reminder that already asked leaves with its event: nobody has to answer it once the event is closed."""

from collections.abc import Sequence

from beffroi.duties.actions import EndAbout
from beffroi.incidents.events import Closed
from beffroi.model.ports import City
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction


def end(line: Line, city: City) -> Sequence[Action]:
    """End the reminders of an event that was closed."""
    return [EndAbout(target=line.event.incident)] if isinstance(line.event, Closed) else []


REACTION = Reaction(name="incident_reminders", listens=(Closed,), react=end)
