"""How a light point speaks in the rehearsal: a pure function of time and seed."""

from beffroi.equipment.behaviour import noise
from beffroi.model.time import Micros

STANDBY_W = 0.8
LEAST_DIMMED_SHARE = 0.12
"""An LED driver keeps losing this share of its full power however low it is dimmed."""


def readings(
    at: Micros, seed: int, *, level_pct: float = 100.0, rated_w: float = 60.0, supply_v: float = 230.0
) -> dict[str, float]:
    """Return what a healthy lamp tells at that level: W, %, V, °C; its supply in volts is the circuit's."""
    share = level_pct / 100
    power = rated_w * (LEAST_DIMMED_SHARE + (1 - LEAST_DIMMED_SHARE) * share) if share > 0 else STANDBY_W
    return {
        "power_w": round(power * (1 + 0.01 * noise(seed, at, 1)), 2),
        "level_pct": level_pct,
        "voltage_v": round(supply_v + 1.5 * noise(seed, at, 2), 1),
        "temperature_c": round(12 + 28 * share + 2 * noise(seed, at, 3, hold_s=600), 1),
        "lamp_fault": 0.0,
        "last_gasp": 0.0,
    }


def last_gasp() -> dict[str, float]:
    """Return the last message that a capacitor pays for when the supply goes."""
    return {"last_gasp": 1.0, "power_w": 0.0}
