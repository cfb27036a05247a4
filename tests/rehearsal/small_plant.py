"""Two cabinets, three circuits, a dozen lamps, one bus and two devices: small enough to reason about by hand."""

import numpy as np

from beffroi.rehearsal.plant.from_town import DIMMING
from beffroi.rehearsal.plant.types import (
    Cabinets,
    Circuits,
    Device,
    Gateways,
    Groups,
    Lamps,
    Mover,
    NightProgramme,
    Plant,
    Roads,
)

PROGRAMME = NightProgramme(commune="", lon=5.04, lat=47.32, steps=DIMMING)


def ints(*values: int) -> np.ndarray:
    return np.array(values, np.int32)


def small_plant(*, day_cut: bool = False, sodium_first: bool = False) -> Plant:
    """A001: circuits D1 (4 lamps) and D2 (4), driven point by point; A002: D1 (4 lamps), driven at the cabinet."""
    sodium = np.zeros(12, bool)
    sodium[0] = sodium_first
    return Plant(
        lamps=Lamps(
            codes=tuple(f"A001-{n}" for n in range(1, 9)) + tuple(f"A002-{n}" for n in range(1, 5)),
            circuit=ints(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2),
            gateway=ints(0, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1),
            rated_w=np.full(12, 100.0),
            sodium=sodium,
            year=np.full(12, 2020, np.int32),
            drop_v=np.array([1.0, 2.0, 3.0, 4.0] * 3),
        ),
        circuits=Circuits(("A001/D1", "A001/D2", "A002/D1"), ints(0, 0, 1), ints(0, 4, 8, 12)),
        cabinets=Cabinets(
            codes=("A001", "A002"),
            communes=("21231", "21355"),
            group=ints(0, 0),
            gateway=ints(0, 1),
            programme=ints(0, 0),
            day_cut=np.array([day_cut, day_cut]),
            by_point=np.array([True, False]),
            first=ints(0, 2, 3),
        ),
        groups=Groups(("P001",), ints(0)),
        gateways=Gateways(("gw-1", "gw-2"), ("GW-1", "GW-2"), ints(0, 1)),
        programmes=(PROGRAMME,),
        devices=(Device("junction", "F001", "feux-1"), Device("building", "S001", "surete-1")),
        movers=(
            Mover("bus", "BUS001", "bus-l01", "mqtt", "bus", 0),
            Mover("vehicle", "V001", "veh-v001", "osmand", "night"),
        ),
        roads=Roads(
            nodes=np.array([(5.04, 47.32), (5.042, 47.32), (5.042, 47.322), (5.04, 47.322)]),
            a=ints(0, 1, 2, 3),
            b=ints(1, 2, 3, 0),
            seconds=np.array([20.0, 30.0, 20.0, 30.0]),
            calls=(0, 2),
            loops=((0, 1, 2, 3, 0),),
        ),
    )
