"""*À rappeler* at an hour is a reminder of the room as well: nobody has to think of it."""

from collections.abc import Sequence

from beffroi.duties.actions import Remind
from beffroi.model.ports import City
from beffroi.requests import events as ev
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction

LONGEST_ABOUT = 200


def remind(line: Line, city: City) -> Sequence[Action]:
    """Ask to be reminded of a call back at its hour: the place is told, never the person."""
    event = line.event
    if isinstance(event, ev.CalledBack):
        due_at, about = event.again_at, ""
    elif isinstance(event, ev.Recorded):
        # a reminder outlives the request: its code, and the place of its equipment, never what was typed
        known = event.asset is not None and city.topology.find(event.asset) is not None
        place = city.topology.place_label(event.asset) if known and event.asset else ""
        due_at, about = event.call_back_at, " · ".join(filter(None, (place, event.code)))
    elif isinstance(event, ev.Settled):
        due_at, about = event.call_back_at, ""
    else:
        return []
    if due_at is None:
        return []
    return [
        Remind(
            text="Rappeler un appelant",
            due_at=due_at,
            target_kind="request",
            target=event.request,
            about=about[:LONGEST_ABOUT],
        )
    ]


REACTION = Reaction(name="call_reminders", listens=(ev.Recorded, ev.Settled, ev.CalledBack), react=remind)
