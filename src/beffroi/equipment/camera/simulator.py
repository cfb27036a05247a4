"""How a camera speaks in the rehearsal: a pure function of time and seed."""

from beffroi.equipment.behaviour import beats
from beffroi.model.time import Micros

HEARTBEAT_S = 120


def readings(at: Micros, seed: int, *, picture: bool = True) -> dict[str, float]:
    """Return whether the camera gives a picture."""
    return {"picture": float(picture), "tampered": 0.0, "heartbeat": beats(at, HEARTBEAT_S)}
