"""Orders and events: an order given for an event is among its links, so that its report has it."""

from collections.abc import Sequence

from beffroi.incidents.actions import LinkTo
from beffroi.model.kinds import Text
from beffroi.model.ports import City
from beffroi.orders import TRADE as ORDERS
from beffroi.orders.events import Requested
from beffroi.procedures.paper import local_time
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction

WHY: Text = {"fr": "Ordre donné pour cet événement", "en": "Order given for this event"}
LEVEL: Text = {"fr": "{points} points à {pct} % jusqu'à {until}", "en": "{points} points at {pct}% until {until}"}
PROGRAMME: Text = {"fr": "{points} points, retour au programme", "en": "{points} points, back to programme"}
SECOND: Text = {"fr": " (seconde personne demandée)", "en": " (second person asked)"}


def link_order(line: Line, city: City) -> Sequence[Action]:
    """Show an order on the time line of the event for which it was given."""
    event = line.event
    if not isinstance(event, Requested) or event.incident is None:
        return []
    return [LinkTo(incident=event.incident, kind="order", id=event.order, why=WHY["fr"], name=name_of(event))]


def name_of(event: Requested) -> Text:
    """Return what an order asks, in one phrase: how many points, to what, until when."""
    words = LEVEL if event.until is not None else PROGRAMME
    facts = {"points": len(event.targets), "pct": f"{event.value:g}", "until": local_time(event.until, ORDERS.zone)}
    waits = event.approve_before is not None
    return {lang: text.format(**facts) + (SECOND[lang] if waits else "") for lang, text in words.items()}


REACTION = Reaction(name="incident_orders", listens=(Requested,), react=link_order)
