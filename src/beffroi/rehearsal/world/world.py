"""The world: time in, messages out. The same plant, seed, start, rate and acts give the same bytes.

It may be stepped by any slices of time: what it says depends on when things happen, never on when it is asked.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from beffroi.model.time import MILLISECOND, SECOND, Micros, to_datetime
from beffroi.rehearsal.plant.types import Plant
from beffroi.rehearsal.shift.shift import Shift
from beffroi.rehearsal.world.agenda import Agenda, Cadence
from beffroi.rehearsal.world.grid import Grid, whole_ms
from beffroi.rehearsal.world.lamps import GASPS_WITHIN_S, LAMP_BEAT, LampBank, Who, photocell_delay, slots
from beffroi.rehearsal.world.messages import Message, item
from beffroi.rehearsal.world.night import level_at, next_change
from beffroi.rehearsal.world.noise import share
from beffroi.rehearsal.world.orders import Orders
from beffroi.rehearsal.world.town_life import TownLife
from beffroi.rehearsal.world.uplinks import Uplinks

CABINET_EVERY, CABINET_MOST = 10 * SECOND, 130 * SECOND
GROUP_EVERY, GROUP_MOST = 300 * SECOND, 400 * SECOND
GATEWAY_EVERY, GATEWAY_MOST = 60 * SECOND, 130 * SECOND
ANNOUNCE_FOR = 8 * SECOND
SLOT = 500 * MILLISECOND
BOOT_S = (5.0, 40.0)
GASPS_HEARD = 0.7
HOLD = SECOND
FAST_HOLD = 3 * SECOND
FAST_RATE = 10.0


def paced(every: Micros, most: Micros, rate: float) -> Micros:
    """Return a period in city time that keeps its pace in real time as the clock runs faster, up to `most`."""
    return max(every, min(int(every * rate), most))


class World:
    """One city being played, from `start` (µs UTC) on."""

    def __init__(self, plant: Plant, seed: int, start: Micros, rate: float = 1.0) -> None:
        self.plant = plant
        self.seed = seed
        self.now = start
        self.agenda = Agenda()
        self.bank = LampBank(plant.lamps, seed, start, to_datetime(start).year)
        self.grid = Grid(plant, self.bank, seed)
        self.uplinks = Uplinks(plant.gateways.sources, seed)
        self.life = TownLife(plant, seed)
        self.orders = Orders(self)
        self.shift = Shift(self)
        self.loose: list[Message] = []
        self.problems: list[tuple[str, dict[str, str]]] = []
        """Acts that could not be played: code and params."""
        self._cadences: dict[str, Cadence] = {}
        self._reported = start
        self._rate = 0.0
        self.spoken = np.flatnonzero(plant.lamps.gateway >= 0).astype(np.int64)
        self.wanted = np.zeros(len(plant.lamps))
        self.lamp_programme = plant.cabinets.programme[self.grid.lamp_cabinet]
        self.set_rate(rate)
        self._wake_up(start)

    def set_rate(self, rate: float) -> None:
        """Change the pace of what is said often: faster clocks stretch it, so that real traffic stays bearable."""
        if rate == self._rate:
            return
        self._rate = rate
        self.uplinks.hold = int(HOLD * rate if rate <= FAST_RATE else FAST_HOLD * rate)
        plant, seed = self.plant, self.seed
        spec = {
            "lamps": (self.spoken, LAMP_BEAT, LAMP_BEAT),
            "cabinets": (np.arange(len(plant.cabinets.codes)), CABINET_EVERY, CABINET_MOST),
            "groups": (np.arange(len(plant.groups.codes)), GROUP_EVERY, GROUP_MOST),
            "gateways": (np.arange(len(plant.gateways.sources)), GATEWAY_EVERY, GATEWAY_MOST),
        }
        for salt, (name, (who, every, most)) in enumerate(spec.items(), 61):
            period = paced(every, most, rate)
            self._cadences.setdefault(name, Cadence(share(seed, who, salt), period)).set_period(period, self._reported)
        self.life.set_rate(rate, self._reported)

    def step(self, until: Micros) -> list[Message]:
        """Play up to a time and return what was said meanwhile, in order of time."""
        while (when := self.agenda.next()) is not None and when <= until:
            self._report(when - 1)
            self.agenda.do_next()
        self._report(until)
        self.now = until
        said = self.uplinks.flush(until) + self._take_loose(until)
        said.sort(key=lambda message: (message.at, message.source, message.path))
        return said

    def receive(self, source: str, payload: bytes, at: Micros) -> None:
        """Hand a downlink frame to a gateway."""
        self.orders.receive(source, payload, max(at, self.now))

    def say(self, gateway: int, at: Micros, data: bytes, urgent: bool = False) -> None:
        """Let a gateway hear an item."""
        self.uplinks.put(gateway, at, data, urgent)

    def _take_loose(self, until: Micros) -> list[Message]:
        taken = [message for message in self.loose if message.at <= until]
        if taken:
            self.loose = [message for message in self.loose if message.at > until]
        return taken

    # -- what is said regularly

    def _report(self, until: Micros) -> None:
        after = self._reported
        if until <= after:
            return
        self._reported = until
        for times, places in self._cadences["lamps"].due(after, until):
            self.tell_lamps(self.spoken[places], times)
        self._each("cabinets", after, until, self.tell_cabinet)
        self._each("groups", after, until, self._tell_group)
        self._each("gateways", after, until, self._tell_gateway)
        self.loose += self.life.report(after, until)

    def _each(self, name: str, after: Micros, until: Micros, tell: Callable[[int, Micros], None]) -> None:
        for times, places in self._cadences[name].due(after, until):
            for at, place in zip(times.tolist(), places.tolist(), strict=True):
                tell(place, at)

    def tell_lamps(self, who: Who, at: NDArray[np.int64], urgent: bool = False) -> None:
        """Let lamps report at their times; those without power, without voice or without gateway stay silent."""
        gateways = self.plant.lamps.gateway[who]
        able = (gateways >= 0) & self.bank.live[who] & ~self.bank.mute[who]
        who, at, gateways = who[able], at[able], gateways[able]
        if not len(who):
            return
        stamp = at + self.uplinks.skew[gateways]
        circuits, place = np.unique(self.plant.lamps.circuit[who].astype(np.int64), return_inverse=True)
        load = self.grid.load(circuits)[place]
        supply = self.grid.supply_v(self.grid.lamp_cabinet[who], at)
        items = self.bank.items(who, at, stamp, supply, load)
        self.bank.gasped[who] = False
        for gateway, when, data in zip(gateways.tolist(), at.tolist(), items, strict=True):
            self.uplinks.put(gateway, when, data, urgent)

    def _tell_together(self, who: Who, urgent: bool, at: Micros) -> None:
        self.tell_lamps(who, np.full(len(who), at), urgent)

    def tell_cabinet(self, cabinet: int, at: Micros, urgent: bool = False) -> None:
        """Let a cabinet's controller report, its circuits included."""
        gateway = int(self.plant.cabinets.gateway[cabinet])
        if gateway < 0 or not self.plant.cabinets.codes[cabinet]:
            return
        for data in self.grid.cabinet_items(cabinet, at, at + int(self.uplinks.skew[gateway])):
            self.uplinks.put(gateway, at, data, urgent)

    def tell_circuit(self, circuit: int, at: Micros) -> None:
        """Let the controller report one circuit at once."""
        gateway = int(self.plant.cabinets.gateway[self.plant.circuits.cabinet[circuit]])
        if gateway >= 0 and self.grid.named(circuit):
            stamp = at + int(self.uplinks.skew[gateway])
            self.uplinks.put(gateway, at, self.grid.circuit_item(circuit, at, stamp), urgent=True)

    def tell_group(self, group: int, at: Micros) -> None:
        """Let a substation report at once."""
        self._tell_group(group, at, urgent=True)

    def _tell_group(self, group: int, at: Micros, urgent: bool = False) -> None:
        gateway = int(self.plant.groups.gateway[group])
        if gateway >= 0 and self.plant.groups.codes[group] and self.grid.group_tells[group]:
            self.uplinks.put(gateway, at, self.grid.group_item(group, at), urgent)

    def _tell_gateway(self, gateway: int, at: Micros) -> None:
        code = self.plant.gateways.codes[gateway]
        if code:
            rssi = -82 + 12 * (share(self.seed, np.array([gateway]), 72, at, 600)[0] - 0.5)
            stamp = at + int(self.uplinks.skew[gateway])
            points = f'"heartbeat":{at // (300 * SECOND)},"rssi_dbm":{rssi:.1f}'
            self.uplinks.put(gateway, at, item(code, stamp, points))

    # -- the night

    def _wake_up(self, start: Micros) -> None:
        """Put every lamp where its programme wants it, let everyone report once, and wait for the next change."""
        levels = np.array([level_at(programme, start) for programme in self.plant.programmes])
        self.wanted[:] = levels[self.lamp_programme]
        self.bank.level[:] = np.where(self.plant.lamps.sodium & (self.wanted > 0), 100.0, self.wanted)
        by_night = levels[self.plant.cabinets.programme] > 0
        closed = by_night | ~self.plant.cabinets.day_cut
        self.grid.contactor[:] = closed[self.plant.circuits.cabinet]
        self.bank.live[:] = self.grid.contactor[self.plant.lamps.circuit]
        spread = whole_ms(ANNOUNCE_FOR)
        first = start + (share(self.seed, self.spoken, 73) * spread).astype(np.int64) // MILLISECOND * MILLISECOND
        for when, who in slots(self.spoken, first, SLOT):
            self.agenda.at(when, partial(self._tell_together, who, False))
        for cabinet in range(len(self.plant.cabinets.codes)):
            self.agenda.at(start + SECOND + cabinet % 80 * 50 * MILLISECOND, partial(self.tell_cabinet, cabinet))
        for group in range(len(self.plant.groups.codes)):
            self.agenda.at(start + 2 * SECOND, partial(self._tell_group, group))
        for gateway in range(len(self.plant.gateways.sources)):
            self.agenda.at(start + SECOND, partial(self._tell_gateway, gateway))
        for place in range(len(self.plant.programmes)):
            self._wait_for_change(place, start)

    def _wait_for_change(self, place: int, after: Micros) -> None:
        when, level, by_sun = next_change(self.plant.programmes[place], after)
        self.agenda.at(when, partial(self._turn, place, level, by_sun))

    def _turn(self, place: int, level: float, by_sun: bool, at: Micros) -> None:
        """Carry out one change of a programme: clocks close or open circuits, then each lamp obeys in its own time."""
        self._wait_for_change(place, at)
        cabinets = np.flatnonzero(self.plant.cabinets.programme == place)
        if by_sun:
            for cabinet in cabinets[self.plant.cabinets.day_cut[cabinets]].tolist():
                lag = int(share(self.seed, np.array([cabinet]), 74)[0] * 20_000) * MILLISECOND
                self.agenda.at(at + 10 * SECOND + lag, partial(self._clock_turns, cabinet, level > 0))
        who = np.flatnonzero(self.lamp_programme == place)
        for when, group in slots(who, at + photocell_delay(self.seed, who, by_sun), SLOT):
            self.agenda.at(when, partial(self.programme_wants, group, level))

    def _clock_turns(self, cabinet: int, closed: bool, at: Micros) -> None:
        for circuit in self.grid.circuits_of(cabinet):
            self.grid.contactor[circuit] = closed
            self.supply_changes(circuit, at, gasps=False)
        self.tell_cabinet(cabinet, at + 200 * MILLISECOND)

    def programme_wants(self, who: Who, level: float, at: Micros) -> None:
        """Tell lamps what their programme wants from now on; those under an override keep it until it ends."""
        self.wanted[who] = level
        free = who[np.isnan(self.bank.override[who])]
        self.drive(free, level, at)

    def drive(self, who: Who, level: float | NDArray[np.float64], at: Micros) -> None:
        """Set the level of lamps; each whose level changed reports within a second."""
        before = self.bank.level[who].copy()
        self.bank.set_level(who, level, at)
        changed = who[self.bank.level[who] != before]
        self.tell_soon(changed, at)

    def tell_soon(self, who: Who, at: Micros) -> None:
        """Let lamps report 0.2 to 1 s after a change, each in its own time."""
        lag = (200 + share(self.seed, who, 75, at, 1) * 800).astype(np.int64) * MILLISECOND
        for when, group in slots(who, whole_ms(at) + lag, 200 * MILLISECOND):
            self.agenda.at(when, partial(self._tell_together, group, True))

    # -- the supply

    def supply_changes(self, circuit: int, at: Micros, gasps: bool = True, within_s: float = GASPS_WITHIN_S) -> Who:
        """Carry a change of a circuit to its lamps: some gasp when it goes, all boot and report when it comes back."""
        changed = self.grid.refresh(circuit, at)
        if not len(changed):
            return changed
        if not self.grid.energised(circuit):
            if gasps:
                self._gasp(changed, at, within_s)
            return changed
        boot = BOOT_S[0] + share(self.seed, changed, 76, at, 1) * (BOOT_S[1] - BOOT_S[0])
        for when, group in slots(changed, whole_ms(at) + (boot * 1000).astype(np.int64) * MILLISECOND, SLOT):
            self.agenda.at(when, partial(self._tell_together, group, True))
        return changed

    def _gasp(self, who: Who, at: Micros, within_s: float) -> None:
        """Let lamps spend their last energy: some at once, some once the mesh calmed down, three in ten never heard."""
        draw = share(self.seed, who, 77, at, 1)
        heard = draw < GASPS_HEARD
        delay = ((draw / GASPS_HEARD) ** 2 * within_s * 1000).astype(np.int64) * MILLISECOND
        for lamp, wait in zip(who[heard].tolist(), delay[heard].tolist(), strict=True):
            gateway = int(self.plant.lamps.gateway[lamp])
            if gateway >= 0 and not self.bank.mute[lamp]:
                self.bank.gasped[lamp] = True
                stamp = whole_ms(at) + int(self.uplinks.skew[gateway])
                self.uplinks.put(gateway, whole_ms(at) + wait, self.bank.gasp(lamp, stamp), urgent=True)

    def cut_links(self, gateways: Sequence[int], at: Micros) -> None:
        """Cut the links of gateways: they go on listening and keep what they hear."""
        self.loose += self.uplinks.flush(at)
        for gateway in gateways:
            self.uplinks.cut(gateway)

    def restore_links(self, gateways: Sequence[int], at: Micros) -> None:
        """Give links back: what was kept leaves in order."""
        for gateway in gateways:
            self.uplinks.restore(gateway, at)
