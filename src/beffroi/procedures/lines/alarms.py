"""The short list of automatic lines of the *main courante* (room.md rule 5): what matters of the alarms."""

from collections.abc import Callable, Sequence
from typing import Any

from beffroi.alarms import TRADE as ALARMS
from beffroi.alarms import events as ev
from beffroi.alarms.decision import short_name
from beffroi.alarms.rows import label_of
from beffroi.logbook.actions import Note
from beffroi.model.ports import City
from beffroi.model.priority import Priority
from beffroi.trade.action import Action
from beffroi.trade.event import Event
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction

NOTED_PRIORITY = Priority.HIGH
NAMED_LEFT = 10


def note(line: Line, city: City) -> Sequence[Action]:
    """Write the line that an event of the alarms deserves, or nothing."""
    event = line.event
    if isinstance(event, ev.Taken) and event.before is not None and line.actor.kind != "person":
        # the relève that was signed says it once for all
        return []
    said = _SAID.get(type(event))
    found = said(event, city) if said else None
    return [found] if found else []


def _about(code: str, event: Any, city: City, **params: str) -> Note:
    facts = city.topology.find(event.asset)
    named = {"place": city.topology.place_label(event.asset) if facts else "", **params}
    name = getattr(event, "alarm_class", "")
    if name:
        kind = ALARMS.kinds.get(event.scope.kind)
        known = {item.name: item for item in kind.alarm_classes} if kind else {}
        label = label_of(known.get(name), name, {"name": short_name(facts)} if facts else {})
        named |= {"label_fr": label["fr"], "label_en": label["en"]}
    return Note(code=code, params=named, asset=event.asset, scope=event.scope)


def _raised(event: ev.Raised, city: City) -> Note | None:
    told = event.pending_until is None and event.parent is None and event.outcome == "alarm"
    if not told or event.priority > NOTED_PRIORITY:
        return None
    return _about("alarms.note.supposed" if event.supposed else "alarms.note.raised", event, city)


def _annunciated(event: ev.Annunciated, city: City) -> Note | None:
    if event.outcome != "alarm" or event.priority > NOTED_PRIORITY:
        return None
    return _about("alarms.note.raised", event, city)


def _left_over(event: ev.LeftOver, city: City) -> Note | None:
    codes = ", ".join(event.codes[:NAMED_LEFT]) + ("…" if len(event.codes) > NAMED_LEFT else "")
    code = "alarms.note.left_over" if event.left else "alarms.note.all_back"
    return _about(code, event, city, back=str(event.back), count=str(len(event.codes)), codes=codes)


def _taken(event: ev.Taken, city: City) -> Note:
    if event.before is None:
        return _about("alarms.note.taken", event, city)
    # whose it was is an account: screens and prints give it its name
    return _about("alarms.note.taken_over", event, city, whose=str(event.before))


def _flood(event: ev.FloodStarted | ev.FloodEnded, city: City) -> Note:
    started = isinstance(event, ev.FloodStarted)
    params = {"desk": event.desk, "count": str(event.count) if isinstance(event, ev.FloodStarted) else ""}
    return Note(
        code="alarms.note.flood_started" if started else "alarms.note.flood_ended", params=params, scope=event.scope
    )


_SAID: dict[type[Event], Callable[[Any, City], Note | None]] = {
    ev.Raised: _raised,
    ev.Annunciated: _annunciated,
    ev.LeftOver: _left_over,
    ev.Taken: _taken,
    ev.Shelved: lambda event, city: _about("alarms.note.shelved", event, city),
    ev.Suppressed: lambda event, city: _about("alarms.note.suppressed", event, city, reason=event.reason),
    ev.PutOutOfService: lambda event, city: _about("alarms.note.out_of_service", event, city, reason=event.reason),
    ev.FloodStarted: _flood,
    ev.FloodEnded: _flood,
}

REACTION = Reaction(name="automatic_lines.alarms", listens=tuple(_SAID), react=note)
