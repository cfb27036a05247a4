"""How a bus speaks in the rehearsal: a pure function of time and seed."""

from beffroi.equipment.behaviour import noise
from beffroi.model.time import Micros


def readings(
    at: Micros, seed: int, *, lon_deg: float = 5.04, lat_deg: float = 47.32, line: int = 3
) -> dict[str, float]:
    """Return a position within some fifty metres of the one given, the line and the delay in seconds."""
    return {
        "lon_deg": round(lon_deg + 0.0005 * noise(seed, at, 1), 6),
        "lat_deg": round(lat_deg + 0.0005 * noise(seed, at, 2), 6),
        "speed_kmh": round(15 * (1 + noise(seed, at, 3)), 1),
        "heading_deg": round(180 * (1 + noise(seed, at, 4)), 0) % 360,
        "delay_s": round(90 + 120 * noise(seed, at, 5, hold_s=300), 0),
        "line": float(line),
    }
