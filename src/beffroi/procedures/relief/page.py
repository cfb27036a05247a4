"""The page of the relève: what the room must know now, as a pure function of what the trades hold.

Everything on it is a fold of the journal: the same page comes out of the states replayed from the first line.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any, Literal
from uuid import UUID

import msgspec

from beffroi.alarms.rows import class_of, label_of
from beffroi.alarms.state import AlarmsState
from beffroi.alarms.types import Alarm
from beffroi.dispatch.api import on_call_now
from beffroi.dispatch.texts import word
from beffroi.dispatch.types import DispatchState
from beffroi.duties.logic import RECORDED_LATE, scope_of_desk
from beffroi.duties.types import DutiesState
from beffroi.incidents.deadlines import list_deadlines
from beffroi.incidents.rows import MASKED_TEXT, place_of, public_place
from beffroi.incidents.rows import label_of as incident_label
from beffroi.incidents.types import Incident, IncidentsState
from beffroi.journal.render import Catalogue, sentence
from beffroi.logbook.types import Entry, LogbookState
from beffroi.model.kinds import Text
from beffroi.model.ports import City
from beffroi.model.scope import Scope
from beffroi.model.time import Micros
from beffroi.orders.types import OrdersState
from beffroi.trade.doors import Caller

SectionName = Literal[
    "events", "overrides", "locks", "withheld", "on_call", "links", "instructions", "reminders", "changes"
]
MOST_CHANGES = 60
DISPOSITIONS: dict[str, Text] = {
    "shelved": {"fr": "en attente", "en": "shelved"},
    "suppressed": {"fr": "inhibée", "en": "suppressed"},
    "out_of_service": {"fr": "hors service", "en": "out of service"},
}


class Item(msgspec.Struct, kw_only=True):
    """One line of the page. `until` is its end or deadline; `new` since the relève before; `kind` and `ref` open it."""

    ref: str
    kind: str
    what: Text
    place: str = ""
    detail: Text = {}
    at: Micros | None = None
    until: Micros | None = None
    due: str = ""
    """What the deadline asks, by code (`take`, `engage`, `on_site`, `made_safe`)."""
    phone: str = ""
    account: UUID | None = None
    new: bool = False


class Section(msgspec.Struct):
    """One part of the page; `items` empty says so rather than leaving it out."""

    name: SectionName
    items: list[Item]


class Page(msgspec.Struct, kw_only=True):
    """The page of one relève as it is at `made_at`; `since` is the relève before."""

    relief: UUID | None
    seat: UUID
    seat_name: str
    desks: list[Text]
    outgoing: UUID | None
    incoming: UUID | None
    since: Micros
    made_at: Micros
    ticks: tuple[str, ...]
    sections: list[Section]


class States(msgspec.Struct, frozen=True):
    """The trades that the page reads."""

    incidents: IncidentsState
    orders: OrdersState
    alarms: AlarmsState
    dispatch: DispatchState
    duties: DutiesState
    logbook: LogbookState


class Reader(msgspec.Struct, frozen=True):
    """Who reads, when, since when, with which sentences and for which desks."""

    caller: Caller
    now: Micros
    since: Micros
    desks: tuple[str, ...]
    catalogue: Catalogue
    city: City

    def sees(self, scope: Scope) -> bool:
        """Tell whether something exists for this reader."""
        return self.caller.sees(scope)

    def both(self, code: str, params: Mapping[str, Any]) -> Text:
        """Return a sentence of the catalogue in both languages."""
        return {lang: sentence(self.catalogue, lang, code, params) for lang in ("fr", "en")}


def sections(states: States, reader: Reader) -> list[Section]:
    """Return every part of the page in the order in which it is read."""
    made: dict[SectionName, Callable[[States, Reader], Iterable[Item]]] = {
        "events": _events,
        "overrides": _overrides,
        "locks": _locks,
        "withheld": _withheld,
        "on_call": _on_call,
        "links": _links,
        "instructions": _instructions,
        "reminders": lambda states, reader: chain(_reminders(states, reader), _routines(states, reader)),
        "changes": _changes,
    }
    return [Section(name, list(make(states, reader))) for name, make in made.items()]


def same(text: str) -> Text:
    """Return one text for both languages: what somebody typed, a name, a place."""
    return {"fr": text, "en": text}


def _events(states: States, reader: Reader) -> Iterable[Item]:
    last: dict[UUID, Entry] = {}
    for entry in states.logbook.entries.values():
        if entry.incident is not None and reader.sees(entry.scope):
            last[entry.incident] = entry
    for incident in sorted(states.incidents.open.values(), key=lambda one: (one.priority, one.first_at)):
        if incident.into is None:
            yield from _event(incident, last.get(incident.id), reader)


def _event(incident: Incident, last: Entry | None, reader: Reader) -> Iterable[Item]:
    whole = reader.sees(incident.scope)
    if incident.masked and not whole:
        what, place = _numbered(incident, MASKED_TEXT), public_place(incident, reader.city)
        yield Item(ref=str(incident.id), kind="incident", at=incident.first_at, what=what, place=place)
    elif whole:
        due = next(iter(list_deadlines(incident)), None)
        yield Item(
            ref=str(incident.id),
            kind="incident",
            at=incident.first_at,
            what=_numbered(incident, incident_label(incident)),
            place=place_of(incident, reader.city),
            detail=line_of(last, reader) if last else {},
            until=due.at if due else None,
            due=due.kind if due else "",
            account=incident.taken_by,
            new=incident.opened_at >= reader.since,
        )


def _numbered(incident: Incident, label: Text) -> Text:
    return {lang: f"{incident.number} · {text}" for lang, text in label.items()}


def line_of(entry: Entry, reader: Reader) -> Text:
    """Return a line of the main courante in both languages."""
    if entry.source == "typed":
        return same(entry.text)
    return reader.both(entry.code, entry.params)


def _overrides(states: States, reader: Reader) -> Iterable[Item]:
    by_order: dict[UUID, list[int]] = {}
    for index, override in states.orders.overrides.items():
        by_order.setdefault(override.order, []).append(index)
    for order, indexes in sorted(by_order.items()):
        known = [facts for facts in map(reader.city.topology.find_index, indexes) if facts and reader.sees(facts.scope)]
        if not known:
            continue
        override = states.orders.overrides[indexes[0]]
        first = min(known, key=lambda facts: facts.code)
        asked = states.orders.orders.get(order)
        yield Item(
            ref=str(order),
            kind="order",
            what={
                "fr": f"{override.level_pct:.0f} % · {len(known)} point(s) lumineux",
                "en": f"{override.level_pct:.0f} % · {len(known)} light point(s)",
            },
            place=reader.city.topology.place_label(first.id),
            at=asked.requested_at if asked else None,
            until=override.until,
            account=asked.requested_by if asked else None,
            new=bool(asked and asked.requested_at >= reader.since),
        )


def _locks(states: States, reader: Reader) -> Iterable[Item]:
    for lock in sorted(states.orders.locks.values(), key=lambda one: one.since):
        if reader.sees(lock.scope):
            yield Item(
                ref=str(lock.asset),
                kind="asset",
                what=same(f"{lock.holder} · {lock.certificate}"),
                place=reader.city.topology.place_label(lock.asset),
                at=lock.since,
                new=lock.since >= reader.since,
            )


def _alarm(alarm: Alarm, states: States, reader: Reader, suffix: Text) -> Item:
    label = label_of(class_of(states.alarms, alarm), alarm.alarm_class, alarm.params)
    facts = reader.city.topology.find(alarm.asset)
    return Item(
        ref=str(alarm.id),
        kind="alarm",
        what={lang: " · ".join(part for part in (text, suffix.get(lang, "")) if part) for lang, text in label.items()},
        place=reader.city.topology.place_label(alarm.asset) if facts else "",
        at=alarm.raised_at,
        until=alarm.shelved_until,
        detail=reader.both(alarm.reason, alarm.reason_params) if alarm.reason in reader.catalogue else {},
        account=alarm.taken_by,
        new=alarm.raised_at >= reader.since,
    )


def _withheld(states: States, reader: Reader) -> Iterable[Item]:
    found = [alarm for alarm in states.alarms.alarms.values() if alarm.disposition and reader.sees(alarm.scope)]
    for alarm in sorted(found, key=lambda one: (one.shelved_until or 0, one.raised_at)):
        yield _alarm(alarm, states, reader, DISPOSITIONS[alarm.disposition])


def _links(states: States, reader: Reader) -> Iterable[Item]:
    for alarm in sorted(states.alarms.alarms.values(), key=lambda one: one.raised_at):
        declared = class_of(states.alarms, alarm)
        silent = declared is not None and declared.test == "silent" and alarm.active and alarm.outcome == "alarm"
        if silent and alarm.parent is None and not alarm.disposition and reader.sees(alarm.scope):
            yield _alarm(alarm, states, reader, {})


def _on_call(states: States, reader: Reader) -> Iterable[Item]:
    for line in on_call_now(states.dispatch, reader.now, reader.caller):
        yield Item(
            ref=f"{line.trade}:{line.agent}",
            kind="on_call",
            what=same(line.name or "–"),
            detail={
                "fr": f"{word(f'trade.{line.trade}', 'fr')} · appel {line.rank}, {line.delay_min} min",
                "en": f"{word(f'trade.{line.trade}', 'en')} · call {line.rank}, {line.delay_min} min",
            },
            until=line.until,
            phone=line.phone,
        )


def _instructions(states: States, reader: Reader) -> Iterable[Item]:
    for one in sorted(states.duties.instructions.values(), key=lambda found: found.end):
        meant = not one.desks or not reader.desks or bool(set(one.desks) & set(reader.desks))
        if meant and one.begin <= reader.now < one.end and reader.sees(one.scope):
            yield Item(
                ref=str(one.id),
                kind="instruction",
                what=same(one.text),
                at=one.given_at,
                until=one.end,
                account=one.author,
                new=one.given_at >= reader.since,
            )


def _reminders(states: States, reader: Reader) -> Iterable[Item]:
    for one in sorted(states.duties.reminders.values(), key=lambda found: found.due_at):
        if reader.sees(one.scope):
            yield Item(
                ref=str(one.id),
                kind="reminder",
                what=same(one.text),
                detail=same(one.about),
                until=one.due_at,
                account=one.author,
                new=one.made_at >= reader.since,
            )


def _routines(states: States, reader: Reader) -> Iterable[Item]:
    """Give the routines of the shift whose window is open, and those that were missed and may still be done."""
    for one in states.duties.routines.values():
        coming, last = one.next, one.last
        if not reader.sees(scope_of_desk(one.routine.desk)):
            continue
        if coming is not None and coming.begin <= reader.now:
            yield Item(ref=one.routine.name, kind="routine", what=one.routine.label, at=coming.at, until=coming.end)
        if last is not None and not last.result and reader.now - last.at <= RECORDED_LATE:
            missed = {"fr": "non fait", "en": "not done"}
            yield Item(ref=one.routine.name, kind="routine", what=one.routine.label, detail=missed, at=last.at)


def _changes(states: States, reader: Reader) -> Iterable[Item]:
    written = [
        entry
        for entry in states.logbook.entries.values()
        if entry.recorded_at >= reader.since and entry.corrected_by is None and reader.sees(entry.scope)
    ]
    written.sort(key=lambda one: (one.happened_at, one.position))
    if older := len(written[:-MOST_CHANGES]):
        # a page that leaves lines out says how many: they are in the main courante
        left = {
            "fr": f"{older} ligne(s) plus ancienne(s), dans la main courante",
            "en": f"{older} older line(s), in the log",
        }
        yield Item(ref="logbook", kind="older", what=left)
    for entry in written[-MOST_CHANGES:]:
        yield Item(
            ref=str(entry.id), kind="entry", what=line_of(entry, reader), at=entry.happened_at, account=entry.author
        )
