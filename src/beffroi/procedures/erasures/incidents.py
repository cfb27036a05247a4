"""What the journal erases of events leaves their own rows too; an asset that changes commune takes them along."""

from collections.abc import Sequence

from beffroi.assets.events import Rescoped
from beffroi.incidents.actions import Forget, Rescope
from beffroi.incidents.events import PHOTO, PURPOSE
from beffroi.journal.events import Erased, LineErased
from beffroi.model.ports import City
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction


def follow(line: Line, city: City) -> Sequence[Action]:
    """Ask the events to let go of their copies, or to follow the register."""
    match line.event:
        case Erased(purpose=purpose, before=before) if purpose == PURPOSE:
            return [Forget(before=before)]
        case Erased(purpose=purpose, before=before) if purpose == PHOTO:
            return [Forget(before=before, photos=True)]
        case LineErased(position=position):
            return [Forget(position=position)]
        case Rescoped(moves=moves):
            return [Rescope(moves=moves)]
    return []


REACTION = Reaction(name="incident_erasures", listens=(Erased, LineErased, Rescoped), react=follow)
