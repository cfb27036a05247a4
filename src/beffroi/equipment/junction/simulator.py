"""How a junction speaks in the rehearsal: a pure function of time and seed."""

from beffroi.equipment.behaviour import beats, noise
from beffroi.model.time import Micros

HEARTBEAT_S = 60
PLAN = 1


def readings(at: Micros, seed: int, *, mode: int = PLAN) -> dict[str, float]:
    """Return the mode and the plan of a controller in good order."""
    plan = 1 + int(3 * (1 + noise(seed, at, hold_s=7200)))
    return {
        "mode": float(mode),
        "plan": float(plan),
        "conflict": 0.0,
        "lamp_fault": 0.0,
        "heartbeat": beats(at, HEARTBEAT_S),
    }
