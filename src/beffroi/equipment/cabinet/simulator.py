"""How a cabinet speaks in the rehearsal: a pure function of time and seed."""

from beffroi.equipment.behaviour import beats, noise
from beffroi.model.time import Micros

HEARTBEAT_S = 300


def readings(at: Micros, seed: int, *, mains: bool = True, door_open: bool = False) -> dict[str, float]:
    """Return what a cabinet on its mains, or on its battery without them, tells."""
    return {
        "mains": float(mains),
        "door_open": float(door_open),
        "voltage_v": round(231 + 2 * noise(seed, at, 1), 1) if mains else 0.0,
        "heartbeat": beats(at, HEARTBEAT_S),
    }
