"""A name and a phone that leave the room's own table leave the journal's bodies too: the chain still verifies."""

from collections.abc import Sequence

from beffroi.dispatch.actions import ForgetLine
from beffroi.dispatch.events import AgentForgotten
from beffroi.journal.actions import EraseLine
from beffroi.journal.events import LineErased
from beffroi.model.ports import City
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction

ON_DATE, ON_REQUEST = "fin de conservation", "demande de la personne"


def erase(line: Line, city: City) -> Sequence[Action]:
    """Ask the journal to erase the lines that hold the name and phone just forgotten."""
    event = line.event
    if not isinstance(event, AgentForgotten):
        return []
    reason = ON_REQUEST if event.on_request else ON_DATE
    return [EraseLine(position=position, reason=reason) for position in event.lines]


def forget(line: Line, city: City) -> Sequence[Action]:
    """Ask dispatch to let go of what the journal erased first."""
    return [ForgetLine(position=line.event.position)] if isinstance(line.event, LineErased) else []


REACTIONS = (
    Reaction(name="dispatch_erasures.journal", listens=(AgentForgotten,), react=erase),
    Reaction(name="dispatch_erasures.room", listens=(LineErased,), react=forget),
)
