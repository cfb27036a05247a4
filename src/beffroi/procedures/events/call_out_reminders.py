"""A reminder set while calling (« R 10, appel 2 ») ends by itself once somebody is reached."""

from collections.abc import Sequence

from beffroi.dispatch.calling import ESCALATION
from beffroi.dispatch.events import CallAnswered
from beffroi.duties.actions import EndAbout
from beffroi.model.ports import City
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction


def end(line: Line, city: City) -> Sequence[Action]:
    """End the reminders about an event made since its call-out began, if they ask or are about to."""
    event = line.event
    if not isinstance(event, CallAnswered) or event.opened_at is None:
        return []
    return [EndAbout(target=event.incident, made_since=event.opened_at, due_before=line.recorded_at + ESCALATION)]


REACTION = Reaction(name="call_out_reminders", listens=(CallAnswered,), react=end)
