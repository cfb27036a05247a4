"""The life of one alarm under people's keys."""

from uuid import UUID

import pytest

from beffroi.alarms import actions as ac
from beffroi.alarms import events as ev
from beffroi.alarms.machine import DISPOSITIONS, LIFE, SIGNALS, STATES, WITHDRAWN, find_disposition, find_next
from beffroi.model.time import HOUR, MILLISECOND, SECOND
from beffroi.trade.rejected import Rejected

from .town import COLLEAGUE, Desk, Town


@pytest.fixture
def desk() -> Desk:
    return Desk(Town(cabinets=1, circuits=1, lamps=3))


def opened(desk: Desk, code: str = "A001", alarm_class: str = "door_open"):
    desk.cross([desk.town.get(code)], alarm_class)
    return desk.find(code, alarm_class)


def refused(desk: Desk, action: ac.OnAlarm, code: str, actor=None) -> None:
    with pytest.raises(Rejected) as caught:
        desk.do(action, *([actor] if actor else []))
    assert caught.value.code == code
    assert code in desk.trade.texts


def test_tables_name_known_states_only() -> None:
    assert {state for state, _ in LIFE} | set(LIFE.values()) == set(STATES)
    assert {signal for _, signal in LIFE} == set(SIGNALS)
    assert {state for state, _ in WITHDRAWN} | set(WITHDRAWN.values()) == set(DISPOSITIONS)
    assert find_next("normal", "acknowledge") is None
    assert find_disposition("out_of_service", "shelve") is None


def test_acknowledge_then_return_ends_it(desk: Desk) -> None:
    alarm = opened(desk)
    assert alarm.state == "unacknowledged" and alarm.shown
    desk.do(ac.Acknowledge(alarm=alarm.id))
    assert alarm.state == "acknowledged"
    refused(desk, ac.Acknowledge(alarm=alarm.id), "alarms.cannot_acknowledge")
    desk.cross([desk.town.get("A001")], "door_open", "clear")
    assert alarm.state == "normal" and not alarm.shown and alarm.closed_at == desk.now


def test_return_before_acknowledgement_waits_for_it(desk: Desk) -> None:
    alarm = opened(desk)
    desk.cross([desk.town.get("A001")], "door_open", "clear")
    assert alarm.state == "returned" and alarm.shown
    desk.do(ac.Acknowledge(alarm=alarm.id))
    assert alarm.state == "normal" and not alarm.shown


def test_the_closure_of_the_event_asks_nothing_more_of_what_returned(desk: Desk) -> None:
    alarm = opened(desk)
    closed = ac.AcknowledgeReturned(alarms=(alarm.id, UUID(int=9)))
    assert desk.do(closed) == [] and alarm.state == "unacknowledged"
    desk.cross([desk.town.get("A001")], "door_open", "clear")
    desk.do(closed)
    assert alarm.state == "normal" and not alarm.shown


def test_an_event_is_asked_for_an_alarm_that_stands(desk: Desk) -> None:
    alarm = opened(desk)
    desk.do(ac.Take(alarm=alarm.id), COLLEAGUE)
    (asked,) = desk.do(ac.AskEvent(alarm=alarm.id))
    assert isinstance(asked, ev.EventAsked)
    assert (asked.alarm_class, asked.by) == ("door_open", COLLEAGUE.id)
    desk.cross([desk.town.get("A001")], "door_open", "clear")
    desk.do(ac.Acknowledge(alarm=alarm.id))
    refused(desk, ac.AskEvent(alarm=alarm.id), "alarms.over")


def test_acknowledgement_is_undone_within_five_seconds_by_its_author(desk: Desk) -> None:
    alarm = opened(desk)
    desk.do(ac.Acknowledge(alarm=alarm.id))
    refused(desk, ac.Unacknowledge(alarm=alarm.id), "alarms.undo_too_late", COLLEAGUE)
    desk.advance(5)
    desk.do(ac.Unacknowledge(alarm=alarm.id))
    assert alarm.state == "unacknowledged"
    desk.do(ac.Acknowledge(alarm=alarm.id))
    desk.advance(5.001)
    refused(desk, ac.Unacknowledge(alarm=alarm.id), "alarms.undo_too_late")


def test_a_line_that_has_just_changed_is_not_touched(desk: Desk) -> None:
    alarm = opened(desk)
    pressed = alarm.changed_at + 699 * MILLISECOND
    refused(desk, ac.Acknowledge(alarm=alarm.id, seen_at=pressed), "alarms.just_changed")
    desk.do(ac.Acknowledge(alarm=alarm.id, seen_at=pressed + MILLISECOND))


def test_two_takes_one_is_refused(desk: Desk) -> None:
    alarm = opened(desk)
    desk.do(ac.Take(alarm=alarm.id))
    refused(desk, ac.Take(alarm=alarm.id), "alarms.already_taken", COLLEAGUE)
    refused(desk, ac.Take(alarm=alarm.id), "alarms.already_yours")
    refused(desk, ac.Release(alarm=alarm.id), "alarms.not_yours", COLLEAGUE)
    desk.do(ac.Release(alarm=alarm.id))
    desk.do(ac.Take(alarm=alarm.id), COLLEAGUE)
    assert alarm.taken_by == COLLEAGUE.id


def test_a_shelf_returns_by_itself(desk: Desk) -> None:
    alarm = opened(desk)
    desk.do(ac.Acknowledge(alarm=alarm.id))
    desk.do(ac.Shelve(alarm=alarm.id, until=desk.now + 600 * SECOND))
    assert alarm.disposition == "shelved" and not alarm.shown
    refused(desk, ac.Acknowledge(alarm=alarm.id), "alarms.not_annunciated")
    desk.advance(599)
    assert alarm.disposition == "shelved"
    desk.advance(1)
    assert alarm.disposition == "" and alarm.shown and alarm.state == "unacknowledged"
    assert [event.expired for event in desk.of(ev.Unshelved)] == [True]


def test_a_condition_that_leaves_on_the_shelf_is_over_when_the_shelf_ends(desk: Desk) -> None:
    alarm = opened(desk)
    desk.do(ac.Shelve(alarm=alarm.id, until=desk.now + 600 * SECOND))
    desk.cross([desk.town.get("A001")], "door_open", "clear")
    desk.cross([desk.town.get("A001")], "door_open")
    assert alarm.disposition == "shelved" and not alarm.shown and alarm.toggles == 2
    desk.cross([desk.town.get("A001")], "door_open", "clear")
    desk.advance(600)
    assert not alarm.open and not desk.shown()


@pytest.mark.parametrize("until", [0, -1, 12 * HOUR + 1])
def test_a_shelf_has_an_end_within_the_shift(desk: Desk, until: int) -> None:
    alarm = opened(desk)
    refused(desk, ac.Shelve(alarm=alarm.id, until=desk.now + until), "alarms.shelf_too_long")


def test_suppression_and_out_of_service(desk: Desk) -> None:
    alarm = opened(desk)
    desk.do(ac.Suppress(alarm=alarm.id, reason="works"))
    assert not alarm.shown and alarm.withheld_for == "works"
    refused(desk, ac.Shelve(alarm=alarm.id, until=desk.now + SECOND), "alarms.cannot_shelve")
    desk.do(ac.OutOfService(alarm=alarm.id, reason="replacement"))
    refused(desk, ac.Unsuppress(alarm=alarm.id), "alarms.cannot_unsuppress")
    desk.do(ac.InService(alarm=alarm.id))
    assert alarm.shown and alarm.disposition == ""


def test_a_latched_alarm_waits_for_its_reset() -> None:
    town = Town(cabinets=1, circuits=1, lamps=1)
    town.topology.add("junction", "C12", trade="traffic")
    desk = Desk(town)
    alarm = opened(desk, "C12", "conflict")
    refused(desk, ac.Shelve(alarm=alarm.id, until=desk.now + SECOND), "alarms.never_shelved")
    refused(desk, ac.Suppress(alarm=alarm.id, reason="test"), "alarms.never_shelved")
    desk.cross([town.get("C12")], "conflict", "clear")
    assert alarm.state == "latched_unacknowledged"
    refused(desk, ac.Reset(alarm=alarm.id), "alarms.cannot_reset")
    desk.do(ac.Acknowledge(alarm=alarm.id))
    assert alarm.state == "latched" and alarm.shown
    desk.do(ac.Reset(alarm=alarm.id))
    assert not alarm.open


def test_what_ended_is_not_found_after_ten_minutes(desk: Desk) -> None:
    alarm = opened(desk)
    desk.do(ac.Acknowledge(alarm=alarm.id))
    desk.cross([desk.town.get("A001")], "door_open", "clear")
    refused(desk, ac.Take(alarm=alarm.id), "alarms.over")
    desk.advance(601)
    opened(desk, "A001/D1", "overload")
    refused(desk, ac.Take(alarm=alarm.id), "alarms.not_found")


def test_eleven_alarms_in_ten_minutes_are_a_flood() -> None:
    desk = Desk(Town(cabinets=11, circuits=1, lamps=1))
    for place in range(1, 11):
        opened(desk, f"A{place:03}")
        desk.advance(30)
    assert not desk.of(ev.FloodStarted)
    opened(desk, "A011")
    assert [(event.desk, event.count) for event in desk.of(ev.FloodStarted)] == [("lighting", 11)]
    desk.advance(300)
    assert not desk.of(ev.FloodEnded)
    desk.advance(420)
    assert len(desk.of(ev.FloodEnded)) == 1
    assert len(desk.of(ev.FloodStarted)) == 1
