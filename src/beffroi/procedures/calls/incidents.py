"""Calls and events of the room: a call opens an event or joins one, and follows it when it joins another.

Events are kept for years, the words of a caller only as long as he agrees: what opens an event is the category that was
heard and a place of the register. The words stay in the request, one link away.
"""

import re
from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from beffroi.incidents import actions as incidents
from beffroi.incidents import events as said
from beffroi.incidents.categories import BY_NAME, guess
from beffroi.model.kinds import Text
from beffroi.model.ports import City
from beffroi.requests import events as ev
from beffroi.requests.actions import Attach, Detach, Move
from beffroi.requests.hearing import EAR, Hearer
from beffroi.requests.types import Request
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction

WHY: Text = {"fr": "Appel pour ce lieu", "en": "Call about this place"}
CALL = "Appel"
PLACE_TOLD = "lieu dit par l'appelant : voir la demande"
LONGEST_WHAT = 500
_NUMBER = re.compile(r"\d{1,4}(?: ?(?:bis|ter|quater|[a-d]))?", re.IGNORECASE)


def open_event(line: Line, city: City) -> Sequence[Action]:
    """Open the event that a call asks for; the request is attached to it as soon as it is open."""
    event = line.event
    if not isinstance(event, ev.Recorded) or not event.wants_event:
        return []
    return [opening(event, event.request, city)]


def opening(told: ev.Recorded | Request, request: UUID, city: City) -> incidents.Open:
    """Return the opening of an event for a request, told as it was recorded or as it stands."""
    hearer = EAR.hearer
    dangers = hearer.hear(told.text).dangers
    known = hearer.lexicon.categories.get(told.category)
    place = register_place(told, city)
    nowhere = told.asset is None and told.lon is None and not place
    source: Literal["call", "radio", "other"] = "radio" if told.source == "radio" else "call"
    return incidents.Open(
        what=_heard(hearer, told.category, dangers, PLACE_TOLD if nowhere and told.place else ""),
        # words of danger tell more than the category of the request: the room's own words decide
        category=known.incident if known and known.incident in BY_NAME and not dangers else guess(told.text).name,
        asset=told.asset,
        lon=told.lon,
        lat=told.lat,
        place=place,
        commune=told.scope.commune,
        source=source,
        request=request,
    )


def _heard(hearer: Hearer, category: str, dangers: Sequence[str], more: str) -> str:
    """Return what an event says of a call: the names of what was heard, never the words."""
    lexicon = hearer.lexicon
    names = [lexicon.dangers[name].label["fr"] for name in dangers]
    names += [lexicon.categories[category].label["fr"]] if category in lexicon.categories else []
    said_of = f"{CALL} : {', '.join(dict.fromkeys(names))}" if names else CALL
    return (f"{said_of} ({more})" if more else said_of)[:LONGEST_WHAT]


def register_place(told: ev.Recorded | Request, city: City) -> str:
    """Return what was typed where it is a street of the register with its number, else the street of the point."""
    if told.asset is not None or told.lon is None or told.lat is None:
        return ""
    street = city.streets.place_at(told.lon, told.lat)
    number = told.place.removesuffix(street).strip() if street else ""
    return told.place if street and _NUMBER.fullmatch(number) and told.place.endswith(street) else street


def link_call(line: Line, city: City) -> Sequence[Action]:
    """Show a call on the time line of its event, or take it off."""
    event = line.event
    if isinstance(event, ev.Recorded | ev.Attached | ev.Followed) and event.incident is not None:
        asset = event.asset if isinstance(event, ev.Recorded) else None
        return [
            incidents.LinkTo(
                incident=event.incident,
                kind="request",
                id=event.request,
                why=WHY["fr"],
                subject=asset,
                name={"fr": "Appel", "en": "Call"},
            )
        ]
    if isinstance(event, ev.Attached) and event.left is not None:
        return [incidents.Unlink(incident=event.left, id=event.request, reason="mistake")]
    return []


def attach_call(line: Line, city: City) -> Sequence[Action]:
    """Attach the requests that an event holds, part those it lets go, follow it into another one and back."""
    event = line.event
    match event:
        case said.Opened(links=links):
            return [Attach(request=one.id, incident=event.incident) for one in links if one.kind == "request"]
        case said.Linked(link=link) if link.kind == "request":
            return [Attach(request=link.id, incident=event.incident)]
        case said.Unlinked(link=link):
            return [Detach(request=link)]
        case said.Joined(into=into):
            return [Move(before=event.incident, incident=into)]
        case said.JoinUndone(into=into):
            return [Move(before=into, incident=event.incident, back=True)]
    return []


REACTIONS = (
    Reaction(name="call_incidents.open", listens=(ev.Recorded,), react=open_event),
    Reaction(name="call_incidents.link", listens=(ev.Recorded, ev.Attached, ev.Followed), react=link_call),
    Reaction(
        name="call_incidents.attach",
        listens=(said.Opened, said.Linked, said.Unlinked, said.Joined, said.JoinUndone),
        react=attach_call,
    ),
)
