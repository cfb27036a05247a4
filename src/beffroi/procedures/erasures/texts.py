"""Texts that the journal erases leave the trades' own copies too: nothing of them stays on a screen or in a list."""

from collections.abc import Sequence

from beffroi.access.actions import ForgetAccounts
from beffroi.access.events import ACCOUNT
from beffroi.journal.events import Erased, LineErased
from beffroi.logbook.actions import Forget
from beffroi.logbook.events import PURPOSE
from beffroi.model.ports import City
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction


def forget(line: Line, city: City) -> Sequence[Action]:
    """Ask the rooms that keep copies to let go of theirs."""
    match line.event:
        case Erased(purpose=purpose, before=before) if purpose == PURPOSE:
            return [Forget(before=before)]
        case Erased(purpose=purpose, before=before) if purpose == ACCOUNT:
            return [ForgetAccounts(before=before)]
        case LineErased(position=position):
            return [Forget(position=position)]
    return []


REACTION = Reaction(name="erasures", listens=(Erased, LineErased), react=forget)
