"""Readings of the directory: search, one contact, rosters with their gaps, the log of calls, what is printed."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import Parameter

from beffroi.access.actions import NoteReading
from beffroi.directory import store
from beffroi.directory.api_import import routes as import_routes
from beffroi.directory.logic import get as get_contact
from beffroi.directory.search import Found, Hit, OnDuty, on_duty, search, somebody
from beffroi.directory.types import Contact, DirectoryState, Roster, Slot
from beffroi.model.ports import City
from beffroi.model.time import DAY, Micros
from beffroi.trade.doors import Caller, View, acting_for
from beffroi.trade.filters import scope_condition
from beffroi.trade.rejected import Rejected

FOREVER = 2**62
READING_S = 3_600.0
PRINTED = 2 * DAY


class CallView(msgspec.Struct):
    """One call of the log."""

    id: UUID
    contact: UUID
    label: str
    outcome: str
    incident: UUID | None
    phone: str
    called_at: Micros
    recorded_at: Micros
    author: UUID | None


class CallPage(msgspec.Struct):
    """Calls, newest first."""

    items: list[CallView]


class ContactView(msgspec.Struct):
    """One contact, for what it is on duty, and the last calls to it."""

    contact: Contact
    duty: list[OnDuty]
    calls: list[CallView]


class RosterView(msgspec.Struct):
    """A roster over a period: its slots, and the times that name nobody."""

    roster: Roster
    slots: list[Slot]
    gaps: list[tuple[Micros, Micros]]
    names: dict[str, str]
    """How the contacts of the slots are called, by id."""


class RosterPage(msgspec.Struct):
    """Rosters by commune then label."""

    begin: Micros
    end: Micros
    items: list[RosterView]


class Duty(msgspec.Struct):
    """Who is on duty, on paper."""

    roster: str
    place: str
    begin: Micros
    end: Micros
    contact: Contact


class Pack(msgspec.Struct):
    """The directory as it is kept for the hour when the post falls."""

    at: Micros
    duties: list[Duty]
    missing: list[str]
    contacts: list[Contact]


class Readings:
    """Has the reading of personal data journalled, once an hour for one reader and one list."""

    def __init__(self, view: View[Any]) -> None:
        self._view = view
        self._told: dict[tuple[UUID | None, str], float] = {}

    async def note(self, caller: Caller, what: str, contacts: Sequence[Contact]) -> None:
        """Record that a caller reads contacts, when some name a person."""
        people = sum(contact.person is not None for contact in contacts)
        now, reader = self._view.clock.monotonic(), (caller.actor.id, what)
        if people and now - self._told.get(reader, -READING_S) >= READING_S:
            self._told[reader] = now
            await self._view.executor.execute(NoteReading(what=what, count=people), acting_for(caller))


def name_of(contact: Contact) -> str:
    """Return how a contact is called: the person, else the function."""
    return contact.person.name if contact.person else contact.label


def gaps_of(slots: Sequence[Slot], begin: Micros, end: Micros) -> list[tuple[Micros, Micros]]:
    """Return the parts of a period that no slot covers; the slots come in order of begin."""
    gaps, reached = [], begin
    for slot in slots:
        if slot.begin >= end:
            break
        if slot.begin > reached:
            gaps.append((reached, slot.begin))
        reached = max(reached, slot.end)
    if reached < end:
        gaps.append((reached, end))
    return gaps


def pack_of(state: DirectoryState, at: Micros, caller: Caller) -> Pack:
    """Return all that a caller may read of the directory, and who is on duty in the coming two days."""
    seen = [contact for contact in state.contacts.values() if caller.sees(contact.scope)]
    visible = {contact.id: contact for contact in seen}
    duties = [
        Duty(roster.label, roster.place, slot.begin, slot.end, visible[slot.contact])
        for roster in state.rosters.values()
        for slot in state.slots.get(roster.key, ())
        if slot.begin < at + PRINTED and slot.end > at and slot.contact in visible
    ]
    now = on_duty(state, at)
    rosters = [roster for roster in state.rosters.values() if caller.sees(roster.scope)]
    return Pack(
        at,
        sorted(duties, key=lambda one: (one.roster, one.begin)),
        sorted(roster.label for roster in rosters if not somebody(state, now[roster.key])),
        sorted(seen, key=lambda one: (one.category, one.place, one.label)),
    )


def routes(view: View[DirectoryState], zone: str) -> Sequence[Any]:
    """Return the handlers of the directory; `zone` is where days of files begin."""
    readings = Readings(view)

    @get("/", summary="Find whom to call: name, initials, function, commune, « astreinte à Chenôve »; empty: on duty")
    async def find(
        caller: Caller,
        q: Annotated[str, Parameter(max_length=120)] = "",
        at: Annotated[Micros, Parameter(ge=0, le=FOREVER)] = 0,
        limit: Annotated[int, Parameter(ge=1, le=200)] = 30,
    ) -> Found:
        found = search(view.state, q, at or view.clock.now(), caller, limit)
        await readings.note(caller, "directory", [hit.contact for hit in found.items])
        return found

    @get("/print", summary="The directory whole, with who is on duty: kept by seats for when the post falls")
    async def print_(caller: Caller) -> Pack:
        pack = pack_of(view.state, view.clock.now(), caller)
        await readings.note(caller, "directory pack", pack.contacts)
        return pack

    return [
        find,
        print_,
        _one(view, readings),
        _rosters(view, readings),
        _calls(view),
        _expiring(view, readings),
        *import_routes(view, zone),
    ]


def _one(view: View[DirectoryState], readings: Readings) -> Any:
    @get("/{contact:uuid}", summary="Read one contact with the last calls to it")
    async def read(caller: Caller, contact: UUID) -> ContactView:
        found = get_contact(view.state, contact)
        if not caller.sees(found.scope):
            raise Rejected("directory.not_found", contact=str(contact))
        await readings.note(caller, "directory", [found])
        rows = await view.reader.fetch(
            f"SELECT {store.CALL_COLUMNS} FROM directory_call WHERE contact = %s ORDER BY called_at DESC LIMIT 20",
            (contact,),
        )
        hit: Hit = Hit(found, _duty_of(view.state, contact, view.clock.now()))
        return ContactView(hit.contact, hit.duty, _open_to(caller, view.city, rows))

    return read


def _duty_of(state: DirectoryState, contact: UUID, at: Micros) -> list[OnDuty]:
    return [
        OnDuty(key, state.rosters[key].label, slot.end)
        for key, slots in on_duty(state, at).items()
        for slot in slots
        if slot.contact == contact
    ]


def _rosters(view: View[DirectoryState], readings: Readings) -> Any:
    @get("/rosters", summary="List the duty rosters over a period, with their gaps")
    async def list_rosters(
        caller: Caller,
        begin: Annotated[Micros, Parameter(ge=0, le=FOREVER)],
        end: Annotated[Micros, Parameter(ge=0, le=FOREVER)],
    ) -> RosterPage:
        if end <= begin:
            raise Rejected("directory.empty_period", roster="")
        state = view.state
        shown = sorted(
            (roster for roster in state.rosters.values() if caller.sees(roster.scope)),
            key=lambda roster: (roster.place, roster.label),
        )
        items = [_roster_view(state, roster, begin, end) for roster in shown]
        named = {slot.contact: state.contacts[slot.contact] for item in items for slot in item.slots}
        await readings.note(caller, "directory", list(named.values()))
        return RosterPage(begin, end, items)

    return list_rosters


def _roster_view(state: DirectoryState, roster: Roster, begin: Micros, end: Micros) -> RosterView:
    slots = [slot for slot in state.slots.get(roster.key, ()) if slot.begin < end and slot.end > begin]
    names = {str(slot.contact): name_of(state.contacts[slot.contact]) for slot in slots}
    held = [slot for slot in slots if state.contacts[slot.contact].answers]
    return RosterView(roster, slots, gaps_of(held, begin, end), names)


def _expiring(view: View[DirectoryState], readings: Readings) -> Any:
    @get("/expiring", summary="List the people whose data are erased soon, the first first")
    async def expiring(caller: Caller, days: Annotated[int, Parameter(ge=1, le=366)] = 30) -> list[Contact]:
        if not caller.rights.names("directory"):
            raise Rejected("forbidden", right="directory")
        found = [one for one in expiring_of(view.state, view.clock.now() + days * DAY) if caller.sees(one.scope)]
        await readings.note(caller, "directory", found)
        return found

    return expiring


def expiring_of(state: DirectoryState, before: Micros) -> list[Contact]:
    """List the contacts whose person is erased before a time, the first first."""
    found = [one for one in state.contacts.values() if one.person and one.until is not None and one.until < before]
    return sorted(found, key=lambda one: (one.until or 0, str(one.id)))


def _open_to(caller: Caller, city: City, rows: Iterable[tuple[Any, ...]]) -> list[CallView]:
    """Return the calls that a caller may know: none about an event masked to him, since then or before."""
    found = [CallView(*row) for row in rows]
    about = {one.incident: city.incidents.find(one.incident) for one in found if one.incident}
    hidden = {name for name, facts in about.items() if facts and facts.masked and not caller.sees(facts.scope)}
    return [one for one in found if one.incident not in hidden]


def _calls(view: View[DirectoryState]) -> Any:
    @get("/calls", summary="List the calls made, newest first")
    async def list_calls(
        caller: Caller,
        incident: UUID | None = None,
        since: Annotated[Micros, Parameter(ge=0)] = 0,
        until: Annotated[Micros, Parameter(ge=0, le=FOREVER)] = FOREVER,
        limit: Annotated[int, Parameter(ge=1, le=1000)] = 200,
    ) -> CallPage:
        condition, params = scope_condition(caller, "view")
        about = "AND incident = %(incident)s" if incident else ""
        rows = await view.reader.fetch(
            f"SELECT {store.CALL_COLUMNS} FROM directory_call WHERE called_at >= %(since)s AND called_at < %(until)s"
            f" {about} AND {condition} ORDER BY called_at DESC LIMIT %(limit)s",
            {**params, "incident": incident, "since": since, "until": until, "limit": limit},
        )
        return CallPage(_open_to(caller, view.city, rows))

    return list_calls
