"""How one line of the journal changes the directory in memory."""

from beffroi.directory import events as told
from beffroi.directory.logic import replaced
from beffroi.directory.search import weights_of
from beffroi.directory.types import Contact, DirectoryState, read_person
from beffroi.trade.line import Line

KEPT_LOCALS = 2_000


def apply(state: DirectoryState, line: Line) -> None:
    """Bring one line into the state."""
    match line.event:
        case told.ContactSet() as event:
            keep(state, contact_of(event, line.recorded_at))
            if event.person:
                state.traces[event.contact] = (*state.traces.get(event.contact, ()), line.position)
        case told.ContactRemoved(contact=contact):
            _remove(state, state.contacts[contact])
        case told.PersonForgotten(contact=contact):
            _forget(state, state.contacts[contact])
        case told.RosterSet(roster=roster):
            state.rosters[roster.key] = roster
        case told.RosterRemoved(roster=key):
            state.rosters.pop(key, None)
            state.slots.pop(key, None)
        case told.DutySet() as event:
            state.slots[event.roster] = replaced(state.slots.get(event.roster, ()), event)
        case told.Called() as event:
            keep_local(state, event)
            return
    state.version = line.position


def contact_of(event: told.ContactSet, set_at: int) -> Contact:
    """Return the contact that an event makes."""
    person = read_person(event.person)
    return Contact(
        id=event.contact,
        organisation=event.organisation,
        function=event.function,
        category=event.category,
        commune=event.commune,
        place=event.place,
        phones=event.phones,
        hours=event.hours,
        languages=event.languages,
        note=event.note,
        key=event.key,
        person=person,
        until=event.until if person else None,
        set_at=set_at,
    )


def keep(state: DirectoryState, contact: Contact) -> None:
    """Bring a contact into the state and its search."""
    before = state.contacts.get(contact.id)
    if before is not None and before.key:
        state.by_key.pop(before.key, None)
    state.contacts[contact.id] = contact
    if contact.key:
        state.by_key[contact.key] = contact.id
    state.index.put(contact.id, weights_of(contact))


def keep_local(state: DirectoryState, event: told.Called) -> None:
    """Remember the identity that a seat gave to a call."""
    if event.local is not None:
        state.locals[event.local] = None
        if len(state.locals) > KEPT_LOCALS:
            del state.locals[next(iter(state.locals))]


def _remove(state: DirectoryState, contact: Contact) -> None:
    del state.contacts[contact.id]
    state.by_key.pop(contact.key, None)
    state.traces.pop(contact.id, None)
    state.index.drop(contact.id)
    for key, slots in state.slots.items():
        state.slots[key] = tuple(slot for slot in slots if slot.contact != contact.id)


def _forget(state: DirectoryState, contact: Contact) -> None:
    contact.person = contact.until = None
    state.traces.pop(contact.id, None)
    state.index.put(contact.id, weights_of(contact))
