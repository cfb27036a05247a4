"""What the rehearsal remembers between two runs: where its clock stood, what its meters showed."""

import time
from pathlib import Path

import msgspec
import numpy as np

from beffroi.model.time import Micros
from beffroi.rehearsal.world.world import World

FRESH_S = 600.0
"""A rehearsal killed less than this ago goes on where it was; later, it begins its scenario again."""


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """The city's time when it was written, the wall's, the rate, the scenario and when that one began."""

    seed: int
    now: Micros
    wall_s: float
    rate: float
    scenario: str
    began: Micros

    def fresh(self, wall_s: float) -> bool:
        """Tell whether to go on from here."""
        return 0 <= wall_s - self.wall_s < FRESH_S


def remember(folder: Path, memory: Memory, world: World) -> None:
    """Write the memory and the meters, each file whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    meters = folder / "meters.npy"
    partial = meters.with_suffix(".part")
    with partial.open("wb") as file:
        np.save(file, np.stack([world.bank.energy_wh, world.bank.burning_h]))
    partial.replace(meters)
    partial = folder / "clock.part"
    partial.write_bytes(msgspec.json.encode(memory))
    partial.replace(folder / "clock.json")


def recall(folder: Path, seed: int) -> Memory | None:
    """Return what was remembered of this seed, or nothing."""
    try:
        memory = msgspec.json.decode((folder / "clock.json").read_bytes(), type=Memory)
    except (OSError, msgspec.DecodeError):
        return None
    return memory if memory.seed == seed else None


def recall_meters(folder: Path, world: World) -> None:
    """Let meters go on from where they stood; a file of another city is ignored."""
    try:
        energy_wh, burning_h = np.load(folder / "meters.npy")
    except (OSError, ValueError):
        return
    if energy_wh.shape == world.bank.energy_wh.shape:
        world.bank.energy_wh[:] = np.maximum(world.bank.energy_wh, energy_wh)
        world.bank.burning_h[:] = np.maximum(world.bank.burning_h, burning_h)


def wall_now() -> float:
    """Return the machine's time in seconds since 1970."""
    return time.time()
