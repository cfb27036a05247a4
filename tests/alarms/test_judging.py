"""One condition, one alarm, whatever the number and the order of its crossings."""

from beffroi.alarms import actions as ac
from beffroi.alarms import events as ev
from beffroi.alarms.actions import Judge
from beffroi.alarms.rows import alarm_row
from beffroi.model.reading import Crossing
from beffroi.model.time import MILLISECOND, MINUTE, SECOND

from .town import SYSTEM, Desk, Town


def small() -> Desk:
    return Desk(Town(cabinets=1, circuits=1, lamps=3))


def judged(desk: Desk, *edges: tuple[str, int, bool], code: str = "A001", alarm_class: str = "door_open"):
    asset = desk.town.get(code).id
    crossings = [
        Crossing(place, asset, alarm_class, edge, desk.now + shift, 1.0, late)
        for place, (edge, shift, late) in enumerate(edges)
    ]
    return desk.do(Judge(crossings=crossings), SYSTEM)


def test_the_same_crossing_many_times_is_one_alarm() -> None:
    desk = small()
    judged(desk, *[("raise", place, False) for place in range(50)])
    judged(desk, ("raise", MILLISECOND, False))
    assert len(desk.of(ev.Raised)) == 1 and not desk.of(ev.Toggled)


def test_up_and_down_within_a_millisecond_is_one_alarm_that_returned() -> None:
    desk = small()
    events = judged(desk, ("raise", 0, False), ("clear", 400, False))
    assert [type(event) for event in events] == [ev.Raised, ev.Returned]
    assert desk.find("A001", "door_open").state == "returned"


def test_a_clear_without_alarm_and_unknown_classes_mean_nothing() -> None:
    desk = small()
    assert judged(desk, ("clear", 0, False)) == []
    assert judged(desk, ("raise", 0, False), alarm_class="nonsense") == []


def test_sixty_toggles_in_ten_minutes_are_one_alarm_with_a_counter() -> None:
    desk = small()
    for place in range(60):
        judged(desk, ("raise", 0, False))
        if place == 0:
            desk.do(ac.Acknowledge(alarm=desk.find("A001", "door_open").id))
        desk.advance(5)
        judged(desk, ("clear", 0, False))
        desk.advance(5)
    alarm = desk.find("A001", "door_open")
    assert len(desk.of(ev.Raised)) == 1
    assert alarm.toggles == 60
    row = alarm_row(desk.state, alarm, desk.town.city)
    assert row.chattering and row.toggles == 60
    # after the fifth time nobody is called again for it
    assert sum(event.annunciates for event in desk.of(ev.Toggled)) == 4
    assert not desk.of(ev.FloodStarted)


def test_sixty_toggles_in_one_batch_are_counted_too() -> None:
    desk = small()
    judged(desk, *[(edge, 10 * place, False) for place in range(60) for edge in ("raise", "clear")])
    assert desk.find("A001", "door_open").toggles == 60
    assert len(desk.of(ev.Raised)) == 1


def test_the_same_condition_much_later_is_a_new_alarm() -> None:
    desk = small()
    judged(desk, ("raise", 0, False))
    desk.do(ac.Acknowledge(alarm=desk.find("A001", "door_open").id))
    judged(desk, ("clear", 0, False))
    desk.advance(601)
    judged(desk, ("raise", 0, False))
    assert len(desk.of(ev.Raised)) == 2
    assert desk.find("A001", "door_open").toggles == 1


def test_an_episode_over_before_we_knew_is_one_line_without_sound() -> None:
    desk = small()
    events = judged(desk, ("raise", -MINUTE, True), ("clear", -SECOND, True))
    assert [type(event) for event in events] == [ev.LearnedLate]
    assert (events[0].at, events[0].until) == (desk.now - MINUTE, desk.now - SECOND)
    assert not desk.state.alarms and not desk.of(ev.Annunciated)


def test_late_halves_in_two_batches_make_no_sound_either() -> None:
    desk = small()
    judged(desk, ("raise", -MINUTE, True))
    judged(desk, ("clear", -SECOND, True))
    desk.advance(2)
    assert len(desk.of(ev.LearnedLate)) == 1
    assert not desk.shown() and not desk.of(ev.Annunciated)


def test_what_was_late_and_still_stands_raises() -> None:
    desk = small()
    judged(desk, ("raise", -MINUTE, True))
    desk.advance(2)
    alarm = desk.find("A001", "door_open")
    assert alarm.shown and alarm.raised_at == desk.now - 2 * SECOND - MINUTE


def test_an_old_episode_does_not_end_the_present_one() -> None:
    desk = small()
    judged(desk, ("raise", 0, False))
    events = judged(desk, ("raise", -2 * MINUTE, True), ("clear", -MINUTE, True))
    assert [type(event) for event in events] == [ev.LearnedLate]
    assert desk.find("A001", "door_open").active


def test_a_class_without_alarm_outcome_is_not_announced() -> None:
    desk = small()
    judged(desk, ("raise", 0, False), code="A001/D1-001", alarm_class="lamp_fault")
    assert not desk.shown() and not desk.state.floods
    record = desk.find("A001/D1-001", "lamp_fault")
    assert record.active and record.outcome == "work"
    judged(desk, ("clear", 0, False), code="A001/D1-001", alarm_class="lamp_fault")
    assert not record.open
