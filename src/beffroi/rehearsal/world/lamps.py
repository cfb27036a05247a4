"""Lamps that obey physics. State changes settle the counters; a report is a pure function of state and time.

Two rules: only `settle` moves the counters, and it is called before anything that changes a lamp's power.
"""

import numpy as np
from numpy.typing import NDArray

from beffroi.model.time import HOUR, MINUTE, SECOND, Micros
from beffroi.rehearsal.plant.types import Flags, Floats, Ints, Lamps
from beffroi.rehearsal.world.messages import item
from beffroi.rehearsal.world.night import ambient_c
from beffroi.rehearsal.world.noise import share, swing

Who = NDArray[np.int64]

STANDBY_W = 0.8
DEAD_W = 1.1
SODIUM_IGNITER_W = 9.0
LEAST_DIMMED_SHARE = 0.12
"""An LED driver keeps losing this share of its full power however low it is dimmed."""

LED_AGEING = 0.006
"""Share of power that constant light output adds each year."""

SODIUM_BALLAST = 1.12
SODIUM_RUN_UP = 4 * MINUTE
SODIUM_RESTRIKE = (3 * MINUTE, 6 * MINUTE)
NOMINAL_V = 230.0
YEARLY_H = 4_100.0
FAULTY_SHARE = 0.01
NEVER: Micros = -1
LAMP_BEAT = 900 * SECOND
"""How often a lamp reports by itself."""

GASPS_WITHIN_S = 8.0
"""How long the last gasps of a circuit take to come in."""


class LampBank:
    """The state of every lamp, by place in the plant. Times in µs, levels in %, energy in Wh."""

    def __init__(self, lamps: Lamps, seed: int, start: Micros, year: int) -> None:
        count = len(lamps)
        everyone = np.arange(count)
        self._lamps = lamps
        self._seed = seed
        self._restrike = SODIUM_RESTRIKE[0] + (
            share(seed, everyone, 11) * (SODIUM_RESTRIKE[1] - SODIUM_RESTRIKE[0])
        ).astype(np.int64)
        age = np.maximum(year - lamps.year, 0) + share(seed, everyone, 12)
        self._full_w: Floats = np.where(
            lamps.sodium, lamps.rated_w * SODIUM_BALLAST, lamps.rated_w * (1 + LED_AGEING * age)
        )
        self.level: Floats = np.zeros(count)
        self.override: Floats = np.full(count, np.nan)
        self.until: NDArray[np.int64] = np.full(count, NEVER)
        self.live: Flags = np.ones(count, bool)
        self.faulty: Flags = share(seed, everyone, 13) < FAULTY_SHARE
        self.mute: Flags = np.zeros(count, bool)
        self.stuck: Flags = np.zeros(count, bool)
        self.gasped: Flags = np.zeros(count, bool)
        self.struck: NDArray[np.int64] = np.full(count, start - HOUR)
        self.cool: NDArray[np.int64] = np.zeros(count, np.int64)
        self.since: NDArray[np.int64] = np.full(count, start)
        self.burning_h: Floats = np.round(age * YEARLY_H, 1)
        self.energy_wh: Floats = np.round(self.burning_h * self._full_w * 0.72, 0)

    def __len__(self) -> int:
        return len(self.level)

    def lit(self, who: Who) -> Flags:
        """Tell which lamps are asked to burn, have power and are not dead."""
        result: Flags = (self.level[who] > 0) & self.live[who] & ~self.faulty[who]
        return result

    def power_w(self, who: Who, at: NDArray[np.int64] | Micros) -> Floats:
        """Return the power drawn by lamps at a time: driver losses, ageing, run-up and restrike of sodium."""
        asked = self.level[who] / 100
        full = self._full_w[who]
        led = full * (LEAST_DIMMED_SHARE + (1 - LEAST_DIMMED_SHARE) * asked)
        since_strike = np.asarray(at, np.int64) - self.struck[who]
        warm = np.clip(since_strike / SODIUM_RUN_UP, 0.0, 1.0)
        sodium = np.where(since_strike < 0, SODIUM_IGNITER_W, full * (0.55 + 0.45 * warm))
        burning = np.where(self._lamps.sodium[who], sodium, led)
        power = np.where(self.faulty[who], DEAD_W, np.where(asked > 0, burning, STANDBY_W))
        result: Floats = np.where(self.live[who], power, 0.0)
        return result

    def light_pct(self, who: Who, at: NDArray[np.int64] | Micros) -> Floats:
        """Return the level that a lamp tells: 0 when it is dead or, for sodium, not struck yet."""
        waiting = self._lamps.sodium[who] & (np.asarray(at, np.int64) < self.struck[who])
        result: Floats = np.where(self.lit(who) & ~waiting, self.level[who], 0.0)
        return result

    def settle(self, who: Who, at: Micros) -> None:
        """Bring the counters of some lamps up to a time."""
        hours = (at - self.since[who]) / HOUR
        self.energy_wh[who] += self.power_w(who, at) * hours
        self.burning_h[who] += np.where(self.lit(who), hours, 0.0)
        self.since[who] = at

    def set_level(self, who: Who, level: float | Floats, at: Micros) -> None:
        """Drive lamps to a level; stuck ones do not obey, sodium knows on and off only."""
        who = who[~self.stuck[who]]
        self.settle(who, at)
        was_lit = self.lit(who)
        wanted = np.broadcast_to(np.asarray(level, np.float64), who.shape) if np.ndim(level) == 0 else level
        self.level[who] = np.where(self._lamps.sodium[who] & (wanted > 0), 100.0, wanted)
        self._strike(who, was_lit, at)

    def set_live(self, who: Who, live: bool, at: Micros) -> None:
        """Give lamps their supply or take it away."""
        self.settle(who, at)
        was_lit = self.lit(who)
        self.live[who] = live
        self._strike(who, was_lit, at)

    def _strike(self, who: Who, was_lit: Flags, at: Micros) -> None:
        now_lit = self.lit(who)
        out = who[was_lit & ~now_lit]
        self.cool[out] = at + self._restrike[out]
        start = who[now_lit & ~was_lit]
        self.struck[start] = np.where(self._lamps.sodium[start], np.maximum(at, self.cool[start]), at)

    def voltage_v(self, who: Who, at: NDArray[np.int64] | Micros, supply_v: Floats, load: Floats) -> Floats:
        """Return the volts at lamps: the cabinet's less the cable's drop, which follows the circuit's load (0 to 1)."""
        result: Floats = supply_v - self._lamps.drop_v[who] * load + 0.4 * swing(self._seed, who, 14, at, 60)
        return result

    def items(
        self, who: Who, at: NDArray[np.int64], stamp: NDArray[np.int64], supply_v: Floats, load: Floats
    ) -> list[bytes]:
        """Return what each of some lamps tells at its own time, all its points in one item.

        `stamp` is the time written down: the gateway's clock, which may lie.
        """
        hours = (at - self.since[who]) / HOUR
        power = self.power_w(who, at)
        level = self.light_pct(who, at)
        warm = np.minimum((at - self.struck[who]) / (25 * MINUTE), 1.0)
        air = np.array([ambient_c(when) for when in (at // SECOND * SECOND).tolist()])
        heat = np.where(level > 0, 24.0 * level / 100 * np.maximum(warm, 0.0), 0.0)
        columns = (
            stamp.tolist(),
            np.round(power * (1 + 0.008 * swing(self._seed, who, 15, at, 60)), 2).tolist(),
            level.tolist(),
            np.round(self.energy_wh[who] + power * hours, 1).tolist(),
            np.round(self.voltage_v(who, at, supply_v, load), 1).tolist(),
            np.round(air + heat + 1.5 * swing(self._seed, who, 16, at, 600), 1).tolist(),
            np.round(self.burning_h[who] + np.where(self.lit(who), hours, 0.0), 2).tolist(),
            self.faulty[who].tolist(),
        )
        codes = self._lamps.codes
        return [
            item(
                codes[lamp],
                when,
                f'"power_w":{watts},"level_pct":{pct:.0f},"energy_wh":{wh},"voltage_v":{volts},'
                f'"temperature_c":{celsius},"burning_h":{burning},"lamp_fault":{fault:d},"last_gasp":0',
            )
            for lamp, when, watts, pct, wh, volts, celsius, burning, fault in zip(who.tolist(), *columns, strict=True)
        ]

    def gasp(self, lamp: int, at: Micros) -> bytes:
        """Return the last message that a lamp's capacitor pays for when the supply goes."""
        return item(self._lamps.codes[lamp], at, '"last_gasp":1,"power_w":0.0')


def photocell_delay(seed: int, who: Who, by_sun: bool) -> NDArray[np.int64]:
    """Return how late each lamp obeys: 10 to 60 s of light sensors at dusk and dawn, 0 to 4 s of clocks."""
    spread = share(seed, who, 17)
    seconds = 10 + 50 * spread if by_sun else 4 * spread
    delays: NDArray[np.int64] = (seconds * 1000).astype(np.int64) * (SECOND // 1000)
    return delays


def slots(who: Who, times: NDArray[np.int64], width: Micros) -> list[tuple[Micros, Who]]:
    """Group lamps whose times fall in the same slice of time; each group is told with the end of its slice."""
    ends = (times // width + 1) * width
    order = np.lexsort((who, ends))
    cuts = np.flatnonzero(np.diff(ends[order])) + 1
    return [(int(ends[group[0]]), who[group]) for group in np.split(order, cuts) if len(group)]


def ints(values: Ints | NDArray[np.int64] | list[int]) -> Who:
    """Return places as int64, the only type that indexes here."""
    return np.asarray(values, np.int64)
