"""Standing faults become work, are taken back when they leave, and the main courante says what matters."""

import pytest

from beffroi.alarms import actions as ac
from beffroi.alarms.events import LeftOver
from beffroi.equipment import registry
from beffroi.model.ids import ClockIds
from beffroi.model.scope import Rights
from beffroi.model.time import SECOND
from beffroi.procedures import work_items
from beffroi.procedures.lines import alarms as automatic_lines
from beffroi.trade.context import Context
from beffroi.trade.line import Line
from beffroi.trade.rejected import Rejected
from beffroi.work.actions import Assign, Close
from beffroi.work.events import Cleared
from beffroi.work.room import Work
from beffroi.work.types import WorkState
from tests.alarms.town import PERSON, SYSTEM, Desk, Town


class Joined:
    """Alarms and work joined by the reactions, as the core joins them."""

    def __init__(self, town: Town) -> None:
        self.desk = Desk(town)
        self.trade = Work()
        self.trade.kinds = registry()
        self.work: WorkState = self.trade.empty()
        self.read = 0
        self.lines: list[Line] = []
        self.ids = ClockIds(lambda: self.desk.now)

    def react(self) -> None:
        fresh, self.read = self.desk.lines[self.read :], len(self.desk.lines)
        for line in fresh:
            for reaction in work_items.REACTIONS:
                if isinstance(line.event, reaction.listens):
                    for action in reaction.react(line, self.desk.town.city):
                        self.do(action, SYSTEM)

    def do(self, action, actor=PERSON) -> None:
        now = self.desk.now
        context = Context(now, now, actor, Rights(), self.ids, self.desk.town.city)
        for event in self.trade.decide(self.work, action, context):
            line = Line(len(self.lines) + 1, now, now, actor, None, event)
            self.lines.append(line)
            self.trade.apply(self.work, line)

    def faults(self) -> list[tuple[str, str]]:
        find = self.desk.town.topology.find
        return sorted((find(item.asset).code, item.fault) for item in self.work.open.values())


@pytest.fixture
def joined() -> Joined:
    return Joined(Town())


def test_an_isolated_fault_is_work_and_leaves_with_it(joined: Joined) -> None:
    lamp = joined.desk.town.lamps("A001/D1")[:1]
    joined.desk.cross(lamp, "lamp_fault")
    joined.react()
    assert joined.faults() == [("A001/D1-001", "lamp_fault")]
    joined.desk.cross(lamp, "lamp_fault", "clear")
    joined.react()
    assert joined.faults() == []
    joined.desk.cross(lamp, "lamp_fault")
    joined.react()
    assert joined.faults() == [("A001/D1-001", "lamp_fault")]
    assert not joined.desk.shown()


def test_what_a_crew_has_is_told_not_closed(joined: Joined) -> None:
    lamp = joined.desk.town.lamps("A001/D1")[:1]
    joined.desk.cross(lamp, "lamp_fault")
    joined.react()
    (item,) = joined.work.open.values()
    joined.do(Assign(item=item.id, crew="Équipe 3"))
    joined.desk.cross(lamp, "lamp_fault", "clear")
    joined.react()
    assert item.cleared_at is not None and isinstance(joined.lines[-1].event, Cleared)
    joined.do(Close(item=item.id, result="repaired"))
    assert not joined.work.open and not joined.work.by_asset and not joined.work.by_alarm


def test_a_reason_only_when_nothing_was_repaired(joined: Joined) -> None:
    joined.desk.cross(joined.desk.town.lamps("A001/D1")[:1], "lamp_fault")
    joined.react()
    (item,) = joined.work.open.values()
    with pytest.raises(Rejected) as caught:
        joined.do(Close(item=item.id, result="no_fault_found"))
    assert caught.value.code == "work.reason_needed"
    joined.do(Close(item=item.id, result="no_fault_found", reason="fault_gone"))
    with pytest.raises(Rejected) as caught:
        joined.do(Close(item=item.id, result="repaired"))
    assert caught.value.code == "work.not_found"


def test_a_circuit_trip_makes_no_work_but_for_the_three_left(joined: Joined) -> None:
    town, desk = joined.desk.town, joined.desk
    lamps = town.lamps("A001/D3")
    desk.cross([town.get("A001/D3")], "tripped")
    desk.cross(lamps, "no_supply")
    desk.advance(600)
    joined.react()
    assert joined.faults() == []
    desk.cross([town.get("A001/D3")], "tripped", "clear")
    desk.cross(lamps[3:], "no_supply", "clear")
    desk.advance(61)
    joined.react()
    assert [code for code, _ in joined.faults()] == ["A001/D3-001", "A001/D3-002", "A001/D3-003"]
    assert {item.cause for item in joined.work.open.values()} == {desk.find("A001/D3", "tripped").id}


def test_a_lamp_without_supply_and_silent_is_one_work(joined: Joined) -> None:
    town, desk = joined.desk.town, joined.desk
    lamps = town.lamps("A001/D3")
    desk.cross([town.get("A001/D3")], "tripped")
    desk.cross(lamps, "no_supply")
    desk.cross(lamps[:2], "silent")
    desk.advance(600)
    desk.cross([town.get("A001/D3")], "tripped", "clear")
    desk.cross(lamps[3:], "no_supply", "clear")
    desk.advance(61)
    joined.react()
    left = [line.event for line in desk.lines if isinstance(line.event, LeftOver)]
    assert len(left[0].left) + len(left[0].again) == 5
    assert joined.faults() == [(f"A001/D3-00{number}", "no_supply") for number in (1, 2, 3)]


def test_work_is_taken_back_when_a_cause_comes_late(joined: Joined) -> None:
    town, desk = joined.desk.town, joined.desk
    desk.cross(town.lamps("A001/D3")[:2], "no_supply")
    desk.advance(70)
    joined.react()
    assert len(joined.faults()) == 2
    desk.cross([town.get("A001/D3")], "tripped")
    desk.advance(2)
    joined.react()
    assert joined.faults() == []
    assert [line.event.result for line in joined.lines[-2:]] == ["explained", "explained"]


def test_unfolded_by_hand_is_work(joined: Joined) -> None:
    town, desk = joined.desk.town, joined.desk
    desk.cross([town.get("A001/D3")], "tripped")
    desk.cross(town.lamps("A001/D3"), "no_supply")
    desk.advance(2)
    desk.do(ac.Unfold(alarm=desk.find("A001/D3-005", "no_supply").id))
    joined.react()
    assert joined.faults() == [("A001/D3-005", "no_supply")]


def test_the_main_courante_is_short(joined: Joined, monkeypatch: pytest.MonkeyPatch) -> None:
    town, desk = joined.desk.town, joined.desk
    monkeypatch.setattr(automatic_lines.ALARMS, "kinds", registry())
    desk.cross([town.get("A001/D3")], "tripped")
    desk.cross(town.lamps("A001/D3"), "no_supply")
    desk.advance(2)
    alarm = desk.find("A001/D3", "tripped")
    desk.do(ac.Acknowledge(alarm=alarm.id))
    desk.do(ac.Take(alarm=alarm.id))
    desk.do(ac.Shelve(alarm=alarm.id, until=desk.now + 600 * SECOND))
    notes = [
        note
        for line in desk.lines
        if isinstance(line.event, automatic_lines.REACTION.listens)
        for note in automatic_lines.REACTION.react(line, town.city)
    ]
    assert [note.code for note in notes] == ["alarms.note.raised", "alarms.note.taken", "alarms.note.shelved"]
    assert notes[0].params["label_fr"] == "Départ 3 déclenché"
    for note in notes:
        for lang in ("fr", "en"):
            assert "{" not in desk.trade.texts[note.code][lang].format(**note.params)
