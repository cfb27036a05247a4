"""What alarms make of events: one for each cause, joined with the reason, closure proposed when the cause leaves."""

from typing import Any
from uuid import UUID

from beffroi.alarms import events as al
from beffroi.dispatch import events as di
from beffroi.incidents import actions as ac
from beffroi.incidents import events as ev
from beffroi.incidents.types import Closing
from beffroi.model.actor import Actor
from beffroi.model.scope import Scope
from beffroi.procedures.incident_alarms import gather_events, open_events, propose_closure
from beffroi.procedures.incident_clocks import follow
from beffroi.trade.line import Line
from tests.incidents.room import CABINET, D1, D2, Room, light

A1, A2, A3 = (UUID(int=50 + n) for n in range(3))


def test_a_cause_opens_one_event_and_tells_why() -> None:
    room = Room()
    (made,) = room.trips(A1)
    assert isinstance(made, ev.Opened)
    assert (made.category, made.source, made.priority) == ("circuit_tripped", "alarm", 2)
    assert (made.reason, made.reason_params["code"]) == ("incidents.why.alarm", "A045/D1")
    assert room.trips(A1) == []


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
    room.do(ac.Close(incident=one.id, cause=again.cause, result=again.result))
    assert one.state == "closed"


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
    (back,) = propose_closure(line(al.LeftOver(**told, state="normal", back=77)), city)
    assert back == ac.NoteReturn(alarm=A1, back=77, left=0)
    returned = {**told, "at": 5, "state": "normal", "outcome": "alarm"}
    assert propose_closure(line(al.Returned(**returned, settle_at=9)), city) == []
    assert propose_closure(line(al.Returned(**returned)), city) == [ac.NoteReturn(alarm=A1)]
    (gathered,) = gather_events(line(al.Folded(**told, children=(A2, A3), reason="x")), city)
    assert isinstance(gathered, ac.Gather)
    assert gathered.children == (A2, A3)


def test_a_crew_told_by_voice_stops_the_clock_of_its_event() -> None:
    room = Room()
    one = room.open("mât couché")
    told: dict[str, Any] = {"engagement": A1, "incident": one.id, "crew": A2, "agent": None, "before": "en_route"}
    moved = di.CrewMoved(**told, move=A3, state="on_site", channel="radio")
    (asked,) = follow(Line(1, 9, 5, Actor("system"), None, moved), room.city)
    assert asked == ac.SetClock(incident=one.id, clock="on_site", move=A3, channel="radio")
    over = di.CrewMoved(**told, move=A3, state="available", channel="radio")
    assert follow(Line(1, 9, 5, Actor("system"), None, over), room.city) == []
