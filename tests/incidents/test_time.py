"""Deadlines that shrink and warn by role, clocks given by voice, files that end."""

from collections.abc import Sequence
from uuid import UUID

from beffroi.incidents import TRADE
from beffroi.incidents import actions as ac
from beffroi.incidents import events as ev
from beffroi.incidents.deadlines import RULES, list_deadlines
from beffroi.incidents.logic import KEEP_PHOTO
from beffroi.model.time import DAY, HOUR, MINUTE, SECOND
from beffroi.trade.event import Event
from tests.incidents.room import NOON, Room


def told(events: Sequence[Event]) -> list[tuple[str, str, str]]:
    return [(one.deadline, one.stage, one.role) for one in events if isinstance(one, ev.Warned)]


def test_a_deadline_warns_its_role_before_it_passes_and_once_when_it_does() -> None:
    room = Room()
    room.open("mât couché")
    assert told(room.time_passes(59 * SECOND)) == []
    assert told(room.time_passes(SECOND)) == [("take", "soon", "operator")]
    assert told(room.time_passes(MINUTE)) == [("take", "passed", "operator")]
    assert told(room.time_passes(3 * MINUTE)) == [("engage", "soon", "shift_supervisor")]
    rest = told(room.time_passes(2 * HOUR))
    assert ("made_safe", "passed", "duty_manager") in rest
    assert told(room.time_passes(DAY)) == []


def test_what_is_done_is_owed_no_more() -> None:
    room = Room()
    one = room.open("mât couché")
    room.do(ac.Take(incident=one.id))
    assert [deadline.kind for deadline in list_deadlines(one)] == ["engage", "on_site", "made_safe"]
    room.do(ac.SetClock(incident=one.id, clock="on_site", move=UUID(int=1), channel="radio"), None)
    assert [deadline.kind for deadline in list_deadlines(one)] == ["made_safe"]
    room.do(ac.Resolve(incident=one.id))
    assert list_deadlines(one) == []
    assert TRADE.next_due(room.state) is None


def test_every_warning_comes_before_its_deadline() -> None:
    assert all(0 < rule.warn < rule.within for rules in RULES.values() for rule in rules)


def test_the_contract_clocks_are_the_times_given_by_voice_corrected_and_taken_back() -> None:
    room = Room()
    one = room.open("mât couché")
    room.now += HOUR
    first, fixed = UUID(int=1), UUID(int=2)
    room.do(ac.SetClock(incident=one.id, clock="on_site", move=first, channel="radio"), None, room.now - 20 * MINUTE)
    assert one.clock("on_site") == room.now - 20 * MINUTE
    assert one.state == "in_progress"
    again = ac.SetClock(incident=one.id, clock="on_site", move=first)
    assert room.do(again, None) == []
    corrected = ac.SetClock(incident=one.id, clock="on_site", move=fixed, channel="radio", corrects=first)
    room.do(corrected, None, room.now - 10 * MINUTE)
    assert one.clock("on_site") == room.now - 10 * MINUTE
    room.do(ac.UnsetClock(incident=one.id, move=fixed), None)
    assert one.clock("on_site") is None


def test_the_first_of_two_crews_stops_the_clock() -> None:
    room = Room()
    one = room.open("mât couché")
    room.now += HOUR
    for number, ago in ((1, 10), (2, 30), (3, 5)):
        room.do(ac.SetClock(incident=one.id, clock="on_site", move=UUID(int=number)), None, room.now - ago * MINUTE)
    assert one.clock("on_site") == room.now - 30 * MINUTE


def test_a_file_leaves_on_its_date_and_its_name_with_it() -> None:
    room = Room()
    one = room.open()
    file = UUID(int=9)
    room.do(
        ac.Attach(incident=one.id, attachment=file, name="plaque AB-123.jpg", media="image/jpeg", bytes=9, sha256="x")
    )
    room.do(ac.Close(incident=one.id, cause="mains", result="repaired"))
    assert TRADE.next_due(room.state) == room.now + KEEP_PHOTO
    made = room.time_passes(KEEP_PHOTO)
    assert [type(event) for event in made] == [ev.Expired]
    assert (one.attachments[0].gone, one.attachments[0].name) == (True, "")
    assert room.state.files == {}


def test_nothing_was_missed_before_an_event_was_reopened() -> None:
    room = Room()
    one = room.open("mât couché")
    room.do(ac.Take(incident=one.id))
    room.do(ac.Close(incident=one.id, cause="crash", result="repaired", skipped="not_needed"))
    room.now += 3 * HOUR
    room.do(ac.Reopen(incident=one.id, reason="came_back"))
    assert room.time_passes(0) == []
    assert {deadline.kind: deadline.at - room.now for deadline in list_deadlines(one)} == {
        rule.kind: rule.within for rule in RULES[one.priority]
    }
    assert one.first_at == NOON
