"""One cause, one line: told by the parent, supposed from the crowd, at once or after the fact."""

import pytest

from beffroi.alarms import actions as ac
from beffroi.alarms import events as ev
from beffroi.alarms.rows import alarm_row
from beffroi.model.reading import Crossing
from beffroi.model.time import HOUR, SECOND

from .town import SYSTEM, Desk, Town


def lines(desk: Desk) -> list[str]:
    return [desk.label(alarm) for alarm in desk.shown()]


def test_a_circuit_trips_and_some_lamps_gasp_before_some_after_some_never() -> None:
    desk = Desk(Town())
    lamps = desk.town.lamps("A001/D3")
    desk.cross(lamps[:30], "no_supply")
    desk.advance(0.3)
    assert lines(desk) == []
    desk.cross([desk.town.get("A001/D3")], "tripped")
    desk.advance(0.2)
    desk.cross(lamps[30:60], "no_supply")
    desk.advance(1)
    assert lines(desk) == ["Départ 3 déclenché"]
    cause = desk.shown()[0]
    row = alarm_row(desk.state, cause, desk.town.city)
    assert (row.count, row.points, row.supposed) == (60, 80, False)
    assert {desk.state.alarms[child].reason for child in desk.state.children[cause.id]} == {"alarms.fold.explicit"}
    assert len(desk.of(ev.Annunciated)) == 1


def test_silence_alone_supposes_the_circuit_while_its_siblings_talk() -> None:
    desk = Desk(Town())
    lamps = desk.town.lamps("A001/D3")
    for place in range(0, 80, 8):
        desk.cross(lamps[place : place + 8], "silent")
        desk.advance(60)
        # only the circuit is told of, never its lamps
        assert {event.kind for event in desk.of(ev.Annunciated)} <= {"circuit"}
    assert len(desk.of(ev.Annunciated)) == 1
    assert lines(desk) == ["Départ 3 déclenché (supposé)"]
    cause = desk.shown()[0]
    assert cause.folded_total == 80
    assert cause.reason == "alarms.supposed.siblings" and cause.reason_params["alive"] == "2"


def test_a_supposed_circuit_says_nothing_when_its_cabinet_speaks_within_a_second() -> None:
    desk = Desk(Town())
    for circuit in ("A001/D1", "A001/D2"):
        desk.cross(desk.town.lamps(circuit), "no_supply")
    desk.advance(1.1)
    assert [alarm.supposed for alarm in desk.state.alarms.values() if alarm.kind == "circuit"] == [True, True]
    desk.cross([desk.town.get("A001")], "no_mains")
    desk.advance(3)
    assert lines(desk) == ["Armoire sans tension (Enedis ?)"]
    assert [event.kind for event in desk.of(ev.Annunciated)] == ["cabinet"]


def test_a_supposed_cause_begins_with_its_crowd_not_with_an_older_fault() -> None:
    desk = Desk(Town())
    lamps = desk.town.lamps("A001/D3")
    desk.cross(lamps[:1], "no_supply")
    desk.advance(3_600)
    began = desk.now
    desk.cross(lamps[1:], "no_supply")
    desk.advance(3)
    (cause,) = [alarm for alarm in desk.shown() if alarm.kind == "circuit"]
    assert cause.raised_at == began and cause.folded_total == len(lamps)


def test_two_suppositions_of_one_cause_at_once_are_one_line() -> None:
    desk = Desk(Town(cabinets=6, circuits=3, lamps=10))
    desk.cross([desk.town.get(f"A00{number}") for number in range(1, 6)], "no_mains")
    circuits = [f"A006/D{number}" for number in (1, 2, 3)]
    for circuit in circuits:
        desk.cross(desk.town.lamps(circuit), "no_supply")
    # the crowd of cabinets and the crowds of circuits are due in the same settlement
    feeders = (desk.town.group.id, *(desk.town.get(circuit).id for circuit in circuits))
    desk.do(ac.Settle(alarms=(), feeders=feeders, streets=(), desks=()))
    desk.advance(4)
    assert [event.kind for event in desk.of(ev.Raised) if event.kind == "cabinet_group"] == ["cabinet_group"]
    assert lines(desk) == ["Poste sans tension (Enedis ?) (supposé)"]


def test_few_silent_lamps_are_work_after_one_heartbeat() -> None:
    desk = Desk(Town())
    desk.cross(desk.town.lamps("A001/D3")[:10], "silent")
    desk.advance(899)
    assert not desk.of(ev.Annunciated)
    desk.advance(2)
    assert len(desk.of(ev.Annunciated)) == 10
    assert not desk.shown()


def test_a_cabinet_without_mains_says_so_even_after_its_circuits() -> None:
    desk = Desk(Town())
    for circuit in ("A001/D1", "A001/D2", "A001/D3"):
        desk.cross(desk.town.lamps(circuit), "no_supply")
    desk.town.live.hear(desk.town.get("A001").id, desk.now + SECOND)
    desk.advance(2)
    assert sorted(lines(desk)) == [f"Départ {number} déclenché (supposé)" for number in (1, 2, 3)]
    for alarm in desk.shown():
        desk.do(ac.Acknowledge(alarm=alarm.id))
    desk.cross([desk.town.get("A001")], "no_mains")
    desk.advance(2)
    assert lines(desk) == ["Armoire sans tension (Enedis ?)"]
    cause = desk.shown()[0]
    # as much was already acknowledged under other names: no second sound
    assert cause.state == "acknowledged"
    assert len(desk.state.children[cause.id]) == 240


def test_a_mute_cabinet() -> None:
    desk = Desk(Town())
    cabinet = desk.town.get("A001")
    desk.town.live.hear(cabinet.id, desk.now - HOUR)
    for circuit in ("A001/D1", "A001/D2", "A001/D3"):
        desk.cross(desk.town.lamps(circuit), "silent")
    desk.advance(2)
    assert lines(desk) == ["Armoire muette, éclairage non vérifié (supposé)"]
    desk.cross([cabinet], "mute")
    desk.advance(2)
    assert lines(desk) == ["Armoire muette, éclairage non vérifié"]
    assert len(desk.of(ev.Confirmed)) == 1
    assert len(desk.shown()[0].left) == 0 and desk.shown()[0].folded_total == 240


def test_a_cabinet_that_talks_is_not_called_mute() -> None:
    desk = Desk(Town())
    desk.town.live.hear(desk.town.get("A001").id, desk.now)
    for circuit in ("A001/D1", "A001/D2", "A001/D3"):
        desk.cross(desk.town.lamps(circuit), "silent")
    desk.advance(2)
    assert sorted(lines(desk)) == [f"Départ {number} déclenché (supposé)" for number in (1, 2, 3)]


def test_two_thousand_lights_of_one_group_in_one_second_are_one_line() -> None:
    desk = Desk(Town(cabinets=8, circuits=3, lamps=84))
    lamps = desk.town.lamps("G1")
    assert len(lamps) == 2016
    for place in range(20):
        desk.cross(lamps[place::20], "no_supply")
        desk.advance(0.05)
    desk.advance(2)
    assert lines(desk) == ["Poste sans tension (Enedis ?) (supposé)"]
    assert len(desk.state.children[desk.shown()[0].id]) == 2016
    assert len([event for event in desk.of(ev.Raised) if event.explains]) == 1


def test_three_cabinets_of_three_without_mains_are_their_substation() -> None:
    desk = Desk(Town())
    for code in ("A001", "A002", "A003"):
        desk.cross([desk.town.get(code)], "no_mains")
        desk.advance(0.2)
    desk.advance(2)
    assert lines(desk) == ["Poste sans tension (Enedis ?) (supposé)"]


def test_three_cabinets_within_a_second_are_enough_however_many_there_are() -> None:
    desk = Desk(Town(cabinets=20, circuits=1, lamps=4))
    for place in range(1, 21):
        desk.cross([desk.town.get(f"A{place:03}")], "no_mains")
        desk.advance(0.3)
    desk.advance(2)
    assert lines(desk) == ["Poste sans tension (Enedis ?) (supposé)"]
    assert len(desk.of(ev.Annunciated)) == 0
    assert len(desk.state.children[desk.shown()[0].id]) == 20


def test_a_mute_cabinet_comes_before_its_gateway() -> None:
    town = Town(cabinets=1, circuits=1, lamps=4, source="gw-1")
    cabinet = town.get("A001")
    gateway = town.topology.add("gateway", "GW-A001-1", cabinet.id, source="gw-1")
    desk = Desk(town)
    desk.cross([gateway, cabinet], "mute")
    desk.cross(town.lamps("A001"), "silent")
    desk.advance(5)
    assert lines(desk) == ["Armoire muette, éclairage non vérifié"]


def test_one_line_even_when_the_group_comes_apart_slowly() -> None:
    desk = Desk(Town())
    desk.cross(desk.town.lamps("A001/D1"), "no_supply")
    desk.advance(3)
    desk.cross(desk.town.lamps("A001/D2"), "no_supply")
    desk.cross(desk.town.lamps("A001/D3"), "no_supply")
    desk.advance(3)
    assert lines(desk) == ["Armoire sans tension (Enedis ?) (supposé)"]
    assert len(desk.state.children[desk.shown()[0].id]) == 240


def test_a_mute_gateway_explains_the_silence_behind_it() -> None:
    town = Town(cabinets=1, circuits=2, lamps=10, source="gw-1")
    gateway = town.topology.add("gateway", "GW-A001-1", source="gw-1")
    desk = Desk(town)
    desk.cross(town.lamps("A001/D1")[:5], "silent")
    desk.cross([gateway], "mute")
    desk.cross(town.lamps("A001"), "silent")
    desk.advance(20 * 60)
    assert lines(desk) == ["Passerelle muette, points non vérifiés"]
    assert len(desk.state.children[desk.shown()[0].id]) == 20


def test_without_topology_street_and_minute_group() -> None:
    town = Town(cabinets=1, circuits=1, lamps=1)
    lamps = [town.topology.add("street_light", f"M{place}", street="rue Berbisey") for place in range(5)]
    town.topology.add("street_light", "N1", street="rue Jeannin")
    desk = Desk(town)
    desk.cross([*lamps[:2], town.get("N1")], "no_supply")
    desk.advance(20)
    assert lines(desk) == []
    desk.cross(lamps[2:4], "no_supply")
    desk.advance(2)
    assert lines(desk) == ["Regroupement supposé, rue Berbisey (supposé)"]
    desk.cross(lamps[4:], "no_supply")
    desk.advance(2)
    assert len(desk.state.children[desk.shown()[0].id]) == 5
    assert len(desk.shown()) == 1


def test_unfolding_by_hand_lasts() -> None:
    desk = Desk(Town())
    lamps = desk.town.lamps("A001/D3")
    desk.cross([desk.town.get("A001/D3")], "tripped")
    desk.cross(lamps, "no_supply")
    desk.advance(2)
    child = desk.find("A001/D3-001", "no_supply")
    desk.do(ac.Unfold(alarm=child.id))
    assert child.parent is None and child.told
    desk.cross(lamps[:1], "no_supply", "clear")
    desk.cross(lamps[:1], "no_supply")
    desk.advance(120)
    assert child.active and child.parent is None
    desk.do(ac.Unfold(alarm=desk.find("A001/D3", "tripped").id))
    assert not desk.state.children.get(desk.find("A001/D3", "tripped").id)


def test_unfolding_a_supposed_cause_ends_it() -> None:
    desk = Desk(Town())
    desk.cross(desk.town.lamps("A001/D3"), "no_supply")
    desk.advance(2)
    desk.do(ac.Unfold(alarm=desk.shown()[0].id))
    desk.advance(300)
    assert not desk.shown()


@pytest.mark.parametrize(("level", "conditions"), [(0.0, 0), (100.0, 80)])
def test_losing_supply_by_the_clock_is_nothing(level: float, conditions: int) -> None:
    desk = Desk(Town(rhythm="day_cut"))
    desk.town.programme.level = level
    desk.cross(desk.town.lamps("A001/D3"), "no_supply")
    desk.cross(desk.town.lamps("A001/D3"), "silent")
    desk.advance(5)
    assert len({event.asset for event in desk.of(ev.Raised) if not event.explains}) == conditions


def test_points_that_are_not_telemanaged_are_never_silent() -> None:
    desk = Desk(Town(management="none"))
    assert desk.cross(desk.town.lamps("A001"), "silent") == []


def test_a_trip_that_closes_again_at_once_is_still_told() -> None:
    desk = Desk(Town())
    desk.cross([desk.town.get("A001/D1")], "tripped")
    desk.cross([desk.town.get("A001/D1")], "tripped", "clear")
    assert [alarm.state for alarm in desk.shown()] == ["returned"]


def test_a_cause_left_under_another_stands_again_with_what_it_explains() -> None:
    desk = Desk(Town())
    desk.cross([desk.town.get("A001")], "no_mains")
    desk.cross([desk.town.get("A001/D2")], "tripped")
    desk.cross(desk.town.lamps("A001/D2"), "no_supply")
    desk.advance(2)
    assert lines(desk) == ["Armoire sans tension (Enedis ?)"]
    desk.cross([desk.town.get("A001")], "no_mains", "clear")
    desk.advance(61)
    trip = desk.find("A001/D2", "tripped")
    assert trip.shown and len(desk.state.children[trip.id]) == 80
    assert [item.code for item in desk.of(ev.LeftOver)[0].left] == ["A001/D2"]


def test_day_burners_of_a_circuit_are_one_line() -> None:
    desk = Desk(Town())
    desk.cross(desk.town.lamps("A001/D1"), "day_burner")
    desk.advance(2)
    assert lines(desk) == ["Départ 1 allumé en plein jour (supposé)"]


def test_a_circuit_that_trips_again_as_its_mains_leave_folds_nothing_of_its_own() -> None:
    desk = Desk(Town())
    town = desk.town
    circuit, cabinet = town.get("A001/D1"), town.get("A001")
    lamp = town.lamps("A001/D1")[0]
    desk.cross([circuit], "tripped")
    desk.advance(70)
    desk.cross([circuit], "tripped", "clear")
    desk.advance(5)
    together = [(cabinet, "no_mains"), (circuit, "tripped"), (lamp, "no_supply")]
    crossings = [
        Crossing(place, facts.id, name, "raise", desk.now, None, False) for place, (facts, name) in enumerate(together)
    ]
    desk.do(ac.Judge(crossings=crossings), SYSTEM)
    mains = desk.find("A001", "no_mains")
    assert {desk.find(facts.code, name).parent for facts, name in together[1:]} == {mains.id}
