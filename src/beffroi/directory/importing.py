"""A directory file before it is kept, and after: what it would change, and how to take it back. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal
from uuid import UUID

import msgspec

from beffroi.directory import actions as ask
from beffroi.directory import events as told
from beffroi.directory.logic import decide, entry_set
from beffroi.directory.types import Contact, DirectoryState, Person, read_person
from beffroi.model.time import DAY, Micros
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.rejected import Rejected

UNDO = DAY
"""How long an import can be taken back."""
SHOWN = 500
"""Changes that a preview lists; the counts are of all."""

_FIELDS = ("organisation", "function", "category", "commune", "place", "phones", "hours", "languages", "note")


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What one line of a file would do: `fields` names what differs, `code` and `params` say why it is refused."""

    change: Literal["added", "changed", "refused"]
    kind: Literal["contact", "roster", "duty", "line"]
    label: str = ""
    fields: tuple[str, ...] = ()
    code: str = ""
    params: dict[str, Any] = {}


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a whole file would do; nothing is kept while a line is refused."""

    added: int
    changed: int
    same: int
    refused: int
    items: list[Change]


def planned(state: DirectoryState, asked: Sequence[ask.Import], context: Context) -> tuple[list[Event], list[Change]]:
    """Return the events that a file would make, and what refuses it, line by line."""
    refused: list[Change] = []
    kept: list[ask.Entry] = []
    by_key, made = dict(state.by_key), set[UUID]()
    for entry in (one for action in asked for one in action.contacts):
        try:
            entry_set(state, entry, by_key, made, context)
            kept.append(entry)
        except Rejected as error:
            refused.append(refusal(error, entry.organisation))
    rosters = [one for action in asked for one in action.rosters]
    duties = [one for action in asked for one in action.duties]
    try:
        return list(decide(state, ask.Import(contacts=kept, rosters=rosters, duties=duties), context)), refused
    except Rejected as error:
        return [], [*refused, refusal(error)]


def refusal(error: Rejected, label: str = "") -> Change:
    """Return a refusal as a line of the preview."""
    return Change(change="refused", kind="line", label=label, code=error.code, params=dict(error.params))


def preview(state: DirectoryState, events: Sequence[Any], refused: Sequence[Change], read: int) -> Preview:
    """Return what the events that a file would make change, `read` being how many things it names."""
    items = [*refused, *(_change(state, event) for event in events)]
    counted = {name: sum(one.change == name for one in items) for name in ("added", "changed", "refused")}
    same = max(0, read - counted["added"] - counted["changed"])
    return Preview(**counted, same=same, items=items[:SHOWN])


def _change(state: DirectoryState, event: Any) -> Change:
    if isinstance(event, told.ContactSet):
        held = state.contacts.get(event.contact)
        label = " · ".join(part for part in (event.function, event.organisation, event.place) if part)
        if held is None:
            return Change(change="added", kind="contact", label=label)
        return Change(change="changed", kind="contact", label=label, fields=_differing(held, event))
    if isinstance(event, told.RosterSet):
        known = event.roster.key in state.rosters
        return Change(change="changed" if known else "added", kind="roster", label=event.roster.label)
    roster = state.rosters.get(event.roster)
    return Change(change="changed", kind="duty", label=roster.label if roster else event.roster)


def _differing(held: Contact, event: told.ContactSet) -> tuple[str, ...]:
    found = [name for name in _FIELDS if getattr(held, name) != getattr(event, name)]
    return (*found, *(["person"] if held.person != read_person(event.person) else []))


class Undo(msgspec.Struct, frozen=True):
    """How to take an import back: until when, and what stood before, by what it made."""

    until: Micros
    made: tuple[Any, ...]
    contacts: dict[UUID, Contact]
    rosters: dict[str, Any]
    slots: dict[str, Any]


def remember(state: DirectoryState, events: Iterable[Any], now: Micros) -> Undo:
    """Return how to take these events back, from the state before they are applied."""
    made = tuple(events)
    changed = [one.contact for one in made if isinstance(one, told.ContactSet) and one.contact in state.contacts]
    rosters = [one.roster.key for one in made if isinstance(one, told.RosterSet)]
    names = {*rosters, *(one.roster for one in made if isinstance(one, told.DutySet))}
    return Undo(
        until=now + UNDO,
        made=made,
        contacts={name: msgspec.structs.replace(state.contacts[name]) for name in changed},
        rosters={name: state.rosters[name] for name in names if name in state.rosters},
        slots={name: state.slots.get(name, ()) for name in names},
    )


def take_back(state: DirectoryState, undo: Undo) -> Iterator[Action]:
    """List what restores the state before an import: what somebody changed since is left as it is."""
    for event in reversed(undo.made):
        match event:
            case told.DutySet() if event.roster in state.rosters and event.roster in undo.rosters:
                slots = [slot for slot in undo.slots[event.roster] if slot.begin < event.end and slot.end > event.begin]
                turns = [
                    ask.Turn(begin=max(slot.begin, event.begin), end=min(slot.end, event.end), contact=slot.contact)
                    for slot in slots
                ]
                yield ask.SetDuty(roster=event.roster, begin=event.begin, end=event.end, turns=turns)
            case told.RosterSet(roster=roster) if state.rosters.get(roster.key) == roster:
                before = undo.rosters.get(roster.key)
                yield ask.SetRoster(roster=before) if before else ask.RemoveRoster(roster=roster.key)
            case told.ContactSet() if _untouched(state.contacts.get(event.contact), event):
                former = undo.contacts.get(event.contact)
                if former is None:
                    yield ask.RemoveContact(contact=event.contact)
                else:
                    yield ask.SetContact(contact=event.contact, entry=_entry(former))


def _untouched(held: Contact | None, event: told.ContactSet) -> bool:
    return held is not None and not _differing(held, event)


def _entry(contact: Contact) -> ask.Entry:
    person = contact.person or Person(name="")
    return ask.Entry(
        **{name: getattr(contact, name) for name in ("organisation", "function", "category", "commune", "place")},
        **{name: getattr(contact, name) for name in ("hours", "key")},
        phones=list(contact.phones),
        languages=list(contact.languages),
        note=person.note if contact.person else contact.note,
        name=person.name,
        person_phones=list(person.phones),
        email=person.email,
        until=contact.until,
    )
