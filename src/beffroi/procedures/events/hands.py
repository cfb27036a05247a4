"""What somebody has taken does not leave with him: a relève hands it on, a closed account gives it back to the desk."""

from collections.abc import Sequence

from beffroi.access.events import AccountDisabled
from beffroi.alarms.actions import HandOn as HandOnAlarms
from beffroi.incidents.actions import HandOn as HandOnEvents
from beffroi.logbook.types import COMPARTMENTS
from beffroi.model.ports import City
from beffroi.seats.events import ReliefSigned
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction


def hand_on(line: Line, city: City) -> Sequence[Action]:
    """Give what the outgoing person has to who signed for the seat; back to the desk what a closed account had."""
    match line.event:
        case ReliefSigned(outgoing=outgoing, incoming=incoming, desks=desks) if outgoing is not None:
            # what is masked goes only to who takes over the desk of its compartment
            own = tuple(name for name in COMPARTMENTS if name in desks)
            return [HandOnEvents(holder=outgoing, to=incoming, own=own), HandOnAlarms(holder=outgoing, to=incoming)]
        case AccountDisabled(account=account):
            return [HandOnEvents(holder=account), HandOnAlarms(holder=account)]
    return []


REACTION = Reaction(name="hands", listens=(ReliefSigned, AccountDisabled), react=hand_on)
