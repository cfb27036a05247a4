"""Where the register puts an asset in another commune, the requests about it follow."""

from collections.abc import Sequence

from beffroi.assets.events import Rescoped
from beffroi.model.ports import City
from beffroi.requests.actions import Rescope
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction


def rescope(line: Line, city: City) -> Sequence[Action]:
    """Ask the requests about these assets to take their new scope."""
    return [Rescope(moves=line.event.moves)] if isinstance(line.event, Rescoped) else []


REACTION = Reaction(name="call_scopes", listens=(Rescoped,), react=rescope)
