"""Instructions and their receipts, reminders that fall due once, routines recorded, late, missed."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from beffroi.dispatch.events import CallAnswered
from beffroi.duties import TRADE
from beffroi.duties import actions as ask
from beffroi.duties import events as told
from beffroi.duties.types import Calendar, Routine
from beffroi.model.actor import Actor
from beffroi.model.ports import IncidentFacts
from beffroi.model.scope import ANY, Scope
from beffroi.model.time import DAY, HOUR, MINUTE, Micros
from beffroi.procedures.events.call_out_reminders import REACTION
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.rejected import Rejected
from tests.duties.hand import CAMILLE, DOMINIQUE, START, Hand, paris

RADIO = Routine(name="radio", label={"fr": "Essai radio", "en": "Radio test"}, at="22:00", before_min=15, after_min=30)


def refused(hand: Hand, action: Action, code: str, **more: Any) -> None:
    with pytest.raises(Rejected) as refusal:
        hand.do(action, **more)
    assert refusal.value.code == code


def instruct(hand: Hand, hours: float = 8, **more: Any) -> UUID:
    (event,) = hand.do(ask.Instruct(text="Ne pas réarmer A045/D3", end=hand.now + int(hours * HOUR), **more))
    return UUID(str(event.instruction))


def test_an_instruction_is_read_once_by_each_and_ends_by_itself() -> None:
    hand = Hand()
    one = instruct(hand, desks=["lighting", "video", "lighting"])
    assert hand.state.instructions[one].desks == ("lighting", "video")
    assert len(hand.do(ask.Read(instructions=[one, one]))) == 1
    assert hand.do(ask.Read(instructions=[one])) == []
    hand.do(ask.Read(instructions=[one]), DOMINIQUE)
    assert [reading.account for reading in hand.state.instructions[one].reads] == [CAMILLE.id, DOMINIQUE.id]
    (ended,) = hand.minutes(8 * 60)
    assert (ended.reason, ended.read_by) == ("time", 2)
    assert not hand.state.instructions
    assert hand.do(ask.Read(instructions=[one])) == []
    refused(hand, ask.EndInstruction(instruction=one, reason="done"), "duties.instruction.not_found")


def test_an_instruction_has_an_end_to_come() -> None:
    hand = Hand()
    refused(hand, ask.Instruct(text="x", end=START), "duties.end_passed")
    refused(hand, ask.Instruct(text="x", end=START + HOUR, begin=START + 2 * HOUR), "duties.end_passed")
    refused(hand, ask.Instruct(text="x", end=START + 400 * DAY), "duties.end_too_far")
    refused(hand, ask.Instruct(text="x", end=START + HOUR), "duties.future", happened_at=START + 2 * MINUTE)


def test_an_instruction_ends_by_hand() -> None:
    hand = Hand()
    one = instruct(hand)
    (ended,) = hand.do(ask.EndInstruction(instruction=one, reason="no_longer_true"))
    assert ended.reason == "no_longer_true"
    assert not hand.minutes(24 * 60)


def test_a_machine_reads_no_instruction() -> None:
    hand = Hand()
    one = instruct(hand)
    with pytest.raises(Rejected):
        hand.do(ask.Read(instructions=[one]), a_machine())


def a_machine() -> Actor:
    return Actor("machine", UUID(int=9))


def test_a_reminder_falls_due_once_is_postponed_and_done() -> None:
    hand = Hand()
    (made,) = hand.do(ask.Remind(text="Rappeler l'astreinte", due_at=START + 10 * MINUTE))
    assert hand.minutes(9) == []
    (due,) = hand.minutes(1)
    assert due == told.FellDue(reminder=made.reminder, due_at=START + 10 * MINUTE, scope=made.scope)
    assert hand.minutes(30) == []
    (put_off,) = hand.do(ask.Postpone(reminder=made.reminder))
    assert put_off.due_at == hand.now + 10 * MINUTE
    assert len(hand.minutes(11)) == 1
    hand.do(ask.Done(reminder=made.reminder))
    assert hand.minutes(24 * 60) == []
    refused(hand, ask.Done(reminder=made.reminder), "duties.reminder.not_found")


def test_a_reminder_is_of_whoever_sees_what_it_is_about() -> None:
    hand = Hand()
    alarm, request = uuid4(), uuid4()
    owned = {("alarms", alarm): Scope("21231", "building_security", "intrusion"), ("requests", request): Scope("21355")}
    hand.city.rows = SimpleNamespace(scope_of=lambda topic, key: owned.get((topic, key)))
    (made,) = hand.do(ask.Remind(text="gardien", due_at=START + HOUR, target_kind="alarm", target=alarm))
    assert made.scope == owned["alarms", alarm]
    (made,) = hand.do(ask.Remind(text="appelant", due_at=START + HOUR, target_kind="request", target=request))
    assert made.scope == owned["requests", request]
    # what nobody knows has words that would be told to everybody
    for kind in ("alarm", "order", "crew"):
        unknown = ask.Remind(text="x", due_at=START + HOUR, target_kind=kind, target=uuid4())
        refused(hand, unknown, "duties.unknown_target")


def test_a_free_reminder_is_of_the_compartment_and_commune_of_who_makes_it() -> None:
    hand = Hand()
    (made,) = hand.do(ask.Remind(text="filature", due_at=START + HOUR, compartment="police"))
    assert made.scope == Scope("", "police", ANY)
    (made,) = hand.do(ask.Remind(text="bus", due_at=START + HOUR, commune="21231"))
    assert made.scope == Scope("21231", ANY, ANY)
    assert list(TRADE.scopes(hand.state, ask.Remind(text="bus", due_at=START, commune="21231"), hand.city)) == [
        made.scope
    ]


def test_a_reminder_that_asked_leaves_with_what_it_is_about_one_to_come_stays() -> None:
    hand = Hand()
    event = uuid4()
    hand.city.incidents = SimpleNamespace(find=lambda name: IncidentFacts(id=name, number="2026-0001", label="Mât"))
    about: dict[str, Any] = {"target_kind": "incident", "target": event}
    (rung,) = hand.do(ask.Remind(text="appel 2", due_at=START + 10 * MINUTE, **about))
    (ahead,) = hand.do(ask.Remind(text="avant le premier bus", due_at=START + 8 * HOUR, **about))
    hand.minutes(30)
    assert [event.reminder for event in hand.do(ask.EndAbout(target=event))] == [rung.reminder]
    assert list(hand.state.reminders) == [ahead.reminder]
    assert hand.do(ask.EndAbout(target=uuid4())) == []


def test_a_reminder_set_while_calling_ends_when_somebody_is_reached_the_others_stay() -> None:
    hand = Hand()
    event = uuid4()
    hand.city.incidents = SimpleNamespace(find=lambda name: IncidentFacts(id=name, number="2026-0001", label="Mât"))
    about: dict[str, Any] = {"target_kind": "incident", "target": event}
    (before,) = hand.do(ask.Remind(text="PM sur place ?", due_at=START + MINUTE, **about))
    hand.minutes(2)
    began = hand.now
    (asked,) = hand.do(ask.Remind(text="appel 2", due_at=began + MINUTE, **about))
    hand.minutes(2)
    (soon,) = hand.do(ask.Remind(text="appel 2", due_at=hand.now + 8 * MINUTE, **about))
    (bus,) = hand.do(ask.Remind(text="avant le premier bus", due_at=began + 6 * HOUR, **about))
    answered = CallAnswered(
        call_out=uuid4(), attempt=uuid4(), incident=event, agent=uuid4(), rank=1, opened_at=began - MINUTE // 2
    )
    line = Line(99, hand.now, hand.now, Actor("person", uuid4()), None, answered)
    (end,) = REACTION.react(line, hand.city)
    assert [one.reminder for one in hand.do(end)] == [asked.reminder, soon.reminder]
    assert list(hand.state.reminders) == [before.reminder, bus.reminder]


def test_a_reminder_written_while_the_core_was_away_asks_at_once() -> None:
    hand = Hand()
    local = uuid4()
    late = ask.Remind(text="café", due_at=START - MINUTE, local=local)
    hand.do(late, happened_at=START - 11 * MINUTE)
    assert hand.do(late, happened_at=START - 11 * MINUTE) == []
    assert len(hand.minutes(0)) == 1
    refused(hand, ask.Remind(text="x", due_at=START - 2 * MINUTE), "duties.due_passed")
    refused(hand, ask.Remind(text="x", due_at=START + 32 * DAY), "duties.due_too_far")
    refused(
        hand, ask.Remind(text="x", due_at=START + HOUR, target_kind="asset", target=uuid4()), "duties.unknown_target"
    )


def standing(hand: Hand, name: str) -> Any:
    return hand.state.routines[name]


def furnished(*routines: Routine, now: Micros = START) -> Hand:
    hand = Hand(now)
    hand.do(ask.SetRoutines(routines=list(routines)))
    return hand


def test_a_routine_is_recorded_within_its_window() -> None:
    hand = furnished(RADIO)
    refused(hand, ask.Record(routine="radio", result="done"), "duties.not_now")
    hand.until(paris("2026-03-10T21:46"))
    (event,) = hand.do(ask.Record(routine="radio", result="done", remark="10 sur 10"))
    assert (event.day, event.at, event.late) == ("2026-03-10", paris("2026-03-10T22:00"), False)
    refused(hand, ask.Record(routine="radio", result="done"), "duties.already_recorded")
    assert hand.until(paris("2026-03-11T22:29")) == []
    refused(hand, ask.Record(routine="video", result="done"), "duties.routine.not_found")


def test_a_routine_missed_is_told_once_and_may_still_be_recorded_late() -> None:
    hand = furnished(RADIO)
    (missed,) = hand.until(paris("2026-03-10T23:00"))
    assert isinstance(missed, told.Missed)
    assert missed.label["fr"] == "Essai radio"
    (event,) = hand.do(ask.Record(routine="radio", result="partial", at=missed.at))
    assert event.late
    assert standing(hand, "radio").last.result == "partial"
    refused(hand, ask.Record(routine="radio", result="done", at=missed.at), "duties.already_recorded")
    assert len(hand.until(paris("2026-03-11T23:00"))) == 1


def test_a_long_absence_tells_the_last_day_only() -> None:
    hand = furnished(RADIO)
    hand.now = paris("2026-03-20T23:00")
    brought = hand.until(hand.now)
    assert [type(event) for event in brought] == [told.PassedOver, told.Missed]
    assert brought[1].day == "2026-03-20"


def test_a_rare_routine_long_past_does_not_ask_for_ever() -> None:
    patrol = Routine(name="patrol", label={"fr": "Patrouille"}, at="03:30", season="11-15/03-15")
    hand = furnished(patrol)
    hand.now = paris("2026-07-01T12:00")
    (passed,) = hand.until(hand.now)
    assert isinstance(passed, told.PassedOver)
    assert standing(hand, "patrol").next.day == "2026-11-15"


def test_new_routines_keep_what_was_reached() -> None:
    hand = furnished(RADIO)
    hand.until(paris("2026-03-10T21:50"))
    hand.do(ask.Record(routine="radio", result="done"))
    moved = Routine(name="radio", label=RADIO.label, at="23:00")
    hand.do(ask.SetRoutines(routines=[moved]))
    assert standing(hand, "radio").next.at == paris("2026-03-10T23:00")
    refused(hand, ask.SetRoutines(routines=[RADIO, RADIO]), "duties.routine_twice")
    hand.do(ask.SetRoutines(routines=[]))
    # whoever showed it hears that it is no more
    gone = [TRADE.row(hand.state, topic, key, hand.city) for topic, key in TRADE.touched(hand.lines[-1])]
    assert [(row.id, row.data) for row in gone if row] == [(moved.name, None)]
    refused(hand, ask.SetRoutines(routines=[], calendar=Calendar(zone="Mars/Dijon")), "duties.unknown_zone")


def test_texts_are_forgotten_by_purpose_and_by_line() -> None:
    hand = Hand()
    one = instruct(hand)
    (made,) = hand.do(ask.Remind(text="M. Petit 06 39 98 00 00", due_at=START + HOUR))
    hand.now += DAY // 4
    hand.do(ask.Forget(purpose="reminder", before=hand.now))
    assert hand.state.reminders[made.reminder].text == ""
    assert hand.state.instructions[one].text
    hand.do(ask.Forget(position=1))
    assert hand.state.instructions[one].text == ""
