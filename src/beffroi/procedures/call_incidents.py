"""Calls and events of the room: a call opens an event or joins one, and follows it when it joins another."""

from collections.abc import Sequence
from typing import Literal

from beffroi.incidents import actions as incidents
from beffroi.incidents import events as said
from beffroi.model.kinds import Text
from beffroi.model.ports import City
from beffroi.requests import events as ev
from beffroi.requests.actions import Attach, Detach, Move
from beffroi.requests.glossary import built_in
from beffroi.requests.hearing import hear
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction

WHY: Text = {"fr": "Appel pour ce lieu", "en": "Call about this place"}
NO_WORDS: Text = {"fr": "Appel (texte effacé)", "en": "Call (text erased)"}
LONGEST_WHAT = 500


def open_event(line: Line, city: City) -> Sequence[Action]:
    """Open the event that a call asks for; the request is attached to it as soon as it is open."""
    event = line.event
    if not isinstance(event, ev.Recorded) or not event.wants_event:
        return []
    known = built_in().categories.get(event.category)
    source: Literal["call", "radio", "other"] = "radio" if event.source == "radio" else "call"
    return [
        incidents.Open(
            what=(event.text or NO_WORDS["fr"])[:LONGEST_WHAT],
            # words of danger tell more than the category of the request: the room's own words decide
            category=known.incident if known and not hear(event.text).dangers else "",
            asset=event.asset,
            lon=event.lon,
            lat=event.lat,
            place=event.place,
            commune=event.scope.commune,
            source=source,
            request=event.request,
        )
    ]


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
