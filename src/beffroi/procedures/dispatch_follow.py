"""An event that closes releases its crews and calls nobody any more."""

from collections.abc import Sequence

from beffroi.dispatch.actions import Release
from beffroi.incidents.events import Closed
from beffroi.model.ports import City
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction


def release(line: Line, city: City) -> Sequence[Action]:
    """Ask dispatch to release whoever is still engaged on an event that closed."""
    return [Release(incident=line.event.incident)] if isinstance(line.event, Closed) else []


REACTION = Reaction(name="dispatch_follow", listens=(Closed,), react=release)
