"""How a bollard site speaks in the rehearsal: a pure function of time and seed."""

from beffroi.equipment.behaviour import beats, noise
from beffroi.model.time import Micros

HEARTBEAT_S = 120


def readings(at: Micros, seed: int, *, up: bool = True) -> dict[str, float]:
    """Return the position of a site and whether a vehicle stands on its loop; never up above a vehicle."""
    occupied = noise(seed, at, 1) > 0.8
    return {
        "position": float(up and not occupied),
        "loop_occupied": float(occupied),
        "fault": 0.0,
        "heartbeat": beats(at, HEARTBEAT_S),
    }
