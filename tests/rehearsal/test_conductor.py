"""The conductor: rate, control, memory; without a socket."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from beffroi.model.time import SECOND, from_iso
from beffroi.rehearsal.player.conductor import Conductor
from beffroi.rehearsal.player.memory import recall
from beffroi.rehearsal.player.wires import Wires
from beffroi.rehearsal.scenario import Scenario, get_scenario
from tests.rehearsal.small_plant import small_plant

START = from_iso("2025-10-16T20:00:00Z")


class Bench:
    """A conductor on a wall clock that the test moves."""

    def __init__(self, folder: Path) -> None:
        self.wall = 100.0
        self.published: list[tuple[str, dict[str, Any]]] = []
        self.conductor = Conductor(small_plant(), 1, folder, self.publish, lambda: self.wall)
        self.conductor.begin(Scenario(title={}, expected={}, name="empty"), START, 1.0)

    async def publish(self, subject: str, payload: bytes) -> None:
        self.published.append((subject, json.loads(payload)))

    def calm(self) -> None:
        """Let the world introduce itself."""
        self.conductor.beat(12.0)
        self.conductor._settle_pace(12.0, 0.01)

    def ask(self, **request: Any) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(asyncio.run(self.conductor.answer(json.dumps(request).encode())))
        return answer


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_city_time_follows_the_rate(bench: Bench) -> None:
    bench.calm()
    assert bench.ask(do="rate", rate=60)["rate"] == 60
    assert bench.published[-1] == ("bf.clock", {"now": START + 12 * SECOND, "rate": 60.0})
    bench.conductor.beat(0.5)
    assert bench.ask()["now"] == START + 42 * SECOND


def test_a_world_introduces_itself_before_its_clock_runs(bench: Bench) -> None:
    bench.ask(do="scenario", name="quiet_night", rate=60)
    assert bench.ask()["pace"] == 1
    bench.calm()
    for _ in range(60):
        bench.conductor._settle_pace(0.1, 0.01)
    assert bench.ask()["pace"] == 60


@pytest.mark.parametrize("rate", [0.5, 151, -1])
def test_a_rate_out_of_bounds_is_refused(bench: Bench, rate: float) -> None:
    assert bench.ask(do="rate", rate=rate)["code"] == "rehearsal.bad_rate"
    assert bench.ask()["rate"] == 1


def test_a_scenario_takes_the_clock_to_its_hour_and_keeps_the_meters(bench: Bench) -> None:
    assert bench.conductor.world is not None
    bench.conductor.world.bank.energy_wh[:] = 1e6
    told = bench.ask(do="scenario", name="quiet_night")
    assert told["now"] == from_iso("2025-10-17T20:00:00Z")
    assert (bench.conductor.world.bank.energy_wh == 1e6).all()


def test_a_scenario_can_stay_at_the_present_hour(bench: Bench) -> None:
    assert bench.ask(do="scenario", name="quiet_night", stay=True)["now"] == START


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"do": "fly"}, "rehearsal.unknown_request"),
        ({"do": "scenario", "name": "none"}, "rehearsal.no_scenario"),
        ({"nonsense": 1}, "rehearsal.bad_request"),
        ({"do": "act", "act": {"do": "nothing"}}, "rehearsal.bad_request"),
    ],
)
def test_what_cannot_be_done_is_refused(bench: Bench, request_: dict[str, Any], code: str) -> None:
    assert bench.ask(**request_)["code"] == code


def test_one_act_can_be_played_alone(bench: Bench) -> None:
    bench.ask(do="act", act={"do": "trip_circuit", "circuit": "A001/D1"})
    bench.conductor.beat(1.0)
    assert bench.conductor.world is not None
    assert bench.conductor.world.grid.tripped[0]


def test_an_act_that_names_nothing_does_not_stop_the_city(bench: Bench) -> None:
    bench.ask(do="act", act={"do": "trip_circuit", "circuit": "A999/D1"})
    bench.conductor.beat(1.0)
    bench.conductor.beat(1.0)
    told = bench.ask()
    assert told["now"] == START + 2 * SECOND
    assert told["problems"] == [{"code": "rehearsal.no_such_code", "params": {"asset": "A999/D1"}}]


def test_it_remembers_where_it_was(bench: Bench, tmp_path: Path) -> None:
    bench.conductor.begin(get_scenario("quiet_night"), START, 10.0)
    bench.conductor.beat(30.0)
    bench.conductor.keep()
    memory = recall(tmp_path, 1)
    assert memory is not None
    assert (memory.now, memory.rate, memory.scenario) == (START + 30 * SECOND, 10.0, "quiet_night")
    assert recall(tmp_path, 2) is None, "another seed is another city"


def test_a_fast_clock_waits_for_its_sources(bench: Bench) -> None:
    async def run() -> None:
        bench.conductor.wires = Wires("mqtt://127.0.0.1:1", {"gw-1": "secret"}, bench.conductor.heard)
        bench.conductor._settle_pace(0.1, 0.01)

    bench.calm()
    bench.ask(do="rate", rate=60)
    asyncio.run(run())
    assert bench.ask()["pace"] == 1


def test_an_overloaded_machine_slows_the_city_honestly(bench: Bench) -> None:
    bench.calm()
    bench.ask(do="rate", rate=150)
    bench.conductor._settle_pace(0.1, 0.2)
    told = bench.ask()
    assert told["rate"] == 150
    assert told["pace"] < 60
    for _ in range(60):
        bench.conductor._settle_pace(0.1, 0.01)
    assert bench.ask()["pace"] == 150
