"""Decisions of the directory: pure functions of state, action and context."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from beffroi.directory import actions as ask
from beffroi.directory import events as told
from beffroi.directory.types import Contact, DirectoryState, Person, Roster, Slot, read_person, scope_of, written
from beffroi.model.time import DAY, MINUTE, Micros
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.rejected import Rejected

KEPT = 365 * DAY
"""A person stays a year unless somebody confirms: the purpose personal.directory says the same of the journal."""

FUTURE_TOLERANCE = MINUTE


def decide(state: DirectoryState, action: Action, context: Context) -> Sequence[Event]:
    """Return the events that answer an action of the directory."""
    found = _DECIDED.get(type(action))
    if found is None:
        raise TypeError(f"not an action of the directory: {action!r}")
    return list(found(state, action, context))


def get(state: DirectoryState, contact: UUID) -> Contact:
    """Return a contact; raises Rejected when there is none."""
    found = state.contacts.get(contact)
    if found is None:
        raise Rejected("directory.not_found", contact=str(contact))
    return found


def _set_contact(state: DirectoryState, action: ask.SetContact, context: Context) -> Iterator[Event]:
    if action.contact is not None:
        get(state, action.contact)
    owner = state.by_key.get(action.entry.key) if action.entry.key else None
    if owner is not None and owner != action.contact:
        raise Rejected("directory.key_taken", key=action.entry.key)
    yield _contact_set(action.contact or context.ids.new(), action.entry, context)


def _contact_set(contact: UUID, entry: ask.Entry, context: Context) -> told.ContactSet:
    if entry.person_phones and not entry.name:
        raise Rejected("directory.person_without_name", organisation=entry.organisation)
    person = _person(entry) if entry.name else None
    until = _until(entry, context.now) if person else None
    return told.ContactSet(
        contact=contact,
        organisation=entry.organisation,
        function=entry.function,
        category=entry.category,
        commune=entry.commune,
        place=entry.place,
        phones=tuple(entry.phones),
        hours=entry.hours,
        languages=tuple(entry.languages),
        note="" if person else entry.note,
        key=entry.key,
        person=written(person),
        until=until,
        scope=scope_of(entry.commune),
    )


def _person(entry: ask.Entry) -> Person:
    return Person(name=entry.name, phones=tuple(entry.person_phones), email=entry.email, note=entry.note)


def _until(entry: ask.Entry, now: Micros) -> Micros:
    until = now + KEPT if entry.until is None else entry.until
    if until <= now:
        raise Rejected("directory.until_passed", organisation=entry.organisation)
    return min(until, now + KEPT)


def _remove_contact(state: DirectoryState, action: ask.RemoveContact, context: Context) -> Iterator[Event]:
    contact = get(state, action.contact)
    yield told.ContactRemoved(contact=contact.id, lines=state.traces.get(contact.id, ()), scope=contact.scope)


def _forget_person(state: DirectoryState, action: ask.ForgetPerson, context: Context) -> Iterator[Event]:
    contact = get(state, action.contact)
    if contact.person is None and not state.traces.get(contact.id):
        raise Rejected("directory.nobody_named", contact=str(contact.id))
    yield _forgotten(state, contact, "asked")


def _forgotten(state: DirectoryState, contact: Contact, reason: str) -> told.PersonForgotten:
    # lines erased by the journal itself need no second order
    lines = () if reason == "erased" else state.traces.get(contact.id, ())
    return told.PersonForgotten(contact=contact.id, reason=reason, lines=lines, scope=contact.scope)


def _set_roster(state: DirectoryState, action: ask.SetRoster, context: Context) -> Iterator[Event]:
    yield _roster_set(action.roster)


def _roster_set(roster: Roster) -> told.RosterSet:
    if not 0 < len(roster.label.strip()) <= 160 or len(roster.commune) > 8 or len(roster.place) > 60:
        raise Rejected("directory.roster_without_label", roster=roster.key)
    return told.RosterSet(roster=roster, scope=roster.scope)


def _get_roster(rosters: Mapping[str, Roster], key: str) -> Roster:
    found = rosters.get(key)
    if found is None:
        raise Rejected("directory.roster.not_found", roster=key)
    return found


def _remove_roster(state: DirectoryState, action: ask.RemoveRoster, context: Context) -> Iterator[Event]:
    roster = _get_roster(state.rosters, action.roster)
    yield told.RosterRemoved(roster=roster.key, scope=roster.scope)


def _set_duty(state: DirectoryState, action: ask.SetDuty, context: Context) -> Iterator[Event]:
    roster = _get_roster(state.rosters, action.roster)
    yield _duty_set(roster, action, state.by_key, lambda contact: contact in state.contacts)


def _duty_set(
    roster: Roster, asked: ask.SetDuty | ask.FileDuty, by_key: Mapping[str, UUID], known: Callable[[UUID], bool]
) -> told.DutySet:
    if asked.begin >= asked.end:
        raise Rejected("directory.empty_period", roster=roster.key)
    slots = []
    for turn in asked.turns:
        contact = turn.contact or by_key.get(turn.key)
        if contact is None or not known(contact):
            raise Rejected("directory.not_found", contact=str(turn.contact or turn.key))
        if not asked.begin <= turn.begin < turn.end <= asked.end:
            raise Rejected("directory.outside_period", roster=roster.key, begin=turn.begin, end=turn.end)
        slots.append(Slot(contact, turn.begin, turn.end))
    slots.sort(key=lambda slot: (slot.begin, slot.end, str(slot.contact)))
    return told.DutySet(
        roster=roster.key, begin=asked.begin, end=asked.end, slots=tuple(dict.fromkeys(slots)), scope=roster.scope
    )


def _import(state: DirectoryState, action: ask.Import, context: Context) -> Iterator[Event]:
    by_key, made = dict(state.by_key), set[UUID]()
    for entry in action.contacts:
        event = entry_set(state, entry, by_key, made, context)
        if event is not None:
            yield event
    rosters = dict(state.rosters)
    for roster in action.rosters:
        if rosters.get(roster.key) != roster:
            yield _roster_set(roster)
        rosters[roster.key] = roster
    for duty in action.duties:
        roster = _get_roster(rosters, duty.roster)
        found = _duty_set(roster, duty, by_key, lambda contact: contact in made or contact in state.contacts)
        if replaced(state.slots.get(roster.key, ()), found) != state.slots.get(roster.key, ()):
            yield found


def entry_set(
    state: DirectoryState, entry: ask.Entry, by_key: dict[str, UUID], made: set[UUID], context: Context
) -> told.ContactSet | None:
    """Return what one line of a file makes, nothing when it is already so; `by_key` and `made` follow the file."""
    if not entry.key:
        raise Rejected("directory.key_needed", organisation=entry.organisation)
    contact = by_key.get(entry.key)
    if contact in made:
        raise Rejected("directory.key_taken", key=entry.key)
    event = _contact_set(contact or context.ids.new(), entry, context)
    by_key[entry.key] = event.contact
    made.add(event.contact)
    return event if contact is None or not _says(state.contacts[contact], event) else None


def _says(contact: Contact, event: told.ContactSet) -> bool:
    """Tell whether a contact already says all that an event would, its end date aside."""
    if contact.person != read_person(event.person):
        return False
    names = [name for name in event.__struct_fields__ if name not in {"contact", "scope", "until", "person"}]
    return all(getattr(contact, name) == getattr(event, name) for name in names)


def replaced(slots: Sequence[Slot], event: told.DutySet) -> tuple[Slot, ...]:
    """Return the slots of a roster after a period was set: those across its edges are cut there."""
    kept: list[Slot] = list(event.slots)
    for slot in slots:
        if slot.begin < event.begin:
            kept.append(Slot(slot.contact, slot.begin, min(slot.end, event.begin)))
        if slot.end > event.end:
            kept.append(Slot(slot.contact, max(slot.begin, event.end), slot.end))
    return tuple(sorted(kept, key=lambda slot: (slot.begin, slot.end, str(slot.contact))))


def _call(state: DirectoryState, action: ask.Call, context: Context) -> Iterator[Event]:
    if action.local is not None and action.local in state.locals:
        return
    if context.happened_at > context.now + FUTURE_TOLERANCE:
        raise Rejected("directory.future", at=context.happened_at)
    contact = get(state, action.contact)
    about = context.city.incidents.find(action.incident) if action.incident else None
    if about is not None and about.masked and not context.rights.allows("view", about.scope):
        raise Rejected("directory.masked", number=about.number)
    yield told.Called(
        call=context.ids.new(),
        contact=contact.id,
        label=contact.label,
        outcome=action.outcome,
        incident=action.incident,
        phone=action.phone,
        local=action.local,
        # who was called for a masked event says what it is about
        scope=about.scope if about is not None and about.masked else contact.scope,
    )


def _expire(state: DirectoryState, action: ask.Expire, context: Context) -> Iterator[Event]:
    for contact in state.contacts.values():
        if contact.person is not None and contact.until is not None and contact.until <= context.now:
            yield _forgotten(state, contact, "time")


def _forget(state: DirectoryState, action: ask.Forget, context: Context) -> Iterator[Event]:
    for contact in state.contacts.values():
        if contact.person is None:
            continue
        by_time = action.before is not None and contact.set_at < action.before
        by_line = action.position is not None and action.position == max(state.traces.get(contact.id, (0,)))
        if by_time or by_line:
            yield _forgotten(state, contact, "erased")


_DECIDED: dict[type[Action], Callable[[DirectoryState, Any, Context], Iterator[Event]]] = {
    ask.SetContact: _set_contact,
    ask.RemoveContact: _remove_contact,
    ask.ForgetPerson: _forget_person,
    ask.SetRoster: _set_roster,
    ask.RemoveRoster: _remove_roster,
    ask.SetDuty: _set_duty,
    ask.Import: _import,
    ask.Call: _call,
    ask.Expire: _expire,
    ask.Forget: _forget,
}
