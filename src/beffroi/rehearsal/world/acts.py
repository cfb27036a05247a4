"""What a scenario can make happen: one small struct an act, played on the world at its time."""

from __future__ import annotations

from functools import partial

import msgspec
import numpy as np

from beffroi.model.time import HOUR, MILLISECOND, SECOND, Micros
from beffroi.rehearsal.world.grid import whole_ms
from beffroi.rehearsal.world.lamps import Who, ints
from beffroi.rehearsal.world.messages import Message
from beffroi.rehearsal.world.noise import share
from beffroi.rehearsal.world.past import past_items
from beffroi.rehearsal.world.street import Street


class ActError(Exception):
    """An act that names something this city does not have: code and params for the operator."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code, params)
        self.code, self.params = code, params


def place_of(codes: tuple[str, ...], code: str) -> int:
    """Return the place of a code in a list of the plant; raises ActError when it is not there."""
    try:
        return codes.index(code)
    except ValueError:
        raise ActError("rehearsal.no_such_code", asset=code) from None


class Act(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do"):
    """One step of a scenario: `at` is how long after its beginning: "90s", "1m30s", "72h"."""

    at: str = "0s"

    def play(self, world: Street, at: Micros) -> None:
        """Make it happen."""
        raise NotImplementedError


class TripCircuit(Act, frozen=True, tag="trip_circuit"):
    """A breaker trips. `reported` false: no contact, only silence tells. `gasps` false: the lamps cannot warn."""

    circuit: str
    reported: bool = True
    gasps: bool = True

    def play(self, world: Street, at: Micros) -> None:
        circuit = place_of(world.plant.circuits.codes, self.circuit)
        world.grid.tripped[circuit] = True
        world.grid.shows_trip[circuit] = self.reported
        world.supply_changes(circuit, at, gasps=self.gasps)
        if self.reported:
            world.agenda.at(at + SECOND, partial(world.tell_circuit, circuit))


class RearmCircuit(Act, frozen=True, tag="rearm_circuit"):
    """A breaker is closed again; `lost` lamps of its circuit do not come back."""

    circuit: str
    lost: int = 0

    def play(self, world: Street, at: Micros) -> None:
        circuit = place_of(world.plant.circuits.codes, self.circuit)
        lamps = world.grid.lamps_of(circuit)
        if self.lost:
            gasped = lamps[world.bank.gasped[lamps]]
            world.bank.mute[(gasped if len(gasped) >= self.lost else lamps)[: self.lost]] = True
        world.grid.tripped[circuit] = False
        world.grid.shows_trip[circuit] = True
        world.supply_changes(circuit, at)
        world.agenda.at(at + SECOND, partial(world.tell_circuit, circuit))


class Lockout(Act, frozen=True, tag="lockout"):
    """An electrician opens a circuit by hand (consignation), or closes it: no order reaches its lamps meanwhile."""

    circuit: str
    opened: bool = True

    def play(self, world: Street, at: Micros) -> None:
        circuit = place_of(world.plant.circuits.codes, self.circuit)
        world.grid.opened[circuit] = self.opened
        world.supply_changes(circuit, at, gasps=False)
        world.agenda.at(at + SECOND, partial(world.tell_circuit, circuit))


class CabinetMains(Act, frozen=True, tag="cabinet_mains"):
    """A cabinet loses its mains, or has it back; its controller goes on by battery."""

    cabinet: str
    up: bool = False

    def play(self, world: Street, at: Micros) -> None:
        cabinet = place_of(world.plant.cabinets.codes, self.cabinet)
        cabinet_mains(world, cabinet, self.up, at, within_s=8.0)


def cabinet_mains(world: Street, cabinet: int, up: bool, at: Micros, within_s: float) -> None:
    """Give or take the mains of a cabinet; it reports within 1.5 s."""
    world.grid.mains[cabinet] = up
    for circuit in world.grid.circuits_of(cabinet):
        world.supply_changes(circuit, at, within_s=within_s)
    lag = 300 + int(share(world.seed, np.array([cabinet]), 95)[0] * 1200)
    world.agenda.at(whole_ms(at) + lag * MILLISECOND, partial(world.tell_cabinet, cabinet, urgent=True))


class GroupMains(Act, frozen=True, tag="group_mains"):
    """A public substation is lost, or back: all its cabinets at once. `reported`: somebody tells of the substation."""

    group: str
    up: bool = False
    reported: bool = False

    def play(self, world: Street, at: Micros) -> None:
        group = place_of(world.plant.groups.codes, self.group)
        world.grid.group_mains[group] = self.up
        world.grid.group_tells[group] = self.reported or self.up
        for cabinet in np.flatnonzero(world.plant.cabinets.group == group).tolist():
            cabinet_mains(world, cabinet, self.up, at, within_s=1.0)
        world.agenda.at(whole_ms(at) + 900 * MILLISECOND, partial(world.tell_group, group))


class Links(Act, frozen=True, tag="links"):
    """Links are cut, or restored: of a cabinet, of a commune (INSEE code), or of a share of all gateways."""

    up: bool = False
    cabinet: str = ""
    commune: str = ""
    share: float = 0.0

    def play(self, world: Street, at: Micros) -> None:
        gateways = gateways_of(world, self.cabinet, self.commune, self.share)
        (world.restore_links if self.up else world.cut_links)(gateways, at)


def gateways_of(world: Street, cabinet: str, commune: str, part: float) -> list[int]:
    """List the gateways that an act names; raises ActError when it names none."""
    plant = world.plant
    if cabinet:
        chosen = plant.gateways.cabinet == place_of(plant.cabinets.codes, cabinet)
    elif commune:
        mine = np.array([code == commune for code in plant.cabinets.communes])
        chosen = mine[plant.gateways.cabinet]
    else:
        chosen = share(world.seed, np.arange(len(plant.gateways.sources)), 96) < part
    if not chosen.any():
        raise ActError("rehearsal.no_gateway", cabinet=cabinet, commune=commune)
    return [int(place) for place in np.flatnonzero(chosen)]


class CutSince(Act, frozen=True, tag="cut_since"):
    """A commune's links have been cut for some hours already: its gateways hold all that their lamps said meanwhile."""

    commune: str
    hours: float = 72.0

    def play(self, world: Street, at: Micros) -> None:
        gateways = gateways_of(world, "", self.commune, 0.0)
        world.cut_links(gateways, at)
        mine = np.isin(world.plant.lamps.gateway, gateways)
        who: Who = np.flatnonzero(mine).astype(np.int64)
        for gateway, when, data in past_items(world, who, at - int(self.hours * HOUR), at):
            world.uplinks.put(gateway, when, data)


class Door(Act, frozen=True, tag="door"):
    """A cabinet's door opens or closes; with `toggles` it beats in the wind, once each `every_s` seconds."""

    cabinet: str
    opened: bool = True
    toggles: int = 0
    every_s: float = 10.0

    def play(self, world: Street, at: Micros) -> None:
        cabinet = place_of(world.plant.cabinets.codes, self.cabinet)
        for beat in range(max(1, self.toggles)):
            opened = self.opened if not self.toggles else beat % 2 == 0

            def deed(now: Micros, opened: bool = opened) -> None:
                world.grid.door_open[cabinet] = opened
                world.tell_cabinet(cabinet, now, urgent=True)

            world.agenda.at(whole_ms(at + int(beat * self.every_s * SECOND)), deed)


class Device(Act, frozen=True, tag="device"):
    """Points of a signal, a camera, a building or a bollard take given values; none gives it back to itself."""

    code: str
    points: dict[str, float] = {}

    def play(self, world: Street, at: Micros) -> None:
        if not any(device.code == self.code for device in world.plant.devices):
            raise ActError("rehearsal.no_such_code", asset=self.code)
        alter(world, self.code, self.points, whole_ms(at))


def alter(world: Street, code: str, points: dict[str, float], at: Micros) -> None:
    """Set points of a device and let it say so at once."""
    if points:
        world.life.altered[code] = points
    else:
        world.life.altered.pop(code, None)
    world.loose += world.life.tell(code, at)


class Storm(Act, frozen=True, tag="storm"):
    """A thunderstorm: circuits trip and devices fail all over the city within some seconds; `over` ends it."""

    circuits: int = 40
    junctions: int = 20
    cameras: int = 25
    buildings: int = 6
    within_s: float = 60.0
    over: bool = False

    def play(self, world: Street, at: Micros) -> None:
        for rank, circuit in enumerate(self._chosen(world)):
            when = whole_ms(at + int(rank / max(1, self.circuits) * self.within_s * SECOND))
            act: Act = RearmCircuit(circuit=circuit) if self.over else TripCircuit(circuit=circuit)
            world.agenda.at(when, partial(act.play, world))
        struck: tuple[tuple[str, int, dict[str, float]], ...] = (
            ("junction", self.junctions, {"mode": 2.0}),
            ("camera", self.cameras, {"picture": 0.0}),
            ("building", self.buildings, {"intrusion": 1.0}),
        )
        for kind, count, points in struck:
            codes = [device.code for device in world.plant.devices if device.kind == kind][::3][:count]
            for rank, code in enumerate(codes):
                when = whole_ms(at + int((rank + 0.5) / max(1, count) * self.within_s * SECOND))
                now_points: dict[str, float] = {} if self.over else points
                world.agenda.at(when, partial(alter, world, code, now_points))

    def _chosen(self, world: Street) -> list[str]:
        plant = world.plant
        able = np.flatnonzero(plant.cabinets.by_point[plant.circuits.cabinet])
        order = np.argsort(share(world.seed, able, 97), kind="stable")[: self.circuits]
        return [plant.circuits.codes[int(able[place])] for place in order]


class Mad(Act, frozen=True, tag="mad"):
    """A gateway goes mad: so many messages within so many seconds, all of one lamp of a cabinet."""

    cabinet: str
    messages: int = 187_000
    within_s: float = 30.0

    def play(self, world: Street, at: Micros) -> None:
        gateway = gateways_of(world, self.cabinet, "", 0.0)[-1]
        lamp = int(np.flatnonzero(world.plant.lamps.gateway == gateway)[0])
        code, source = world.plant.lamps.codes[lamp], world.plant.gateways.sources[gateway]
        slices = max(1, round(self.within_s * 20))
        for cut in range(slices):
            first, last = self.messages * cut // slices, self.messages * (cut + 1) // slices
            when = at + int(cut * self.within_s / slices * SECOND)
            world.agenda.at(when, partial(self._burst, world, source, code, range(first, last)))

    def _burst(self, world: Street, source: str, code: str, numbers: range, now: Micros) -> None:
        start = now // MILLISECOND
        world.loose += [
            Message(
                now, "mqtt", source, code, f'{{"t":{start + n - numbers.start},"p":{{"power_w":{n % 97}}}}}'.encode()
            )
            for n in numbers
        ]


class Clock(Act, frozen=True, tag="clock"):
    """The gateways of a cabinet write a time that is wrong by so many seconds; 0 puts them right."""

    cabinet: str
    wrong_by_s: float

    def play(self, world: Street, at: Micros) -> None:
        for gateway in gateways_of(world, self.cabinet, "", 0.0):
            world.uplinks.skew[gateway] = int(self.wrong_by_s * 1000) * MILLISECOND


class StuckOn(Act, frozen=True, tag="stuck_on"):
    """Lamps burn by day: a whole circuit (its contactor welded), or single lamps taken at random; `freed` ends it."""

    circuit: str = ""
    lamps: int = 0
    freed: bool = False

    def play(self, world: Street, at: Micros) -> None:
        if self.circuit:
            who = world.grid.lamps_of(place_of(world.plant.circuits.codes, self.circuit))
        else:
            able = world.spoken[world.bank.live[world.spoken]]
            who = able[np.argsort(share(world.seed, able, 98), kind="stable")[: self.lamps]]
        world.bank.stuck[who] = False
        world.drive(ints(who), world.wanted[who] if self.freed else 100.0, at)
        world.bank.stuck[who] = not self.freed


class LampFault(Act, frozen=True, tag="lamp_fault"):
    """Lamps die, or are repaired: by their painted numbers, or so many taken at random."""

    codes: tuple[str, ...] = ()
    lamps: int = 0
    repaired: bool = False

    def play(self, world: Street, at: Micros) -> None:
        plant = world.plant
        if self.codes:
            who = ints([place_of(plant.lamps.codes, code) for code in self.codes])
        else:
            who = world.spoken[np.argsort(share(world.seed, world.spoken, 99, at, 1), kind="stable")[: self.lamps]]
        world.bank.settle(who, at)
        world.bank.faulty[who] = not self.repaired
        world.bank.mute[who] = False
        world.tell_soon(who, at)


class Order(Act, frozen=True, tag="local_order"):
    """Somebody on site drives a circuit by hand from its cabinet: a level nobody in the room asked for."""

    circuit: str
    level_pct: float

    def play(self, world: Street, at: Micros) -> None:
        world.drive(world.grid.lamps_of(place_of(world.plant.circuits.codes, self.circuit)), self.level_pct, at)


AnyAct = (
    TripCircuit | RearmCircuit | Lockout | CabinetMains | GroupMains | Links | CutSince | Door | Device
    | Storm | Mad | Clock | StuckOn | LampFault | Order
)  # fmt: skip
