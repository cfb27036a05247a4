"""Faults seen on a *tournée de nuit* become work items."""

from collections.abc import Sequence

from beffroi.duties.events import Observed
from beffroi.model.ports import City
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction
from beffroi.work.actions import Fault, Open


def open_item(line: Line, city: City) -> Sequence[Action]:
    """Ask for work on the light point; a fault that has an open item gets no second one."""
    event = line.event
    return [Open(faults=[Fault(asset=event.asset, fault=event.fault)])] if isinstance(event, Observed) else []


REACTION = Reaction(name="duty_rounds.work", listens=(Observed,), react=open_item)
