"""Where the register puts an asset in another commune, what the trades hold about it follows (house section 5)."""

from collections.abc import Sequence

from beffroi.alarms.actions import Rescope as RescopeAlarms
from beffroi.assets.events import Rescoped
from beffroi.duties.actions import Rescope as RescopeDuties
from beffroi.logbook.actions import Rescope as RescopeLogbook
from beffroi.model.ports import City
from beffroi.orders.actions import Rescope as RescopeOrders
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction
from beffroi.work.actions import Rescope as RescopeWork


def rescope(line: Line, city: City) -> Sequence[Action]:
    """Ask each trade that keeps rows about assets to give them their new scope, in the order in which they refer."""
    event = line.event
    if not isinstance(event, Rescoped):
        return []
    rooms = (RescopeAlarms, RescopeWork, RescopeOrders, RescopeLogbook, RescopeDuties)
    return [asked(moves=event.moves) for asked in rooms]


REACTION = Reaction(name="scopes", listens=(Rescoped,), react=rescope)
