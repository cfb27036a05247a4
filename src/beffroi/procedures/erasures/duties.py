"""Texts of instructions, reminders and routines leave the duties' own rows when the journal erases theirs."""

from collections.abc import Sequence

from beffroi.duties.actions import Forget
from beffroi.duties.events import INSTRUCTION, REMINDER, ROUTINE
from beffroi.journal.events import Erased, LineErased
from beffroi.model.ports import City
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction

PURPOSES = frozenset({INSTRUCTION, REMINDER, ROUTINE})


def forget(line: Line, city: City) -> Sequence[Action]:
    """Ask the duties to let go of their copies."""
    match line.event:
        case Erased(purpose=purpose, before=before) if purpose in PURPOSES:
            return [Forget(purpose=purpose, before=before)]
        case LineErased(position=position):
            return [Forget(position=position)]
    return []


REACTION = Reaction(name="duty_erasures", listens=(Erased, LineErased), react=forget)
