"""Automatic lines of the *main courante* about events: opened, taken, told, ordered, joined, closed, reopened, late.

What people typed (what, place, notes) is erasable and stays with the event: the lines say the category and a place of
the map.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from beffroi.incidents import events as ev
from beffroi.incidents.categories import find_category
from beffroi.incidents.texts import DEADLINES, REASONS, STAGES
from beffroi.incidents.types import CAUSES, RESULTS
from beffroi.logbook.actions import Note
from beffroi.model.kinds import Text
from beffroi.model.ports import City
from beffroi.trade.action import Action
from beffroi.trade.event import Event
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction

NOWHERE: Text = {"fr": "lieu à préciser", "en": "place to be found"}


def note(line: Line, city: City) -> Sequence[Action]:
    """Write the line that a line of the events deserves, in the event's own compartment."""
    event = line.event
    if isinstance(event, ev.Taken) and event.before is not None and line.actor.kind != "person":
        # the relève that was signed says it once for all
        return []
    said = _SAID.get(type(event))
    found = said(event, city) if said else None
    return [found] if found else []


def _about(code: str, event: Any, city: City, **params: str) -> Note:
    facts = city.incidents.find(event.incident)
    asset = getattr(event, "asset", None) or (facts.asset if facts else None)
    return Note(
        code=f"incidents.note.{code}",
        params={"number": event.number, **params},
        asset=asset,
        scope=event.scope,
        incident=event.incident,
    )


def place_of(city: City, asset: UUID | None, lon: float | None, lat: float | None) -> str:
    """Return a place of the map: never words that somebody typed."""
    if asset is not None and city.topology.find(asset) is not None:
        return city.topology.place_label(asset)
    return city.streets.place_at(lon, lat) if lon is not None and lat is not None else ""


def _both(name: str, text: Text) -> dict[str, str]:
    return {f"{name}_fr": text.get("fr", ""), f"{name}_en": text.get("en", "")}


def _where(place: str) -> dict[str, str]:
    return {"place": place} if place else _both("place", NOWHERE)


def _opened(event: ev.Opened, city: City) -> Note:
    named = next((link.name for link in event.links if link.name), None)
    label = named or find_category(event.category).label
    place = place_of(city, event.asset, event.lon, event.lat)
    return _about("opened", event, city, **_where(place), **_both("label", label))


def _taken(event: ev.Taken, city: City) -> Note:
    facts = city.incidents.find(event.incident)
    title = (facts.title if facts else None) or find_category("").label
    place = place_of(city, facts.asset, facts.lon, facts.lat) if facts else ""
    said = {**_where(place), **_both("label", title)}
    if event.before is None:
        return _about("taken", event, city, **said)
    # whose it was is an account: screens and prints give it its name
    return _about("taken_over", event, city, whose=str(event.before), **said)


def _stepped(event: ev.Stepped, city: City) -> Note | None:
    if not event.told:
        return None
    return _about("called", event, city, text_fr=event.text_fr, text_en=event.text_en, told=event.told)


def _linked(event: ev.Linked, city: City) -> Note | None:
    # an order is exceptional, and what it asks is nobody's words
    return _about("ordered", event, city, **_both("order", event.link.name)) if event.link.kind == "order" else None


def _closed(event: ev.Closed, city: City) -> Note:
    cause, result = CAUSES.get(event.cause, {}), RESULTS.get(event.result, {})
    return _about("closed", event, city, **_both("cause", cause), **_both("result", result))


def _warned(event: ev.Warned, city: City) -> Note | None:
    # what only comes near is on the screens of those who must know: the log keeps what was missed
    if event.stage != "passed":
        return None
    stage = _both("stage", STAGES[event.stage])
    return _about("warned", event, city, **_both("deadline", DEADLINES[event.deadline]), **stage)


_SAID: dict[type[Event], Callable[[Any, City], Note | None]] = {
    ev.Opened: _opened,
    ev.Taken: _taken,
    ev.Stepped: _stepped,
    ev.Linked: _linked,
    ev.Joined: lambda event, city: _about("joined", event, city, into_number=event.into_number),
    ev.JoinUndone: lambda event, city: _about("join_undone", event, city, into_number=event.into_number),
    ev.Closed: _closed,
    ev.Reopened: lambda event, city: _about(
        "reopened", event, city, **_both("reason", REASONS.get(event.reason, REASONS["other"]))
    ),
    ev.Warned: _warned,
    ev.Masked: lambda event, city: _about("masked", event, city) if event.masked else None,
    ev.Corrected: lambda event, city: _about("masked", event, city) if "masked" in event.changed else None,
}

REACTION = Reaction(name="incident_lines", listens=tuple(_SAID), react=note)
