"""How a gateway speaks in the rehearsal: a pure function of time and seed."""

from beffroi.equipment.behaviour import beats, noise
from beffroi.model.time import Micros

HEARTBEAT_S = 300


def readings(at: Micros, seed: int) -> dict[str, float]:
    """Return the sign of life of a gateway and its signal in dBm."""
    return {"heartbeat": beats(at, HEARTBEAT_S), "rssi_dbm": round(-82 + 6 * noise(seed, at), 1)}
