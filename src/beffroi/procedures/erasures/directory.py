"""A person erased from the directory leaves the journal too, and the other way round."""

from collections.abc import Sequence

from beffroi.directory.actions import Forget
from beffroi.directory.events import PERSONAL, ContactRemoved, PersonForgotten
from beffroi.journal.actions import EraseLine
from beffroi.journal.events import Erased, LineErased
from beffroi.model.ports import City
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction


def erase(line: Line, city: City) -> Sequence[Action]:
    """Ask the other side to let go of what this one no longer keeps."""
    match line.event:
        case PersonForgotten(lines=lines) | ContactRemoved(lines=lines):
            return [EraseLine(position=position, reason=PERSONAL) for position in lines]
        case Erased(purpose=purpose, before=before) if purpose == PERSONAL:
            return [Forget(before=before)]
        case LineErased(position=position):
            return [Forget(position=position)]
    return []


LISTENS = (PersonForgotten, ContactRemoved, Erased, LineErased)
REACTION = Reaction(name="directory_erasures", listens=LISTENS, react=erase)
