"""The tables of the pack: one small function a table, each reading one room for what its reader may see."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from beffroi import dispatch, duties, incidents, orders, seats
from beffroi.alarms.rows import alarm_row
from beffroi.alarms.types import Alarm
from beffroi.directory.api import name_of, pack_of
from beffroi.directory.types import Contact
from beffroi.dispatch.api import crews_now, on_call_now
from beffroi.incidents.room import MASKED
from beffroi.model.time import Micros
from beffroi.procedures.pack.texts import say
from beffroi.procedures.pack.types import Reader, Section
from beffroi.procedures.paper import local_time
from beffroi.requests.hearing import EAR
from beffroi.requests.rows import known_place
from beffroi.trade.room import Trade

MOST = 200
"""Lines of one table: a night is not more, a storm is counted."""

Make = Callable[[Reader], Section]


def seen(reader: Reader, trade: Trade[Any], topic: str) -> Iterator[Any]:
    """Iterate over the screen rows of a topic that the reader sees."""
    for row in trade.snapshot(reader.rooms.state(trade.name), reader.rooms.city):
        if row.topic == topic and row.data is not None and reader.caller.sees(row.scope):
            yield row.data


def table(reader: Reader, name: str, columns: str, rows: Sequence[list[str]], *, personal: bool = False) -> Section:
    """Return a table cut to what paper holds; `columns` are codes between blanks."""
    return Section(
        name=name,
        title=say(name, reader.lang),
        columns=[say(f"c.{column}", reader.lang) for column in columns.split()],
        rows=list(rows[:MOST]),
        empty=say("none", reader.lang),
        left_out=max(0, len(rows) - MOST),
        personal=personal,
    )


def incidents_table(reader: Reader) -> Section:
    """Return the open events; of a masked one, what everybody may know."""
    known, rows = set(), []
    found = sorted(seen(reader, incidents.TRADE, "incidents"), key=lambda row: (row.priority, row.first_at))
    for row in found:
        known.add(row.id)
        what = " · ".join(filter(None, (_label(row.label, reader), row.what)))
        state = say(f"incident.{row.state}", reader.lang)
        due = min((one.at for one in row.deadlines), default=None)
        who = _name(row.taken_by, reader)
        rows.append([row.number, what, row.place, _at(row.first_at, reader), state, who, _at(due, reader)])
    for row in seen(reader, incidents.TRADE, MASKED):
        if row.id not in known:
            rows.append([row.number, say("masked", reader.lang), row.place, _at(row.first_at, reader), "", "", ""])
    return table(reader, "incidents", "number what where since state who deadline", rows)


def alarms_table(reader: Reader) -> Section:
    """Return the alarms that stand in the queue, the gravest first."""
    return _alarms(reader, "alarms", lambda alarm: alarm.shown, "priority what where since state", _standing)


def withheld_table(reader: Reader) -> Section:
    """Return the alarms taken out of the queue, with the end and the reason."""
    return _alarms(
        reader, "withheld", lambda alarm: bool(alarm.disposition), "what where state until reason", _withheld
    )


def _alarms(
    reader: Reader,
    name: str,
    wanted: Callable[[Alarm], bool],
    columns: str,
    line: Callable[[Any, Reader], list[str]],
) -> Section:
    state, city = reader.rooms.state("alarms"), reader.rooms.city
    chosen = [one for one in list(state.alarms.values()) if wanted(one) and reader.caller.sees(one.scope)]
    chosen.sort(key=lambda one: (one.priority, one.raised_at))
    made = table(reader, name, columns, [line(alarm_row(state, one, city), reader) for one in chosen[:MOST]])
    made.left_out = max(0, len(chosen) - MOST)
    return made


def _standing(row: Any, reader: Reader) -> list[str]:
    state = say(f"alarm.{row.state}", reader.lang)
    priority = say(f"priority.{row.priority}", reader.lang)
    return [priority, _sentence(row, reader), row.place or row.code, _at(row.raised_at, reader), state]


def _withheld(row: Any, reader: Reader) -> list[str]:
    state = say(f"alarm.{row.disposition}", reader.lang)
    end = _at(row.shelved_until, reader)
    return [_sentence(row, reader), row.place or row.code, state, end, say(row.withheld_for, reader.lang)]


def _sentence(row: Any, reader: Reader) -> str:
    return _label(row.label, reader, getattr(row, "label_params", None) or {})


def engagements_table(reader: Reader) -> Section:
    """Return the crews on an event."""
    rows = [
        [row.number, row.crew_name, row.place, say(f"crew.{row.state}", reader.lang), _at(row.since, reader)]
        for row in seen(reader, dispatch.TRADE, "engagements")
        if row.ended_at is None
    ]
    return table(reader, "engagements", "number crew where state since", rows)


def callouts_table(reader: Reader) -> Section:
    """Return the call-outs under way."""
    rows = [
        [row.number, row.label, say(f"call_out.{row.state}", reader.lang), str(row.rank), _at(row.escalate_at, reader)]
        for row in seen(reader, dispatch.TRADE, "callouts")
        if row.ended_at is None
    ]
    return table(reader, "callouts", "number what state rank deadline", rows)


def on_call_table(reader: Reader) -> Section:
    """Return who is on call now, by trade and rank."""
    found = on_call_now(reader.rooms.state("dispatch"), reader.now, reader.caller)
    rows = [
        [one.trade, str(one.rank), one.name, one.phone, f"{one.delay_min} min", _at(one.until, reader)] for one in found
    ]
    return table(reader, "on_call", "trade rank name phone delay until", rows, personal=True)


def crews_table(reader: Reader) -> Section:
    """Return the crews in service; where they are stays out of any pack."""
    found = crews_now(reader.rooms.state("dispatch"), reader.rooms.city, reader.now, reader.caller)
    rows = [[one.name, one.trade, say(f"crew.{one.state}", reader.lang), _at(one.shift_end, reader)] for one in found]
    return table(reader, "crews", "crew trade state until", rows)


def overrides_table(reader: Reader) -> Section:
    """Return the overrides in force, the first to end first."""
    found = sorted(seen(reader, orders.TRADE, "overrides"), key=lambda row: row.until)
    rows = [[row.place, f"{row.level_pct:.0f} %", str(row.points), _at(row.until, reader)] for row in found]
    return table(reader, "overrides", "where level points until", rows)


def locks_table(reader: Reader) -> Section:
    """Return the lock-outs: life safety."""
    found = seen(reader, orders.TRADE, "locks")
    rows = [[row.place, row.holder, row.certificate, _at(row.since, reader)] for row in found]
    return table(reader, "locks", "where holder certificate since", rows, personal=True)


def instructions_table(reader: Reader) -> Section:
    """Return the instructions in force."""
    found = [one for one in seen(reader, duties.TRADE, "instructions") if one.begin <= reader.now < one.end]
    rows = [[one.text, ", ".join(one.desks), _at(one.begin, reader), _at(one.end, reader)] for one in found]
    return table(reader, "instructions", "text desks since until", rows)


def reminders_table(reader: Reader) -> Section:
    """Return the reminders that wait."""
    found = sorted(seen(reader, duties.TRADE, "reminders"), key=lambda one: one.due_at)
    return table(
        reader, "reminders", "at text about", [[_at(one.due_at, reader), one.text, one.about] for one in found]
    )


def routines_table(reader: Reader) -> Section:
    """Return the routines owed next, with their window."""
    found = sorted(
        (one for one in seen(reader, duties.TRADE, "routines") if one.next), key=lambda one: int(one.next.at)
    )
    rows = [
        [_at(one.next.at, reader), _label(one.label, reader), one.desk, f"{_at(one.next.begin, reader)} – "
         f"{_at(one.next.end, reader)}"]
        for one in found
    ]  # fmt: skip
    return table(reader, "routines", "at what desk window", rows)


def requests_table(reader: Reader) -> Section:
    """Return the requests that somebody still owes something: category and place of the register.

    Neither contact nor words: paper and files do not hear of somebody who asks to be forgotten.
    """
    state, city = reader.rooms.state("requests"), reader.rooms.city
    waiting = [one for one in list(state.requests.values()) if one.state in {"recorded", "call_back"}]
    found = sorted((one for one in waiting if reader.caller.sees(one.scope)), key=lambda one: one.happened_at)
    categories = EAR.hearer.lexicon.categories
    rows = [
        [
            one.code,
            _label(categories[one.category].label, reader) if one.category in categories else "",
            known_place(one, city),
            _at(one.happened_at, reader),
            say(f"request.{one.state}", reader.lang),
        ]
        for one in found
    ]
    return table(reader, "requests", "code what where since state", rows)


def desks_table(reader: Reader) -> Section:
    """Return who holds which desk."""
    held = {one.id: one for one in seen(reader, seats.TRADE, "seats")}
    rows = []
    for one in seen(reader, seats.TRADE, "desks"):
        if one.state == "idle":
            continue
        seat = held.get(one.seat)
        who = f"{seat.name} · {_name(seat.account, reader)}" if seat else ""
        rows.append([_label(one.label, reader), who, _at(one.since, reader)])
    return table(reader, "desks", "desk who since", rows)


def duty_table(reader: Reader) -> Section:
    """Return who is on duty in the coming days: elected officials, on-call functions of partners."""
    found = pack_of(reader.rooms.state("directory"), reader.now, reader.caller)
    rows = [
        [
            one.roster,
            one.place,
            name_of(one.contact),
            _phones(one.contact),
            _at(one.begin, reader),
            _at(one.end, reader),
        ]
        for one in found.duties
    ]
    rows += [[label, "", "–", "", "", ""] for label in found.missing]
    return table(reader, "duty", "function where name phone since until", rows, personal=True)


def directory_table(reader: Reader) -> Section:
    """Return the whole directory: paper must not be short of a number."""
    found = pack_of(reader.rooms.state("directory"), reader.now, reader.caller)
    rows = [
        [one.label, one.person.name if one.person else "", _phones(one), one.hours, one.note] for one in found.contacts
    ]
    made = table(reader, "directory", "function name phone hours note", rows, personal=True)
    made.rows, made.left_out = rows, 0
    return made


SECTIONS: Sequence[Make] = (
    incidents_table,
    alarms_table,
    engagements_table,
    callouts_table,
    on_call_table,
    crews_table,
    locks_table,
    overrides_table,
    withheld_table,
    instructions_table,
    reminders_table,
    routines_table,
    requests_table,
    desks_table,
    duty_table,
    directory_table,
)
"""The tables in the order of paper."""


def _at(at: Micros | None, reader: Reader) -> str:
    if at is None:
        return ""
    zone = reader.rooms.zone
    today = local_time(reader.now, zone, day=True)[:10]
    said = local_time(at, zone, day=True)
    return said[11:] if said[:10] == today else f"{said[:5]} {said[11:]}"


def _label(text: Mapping[str, str], reader: Reader, params: Mapping[str, object] | None = None) -> str:
    said = text.get(reader.lang) or text.get("fr") or ""
    for name, value in (params or {}).items():
        said = said.replace(f"{{{name}}}", str(value))
    return said


def _name(account: UUID | None, reader: Reader) -> str:
    if account is None:
        return ""
    known = reader.rooms.state("access").accounts.get(account)
    return (known.name or known.login) if known else ""


def _phones(contact: Contact) -> str:
    own = contact.person.phones if contact.person else ()
    return ", ".join(f"{one.number} ({one.label})" if one.label else one.number for one in (*own, *contact.phones))
