"""The device end of orders: obey, answer, refuse what is late, go back to the programme when the time is over."""

from __future__ import annotations

from functools import partial

import msgspec
import numpy as np

from beffroi.model.time import MILLISECOND, Micros
from beffroi.rehearsal.world.grid import whole_ms
from beffroi.rehearsal.world.lamps import NEVER, Who, ints
from beffroi.rehearsal.world.messages import answer
from beffroi.rehearsal.world.noise import share
from beffroi.rehearsal.world.street import Street

ACCEPTED, REFUSED, LATE = "accepted", "refused", "late"


class Command(msgspec.Struct):
    """One command of a downlink frame: order id, asset, what to do, until when (ms) and not after when (ms)."""

    o: str
    a: str
    c: str
    not_after: int
    v: float | None = None
    until: int | None = None


class Orders:
    """What gateways do with the frames that they receive."""

    def __init__(self, world: Street) -> None:
        plant = world.plant
        self._world = world
        self._lamps = {code: place for place, code in enumerate(plant.lamps.codes)}
        self._circuits = {code: place for place, code in enumerate(plant.circuits.codes) if code}
        self._cabinets = {code: place for place, code in enumerate(plant.cabinets.codes) if code}
        self._gateways = {source: place for place, source in enumerate(plant.gateways.sources)}
        self._decoder = msgspec.json.Decoder(list[Command])

    def receive(self, source: str, payload: bytes, at: Micros) -> None:
        """Take a frame at a time; frames that cannot be read, or that reach a cut gateway, are lost."""
        gateway = self._gateways.get(source, -1)
        if gateway < 0 or self._world.uplinks.is_down(gateway):
            return
        try:
            commands = self._decoder.decode(payload)
        except msgspec.DecodeError:
            return
        own_clock = at + int(self._world.uplinks.skew[gateway])
        plans: dict[tuple[str, float | None, int | None], list[int]] = {}
        for command in commands:
            lamps = self._targets(command, gateway)
            result = self._verdict(command, lamps, own_clock)
            if result is None:
                continue
            arrival = whole_ms(at) + 100 * MILLISECOND
            self._world.say(gateway, arrival, answer(command.a, whole_ms(own_clock), command.o, result), urgent=True)
            if result == ACCEPTED:
                plans.setdefault((command.c, command.v, command.until), []).extend(lamps)
        for (what, level, until), places in plans.items():
            self._plan(what, level, until, ints(places), at)

    def _targets(self, command: Command, gateway: int) -> list[int]:
        """List the lamps that a command is for: one, or all those behind the contactors of a circuit or a cabinet."""
        plant = self._world.plant
        lamp = self._lamps.get(command.a)
        if lamp is not None:
            return [lamp] if plant.lamps.gateway[lamp] == gateway else []
        circuits: list[int] = []
        if command.a in self._circuits:
            circuits = [self._circuits[command.a]]
        elif command.a in self._cabinets:
            circuits = self._world.grid.circuits_of(self._cabinets[command.a])
        mine = [c for c in circuits if plant.cabinets.gateway[plant.circuits.cabinet[c]] == gateway]
        return [int(place) for circuit in mine for place in self._world.grid.lamps_of(circuit)]

    def _verdict(self, command: Command, lamps: list[int], own_clock: Micros) -> str | None:
        """Return the answer to a command, nothing when the device has no power or no voice to answer with."""
        bank = self._world.bank
        if not lamps:
            return REFUSED
        alone = command.a in self._lamps
        if alone and (not bank.live[lamps[0]] or bank.mute[lamps[0]]):
            return None
        if own_clock // MILLISECOND > command.not_after:
            return LATE
        if command.c == "programme":
            return ACCEPTED
        if command.c != "level_pct" or command.v is None or not 0 <= command.v <= 100:
            return REFUSED
        undimmable = alone and self._world.plant.lamps.sodium[lamps[0]] and 0 < command.v < 100
        return REFUSED if undimmable else ACCEPTED

    def _plan(self, what: str, level: float | None, until_ms: int | None, who: Who, at: Micros) -> None:
        """Let lamps obey 0.2 to 1.2 s after the frame, and write down when they go back to their programme."""
        world = self._world
        override = None if what == "programme" else level
        until = until_ms * MILLISECOND if until_ms is not None else NEVER
        lag = whole_ms(at) + (200 + share(world.seed, who, 91, at, 1) * 1000).astype(np.int64) * MILLISECOND

        for group in np.array_split(who, max(1, min(8, len(who)))):
            if len(group):
                world.agenda.at(int(lag[np.searchsorted(who, group[0])]), partial(self._obey, group, override, until))
        if until != NEVER and what == "level_pct":
            world.agenda.at(until, partial(self._expire, who, until))

    def _obey(self, group: Who, override: float | None, until: Micros, now: Micros) -> None:
        """Take an override, or with none go back to the programme."""
        if override is None:
            self.release(group, now)
            return
        world = self._world
        world.bank.override[group] = override
        world.bank.until[group] = until
        world.drive(group, override, now)
        world.tell_soon(group, now)

    def _expire(self, who: Who, until: Micros, now: Micros) -> None:
        self.release(who[self._world.bank.until[who] == until], now)

    def release(self, who: Who, now: Micros) -> None:
        """Give lamps back to their programme."""
        world = self._world
        world.bank.override[who] = np.nan
        world.bank.until[who] = NEVER
        world.drive(who, world.wanted[who], now)
        world.tell_soon(who, now)
