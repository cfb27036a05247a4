"""The world is a function of plant, seed, start, rate and acts: never of how it is stepped."""

from collections.abc import Iterable

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.model.time import HOUR, MILLISECOND, MINUTE, SECOND, Micros, from_iso
from beffroi.rehearsal.plant.types import Plant
from beffroi.rehearsal.scenario import get_scenario, list_scenarios, schedule, start_of
from beffroi.rehearsal.world.acts import (
    CabinetMains,
    CutSince,
    Links,
    Lockout,
    Mad,
    RearmCircuit,
    StuckOn,
    TripCircuit,
)
from beffroi.rehearsal.world.messages import Message
from beffroi.rehearsal.world.night import next_dawn, next_dusk
from beffroi.rehearsal.world.world import World
from tests.rehearsal.small_plant import PROGRAMME, small_plant

NIGHT = from_iso("2025-10-16T20:00:00Z")
NOON = from_iso("2025-10-16T10:00:00Z")
SEED = 5


def items(messages: Iterable[Message], code: str = "") -> list[dict[str, object]]:
    """Return the items of gateways' arrays in order, of one asset when given."""
    found: list[dict[str, object]] = []
    for message in messages:
        if message.door == "mqtt" and not message.path:
            found += [one for one in msgspec.json.decode(message.payload) if not code or one["a"] == code]
    return found


def last(messages: Iterable[Message], code: str, point: str) -> float | None:
    """Return the last value told of a point."""
    values = [one["p"][point] for one in items(messages, code) if point in one.get("p", {})]  # type: ignore[operator, index, attr-defined]
    return values[-1] if values else None


def world_at(start: Micros, **plant: bool) -> World:
    world = World(small_plant(**plant), SEED, start)
    world.bank.faulty[:] = False
    return world


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 90_000), min_size=1, max_size=30), st.sampled_from([1.0, 7.0, 60.0]))
def test_the_slices_of_time_change_nothing(slices_ms: list[int], rate: float) -> None:
    start = next_dusk(PROGRAMME, NOON) - 20 * SECOND
    end = start + sum(slices_ms) * MILLISECOND

    def told(cuts: list[int]) -> list[Message]:
        world, said, at = World(small_plant(day_cut=True), SEED, start, rate), [], start
        world.agenda.at(start + 30 * SECOND, lambda now: TripCircuit(circuit="A001/D1").play(world, now))
        world.agenda.at(start + 55 * SECOND, lambda now: Links(cabinet="A001").play(world, now))
        world.agenda.at(start + 90 * SECOND, lambda now: Links(cabinet="A001", up=True).play(world, now))
        for cut in cuts:
            at += cut * MILLISECOND
            said += world.step(at)
        return said

    assert end == start + sum(slices_ms) * MILLISECOND
    assert told(slices_ms) == told([sum(slices_ms)])


def test_same_seed_and_scenario_same_messages(plant: Plant) -> None:
    def told(seed: int, seconds: int) -> list[Message]:
        scenario = get_scenario("lively_evening")
        start = start_of(scenario, plant.programmes[0], NOON)
        world = World(plant, seed, start)
        schedule(scenario, world, start)
        return world.step(start + seconds * SECOND)

    first = told(1, 36)
    assert first == told(1, 36)
    assert told(1, 2) != told(2, 2)


def test_steady_load_is_that_of_the_mission(plant: Plant) -> None:
    world = World(plant, SEED, from_iso("2025-10-16T08:00:00Z"))
    world.step(world.now + 12 * SECOND)
    count = len(world.step(world.now + 30 * SECOND))
    assert 310 <= count / 30 <= 360


def test_dusk_lights_every_lamp_within_a_minute() -> None:
    dusk = next_dusk(PROGRAMME, NOON)
    world = world_at(dusk - MINUTE)
    world.step(dusk + 9 * SECOND)
    assert not world.bank.level.any()
    world.step(dusk + 61 * SECOND)
    assert (world.bank.level == 100).all()


def test_dawn_puts_them_out_and_a_day_cut_circuit_falls_silent_without_gasp() -> None:
    dawn = next_dawn(PROGRAMME, NIGHT)
    world = world_at(dawn - MINUTE, day_cut=True)
    said = world.step(dawn + 2 * MINUTE)
    assert not world.bank.live.any()
    assert all(one["p"].get("last_gasp", 0) == 0 for one in items(said))  # type: ignore[attr-defined]
    quiet = items(world.step(dawn + 2 * HOUR))
    assert not [one for one in quiet if str(one["a"]).startswith("A001-")]
    assert any(one["a"] == "A001" for one in quiet), "its cabinet still speaks"


def test_meters_count_what_was_drawn() -> None:
    world = world_at(NIGHT)
    world.bank.override[:] = 50.0
    world.bank.set_level(np.arange(12), 50.0, NIGHT)
    before = world.bank.energy_wh.copy(), world.bank.burning_h.copy()
    world.step(NIGHT + HOUR)
    power = world.bank.power_w(np.arange(12), NIGHT + HOUR)
    world.bank.settle(np.arange(12), NIGHT + HOUR)
    assert world.bank.energy_wh - before[0] == pytest.approx(power)
    assert world.bank.burning_h - before[1] == pytest.approx(np.ones(12))


def test_the_cabinet_meter_agrees_with_its_lamps() -> None:
    world = world_at(NIGHT)
    first = world.grid.energy_wh(0, NIGHT)
    lamps = np.arange(8)
    drawn = float(world.bank.power_w(lamps, NIGHT).sum())
    world.agenda._heap.clear()
    told = world.grid.energy_wh(0, NIGHT + HOUR) - first
    assert told == pytest.approx(drawn, rel=0.03)


def test_the_voltage_drops_along_the_cable_with_the_load() -> None:
    world = world_at(NIGHT)
    lamps = np.arange(4)
    at = np.full(4, NIGHT)
    supply = world.grid.supply_v(world.grid.lamp_cabinet[lamps], at)
    loaded = world.bank.voltage_v(lamps, at, supply, np.ones(4))
    idle = world.bank.voltage_v(lamps, at, supply, np.zeros(4))
    assert idle - loaded == pytest.approx([1.0, 2.0, 3.0, 4.0])


def test_sodium_does_not_dim_and_takes_minutes_to_strike_again() -> None:
    world = world_at(NIGHT, sodium_first=True)
    lamp = np.array([0])
    world.bank.set_level(lamp, 50.0, NIGHT)
    assert world.bank.level[0] == 100
    world.bank.set_live(lamp, False, NIGHT)
    world.bank.set_live(lamp, True, NIGHT + SECOND)
    assert world.bank.light_pct(lamp, NIGHT + MINUTE)[0] == 0
    assert world.bank.power_w(lamp, NIGHT + MINUTE)[0] < 20
    assert world.bank.light_pct(lamp, NIGHT + 7 * MINUTE)[0] == 100
    assert world.bank.power_w(lamp, NIGHT + 20 * MINUTE)[0] == pytest.approx(112, rel=0.01)


def test_a_trip_is_told_by_the_cabinet_and_by_some_lamps() -> None:
    world = world_at(NIGHT)
    world.step(NIGHT + MINUTE)
    TripCircuit(circuit="A001/D1").play(world, world.now)
    said = world.step(world.now + 20 * SECOND)
    assert last(said, "A001/D1", "tripped") == 1
    assert last(said, "A001/D1", "current_a") == 0
    gasps = {one["a"] for one in items(said) if one["p"].get("last_gasp") == 1}  # type: ignore[attr-defined]
    assert gasps <= {"A001-1", "A001-2", "A001-3", "A001-4"}
    RearmCircuit(circuit="A001/D1", lost=1).play(world, world.now)
    back = world.step(world.now + MINUTE)
    alive = {one["a"] for one in items(back) if str(one["a"]).startswith("A001-") and one["p"]["power_w"] > 50}  # type: ignore[index]
    assert len(alive & {"A001-1", "A001-2", "A001-3", "A001-4"}) == 3
    assert last(back, "A001/D1", "tripped") == 0


def test_a_blind_breaker_says_nothing() -> None:
    world = world_at(NIGHT)
    world.step(NIGHT + MINUTE)
    TripCircuit(circuit="A001/D1", reported=False, gasps=False).play(world, world.now)
    said = world.step(world.now + 30 * MINUTE)
    assert last(said, "A001/D1", "tripped") == 0
    assert not [one for one in items(said) if one["a"] == "A001-1"]
    assert last(said, "A001", "mains") == 1


def test_without_mains_the_controller_goes_on_by_battery() -> None:
    world = world_at(NIGHT)
    world.step(NIGHT + MINUTE)
    CabinetMains(cabinet="A001").play(world, world.now)
    said = world.step(world.now + MINUTE)
    assert last(said, "A001", "mains") == 0
    assert last(said, "A001", "voltage_v") == 0
    assert last(said, "A001/D2", "energised") == 0


def test_what_was_kept_during_a_cut_comes_back_in_order_and_once() -> None:
    world, reference = world_at(NIGHT), world_at(NIGHT)
    world.step(NIGHT + MINUTE)
    reference.step(NIGHT + MINUTE)
    Links(cabinet="A001").play(world, world.now)
    assert not [m for m in world.step(world.now + HOUR) if m.source == "gw-1"]
    Links(cabinet="A001", up=True).play(world, world.now)
    end = world.now + 5 * MINUTE
    kept = items(m for m in world.step(end) if m.source == "gw-1")
    straight = items(m for m in reference.step(end) if m.source == "gw-1")
    assert len(kept) > 700
    assert kept == straight[: len(kept)]


def test_a_cut_of_three_days_is_told_whole() -> None:
    world = world_at(NIGHT)
    world.step(NIGHT + MINUTE)
    CutSince(commune="21231", hours=72).play(world, world.now)
    cut_at = world.now
    Links(commune="21231", up=True).play(world, cut_at)
    told = items(m for m in world.step(cut_at + 2 * MINUTE) if m.source == "gw-1")
    lamp = [one for one in told if one["a"] == "A001-3" and one["t"] <= cut_at // MILLISECOND]  # type: ignore[operator]
    assert len(lamp) == 72 * 4
    times = [one["t"] for one in lamp]
    assert times == sorted(set(times))  # type: ignore[type-var]
    levels = {one["p"]["level_pct"] for one in lamp}  # type: ignore[index]
    assert levels == {0, 50, 70, 100}, "three nights with their dimming"
    energy = [one["p"]["energy_wh"] for one in lamp]  # type: ignore[index]
    assert energy == sorted(energy)


def test_a_welded_circuit_burns_by_day() -> None:
    world = world_at(NOON)
    StuckOn(circuit="A001/D1").play(world, NOON)
    said = world.step(NOON + 16 * MINUTE)
    assert last(said, "A001-1", "power_w") > 80  # type: ignore[operator]
    assert last(said, "A001-5", "power_w") < 2  # type: ignore[operator]
    StuckOn(circuit="A001/D1", freed=True).play(world, world.now)
    assert last(world.step(world.now + 16 * MINUTE), "A001-1", "power_w") < 2  # type: ignore[operator]


def test_an_electrician_s_circuit_has_no_power_and_no_voice() -> None:
    world = world_at(NIGHT)
    world.step(NIGHT + MINUTE)
    Lockout(circuit="A001/D1").play(world, world.now)
    world.step(world.now + MINUTE)
    assert not world.bank.live[:4].any()
    assert world.bank.live[4:8].all()


def test_a_mad_device_sends_what_it_promised() -> None:
    world = world_at(NIGHT)
    world.step(NIGHT + MINUTE)
    Mad(cabinet="A001", messages=1_000, within_s=2).play(world, world.now)
    said = [m for m in world.step(world.now + 3 * SECOND) if m.path == "A001-1"]
    assert len(said) == 1_000
    assert len({m.payload for m in said}) == 1_000


def test_faster_clocks_keep_traffic_bearable_and_heartbeats_alive(plant: Plant) -> None:
    world = World(plant, SEED, from_iso("2025-10-16T08:00:00Z"), rate=150.0)
    world.step(world.now + 10 * MINUTE)
    window = 10 * MINUTE
    said = world.step(world.now + window)
    real_seconds = window / SECOND / 150.0
    assert len(said) / real_seconds < 6_000
    junctions: dict[str, list[Micros]] = {}
    for message in said:
        if message.source.startswith("feux"):
            junctions.setdefault(message.path, []).append(message.at)
    assert len(junctions) == 113
    assert max(max(np.diff(times)) for times in junctions.values()) < 60 * SECOND


@pytest.mark.parametrize("name", sorted(list_scenarios()))
def test_every_scenario_can_be_played_and_says_what_to_expect(plant: Plant, name: str) -> None:
    scenario = get_scenario(name)
    for text in (scenario.title, scenario.expected):
        assert text["fr"]
        assert text["en"]
    world = World(plant, SEED, start_of(scenario, plant.programmes[0], NOON))
    for act in scenario.acts:
        if not isinstance(act, Mad):
            act.play(world, world.now)
    assert world.step(world.now + SECOND)
