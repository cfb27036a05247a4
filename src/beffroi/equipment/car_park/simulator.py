"""How a car park speaks in the rehearsal: a pure function of time and seed."""

from beffroi.equipment.behaviour import beats, noise
from beffroi.model.time import Micros

HEARTBEAT_S = 600


def readings(at: Micros, seed: int, *, places: int = 400) -> dict[str, float]:
    """Return the free places of a car park that is open."""
    return {
        "free": float(round(places * (0.5 + 0.4 * noise(seed, at, hold_s=600)))),
        "open": 1.0,
        "heartbeat": beats(at, HEARTBEAT_S),
    }
