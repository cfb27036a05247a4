"""What people, crews and orders make of events: who has one, when its clocks stop, what its time line holds."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from beffroi.access.events import AccountDisabled
from beffroi.dispatch import events as di
from beffroi.incidents import actions as ac
from beffroi.incidents import events as ev
from beffroi.journal.query import JournalLine
from beffroi.logbook.actions import Note
from beffroi.model.actor import Actor
from beffroi.orders import events as order
from beffroi.orders.types import Selection
from beffroi.procedures.calls.telling import progress
from beffroi.procedures.events.clocks import follow
from beffroi.procedures.events.hands import hand_on
from beffroi.procedures.events.orders import link_order, name_of
from beffroi.procedures.events.timeline import _items
from beffroi.procedures.lines import incidents as incident_lines
from beffroi.seats.events import ReliefSigned
from beffroi.trade.line import Line
from beffroi.trade.rejected import Rejected
from tests.incidents.room import CABINET, CAMILLE, D1, DOMINIQUE, NOON, Room, joined_pair, light

A1, A2, A3 = (UUID(int=50 + n) for n in range(3))


def test_an_event_asked_for_an_alarm_is_taken_by_whoever_asked() -> None:
    room = Room()
    asked = ac.React(alarm=A1, asset=CABINET, kind="cabinet", alarm_class="mute", priority=3, by=CAMILLE)
    opened, taken = room.do(asked, None)
    assert isinstance(opened, ev.Opened) and isinstance(taken, ev.Taken)
    assert (room.held(A1).state, room.held(A1).taken_by) == ("taken", CAMILLE)
    # asked again, there is nothing to open
    assert room.do(asked, None) == []


def test_whoever_engages_somebody_on_an_event_that_nobody_has_has_it() -> None:
    room = Room()
    one = room.open("mât couché")
    engaged = di.Engaged(engagement=A1, incident=one.id, trade="lighting", crew=A2, move=A3)
    (asked,) = follow(Line(1, 9, 5, Actor("person", CAMILLE), None, engaged), room.city)
    told, taken = room.do(asked, None)
    assert isinstance(told, ev.ClockSet) and isinstance(taken, ev.Taken)
    assert (one.state, one.taken_by) == ("in_progress", CAMILLE)
    # the next one engaged, by somebody else, changes nothing of who has it
    again = msgspec.structs.replace(asked, move=A1, by=A2)
    assert [type(made) for made in room.do(again, None)] == [ev.ClockSet]
    assert one.taken_by == CAMILLE


def test_what_engages_without_a_person_takes_nothing() -> None:
    room = Room()
    one = room.open("mât couché")
    engaged = di.Engaged(engagement=A1, incident=one.id, trade="lighting", crew=A2, move=A3)
    (asked,) = follow(Line(1, 9, 5, Actor("system"), None, engaged), room.city)
    room.do(asked, None)
    assert (one.state, one.taken_by) == ("in_progress", None)


def test_the_lines_opened_and_taken_call_an_event_alike() -> None:
    room = Room()
    room.trips(A1)
    room.do(ac.Take(incident=room.held(A1).id))
    notes = [made for line in room.lines for made in incident_lines.note(line, room.city)]
    assert [one.code for one in notes] == ["incidents.note.opened", "incidents.note.taken"]
    assert {one.params["label_fr"] for one in notes} == {"Départ 1 déclenché"}
    assert {one.params["label_en"] for one in notes} == {"Circuit 1 tripped"}


def test_what_was_taken_over_is_said_with_whose_it_was() -> None:
    room = Room()
    one = room.open(asset=D1)
    room.do(ac.Take(incident=one.id))
    room.do(ac.Take(incident=one.id, over=CAMILLE), DOMINIQUE)
    (said,) = incident_lines.note(room.lines[-1], room.city)
    assert isinstance(said, Note)
    assert (said.code, said.params["whose"]) == ("incidents.note.taken_over", str(CAMILLE))


def test_a_caller_is_not_told_again_when_an_event_changes_hands() -> None:
    room = Room()
    one = room.open(asset=D1)
    room.do(ac.Take(incident=one.id))
    assert len(progress(room.lines[-1], room.city)) == 1
    room.do(ac.Take(incident=one.id, over=CAMILLE), DOMINIQUE)
    assert progress(room.lines[-1], room.city) == []


def test_a_signed_releve_hands_on_what_the_outgoing_had() -> None:
    room = Room()
    seen, hidden = room.open(asset=D1), room.open("rixe")
    for one in (seen, hidden):
        room.do(ac.Take(incident=one.id))
    signed = ReliefSigned(relief=A1, seat=A2, desks=("lighting",), incoming=DOMINIQUE, outgoing=CAMILLE, digest="")
    for action in hand_on(Line(1, 9, 9, Actor("person", DOMINIQUE), None, signed), room.city):
        if isinstance(action, ac.HandOn):
            made = room.do(action, None)
    assert hidden.masked and [type(one) for one in made] == [ev.Taken]
    # what is masked stays with who left: whoever sees it takes it over at once
    assert (seen.taken_by, hidden.taken_by) == (DOMINIQUE, CAMILLE)
    assert incident_lines.note(room.lines[-1], room.city) == []


def test_a_releve_takes_nothing_from_who_goes_on_at_another_seat() -> None:
    room = Room()
    one = room.open(asset=D1)
    room.do(ac.Take(incident=one.id))
    room.there = {CAMILLE}
    assert room.do(ac.HandOn(holder=CAMILLE, to=DOMINIQUE), None) == []


def test_what_a_closed_account_had_goes_back_to_the_desk() -> None:
    room = Room()
    one = room.open(asset=D1)
    room.do(ac.Take(incident=one.id))
    for action in hand_on(Line(1, 9, 9, Actor("person", A1), None, AccountDisabled(account=CAMILLE)), room.city):
        if isinstance(action, ac.HandOn):
            room.do(action, None)
    assert (one.taken_by, one.state) == (None, "new")


def test_an_order_given_for_an_event_is_linked_and_told() -> None:
    room = Room()
    one = room.open("mât couché")
    asked = order.Requested(
        order=A3,
        command="level_pct",
        value=100.0,
        until=NOON,
        selection=Selection(assets=(light(3), light(4))),
        targets=(3, 4),
        excluded={},
        scopes=(),
        not_after=NOON,
        digest="",
        incident=one.id,
    )
    (link,) = link_order(Line(1, NOON, NOON, Actor("system"), None, asked), room.city)
    room.do(link, None)
    assert [(held.kind, held.id) for held in one.links] == [("order", A3)]
    (note,) = incident_lines.note(room.lines[-1], room.city)
    assert note.incident == one.id and note.params["order_fr"].startswith("2 points à 100 % jusqu'à ")
    waits = msgspec.structs.replace(asked, approve_before=NOON, until=None)
    assert name_of(waits)["en"] == "2 points, back to programme (second person asked)"


def test_a_crew_told_by_voice_stops_the_clock_of_its_event() -> None:
    room = Room()
    one = room.open("mât couché")
    told: dict[str, Any] = {"engagement": A1, "incident": one.id, "crew": A2, "agent": None, "before": "en_route"}
    moved = di.CrewMoved(**told, move=A3, state="on_site", channel="radio")
    (asked,) = follow(Line(1, 9, 5, Actor("system"), None, moved), room.city)
    assert asked == ac.SetClock(incident=one.id, clock="on_site", move=A3, channel="radio")
    over = di.CrewMoved(**told, move=A3, state="available", channel="radio")
    assert follow(Line(1, 9, 5, Actor("system"), None, over), room.city) == []


def test_an_hour_corrected_by_the_crew_is_corrected_on_the_clock() -> None:
    room = Room()
    one = room.open("mât couché")
    room.do(ac.SetClock(incident=one.id, clock="on_site", move=A3), None)
    same = ac.SetClock(incident=one.id, clock="on_site", move=A3, corrects=A3)
    assert room.do(same, None) == []
    room.do(same, None, at=NOON + 3)
    assert one.clock("on_site") == NOON + 3
    room.do(ac.SetClock(incident=one.id, clock="on_site", move=A3, corrects=A3, at=NOON - 9), None)
    assert one.clock("on_site") == NOON - 9


def test_an_order_for_an_event_just_joined_or_closed_is_in_its_report() -> None:
    room = Room()
    one, other = joined_pair(room, A1, A2)
    room.do(ac.LinkTo(incident=other.id, kind="order", id=A3, why="ordre"), None)
    assert [link.id for link in one.links if link.kind == "order"] == [A3]
    room.do(ac.Close(incident=one.id, cause="protection", result="repaired", skipped="not_needed"))
    late = UUID(int=59)
    room.do(ac.LinkTo(incident=one.id, kind="order", id=late, why="ordre"), None)
    assert [link.id for link in one.links if link.kind == "order"] == [A3, late]
    assert one.state == "closed"
    with pytest.raises(Rejected) as refusal:
        room.do(ac.LinkTo(incident=one.id, kind="order", id=late, why="ordre"), None)
    assert refusal.value.code == "incidents.already_linked"


def test_an_order_is_once_on_the_time_line_and_without_its_points() -> None:
    def told(position: int, kind: str, data: dict[str, Any]) -> JournalLine:
        fields: dict[str, Any] = dict.fromkeys(JournalLine.__struct_fields__)
        return JournalLine(**{**fields, "position": position, "happened_at": 1, "recorded_at": 1, "type": kind,
                              "actor": Actor("system"), "data": data})  # fmt: skip

    asked = told(1, "orders.requested", {"order": str(A3), "targets": list(range(34_000))})
    linked = told(2, "incidents.linked", {"link": {"id": str(A3), "kind": "order"}, "number": "2025-0001"})
    assert [item.type for item in _items([asked, linked])] == ["incidents.linked"]
    (alone,) = _items([asked])
    assert alone.params == {"order": str(A3)}
    (changed,) = _items([told(3, "incidents.corrected", {"changed": ["what"]})])
    assert changed.params == {"changed": ["what"]}
