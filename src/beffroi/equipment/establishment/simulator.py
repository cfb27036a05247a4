"""Nothing is connected there: it never speaks."""

from beffroi.model.time import Micros


def readings(at: Micros, seed: int) -> dict[str, float]:
    """Return no reading."""
    return {}
