"""What alarms make of events: one for each cause, joined with the reason, closure proposed when the cause leaves."""

from typing import Any
from uuid import UUID

from beffroi.alarms import events as al
from beffroi.alarms.actions import AcknowledgeReturned
from beffroi.incidents import actions as ac
from beffroi.incidents import events as ev
from beffroi.incidents.categories import category_of_alarm
from beffroi.incidents.rows import incident_row
from beffroi.incidents.types import Closing
from beffroi.model.actor import Actor
from beffroi.model.scope import Scope
from beffroi.procedures.events.alarms import acknowledge_returned, gather_events, open_events, propose_closure
from beffroi.trade.line import Line
from tests.incidents.room import CABINET, D1, D2, Room, joined_pair, light

A1, A2, A3 = (UUID(int=50 + n) for n in range(3))


def test_a_cause_opens_one_event_and_tells_why() -> None:
    room = Room()
    (made,) = room.trips(A1)
    assert isinstance(made, ev.Opened)
    assert (made.category, made.source, made.priority) == ("circuit_tripped", "alarm", 2)
    assert (made.reason, made.reason_params["code"]) == ("incidents.why.alarm", "A045/D1")
    assert room.trips(A1) == []


def test_what_gives_no_sign_of_life_is_a_link_until_somebody_knows_better() -> None:
    cabinet, building = (category_of_alarm(kind, "mute", trade) for kind, trade in
                         (("cabinet", "lighting"), ("building", "building_security")))  # fmt: skip
    assert (cabinet.name, cabinet.cause) == ("cabinet_mute", "link")
    assert (building.name, building.cause) == ("building_mute", "link")
    assert category_of_alarm("gateway", "mute", "lighting").name == "gateway_mute"
    assert category_of_alarm("cabinet", "no_mains", "lighting").cause == "mains"


def test_an_alarm_of_what_the_event_feeds_joins_it() -> None:
    room = Room()
    room.trips(A1)
    (made,) = room.trips(A2, light(3), "outage")
    assert isinstance(made, ev.Linked)
    assert made.link.reason == "incidents.why.feeder"
    assert len(room.state.open) == 1


def test_an_event_that_people_opened_there_takes_the_alarm() -> None:
    room = Room()
    one = room.open("toute la rue est éteinte", asset=D1)
    (made,) = room.trips(A1)
    assert isinstance(made, ev.Linked)
    assert room.held(A1) is one


def test_an_alarm_on_the_lamp_of_a_joined_event_opens_no_second_one() -> None:
    room = Room()
    one, into = room.open("lampadaire éteint", asset=light(3)), room.open("toute la rue est éteinte", asset=D2)
    room.do(ac.Join(incident=one.id, into=into.id, why="même rue"))
    (made,) = room.trips(A1, light(3), "outage")
    assert isinstance(made, ev.Linked)
    assert room.held(A1) is into
    assert room.city.incidents.find_open_of(light(3)).id == into.id  # type: ignore[union-attr]


def test_a_parted_alarm_opens_its_own_event_and_never_returns() -> None:
    room = Room()
    room.trips(A1)
    room.trips(A2, light(3), "outage")
    first = room.held(A2)
    room.do(ac.Unlink(incident=first.id, id=A2, reason="not_same_cause"))
    (made,) = room.trips(A2, light(3), "outage")
    assert isinstance(made, ev.Opened)
    assert room.held(A2) is not first
    # the same fault again is another alarm on the same lamp: it finds its own event, not the one it was parted from
    (again,) = room.trips(A3, light(3), "outage")
    assert room.held(A3) is room.held(A2)
    assert isinstance(again, ev.Linked)


def test_closure_is_proposed_when_the_last_alarm_that_stood_is_parted() -> None:
    room = Room()
    room.trips(A1)
    room.trips(A2, light(3), "outage")
    one = room.held(A1)
    room.do(ac.NoteReturn(alarm=A1), None)
    assert one.closing is None
    room.do(ac.Unlink(incident=one.id, id=A2, reason="not_same_cause"))
    assert one.closing is not None and one.closing.reason == "incidents.why.parted"
    assert incident_row(room.state, one, room.city).closing == one.closing
    # what a person reported is closed by people
    told = room.open("lampadaire éteint", asset=light(4))
    room.trips(A3, light(4), "outage")
    room.do(ac.Unlink(incident=told.id, id=A3, reason="mistake"))
    assert told.closing is None


def test_the_events_of_what_a_cabinet_explains_become_one() -> None:
    room = Room()
    room.trips(A1, D1)
    room.trips(A2, D2)
    first, second = room.held(A1), room.held(A2)
    room.do(
        ac.Gather(alarm=A3, asset=CABINET, children=(A1, A2), name={"fr": "Armoire sans tension", "en": "No mains"}),
        None,
    )
    assert room.held(A3) is first
    assert (second.state, second.into, second.reason) == ("joined", first.id, "incidents.why.explained")
    assert room.trips(A3, CABINET, "no_mains") == []
    assert len(room.state.open) == 1


def test_an_undone_join_is_not_made_again_by_a_reaction() -> None:
    room = Room()
    room.trips(A1, D1)
    room.trips(A2, D2)
    gather = ac.Gather(alarm=A3, asset=CABINET, children=(A1, A2))
    room.do(gather, None)
    second = room.held(A2)
    room.do(ac.UndoJoin(incident=second.id, reason="not_same_cause"))
    assert room.do(gather, None) == []
    assert second.open


def proposed(room: Room, alarm: UUID) -> Closing | None:
    return room.held(alarm).closing


def test_the_return_of_the_cause_proposes_the_closure_and_its_coming_back_withdraws_it() -> None:
    room = Room()
    room.trips(A1)
    one = room.held(A1)
    room.do(ac.NoteReturn(alarm=A1, back=77, left=3), None)
    closing = proposed(room, A1)
    assert closing is not None
    assert (closing.cause, closing.result, closing.reason) == ("protection", "back", "incidents.why.left")
    room.trips(A1)
    assert proposed(room, A1) is None
    room.do(ac.NoteReturn(alarm=A1), None)
    again = proposed(room, A1)
    assert again is not None
    (closed,) = room.do(ac.Close(incident=one.id, cause=again.cause, result=again.result))
    assert one.state == "closed"
    assert acknowledge_returned(room.lines[-1], room.city) == [AcknowledgeReturned(alarms=(A1,))]
    assert isinstance(closed, ev.Closed)


def test_closure_waits_for_the_last_cause_and_for_people_where_people_reported() -> None:
    room = Room()
    room.trips(A1)
    room.trips(A2, light(3), "outage")
    room.do(ac.NoteReturn(alarm=A1), None)
    assert proposed(room, A1) is None
    room.do(ac.NoteReturn(alarm=A2), None)
    assert proposed(room, A1) is not None
    mast = room.open("mât couché", asset=D2)
    room.trips(A3, D2)
    room.do(ac.NoteReturn(alarm=A3), None)
    assert mast.closing is None


def test_the_port_tells_the_other_rooms_what_they_may_know() -> None:
    room = Room()
    room.trips(A1)
    port = room.city.incidents
    found = port.find_open_of(light(3))
    assert found is not None
    assert (found.number, found.label, found.category) == ("2025-0001", "Départ 1 déclenché", "circuit_tripped")
    police = room.open("rixe", asset=D2)
    hidden = port.find(police.id)
    assert hidden is not None
    assert (hidden.label, hidden.category, hidden.masked) == (
        "Intervention en cours, ne pas engager d'équipe", "", True,
    )  # fmt: skip
    assert [one.number for one in port.list_open()] == ["2025-0001", "2025-0002"]


def line(event: al.AlarmEvent) -> Line:
    return Line(1, 5, 5, Actor("system"), None, event)


def test_which_lines_of_the_alarms_ask_for_what() -> None:
    city = Room().city
    told: dict[str, Any] = {"alarm": A1, "asset": D1, "scope": Scope("21231", "lighting", "circuit")}
    raised = {**told, "index": 1, "kind": "circuit", "alarm_class": "tripped", "outcome": "alarm", "at": 5}
    (asked,) = open_events(line(al.Raised(**raised, priority=2)), city)
    assert isinstance(asked, ac.React)
    assert (asked.alarm, asked.alarm_class) == (A1, "tripped")
    for quiet in (
        {"priority": 3},
        {"priority": 2, "parent": A2},
        {"priority": 2, "pending_until": 9},
        {"priority": 1, "late": True},
    ):
        assert open_events(line(al.Raised(**{**raised, **quiet})), city) == []
    person = UUID(int=901)
    (wanted,) = open_events(
        line(al.EventAsked(**told, kind="circuit", alarm_class="mute", priority=3, by=person)), city
    )
    assert isinstance(wanted, ac.React)
    assert (wanted.by, wanted.priority) == (person, 3)
    (back,) = propose_closure(line(al.LeftOver(**told, state="normal", back=77)), city)
    assert back == ac.NoteReturn(alarm=A1, back=77, left=0)
    # a lamp without supply is silent too: one lamp is left, with two alarms
    two = tuple(
        al.Left(one, D2, "A045-85", name, "work", told["scope"]) for one, name in ((A2, "outage"), (A3, "silent"))
    )
    (some,) = propose_closure(line(al.LeftOver(**told, state="returned", back=79, left=two)), city)
    assert some == ac.NoteReturn(alarm=A1, back=79, left=1)
    returned = {**told, "at": 5, "state": "normal", "outcome": "alarm"}
    assert propose_closure(line(al.Returned(**returned, settle_at=9)), city) == []
    assert propose_closure(line(al.Returned(**returned)), city) == [ac.NoteReturn(alarm=A1)]
    (gathered,) = gather_events(line(al.Folded(**told, children=(A2, A3), reason="x")), city)
    assert isinstance(gathered, ac.Gather)
    assert gathered.children == (A2, A3)


def test_the_alarms_of_an_event_joined_leave_with_the_one_that_holds_it() -> None:
    room = Room()
    one, other = joined_pair(room, A1, A2)
    # whoever presses E on it is sent to the one that holds
    assert room.trips(A2, D2) == []
    assert incident_row(room.state, one, room.city).joined[0].alarms == [A2]
    (closed,) = room.do(ac.Close(incident=one.id, cause="protection", result="repaired", skipped="not_needed"))
    assert isinstance(closed, ev.Closed) and closed.alarms == (A1, A2)
    # it stands or toggles still: nothing open holds it any more
    (opened,) = room.trips(A2, D2)
    assert isinstance(opened, ev.Opened)
    assert room.held(A2).id == opened.incident != other.id


def test_closure_waits_for_the_alarms_of_the_events_joined() -> None:
    room = Room()
    one, other = joined_pair(room, A1, A2)
    room.do(ac.NoteReturn(alarm=A1), None)
    assert not one.closing
    room.do(ac.NoteReturn(alarm=A2), None)
    assert one.closing
    room.do(ac.React(alarm=A2, asset=D2, kind="circuit", alarm_class="tripped", priority=2), None)
    assert (one.closing, other.links[0].gone) == (None, False)
    room.do(ac.NoteReturn(alarm=A2), None)
    room.do(ac.UndoJoin(incident=other.id, reason="not_same_cause"))
    assert other.closing


def test_a_closure_proposed_is_not_offered_while_an_event_joined_since_has_its_alarm() -> None:
    room = Room()
    room.trips(A1)
    room.trips(A2, D2)
    one, other = room.held(A1), room.held(A2)
    room.do(ac.NoteReturn(alarm=A1), None)
    assert incident_row(room.state, one, room.city).closing is not None
    room.do(ac.Join(incident=other.id, into=one.id, why="même poste"))
    assert incident_row(room.state, one, room.city).closing is None
    room.do(ac.UndoJoin(incident=other.id, reason="not_same_cause"))
    assert incident_row(room.state, one, room.city).closing is not None


def test_a_parted_event_proposes_what_the_other_held_back() -> None:
    room = Room()
    one, other = joined_pair(room, A1, A2)
    room.do(ac.NoteReturn(alarm=A1), None)
    room.do(ac.UndoJoin(incident=other.id, reason="not_same_cause"))
    assert (one.closing is not None, other.closing) == (True, None)


def test_nothing_is_gathered_across_compartments() -> None:
    room = Room()
    room.trips(A1)
    room.trips(A2, D2)
    gather = ac.Gather(alarm=A3, asset=CABINET, children=(A1, A2))
    hidden = room.held(A2)
    room.do(ac.Mask(incident=hidden.id, trade="police"))
    assert not [made for made in room.do(gather, None) if isinstance(made, ev.Joined)]
    room = Room()
    room.trips(A1)
    room.trips(A2, D2)
    room.do(ac.Mask(incident=room.held(A1).id, trade="police"))
    assert room.do(ac.Gather(alarm=A1, asset=D1, children=(A2,)), None) == []
