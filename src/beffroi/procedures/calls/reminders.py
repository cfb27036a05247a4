"""*À rappeler* at an hour is a reminder of the room as well: nobody has to think of it."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from beffroi.duties.actions import EndAbout, Remind
from beffroi.model.ports import City
from beffroi.model.time import Micros
from beffroi.requests import events as ev
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction

LONGEST_ABOUT = 200


FOR_EVER: Micros = 2**62
"""Whatever its hour, a reminder of a call back that nobody owes any more has nothing to ask."""


def remind(line: Line, city: City) -> Sequence[Action]:
    """Ask to be reminded of a call back at its hour: the place is told, never the person."""
    match line.event:
        case ev.Recorded(request=request, call_back_at=int(at)):
            return [_reminder(request, at, _about(line.event, city))]
        case ev.Settled(request=request, call_back_at=int(at)):
            return [EndAbout(target=request, due_before=FOR_EVER), _reminder(request, at)]
        case ev.CalledBack(request=request, again_at=int(at)):
            return [EndAbout(target=request, due_before=FOR_EVER), _reminder(request, at)]
    return [EndAbout(target=one, due_before=FOR_EVER) for one in _over(line)]


def _over(line: Line) -> Iterable[UUID]:
    """List the requests whose author no longer waits for a call: reached, answered, closed, attached or forgotten."""
    match line.event:
        case ev.CalledBack(request=request) | ev.Settled(request=request) | ev.Attached(request=request):
            return [request]
        case ev.Progressed(requests=requests, step="closed") | ev.Forgotten(requests=requests, on_request=True):
            return requests
    return ()


def _reminder(request: UUID, due_at: Micros, about: str = "") -> Remind:
    return Remind(
        text="Rappeler un appelant",
        due_at=due_at,
        target_kind="request",
        target=request,
        about=about[:LONGEST_ABOUT],
    )


def _about(event: ev.Recorded, city: City) -> str:
    # a reminder outlives the request: its code, and the place of its equipment, never what was typed
    known = event.asset is not None and city.topology.find(event.asset) is not None
    place = city.topology.place_label(event.asset) if known and event.asset else ""
    return " · ".join(filter(None, (place, event.code)))


REACTION = Reaction(
    name="call_reminders",
    listens=(ev.Recorded, ev.Settled, ev.CalledBack, ev.Attached, ev.Progressed, ev.Forgotten),
    react=remind,
)
