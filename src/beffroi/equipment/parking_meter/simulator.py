"""How a parking meter speaks in the rehearsal: a pure function of time and seed."""

from beffroi.equipment.behaviour import beats, noise
from beffroi.model.time import Micros

HEARTBEAT_S = 3600


def readings(at: Micros, seed: int) -> dict[str, float]:
    """Return the battery in volts of a meter that sells."""
    return {
        "battery_v": round(12.6 + 0.3 * noise(seed, at, hold_s=3600), 2),
        "paper_low": 0.0,
        "fault": 0.0,
        "heartbeat": beats(at, HEARTBEAT_S),
    }
