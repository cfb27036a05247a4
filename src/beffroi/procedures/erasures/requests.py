"""What callers said leaves everywhere: the journal too at their request, the rooms when the journal erases."""

from collections.abc import Sequence

from beffroi.journal.actions import EraseLine
from beffroi.journal.events import Erased, LineErased
from beffroi.model.ports import City
from beffroi.requests.actions import ForgetTexts
from beffroi.requests.events import Forgotten
from beffroi.requests.types import PURPOSE
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction

ON_REQUEST = "demande de la personne (RGPD art. 17)"


def erase_lines(line: Line, city: City) -> Sequence[Action]:
    """Erase the words of somebody who asked to be forgotten from the journal: the chain still verifies."""
    event = line.event
    if not isinstance(event, Forgotten) or not event.on_request:
        return []
    return [EraseLine(position=position, reason=ON_REQUEST) for position in event.positions]


def forget_words(line: Line, city: City) -> Sequence[Action]:
    """Empty the rooms' copies of what the journal erased."""
    match line.event:
        case Erased(purpose=purpose, before=before) if purpose == PURPOSE:
            return [ForgetTexts(before=before)]
        case LineErased(position=position):
            return [ForgetTexts(position=position)]
    return []


REACTIONS = (
    Reaction(name="call_erasures.journal", listens=(Forgotten,), react=erase_lines),
    Reaction(name="call_erasures.words", listens=(Erased, LineErased), react=forget_words),
)
