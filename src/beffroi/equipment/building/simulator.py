"""How a building speaks in the rehearsal: a pure function of time and seed."""

from beffroi.equipment.behaviour import beats
from beffroi.model.time import Micros

HEARTBEAT_S = 180


def readings(at: Micros, seed: int, *, armed: bool = True) -> dict[str, float]:
    """Return the state of an alarm panel where nothing happens."""
    return {
        "fire": 0.0,
        "panic": 0.0,
        "intrusion": 0.0,
        "armed": float(armed),
        "fault": 0.0,
        "heartbeat": beats(at, HEARTBEAT_S),
    }
