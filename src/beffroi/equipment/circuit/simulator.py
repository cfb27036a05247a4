"""How a circuit speaks in the rehearsal: a pure function of time and seed."""

from beffroi.equipment.behaviour import noise
from beffroi.model.time import Micros


def readings(
    at: Micros, seed: int, *, lit: bool = True, tripped: bool = False, load_a: float = 12.0
) -> dict[str, float]:
    """Return the state of a breaker and its current in amperes."""
    live = lit and not tripped
    return {
        "tripped": float(tripped),
        "energised": float(live),
        "current_a": round(load_a * (1 + 0.02 * noise(seed, at)), 2) if live else 0.0,
    }
