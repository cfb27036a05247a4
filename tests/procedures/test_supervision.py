"""What no reading tells by itself: silence, day burners, lights dark by night."""

import time
from uuid import UUID

import numpy as np
import pytest

from beffroi.alarms.actions import Judge
from beffroi.equipment import registry
from beffroi.model.ports import Lock
from beffroi.model.reading import Crossing
from beffroi.model.time import HOUR, MINUTE, SECOND
from beffroi.procedures.live.supervision import REMEMBERED_S, Pace, Supervisor
from tests.alarms.town import SYSTEM, Desk, Town


class Watched:
    """A town under supervision: each scan is judged."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.desk = Desk(town)
        self.supervisor = Supervisor(registry())
        self.steady_at = self.desk.now - 2 * HOUR

    def scan(self) -> list[Crossing]:
        found = self.supervisor.scan(self.town.city, self.desk.state, self.desk.now, self.steady_at)
        if found:
            self.desk.do(Judge(crossings=found), SYSTEM)
        return found

    def pass_time(self, seconds: float, step: float = 60) -> None:
        while seconds > 0:
            self.desk.advance(min(step, seconds))
            seconds -= step
            self.scan()

    def everybody_speaks(self, **values: float) -> None:
        for facts in self.town.topology.facts.values():
            known = {point.name for point in registry()[facts.kind].points}
            spoken = {name: value for name, value in values.items() if name in known}
            self.town.live.hear(facts.id, self.desk.now, **spoken)


@pytest.fixture
def watched() -> Watched:
    watched = Watched(Town(lamps=20))
    watched.everybody_speaks(power_w=60, level_pct=100, heartbeat=1, energised=1, tripped=0, mains=1)
    return watched


def standing(watched: Watched, name: str) -> int:
    return len(watched.desk.state.classes.get(name, {}))


def test_who_speaks_is_left_alone(watched: Watched) -> None:
    assert watched.scan() == []


class Locked:
    """One circuit locked out, for as long as `on`."""

    def __init__(self, circuit: UUID) -> None:
        self.circuit, self.on = circuit, True

    def find(self, asset: UUID) -> Lock | None:
        return None

    def list_roots(self) -> list[Lock]:
        return [Lock(self.circuit, "Sacha Électricien", "C-1", 0)] if self.on else []


def test_a_circuit_locked_out_is_neither_dark_nor_silent_until_it_is_given_back(watched: Watched) -> None:
    circuit, lamps = watched.town.get("A001/D3"), watched.town.lamps("A001/D3")
    watched.town.city.locks = locks = Locked(circuit.id)
    watched.scan()
    for _ in range(40):
        for facts in watched.town.topology.facts.values():
            if facts not in lamps:
                watched.town.live.hear(facts.id, watched.desk.now, energised=float(facts != circuit), tripped=0)
        watched.pass_time(60)
    assert standing(watched, "dark") == 0
    assert not [alarm for alarm in watched.desk.state.alarms.values() if alarm.asset in {one.id for one in lamps}]
    locks.on = False
    watched.town.live.hear(circuit.id, watched.desk.now, energised=0, tripped=0)
    watched.scan()
    assert standing(watched, "dark") == 0, "the ten minutes count from the hour at which it was given back"
    watched.pass_time(11 * 60)
    assert standing(watched, "dark") == 1


def test_a_clock_forty_minutes_behind_is_no_silence(watched: Watched) -> None:
    lying = {watched.town.lamps("A001/D3")[0].id, watched.town.get("A001").id}
    watched.scan()
    for _ in range(60):
        for asset in watched.town.topology.facts:
            watched.town.live.hear(asset, watched.desk.now - (40 * MINUTE if asset in lying else 0), power_w=60)
        watched.pass_time(60)
    assert standing(watched, "silent") == standing(watched, "mute") == 0


def test_a_silent_circuit_is_one_line_within_a_heartbeat_and_thirty_seconds(watched: Watched) -> None:
    lamps = watched.town.lamps("A001/D3")
    for _ in range(46):
        watched.desk.advance(20)
        for facts in watched.town.topology.facts.values():
            if facts not in lamps and registry()[facts.kind].points:
                watched.town.live.hear(facts.id, watched.desk.now, **{registry()[facts.kind].points[0].name: 60})
        watched.scan()
    watched.desk.advance(2)
    assert [watched.desk.label(alarm) for alarm in watched.desk.shown()] == ["Départ 3 déclenché (supposé)"]
    assert standing(watched, "silent") == 20


def test_silence_ends_when_heard_again(watched: Watched) -> None:
    lamps = watched.town.lamps("A001/D3")
    watched.desk.advance(1000)
    watched.everybody_speaks(heartbeat=2, energised=1)
    others = [lamp for lamp in watched.town.lamps("G1") if lamp not in lamps[:2]]
    for lamp in others:
        watched.town.live.hear(lamp.id, watched.desk.now, power_w=60)
    watched.scan()
    assert standing(watched, "silent") == 2
    watched.desk.advance(5)
    watched.town.live.hear(lamps[0].id, watched.desk.now, power_w=60)
    watched.scan()
    assert standing(watched, "silent") == 1


def test_nothing_before_our_own_start_is_held_against_anybody(watched: Watched) -> None:
    watched.desk.advance(3 * 3600)
    watched.steady_at = watched.desk.now
    assert watched.scan() == []
    watched.pass_time(880)
    assert standing(watched, "silent") == 0
    watched.pass_time(120)
    assert standing(watched, "silent") == 180


def test_never_heard_is_not_silent() -> None:
    watched = Watched(Town(lamps=5))
    watched.pass_time(4000, 500)
    assert not watched.desk.lines


def test_not_telemanaged_is_never_silent() -> None:
    watched = Watched(Town(lamps=5, management="none"))
    watched.everybody_speaks(power_w=60)
    watched.pass_time(4000, 500)
    assert standing(watched, "silent") == 0


def test_a_circuit_cut_by_its_clock_is_silent_by_day_and_has_time_to_wake() -> None:
    watched = Watched(Town(lamps=5, rhythm="day_cut"))
    watched.everybody_speaks(power_w=60, level_pct=100, energised=1)
    watched.town.programme.level = 0.0
    for circuit in watched.town.topology.list_kind("circuit"):
        watched.town.live.hear(circuit.id, watched.desk.now, energised=0)
    watched.pass_time(10 * 3600, 600)
    assert standing(watched, "silent") == 0
    watched.town.programme.level = 100.0
    for circuit in watched.town.topology.list_kind("circuit"):
        watched.town.live.hear(circuit.id, watched.desk.now, energised=1)
    watched.pass_time(800)
    assert standing(watched, "silent") == 0
    watched.pass_time(200)
    assert standing(watched, "silent") == 45


def test_burning_by_day_after_its_delay_and_over_when_off(watched: Watched) -> None:
    burner = watched.town.lamps("A001/D1")[0]
    watched.town.programme.level = 0.0
    watched.everybody_speaks(power_w=0.8, level_pct=0)
    watched.town.live.hear(burner.id, watched.desk.now, power_w=61)
    watched.scan()
    watched.pass_time(240)
    assert standing(watched, "day_burner") == 0
    watched.pass_time(120)
    assert list(watched.desk.state.classes["day_burner"]) == [burner.id]
    watched.town.live.hear(burner.id, watched.desk.now, power_w=0.7)
    watched.scan()
    assert standing(watched, "day_burner") == 0


def test_what_stays_fed_or_lit_through_the_extinction_of_the_night_is_no_light_by_day() -> None:
    watched = Watched(Town(lamps=5, rhythm="day_cut"))
    burner = watched.town.lamps("A001/D1")[0]
    watched.town.programme.level, watched.town.programme.extinction = 0.0, True
    watched.everybody_speaks(power_w=0.8, level_pct=0)
    watched.town.live.hear(burner.id, watched.desk.now, power_w=61, level_pct=80)
    for circuit in watched.town.topology.list_kind("circuit"):
        watched.town.live.hear(circuit.id, watched.desk.now, energised=1)
    watched.pass_time(800)
    assert standing(watched, "stuck_on") == standing(watched, "day_burner") == 0
    assert list(watched.desk.state.classes["discordant"]) == [burner.id]
    watched.town.programme.extinction = False
    watched.pass_time(800)
    assert standing(watched, "stuck_on") == len(watched.town.topology.list_kind("circuit"))


def test_dark_by_night_unless_an_order_says_so(watched: Watched) -> None:
    dark, ordered = watched.town.lamps("A001/D1")[:2]
    for lamp in (dark, ordered):
        watched.town.live.hear(lamp.id, watched.desk.now, power_w=0.5)
    forced = np.array([ordered.index], np.int32), np.zeros(1, np.float32)
    watched.town.city.overrides.levels = lambda: forced
    watched.scan()
    watched.pass_time(400)
    assert list(watched.desk.state.classes["dark_by_night"]) == [dark.id]


def test_a_level_that_differs_is_an_event(watched: Watched) -> None:
    lamp = watched.town.lamps("A001/D1")[0]
    watched.town.live.hear(lamp.id, watched.desk.now, level_pct=60)
    watched.scan()
    watched.pass_time(400)
    assert list(watched.desk.state.classes["discordant"]) == [lamp.id]
    assert watched.desk.state.classes["discordant"][lamp.id].outcome == "event"


def test_a_clock_circuit_left_on_by_day_asks_for_a_look_at_the_clock() -> None:
    watched = Watched(Town(cabinets=1, circuits=1, lamps=2, rhythm="day_cut"))
    watched.town.programme.level = 0.0
    watched.everybody_speaks(energised=1, tripped=0)
    watched.scan()
    watched.pass_time(660)
    assert [watched.desk.label(alarm) for alarm in watched.desk.shown()] == ["Départ 1 allumé en plein jour"]


def test_a_mute_cabinet_says_the_third_sentence(watched: Watched) -> None:
    for _ in range(20):
        watched.desk.advance(20)
        for facts in watched.town.topology.facts.values():
            if facts.code != "A002":
                watched.town.live.hear(facts.id, watched.desk.now, power_w=60, heartbeat=1)
        watched.scan()
    watched.desk.advance(2)
    assert [watched.desk.label(alarm) for alarm in watched.desk.shown()] == ["Armoire muette, éclairage non vérifié"]


def test_a_group_is_no_box_and_never_mute_by_itself(watched: Watched) -> None:
    for _ in range(90):
        watched.desk.advance(60)
        for facts in watched.town.topology.facts.values():
            if facts.kind != "cabinet_group":
                watched.town.live.hear(facts.id, watched.desk.now, power_w=60, heartbeat=1)
        watched.scan()
    assert not watched.desk.shown()


def test_the_whole_city_is_looked_at_in_a_blink() -> None:
    watched = Watched(Town(cabinets=400, circuits=3, lamps=28))
    watched.everybody_speaks(power_w=60, level_pct=100, heartbeat=1, energised=1, tripped=0, mains=1)
    watched.scan()
    took = []
    for _ in range(5):
        began = time.process_time()
        assert watched.scan() == []
        took.append(1000 * (time.process_time() - began))
    assert min(took) < 50, took


def test_scans_repeat_nothing(watched: Watched) -> None:
    watched.desk.advance(17 * MINUTE // SECOND)
    assert watched.scan()
    assert watched.scan() == []


def test_a_city_that_slows_down_still_owes_what_was_sent_at_its_fast_pace() -> None:
    pace = Pace()
    pace.note(14.0, 100.0)
    pace.note(3.0, 101.0)
    assert pace.rate == 14.0
    pace.note(3.0, 100.0 + REMEMBERED_S + 0.1)
    assert pace.rate == 3.0
    pace.note(0.2, 200.0)
    assert pace.rate == 1.0
