"""An event that closes releases its crews and calls nobody any more; one that joins another gives it its crews."""

from collections.abc import Sequence

from beffroi.dispatch.actions import MoveTo, Release
from beffroi.incidents.events import Closed, Joined, JoinUndone
from beffroi.model.ports import City
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction


def follow(line: Line, city: City) -> Sequence[Action]:
    """Ask dispatch to release who is engaged on an event that closed, to move who is on one joined or parted."""
    match line.event:
        case Closed(incident=incident):
            return [Release(incident=incident)]
        case Joined(incident=incident, into=into):
            return [MoveTo(before=incident, incident=into)]
        case JoinUndone(incident=incident, into=into):
            return [MoveTo(before=into, incident=incident, back=True)]
    return []


REACTION = Reaction(name="dispatch_follow", listens=(Closed, Joined, JoinUndone), react=follow)
