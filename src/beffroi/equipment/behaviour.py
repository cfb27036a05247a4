"""What the folders' simulators share: noise that depends on its arguments only, so that a rehearsal repeats itself."""

from beffroi.model.time import SECOND, Micros

_MASK = (1 << 64) - 1


def noise(seed: int, at: Micros, salt: int = 0, hold_s: int = 60) -> float:
    """Return a number in [-1, 1] fixed by the seed, the salt and the slice of `hold_s` seconds (SplitMix64)."""
    z = (seed * 0x9E3779B97F4A7C15 + salt * 0xBF58476D1CE4E5B9 + at // (hold_s * SECOND)) & _MASK
    z = (z + 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    z ^= z >> 31
    return z / (1 << 63) - 1.0


def beats(at: Micros, every_s: int) -> float:
    """Return the count of a heartbeat that beats each `every_s` seconds."""
    return float(at // (every_s * SECOND))
