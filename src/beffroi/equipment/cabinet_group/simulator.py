"""How a cabinet group speaks in the rehearsal: a pure function of time and seed."""

from beffroi.equipment.behaviour import beats
from beffroi.model.time import Micros

HEARTBEAT_S = 900


def readings(at: Micros, seed: int, *, mains: bool = True) -> dict[str, float]:
    """Return whether the public substation has its mains."""
    return {"mains": float(mains), "heartbeat": beats(at, HEARTBEAT_S)}
