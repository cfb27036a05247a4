"""What lamps said while nobody listened: the readings that a gateway kept during a long cut of its link."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from beffroi.model.time import HOUR, Micros
from beffroi.rehearsal.plant.types import Floats, NightProgramme
from beffroi.rehearsal.world.lamps import LAMP_BEAT, LEAST_DIMMED_SHARE, NOMINAL_V, STANDBY_W, Who
from beffroi.rehearsal.world.messages import item
from beffroi.rehearsal.world.night import level_at, next_change
from beffroi.rehearsal.world.noise import share
from beffroi.rehearsal.world.street import Street


def past_items(world: Street, who: Who, start: Micros, end: Micros) -> Iterator[tuple[int, Micros, bytes]]:
    """Yield (gateway, time, item) of each report of some lamps between two times; counters end where they stand now."""
    plant, bank = world.plant, world.bank
    if not len(who):
        return
    bank.settle(who, end)
    phases = (share(world.seed, world.spoken, 61) * (LAMP_BEAT // 1000)).astype(np.int64) * 1000
    phase_of = dict(zip(world.spoken.tolist(), phases.tolist(), strict=True))
    levels = {place: _levels(plant.programmes[place], start, end) for place in set(world.lamp_programme[who].tolist())}
    day_cut = plant.cabinets.day_cut[world.grid.lamp_cabinet]
    for lamp in who.tolist():
        times = np.arange(start - start % LAMP_BEAT + phase_of[lamp], end, LAMP_BEAT)
        times = times[times > start]
        level = _at(levels[int(world.lamp_programme[lamp])], times)
        full = float(plant.lamps.rated_w[lamp])
        power = np.where(level > 0, full * (LEAST_DIMMED_SHARE + (1 - LEAST_DIMMED_SHARE) * level / 100), STANDBY_W)
        heard = level > 0 if day_cut[lamp] else np.ones(len(times), bool)
        power = np.where(heard, power, 0.0)
        quarter = LAMP_BEAT / HOUR
        energy = bank.energy_wh[lamp] - np.cumsum(power[::-1])[::-1] * quarter
        burning = bank.burning_h[lamp] - np.cumsum((level > 0)[::-1])[::-1] * quarter
        gateway, code = int(plant.lamps.gateway[lamp]), plant.lamps.codes[lamp]
        columns = (times.tolist(), power.tolist(), level.tolist(), energy.tolist(), burning.tolist(), heard.tolist())
        for at, watts, pct, wh, hours, said in zip(*columns, strict=True):
            if said:
                points = (
                    f'"power_w":{watts:.2f},"level_pct":{pct:.0f},"energy_wh":{wh:.1f},"voltage_v":{NOMINAL_V:.1f},'
                    f'"burning_h":{hours:.2f},"lamp_fault":{bank.faulty[lamp]:d},"last_gasp":0'
                )
                yield gateway, at, item(code, at, points)


def _levels(programme: NightProgramme, start: Micros, end: Micros) -> tuple[NDArray[np.int64], Floats]:
    """Return (times, levels) of a programme's changes, the first at `start`."""
    times, levels = [start], [level_at(programme, start)]
    while (change := next_change(programme, times[-1]))[0] < end:
        times.append(change[0])
        levels.append(change[1])
    return np.array(times), np.array(levels)


def _at(changes: tuple[NDArray[np.int64], Floats], times: NDArray[np.int64]) -> Floats:
    result: Floats = changes[1][np.searchsorted(changes[0], times, "right") - 1]
    return result
