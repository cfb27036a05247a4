"""The supply: substations, cabinets, circuits, and which lamps they leave without power."""

import numpy as np
from numpy.typing import NDArray

from beffroi.model.time import HOUR, MILLISECOND, SECOND, Micros
from beffroi.rehearsal.plant.types import Flags, Floats, Plant
from beffroi.rehearsal.world.lamps import NOMINAL_V, LampBank, Who
from beffroi.rehearsal.world.messages import item
from beffroi.rehearsal.world.noise import share, swing

CABINET_BEAT_S = 300
GROUP_BEAT_S = 900
CABINET_OWN_W = 14.0
CABLE_LOSS = 0.012
INRUSH_FOR = 2 * SECOND
INRUSH = 1.7
"""A circuit just closed is metered with its drivers' charging current over the first seconds."""


class Grid:
    """State of the supply by place in the plant."""

    def __init__(self, plant: Plant, bank: LampBank, seed: int) -> None:
        cabinets, circuits = len(plant.cabinets.codes), len(plant.circuits.codes)
        self.plant = plant
        self._bank = bank
        self._seed = seed
        self.mains: Flags = np.ones(cabinets, bool)
        self.group_mains: Flags = np.ones(len(plant.groups.codes), bool)
        self.group_tells: Flags = np.ones(len(plant.groups.codes), bool)
        self.door_open: Flags = np.zeros(cabinets, bool)
        self.contactor: Flags = np.ones(circuits, bool)
        """Closed by the clock or by an order; open by day where the circuit is cut by its clock."""
        self.tripped: Flags = np.zeros(circuits, bool)
        self.opened: Flags = np.zeros(circuits, bool)
        """Opened by an electrician: nothing closes it but the electrician."""
        self.shows_trip: Flags = np.ones(circuits, bool)
        """False where the breaker has no auxiliary contact wired: its trip can only be guessed."""
        self.closed_at: NDArray[np.int64] = np.zeros(circuits, np.int64)
        self._supply = 232.5 + 3.0 * (share(seed, np.arange(cabinets), 31) - 0.5)
        self.lamp_cabinet: NDArray[np.int64] = plant.circuits.cabinet[plant.lamps.circuit].astype(np.int64)
        self.full_w: Floats = np.maximum(np.bincount(plant.lamps.circuit, plant.lamps.rated_w, circuits), 1.0)

    def lamps_of(self, circuit: int) -> Who:
        """Return the lamps of a circuit, nearest to the cabinet first."""
        first = self.plant.circuits.first
        lamps: Who = np.arange(int(first[circuit]), int(first[circuit + 1]), dtype=np.int64)
        return lamps

    def circuits_of(self, cabinet: int) -> list[int]:
        """List the circuits of a cabinet."""
        return list(range(int(self.plant.cabinets.first[cabinet]), int(self.plant.cabinets.first[cabinet + 1])))

    def energised(self, circuit: int) -> bool:
        """Tell whether a circuit has voltage."""
        cabinet = int(self.plant.circuits.cabinet[circuit])
        closed = self.contactor[circuit] and not self.tripped[circuit] and not self.opened[circuit]
        return bool(closed and self.mains[cabinet])

    def refresh(self, circuit: int, at: Micros) -> Who:
        """Carry a change of a circuit to its lamps; return those whose supply came or went."""
        lamps = self.lamps_of(circuit)
        live = self.energised(circuit)
        changed: Who = lamps[self._bank.live[lamps] != live]
        if len(changed):
            self._bank.set_live(changed, live, at)
            if live:
                self.closed_at[circuit] = at
        return changed

    def supply_v(self, cabinet: NDArray[np.int64], at: NDArray[np.int64] | Micros) -> Floats:
        """Return the volts at cabinets."""
        volts = self._supply[cabinet] + 1.6 * swing(self._seed, cabinet, 32, at, 300)
        result: Floats = np.where(self.mains[cabinet], volts, 0.0)
        return result

    def load(self, circuits: NDArray[np.int64]) -> Floats:
        """Return the load of circuits as a share of their rated power."""
        lamps = self._bank
        loads = []
        for circuit in circuits.tolist():
            who = self.lamps_of(circuit)
            asked = np.where(lamps.lit(who), lamps.level[who] / 100, 0.0)
            loads.append(float((asked * self.plant.lamps.rated_w[who]).sum()) / float(self.full_w[circuit]))
        return np.array(loads)

    def power_w(self, circuit: int, at: Micros) -> float:
        """Return the power that leaves the cabinet on a circuit."""
        return float(self._bank.power_w(self.lamps_of(circuit), at).sum()) * (1 + CABLE_LOSS)

    def current_a(self, circuit: int, at: Micros) -> float:
        """Return the current of a circuit in amperes, its inrush just after it closed included."""
        if not self.energised(circuit):
            return 0.0
        inrush = INRUSH if at - int(self.closed_at[circuit]) < INRUSH_FOR else 1.0
        return self.power_w(circuit, at) / (NOMINAL_V * 0.95) * inrush

    def energy_wh(self, cabinet: int, at: Micros) -> float:
        """Return the cabinet's meter: its lamps, the cable's losses and its own consumption."""
        circuits = self.circuits_of(cabinet)
        lamps = np.arange(self.plant.circuits.first[circuits[0]], self.plant.circuits.first[circuits[-1] + 1])
        hours = (at - self._bank.since[lamps]) / HOUR
        lamps_wh = float((self._bank.energy_wh[lamps] + self._bank.power_w(lamps, at) * hours).sum())
        return lamps_wh * (1 + CABLE_LOSS) + CABINET_OWN_W * (at / HOUR % 200_000)

    def cabinet_items(self, cabinet: int, at: Micros, stamp: Micros) -> list[bytes]:
        """Return what a cabinet's controller tells, the cabinet first; `stamp` is its own clock."""
        mains = bool(self.mains[cabinet])
        volts = float(self.supply_v(np.array([cabinet]), at)[0])
        told = [
            item(
                self.plant.cabinets.codes[cabinet],
                stamp,
                f'"mains":{mains:d},"door_open":{self.door_open[cabinet]:d},"voltage_v":{volts:.1f},'
                f'"energy_wh":{self.energy_wh(cabinet, at):.0f},"heartbeat":{at // (CABINET_BEAT_S * SECOND)}',
            )
        ]
        return told + [
            self.circuit_item(circuit, at, stamp) for circuit in self.circuits_of(cabinet) if self.named(circuit)
        ]

    def named(self, circuit: int) -> bool:
        """Tell whether the register knows the circuit."""
        return bool(self.plant.circuits.codes[circuit])

    def circuit_item(self, circuit: int, at: Micros, stamp: Micros) -> bytes:
        """Return the state of a breaker and its current; a blind breaker looks closed and live but for its current."""
        shows = bool(self.shows_trip[circuit])
        tripped = bool(self.tripped[circuit]) and shows
        live = self.energised(circuit) or (bool(self.tripped[circuit]) and not shows)
        return item(
            self.plant.circuits.codes[circuit],
            stamp,
            f'"tripped":{tripped:d},"energised":{live:d},"current_a":{self.current_a(circuit, at):.2f}',
        )

    def group_item(self, group: int, at: Micros) -> bytes:
        """Return what is known of a public substation."""
        beat = at // (GROUP_BEAT_S * SECOND)
        return item(self.plant.groups.codes[group], at, f'"mains":{self.group_mains[group]:d},"heartbeat":{beat}')


def whole_ms(at: float | Micros) -> Micros:
    """Return a time cut to the millisecond: what a device writes."""
    return int(at) // MILLISECOND * MILLISECOND
